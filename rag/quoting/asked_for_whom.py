"""Tells whether a sentence is for others than a question names: the fee for adults, where families are asked about."""

from __future__ import annotations

import re

from rag.quoting.document_context import context_of
from rag.text import content_words
from rag.units import Unit
from rag.words.word_forms import is_of_family

_FOR = re.compile(
    r"(?i)\b(?:for|für|pour|para)\s+(?:(?:the|an?|all|every|die|den|das|alle|eine[nm]?|les?|la|l['’]|un|une|los|las|el|una)\s+)?"
    r"(?P<whom>[^\W\d_]{4,})"
)

MIN_PART = 4
"""Letters of a part of a compound: damage in "Dachschäden"."""


def is_for_others(question: str, unit: Unit) -> bool:
    """Return whether a question ends with whom something is for, and a sentence says it of others alone."""
    asked = [match["whom"] for match in _FOR.finditer(question) if not question[match.end() :].strip(" ?.!")]
    words = content_words(asked[-1]) if asked else []
    told = [stem for match in _FOR.finditer(unit.text) for stem in content_words(match["whom"])]
    if not words or not told or unit.is_row:
        return False
    around = content_words(f"{unit.text}\n{unit.heading}\n{unit.leans_on}\n{context_of(unit.source)}")
    return not any(
        word == other or is_of_family(word, other) or (len(other) >= MIN_PART and other in word)
        for word in words
        for other in around
    )
