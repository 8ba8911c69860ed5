"""Reads a source for checking claims: its sentences and rows, what they say to the letter, and which prove nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.citations.amounts import Amount, read_amounts
from rag.quoting.table_cells import SEPARATOR as CELL_SEPARATOR
from rag.safety.instructions import find_instructions
from rag.text import content_words, numbers
from rag.types import Source
from rag.units import find_header, spans_below_rows

NAME_ROOT = 5
"""First letters in which a name and its inflections agree."""
_ROMAN = re.compile(r"\b[A-Z]")


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """Characters `start` to `end` of a source; `header` is the head of the table that a row stands in, else "".

    An order to the reader or an AI (`is_order`) carries nothing; a question (`asks`) only together with what answers.
    """

    start: int
    end: int
    words: frozenset[str]
    is_row: bool
    header: str = ""
    is_order: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A source cut into sentences, with the words, names and numbers in those that may carry a claim.

    `context` holds the words of its title, path and section.
    """

    source: Source
    sentences: tuple[SourceSentence, ...]
    words: frozenset[str]
    context: frozenset[str]
    initials: str
    """First letters of its capitalised words in order: an acronym is looked for in it."""
    numbers: frozenset[str]
    amounts: tuple[Amount, ...]
    ordered: frozenset[str]
    """Words of the sentences that only order."""

    def text_of(self, sentence: SourceSentence) -> str:
        """Return the text of one of its sentences."""
        return self.source.text[sentence.start : sentence.end]

    def mentions(self, name: str) -> bool:
        """Return whether it has a name whole, inflected ("German" for "Germany") or spelled out."""
        known = self.words | self.context
        root = name[:NAME_ROOT].casefold()
        if known.issuperset(content_words(name)) or any(word.startswith(root) for word in known):
            return True
        return name.isupper() and name.casefold() in self.initials

    def sentence_at(self, position: int) -> int:
        """Return the index of the sentence that holds a character of the source; -1 for none."""
        found = (at for at, sentence in enumerate(self.sentences) if sentence.start <= position < sentence.end)
        return next(found, -1)


def _header(rows: Sequence[str], row: str) -> str:
    """Return the head over a row: the first row of a table in cells, also where its names hold digits."""
    is_in_cells = bool(rows) and CELL_SEPARATOR in rows[0]
    return find_header(rows, row) or (rows[0] if is_in_cells else "")


def read_source(source: Source) -> ReadSource:
    """Cut a source into sentences and find what its sentences say to the letter."""
    spans = list(spans_below_rows(source.text))
    orders = find_instructions(source.text, [(start, end) for start, end, _ in spans])
    sentences = []
    for (start, end, rows), is_order in zip(spans, orders, strict=True):
        piece = source.text[start:end]
        is_row = rows is not None
        header = _header(rows, piece) if rows is not None else ""
        words = frozenset(content_words(piece))
        asks = piece.rstrip("\"'”’)*_ ").endswith(("?", "？"))
        sentences.append(SourceSentence(start, end, words, is_row, header if header != piece else "", is_order, asks))
    kept = [sentence for sentence in sentences if not sentence.is_order]
    text = "\n".join(source.text[sentence.start : sentence.end] for sentence in kept)
    document = source.document
    context = re.sub(r"[_/]", " ", f"{document.title} {source.section} {document.path}")
    words = frozenset[str]().union(*(sentence.words for sentence in kept))
    return ReadSource(
        source=source,
        sentences=tuple(sentences),
        words=words,
        context=frozenset(content_words(context)),
        initials="".join(_ROMAN.findall(text)).casefold(),
        numbers=frozenset(numbers(text, spelled=True) | numbers(context, spelled=True)),
        amounts=read_amounts(text),
        ordered=frozenset[str]().union(*(sentence.words for sentence in sentences if sentence.is_order)) - words,
    )
