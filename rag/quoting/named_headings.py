"""Keeps apart what stands under different headings: of the Harrow cup is not said what is asked of the salver."""

from __future__ import annotations

from collections.abc import Sequence

from rag.questions.constraints import find_constraints
from rag.text import content_words
from rag.units import Unit
from rag.words.word_forms import is_said


def is_of_other_heading(question: str, unit: Unit, units: Sequence[Unit]) -> bool:
    """Return whether a question names a heading of the document by a name ("the Wexcombe salver"), and a sentence that
    does not have the name stands under another heading, of which the question says nothing."""
    own = frozenset(content_words(unit.heading))
    asked = frozenset(content_words(question))
    if unit.is_row or not unit.heading or any(is_said(word, asked) for word in content_words(unit.heading)):
        return False
    said = {*own, *unit.words, *content_words(f"{unit.header}\n{unit.leans_on}")}
    headings = {
        frozenset(content_words(text))
        for other in units
        if other.source.document.id == unit.source.document.id
        for text in (other.heading, other.source.section.rpartition(" > ")[2])
        if text and text != unit.heading
    }
    names = [frozenset(content_words(one.written)) for one in find_constraints(question) if one.kind == "name"]
    return any(
        named <= heading and len(heading & asked) > 1
        for named in names
        if named and not any(is_said(word, said) for word in named)
        for heading in headings
    )
