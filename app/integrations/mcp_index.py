"""The MCP tools over an index of this machine: through a running server, else owned while a question is answered."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

from app.api.json_responses import answer_json, document_json, hit_json
from app.client.base import Client
from app.client.connect import connect
from app.service.build_models import build_models
from app.settings import Settings
from rag.errors import NotFoundError

LOCK_WAIT_SECONDS = 30.0
"""How long a question waits while another command owns the index."""


class McpIndex:
    """Answers the MCP tools from an index; reads documents and pages also while another process owns it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Kept from question to question: loading them takes longer than searching.
        self._models = build_models(settings)
        self._one_at_a_time = threading.Lock()

    def search(self, question: str, *, collection: str, limit: int) -> dict[str, Any]:
        """The best passages."""
        with self._one_at_a_time, self._open("search") as client:
            found = client.search(question, collection=self._named(collection), filters={}, limit=limit)
        return {"hits": [hit_json(hit, found.labels) for hit in found.retrieval.hits]}

    def ask(self, question: str, *, collection: str) -> dict[str, Any]:
        """A finished answer."""
        with (
            self._one_at_a_time,
            self._open("ask") as client,
            client.ask(question, collection=self._named(collection), filters={}) as answering,
        ):
            return answer_json(answering.answer)

    def list_documents(self, *, collection: str) -> dict[str, Any]:
        """All documents."""
        with self._open("list_documents") as client:
            listed = client.list_documents(self._named(collection))
        return {"documents": [document_json(document) for document in listed]}

    def read_page(self, document: str, page: int, *, collection: str) -> dict[str, Any]:
        """A page's text."""
        name = self._named(collection)
        with self._open("read_page") as client:
            found = [entry for entry in client.list_documents(name) if entry.path == document and entry.pages]
            if not found:
                raise NotFoundError(
                    f"There is no document {document!r} with text in the collection {name!r}.",
                    "`list_documents` lists them.",
                )
            read = client.load_page(name, found[0], page)
        return {"number": page, "label": read.label, "text": read.text}

    def _open(self, what: str) -> AbstractContextManager[Client]:
        return connect(self._settings, f"mcp ({what})", wait_seconds=LOCK_WAIT_SECONDS, models=self._models)

    def _named(self, collection: str) -> str:
        return collection or self._settings.collection
