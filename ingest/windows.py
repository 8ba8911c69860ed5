"""Embeds what is still to be embedded, window by window: runs in a thread of its own, beside reading for a time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from ingest.idle import Foreground, SpareCores
from ingest.protocols import EmbeddingState
from rag.errors import LecternError
from rag.protocols import Embedder, VectorIndex
from rag.tracing import record_step
from rag.types import Chunk, IndexInfo, UnembeddedVersion, Vector, VectorKey, Vectors

WINDOW_CHUNKS = 256
"""Chunks embedded together: enough for an embedder to sort by length, so that batches need little padding."""

WINDOWS_AHEAD = 2
"""Windows that may wait, embedded, for the store."""

TEXTS_PER_CORE = 3
"""As many as an embedder runs at once on one core: so the other cores are left to reading."""

WARM_UP = "Which documents are there?"
"""Embedded and thrown away, for the model to be loaded."""


@dataclass(slots=True)
class Window:
    """Chunks of one index that are embedded together, of one version or of several."""

    index: IndexInfo
    chunks: list[tuple[UnembeddedVersion, Chunk]] = field(default_factory=list)
    ends: list[UnembeddedVersion] = field(default_factory=list)
    """Versions whose last chunk is here, so that they are whole once it is stored."""


@dataclass(frozen=True, slots=True)
class EmbeddedWindow:
    """A window with the vectors that it lacked, `reused` of them from other chunks; `seconds` is how long it took."""

    window: Window
    missing: Sequence[tuple[UnembeddedVersion, Chunk]]
    """Those of the window that had no vector."""
    vectors: Vectors
    reused: int
    seconds: float


class WindowEmbedding:
    """Makes the vectors of windows of chunks, which somebody else stores."""

    def __init__(
        self,
        *,
        catalogue: EmbeddingState,
        vectors: VectorIndex,
        find_embedder: Callable[[IndexInfo], Embedder | None],
        foreground: Foreground,
        embedders_at_once: Callable[[], int] = lambda: 1,
    ) -> None:
        """Take the parts; between two batches it waits for what `foreground` counts.

        `embedders_at_once` says how many machines an embedder shares its texts among: for each a window is larger.
        """
        self._catalogue = catalogue
        self._vectors = vectors
        self._find_embedder = find_embedder
        self._foreground = foreground
        self._embedders_at_once = embedders_at_once
        # Of windows that nobody may have stored yet: embedder and vectors by hash.
        self._on_their_way: deque[tuple[str, dict[bytes, Vector]]] = deque(maxlen=WINDOWS_AHEAD + 2)

    def warm(self, index: IndexInfo) -> None:
        """Load what embeds and stores for an index; errors are told when that is used in earnest."""
        with suppress(LecternError):
            self._vectors.prepare()
            if (embedder := self._find_embedder(index)) is not None:
                embedder.embed_question(WARM_UP)

    def pending(self, first: str) -> list[UnembeddedVersion]:
        """Return what is to be embedded with an embedder that is here: index by index, those of `first` first."""
        versions = self._catalogue.unembedded()
        indexes = {version.index.id: version.index for version in versions}
        here = {id_ for id_, index in indexes.items() if self._find_embedder(index) is not None}
        wanted = [version for version in versions if version.index.id in here]
        # Sorting is stable: within an index the newest stay first.
        return sorted(wanted, key=lambda one: (one.collection != first, not one.index.is_active, one.index.id))

    def run(self, first: str, cores: SpareCores, stop: threading.Event) -> Iterator[EmbeddedWindow]:
        """Yield what is embedded, while others read on the cores that are not spare, and until nothing is left."""
        taken: set[VectorKey] = set()
        self._on_their_way.clear()
        while not stop.is_set():
            cores.wait(stop.is_set)
            is_last = cores.are_all
            versions = [version for version in self.pending(first) if version.key not in taken]
            taken.update(version.key for version in versions)
            if not versions and is_last:
                return
            for _, of_index in groupby(versions, key=lambda version: version.index.id):
                for window in self._windows(list(of_index)):
                    if stop.is_set():
                        return
                    if (made := self._embed_window(window, cores, stop)) is not None:
                        yield made
            if not versions:
                cores.wait_a_moment()  # until more is read

    def find(self, index: IndexInfo, chunks: Sequence[Chunk]) -> dict[bytes, Vector]:
        """Return the vectors that are there already, by `Chunk.embedding_hash`."""
        places = self._catalogue.find_embedded(index.embedder, [chunk.embedding_hash for chunk in chunks])
        by_space: dict[str, dict[str, bytes]] = {}
        for hash_, (space, id_) in places.items():
            by_space.setdefault(space, {})[id_] = hash_
        return {
            of_space[id_]: vector
            for space, of_space in by_space.items()
            for id_, vector in self._vectors.load(space, list(of_space)).items()
        }

    def _find_on_their_way(self, index: IndexInfo, chunks: Sequence[Chunk]) -> dict[bytes, Vector]:
        """Return vectors that were made a moment ago."""
        made = [vectors for embedder, vectors in self._on_their_way if embedder == index.embedder]
        hashes = {chunk.embedding_hash for chunk in chunks}
        return {hash_: vectors[hash_] for vectors in made for hash_ in hashes & vectors.keys()}

    def _windows(self, versions: Sequence[UnembeddedVersion]) -> Iterator[Window]:
        """Cut the chunks of versions of one index into windows; who asks for a document moves it to the front."""
        waiting = OrderedDict((version.document_id, version) for version in versions)
        window = Window(versions[0].index)
        most = WINDOW_CHUNKS * max(1, self._embedders_at_once())
        while waiting:
            asked_about = next((id_ for id_ in self._foreground.asked_about() if id_ in waiting), None)
            version = waiting.popitem(last=False)[1] if asked_about is None else waiting.pop(asked_about)
            for chunk in self._catalogue.load_passages(version.key):
                window.chunks.append((version, chunk))
                if len(window.chunks) >= most:
                    yield window
                    window = Window(version.index)
            window.ends.append(version)
        yield window

    def _embed_window(self, window: Window, cores: SpareCores, stop: threading.Event) -> EmbeddedWindow | None:
        """Return the vectors that a window lacks; None where it was stopped."""
        started = time.perf_counter()
        embedder = self._find_embedder(window.index)
        assert embedder is not None
        # Of what was cut off, or of a changed document, some vectors are there already.
        by_id = {version.key.id_of(chunk.ordinal): (version, chunk) for version, chunk in window.chunks}
        there = self._vectors.known_ids(window.index.space, list(by_id))
        missing = [one for id_, one in by_id.items() if id_ not in there]
        chunks = [chunk for _, chunk in missing]
        found = self._find_on_their_way(window.index, chunks)
        found |= self.find(window.index, [chunk for chunk in chunks if chunk.embedding_hash not in found])
        texts = {chunk.embedding_hash: chunk.text_to_embed for chunk in chunks if chunk.embedding_hash not in found}
        made = self._embed_texts(list(texts.values()), embedder, cores, stop)
        if len(made) < len(texts):
            return None
        new = dict(zip(texts, made, strict=True))
        self._on_their_way.append((window.index.embedder, new))
        found |= new
        vectors = np.array([found[chunk.embedding_hash] for chunk in chunks], dtype=np.float32)
        seconds = time.perf_counter() - started
        record_step("embed", seconds=seconds, chunks=len(chunks), embedded=len(texts))
        return EmbeddedWindow(window, missing, vectors, len(chunks) - len(texts), seconds)

    def _embed_texts(
        self, texts: Sequence[str], embedder: Embedder, cores: SpareCores, stop: threading.Event
    ) -> Sequence[Vector]:
        """Return the vectors of texts in their order, or only some of them where it was stopped."""

        def may_go_on() -> bool:
            self._foreground.wait_until_idle(stop.is_set)
            return not stop.is_set()

        made: list[Vector] = []
        while len(made) < len(texts) and not stop.is_set():
            left = len(texts) - len(made)
            most = left if cores.are_all else min(left, TEXTS_PER_CORE * max(1, cores.count))
            vectors = embedder.embed_passages(texts[len(made) : len(made) + most], may_go_on)
            if not len(vectors):
                break
            made.extend(vectors)
        return made
