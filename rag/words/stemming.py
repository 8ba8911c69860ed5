"""Cuts the inflection off words of many languages with Snowball's stemmers."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag.words.folding import FOLDING_VERSION, fold

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "es": "spanish",
    "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""ISO 639-1 code -> Snowball's name. English is left to the full-text index and to `rag.text.stem`."""

PACKAGE = "snowballstemmer"

COMPOUNDING = frozenset({"da", "de", "fi", "hu", "nl", "no", "sv"})
"""Languages that write words made of words without a space between them."""


_HEBREW_PREFIXES = frozenset("והבלמשכ")
MIN_HEBREW = 3
"""Letters that stay when prefixes fall."""


def stem_word(word: str, language: str) -> str:
    """Return a word without its inflection, folded; only folded in a language without a stemmer."""
    if language == "he":
        return _without_prefixes(fold(word))
    return _stem(word, language) if language in stemmed_languages() else fold(word)


@cache
def stemmed_languages() -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages whose words are stemmed."""
    return frozenset({"he"} | {code for code, name in _ALGORITHMS.items() if name in _algorithms()})


@cache
def words_version() -> str:
    """Return what names the form of words in the full-text index: another one makes the index anew."""
    try:
        stemmer = version(PACKAGE)
    except PackageNotFoundError:
        stemmer = "none"
    return f"{FOLDING_VERSION}+{stemmer}"


def _without_prefixes(word: str) -> str:
    """Return a Hebrew word without the article and the prepositions that are written onto it, two at most."""
    for _ in range(2):
        if len(word) > MIN_HEBREW and word[0] in _HEBREW_PREFIXES:
            word = word[1:]
    return word


@lru_cache(maxsize=1 << 18)
def _stem(word: str, language: str) -> str:
    # Stemmers know words with their accents: folded words would keep half of their endings.
    written = unicodedata.normalize("NFKC", word).lower()
    return fold(_stemmer(language).stemWord(written)) or fold(word)


@cache
def _stemmer(language: str) -> Any:
    return import_module(PACKAGE).stemmer(_ALGORITHMS[language])


@cache
def _algorithms() -> frozenset[str]:
    """Return Snowball's algorithms; none where an installation was brought up to date without its new packages."""
    try:
        return frozenset(import_module(PACKAGE).algorithms())
    except ModuleNotFoundError:
        return frozenset()
