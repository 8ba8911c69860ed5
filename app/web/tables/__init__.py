"""The page Table: a row for each document, a column for each question, and the page that proves a cell."""

from app.web.tables.page import show

__all__ = ["show"]
