"""Tells the language of a question or a passage by its script and its small words, without a model."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache, lru_cache

from rag.words.folding import fold
from rag.words.stop_words import STOP_WORDS

ENGLISH = "en"

MIN_SCRIPT_SHARE = 0.3
"""Of all letters: more of a script that one language writes decides for it; Japanese mixes in Chinese characters."""

MIN_KANA_SHARE = 0.05

READ_CHARACTERS = 1500
"""A passage's beginning tells its language."""

MIN_LEAD = 0.5
"""A language must lead the next one by so much of a word that no other has."""

LEAD_OVER_ENGLISH = 3.0
"""The same for a passage of a document known to be English: names of places and people hold small words of others."""

_ONE_LANGUAGE = {
    "ko": "\uac00-\ud7af\u1100-\u11ff",
    "th": "\u0e01-\u0e4f",
    "he": "\u05d0-\u05ea",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0531-\u058f",
}
_SEVERAL_LANGUAGES = {"ru": "\u0400-\u052f", "ar": "\u0621-\u06d3\u06fa-\u06ff", "hi": "\u0904-\u0939"}
"""Scripts of several languages, by the most likely one."""

SHARED_SCRIPTS = frozenset({"ar", "fa", "hi", "ru", "uk"})
"""Languages that `language_by_script` names as the likeliest of their script."""

_SCRIPTS = {code: re.compile(f"[{letters}]") for code, letters in (_ONE_LANGUAGE | _SEVERAL_LANGUAGES).items()}
_TELLING_LETTERS = (("uk", "ru", "іїєґ"), ("fa", "ar", "پچژگ"))
"""(language, the likelier one of its script, letters that only the first has)."""

_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9d]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
"""Single letters are initials and marks in any language."""
_LATIN_LETTERS = {
    "ß": ("de",), "ñ": ("es",), "¿": ("es",), "¡": ("es",), "ã": ("pt",), "õ": ("pt",), "œ": ("fr",), "ł": ("pl",),
    "ż": ("pl",), "ğ": ("tr",), "ı": ("tr",), "ő": ("hu",), "ű": ("hu",), "ř": ("cs",), "ě": ("cs",), "ț": ("ro",),
    "ă": ("ro",), "ø": ("da", "no"), "æ": ("da", "no"), "å": ("sv", "da", "no"), "ä": ("de", "sv", "fi"),
    "ö": ("de", "sv", "fi", "tr", "hu"), "ü": ("de", "tr"), "è": ("fr", "it"), "ê": ("fr", "pt"),
    "ç": ("fr", "pt", "tr"),
}  # fmt: skip
"""Letters and marks of questions that tell languages apart."""

_ELISION = re.compile(r"(?<![\w'’])(?:qu|[ldcj])['’](?=[^\W\d_]{2})")
_ELIDED: tuple[str, ...] = ("fr", "it")
"""Languages that write "l'article"; of other letters than l and d only the first one."""

_OTHER_SCRIPTS = frozenset({"ru", "uk", "el", "ar", "fa", "he", "hi"})


def guess_language(text: str) -> str:
    """Return the ISO 639-1 code of the language of a text, short ones too; "" where nothing tells it."""
    return language_by_script(text) or _by_words(text[:READ_CHARACTERS], MIN_LEAD)


@lru_cache(maxsize=1 << 12)
def language_of_passage(text: str, document: str) -> str:
    """Return the language of a passage; `document` is that of its document, "" where it is unknown.

    A passage in another language than its document is known by its own words.
    """
    start = text[:READ_CHARACTERS]
    if document == ENGLISH:
        return language_by_script(start) or _by_words(start, LEAD_OVER_ENGLISH) or ENGLISH
    return guess_language(start) or document


def language_by_script(text: str) -> str:
    """Return the language whose script most of a text is in; "" for Latin letters and for none."""
    if text.isascii():
        return ""
    letters = len(_LETTER.findall(text))
    if not letters:
        return ""
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana + han > MIN_SCRIPT_SHARE * letters:
        return "ja" if kana > MIN_KANA_SHARE * (kana + han) else "zh"
    counts = Counter({code: len(script.findall(text)) for code, script in _SCRIPTS.items()})
    code, count = counts.most_common(1)[0]
    if count <= MIN_SCRIPT_SHARE * letters:
        return ""
    for other, likelier, telling in _TELLING_LETTERS:
        if code == likelier and any(letter in text for letter in telling):
            return other
    return code


def _by_words(text: str, lead: float) -> str:
    """Return the language whose small words and letters a text has most of; "" where none leads by so much."""
    scores: defaultdict[str, float] = defaultdict(float)
    folded = fold(text)
    for word in _WORD.findall(folded):
        for code in (held := _languages_by_word().get(word, ())):
            scores[code] += 1 / len(held)
    for match in _ELISION.finditer(folded):
        codes = _ELIDED if match[0][0] in "ld" else _ELIDED[:1]
        for code in codes:
            scores[code] += 1 / len(codes)
    lowered = text.casefold() if not text.isascii() else ""
    for letter, codes in _LATIN_LETTERS.items() if lowered else ():
        if letter in lowered:
            for code in codes:
                scores[code] += 1 / len(codes)
    if not scores:
        return ""
    first, *rest = sorted(scores.items(), key=lambda item: (-item[1], item[0] != ENGLISH))
    second = rest[0][1] if rest else 0.0
    compared = scores.get(ENGLISH, 0.0) if lead == LEAD_OVER_ENGLISH else second
    return first[0] if first[1] - compared >= lead else ""


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, words in STOP_WORDS.items():
        for word in words if code not in _OTHER_SCRIPTS else ():
            found[word] = (*found.get(word, ()), code)
    return found
