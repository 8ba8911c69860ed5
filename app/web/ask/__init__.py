"""The page Ask: a conversation with a collection, and the pages that prove its answers."""

from app.web.ask.page import show

__all__ = ["show"]
