"""The sentence, row or cell that may answer a question, with what it is judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.extractive import Extract
from rag.text import is_table_row
from rag.units import Unit


@dataclass(frozen=True)
class Candidate:
    """A marked sentence beside the question, all sentences that were read and the weights of the question's words."""

    question: str
    extract: Extract
    unit: Unit
    units: Sequence[Unit]
    weights: Mapping[str, float]
    is_by_words: bool = False
    """Whether it was chosen by words and cosines, which know other languages: it need not share
    the question's words."""

    @cached_property
    def headed(self) -> str:
        """The head of its table and itself."""
        return f"{self.unit.header}\n{self.unit.text}"

    @cached_property
    def shown(self) -> str:
        """Its heading, the head of its table and itself."""
        return f"{self.unit.heading}\n{self.unit.header}\n{self.unit.text}"

    @cached_property
    def introduced(self) -> str:
        """The same, for a row with the paragraph before its table, which may say what its figures measure."""
        if not self.unit.is_row:
            return self.shown
        before = self.unit.source.text[: self.unit.start].rstrip().splitlines()
        paragraph = next((line for line in reversed(before) if line.strip() and not is_table_row(line)), "")
        return f"{paragraph}\n{self.shown}"

    @cached_property
    def led(self) -> str:
        """The same with what it leans on."""
        return f"{self.shown}\n{self.unit.leans_on}"
