"""Judges whether a page's text is language or noise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ingest.parsers.letters import KEPT_WORDS, are_letters_swapped, without_marks

UNKNOWN_SHARE = 0.3
"""With more characters than this that stand for no letter, a page's fonts do not say what is drawn."""

MIN_CHARACTERS = 40
"""Less text than this cannot be judged, and is believed."""

WORD_SHARE = 0.25
"""Running text scores above 0.8, tables of codes about 0.4, what a wrong encoding leaves below 0.1."""

SAMPLE_WORDS = 150
"""So many words, spread over the page, judge it: this runs on every page."""

MAX_TOKEN = 60
_DOTS = re.compile(r"([^\w\s])(?:\s?\1){2,}")
_LEADERS = re.compile(rf"{_DOTS.pattern}|[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")
"""Dots that lead from a heading to its page number, and the marks of scripts without spaces, which part words."""

_EDGE = re.compile(r"^\W+|\W+$")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.\u200c\u200d][^\W\d_]+)*")
_NAME = re.compile(r"[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})+")
"""Names that are written together: WhitePoint, openOffice."""

_FIGURES = re.compile(r"[\d\W_]*\d[\d\W_]*[^\W\d_]{0,3}[\d\W_]*")


def is_readable(words: Iterable[str]) -> bool:
    """Return whether words are a page's text: characters that are known, forming words, of letters as languages use
    them."""
    every = list(words)
    text = "".join(every)
    if not text or count_unknown(text) > UNKNOWN_SHARE * len(text):
        return False
    if len(text) < MIN_CHARACTERS:
        return True
    return _share_of_words(every) >= WORD_SHARE and not are_letters_swapped(every)


def word_share(text: str) -> float:
    """Return the share of a text's characters in words written as words are; figures do not count. 1 where all is
    figures."""
    return _share_of_words(text.split())


def _share_of_words(words: Sequence[str]) -> float:
    sample = " ".join(words[:: len(words) // SAMPLE_WORDS + 1])
    tokens = (_DOTS if sample.isascii() else _LEADERS).sub(" ", without_marks(sample)).split()
    good = total = 0
    for word in tokens[:: len(tokens) // SAMPLE_WORDS + 1]:
        letters, characters = _judge_word(word[:MAX_TOKEN])
        good, total = good + letters, total + characters
    return good / total if total else 1.0


@lru_cache(maxsize=KEPT_WORDS)
def _judge_word(token: str) -> tuple[int, int]:
    """Return how many characters of a token are those of a word written as words are, and how many there are; 0 of
    figures."""
    if _FIGURES.fullmatch(token):
        return 0, 0
    core = _EDGE.sub("", token)
    is_word = _WORD.fullmatch(core) and (
        core.islower() or core.isupper() or core[1:].islower() or not core.isascii() or _NAME.fullmatch(core)
    )
    return len(core) if is_word else 0, len(token)


def count_unknown(text: str) -> int:
    """Return how many characters are controls, private, unassigned or the mark for a lost one."""
    if text.isascii() and text.isprintable():
        return 0
    unknown = {
        character
        for character in set(text)
        if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn", "Cs")
    }
    return sum(map(unknown.__contains__, text)) if unknown else 0
