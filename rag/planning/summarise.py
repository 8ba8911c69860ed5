"""Summarises documents: by what an LLM writes of all pages, else by the most central sentences of each section."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from rag.errors import QuestionError
from rag.planning.agreement import notice_of, offer_of
from rag.planning.computed_answer import Proof, compose_answer, refuse
from rag.planning.llm_reading import LlmReading
from rag.planning.naming import NameDocuments, find_named, list_answering
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.summary_query import SummaryQuery, read_summary
from rag.planning.whole_text import whole_text
from rag.planning.written_summary import WrittenSummary
from rag.protocols import Embedder, PlanCatalogue
from rag.retrieval import StageTimer
from rag.text import content_words
from rag.types import CONTENTS_SECTION, Answer, AnswerEvent, Chunk, DocumentInfo, PlanStep, Source
from rag.units import Unit, units_of

MAX_DOCUMENTS = 12
"""Documents in one summary: each gets one quote at least."""

MAX_QUOTES = 12
"""Quotes of a summary: about a page of text."""

MIN_PARTS, MAX_DEPTH = 6, 6
"""Sections are told apart down to the depth of headings at which there are so many, at most to that depth."""

MAX_EACH = 3
"""Quotes from one section."""

MAX_SENTENCES = 120
"""Sentences of one section that are weighed; of a longer one they are taken evenly from all of it."""

MIN_WORDS = 5
"""Content words of a sentence that says enough to be quoted."""

MIN_LINE_WORDS = 2
"""Content words of a line that says enough to be quoted where no sentence does."""

MAX_SAME = 0.85
"""Cosine of two sentences that say the same: only the first is quoted."""

EmbedderOf = Callable[[str], Embedder]
"""Returns the embedder of a collection."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a document with its chunks, in order."""

    document: DocumentInfo
    section: str
    chunks: tuple[Chunk, ...]

    @property
    def length(self) -> int:
        """Return how many characters it has."""
        return sum(len(chunk.text) for chunk in self.chunks)

    @property
    def sources(self) -> list[Source]:
        """Return its chunks as sources without a number."""
        return [
            Source(0, self.document, self.section, chunk.text, chunk.spans, 1.0) for chunk in self.chunks if chunk.spans
        ]


