"""Tells whether what carries a claim is about what the question names to the letter: its clause, order, year."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rag.citations.source_reading import ReadSource
from rag.questions.constraints import Constraint, find_constraints, names_another, names_constraint, units_that_meet


class QuestionScope:
    """The constraints of a question, and whether an answer has met the hard ones."""

    def __init__(self, question: str) -> None:
        constraints = sorted(find_constraints(question), key=lambda constraint: constraint.kind)
        # Of several years or orders, a sentence may be about one: the question may compare them.
        self._groups = [list(group) for _, group in groupby(constraints, key=lambda constraint: constraint.kind)]
        self._open = {constraint for constraint in constraints if constraint.is_hard}

    @property
    def is_met(self) -> bool:
        """Return whether every identifier and clause of the question was met by something supported."""
        return not self._open

    @property
    def reason(self) -> str:
        """Say what a sentence is not about."""
        named = ", ".join(constraint.written for group in self._groups for constraint in group)
        return f"The words stand in the source, but not about {named}."

    def holds(self, claim: str, item: ReadSource, unit: int) -> bool:
        """Return whether a claim, or the sentence of a source that carries it, is about what the question names."""
        return all(any(_is_about(claim, item, unit, one) for one in group) for group in self._groups)

    def note(self, claim: str, item: ReadSource, unit: int) -> None:
        """Take in a claim that is supported, by a sentence of a source."""
        self._open = {one for one in self._open if not _is_about(claim, item, unit, one)}


def _is_about(claim: str, item: ReadSource, unit: int, constraint: Constraint) -> bool:
    document = item.source.document
    context = f"{document.title}\n{document.path}\n{item.source.section}"
    if names_constraint(claim, constraint) or names_constraint(context, constraint):
        return True
    if unit >= 0 and constraint.kind == "clause":
        unit = _last_said(claim, item, unit)
    if unit >= 0 and _meets(item, unit, constraint, context):
        return True
    return not constraint.is_hard and (unit < 0 or not names_another(_unit(item, unit), constraint))


def _meets(item: ReadSource, unit: int, constraint: Constraint, context: str) -> bool:
    units = [_unit(item, at) for at in range(len(item.sentences))]
    rows: Sequence[bool] = [sentence.is_row for sentence in item.sentences]
    return units_that_meet(units, constraint, context=context, rows=rows)[unit]


def _last_said(claim: str, item: ReadSource, unit: int) -> int:
    """Return the item of a list that a claim quotes below the line that leads it in, else the sentence itself."""
    texts = [item.text_of(sentence).strip() for sentence in item.sentences[unit:]]
    if not texts[0].endswith(":"):
        return unit
    return next((at for at, text in enumerate(texts[1:], unit + 1) if text and text in claim), unit)


def _unit(item: ReadSource, at: int) -> str:
    sentence = item.sentences[at]
    text = item.text_of(sentence)
    return f"{sentence.header}\n{text}" if sentence.header else text
