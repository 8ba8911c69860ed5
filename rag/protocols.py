"""Declares what each part needs of the others, as small as its callers allow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from rag.types import (
    Chunk,
    DocumentInfo,
    DocumentLabel,
    IndexInfo,
    JsonForm,
    Message,
    ModelChunk,
    Page,
    Reading,
    Vector,
    Vectors,
)


class Tokenizer(Protocol):
    """Cuts text into the embedder's tokens."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the character range (start, end) of each token of `text`, special tokens left out."""
        ...


MayGoOn = Callable[[], bool]
"""Tells what takes long whether to go on; waits before it where others come first."""


def always() -> bool:
    """Let it go on."""
    return True


class Embedder(Protocol):
    """Turns text into vectors of length 1."""

    @property
    def fingerprint(self) -> str:
        """Return a name for model, revision and precision: vectors of different fingerprints do not compare."""
        ...

    @property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, special tokens included."""
        ...

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        """Return vectors of shape (len(texts), dimension), in input order.

        `may_go_on` is asked after every few texts, and may take its time; where it says no, the shape is (0, 0).
        """
        ...

    def embed_question(self, text: str) -> Vector:
        """Return a vector of shape (dimension,)."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine. A `space` holds the vectors of one collection and one embedder."""

    def prepare(self) -> None:
        """Load now what the first `add` would wait for; stores nothing."""
        ...

    def add(self, space: str, ids: Sequence[str], document_ids: Sequence[int], vectors: Vectors) -> None:
        """Store vectors under ids; an id that is there already is overwritten."""
        ...

    def delete(self, space: str, ids: Sequence[str]) -> None:
        """Delete ids; unknown ones are ignored."""
        ...

    def search(
        self, space: str, vector: Vector, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Return (id, cosine) of at most `limit` chunks, best first; only of the named documents where given."""
        ...

    def load(self, space: str, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors that are stored under ids; those of unknown ids are left out."""
        ...

    def known_ids(self, space: str, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that a vector is stored under."""
        ...

    def ids(self, space: str) -> list[str]:
        """Return every id in the space; empty for an unknown space."""
        ...

    def drop(self, space: str) -> None:
        """Remove the whole space; an unknown one is ignored."""
        ...

    def is_missing(self) -> bool:
        """Tell whether nothing was ever stored, or its files are gone; cheap."""
        ...

    def is_incomplete(self) -> bool:
        """Tell whether it is missing, or making it again was cut off; cheap."""
        ...

    def rebuilding(self) -> AbstractContextManager[None]:
        """Mark the index as incomplete until such a block, maybe a later one, ends without an error."""
        ...


class Searcher(Protocol):
    """Reads the catalogue of what is indexed; each call sees one consistent state."""

    def find_index(self, collection: str) -> IndexInfo | None:
        """Return the index that answers for a collection; None while nothing is indexed. Raises NotFoundError."""
        ...

    def find_documents(self, collection: str, filters: Mapping[str, str]) -> list[int]:
        """Return ids of the documents whose fields match. Raises ConfigurationError for an unknown field."""
        ...

    def list_labels(self, collection: str) -> Mapping[int, DocumentLabel]:
        """Return by id what a question can say of each document that answers; the same object while nothing changes."""
        ...

    def lexical_search(
        self, collection: str, question: str, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Find chunks that hold any of the question's words: (chunk id, BM25), best first; of the named documents."""
        ...

    def load_chunks(self, collection: str, ids: Sequence[str]) -> dict[str, tuple[DocumentInfo, Chunk]]:
        """Return the chunks under ids that belong to a current version; others are left out."""
        ...

    def load_pages(self, document_id: int, numbers: Sequence[int]) -> dict[int, Page]:
        """Return pages of the version that answers, without their blocks."""
        ...


class DocumentCatalogue(Protocol):
    """Reads whole documents of the catalogue, for questions that are asked of all of them."""

    def find_documents(self, collection: str, filters: Mapping[str, str]) -> list[int]:
        """Return ids of the documents whose fields match. Raises ConfigurationError for an unknown field."""
        ...

    def list_documents(self, collection: str) -> list[DocumentInfo]:
        """Return all documents of a collection by path, also those that failed. Raises NotFoundError."""
        ...

    def page_texts(self, document_ids: Sequence[int]) -> dict[int, list[Page]]:
        """Return the pages of the versions that answer, by document and in order, without blocks and layout.

        They hold the words of the files alone, no descriptions of figures.
        """
        ...

    def load_pages(self, document_id: int, numbers: Sequence[int]) -> dict[int, Page]:
        """Return pages of the version that answers, without their blocks."""
        ...


class PlanCatalogue(DocumentCatalogue, Protocol):
    """Reads the documents on which the tools of a plan are used."""

    def load_document_chunks(self, collection: str, document_id: int) -> list[tuple[str, Chunk]]:
        """Return the chunks of a document that answer, with their ids, in reading order; no descriptions of
        figures."""
        ...


class Reranker(Protocol):
    """Judges passages against a question."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance score for each passage, in input order; higher is better."""
        ...


class SentenceRanker(Protocol):
    """Says of single sentences how far they answer a question."""

    def score(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Return a logit for each sentence."""
        ...


class PassageReader(Protocol):
    """Reads passages for a question: a reranker that also marks the words that answer."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance score for each passage, in input order: a logit, above 0 where it likely answers."""
        ...

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Read each passage for the question; the results are in input order."""
        ...


class LanguageModel(Protocol):
    """A chat model that streams."""

    @property
    def name(self) -> str:
        """Return "PROVIDER:MODEL" as the user names it."""
        ...

    @property
    def is_local(self) -> bool:
        """Return whether the model runs on this machine (its address is loopback), so that it costs nothing."""
        ...

    @property
    def context_tokens(self) -> int:
        """Return the number of tokens that prompt and answer may have together."""
        ...

    @property
    def sees_images(self) -> bool:
        """Tell whether the model looks at images; False where that is not known."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return the tokens of `text` for this model, never fewer than there are where it can only be estimated."""
        ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield the answer as it is made. Raises ModelError, also in the middle, and soon after `stop` is set."""
        ...


@runtime_checkable
class ToolCallingModel(Protocol):
    """A chat model that may be able to call tools."""

    @property
    def calls_tools(self) -> bool:
        """Tell whether the model is known to call tools; False where that is not known."""
        ...

    def stream_calls(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        max_tokens: int,
        stop: threading.Event | None = None,
    ) -> Iterator[ModelChunk]:
        """Yield text as `LanguageModel.stream` does, and with the last piece the calls of the tools, given as JSON
        schemas in OpenAI's form."""
        ...


@runtime_checkable
class StructuredModel(Protocol):
    """A chat model that can be told which form of JSON its answer is to have."""

    def stream_json(
        self, messages: Sequence[Message], form: JsonForm, *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield text as `LanguageModel.stream` does, in the form as far as the model's server can hold it to that."""
        ...
