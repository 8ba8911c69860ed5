"""Works with the index of a running server over HTTP.

What one kind of work needs alone is imported where that is done: a page or a command waits for no index to be opened.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from app.api.schemas.admin import ModelsResponse
from app.api.schemas.conversations import (
    ConversationDetail,
    ConversationList,
    ConversationRequest,
    ConversationResponse,
    TurnKept,
    TurnRecord,
)
from app.api.schemas.documents import (
    CollectionList,
    CollectionResponse,
    DocumentList,
    DocumentResponse,
    LinkList,
    OutlineResponse,
    PageResponse,
    QuestionList,
    UploadResponse,
    WordsResponse,
)
from app.api.schemas.evaluations import FeedbackAdded
from app.api.schemas.figures import FigureEstimateResponse, FigureStatusResponse
from app.api.schemas.questions import MAX_HITS, AskRequest, SearchRequest
from app.api.schemas.search import SearchResult
from app.api.schemas.syncs import FolderResponse, JobResponse, RunList, SyncPreview, VerifyResult
from app.api.schemas.tables import SuggestionResponse, TableDetail, TableList, TableRequest, TableResponse
from app.client.base import Added, FilledTable, OnFillProgress, OnProgress
from app.client.connection import Connection, Interrupt
from app.client.http_answer import HttpAnswer
from ingest.report import SyncProgress, SyncReport
from rag.errors import LecternError, ModelError, OverloadedError, ParseError, QuestionError, StoreError
from rag.extraction.columns import parse_columns
from rag.images import check_attached
from rag.retrieval import Retrieval, check_question
from rag.types import (
    Citation,
    CollectionInfo,
    DocumentInfo,
    OutlineEntry,
    Page,
    Question,
    RunRecord,
    Span,
    printable_path,
)

if TYPE_CHECKING:
    from app.evaluation.evaluate import GoldQuestion
    from app.evaluation.metrics import RetrievalScores
    from app.service.figures import FigureEstimate, FigureStatus
    from app.service.verify import Disagreement
    from app.state.folders import FolderStore, RegisteredFolder
    from app.state.tables import DocumentTable, TableSpec
    from rag.extraction.columns import Column

T = TypeVar("T")

FIRST_PAUSE, MAX_PAUSE = 0.1, 1.0
"""Seconds between two looks at a sync: a small one is seen to end at once, a long one costs the server nothing."""


class HttpClient:
    """An `app.client.base.Client`, with what the web page asks for besides."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()

    @property
    def caller(self) -> tuple[str, str]:
        """Return the server and who asks it, for what is kept of the answers."""
        return self.connection.address, self.connection.token

    # --- syncs ---

    def sync(
        self,
        folder: Path,
        *,
        collection: str,
        allow_empty: bool,
        words_only: bool = False,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Have the server sync, and wait for its end, or until it only embeds."""
        asked = _sync_request(folder, collection, allow_empty)
        job = self.connection.post(JobResponse, "/sync", asked)
        return self._wait_for(job.id, on_progress, words_only=words_only)

    def preview_sync(self, folder: Path, *, collection: str, allow_empty: bool) -> SyncReport:
        """Ask what the server's sync would do."""
        asked = _sync_request(folder, collection, allow_empty)
        return self._report(self.connection.post(SyncPreview, "/sync/preview", asked).report)

    def sync_registered(
        self, folder: RegisteredFolder, folder_store: FolderStore, *, on_progress: OnProgress
    ) -> SyncReport:
        """Have the server sync a registered folder, which it writes into the folder store, and wait for its end."""
        place = f"/folders/{folder.id}"
        self.connection.post(FolderResponse, f"{place}/run", {})
        shown = _look_until(
            lambda: self.connection.get(FolderResponse, place), lambda shown: shown.state not in ("due", "running")
        )
        newest = self.list_runs(limit=1, collection=folder.collection, folder=folder.path)
        if newest and newest[0].report and shown.last_outcome in ("done", "failed files"):
            return self._report(json.loads(newest[0].report))
        reason = shown.last_reason
        if newest and newest[0].reason and reason.startswith(newest[0].reason):
            raise LecternError(newest[0].reason, newest[0].remedy)
        raise LecternError(reason or "The sync was not run.", "`lectern folders list` tells how it stands.")

    def add_addresses(self, urls: Sequence[str], *, collection: str) -> Added:
        """Have the server fetch one after the other, and wait for the syncs that index them."""
        place = f"{_at(collection)}/links"
        asked = [{"url": url} for url in urls]
        if not urls:
            asked = [{"document": link.document} for link in self.connection.get(LinkList, place).links]
            if not asked:
                from ingest.sources.links import nothing_fetched

                raise nothing_fetched(collection)
        names: list[str] = []
        jobs: list[str] = []
        failures: list[LecternError] = []
        for body in asked:
            try:
                taken = self.connection.post(UploadResponse, place, body)
            except (ParseError, QuestionError, ModelError) as error:  # What 415, 422 and 502 are read as.
                failures.append(error)
            else:
                names += taken.documents
                jobs.append(taken.job)
        reports = [self._wait_for(job, lambda progress: None) for job in dict.fromkeys(jobs)]
        return Added(names, failures, reduce(SyncReport.followed_by, reports) if reports else None)

    def list_runs(
        self, *, limit: int, collection: str | None = None, folder: Path | None = None
    ) -> Sequence[RunRecord]:
        """List them as the server does."""
        wanted = {"collection": collection, "folder": None if folder is None else printable_path(folder)}
        query = {name: value for name, value in wanted.items() if value is not None}
        return [run.to_domain() for run in self.connection.get(RunList, "/runs", limit=limit, **query).runs]

    # --- questions ---

    def search(self, question: Question, *, limit: int) -> Retrieval:
        """Have the server search."""
        asked = SearchRequest.from_domain(_checked(question), limit=limit)
        return self.connection.post(SearchResult, "/search", asked).to_domain()

    @contextmanager
    def ask(
        self,
        question: Question,
        *,
        explain: bool = False,
        interrupt: Interrupt | None = None,
        on_progress: Callable[[str, str], None] | None = None,
    ) -> Iterator[HttpAnswer]:
        """Have the server answer, with its own LLM unless one is named; it stops when the block is left.

        `interrupt` stops it from another thread, which this one is told of by an UnreachableError. `on_progress` is
        told the stages before the sources are known, and the question that is looked up, "" where it is as asked.
        """
        check_attached(question.images)
        tells = on_progress is not None
        asked = AskRequest.from_domain(_checked(question), stream=True, explain=explain, progress=tells)
        with self.connection.events("/ask", asked, interrupt) as events:
            yield HttpAnswer(events, self.connection, on_progress or (lambda stage, question: None))

    def evaluate(self, questions: Sequence[GoldQuestion], *, collection: str) -> RetrievalScores:
        """Have the server search."""
        from app.evaluation.evaluate import evaluate

        return evaluate(questions, lambda text: self.search(Question(text, collection), limit=MAX_HITS).hits)

    def suggest_questions(self, collection: str, *, limit: int) -> list[str]:
        """Ask for questions to begin with."""
        return self.connection.get(QuestionList, f"{_at(collection)}/questions", limit=limit).questions

    def sees_images(self) -> bool:
        """Say whether the LLM that answers looks at images."""
        return self.connection.get(ModelsResponse, "/models").sees_images

    def add_feedback(self, question: Question, answer: str, rating: str, citations: Sequence[Citation] = ()) -> None:
        """Say whether an answer was good: "up" or "down". The pages that carried it are kept with that."""
        cited = {(citation.document, citation.page) for citation in citations if citation.supported}
        body = {
            "collection": question.collection,
            "question": question.text,
            "answer": answer,
            "rating": rating,
            "citations": [{"document": document, "page": page} for document, page in sorted(cited)],
        }
        self.connection.post(FeedbackAdded, "/feedback", body)

    # --- tables ---

    def fill_table(self, spec: TableSpec, *, on_progress: OnFillProgress) -> FilledTable:
        """Have the server fill it, and wait for its end; Ctrl-C stops it."""
        from app.service.table_filling import FillProgress

        made = self.save_table(spec)
        place = _table_at(spec.collection, made.id)
        self.start_filling(spec.collection, made.id)

        def look() -> TableDetail:
            seen = self.connection.get(TableDetail, place, rows=False)
            on_progress(FillProgress(seen.table.done, seen.table.total, seen.table.document))
            return seen

        try:
            seen = _look_until(look, lambda one: one.table.state not in ("waiting", "filling"))
        except KeyboardInterrupt:
            with suppress(LecternError):
                self.stop_filling(spec.collection, made.id)
            raise
        table = seen.table.to_domain()
        if table.state == "failed":
            raise LecternError(table.problem, table.remedy)
        if table.state != "done":
            raise StoreError("The fill was stopped.", "Its rows are kept; the same command goes on from there.")
        filled = self.connection.get(TableDetail, place)
        return FilledTable(table, [row.to_domain() for row in filled.rows])

    def suggest_columns(self, collection: str) -> tuple[str, Sequence[Column]]:
        """Ask the server."""
        found = self.connection.get(SuggestionResponse, f"{_at(collection)}/suggested-columns")
        return found.kind, parse_columns([column.to_json() for column in found.columns])

    def save_table(self, spec: TableSpec) -> DocumentTable:
        """Make a table, or change the one of its name."""
        asked = TableRequest.from_domain(spec)
        return self.connection.post(TableResponse, f"{_at(spec.collection)}/tables", asked).to_domain()

    def list_tables(self, collection: str) -> Sequence[DocumentTable]:
        """List the tables of a collection by name."""
        listed = self.connection.get(TableList, f"{_at(collection)}/tables").tables
        return [table.to_domain() for table in listed]

    def load_table(self, collection: str, table_id: int) -> TableDetail:
        """Load a table with its rows and totals."""
        return self.connection.get(TableDetail, _table_at(collection, table_id))

    def start_filling(self, collection: str, table_id: int) -> None:
        """Have the server fill a table."""
        self.connection.call("POST", f"{_table_at(collection, table_id)}/fill", json={})

    def stop_filling(self, collection: str, table_id: int) -> None:
        """Have the server stop filling a table."""
        self.connection.call("DELETE", f"{_table_at(collection, table_id)}/fill")

    def correct_cell(self, collection: str, table_id: int, document_id: int, column: str, value: str | None) -> None:
        """Say what a cell's value is; None takes that back."""
        body = {"document_id": document_id, "column": column, "value": value}
        self.connection.call("PUT", f"{_table_at(collection, table_id)}/cells", json=body)

    def export_table(self, collection: str, table_id: int, format_: str) -> bytes:
        """Load a table as a file."""
        place = f"{_table_at(collection, table_id)}/export"
        return self.connection.call("GET", place, params={"format": format_}).content

    def remove_table(self, collection: str, table_id: int) -> None:
        """Delete a table with its cells and corrections."""
        self.connection.call("DELETE", _table_at(collection, table_id))

    # --- conversations ---

    def list_conversations(self, *, contains: str = "", limit: int = 50) -> ConversationList:
        """List the caller's conversations that hold all of these words, pinned ones first, then the newest."""
        return self.connection.get(ConversationList, "/conversations", contains=contains, limit=limit)

    def load_conversation(self, id_: str) -> ConversationDetail:
        """Load a conversation with its turns."""
        return self.connection.get(ConversationDetail, f"/conversations/{quote(id_, safe='')}")

    def save_conversation(self, id_: str, asked: ConversationRequest) -> ConversationResponse:
        """Begin a conversation, or change of what its next question is asked."""
        return self.connection.send(ConversationResponse, "PUT", f"/conversations/{id_}", json=asked.model_dump())

    def change_conversation(self, id_: str, **change: str | bool) -> ConversationResponse:
        """Give a conversation another `title`, or pin it by `pinned`."""
        return self.connection.send(ConversationResponse, "PATCH", f"/conversations/{id_}", json=change)

    def delete_conversation(self, id_: str) -> None:
        """Delete a conversation."""
        self.connection.call("DELETE", f"/conversations/{id_}")

    def save_turn(self, id_: str, position: int, turn: TurnRecord) -> int:
        """Keep a turn; returns the version that the conversation then has."""
        path = f"/conversations/{id_}/turns/{position}"
        return self.connection.send(TurnKept, "PUT", path, json=turn.model_dump(mode="json")).version

    # --- collections and documents ---

    def list_collections(self) -> Sequence[CollectionInfo]:
        """List them as the server does."""
        listed = self.connection.get(CollectionList, "/collections").collections
        return [collection.to_domain() for collection in listed]

    def create_collection(self, name: str, description: str) -> CollectionInfo:
        """Have it made."""
        asked = {"name": name, "description": description}
        return self.connection.post(CollectionResponse, "/collections", asked).to_domain()

    def rename_collection(self, name: str, new: str) -> CollectionInfo:
        """Have it renamed."""
        return self.connection.send(CollectionResponse, "PATCH", _at(name), json={"name": new}).to_domain()

    def describe_collection(self, name: str, description: str) -> CollectionInfo:
        """Have it written down."""
        asked = {"description": description}
        return self.connection.send(CollectionResponse, "PATCH", _at(name), json=asked).to_domain()

    def figures(self, collection: str) -> FigureStatus:
        """Ask the server."""
        return self.connection.get(FigureStatusResponse, f"{_at(collection)}/figures").to_domain()

    def estimate_figures(self, collection: str, llm: str) -> FigureEstimate:
        """Have the server count them."""
        path = f"{_at(collection)}/figures/estimate"
        return self.connection.get(FigureEstimateResponse, path, llm=llm).to_domain()

    def describe_figures(self, collection: str, llm: str, *, on_progress: OnFillProgress) -> FigureStatus:
        """Have the server begin with it."""
        path = f"{_at(collection)}/figures"
        return self.connection.send(FigureStatusResponse, "PUT", path, json={"llm": llm}).to_domain()

    def remove_collection(self, name: str) -> None:
        """Have it deleted."""
        self.connection.call("DELETE", _at(name))

    def list_documents(self, collection: str) -> Sequence[DocumentInfo]:
        """List them as the server does."""
        listed = self.connection.get(DocumentList, f"{_at(collection)}/documents").documents
        return [document.to_domain() for document in listed]

    def load_document(self, collection: str, document_id: int) -> DocumentInfo:
        """Load one document."""
        return self.connection.get(DocumentResponse, f"{_at(collection)}/documents/{document_id}").to_domain()

    def load_page(self, collection: str, document: DocumentInfo, number: int) -> Page:
        """Load it as the server gives it."""
        path = f"{_at(collection)}/documents/{document.id}/pages/{number}"
        return self.connection.get(PageResponse, path).to_domain()

    def find_boxes(self, collection: str, document_id: int, span: Span) -> Sequence[tuple[float, ...]]:
        """Return the boxes of the words under a span, in points on its page; none where the format has no places."""
        path = f"{_at(collection)}/documents/{document_id}/pages/{span.page}"
        page = self.connection.get(PageResponse, path, start=span.start, end=span.end)
        return [tuple(box) for box in page.boxes]

    def load_outline(self, collection: str, document: DocumentInfo) -> Sequence[OutlineEntry]:
        """Load it as the server gives it."""
        told = self.connection.get(OutlineResponse, f"{_at(collection)}/documents/{document.id}/outline")
        return [entry.to_domain() for entry in told.sections]

    def draw_page(
        self, collection: str, document_id: int, number: int, *, scale: float, marks: Sequence[Sequence[float]] = ()
    ) -> bytes:
        """Have a page of a PDF drawn as PNG, with boxes in points marked on it."""
        boxes = [",".join(f"{edge:.2f}" for edge in box) for box in marks]
        path = f"{_at(collection)}/documents/{document_id}/pages/{number}/image"
        return self.connection.call("GET", path, params={"scale": scale, "mark": boxes}).content

    def place_words(
        self, collection: str, document_id: int, number: int, marks: Sequence[Sequence[float]] = ()
    ) -> WordsResponse:
        """Return where the words of a page, and boxes in points, lie on its picture."""
        boxes = [",".join(f"{edge:.2f}" for edge in box) for box in marks]
        path = f"{_at(collection)}/documents/{document_id}/pages/{number}/words"
        return self.connection.send(WordsResponse, "GET", path, params={"mark": boxes})

    def load_file(self, collection: str, document_id: int) -> bytes:
        """Load the original file."""
        return self.connection.call("GET", f"{_at(collection)}/documents/{document_id}/file").content

    def remove_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Have the server remove them."""
        for id_ in document_ids:
            self.connection.call("DELETE", f"{_at(collection)}/documents/{id_}")

    def restore_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Have the server restore them."""
        for id_ in document_ids:
            self.connection.call("POST", f"{_at(collection)}/documents/{id_}/restore")

    def verify(self, *, repair: bool) -> Sequence[Disagreement]:
        """Have the server verify."""
        from app.service.verify import Disagreement

        found = self.connection.post(VerifyResult, "/verify", {"repair": repair})
        return [Disagreement(**dict(problem)) for problem in found.problems]

    def _wait_for(self, job_id: str, on_progress: OnProgress, *, words_only: bool = False) -> SyncReport:
        """Return the report of a sync once it has ended, or with `words_only` once all files are found by their words.

        Ctrl-C stops it, but for its embedding, with which the server goes on.
        """
        seen: JobResponse | None = None

        def look() -> JobResponse:
            nonlocal seen
            seen = self.connection.get(JobResponse, f"/jobs/{job_id}")
            if seen.progress is not None:
                on_progress(SyncProgress(**dict(seen.progress)))
            return seen

        def is_over(job: JobResponse) -> bool:
            return bool(job.finished_at) or (words_only and job.report is not None)

        try:
            job = _look_until(look, is_over)
        except KeyboardInterrupt:
            if seen is not None and seen.report is not None:
                return self._report(seen.report)
            with suppress(LecternError):
                self.connection.call("DELETE", f"/jobs/{job_id}")
            raise
        if job.error is not None:
            raise job.error.to_domain()
        if job.report is None:
            remedy = "What was done until then is kept; the next one goes on from there."
            raise StoreError("The sync was stopped.", remedy)
        return self._report(job.report)

    def _report(self, values: dict[str, Any]) -> SyncReport:
        try:
            return SyncReport.from_json(values)
        except (KeyError, TypeError) as error:
            raise self.connection.misunderstood() from error


def _look_until(look: Callable[[], T], is_over: Callable[[T], bool]) -> T:
    """Look until it is over, ever more seldom, and return what was seen last."""
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


def _checked(question: Question) -> Question:
    return replace(question, text=check_question(question.text))


def _sync_request(folder: Path, collection: str, allow_empty: bool) -> dict[str, Any]:
    return {"folder": os.path.realpath(folder), "collection": collection, "allow_empty": allow_empty}


def _table_at(collection: str, table_id: int) -> str:
    return f"{_at(collection)}/tables/{table_id}"


def _at(collection: str) -> str:
    return f"/collections/{quote(collection, safe='')}"
