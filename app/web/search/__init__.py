"""The page Search: the passages that fit some words, each with its place and its page, and no answer."""

from app.web.search.page import show

__all__ = ["show"]
