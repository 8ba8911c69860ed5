"""Puts accents that a PDF draws apart from their letters on them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

JOINER = "\u2060"
"""Takes the place of a character that is left out, so that the places of the others stay; it is no part of words."""

OVERLAP = 0.5
"""An accent lies over its letter by so much of the narrower one's width: an apostrophe stands before it."""

ACCENTS = {
    "\u00b4": "\u0301",
    "`": "\u0300",
    "\u00a8": "\u0308",
    "\u02c6": "\u0302",
    "^": "\u0302",
    "\u02dc": "\u0303",
    "\u02c7": "\u030c",
    "\u02d8": "\u0306",
    "\u02da": "\u030a",
    "\u00af": "\u0304",
    "\u02dd": "\u030b",
    "\u02d9": "\u0307",
    "\u00b8": "\u0327",
}
DOTLESS = {"\u0131": "i", "\u0237": "j"}
_SIGN = re.compile("[\u00b4`\u00a8^\u02c6\u02dc\u02c7\u02d8\u02da\u00af\u02dd\u02d9\u00b8]")
_THAI_MARK = re.compile(" ([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+|\u0e33)( ?)")
"""Vowels and tones above and below their letters, which never begin a word."""

Edges = tuple[float, float]


def put_accents(text: str, edges_of: Callable[[int], Edges]) -> str:
    """Return the text, as long as before, with letters and the accents drawn over them as one character.

    `edges_of` gives the left and right edge of the character at a place in the text.
    """
    if not text.isascii():
        text = _THAI_MARK.sub(_join_mark, text)
    signs = [match.start() for match in _SIGN.finditer(text)]
    if not signs:
        return text
    characters = list(text)
    for place in signs:
        for letter in (place + 1, place - 1, place + 2, place - 2):
            if 0 <= letter < len(text) and _put_on(characters, place, letter, edges_of):
                break
    return "".join(characters)


def _put_on(characters: list[str], place: int, letter: int, edges_of: Callable[[int], Edges]) -> bool:
    """Compose the sign at a place with the letter at another where it lies over it; only a space may be between."""
    first, last = sorted((place, letter))
    base = DOTLESS.get(characters[letter], characters[letter])
    composed = unicodedata.normalize("NFC", base + ACCENTS[characters[place]])
    if not base.isalpha() or len(composed) > 1 or (last - first > 1 and characters[first + 1] != " "):
        return False
    (left, right), (other_left, other_right) = edges_of(place), edges_of(letter)
    if min(right, other_right) - max(left, other_left) <= OVERLAP * min(right - left, other_right - other_left):
        return False
    characters[first : last + 1] = [composed, *JOINER * (last - first)]
    return True


def _join_mark(match: re.Match[str]) -> str:
    after = JOINER if match[2] and match[1] != "\u0e33" else match[2]
    return f"{JOINER}{match[1]}{after}"
