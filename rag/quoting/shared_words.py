"""Keeps, of several quotes that were chosen by words and cosines, those that speak of something the question names."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from rag.extractive import Extract
from rag.questions.clauses import EVERY_STOP_WORD
from rag.quoting.asked_event import tells_same_event
from rag.quoting.excerpts import language_of_source
from rag.quoting.own_words import own_share
from rag.quoting.table_answer import without_generic
from rag.text import content_words
from rag.units import Place, Unit
from rag.words.language import guess_language

_SMALL_WORDS = frozenset(content_words(" ".join(EVERY_STOP_WORD)))
"""Words such as "pour", as content words are written."""


def those_sharing(
    question: str,
    extracts: list[Extract],
    units: Mapping[Place, Unit],
    weights: Mapping[str, float],
    known: AbstractSet[int],
) -> list[Extract]:
    """Return, of sentences chosen by words and cosines in the language of the question, those with a word or an event
    of it; all where none has any.

    A row is too short to tell its language.
    """
    language = guess_language(question)
    focus = {word: weight for word, weight in without_generic(weights).items() if word not in _SMALL_WORDS}
    those = [units[extract.place] for extract in extracts if extract.place in units]
    is_sure = len(those) == len(extracts) and not any(extract.number in known for extract in extracts)
    languages = {language_of_source(unit.source) for unit in those if not unit.is_row}
    if not language or not is_sure or languages - {"", language}:
        return extracts
    sharing = [
        extract
        for extract, unit in zip(extracts, those, strict=True)
        if own_share(unit, focus) or tells_same_event(question, unit.text)
    ]
    return sharing or extracts