class Summarise:
    """Answers requests for a summary."""

    def __init__(
        self,
        catalogue: PlanCatalogue,
        *,
        name_documents: NameDocuments,
        embedder_of: EmbedderOf,
        reading: LlmReading | None = None,
    ) -> None:
        """Take the parts; with `reading` an LLM writes the summary, of as many documents as there are."""
        self._reading = reading
        self._catalogue = catalogue
        self._name_documents = name_documents
        self._embedder_of = embedder_of

    def answer(self, asked: PlannedQuestion) -> Answering:
        """Yield the steps and the summary, and return it. Raises QuestionError, StoreError."""
        query = read_summary(asked.text)
        if query is None:
            raise QuestionError(
                "The question does not ask for a summary.",
                'Ask for example "Summarise report.pdf" or "Summarise the section Fees of report.pdf".',
            )
        timer = StageTimer()
        documents = self._documents(asked, query)
        if not documents:
            return f"No document is named “{query.document}”, so it was looked up."
        notices: list[str] = []
        offer = ""
        if self._reading is not None:
            sources = whole_text(self._catalogue, asked.question.collection, documents, query.section)
            written = WrittenSummary(
                self._reading.replies(asked), sources, question=asked.text, check=self._reading.check
            )
            offer = offer_of(written.cost, asked.question, most_calls=self._reading.most_calls) if sources else ""
            if sources and not offer:
                if (answer := (yield from written.write(asked, timer))) is not None:
                    return answer
                notices += [*written.notices, "The LLM wrote no summary, so the text is quoted."]
            elif offer:
                notices.append(notice_of(offer))
        answer = yield from self._quote(asked, query, documents, timer)
        return replace(answer, notices=(*notices, *answer.notices), offer=offer)

    def _quote(
        self, asked: PlannedQuestion, query: SummaryQuery, documents: Sequence[DocumentInfo], timer: StageTimer
    ) -> Generator[AnswerEvent, None, Answer]:
        """Yield the most central sentences, and return them as the answer."""
        if len(documents) > MAX_DOCUMENTS:
            reason = (
                f"{len(documents):,} documents are meant; a summary takes {MAX_DOCUMENTS} at most. "
                "Name one, or choose some by folder, kind or type."
            )
            return (yield from refuse(reason, milliseconds=timer.milliseconds))
        parts = self._parts(asked.question.collection, documents, query.section)
        if not parts:
            where = f"section “{query.section}”" if query.section else "text"
            names = ", ".join(document.path for document in documents)
            return (yield from refuse(f"There is no {where} in {names}.", milliseconds=timer.milliseconds))
        embedder = self._embedder_of(asked.question.collection)
        proofs: list[Proof] = []
        each = max(1, MAX_QUOTES // len(parts))
        for done, part in enumerate(parts):
            if asked.is_stopped:
                break
            yield PlanStep(f"Reading {len(parts)} sections", done, len(parts))
            number = len({proof.source.number for proof in proofs}) + 1
            proofs += _central(part, number, min(each, MAX_EACH), embedder)
        yield PlanStep(f"Reading {len(parts)} sections", len(parts), len(parts))
        timer.mark("read")
        if not proofs:
            return (yield from refuse("No sentence in it says enough to be quoted.", milliseconds=timer.milliseconds))
        text = "\n\n".join(_line(proof, several=len(documents) > 1) for proof in proofs)
        return (yield from compose_answer(text, proofs, self._catalogue, milliseconds=timer.milliseconds))

    def _documents(self, asked: PlannedQuestion, query: SummaryQuery) -> list[DocumentInfo]:
        """Return the documents that are named; all that are selected where the request names none."""
        question = asked.question
        listed = list_answering(self._catalogue, question.collection, question.filters)
        listed = [document for document in listed if document.chunks]
        if not query.document:
            return listed
        if found := find_named(query.document, listed):
            return found
        ids = set(self._name_documents(query.document, question.collection))
        return [document for document in listed if document.id in ids][:MAX_DOCUMENTS]

    def _parts(self, collection: str, documents: Sequence[DocumentInfo], section: str) -> list[Part]:
        """Return the sections to be quoted from, in order: the longest ones where there are too many."""
        share = max(1, MAX_QUOTES // len(documents))
        chosen: list[Part] = []
        for document in documents:
            chunks = [chunk for _, chunk in self._catalogue.load_document_chunks(collection, document.id)]
            parts = _sections(document, [chunk for chunk in chunks if chunk.section != CONTENTS_SECTION], section)
            longest = sorted(parts, key=lambda part: -part.length)[:share]
            chosen += [part for part in parts if part in longest]
        return chosen


def _sections(document: DocumentInfo, chunks: Sequence[Chunk], wanted: str) -> list[Part]:
    """Return the sections of a document whose headings have the wanted words, or all, only as deep as it takes."""
    words = set(content_words(wanted))
    if words:
        chunks = [chunk for chunk in chunks if words <= set(content_words(chunk.section))]
    parts: list[Part] = []
    for depth in range(1, MAX_DEPTH + 1):
        grouped = groupby(chunks, key=lambda chunk, depth=depth: _at(chunk.section, depth))  # type: ignore[misc]
        parts = [Part(document, name, tuple(of_it)) for name, of_it in grouped]
        if len(parts) >= MIN_PARTS:
            break
    return parts


def _at(section: str, depth: int) -> str:
    return " > ".join(section.split(" > ")[:depth])


def _central(part: Part, number: int, count: int, embedder: Embedder) -> list[Proof]:
    """Return the sentences of a section that are nearest to the mean of all, in the order in which they stand.

    Their sources are the chunks that hold them, numbered from `number` on.
    """
    every = [unit for rank, source in enumerate(part.sources) for unit in units_of(rank, source)]
    # A log of short lines has no sentences; its lines say what there is to say.
    units = list(_telling(every)) or list(_lines(every))
    if not units:
        return []
    units = units[:: max(1, len(units) // MAX_SENTENCES)][:MAX_SENTENCES]
    vectors = embedder.embed_passages([unit.text for unit in units])
    order = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    chosen: list[int] = []
    for at in map(int, order):
        if all(float(vectors[at] @ vectors[other]) < MAX_SAME for other in chosen):
            chosen.append(at)
        if len(chosen) == count:
            break
    ranks = sorted({units[at].rank for at in chosen})
    return [
        Proof(replace(unit.source, number=number + ranks.index(unit.rank)), unit.start, unit.end)
        for unit in (units[at] for at in sorted(chosen))
    ]


def _telling(units: Sequence[Unit]) -> Iterator[Unit]:
    """Yield the whole sentences that say enough, each text once; rows of tables say nothing by themselves."""
    seen: set[str] = set()
    for unit in units:
        if (
            unit.is_whole
            and not unit.is_row
            and not unit.is_heading
            and len(unit.words) >= MIN_WORDS
            and unit.text not in seen
        ):
            seen.add(unit.text)
            yield unit


def _lines(units: Sequence[Unit]) -> Iterator[Unit]:
    """Yield the lines that say something, each text once."""
    seen: set[str] = set()
    for unit in units:
        if not unit.is_heading and len(unit.words) >= MIN_LINE_WORDS and unit.text not in seen:
            seen.add(unit.text)
            yield unit


def _line(proof: Proof, *, several: bool) -> str:
    source = proof.source
    head = source.section.rpartition(" > ")[2]
    names = [source.document.path] if several else []
    names += [head] if head and head != source.document.title else []
    quote = " ".join(proof.quote.split()).replace('"', "'")
    return f'{": ".join([*names, ""]) if names else ""}"{quote}" [{source.number}]'
