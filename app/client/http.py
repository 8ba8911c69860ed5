"""Works with the index of a running server over HTTP."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.client import responses
from app.client.base import Added, Found, OnProgress
from app.client.connection import Connection
from app.client.errors import error_of_problem
from app.evaluation.evaluate import GoldQuestion, evaluate
from app.evaluation.metrics import RetrievalScores
from app.service.explanation import Explanation
from app.service.verify import Problem
from app.state.folders import FolderStore, RegisteredFolder, printed
from ingest.report import SyncProgress, SyncReport
from ingest.sources.links import nothing_fetched
from rag.errors import LecternError, ModelError, OverloadedError, ParseError, QuestionError, StoreError
from rag.images import check_attached
from rag.retrieval import check_question
from rag.types import Answer, CollectionInfo, DocumentInfo, ImageFile, Page, RunRecord, Source

FIRST_PAUSE, MAX_PAUSE = 0.1, 1.0
"""Seconds between two looks at a sync: a small one is seen to end at once, a long one costs the server nothing."""

ALL_HITS = 500
"""More than two searches bring to the fusion, also where documents are searched once more."""


class HttpClient:
    """An `app.client.base.Client`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sync(self, folder: Path, *, collection: str, allow_empty: bool, on_progress: OnProgress) -> SyncReport:
        """Have the server sync, and wait for its end."""
        asked = _sync_request(folder, collection, allow_empty)
        return self._wait_for(self._connection.post("/sync", lambda job: str(job["id"]), asked), on_progress)

    def preview_sync(self, folder: Path, *, collection: str, allow_empty: bool) -> SyncReport:
        """What the server's sync would do."""
        asked = _sync_request(folder, collection, allow_empty)
        return self._connection.post("/sync/preview", lambda answer: SyncReport.from_json(answer["report"]), asked)

    def sync_registered(
        self, folder: RegisteredFolder, folder_store: FolderStore, *, on_progress: OnProgress
    ) -> SyncReport:
        """Have the server sync a registered folder, which it writes into the folder store, and wait for its end."""
        place = f"/folders/{folder.id}"
        self._connection.post(f"{place}/run", dict, {})
        shown = _look_until(lambda: self._connection.get(place, dict), _has_been_run)
        newest = self.list_runs(limit=1, collection=folder.collection, folder=folder.path)
        if newest and newest[0].report and shown["last_outcome"] in ("done", "failed files"):
            return self._connection.understand(json.loads(newest[0].report), SyncReport.from_json)
        reason = str(shown["last_reason"])
        if newest and newest[0].reason and reason.startswith(newest[0].reason):
            raise LecternError(newest[0].reason, newest[0].remedy)
        raise LecternError(reason or "The sync did not come about.", "`lectern folders list` tells how it stands.")

    def add_addresses(self, urls: Sequence[str], *, collection: str) -> Added:
        """Have the server fetch one after the other, and wait for the syncs that index them."""
        place = f"/collections/{quote(collection, safe='')}/links"
        asked = [{"url": url} for url in urls]
        if not urls:
            asked = self._connection.get(place, _fetched_documents)
            if not asked:
                raise nothing_fetched(collection)
        names: list[str] = []
        runs: list[str] = []
        failures: list[LecternError] = []
        for body in asked:
            try:
                taken = self._connection.post(place, lambda answer: (answer["documents"], answer["run"]), body)
            except (ParseError, QuestionError, ModelError) as error:  # What 415, 422 and 502 are told as.
                failures.append(error)
            else:
                names += taken[0]
                runs.append(taken[1])
        reports = [self._wait_for(run, lambda progress: None) for run in dict.fromkeys(runs)]
        return Added(names, failures, reduce(SyncReport.followed_by, reports) if reports else None)

    def search(self, question: str, *, collection: str, filters: Mapping[str, str], limit: int) -> Found:
        """Have the server search."""
        asked = {**_question(question, collection, filters), "limit": limit}
        return self._connection.post("/search", responses.found_of, asked)

    @contextmanager
    def ask(
        self,
        question: str,
        *,
        collection: str,
        filters: Mapping[str, str],
        llm: str = "",
        use_llm: bool = True,
        explain: bool = False,
        images: Sequence[ImageFile] = (),
    ) -> Iterator[RemoteAnswer]:
        """Have the server answer, with its own LLM unless one is named; it stops when the block is left."""
        how: dict[str, Any] = {"llm": llm, "use_llm": use_llm, "explain": explain, "stream": True}
        if images:
            check_attached(images)
            how["images"] = [{"name": image.name, "data": image.encoded} for image in images]
        with self._connection.events("/ask", {**_question(question, collection, filters), **how}) as events:
            yield RemoteAnswer(self._connection, events)

    def evaluate(self, questions: Sequence[GoldQuestion], *, collection: str) -> RetrievalScores:
        """Have the server search."""
        return evaluate(
            questions,
            lambda question: self.search(question, collection=collection, filters={}, limit=ALL_HITS).retrieval.hits,
        )

    def list_documents(self, collection: str) -> Sequence[DocumentInfo]:
        """As the server lists them."""
        return self._connection.get(
            _documents(collection), lambda answer: [responses.document_of(entry) for entry in answer["documents"]]
        )

    def load_page(self, collection: str, document: DocumentInfo, number: int) -> Page:
        """As the server gives it."""
        return self._connection.get(f"{_documents(collection)}/{document.id}/pages/{number}", responses.page_of)

    def remove_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Have the server remove them."""
        for id_ in document_ids:
            self._connection.change("DELETE", f"{_documents(collection)}/{id_}")

    def readmit_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Have the server readmit them."""
        for id_ in document_ids:
            self._connection.change("POST", f"{_documents(collection)}/{id_}/restore")

    def list_collections(self) -> Sequence[CollectionInfo]:
        """As the server lists them."""
        return self._connection.get(
            "/collections", lambda answer: [responses.collection_of(entry) for entry in answer["collections"]]
        )

    def list_runs(
        self, *, limit: int, collection: str | None = None, folder: Path | None = None
    ) -> Sequence[RunRecord]:
        """As the server lists them."""
        wanted = {"collection": collection, "folder": None if folder is None else printed(folder)}
        query: dict[str, str | int] = {
            "limit": limit,
            **{name: value for name, value in wanted.items() if value is not None},
        }
        return self._connection.get(
            "/runs", lambda answer: [responses.run_of(entry) for entry in answer["runs"]], query
        )

    def verify(self, *, repair: bool) -> Sequence[Problem]:
        """Have the server verify."""
        return self._connection.post(
            "/verify", lambda answer: [Problem(**problem) for problem in answer["problems"]], {"repair": repair}
        )

    def _wait_for(self, run: str, on_progress: OnProgress) -> SyncReport:
        """The report of a sync once it has ended; Ctrl-C stops it."""

        def look() -> Mapping[str, Any]:
            seen: Mapping[str, Any] = self._connection.get(f"/runs/{run}", dict)
            if seen["progress"] is not None:
                on_progress(SyncProgress(**seen["progress"]))
            return seen

        try:
            job = _look_until(look, lambda seen: bool(seen["finished_at"]))
        except KeyboardInterrupt:
            with suppress(LecternError):
                self._connection.change("DELETE", f"/runs/{run}")
            raise
        return self._connection.understand(job, _report_of)


