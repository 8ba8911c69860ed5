"""Offers Lectern as a retriever of LangChain: over an opened index, or over a running service.

    from app.integrations.langchain import LecternRetriever

    LecternRetriever(base_url="http://127.0.0.1:8765", collection="contracts").invoke("When does the lease end?")

What a LangChain program traces, and where to, is decided by that program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Protocol, runtime_checkable

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SecretStr, model_validator

from app.client.connection import Connection
from app.client.http import HttpClient
from rag.retrieval import Retrieval
from rag.types import Hit, Question
from rag.urls import is_loopback, is_usable, without_credentials


@runtime_checkable
class Retrieves(Protocol):
    """Anything that finds hits as `rag.retrieval.Retriever` does."""

    def retrieve(self, question: str, *, collection: str, filters: Mapping[str, str] | None = None) -> Retrieval:
        """Return the hits for a question, best first."""
        ...


class LecternRetriever(BaseRetriever):
    """Passages with their place as LangChain documents, best first; give `retriever` or `base_url`.

    `metadata` holds `document` (its path), `title`, `section`, `pages` (0-based, as in all of Lectern's JSON) and
    `score`. Raises LecternError.
    """

    retriever: Retrieves | None = Field(None, exclude=True)
    base_url: str = ""
    token: SecretStr | None = None
    collection: str = "default"
    filters: dict[str, str] = Field(default_factory=dict)
    limit: int = Field(10, ge=1, le=100)
    timeout_seconds: float = Field(60, gt=0)

    @model_validator(mode="after")
    def _check(self) -> LecternRetriever:
        if (self.retriever is None) == (not self.base_url):
            raise ValueError("give either `retriever` or `base_url`")
        if self.base_url and not is_usable(self.base_url):
            raise ValueError(f"{without_credentials(self.base_url)!r} is not the address of a service")
        return self

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        if self.retriever is None:
            return [_document_of(hit) for hit in self._ask_service(query)]
        found = self.retriever.retrieve(query, collection=self.collection, filters=self.filters or None)
        return [_document_of(hit) for hit in found.hits[: self.limit]]

    def _ask_service(self, question: str) -> Sequence[Hit]:
        connection = Connection(
            self.base_url,
            self.token.get_secret_value() if self.token else "",
            seconds=self.timeout_seconds,
            trust_env=not is_loopback(self.base_url),
            unreachable_remedy="Start it with `lectern serve`, or correct `base_url`.",
        )
        with closing(connection):
            return (
                HttpClient(connection).search(Question(question, self.collection, self.filters), limit=self.limit).hits
            )


def _document_of(hit: Hit) -> Document:
    place = {
        "document": hit.document.path,
        "title": hit.document.title,
        "section": hit.chunk.section,
        "pages": list(range(hit.chunk.first_page, hit.chunk.last_page + 1)),
        "score": hit.score,
    }
    return Document(page_content=hit.chunk.text, metadata=place)
