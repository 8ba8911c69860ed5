"""Judges whether a page's text is language or noise."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

UNKNOWN_SHARE = 0.3
"""With more characters than this that stand for no letter, a page's fonts do not say what is drawn."""

MIN_CHARACTERS = 40
"""Less text than this cannot be judged, and is believed."""

COMMON_LETTERS = frozenset("aeionrstlu")
COMMON_SHARE = 0.45
"""Three fifths and more of the letters are these in the languages written in Latin letters (English 0.69); in text
whose letters were swapped by a font without a map, two fifths."""

MIN_LATIN = 120
WORD_SHARE = 0.25
"""Running text scores above 0.8, tables of codes about 0.4, what a wrong encoding leaves below 0.1."""

SAMPLE_WORDS = 150
"""So many words, spread over the page, judge it: this runs on every page."""

MAX_TOKEN = 60
_LEADERS = re.compile(r"([^\w\s])(?:\s?\1){2,}|[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")
"""Dots that lead from a heading to its page number, and the marks of scripts without spaces, which part words."""

_MAY_BE_MARK = re.compile("[\u0300-\u1fff\u20d0-\u20ff\u2c00-\U0010ffff]")
"""Where there is none of these there are no marks, as in Latin text with its dashes and quotes."""

_EDGE = re.compile(r"^\W+|\W+$")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.\u200c\u200d][^\W\d_]+)*")
_NAME = re.compile(r"[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})+")
"""Names that are written together: WhitePoint, openOffice."""

_FIGURES = re.compile(r"[\d\W_]*\d[\d\W_]*[^\W\d_]{0,3}[\d\W_]*")


def is_readable(words: Iterable[str]) -> bool:
    """Return whether words are a page's text: characters that are known, forming words, of letters as languages use
    them."""
    text = " ".join(words)
    solid = text.replace(" ", "")
    if not solid:
        return False
    if _count_unknown(solid) > UNKNOWN_SHARE * len(solid):
        return False
    if len(solid) < MIN_CHARACTERS:
        return True
    return word_share(text) >= WORD_SHARE and not _is_swapped(text)


def word_share(text: str) -> float:
    """Return the share of a text's characters in words written as words are; figures do not count. 1 where all is
    figures."""
    tokens = _LEADERS.sub(" ", _without_marks(text)).split()
    good = total = 0
    for word in tokens[:: len(tokens) // SAMPLE_WORDS + 1]:
        token = word[:MAX_TOKEN]
        if _FIGURES.fullmatch(token):
            continue
        total += len(token)
        core = _EDGE.sub("", token)
        if _WORD.fullmatch(core) and (
            core.islower() or core.isupper() or core[1:].islower() or not core.isascii() or _NAME.fullmatch(core)
        ):
            good += len(core)
    return good / total if total else 1.0


def _without_marks(text: str) -> str:
    """Return text without vowel signs and accents that are characters of their own: many scripts put them inside
    words."""
    if text.isascii() or _MAY_BE_MARK.search(text) is None:
        return text
    return "".join(character for character in text if not unicodedata.category(character).startswith("M"))


def _count_unknown(text: str) -> int:
    """Return how many characters are controls, private, unassigned or the mark for a lost one."""
    if text.isascii() and text.isprintable():
        return 0
    return sum(
        count
        for character, count in Counter(text).items()
        if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn", "Cs")
    )


def _is_swapped(text: str) -> bool:
    """Return whether Latin letters are spread as no language spreads them."""
    plain = unicodedata.normalize("NFKD", text.lower())
    all_letters = {letter: count for letter, count in Counter(plain).items() if letter.isalpha()}
    letters = {letter: count for letter, count in all_letters.items() if letter.isascii()}
    total = sum(letters.values())
    if total < MIN_LATIN or total * 2 < sum(all_letters.values()):
        return False
    return sum(letters.get(letter, 0) for letter in COMMON_LETTERS) < COMMON_SHARE * total
