"""Detects the language that a document is written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from langdetect import DetectorFactory, detector_factory
from langdetect.lang_detect_exception import LangDetectException

from rag.types import Page

SAMPLE_CHARACTERS = 3000
"""Enough text to be sure: more costs time and changes nothing."""

SAMPLE_PAGES = 6
"""Spread over the document, so that a cover in another language does not decide."""

MIN_LETTERS = 40
"""Fewer letters are names and labels, which belong to no language."""

MIN_PROBABILITY = 0.6

MIN_SCRIPT_SHARE = 0.3
"""Of all letters: more of a script that one language writes decides for it; Japanese mixes in Chinese characters."""

_SCRIPTS = {
    "ko": r"[\uac00-\ud7af\u1100-\u11ff]",
    "th": r"[\u0e01-\u0e4f]",
    "he": r"[\u05d0-\u05ea]",
    "el": r"[\u0370-\u03ff\u1f00-\u1fff]",
    "ka": r"[\u10a0-\u10ff]",
    "hy": r"[\u0531-\u058f]",
}
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_NOISE = re.compile(r"\S*[@/\\]\S*|\d+")

MIN_KANA_SHARE = 0.05


def detect_language(pages: Iterable[Page]) -> str:
    """Return the ISO 639-1 code of the language of the pages; "" where there is too little text to tell."""
    return language_of(_sample([page.text for page in pages]))


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the language of a text; "" where there is too little text to tell."""
    letters = len(_LETTER.findall(text))
    if by_script := _language_by_script(text, letters):
        return by_script
    if letters < MIN_LETTERS:
        return ""
    detector = _factory().create()
    detector.seed = 0
    detector.append(_NOISE.sub(" ", text))
    try:
        best = detector.get_probabilities()[0]
    except (LangDetectException, IndexError):
        return ""
    return str(best.lang).partition("-")[0] if best.prob >= MIN_PROBABILITY else ""


def _language_by_script(text: str, letters: int) -> str:
    if not letters:
        return ""
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    if kana + han > MIN_SCRIPT_SHARE * letters:
        return "ja" if kana > MIN_KANA_SHARE * (kana + han) else "zh"
    shares = Counter({code: len(re.findall(script, text)) for code, script in _SCRIPTS.items()})
    code, count = shares.most_common(1)[0]
    return code if count > MIN_SCRIPT_SHARE * letters else ""


def _sample(texts: list[str]) -> str:
    """Take the same number of characters from pages spread over the document."""
    told = [text for text in texts if text.strip()]
    step = max(1, len(told) // SAMPLE_PAGES)
    chosen = told[::step][:SAMPLE_PAGES]
    share = SAMPLE_CHARACTERS // max(1, len(chosen))
    return "\n".join(text[:share] for text in chosen)


@cache
def _factory() -> DetectorFactory:
    detector_factory.init_factory()
    return detector_factory._factory
