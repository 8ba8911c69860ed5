"""The one object behind the HTTP API: an opened index that many use at once. Knows no HTTP."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app.service.answering import ask
from app.service.attached_images import prepare_images
from app.service.build_index import Lectern
from app.service.build_ingest import build_fetcher, build_sandbox
from app.service.build_llm import choose_model
from app.service.document_diagnosis import Why, explain_document
from app.service.executors import BoundedExecutor
from app.service.page_images import PageImages
from app.service.removal import Removal
from app.service.searching import search
from app.service.sync_queue import SyncQueue
from app.service.verify import Problem, verify_files, verify_index
from app.settings import Settings
from app.state.database import SERVICE_FILE
from app.state.sync_jobs import SyncJob, SyncJobStore
from ingest.collection_names import check_collection_name
from ingest.report import SyncReport
from ingest.sources.links import Links
from ingest.sources.uploads import UPLOADS, Uploads
from rag.errors import LecternError, NotFoundError, StoreError
from rag.pipeline import AnswerStream, AskSettings
from rag.protocols import LanguageModel
from rag.retrieval import Retrieval
from rag.types import Answer, Image, ImageFile, Question

log = logging.getLogger(__name__)

SEARCHES_AT_ONCE = max(2, os.cpu_count() or 1)
"""Searching is work for processors: more at once make each one slower and none sooner."""

ANSWERS_AT_ONCE = 16
"""An answer mostly waits for an LLM."""

FILES_AT_ONCE = 2

ADDRESSES_AT_ONCE = 4
"""A fetch mostly waits for another server, for minutes at worst: pages are not to wait behind it."""

SEARCHES_WAITING, ANSWERS_WAITING, FILES_WAITING, ADDRESSES_WAITING = 64, 16, 32, 32

MODEL_SECONDS = 60.0
"""For so long the LLM is kept that was found without a setting, or that none was: Ollama may start after us."""

Deliver = Callable[[AnswerStream | str], None]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the models are loaded; `reason` says why not."""

    ready: bool
    reason: str = ""


