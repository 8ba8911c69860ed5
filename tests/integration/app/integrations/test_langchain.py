"""Lectern as LangChain's retriever: over an opened index and over a service on a real socket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from pydantic import SecretStr, ValidationError

from app.api.schemas.search import SearchResult
from app.client.errors import UnreachableError
from app.integrations.langchain import LecternRetriever
from app.service.build_index import Lectern
from rag.errors import ForbiddenError, NotFoundError, OverloadedError, QuestionError, SignInError
from rag.protocols import Embedder
from tests.fakes import HashEmbedder
from tests.integration.conftest import OpenLectern

QUESTION = "When does the bakery open?"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return HashEmbedder()


@pytest.fixture
def lectern(open_index: OpenLectern, folder: Path) -> Iterator[Lectern]:
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every twenty seconds.\n")
    (folder / "bakery.txt").write_text("The bakery on Harbour Street opens at six and sells seaweed bread.\n")
    with open_index(reranker="off") as opened:
        opened.ingest.sync(folder, collection="default")
        yield opened


@dataclass
class SearchServer:
    """Answers POST /search as the service does, and remembers what it was asked."""

    lectern: Lectern
    url: str = ""
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    failure: tuple[int, bytes] | None = None

    def answer(self, asked: dict[str, Any]) -> bytes:
        found = self.lectern.retriever.retrieve(asked["question"], collection=asked["collection"])
        best = replace(found, hits=found.hits[: asked["limit"]])
        return json.dumps(SearchResult.from_domain(best).to_json()).encode()


@pytest.fixture
def server(lectern: Lectern) -> Iterator[SearchServer]:
    state = SearchServer(lectern)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append((self.path, self.headers.get("Authorization", ""), asked))
            status, body = state.failure or (200, state.answer(asked))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        state.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


def test_a_document_is_the_passage_and_says_where_it_stands(lectern: Lectern) -> None:
    first, *_ = LecternRetriever(retriever=lectern.retriever).invoke(QUESTION)
    assert first.page_content == "The bakery on Harbour Street opens at six and sells seaweed bread."
    assert first.metadata["document"] == "bakery.txt"
    assert first.metadata["title"]
    assert first.metadata["pages"] == [0]
    assert first.metadata["score"] > 0


def test_index_and_service_give_the_same_documents(lectern: Lectern, server: SearchServer) -> None:
    in_process = LecternRetriever(retriever=lectern.retriever).invoke(QUESTION)
    over_http = LecternRetriever(base_url=f"{server.url}/", token=SecretStr("abc")).invoke(QUESTION)
    assert over_http == in_process
    sent = {"question": QUESTION, "collection": "default", "filters": {}, "ignored_filters": [], "limit": 10}
    assert server.asked == [("/search", "Bearer abc", sent)]


def test_the_limit_and_the_filters_are_kept(lectern: Lectern, server: SearchServer) -> None:
    assert len(LecternRetriever(retriever=lectern.retriever, limit=1).invoke(QUESTION)) == 1
    assert len(LecternRetriever(base_url=server.url, limit=1).invoke(QUESTION)) == 1
    only_light = {"document": "light*"}
    found = LecternRetriever(retriever=lectern.retriever, filters=only_light).invoke(QUESTION)
    assert {document.metadata["document"] for document in found} == {"light.txt"}
    LecternRetriever(base_url=server.url, filters=only_light).invoke(QUESTION)
    assert server.asked[-1][2]["filters"] == only_light


def test_it_takes_part_in_chains_and_in_async_programs(lectern: Lectern) -> None:
    def first_path(found: list[Document]) -> str:
        return str(found[0].metadata["document"])

    chain = LecternRetriever(retriever=lectern.retriever) | RunnableLambda(first_path)
    assert chain.invoke(QUESTION) == "bakery.txt"
    assert asyncio.run(chain.ainvoke("How often does the lamp flash?")) == "light.txt"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, SignInError), (403, ForbiddenError), (404, NotFoundError), (422, QuestionError), (503, OverloadedError)],
)
def test_a_problem_of_the_service_is_the_error_it_is_in_process(
    server: SearchServer, status: int, kind: type[Exception]
) -> None:
    server.failure = status, json.dumps({"status": status, "detail": "It is so.", "remedy": "Do that."}).encode()
    with pytest.raises(kind, match=r"It is so\. Do that\."):
        LecternRetriever(base_url=server.url).invoke(QUESTION)
    server.failure = status, b"<html>"
    with pytest.raises(kind, match=f"status {status}"):
        LecternRetriever(base_url=server.url).invoke(QUESTION)


def test_what_is_no_lectern_is_said_to_be_none(server: SearchServer) -> None:
    server.failure = 200, b'{"results": []}'
    with pytest.raises(UnreachableError, match="gives answers that this version of Lectern does not understand"):
        LecternRetriever(base_url=server.url).invoke(QUESTION)
    with pytest.raises(UnreachableError, match="has ended, or does not answer"):
        LecternRetriever(base_url="http://127.0.0.1:9").invoke(QUESTION)


def test_an_unknown_collection_is_an_error_and_no_empty_list(lectern: Lectern) -> None:
    with pytest.raises(NotFoundError):
        LecternRetriever(retriever=lectern.retriever, collection="nowhere").invoke(QUESTION)


def test_it_is_given_an_index_or_an_address_and_not_both(lectern: Lectern) -> None:
    for wrong in ({}, {"retriever": lectern.retriever, "base_url": "http://127.0.0.1:1"}, {"base_url": "nonsense"}):
        with pytest.raises(ValidationError):
            LecternRetriever(**wrong)


def test_a_token_is_not_shown(server: SearchServer) -> None:
    assert "secret" not in repr(LecternRetriever(base_url=server.url, token=SecretStr("secret")))
