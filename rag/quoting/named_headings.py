"""Keeps apart what stands under different headings: of the Harrow cup is not said what is asked of the salver."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.questions.constraints import find_constraints
from rag.text import content_words
from rag.units import Unit
from rag.words.word_forms import is_said

MIN_TITLE = 2
"""Words of a heading that no name is in, before a question with all of them means it."""
_MARK = re.compile(r"\s*[(,:;–—]|\s-\s")


def is_of_other_heading(question: str, unit: Unit, units: Sequence[Unit]) -> bool:
    """Return whether a question names a heading of the document by a name ("the Wexcombe salver") or by all its words
    ("Wood turning (C225)"), and a sentence that does not have them stands under another heading, of which the question
    says nothing."""
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
    if any(_is_titled(heading, asked, said) for heading in headings):
        return True
    names = [one.written for one in find_constraints(question) if one.kind == "name"]
    return any(
        _is_called(heading, name, asked)
        for name in names
        if not any(is_said(word, said) for word in content_words(name))
        for heading in headings
    )


def _is_titled(heading: str, asked: frozenset[str], said: Collection[str]) -> bool:
    """Return whether a question has all words of a heading, up to its first mark, and a text none of them."""
    words = [word for word in content_words(_MARK.split(heading, maxsplit=1)[0]) if not word[0].isdigit()]
    return (
        len(set(words)) >= MIN_TITLE
        and all(is_said(word, asked) for word in words)
        and not any(is_said(word, said) for word in words)
    )


def _is_called(heading: str, name: str, asked: frozenset[str]) -> bool:
    """Return whether a heading begins with a name, or has it beside another word of the question."""
    named, words = content_words(name), content_words(heading)
    return bool(named) and set(named) <= set(words) and (words[: len(named)] == named or len(set(words) & asked) > 1)
