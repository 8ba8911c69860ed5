"""Weighs how much of what a question names a sentence says itself, with what it leans on and what stands over it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from rag.quoting.table_answer import abbreviated_words, without_generic
from rag.text import content_words, sentence_spans
from rag.units import Unit
from rag.words.word_forms import is_said

_GOES_ON = re.compile(r"(?i)\b(?:instead|otherwise|in (?:this|that|such a) case|stattdessen|andernfalls|sonst|sinon)\b")


def own_share(unit: Unit, focus: Mapping[str, float]) -> float:
    """Return the share of a question's weight that a sentence holds, or what it leans on or its heading, unless that
    names the whole document."""
    heading = set(content_words(unit.heading)).difference(content_words(unit.source.document.title))
    above = f"{unit.header}\n{unit.leans_on}\n{_gone_on_from(unit)}"
    words = {*unit.words, *heading, *content_words(above)}
    words |= abbreviated_words(list(focus), unit.words)
    return sum(weight for word, weight in focus.items() if is_said(word, words))


def named_beside(unit: Unit, focus: Mapping[str, float], named: AbstractSet[str]) -> float:
    """Return the share of a question's weight that is of names which a sentence lacks and its document has."""
    words = {*unit.words, *content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}")}
    return sum(weight for word, weight in focus.items() if word in named and not is_said(word, words))


def shares_nothing(unit: Unit, weights: Mapping[str, float]) -> bool:
    """Return whether neither a sentence nor what stands over it in the text has a word that the question names."""
    return not without_generic(weights).keys() & {
        *unit.words,
        *content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}"),
    }


def _gone_on_from(unit: Unit) -> str:
    """Return the sentence before one that goes on with it ("Please use the other stop instead."), else ""."""
    if unit.is_row or not _GOES_ON.search(unit.text):
        return ""
    spans = [(start, end) for start, end in sentence_spans(unit.source.text) if end <= unit.start]
    return unit.source.text[slice(*spans[-1])] if spans else ""