class RemoteAnswer:
    """An `app.client.base.Answering` that a server makes."""

    def __init__(self, connection: Connection, events: Iterator[tuple[str, Any]]) -> None:
        self._connection = connection
        self._whole: Mapping[str, Any] | None = None
        self._pieces = self._follow(events)
        self.sources: Sequence[Source] = connection.understand(events, _first_sources)

    def __iter__(self) -> Iterator[str]:
        return self._pieces

    @property
    def answer(self) -> Answer:
        """The finished answer."""
        return self._connection.understand(self._finish(), responses.answer_of)

    @property
    def explanation(self) -> Explanation:
        """How the sources were found."""
        return self._connection.understand(self._finish()["explanation"], responses.explanation_of)

    def _finish(self) -> Mapping[str, Any]:
        for _ in self._pieces:
            pass
        if self._whole is None:
            raise StoreError("The server has ended before the answer did.", "Ask again.")
        return self._whole

    def _follow(self, events: Iterator[tuple[str, Any]]) -> Iterator[str]:
        for name, data in events:
            if name == "token":
                yield data["text"]
            elif name == "answer":
                self._whole = data
            elif name == "error":
                raise error_of_problem(data, status=data["status"])


def _look_until(
    look: Callable[[], Mapping[str, Any]], is_over: Callable[[Mapping[str, Any]], bool]
) -> Mapping[str, Any]:
    """What is seen once it is over; in between it is looked at ever more seldom."""
    pause = FIRST_PAUSE
    while True:
        try:
            seen = look()
        except OverloadedError as error:
            time.sleep(error.retry_after)
            continue
        if is_over(seen):
            return seen
        time.sleep(pause)
        pause = min(pause * 1.5, MAX_PAUSE)


def _has_been_run(folder: Mapping[str, Any]) -> bool:
    return folder["state"] not in ("due", "running")


def _report_of(job: Mapping[str, Any]) -> SyncReport:
    if job["error"] is not None:
        raise error_of_problem(job["error"], status=job["error"]["status"])
    if job["report"] is None:
        raise StoreError("The sync was stopped.", "What was done until then is kept; the next one goes on from there.")
    return SyncReport.from_json(job["report"])


def _first_sources(events: Iterator[tuple[str, Any]]) -> list[Source]:
    none: tuple[str, Any] = ("", {})
    _, data = next(events, none)
    return [responses.source_of(source) for source in data["sources"]]


def _fetched_documents(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"document": str(link["document"])} for link in answer["links"]]


def _question(question: str, collection: str, filters: Mapping[str, str]) -> dict[str, Any]:
    return {"question": check_question(question), "collection": collection, "filters": dict(filters)}


def _sync_request(folder: Path, collection: str, allow_empty: bool) -> dict[str, Any]:
    return {"folder": os.path.realpath(folder), "collection": collection, "allow_empty": allow_empty}


def _documents(collection: str) -> str:
    return f"/collections/{quote(collection, safe='')}/documents"
