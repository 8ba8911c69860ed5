"""Cuts text of scripts that put no spaces between words into pairs of characters.

Chinese, Japanese, Thai and their like are searched by overlapping pairs: "lighthouse" in the middle of a line is found
without a dictionary that would say where words end. Korean has spaces, but hangs endings on its words.
"""

from __future__ import annotations

import re
import unicodedata

from rag.words.folding import fold

_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff66-\uff9d\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{_UNSPACED}]+")


def bigrams_of(stretch: str) -> list[str]:
    """Return the overlapping pairs of a stretch without spaces; of a single character, that character.

    Vowel signs are left out: full-text search takes them for spaces.
    """
    letters = fold(stretch)
    letters = "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M"))
    return [letters[at : at + 2] for at in range(max(len(letters) - 1, 1))] if letters else []


def searchable_pairs(text: str) -> str:
    """Return all pairs in a text, and the last character of each stretch, so that each character begins one of them."""
    if text.isascii():
        return ""
    found: list[str] = []
    for match in UNSPACED.finditer(text):
        pairs = bigrams_of(match.group())
        found += pairs
        if pairs and len(pairs[-1]) == 2:
            found.append(pairs[-1][1])
    return " ".join(found)
