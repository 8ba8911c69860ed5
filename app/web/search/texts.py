"""Holds the English texts of the page Search."""

from __future__ import annotations

from app.web.catalogues import Plural, translate

translate(__name__)

SEARCH = "Search"
SEARCH_WORDS = "Search for"
SEARCH_HINT = "Words, or a question"
SEARCH_EXPLAINED = "The passages that fit best, from your documents as they stand, without an answer."
SEARCH_NOTHING = "Nothing fits. Use other words, or look in more documents."
SEARCH_FOUND = Plural("{count:,} passage, in {seconds:.1f} s", "{count:,} passages, in {seconds:.1f} s")
SEARCH_PAGE = "Show the page"
SEARCH_MORE = "More passages"
SEARCH_FILTERED = "Only searched, as the words say: {filters}."
SEARCH_ASK = "Ask this question"
