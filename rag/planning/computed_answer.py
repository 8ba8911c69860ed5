"""Makes the answer of a computation: its sentence, and a citation for each figure that it is made of."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from rag.citations.evidence import cite_stretch
from rag.page_layout import load_rectangles
from rag.planning.table_cells import Place
from rag.protocols import DocumentCatalogue
from rag.types import (
    Answer,
    AnswerEvent,
    AnswerTable,
    Citation,
    DocumentInfo,
    JudgedSentence,
    Page,
    PageRectangle,
    Source,
    Span,
    Usage,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A source, and the words of it that carry a figure: characters `start` to `end` of its text."""

    source: Source
    start: int
    end: int

    @property
    def quote(self) -> str:
        """Return the words."""
        return self.source.text[self.start : self.end]


def source_of_places(document: DocumentInfo, page: Page, places: Sequence[tuple[int, int]], number: int) -> Source:
    """Return stretches of one page, each as its start and end, as a numbered source."""
    return Source(
        number=number,
        document=document,
        section="",
        text="\n".join(page.text[start:end] for start, end in places),
        spans=tuple(Span(page.number, start, end) for start, end in places),
        score=1.0,
        page_labels={page.number: page.label} if page.label else {},
    )


def proof_of_place(document: DocumentInfo, page: Page, place: Place, number: int) -> Proof:
    """Return a stretch of a page as a numbered source, all of which carries the figure."""
    source = source_of_places(document, page, [(place.start, place.end)], number)
    return Proof(source, 0, len(source.text))


def compose_answer(
    text: str,
    proofs: Sequence[Proof],
    catalogue: DocumentCatalogue,
    *,
    milliseconds: Mapping[str, float],
    table: AnswerTable | None = None,
    notices: Sequence[str] = (),
    verdict: Verdict = Verdict.SUPPORTED,
    reason: str = "",
) -> Generator[AnswerEvent, None, Answer]:
    """Yield the text and the verdict on it, and return the answer; its markers [n] are the numbers of the sources."""
    numbers = tuple(proof.source.number for proof in proofs)
    probability = 1.0 if verdict is Verdict.SUPPORTED else 0.5
    citations = tuple(cite(proof, text, catalogue) for proof in proofs)
    pages = tuple((citation.number, citation.page) for citation in citations)
    judged = JudgedSentence(0, len(text), text, verdict, probability, numbers, reason=reason, pages=pages)
    yield text
    yield judged
    return Answer(
        text=text,
        refused=False,
        sources=tuple({proof.source.number: proof.source for proof in proofs}.values()),
        citations=citations,
        llm="",
        usage=Usage(0, 0),
        cost_usd=0.0,
        milliseconds=milliseconds,
        notices=tuple(notices),
        sentences=(judged,),
        verdict=verdict,
        probability=probability,
        table=table,
    )


def refuse(
    reason: str,
    *,
    milliseconds: Mapping[str, float],
    sources: Sequence[Source] = (),
    table: AnswerTable | None = None,
) -> Generator[AnswerEvent, None, Answer]:
    """Yield why nothing was computed, and return it as a refusal."""
    yield reason
    return Answer(
        text=reason,
        refused=True,
        sources=tuple(sources),
        citations=(),
        llm="",
        usage=Usage(0, 0),
        cost_usd=0.0,
        milliseconds=milliseconds,
        table=table,
    )


def cite(proof: Proof, sentence: str, catalogue: DocumentCatalogue) -> Citation:
    """Return the citation of a figure, with the boxes of its words."""

    def rectangles(source: Source, spans: Sequence[Span]) -> tuple[PageRectangle, ...]:
        return load_rectangles(source, spans, catalogue.load_pages)

    return cite_stretch(proof.source, proof.start, proof.end, rectangles=rectangles, sentence=sentence, supported=True)
