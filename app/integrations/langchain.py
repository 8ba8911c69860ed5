"""Lectern as a retriever of LangChain: over an opened index, or over a running service. Knows no store.

    from app.integrations.langchain import LecternRetriever

    LecternRetriever(base_url="http://127.0.0.1:8765", collection="contracts").invoke("When does the lease end?")

What a LangChain program traces, and where to, is decided by that program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import httpx
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SecretStr, model_validator

from app.client.errors import error_of
from rag.errors import ModelError
from rag.retrieval import Retrieval
from rag.types import Hit
from rag.urls import is_loopback, is_usable, without_credentials


@runtime_checkable
class Retrieves(Protocol):
    """Anything that finds hits as `rag.retrieval.Retriever` does."""

    def retrieve(self, question: str, *, collection: str, filters: Mapping[str, str] | None = None) -> Retrieval:
        """The hits for a question, best first."""
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
            raise ValueError(f"{without_credentials(self.base_url)!r} is no address of a service")
        return self

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        if self.retriever is None:
            return [_document_of_json(hit) for hit in self._ask_service(query)]
        found = self.retriever.retrieve(query, collection=self.collection, filters=self.filters or None)
        return [_document_of_hit(hit) for hit in found.hits[: self.limit]]

    def _ask_service(self, question: str) -> list[Mapping[str, Any]]:
        asked = {"question": question, "collection": self.collection, "limit": self.limit}
        if self.filters:
            asked["filters"] = self.filters
        headers = {"Authorization": f"Bearer {self.token.get_secret_value()}"} if self.token else {}
        url = f"{self.base_url.rstrip('/')}/search"
        try:
            response = httpx.post(
                url,
                json=asked,
                headers=headers,
                timeout=self.timeout_seconds,
                # A proxy of the environment has no business on the way to this machine itself.
                trust_env=not is_loopback(url),
            )
        except httpx.HTTPError as error:
            raise ModelError(
                f"No Lectern answers at {without_credentials(self.base_url)} ({error}).",
                "Start it with `lectern serve`, or correct `base_url`.",
            ) from error
        if response.is_success:
            return _hits_of(response)
        raise error_of(response)


def _document_of_hit(hit: Hit) -> Document:
    return _document(
        hit.chunk.text,
        path=hit.document.path,
        title=hit.document.title,
        section=hit.chunk.section,
        pages=range(hit.chunk.first_page, hit.chunk.last_page + 1),
        score=hit.score,
    )


def _document_of_json(hit: Mapping[str, Any]) -> Document:
    return _document(
        hit["text"],
        path=hit["document"],
        title=hit["title"],
        section=hit["section"],
        pages=range(hit["first_page"], hit["last_page"] + 1),
        score=hit["score"],
    )


def _document(text: str, *, path: str, title: str, section: str, pages: range, score: float) -> Document:
    place = {"document": path, "title": title, "section": section, "pages": list(pages), "score": score}
    return Document(page_content=text, metadata=place)


def _hits_of(response: httpx.Response) -> list[Mapping[str, Any]]:
    try:
        hits: list[Mapping[str, Any]] = response.json()["hits"]
        return hits
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{response.url} answers, but not as Lectern does.", "Correct `base_url`.") from error
