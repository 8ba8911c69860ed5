"""Defines what a client does with an index, whether it opens it in this process or asks a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.evaluation.evaluate import GoldQuestion
    from app.evaluation.metrics import RetrievalScores
    from app.service.explanation import Explanation
    from app.service.figures import FigureEstimate, FigureStatus
    from app.service.table_filling import FillProgress
    from app.service.verify import Disagreement
    from app.state.folders import FolderStore, RegisteredFolder
    from app.state.tables import DocumentTable, TableRow, TableSpec
    from ingest.report import SyncProgress, SyncReport
    from rag.errors import LecternError
    from rag.extraction.columns import Column
    from rag.retrieval import Retrieval
    from rag.types import (
        Answer,
        AnswerEvent,
        CollectionInfo,
        DocumentInfo,
        OutlineEntry,
        Page,
        Question,
        RunRecord,
        Source,
    )

OnProgress = Callable[["SyncProgress"], None]
OnFillProgress = Callable[["FillProgress"], None]


@dataclass(frozen=True, slots=True)
class FilledTable:
    """A table over documents with its rows."""

    table: DocumentTable
    rows: Sequence[TableRow]


@dataclass(frozen=True, slots=True)
class Added:
    """The outcome of adding addresses: the files that came, why others did not, and the sync that indexed what came."""

    names: Sequence[str]
    failures: Sequence[LecternError]
    report: SyncReport | None


class Answering(Protocol):
    """An answer while it is made: iterate it once for the text in pieces, then read the whole."""

    @property
    def sources(self) -> Sequence[Source]:
        """Return the sources, which are known before the first piece."""
        ...

    def __iter__(self) -> Iterator[str]: ...

    def events(self) -> Iterator[AnswerEvent]:
        """Iterate it so instead for the steps too, and the verdicts, each behind the last character of its sentence."""
        ...

    @property
    def answer(self) -> Answer:
        """Return the finished answer; waits for it if need be."""
        ...

    @property
    def explanation(self) -> Explanation:
        """Return the way in which the sources were found; only where it was asked for."""
        ...


class Client(Protocol):
    """Works with an index. Each method raises LecternError."""

    def sync(
        self,
        folder: Path,
        *,
        collection: str,
        allow_empty: bool,
        words_only: bool = False,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Bring a collection in step with a folder; Ctrl-C stops it.

        With `words_only` it returns when all files are found by their words; a server goes on with their vectors.
        """
        ...

    def preview_sync(self, folder: Path, *, collection: str, allow_empty: bool) -> SyncReport:
        """Say what a sync would do."""
        ...

    def sync_registered(
        self, folder: RegisteredFolder, folder_store: FolderStore, *, on_progress: OnProgress
    ) -> SyncReport:
        """Sync a registered folder, with the outcome in the folder store."""
        ...

    def add_addresses(self, urls: Sequence[str], *, collection: str) -> Added:
        """Fetch documents and index them; no addresses stand for all that were fetched before."""
        ...

    def search(self, question: Question, *, limit: int) -> Retrieval:
        """Find the best `limit` passages, with the labels of their first pages."""
        ...

    def ask(self, question: Question, *, explain: bool = False) -> AbstractContextManager[Answering]:
        """Answer a question; a follow-up is made to stand alone first. Leaving the block stops the LLM."""
        ...

    def evaluate(self, questions: Sequence[GoldQuestion], *, collection: str) -> RetrievalScores:
        """Measure how well the right pages come up."""
        ...

    def list_documents(self, collection: str) -> Sequence[DocumentInfo]:
        """List all documents of a collection by path."""
        ...

    def load_page(self, collection: str, document: DocumentInfo, number: int) -> Page:
        """Load a 0-based page with its text."""
        ...

    def load_outline(self, collection: str, document: DocumentInfo) -> Sequence[OutlineEntry]:
        """Load the headings of a document with their 0-based pages."""
        ...

    def remove_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Take documents out of the index and keep them out; an uploaded one goes with its file."""
        ...

    def restore_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Let the next sync index documents again that were taken out."""
        ...

    def list_collections(self) -> Sequence[CollectionInfo]:
        """List all collections by name."""
        ...

    def create_collection(self, name: str, description: str) -> CollectionInfo:
        """Make an empty collection."""
        ...

    def rename_collection(self, name: str, new: str) -> CollectionInfo:
        """Give a collection, with all that is kept of it, another name."""
        ...

    def describe_collection(self, name: str, description: str) -> CollectionInfo:
        """Keep what a collection holds, in somebody's words."""
        ...

    def remove_collection(self, name: str) -> None:
        """Delete a collection with what was uploaded into it; files of synced folders are not touched."""
        ...

    def figures(self, collection: str) -> FigureStatus:
        """Say how far the figures of a collection are described."""
        ...

    def estimate_figures(self, collection: str, llm: str) -> FigureEstimate:
        """Say what an LLM would take to describe the figures of a collection; "" is the one that answers."""
        ...

    def describe_figures(self, collection: str, llm: str, *, on_progress: OnFillProgress) -> FigureStatus:
        """Have an LLM describe the figures of a collection, "" for none; a server goes on with that by itself."""
        ...

    def list_runs(
        self, *, limit: int, collection: str | None = None, folder: Path | None = None
    ) -> Sequence[RunRecord]:
        """List the newest runs first."""
        ...

    def fill_table(self, spec: TableSpec, *, on_progress: OnFillProgress) -> FilledTable:
        """Fill a table over documents, the one of its name where there is one; Ctrl-C stops it and keeps its rows."""
        ...

    def suggest_columns(self, collection: str) -> tuple[str, Sequence[Column]]:
        """Suggest columns for a collection: the kind of most of its documents, "" where it is not known, and them."""
        ...

    def verify(self, *, repair: bool) -> Sequence[Disagreement]:
        """Find what is not as it should be, and mend what can be."""
        ...
