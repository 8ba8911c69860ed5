"""Folds text so that spellings of one word are equal: the one function for index, question and comparison.

Marks and variants that writers leave out or exchange go: accents, case, width, ligatures, ß, dotless i, ё, Arabic and
Hebrew vowel marks and letter variants, typographic quotes and dashes, digits of other scripts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

FOLDING_VERSION = 2
"""Raised with every change of what `fold` returns: full-text indexes of another version are made anew."""

_INVISIBLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x0640, 0x0640), (0x180E, 0x180E), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x2069), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip
"""Soft hyphens, joiners, marks of direction, the Arabic tatweel: what is not seen or only stretches a word."""

_ZEROS = "٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀႐០᠐᥆᧐᪀᪐᭐᮰᱀᱐꘠꣐꤀꧐꧰꩐꯰０"
"""The digit nought of other scripts; the other nine stand behind it."""

_POINTS = (
    # Hebrew points and Arabic vowel marks.
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed"
)
_MARKS = re.compile(
    # Latin, Greek and Cyrillic accents; the marks of Japanese and Indic syllables are letters and stay. Thai and Lao
    # vowels above and below the line.
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    f"{_POINTS}\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd]+"
)
_VOWEL_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]+")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_NOTE_MARK = re.compile(r"(?<=[^\W\d_]{4})[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
"""A raised digit behind a word points to a note; behind a unit ("m²") it belongs to it."""

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")

_LETTERS = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i", "İ": "I",
    "ĸ": "k", "ŋ": "n", "Ŋ": "N", "ſ": "s",
    # Arabic: what is written one way in one country and another in the next; hamzas on letters fall with the marks.
    "ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ے": "ي",
    # Hebrew letters at the end of words.
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("‘’‚‛ʼ′＇׳´", "'"), **dict.fromkeys("“”„‟«»″＂״", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－־", "-"), "⁄": "/", "٫": ".", "٬": ",", "،": ",", "؛": ";", "؟": "?",
    **dict.fromkeys("™®©℠", " "),
}  # fmt: skip
_PLAIN_SIGNS = {
    **{ord(sign): plain for sign, plain in _SIGNS.items()},
    **{code: None for first, last in _INVISIBLE for code in range(first, last + 1)},
    **{ord(zero) + digit: str(digit) for zero in _ZEROS for digit in range(10)},
}
_TABLE = _PLAIN_SIGNS | {ord(letter): plain for letter, plain in _LETTERS.items()}

_WITHIN_WORDS = re.compile(f"[{_POINTS}{''.join(f'{chr(first)}-{chr(last)}' for first, last in _INVISIBLE)}]+")


def without_vowel_points(text: str) -> str:
    """Return a text without the Arabic and Hebrew vowel marks that most writers leave out, for models that never saw
    them."""
    return _VOWEL_POINTS.sub("", text)


def fold(text: str, *, case: bool = True) -> str:
    """Return text in the form in which spellings of one word are equal; with `case` also capital and small letters.

    Folding folded text changes nothing. The result may be shorter or longer than the text.
    """
    if not text.isascii():
        if _RAISED.search(text):
            text = _NOTE_MARK.sub(" ", text)
        text = _NON_ASCII.sub(_fold_match, text)
    return text.casefold() if case else text


def whole_words(text: str) -> str:
    """Return text whose words are letters only, without points, invisible characters and accents of their own."""
    return text if text.isascii() else unicodedata.normalize("NFC", _WITHIN_WORDS.sub("", text))


def _fold_match(match: re.Match[str]) -> str:
    return _fold_letters(match[0])


@lru_cache(maxsize=1 << 16)
def _fold_letters(letters: str) -> str:
    """Return a run of letters and signs that are no ASCII, without its marks."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", letters.translate(_TABLE)))
    # What came out of ligatures and presentation forms is folded like what was written so.
    return unicodedata.normalize("NFC", plain).translate(_TABLE)


def fold_signs(text: str) -> str:
    """Return text with plain digits, quotes, dashes and widths, and its letters as they are written."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_PLAIN_SIGNS))
