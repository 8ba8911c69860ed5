"""Tells which rows of a table a question means that denies another one: of residents and others, those not resident."""

from __future__ import annotations

from collections.abc import Sequence

from rag.questions.constraints import negated_words
from rag.quoting.table_cells import split_cells
from rag.text import content_words
from rag.words.word_forms import is_of_family


def rows_not_denied(question: str, rows: Sequence[str]) -> list[bool]:
    """Return for each row of a table whether its first cell has none of the words that a question says "not" of; []
    where none, or every row, has one."""
    denied = negated_words(question)
    keys = [content_words(split_cells(row)[0]) for row in rows]
    told = [any(word == it or is_of_family(word, it) for word in key for it in denied) for key in keys]
    return [not one for one in told] if any(told) and not all(told) else []
