"""Answers a column from one document alone: by what the document labels, else by the passage reader, else by an LLM."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.extraction.candidates import Claim, Decision, decide, find_candidates, find_claims
from rag.extraction.cells import NOT_IN_DOCUMENT, Cell
from rag.extraction.columns import Column, ColumnKind
from rag.extraction.days import find_days
from rag.extraction.fields import plan_search
from rag.extraction.llm import LlmAnswer, ask_llm
from rag.extraction.quantities import canonical_unit, is_currency
from rag.extraction.values import NO, YES, Conventions, Value, is_denied, read_values
from rag.extractive import Extract, ExtractiveReader, weights_of
from rag.language_gate import GatedReader
from rag.page_layout import load_rectangles
from rag.protocols import Embedder, LanguageModel, PassageReader, Searcher
from rag.quoting.marking import MarkingReader
from rag.quoting.table_answer import covered_share, without_generic
from rag.retrieval import COMBINED, Retriever
from rag.segments import choose_chunks, join_segments
from rag.types import DocumentInfo, Hit, PageRectangle, Source, Span, Verdict
from rag.units import Unit, units_of

MAX_PAGES = 400
"""Pages in which labels are looked for; in what comes behind them only what a search finds is read."""

SOURCE_CHUNKS = 12
READER = "reader"

MIN_SCORE, LIKELY_SCORE = 0.0, 6.0
"""The reader's two logits together, below which what it marks is no value; the second where the sentence holds less
than CLOSE_SHARE of the words that name what is asked for."""
CLOSE_SHARE = 0.45
SURE_SCORE = 10.0
"""From which on it is right, where the sentence names what is asked for."""
SURE_SHARE = 0.75
"""Share of the words that name what is asked for, which the sentence and what stands above it hold then."""
YES_SHARE = 0.8
"""The same for a sentence that says yes or no."""

UNSURE = "The reader is not sure that this is what is asked for."
MAYBE_INCOMPLETE = "The list may be incomplete."
MAX_SENTENCE = 300
"""Characters of a sentence that is shown as a value where no words in it are marked."""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document with the text of its pages, each as a source, and how it writes numbers and days."""

    collection: str
    info: DocumentInfo
    pages: tuple[Source, ...]
    conventions: Conventions
    claims: tuple[Claim, ...]

    def is_claimed(self, spans: Sequence[Span], field: str) -> bool:
        """Return whether a place is the value of another field than the one that is asked for."""
        fields = {
            claim.field
            for claim in self.claims
            for span in spans
            if claim.page == span.page and claim.start < span.end and span.start < claim.end
        }
        return bool(fields) and field not in fields


