"""Says why a document did or did not come up for a question: every stage's ranks and what became of each chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.types import Hit, Source

if TYPE_CHECKING:
    from rag.pipeline import AnswerStream, AskSettings

ROWS = 30
"""Chunks shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """A chunk that was found, and what became of it: "source [3]" or why it went no further."""

    hit: Hit
    fate: str


@dataclass(frozen=True, slots=True)
class ExplainedSentence:
    """A sentence that was marked as an answer and not given, and why: the end of "It ..."."""

    document: str
    page: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Tells how an answer's sources were found; `probability` is what refusal is decided on."""

    rows: tuple[ExplainedHit, ...]
    more: int
    probability: float
    threshold: float
    milliseconds: Mapping[str, float]
    held_back: tuple[ExplainedSentence, ...] = ()


def explain_stages(stream: AnswerStream, settings: AskSettings) -> Explanation:
    """Return the explanation of an answer that was made with `settings`."""
    milliseconds = stream.answer.milliseconds
    rows = tuple(
        ExplainedHit(hit, _fate(stream, hit) or f"not among the best {settings.source_chunks} to read")
        for hit in stream.retrieval.hits[:ROWS]
    )
    more = max(0, len(stream.retrieval.hits) - ROWS)
    sources = {source.number: source for source in stream.sources}
    held_back = tuple(
        ExplainedSentence(source.document.path, source.spans[0].page, one.text, one.reason)
        for one in stream.held_back
        for source in [sources[one.source]]
    )
    return Explanation(rows, more, stream.probability, stream.threshold, milliseconds, held_back)


def _fate(stream: AnswerStream, hit: Hit) -> str:
    """Return the words for a hit's fate among the sources; "" for a hit that did not become one."""
    number = next((source.number for source in stream.sources if _holds(source, hit)), None)
    if number is None:
        return ""
    if number in {source.number for source in stream.read}:
        return f"source [{number}]"
    return f"source [{number}], not read" if stream.answer.refused else f"source [{number}], did not fit"


def _holds(source: Source, hit: Hit) -> bool:
    first = hit.chunk.spans[0]
    return source.document.id == hit.document.id and any(
        span.page == first.page and span.start <= first.start < span.end for span in source.spans
    )