class Service:
    """Answers many at once and syncs one thing at a time. Methods may be called from any thread."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        find_model: Callable[[], LanguageModel | None] | None = None,
        on_sync: Callable[[SyncJob], None] = lambda job: None,
        forget_folders: Callable[[str], None] = lambda collection: None,
        check_folder: Callable[[Path], object] = lambda folder: None,
    ) -> None:
        """`find_model` is asked for the LLM, else the settings are; `on_sync` is told of every sync that ends.

        `forget_folders` takes out of the folder store what is registered for a collection that is being removed.
        `check_folder` raises ConfigurationError for a folder that may not be synced, uploads aside.
        """
        self.lectern = lectern
        self._sandbox = build_sandbox(lectern.settings)
        self.uploads = Uploads(lectern.settings.home / UPLOADS, self._sandbox)
        self.uploads.sweep()
        self._check_folder = check_folder
        self._folder_store = SyncJobStore(lectern.settings.home / SERVICE_FILE)
        self.syncs = SyncQueue(
            lectern.ingest, self._folder_store, on_finished=on_sync, check_folder=self._check_folder_of
        )
        self.files = BoundedExecutor("page images and uploads", threads=FILES_AT_ONCE, waiting=FILES_WAITING)
        self._addresses = BoundedExecutor("addresses", threads=ADDRESSES_AT_ONCE, waiting=ADDRESSES_WAITING)
        self._fetcher = build_fetcher(lectern.settings)
        self._links_lock = threading.Lock()
        self._searches = BoundedExecutor("searches", threads=SEARCHES_AT_ONCE, waiting=SEARCHES_WAITING)
        self._answers = BoundedExecutor("answers", threads=ANSWERS_AT_ONCE, waiting=ANSWERS_WAITING)
        self.pictures = PageImages(self._sandbox)
        self._forget_folders = forget_folders
        self._find_model = find_model or (lambda: choose_model(self.lectern.settings))
        self._model: LanguageModel | None = None
        self._model_until = 0.0
        self._model_lock = threading.Lock()
        self._askers: set[threading.Event] = set()
        """Of the answers that wait or are made: each is set when nobody waits for its answer any more."""
        self._readiness = Readiness(False, "The models are being loaded.")
        self._searches.submit(self._load_models)
        if lectern.vectors.is_incomplete() and lectern.catalogue.list_collections():
            self.syncs.run(self._recover)

    @property
    def readiness(self) -> Readiness:
        """Whether questions are answered without waiting for a model to load."""
        return self._readiness

    @property
    def ask_settings(self) -> AskSettings:
        """How answers are made."""
        return self.lectern.ask_pipeline(None).settings

    def has_collection(self, name: str) -> bool:
        """Whether there is a collection of that name."""
        return self.lectern.writer.find_collection(name) is not None

    def adjust(self, settings: Settings) -> None:
        """Answer with these settings from now on: which LLM, how much is read, when is refused; not the others."""
        with self._model_lock:
            retriever = self.lectern.retriever.with_depth(settings.rerank_depth)
            self.lectern = replace(self.lectern, settings=settings, retriever=retriever)
            self._model_until = 0.0

    def current_model(self) -> LanguageModel | None:
        """The LLM that answers; None where answers are quotes. Raises ConfigurationError."""
        with self._model_lock:
            if time.monotonic() >= self._model_until:
                self._model = self._find_model()
                is_named = bool(self.lectern.settings.llm)
                self._model_until = float("inf") if is_named else time.monotonic() + MODEL_SECONDS
            return self._model

    def search(self, question: Question, *, limit: int) -> Future[Retrieval]:
        """Start a search. Raises OverloadedError; the future raises what `Retriever.retrieve` does."""
        return self._searches.submit(search, self.lectern, question, limit=limit)

    def answer(self, question: Question, deliver: Deliver, cancelled: threading.Event) -> Future[Answer | None]:
        """Start an answer: `deliver` is given its stream, whose sources are known by then, then the text in pieces.

        It is called in another thread. Once `cancelled` is set, the LLM is hung up on and there is no answer. Raises
        OverloadedError; the future raises what `app.service.answering.ask` does.
        """
        answer = self._answers.submit(self._answer, question, deliver, cancelled)
        self._askers.add(cancelled)
        answer.add_done_callback(lambda _: self._askers.discard(cancelled))
        return answer

    def why(self, question: str, collection: str, document_id: int) -> Future[Why]:
        """Start to find out why a document does or does not come up. Raises NotFoundError, OverloadedError."""
        document, _ = self.lectern.catalogue.load_document(collection, document_id)
        pipeline, retriever = self.lectern.ask_pipeline(None), self.lectern.retriever
        return self._searches.submit(explain_document, question, document, pipeline, retriever, collection=collection)

    def sync(self, folder: Path, collection: str, *, allow_empty: bool = False) -> SyncJob:
        """Queue a sync. Raises OverloadedError."""
        return self.syncs.submit(Path(os.path.realpath(folder)), collection, allow_empty=allow_empty)

    def preview(self, folder: Path, collection: str, *, allow_empty: bool = False) -> SyncReport:
        """What a sync would do; nothing is changed. Raises ConfigurationError, StoreError."""
        return self.lectern.ingest.preview(folder, collection=collection, allow_empty=allow_empty)

    def remove_document(self, collection: str, document_id: int) -> None:
        """Take a document out of the index and keep it out; an uploaded one is deleted. Raises NotFoundError."""
        _, file = self.lectern.catalogue.load_document(collection, document_id)
        removal = Removal.of(self.lectern, collection, [document_id])
        removal.delete_files()
        self.pictures.drop(file)
        self.syncs.run(removal.run).result()

    def restore_document(self, collection: str, document_id: int) -> None:
        """Let the next sync index a document again that was taken out. Raises NotFoundError."""
        document, _ = self.lectern.catalogue.load_document(collection, document_id)
        if not document.is_removed:
            raise NotFoundError(f"{document.path} was not removed.", "There is nothing to undo.")
        self.syncs.run(lambda: self.lectern.writer.remove_documents([document_id])).result()

    def verify(self, *, repair: bool) -> Future[list[Problem]]:
        """Compare catalogue, full-text index, vectors and folders. Raises OverloadedError; the future IndexLockedError
        while a sync runs, which leaves things unfinished between its files."""
        return self.syncs.run(lambda: self._verify(repair=repair))

    def reread_document(self, collection: str, document_id: int, check_folder: Callable[[Path], Path]) -> SyncJob:
        """Read a document's file again as if it were new to us, also one that was taken out.

        Until then what is indexed of it answers. `check_folder` gives the real path of a folder that may be synced.
        Raises NotFoundError; ConfigurationError where its folder may not be synced; OverloadedError.
        """
        document, file = self.lectern.catalogue.load_document(collection, document_id)
        writer = self.lectern.writer
        collection_id = writer.find_collection(collection)
        assert collection_id is not None
        root = next(root for root in writer.folder_roots(collection_id) if root in file.parents)
        if not self.uploads.owns(collection, file):
            root = check_folder(root)
        forget = writer.remove_documents if document.is_removed else writer.mark_unread
        self.syncs.run(lambda: forget([document_id])).result()
        return self.sync(root, collection)

    def remove_collection(self, collection: str) -> None:
        """Forget a collection and its registered folders, and delete what was uploaded into it.

        Raises NotFoundError, IndexLockedError.
        """
        self.syncs.run(lambda: self._remove_collection(collection)).result()
        self.uploads.delete(collection)

    def take_uploads(self, collection: str, names: list[str]) -> SyncJob:
        """Index uploaded files, also where a file of that name was removed before."""
        folder = self.uploads.folder(collection)
        if self.has_collection(collection):
            removed = [
                document.id
                for document in self.lectern.catalogue.list_documents(collection)
                if document.is_removed and document.folder == str(folder) and document.path in names
            ]
            if removed:
                self.syncs.run(lambda: self.lectern.writer.remove_documents(removed)).result()
        return self.sync(folder, collection)

    def links(self, collection: str) -> Links:
        """The files of a collection that were fetched from addresses."""
        return Links(collection, self.uploads, self._fetcher, self._sandbox, self._links_lock)

    def add_link(self, collection: str, *, url: str = "", document: str = "") -> Future[tuple[str, SyncJob]]:
        """Start to fetch what is at an address, or a document again from where it came; then it is indexed.

        Raises OverloadedError; the future, with the file's name, raises what `Links.add` does.
        """
        return self._addresses.submit(self._add_link, collection, url, document)

    def close(self, seconds: float) -> bool:
        """Stop all work; False when some of it has not stopped within `seconds`, and the index is still in use."""
        for cancelled in list(self._askers):
            cancelled.set()
        for lane in (self._answers, self._searches, self.files, self._addresses):
            lane.close()
        with suppress(StoreError):  # A disk that fails keeps nobody from ending.
            self.lectern.writer.stop_runs()
        stopped = self.syncs.close(seconds)
        self._sandbox.close()
        if stopped:
            self._folder_store.close()
        return stopped

    # --- in the threads of the lanes ---

    def _load_models(self) -> None:
        lectern = self.lectern
        try:
            lectern.embedder.embed_question("warming up")
            if lectern.reader is not None:
                lectern.reader.score("warming up", ["warming up"])
            # A first search opens Chroma, which takes as long as loading a model.
            for collection in lectern.catalogue.list_collections()[:1]:
                lectern.retriever.retrieve("warming up", collection=collection.name)
        except LecternError as error:
            log.error("The models cannot be loaded: %s", error)
            self._readiness = Readiness(False, error.reason)
        except Exception:
            log.exception("The models cannot be loaded.")
            self._readiness = Readiness(False, "The models cannot be loaded; the server's log says why.")
        else:
            self._readiness = Readiness(True)

    def _answer(self, question: Question, deliver: Deliver, cancelled: threading.Event) -> Answer | None:
        stream = ask(
            self.lectern,
            question,
            default_model=self.current_model,
            prepare_images=self._prepare_images,
            # All searching is done by the threads for it, so that answers cannot crowd out searches.
            run_search=lambda search: self._searches.submit(search).result(),
            cancelled=cancelled,
        )
        if stream is None:
            return None
        deliver(stream)
        for piece in stream:
            if cancelled.is_set():
                stream.close()
                return None
            deliver(piece)
        return None if cancelled.is_set() else stream.answer

    def _prepare_images(self, files: Sequence[ImageFile], model: LanguageModel | None) -> Sequence[Image]:
        return prepare_images(files, model, self._sandbox)

    def _add_link(self, collection: str, url: str, document: str) -> tuple[str, SyncJob]:
        if not self.has_collection(collection):
            check_collection_name(collection)
        links = self.links(collection)
        name = links.add(url) if url else links.add_again(document)
        return name, self.take_uploads(collection, [name])

    # --- in the thread of the syncs ---

    def _recover(self) -> None:
        """Make the vectors that were lost, without waiting for a sync."""
        try:
            self.lectern.ingest.recover()
        except LecternError as error:
            log.error("The lost vectors cannot be made again now: %s", error)

    def _check_folder_of(self, folder: Path, collection: str) -> None:
        if folder != self.uploads.folder(collection):
            self._check_folder(folder)

    def _remove_collection(self, collection: str) -> None:
        self.syncs.refuse_while_syncing(collection)
        # First, so that no schedule asks for another sync of it.
        self._forget_folders(collection)
        self.syncs.drop_waiting(collection)
        self.lectern.ingest.remove_collection(collection)
        self._folder_store.remove_collection(collection)

    def _verify(self, *, repair: bool) -> list[Problem]:
        self.syncs.refuse_while_syncing()
        return verify_files(self.lectern.settings.home) or list(verify_index(self.lectern, repair=repair))
