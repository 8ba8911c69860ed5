"""Works with an index in this process, and opens it when it is first needed.

What one kind of work needs alone is imported where that is done: on a cold disk each library costs a command the more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.client.base import Added, FilledTable, OnFillProgress, OnProgress
from app.service.build_index import Lectern, open_catalogue_reader, open_lectern
from app.service.build_places import existing_catalogue, has_service
from app.service.searching import search
from app.settings import Settings
from rag.errors import FetchError, LecternError, ParseError

if TYPE_CHECKING:
    from app.evaluation.evaluate import GoldQuestion
    from app.evaluation.metrics import RetrievalScores
    from app.service.build_models import Models
    from app.service.collections import CollectionService
    from app.service.explanation import Explanation
    from app.service.figures import FigureEstimate, FigureStatus
    from app.service.verify import Disagreement
    from app.state.folders import FolderStore, RegisteredFolder
    from app.state.tables import TableSpec
    from ingest.report import SyncReport
    from rag.extraction.columns import Column
    from rag.pipeline import AnswerStream, AskSettings
    from rag.protocols import LanguageModel
    from rag.retrieval import Retrieval
    from rag.types import (
        Answer,
        AnswerEvent,
        CollectionInfo,
        DocumentInfo,
        Image,
        ImageFile,
        OutlineEntry,
        Page,
        Question,
        RunRecord,
        Source,
    )


class LocalClient:
    """Opens the index in this process; lists are read also while another process owns it."""

    def __init__(self, settings: Settings, command: str, *, wait_seconds: float, models: Models | None = None) -> None:
        self._settings = settings
        self._command = command
        self._wait_seconds = wait_seconds
        self._models = models
        self._lectern: Lectern | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def sync(
        self,
        folder: Path,
        *,
        collection: str,
        allow_empty: bool,
        words_only: bool = False,
        on_progress: OnProgress,
    ) -> SyncReport:
        """Sync here."""
        ingest = self._open().ingest
        report = ingest.sync(
            folder, collection=collection, allow_empty=allow_empty, words_only=words_only, on_progress=on_progress
        )
        if not words_only:
            self._describe_figures(collection)
        self._refill_tables(collection)
        return report

    def preview_sync(self, folder: Path, *, collection: str, allow_empty: bool) -> SyncReport:
        """Compare here."""
        return self._open().ingest.preview(folder, collection=collection, allow_empty=allow_empty)

    def sync_registered(
        self, folder: RegisteredFolder, folder_store: FolderStore, *, on_progress: OnProgress
    ) -> SyncReport:
        """Sync here, and write into the folder store how it went."""
        from app.schedule.sync_folder import run_folder
        from app.schedule.times import BackOff

        ingest = self._open().ingest
        report = run_folder(
            folder_store,
            folder,
            lambda path, collection: ingest.sync(path, collection=collection, on_progress=on_progress),
            back_off=BackOff(),
        )
        self._describe_figures(folder.collection)
        self._refill_tables(folder.collection)
        return report

    def add_addresses(self, urls: Sequence[str], *, collection: str) -> Added:
        """Fetch here, then sync the uploads."""
        from app.service.build_ingest import build_links, build_sandbox

        settings, ingest = self._settings, self._open().ingest
        names: list[str] = []
        failures: list[LecternError] = []
        with closing(build_sandbox(settings)) as sandbox:
            links = build_links(settings, collection, sandbox)
            for url in urls or links.urls():
                try:
                    names.append(links.add(url))
                except (FetchError, ParseError) as error:
                    failures.append(error)
        report = ingest.sync(links.folder, collection=collection) if names else None
        self._refill_tables(collection)
        return Added(names, failures, report)

    def search(self, question: Question, *, limit: int) -> Retrieval:
        """Search here."""
        return search(self._open_to_ask(), question, limit=limit)

    @contextmanager
    def ask(self, question: Question, *, explain: bool = False) -> Iterator[LocalAnswer]:
        """Answer here."""
        from app.service.answering import ask
        from app.service.build_llm import choose_model

        lectern = self._open_to_ask()
        stream = ask(
            lectern,
            question,
            default_model=lambda: choose_model(self._settings),
            prepare_images=self._prepare_images,
        )
        assert stream is not None, "nobody cancels it"
        try:
            yield LocalAnswer(stream, lectern.ask_pipeline(None).settings)
        finally:
            stream.close()

    def evaluate(self, questions: Sequence[GoldQuestion], *, collection: str) -> RetrievalScores:
        """Search here."""
        from app.evaluation.evaluate import evaluate

        retriever = self._open_to_ask().retriever
        return evaluate(questions, lambda question: retriever.retrieve(question, collection=collection).hits)

    def list_documents(self, collection: str) -> Sequence[DocumentInfo]:
        """Read it from the catalogue."""
        return open_catalogue_reader(self._settings).list_documents(collection)

    def load_page(self, collection: str, document: DocumentInfo, number: int) -> Page:
        """Read it from the catalogue."""
        return open_catalogue_reader(self._settings).load_page(collection, document.id, number)

    def load_outline(self, collection: str, document: DocumentInfo) -> Sequence[OutlineEntry]:
        """Read it from the catalogue."""
        return open_catalogue_reader(self._settings).load_outline(collection, document.id)

    def remove_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Remove here, uploads with their files."""
        from app.service.removal import Removal

        Removal.of(self._open(), collection, document_ids).run()

    def restore_documents(self, collection: str, document_ids: Sequence[int]) -> None:
        """Drop their records here, so that they are new to the next sync."""
        self._open().writer.remove_documents(document_ids)

    def list_collections(self) -> Sequence[CollectionInfo]:
        """Read it from the catalogue."""
        listed = open_catalogue_reader(self._settings).list_collections()
        from app.service.build_stores import open_collection_store

        if not has_service(self._settings):  # Looking makes nothing.
            return listed
        with closing(open_collection_store(self._settings)) as store:
            return store.with_descriptions(listed)

    def create_collection(self, name: str, description: str) -> CollectionInfo:
        """Make it here."""
        with self._collections() as collections:
            return collections.create(name, description)

    def rename_collection(self, name: str, new: str) -> CollectionInfo:
        """Rename it here."""
        with self._collections() as collections:
            return collections.rename(name, new)

    def describe_collection(self, name: str, description: str) -> CollectionInfo:
        """Write it down here."""
        with self._collections() as collections:
            return collections.describe(name, description)

    def remove_collection(self, name: str) -> None:
        """Delete it here."""
        with self._collections() as collections:
            collections.check(name)
            collections.remove(name)

    def _collections(self) -> AbstractContextManager[CollectionService]:
        from app.service.build_collections import collections_here

        return collections_here(self._open())

    def figures(self, collection: str) -> FigureStatus:
        """Look here."""
        from app.service.build_figures import figures_here

        with figures_here(self._open()) as figures:
            return figures.status(collection)

    def estimate_figures(self, collection: str, llm: str) -> FigureEstimate:
        """Count them here."""
        from app.service.build_figures import figures_here

        with figures_here(self._open()) as figures:
            return figures.estimate(collection, llm)

    def describe_figures(self, collection: str, llm: str, *, on_progress: OnFillProgress) -> FigureStatus:
        """Have them described here, to the end."""
        from app.service.build_figures import describe_here, figures_here
        from app.service.table_filling import FillProgress

        lectern = self._open()
        with figures_here(lectern) as figures:
            figures.choose(collection, llm)
        describe_here(lectern, collection, lambda done, total, path: on_progress(FillProgress(done, total, path)))
        return self.figures(collection)

    def _describe_figures(self, collection: str) -> None:
        """Describe the figures of new and changed documents, where that is wished."""
        from app.service.build_figures import describe_here

        # The sync went well: why figures are not described is told with the collection.
        with suppress(LecternError):
            describe_here(self._open(), collection, lambda done, total, path: None)

    def list_runs(
        self, *, limit: int, collection: str | None = None, folder: Path | None = None
    ) -> Sequence[RunRecord]:
        """Read it from the catalogue."""
        wanted = None if collection is None else [collection]
        return open_catalogue_reader(self._settings).list_runs(limit=limit, in_collections=wanted, folder=folder)

    def fill_table(self, spec: TableSpec, *, on_progress: OnFillProgress) -> FilledTable:
        """Fill it here."""
        from app.service.build_llm import choose_model
        from app.service.build_tables import fill_here

        lectern = self._open_to_ask()
        return FilledTable(*fill_here(lectern, spec, lambda: choose_model(self._settings), on_progress))

    def suggest_columns(self, collection: str) -> tuple[str, Sequence[Column]]:
        """Look at the kinds of the documents here."""
        from rag.extraction.suggest import suggest_columns

        return suggest_columns(self.list_documents(collection))

    def _refill_tables(self, collection: str) -> None:
        """Fill the rows of new and changed documents, of the tables that were filled before."""
        from app.service.build_llm import choose_model
        from app.service.build_tables import refill_here

        refill_here(self._open(), collection, lambda: choose_model(self._settings))

    def verify(self, *, repair: bool) -> Sequence[Disagreement]:
        """Verify here; the index is opened only where its files are sound."""
        from app.service.verify import verify_files, verify_index

        existing_catalogue(self._settings)
        return verify_files(self._settings.home) or list(verify_index(self._open(), repair=repair))

    def _prepare_images(self, images: Sequence[ImageFile], model: LanguageModel | None) -> Sequence[Image]:
        """Return images as the LLM takes them. Raises ConfigurationError, ParseError."""
        from app.service.attached_images import prepare_images
        from app.service.build_ingest import build_sandbox

        with closing(build_sandbox(self._settings)) as sandbox:
            return prepare_images(images, model, sandbox)

    def _open_to_ask(self) -> Lectern:
        """Return the index with its vectors, which are opened while the models are still loading."""
        lectern = self._open()
        with suppress(LecternError):  # Told when they are searched in earnest.
            lectern.vectors.open()
        return lectern

    def _open(self) -> Lectern:
        """Return the index, which is owned from the first time on until the client is left."""
        if self._lectern is None:
            opened = open_lectern(self._settings, self._command, wait_seconds=self._wait_seconds, models=self._models)
            self._lectern = self._stack.enter_context(opened)
        return self._lectern


class LocalAnswer:
    """An `app.client.base.Answering` that is made in this process."""

    def __init__(self, stream: AnswerStream, settings: AskSettings) -> None:
        self._stream = stream
        self._settings = settings

    @property
    def sources(self) -> Sequence[Source]:
        """Return the passages that the answer may cite."""
        return self._stream.sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._stream)

    def events(self) -> Iterator[AnswerEvent]:
        """Return the text in pieces, and the verdict behind each sentence."""
        return self._stream.events()

    @property
    def answer(self) -> Answer:
        """Return the finished answer."""
        return self._stream.answer

    @property
    def explanation(self) -> Explanation:
        """Return the way in which the sources were found."""
        from app.service.explanation import explain_stages

        return explain_stages(self._stream, self._settings)
