"""Finds the sentences that come nearest to a question that is refused, for people to judge by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.extractive import Extract, ExtractiveReader
from rag.language_gate import is_readable
from rag.protocols import Embedder, SentenceRanker
from rag.quoting.excerpts import language_of_source
from rag.quoting.second_look import rank_sentences
from rag.types import Source
from rag.units import units_of
from rag.words.language import guess_language

MOST_SENTENCES = 3
MAX_SOURCES = 5
"""The first ones, which are most likely to answer."""


def nearest_sentences(
    question: str, sources: Sequence[Source], embedder: Embedder, ranker: SentenceRanker | None
) -> list[Extract]:
    """Return the sentences and rows nearest to a question, best first, each of another source and MOST_SENTENCES at
    most.

    The `ranker` orders them where it knows the languages of all, else words and cosines do.
    """
    read = sources[:MAX_SOURCES]
    asked = guess_language(question)
    if ranker is None or not all(is_readable(asked, language_of_source(source)) for source in read):
        return _one_of_each(ExtractiveReader(embedder).rank(question, read))
    units = [unit for rank, source in enumerate(read) for unit in units_of(rank, source)]
    ranked = rank_sentences(question, units, ranker) if units else []
    return _one_of_each(Extract.of(unit, score) for unit, score in ranked)


def _one_of_each(ranked: Iterable[Extract]) -> list[Extract]:
    first: dict[int, Extract] = {}
    for extract in ranked:
        first.setdefault(extract.number, extract)
    return list(first.values())[:MOST_SENTENCES]
