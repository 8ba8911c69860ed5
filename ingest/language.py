"""Detects the language that a document is written in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from langdetect import DetectorFactory, detector_factory
from langdetect.lang_detect_exception import LangDetectException

from rag.types import Page
from rag.words.language import SHARED_SCRIPTS, language_by_script

SAMPLE_CHARACTERS = 3000
"""Enough text to be sure: more costs time and changes nothing."""

SAMPLE_PAGES = 6
"""Spread over the document, so that a cover in another language does not decide."""

MIN_LETTERS = 40
"""Fewer letters are names and labels, which belong to no language."""

MIN_PROBABILITY = 0.6

_LETTER = re.compile(r"[^\W\d_]")
_NOISE = re.compile(r"\S*[@/\\]\S*|\d+")


def detect_language(pages: Iterable[Page]) -> str:
    """Return the ISO 639-1 code of the language of the pages; "" where there is too little text to tell."""
    return language_of(_sample([page.text for page in pages]))


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the language of a text; "" where there is too little text to tell."""
    by_script = language_by_script(text)
    if by_script and by_script not in SHARED_SCRIPTS:
        return by_script
    if len(_LETTER.findall(text)) < MIN_LETTERS:
        return ""
    detector = _factory().create()
    detector.seed = 0
    detector.append(_NOISE.sub(" ", text))
    try:
        best = detector.get_probabilities()[0]
    except (LangDetectException, IndexError):
        return ""
    return str(best.lang).partition("-")[0] if best.prob >= MIN_PROBABILITY else ""


def load_languages() -> None:
    """Load what the detection knows of each language, which takes a third of a second."""
    _factory()


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
