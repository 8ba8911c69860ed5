"""Turns a question into a query for SQLite's full-text search."""

from __future__ import annotations

import re

from rag.storage.catalogue.bigrams import UNSPACED, bigrams_of
from rag.text import STOP_WORDS

MAX_TERMS = 64
"""More words than this make a search slow, not better."""

_WORD = re.compile(r"\w+(?:[^\w\s]+\w+)*")
_INNER_MARKS = re.compile(r"[^\w]+|_+")
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_LONG_NUMBER = re.compile(r"\d{4,15}")


def full_text_query(question: str) -> str:
    """Return an FTS5 query for any of the question's words; "" when it has none.

    Identifiers and numbers ("10-K", "5,794.0", "AB/12") become phrases, so that they are found as they are written.
    Stop words are left out unless there is nothing else. Scripts without spaces are searched by pairs of characters.
    """
    words = list(dict.fromkeys(match.casefold() for match in _WORD.findall(question)))
    telling = [word for word in words if word not in STOP_WORDS]
    terms = dict.fromkeys(term for word in telling or words for term in _terms(word))
    return " OR ".join(list(terms)[:MAX_TERMS])


def _terms(word: str) -> list[str]:
    """Return the word as a phrase of its parts, and a number also in its other common spelling."""
    unspaced = UNSPACED.findall(word)
    if unspaced:
        pairs = [pair for stretch in unspaced for pair in bigrams_of(stretch)]
        # A single character is found by the pairs that begin with it.
        found = [f'"{pair}"' if len(pair) > 1 else f'"{pair}" *' for pair in pairs]
        return found + [term for rest in UNSPACED.split(word) for term in _terms(rest)]
    phrase = " ".join(part for part in _INNER_MARKS.split(word) if part)
    if _GROUPED_NUMBER.fullmatch(word):
        return [f'"{phrase}"', f'"{_phrase_of_number(word.replace(",", ""))}"']
    if _LONG_NUMBER.fullmatch(word):
        return [f'"{phrase}"', f'"{_phrase_of_number(f"{int(word):,}")}"']
    return [f'"{phrase}"'] if phrase else []


def _phrase_of_number(number: str) -> str:
    return re.sub(r"[,.]", " ", number)
