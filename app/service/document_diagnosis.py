"""Says why one document does or does not come up for a question, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.pipeline import AnswerStream, AskPipeline
from rag.retrieval import DENSE, LEXICAL, SEARCH_DEPTH, Retriever
from rag.types import ALL_FILTERS, DocumentInfo, Hit

PASSAGES = 5
"""Of the document that are shown: more do not say more."""

ASK_IN_ITS_WORDS = "Ask with words that stand in the document, or name its title in the question."
ASK_IT_ALONE = "Ask it alone: choose it in the filters of the question."
SYNC_ITS_FOLDER = "Sync its folder, or index the document again."


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage of the document as it was found alone; `place` is its 1-based rank among those of all documents."""

    hit: Hit
    place: int | None

    @property
    def cosine(self) -> float | None:
        """Return its nearness in meaning; None where it was found by words only."""
        return self.hit.stages[DENSE].score if DENSE in self.hit.stages else None

    @property
    def shares_words(self) -> bool:
        """Tell whether a word of the question stands in it."""
        return LEXICAL in self.hit.stages


@dataclass(frozen=True, slots=True)
class Why:
    """Tells whether a document is among the sources of a question, with reasons and remedies as sentences."""

    document: DocumentInfo
    comes_up: bool
    findings: tuple[str, ...]
    remedies: tuple[str, ...]
    passages: tuple[FoundPassage, ...]


def explain_document(
    question: str, document: DocumentInfo, pipeline: AskPipeline, retriever: Retriever, *, collection: str
) -> Why:
    """Search among all documents and in this one alone, and compare. Raises what `Retriever.retrieve` does."""
    if document.state in ("failed", "removed"):
        return Why(document, False, (f"It is not in the index. {document.reason}",), (document.remedy,), ())
    stream = pipeline.ask(question, collection=collection)
    stream.close()
    places = {hit.chunk_id: place for place, hit in enumerate(stream.retrieval.hits, start=1)}
    alone = retriever.retrieve(
        question, collection=collection, filters={"document": document.path}, ignored_filters=(ALL_FILTERS,)
    ).hits
    passages = [FoundPassage(hit, places.get(hit.chunk_id)) for hit in alone if hit.document.id == document.id]
    comes_up = any(source.document.id == document.id for source in stream.sources)
    told = list(_explain(document, passages, stream, comes_up=comes_up))
    return Why(
        document,
        comes_up,
        tuple(finding for finding, _ in told),
        tuple(dict.fromkeys(remedy for _, remedy in told if remedy)),
        tuple(passages[:PASSAGES]),
    )


def _explain(
    document: DocumentInfo, passages: Sequence[FoundPassage], stream: AnswerStream, *, comes_up: bool
) -> Iterator[tuple[str, str]]:
    """Return findings, each with its remedy or ""."""
    if document.state == "stale":
        yield f"Its newest version could not be read, so the one before answers. {document.reason}", document.remedy
    for warning in document.warnings:
        yield f"When it was read: {warning}", ""
    if not passages:
        yield "Nothing of it can be searched.", SYNC_ITS_FOLDER
        return
    found = [passage.place for passage in passages if passage.place is not None]
    if comes_up:
        yield f"It comes up: its best passage is number {min(found, default=1)} of those found.", ""
    elif found:
        yield (
            f"Its best passage is only number {min(found)} of the {len(stream.retrieval.hits)} found: others fit the "
            "question better, and an answer is made from the first few.",
            f"{ASK_IT_ALONE} Or let answers read more passages, on the page Models.",
        )
    else:
        yield (
            f"None of its passages is among the first {SEARCH_DEPTH} by meaning or the first {SEARCH_DEPTH} by words.",
            ASK_IT_ALONE,
        )
    if not comes_up and not any(passage.shares_words for passage in passages):
        yield "No word of the question stands in it.", ASK_IN_ITS_WORDS
    if stream.probability < stream.threshold:
        yield (
            f"The question is refused: all that was found answers it with a probability of {stream.probability:.2f}, "
            f"and at least {stream.threshold:.2f} is asked for.",
            "Ask more exactly, or lower the threshold of refusal on the page Models.",
        )
