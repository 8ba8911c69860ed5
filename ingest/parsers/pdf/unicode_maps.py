"""Mends text whose fonts map their glyphs to UTF-8, where a PDF's maps are to be in UTF-16."""

from __future__ import annotations

import re
import unicodedata

MIN_UNITS = 4
"""So many letters, all of which are two bytes of UTF-8, are no accident: of Korean syllables one in eight is."""

_WIDE = re.compile("[\uac00-\ud7ff\ud800-\udfff]")


def mend_units(text: str) -> str:
    """Return the text with every unit that is two bytes of UTF-8 as the letter they stand for, where all units above
    U+AC00 are such and the letters are of one script; else as it is. The length stays the same."""
    if text.isascii():
        return text
    wide = _WIDE.findall(text)
    if len(wide) < MIN_UNITS:
        return text
    letters = {unit: _letter_of(unit) for unit in set(wide)}
    if not all(letters.values()) or len({unicodedata.name(letter, "?").split()[0] for letter in letters.values()}) > 1:
        return text
    return _WIDE.sub(lambda match: letters[match.group()], text)


def _letter_of(unit: str) -> str:
    """Return the letter that a UTF-16 unit's two bytes are in UTF-8, or ""."""
    try:
        letter = ord(unit).to_bytes(2, "big").decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return letter if len(letter) == 1 and letter.isalpha() else ""
