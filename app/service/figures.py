"""Has the figures of collections described by an LLM that sees, where that is wished, and says what it takes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from app.service.build_index import Lectern
from app.state.collections import CollectionStore
from ingest.describing import (
    PROMPT_TOKENS,
    USUAL_ANSWER,
    FigureReading,
    describe_figures,
    fingerprint_of,
)
from rag.errors import ConfigurationError, LecternError, ParseError, StoreError
from rag.images import estimate_image_tokens
from rag.prices import cost_usd
from rag.protocols import LanguageModel
from rag.types import Image, UndescribedDocument, Usage

log = logging.getLogger(__name__)

STORE_PAUSE_SECONDS = 10.0
"""Before the catalogue is read again where that failed."""

RETRY_SECONDS = 300.0
"""An LLM that failed is asked again after this."""


@dataclass(frozen=True, slots=True)
class FigureEstimate:
    """What describing the figures of a collection would take; the cost is None where the price is not known."""

    llm: str
    is_local: bool
    documents: int
    pictures: int
    tokens: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class FigureStatus:
    """How far the figures of a collection are described, and what that took; `llm` is "" where they are not to be.

    `documents_left` still have other descriptions than they should, or none. `problem` says why it does not go on.
    """

    llm: str
    documents_left: int
    pictures: int
    described: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    problem: str = ""


class FigureService:
    """Methods may be called from any thread; `start` has a thread of its own do the work."""

    def __init__(
        self,
        lectern: Lectern,
        *,
        store: CollectionStore,
        reading: FigureReading,
        open_model: Callable[[str], LanguageModel | None],
        run: Callable[[Callable[[], None]], Future[None]],
        embed_soon: Callable[[], None],
    ) -> None:
        """Take the parts; `run` runs something while nothing else changes the index, `embed_soon` has new text
        embedded.
        """
        self._lectern = lectern
        self._store = store
        self._reading = reading
        self._open_model = open_model
        self._run = run
        self._embed_soon = embed_soon
        self._wanted = threading.Condition()
        self._has_work = True
        self._stop = threading.Event()
        self._changed = threading.Event()
        """Set when another LLM is wanted, or none: what is under way is given up."""
        self._choosing = threading.Lock()
        self._under_way: tuple[str, str] | None = None
        """The collection whose figures are being described, and its LLM."""
        self._problems: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    # --- what people ask ---

    def status(self, collection: str) -> FigureStatus:
        """Return how far a collection is. Raises NotFoundError."""
        llm = self._store.figure_readers().get(collection, "")
        described_by = fingerprint_of(llm)
        counts = self._lectern.catalogue.count_figures(collection, described_by)
        return FigureStatus(
            llm,
            len(self._left(collection, described_by)),
            counts.pictures,
            counts.described,
            counts.usage.prompt_tokens,
            counts.usage.completion_tokens,
            counts.cost_usd,
            self._problems.get(collection, ""),
        )

    def estimate(self, collection: str, llm: str = "") -> FigureEstimate:
        """Count the figures that an LLM would have to look at, and what that takes; "" for the one that answers.

        Raises NotFoundError, ConfigurationError for an LLM that does not see.
        """
        self._lectern.catalogue.find_index(collection)
        with closing_model(self._open(llm)) as model:
            described_by = fingerprint_of(model.name)
            documents = pictures = tokens = 0
            for document in self._left(collection, described_by):
                with suppress(ParseError):
                    known = self._lectern.writer.load_figures(document.id, described_by)
                    missing = {
                        one.picture: one for one in self._reading.find(document.file) if one.picture not in known
                    }
                    documents += bool(missing)
                    pictures += len(missing)
                    for figure in missing.values():
                        image = Image("", "image/jpeg", b"", figure.width, figure.height)
                        tokens += PROMPT_TOKENS + estimate_image_tokens(image)
            usage = Usage(tokens, USUAL_ANSWER * pictures, estimated=True)
            cost = cost_usd(model.name, usage, is_local=model.is_local)
            total = usage.prompt_tokens + usage.completion_tokens
            return FigureEstimate(model.name, model.is_local, documents, pictures, total, cost)

    def choose(self, collection: str, llm: str) -> FigureStatus:
        """Have an LLM describe the figures of a collection from now on; "" takes all descriptions away.

        Raises NotFoundError, ConfigurationError for an LLM that does not see.
        """
        self._lectern.catalogue.find_index(collection)
        if llm:
            with closing_model(self._open(llm)) as model:
                llm = model.name
        self._problems.pop(collection, None)
        with self._choosing:
            self._store.set_figure_reader(collection, llm)
            if self._under_way not in (None, (collection, llm)):
                self._changed.set()
        self.look_soon()
        return self.status(collection)

    # --- the work ---

    def start(self) -> None:
        """Begin to describe what is to be described, in a thread of its own."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="figures", daemon=True)
            self._thread.start()

    def look_soon(self) -> None:
        """Look for figures that are to be described, as after a sync."""
        with self._wanted:
            self._has_work = True
            self._wanted.notify_all()

    def close(self, seconds: float) -> None:
        """Stop; what was described is kept."""
        self._stop.set()
        self._changed.set()
        self.look_soon()
        if self._thread is not None:
            self._thread.join(seconds)

    def describe_all(
        self, collection: str, *, on_document: Callable[[int, int, str], None] = lambda done, total, path: None
    ) -> ParseError | None:
        """Describe the figures of a collection as it is chosen; Ctrl-C stops it. Raises ModelError, ConfigurationError.

        A document that cannot be looked at is passed over; why the first of them could not is returned.
        """
        with self._choosing:
            llm = self._store.figure_readers().get(collection, "")
            self._under_way = (collection, llm)
        try:
            return self._describe_left(collection, llm, on_document)
        finally:
            self._under_way = None

    def _describe_left(
        self, collection: str, llm: str, on_document: Callable[[int, int, str], None]
    ) -> ParseError | None:
        described_by = fingerprint_of(llm)
        left = self._left(collection, described_by)
        if not left:
            return None
        if not llm:
            for document in left:
                self._apply(collection, document, [], "")
            return None
        unread = None
        with closing_model(self._open(llm)) as model:
            for number, document in enumerate(left):
                if self._changed.is_set():
                    return None
                on_document(number, len(left), document.path)
                try:
                    self._describe(collection, document, model, described_by)
                except ParseError as error:
                    unread = unread or error
            on_document(len(left), len(left), "")
        return unread

    def _describe(
        self, collection: str, document: UndescribedDocument, model: LanguageModel, described_by: str
    ) -> None:
        described = describe_figures(
            document,
            self._lectern.writer,
            self._reading,
            model,
            described_by=described_by,
            cost_of=lambda usage: cost_usd(model.name, usage, is_local=model.is_local),
            stop=self._changed,
            before_figure=lambda: self._lectern.foreground.wait_until_idle(self._changed.is_set),
        )
        if described is not None:
            self._apply(collection, document, described, described_by)

    def _apply(self, collection: str, document: UndescribedDocument, described: list[Any], described_by: str) -> None:
        ingest = self._lectern.ingest
        self._run(lambda: ingest.describe(collection, document, described, described_by=described_by)).result()
        self._embed_soon()

    def _left(self, collection: str, described_by: str) -> list[UndescribedDocument]:
        id_ = self._lectern.writer.find_collection(collection)
        return [] if id_ is None else self._lectern.writer.undescribed(id_, described_by)

    def _work(self) -> None:
        while not self._stop.is_set():
            with self._wanted:
                self._wanted.wait_for(lambda: self._has_work, RETRY_SECONDS if self._problems else None)
                self._has_work = False
            if self._stop.is_set():
                return
            self._changed.clear()
            try:
                collections = self._lectern.catalogue.list_collections()
            except StoreError as error:  # The database may be back in a moment, and this thread must not end.
                log.error("Figures cannot be looked for: %s", error)
                self._has_work = not self._stop.wait(STORE_PAUSE_SECONDS)
                continue
            for collection in collections:
                self._try(collection.name)

    def _try(self, collection: str) -> None:
        try:
            if (unread := self.describe_all(collection)) is not None:
                raise unread
        except LecternError as error:
            if not self._stop.is_set():
                self._problems[collection] = str(error)
        except Exception:
            if not self._stop.is_set():
                log.exception("The figures of %s could not be described.", collection)
                self._problems[collection] = "It failed unexpectedly; the log says how."
        else:
            self._problems.pop(collection, None)

    def _open(self, llm: str) -> LanguageModel:
        model = self._open_model(llm)
        if model is None:
            raise ConfigurationError("There is no LLM that could look at figures.", "Name one that sees images.")
        if not model.sees_images:
            raise ConfigurationError(
                f"{model.name} is not known to see images.",
                "Name an LLM that does; if it does, set `llm_sees_images` to true.",
            )
        return model


def closing_model(model: LanguageModel) -> Any:
    """Return a context that closes the connections of a model."""
    return closing(model) if hasattr(model, "close") else nullcontext(model)
