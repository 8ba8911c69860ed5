"""Searches and answers for many at once, and keeps the index as it answers now."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from app.service.answering import AskProgress, PrepareImages, ask
from app.service.build_index import Lectern
from app.service.document_diagnosis import Why, explain_document
from app.service.executors import BoundedExecutor
from app.service.searching import search
from app.settings import Settings
from rag.errors import LecternError
from rag.pipeline import AnswerStream, AskSettings
from rag.protocols import LanguageModel
from rag.retrieval import Retrieval
from rag.tracing import Attribute, traced_step
from rag.types import Answer, AnswerEvent, Question

log = logging.getLogger(__name__)

MODEL_SECONDS = 60.0
"""For so long the LLM is kept that was found without a setting, or that none was: Ollama may start after us."""

Deliver = Callable[[AskProgress | AnswerStream | AnswerEvent], None]


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state of the models: loaded, or the `reason` why not."""

    ready: bool
    reason: str = ""


class AnswerService:
    """Methods may be called from any thread."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        searches: BoundedExecutor,
        answers: BoundedExecutor,
        find_model: Callable[[Settings], LanguageModel | None],
        prepare_images: PrepareImages,
    ) -> None:
        """Take the parts; `find_model` gives the LLM of some settings, None where answers are quotes."""
        self._lectern = lectern
        self._searches = searches
        self._answers = answers
        self._find_model = find_model
        self._prepare_images = prepare_images
        self._model: LanguageModel | None = None
        self._model_until = 0.0
        self._model_lock = threading.Lock()
        self._askers: set[threading.Event] = set()
        """Of the answers that wait or are made: each is set when nobody waits for its answer any more."""
        self._readiness = Readiness(False, "The models are being loaded.")
        self._is_closed = False

    @property
    def lectern(self) -> Lectern:
        """Return the index with the settings by which it answers now."""
        return self._lectern

    @property
    def readiness(self) -> Readiness:
        """Tell whether questions are answered without waiting for a model to load."""
        return self._readiness

    @property
    def ask_settings(self) -> AskSettings:
        """Return the settings by which answers are made."""
        return self._lectern.ask_pipeline(None).settings

    def warm_up(self) -> None:
        """Start to load the models."""
        self._searches.submit(self._load_models)

    def adjust(self, settings: Settings) -> None:
        """Answer with these settings from now on: which LLM, how much is read, when is refused; not the others."""
        with self._model_lock:
            retriever = self._lectern.retriever.with_depth(settings.rerank_depth)
            self._lectern = replace(self._lectern, settings=settings, retriever=retriever)
            self._model_until = 0.0

    def current_model(self) -> LanguageModel | None:
        """Return the LLM that answers; None where answers are quotes. Raises ConfigurationError."""
        with self._model_lock:
            if time.monotonic() >= self._model_until:
                self._model = self._find_model(self._lectern.settings)
                is_named = bool(self._lectern.settings.llm)
                self._model_until = float("inf") if is_named else time.monotonic() + MODEL_SECONDS
            return self._model

    def search(self, question: Question, *, limit: int) -> Future[Retrieval]:
        """Start a search. Raises OverloadedError; the future raises what `Retriever.retrieve` does."""
        lectern = self._lectern
        return self._searches.submit(self._wait_for_search, lambda: search(lectern, question, limit=limit))

    def answer(self, question: Question, deliver: Deliver, cancelled: threading.Event) -> Future[Answer | None]:
        """Start an answer: `deliver` is given what is done before its sources are known, its stream, then its events.

        It is called in another thread. Once `cancelled` is set, the LLM is hung up on and there is no answer. Raises
        OverloadedError; the future raises what `app.service.answering.ask` does.
        """
        answer = self._answers.submit(self._answer, question, deliver, cancelled)
        self._askers.add(cancelled)
        answer.add_done_callback(lambda _: self._askers.discard(cancelled))
        return answer

    def explain_document(self, question: str, collection: str, document_id: int) -> Future[Why]:
        """Start to find out why a document does or does not come up. Raises NotFoundError, OverloadedError."""
        lectern = self._lectern
        document, _ = lectern.catalogue.load_document(collection, document_id)
        pipeline, retriever = lectern.ask_pipeline(None), lectern.retriever
        return self._searches.submit(explain_document, question, document, pipeline, retriever, collection=collection)

    def close(self) -> None:
        """Close the connections to all LLMs and accept no further work; running work is not waited for."""
        self._is_closed = True
        for cancelled in list(self._askers):
            cancelled.set()
        self._answers.close()
        self._searches.close()

    # --- in the threads of the executors ---

    def _load_models(self) -> None:
        lectern = self._lectern
        try:
            for embedder in lectern.embedders.in_use(lectern.catalogue):
                embedder.embed_question("warming up")
            for network in filter(None, (lectern.reader, lectern.judge)):
                network.score("warming up", ["warming up"])
            # A first search opens Chroma, which takes as long as loading a model.
            for collection in lectern.catalogue.list_collections()[:1]:
                if self._is_closed:
                    return
                lectern.retriever.retrieve("warming up", collection=collection.name)
        except LecternError as error:
            if not self._is_closed:
                log.error("The models cannot be loaded: %s", error)
            self._readiness = Readiness(False, error.reason)
        except Exception:
            if not self._is_closed:
                log.exception("The models cannot be loaded.")
            self._readiness = Readiness(False, "The models cannot be loaded; the server's log says why.")
        else:
            self._readiness = Readiness(True)

    def _wait_for_search(self, search: Callable[[], Retrieval]) -> Retrieval:
        with self._lectern.foreground.busy():
            found = search()
        self._note_asked_about(found)
        return found

    def _note_asked_about(self, found: Retrieval) -> None:
        """Have documents that were found by their words only embedded next."""
        by_words = [hit.document.id for hit in found.hits if not hit.document.is_embedded]
        self._lectern.foreground.note_asked_about(by_words)

    def _answer(self, question: Question, deliver: Deliver, cancelled: threading.Event) -> Answer | None:
        with self._lectern.foreground.busy(), traced_step("answer") as step:
            answer = self._make_answer(question, deliver, cancelled)
            step.attributes.update(_outcome(answer))
            return answer

    def _make_answer(self, question: Question, deliver: Deliver, cancelled: threading.Event) -> Answer | None:
        stream = ask(
            self._lectern,
            question,
            default_model=self.current_model,
            prepare_images=self._prepare_images,
            # All searching is done by the threads for it, so that answers cannot crowd out searches.
            run_search=lambda search: self._searches.submit(search).result(),
            cancelled=cancelled,
            on_progress=deliver,
        )
        if stream is None:
            return None
        self._note_asked_about(stream.retrieval)
        deliver(stream)
        for piece in stream.events():
            if cancelled.is_set():
                stream.close()
                return None
            deliver(piece)
        return None if cancelled.is_set() else stream.answer


def _outcome(answer: Answer | None) -> dict[str, Attribute]:
    """Return what a trace tells of an answer; None is one that was cancelled."""
    if answer is None:
        return {"outcome": "cancelled"}
    return {
        "outcome": answer.outcome,
        "mode": answer.mode,
        "sources": len(answer.sources),
        "citations": len(answer.citations),
    }
