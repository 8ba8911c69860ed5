"""The MCP tools over an index of this machine, which is owned only while a question is answered."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

from app.build import Lectern, build_embedder, choose_model, open_lectern, open_library
from app.json_forms import answer_json, document_json, hit_json, page_labels
from app.settings import Settings
from rag.errors import NotFoundError

LOCK_WAIT_SECONDS = 30.0
"""How long a question waits while another command owns the index."""


class IndexDesk:
    """An `app.mcp_server.Desk`. Documents and pages are read without owning the index, also in the middle of a sync."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Kept from question to question: loading its model takes longer than searching.
        self._embedder = build_embedder(settings)
        self._one_at_a_time = threading.Lock()

    def search(self, question: str, *, collection: str, limit: int) -> dict[str, Any]:
        """The best passages."""
        with self._one_at_a_time, self._open("search") as lectern:
            hits = lectern.retriever.retrieve(question, collection=self._named(collection)).hits[:limit]
            labels = page_labels(lectern.library, hits)
            return {"hits": [hit_json(hit, labels) for hit in hits]}

    def ask(self, question: str, *, collection: str) -> dict[str, Any]:
        """A finished answer."""
        model = choose_model(self._settings)
        with self._one_at_a_time, self._open("ask") as lectern:
            return answer_json(lectern.ask_pipeline(model).ask(question, collection=self._named(collection)).answer)

    def list_documents(self, *, collection: str) -> dict[str, Any]:
        """All documents."""
        listed = open_library(self._settings).list_documents(self._named(collection))
        return {"documents": [document_json(document) for document in listed]}

    def read_page(self, document: str, page: int, *, collection: str) -> dict[str, Any]:
        """A page's text."""
        library = open_library(self._settings)
        name = self._named(collection)
        found = [entry for entry in library.list_documents(name) if entry.path == document and entry.pages]
        if not found:
            raise NotFoundError(
                f"There is no document {document!r} with text in the collection {name!r}.",
                "`list_documents` lists them.",
            )
        read = library.load_pages(found[0].id, [page])
        if page not in read:
            raise NotFoundError(f"{document} has no page {page}.", f"It has {found[0].pages}, counted from 0.")
        return {"number": page, "label": read[page].label, "text": read[page].text}

    def _open(self, what: str) -> AbstractContextManager[Lectern]:
        return open_lectern(self._settings, f"mcp ({what})", wait_seconds=LOCK_WAIT_SECONDS, embedder=self._embedder)

    def _named(self, collection: str) -> str:
        return collection or self._settings.collection