class CellReader:
    """Reads the cells of documents of one index. Methods may be called from any thread."""

    def __init__(
        self, *, retriever: Retriever, searcher: Searcher, embedder: Embedder, reader: PassageReader | None
    ) -> None:
        """Take the parts; without a `reader`, only what a document labels is supported."""
        self._retriever = retriever
        self._searcher = searcher
        self._embedder = embedder
        gated = GatedReader(reader) if reader else None
        self._passage_reader = gated
        self._marker = MarkingReader(gated, embedder) if gated else ExtractiveReader(embedder)

    def open(self, collection: str, info: DocumentInfo) -> OpenDocument:
        """Load the pages of a document that answers."""
        loaded = self._searcher.load_pages(info.id, range(min(info.pages, MAX_PAGES)))
        pages = tuple(
            Source(
                number=number + 1,
                document=info,
                section="",
                text=page.own_text,
                spans=(Span(number, 0, len(page.own_text)),),
                score=0.0,
                page_labels={number: page.label} if page.label else {},
            )
            for number, page in sorted(loaded.items())
            if page.own_text
        )
        conventions = Conventions.of("\n".join(page.text for page in pages))
        return OpenDocument(collection, info, pages, conventions, tuple(find_claims(pages, conventions)))

    def read(
        self,
        document: OpenDocument,
        column: Column,
        *,
        model: LanguageModel | None = None,
        stop: threading.Event | None = None,
    ) -> Cell:
        """Answer a column; the LLM, where there is one, is asked where the reader is not sure.

        Raises ModelError where the LLM fails, QuestionError for what is no question.
        """
        decision = decide(find_candidates(column, document.pages, document.conventions))
        if decision is not None and not decision.doubt:
            return self._decided(document, decision)
        sources = self._find_sources(document, column)
        read = self._read_passages(document, column, sources)
        cell = self._decided(document, decision, confirmed_by=read) if decision is not None else read
        if model is None or cell.verdict is Verdict.SUPPORTED:
            return cell
        return self._with_llm(document, column, cell, ask_llm(column, sources or document.pages, model, stop=stop))

    # --- what the document labels ---

    def _decided(self, document: OpenDocument, decision: Decision, *, confirmed_by: Cell | None = None) -> Cell:
        candidate = decision.candidate
        doubt = decision.doubt
        if confirmed_by and confirmed_by.verdict is Verdict.SUPPORTED and not candidate.value.doubt:
            # The reader, which has seen all of the passage, decides between two labels.
            if confirmed_by.value != candidate.value.text:
                return replace(confirmed_by, verdict=Verdict.PARTLY, reason=doubt)
            doubt = ""
        return self._cell(candidate.source, candidate.value, candidate.from_, candidate.to, doubt)

    # --- what the passage reader marks ---

    def _find_sources(self, document: OpenDocument, column: Column) -> list[Source]:
        """Return the passages of the document that fit a column's question best; of a short one, all."""
        found = self._retriever.retrieve(column.question, collection=document.collection, documents=[document.info.id])
        return join_segments(self._choose(found.hits, document.collection), self._searcher.load_pages)

    def _choose(self, hits: Sequence[Hit], collection: str) -> list[Hit]:
        hits = [hit for hit in hits if not hit.chunk.described_by]
        read = [hit for hit in hits if COMBINED in hit.stages]
        if not read:
            return list(hits[:SOURCE_CHUNKS])
        choice = choose_chunks(read, budget=SOURCE_CHUNKS)
        between = self._searcher.load_chunks(collection, choice.between) if choice.between else {}
        return [*choice.hits, *(Hit(id_, document, chunk, 0.0) for id_, (document, chunk) in between.items())]

    def _read_passages(self, document: OpenDocument, column: Column, sources: Sequence[Source]) -> Cell:
        embedder = self._retriever.embedder_of(document.collection)
        extracts = self._marker.read(column.question, sources, embedder=embedder) if sources else []
        units = [unit for rank, source in enumerate(sources) for unit in units_of(rank, source, every=True)]
        weights = without_generic(weights_of(column.question, units))
        by_place = {unit.place: unit for unit in units}
        for extract in extracts[:1]:
            unit = by_place.get(extract.place)
            share = covered_share(unit, weights) if unit is not None and weights else 0.0
            least = MIN_SCORE if share >= CLOSE_SHARE else LIKELY_SCORE
            is_likely = extract.score >= least if self._passage_reader is not None else share >= SURE_SHARE
            if unit is None or not is_likely:
                break
            if cell := self._marked(document, column, extract, unit, share):
                return cell
        return Cell(reason=NOT_IN_DOCUMENT)

    def _marked(
        self, document: OpenDocument, column: Column, extract: Extract, unit: Unit, share: float
    ) -> Cell | None:
        """Return the cell of the sentence or row in which the answer is marked; None where it holds no such value."""
        is_sure = self._passage_reader is not None and extract.score >= SURE_SCORE and share >= SURE_SHARE
        doubt = "" if is_sure else UNSURE
        if column.kind is ColumnKind.YES_NO:
            if share < YES_SHARE:
                return None
            said = Value(NO if is_denied(unit.text) else YES, 0, 0)
            return self._cell(unit.source, said, unit.start, unit.end, doubt)
        value = _value_in(column, extract, document.conventions)
        if value is None:
            return None
        field = plan_search(column).field
        is_identifier = column.kind is ColumnKind.TEXT and field.shape is not None
        if is_identifier and field.shape and (not field.shape.match(value.text) or find_days(value.text)):
            # An identifier has a form, and a date is none.
            return None
        at = unit.start + value.start
        if document.is_claimed(unit.source.locate(at, at + value.end - value.start), field.name):
            return None
        if column.kind is ColumnKind.LIST:
            doubt = doubt or MAYBE_INCOMPLETE
        if column.kind is ColumnKind.TEXT and not extract.answer:
            doubt = doubt or UNSURE
        return self._cell(unit.source, value, unit.start, unit.end, doubt or value.doubt)

    # --- what an LLM says ---

    def _with_llm(self, document: OpenDocument, column: Column, cell: Cell, said: LlmAnswer) -> Cell:
        """Return the LLM's answer where it stands in the document; supported where reader and LLM agree, or its
        sentence is found to be carried."""
        for value in read_values(said.text, column, document.conventions)[:1]:
            found = _find_value(column, value, said, document)
            if found is None:
                reason = f"{said.llm} says “{value.text}”, which does not stand in the document."
                return cell if cell.value else Cell(reason=reason, by=said.llm)
            source, start, end = found
            first, last = _around(source.text, start, end)
            agrees = bool(cell.value) and (cell.value, cell.unit) == (value.text, value.unit)
            doubt = value.doubt or ("" if agrees else f"{said.llm} found it, and the reader did not.")
            if cell.value and not agrees:
                doubt = f"The reader found “{cell.shown}”."
            return replace(self._cell(source, value, first, last, doubt), by=said.llm)
        return cell

    def _cell(self, source: Source, value: Value, start: int, end: int, doubt: str) -> Cell:
        spans = source.locate(start, end)
        page = spans[0].page if spans else source.first_page
        return Cell(
            value=value.text,
            unit=value.unit,
            items=value.items,
            verdict=Verdict.PARTLY if doubt else Verdict.SUPPORTED,
            reason=doubt,
            quote=" ".join(source.text[start:end].replace("|", " | ").split()),
            page=page,
            page_label=source.page_labels.get(page, ""),
            page_word=source.document.page_word,
            rectangles=self._rectangles(source, spans),
            by=READER,
        )

    def _rectangles(self, source: Source, spans: Sequence[Span]) -> tuple[PageRectangle, ...]:
        return load_rectangles(source, spans, self._searcher.load_pages)


