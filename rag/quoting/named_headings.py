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
    own = unit.caption or ("" if unit.is_row else unit.heading)
    asked = frozenset(content_words(question))
    if not own or any(is_said(word, asked) for word in content_words(own)):
        return False
    said = {*content_words(own), *unit.words, *content_words(f"{unit.header}\n{unit.leans_on}")}
    headings = {
        text
        for other in units
        if other.source.document.id == unit.source.document.id
        for text in (other.heading, other.caption, other.source.section.rpartition(" > ")[2])
        if text and text != own
    }
    names = [one.written for one in find_constraints(question) if one.kind == "name"]
    return any(
        _is_called(heading, name, asked)
        for name in names
        if not any(is_said(word, said) for word in content_words(name))
        for heading in headings
    )


def _is_called(heading: str, name: str, asked: frozenset[str]) -> bool:
    """Return whether a heading begins with a name, or has it beside another word of the question."""
    named, words = content_words(name), content_words(heading)
    return bool(named) and set(named) <= set(words) and (words[: len(named)] == named or len(set(words) & asked) > 1)