def _value_in(column: Column, extract: Extract, conventions: Conventions) -> Value | None:
    """Return the value of a column's kind that a sentence gives: where it holds several, the one that is marked."""
    if column.kind in (ColumnKind.TEXT, ColumnKind.LIST):
        said = extract.answer or (extract.text if len(extract.text) <= MAX_SENTENCE else "")
        at = max(extract.text.find(said), 0)
        found = read_values(said, column, conventions)[:1]
        return next((replace(value, start=at + value.start, end=at + value.end) for value in found), None)
    values = read_values(extract.text, column, conventions)
    wanted = canonical_unit(column.unit)
    if wanted and not is_currency(wanted):
        values = [value for value in values if value.unit == wanted]
    at = extract.text.find(extract.answer) if extract.answer else -1
    if at >= 0:
        end = at + len(extract.answer)
        marked = [value for value in values if value.start < end and at < value.end]
        values = marked or values
    with_unit = [value for value in values if value.unit]
    for some in (values, with_unit):
        if len({(value.text, value.unit) for value in some}) == 1:
            return some[0]
    return None


def _find_value(
    column: Column, value: Value, said: LlmAnswer, document: OpenDocument
) -> tuple[Source, int, int] | None:
    """Return where a value stands in the sources, however it is written there; of "yes" and "no" what is cited."""
    sources = sorted(said.sources, key=lambda source: source.number not in said.cited)
    if column.kind is ColumnKind.YES_NO:
        units = [unit for rank, source in enumerate(sources[:1]) for unit in units_of(rank, source)]
        weights = weights_of(column.question, units)
        closest = max(units, key=lambda unit: covered_share(unit, weights), default=None)
        return (closest.source, closest.start, closest.end) if closest else None
    for source in sources:
        if column.kind in (ColumnKind.NUMBER, ColumnKind.DATE):
            for other in read_values(source.text, column, document.conventions):
                if other.text == value.text:
                    return source, other.start, other.end
        else:
            words = r"[\s|]+".join(map(re.escape, (value.items[0] if value.items else value.text).split()))
            if match := re.search(words, source.text, re.IGNORECASE):
                return source, *match.span()
    return None


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the line in which something stands."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    return first, len(text) if last < 0 else last
