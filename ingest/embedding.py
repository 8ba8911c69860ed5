"""Makes the vectors of documents that answer by their words already: the second stage of a sync."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from ingest.idle import Foreground
from ingest.protocols import EmbeddingState
from ingest.read_ahead import run_ahead
from ingest.stages import BATCH_TEXTS, SMALL_BATCH_TEXTS, embed_texts
from rag.protocols import Embedder, VectorIndex
from rag.types import Chunk, IndexInfo, UnembeddedVersion, Vector, VectorKey, Vectors

WINDOW_CHUNKS = 256
"""Chunks embedded together: enough to sort by length, so that batches need little padding."""

WINDOWS_AHEAD = 2
"""Windows that may wait, embedded, for the store."""


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """Chunks that have their vectors, of all that had none when it began."""

    done: int
    total: int


@dataclass(slots=True)
class EmbeddingReport:
    """Counts of chunks: `embedded` by the model, `reused` from others with the same text; `left` still have no vector.

    `embed_seconds` are those of the model, `store_seconds` those of the vector index.
    """

    embedded: int = 0
    reused: int = 0
    left: int = 0
    embed_seconds: float = 0.0
    store_seconds: float = 0.0


@dataclass(slots=True)
class _Window:
    """Chunks of one index that are embedded together, of one version or of several."""

    index: IndexInfo
    chunks: list[tuple[UnembeddedVersion, Chunk]] = field(default_factory=list)
    ends: list[UnembeddedVersion] = field(default_factory=list)
    """Versions whose last chunk is here, so that they are whole once it is stored."""


@dataclass(frozen=True, slots=True)
class _EmbeddedWindow:
    window: _Window
    missing: Sequence[tuple[UnembeddedVersion, Chunk]]
    """Those of the window that had no vector."""
    vectors: Vectors
    reused: int
    seconds: float


class DocumentEmbedding:
    """Makes vectors, each for one text once. Not for use by two threads at once."""

    def __init__(
        self,
        *,
        catalogue: EmbeddingState,
        vectors: VectorIndex,
        find_embedder: Callable[[IndexInfo], Embedder | None],
        foreground: Foreground | None = None,
    ) -> None:
        """Take the parts; between two batches it waits for what `foreground` counts."""
        self._catalogue = catalogue
        self._vectors = vectors
        self._find_embedder = find_embedder
        self._foreground = foreground or Foreground()

    def reuse(self, document_id: int, index: IndexInfo, key: VectorKey, chunks: Sequence[Chunk]) -> bool:
        """Store the vectors of those chunks of a new version that were embedded before; True where that is all.

        Call it before the version is committed, as its predecessor's vectors are what is found most often. Raises
        StoreError.
        """
        found = self._find(index, chunks)
        known = [(chunk, vector) for chunk in chunks if (vector := found.get(chunk.embedding_hash)) is not None]
        if known:
            if not self._catalogue.current_keys([key]):
                self._catalogue.announce_vectors(key)
            ids = [key.id_of(chunk.ordinal) for chunk, _ in known]
            self._vectors.add(key.space, ids, [document_id] * len(ids), np.stack([vector for _, vector in known]))
        return len(known) == len(chunks)

    def mark_lost(self) -> None:
        """Note which versions have lost vectors, with the whole vector index or a part of it. Raises StoreError."""
        if not self._vectors.is_incomplete():
            return
        with self._vectors.rebuilding():
            is_missing = self._vectors.is_missing()
            for _, index in self._catalogue.indexes():
                keys = self._catalogue.vector_keys(index.id).values()
                stored = set() if is_missing else set(self._vectors.ids(index.space))
                self._catalogue.mark_unembedded([key for key in keys if not stored.issuperset(key.ids)])

    def count_left(self) -> int:
        """Return the chunks of the versions that are still to be embedded, and whose embedder is here."""
        return sum(version.key.count for version in self._pending(""))

    def run(
        self,
        *,
        first: str = "",
        on_progress: Callable[[EmbeddingProgress], None] = lambda progress: None,
        interrupt: threading.Event | None = None,
        stop_early: Callable[[], bool] = lambda: False,
    ) -> EmbeddingReport:
        """Embed what is still to be embedded, that of the collection `first` before others, the newest first.

        Ends after the present window once `stop_early`; once `interrupt` is set, with KeyboardInterrupt. What is made
        is kept either way, and the next run goes on from there. In `on_progress` documents may be removed. Raises
        StoreError, ModelError.
        """
        pending = self._pending(first)
        report = EmbeddingReport()
        if not pending:
            return report
        done, total = 0, sum(version.key.count for version in pending)
        on_progress(EmbeddingProgress(0, total))
        with run_ahead(lambda stop: self._embed(pending, stop), buffer=WINDOWS_AHEAD, interrupt=interrupt) as windows:
            for made in windows:
                started = time.perf_counter()
                self._store(made)
                report.store_seconds += time.perf_counter() - started
                report.embed_seconds += made.seconds
                report.embedded += len(made.missing) - made.reused
                report.reused += made.reused
                done += len(made.window.chunks)
                on_progress(EmbeddingProgress(done, total))
                if stop_early():
                    break
        report.left = self.count_left()
        return report

    # --- what is to be done ---

    def _pending(self, first: str) -> list[UnembeddedVersion]:
        """Return what is to be embedded with an embedder that is here: index by index, those of `first` first."""
        versions = self._catalogue.unembedded()
        indexes = {version.index.id: version.index for version in versions}
        here = {id_ for id_, index in indexes.items() if self._find_embedder(index) is not None}
        wanted = [version for version in versions if version.index.id in here]
        # Sorting is stable: within an index the newest stay first.
        return sorted(wanted, key=lambda one: (one.collection != first, not one.index.is_active, one.index.id))

    # --- in the thread that embeds ---

    def _embed(self, pending: Sequence[UnembeddedVersion], stop: threading.Event) -> Iterator[_EmbeddedWindow]:
        for _, versions in groupby(pending, key=lambda version: version.index.id):
            for window in self._windows(list(versions)):
                if stop.is_set():
                    return
                if (made := self._embed_window(window, stop)) is not None:
                    yield made

    def _windows(self, versions: Sequence[UnembeddedVersion]) -> Iterator[_Window]:
        """Cut the chunks of versions of one index into windows; who asks for a document moves it to the front."""
        waiting = OrderedDict((version.document_id, version) for version in versions)
        window = _Window(versions[0].index)
        while waiting:
            asked_about = next((id_ for id_ in self._foreground.asked_about() if id_ in waiting), None)
            version = waiting.popitem(last=False)[1] if asked_about is None else waiting.pop(asked_about)
            for chunk in self._catalogue.load_passages(version.key):
                window.chunks.append((version, chunk))
                if len(window.chunks) >= WINDOW_CHUNKS:
                    yield window
                    window = _Window(version.index)
            window.ends.append(version)
        yield window

    def _embed_window(self, window: _Window, stop: threading.Event) -> _EmbeddedWindow | None:
        """Return the vectors that a window lacks; None where it was stopped."""
        started = time.perf_counter()
        embedder = self._find_embedder(window.index)
        assert embedder is not None
        # Of what was cut off, or of a changed document, some vectors are there already.
        by_id = {version.key.id_of(chunk.ordinal): (version, chunk) for version, chunk in window.chunks}
        there = self._vectors.known_ids(window.index.space, list(by_id))
        missing = [one for id_, one in by_id.items() if id_ not in there]
        chunks = [chunk for _, chunk in missing]
        found = self._find(window.index, chunks)
        texts = {chunk.embedding_hash: chunk.text_to_embed for chunk in chunks if chunk.embedding_hash not in found}
        made = embed_texts(list(texts.values()), embedder, next_batch=lambda: self._next_batch(stop))
        if len(made) < len(texts):
            return None
        found.update(zip(texts, made, strict=True))
        vectors = np.array([found[chunk.embedding_hash] for chunk in chunks], dtype=np.float32)
        return _EmbeddedWindow(window, missing, vectors, len(chunks) - len(texts), time.perf_counter() - started)

    def _next_batch(self, stop: threading.Event) -> int:
        """Wait while people wait; return how many texts may be embedded at once then, 0 to stop."""
        self._foreground.wait_until_idle(stop.is_set)
        if stop.is_set():
            return 0
        return SMALL_BATCH_TEXTS if self._foreground.was_busy_lately() else BATCH_TEXTS

    def _find(self, index: IndexInfo, chunks: Sequence[Chunk]) -> dict[bytes, Vector]:
        """Return the vectors that are there already, by `Chunk.embedding_hash`."""
        places = self._catalogue.find_embedded(index.embedder, [chunk.embedding_hash for chunk in chunks])
        by_space: dict[str, dict[str, bytes]] = {}
        for hash_, (space, id_) in places.items():
            by_space.setdefault(space, {})[id_] = hash_
        return {
            hashes[id_]: vector
            for space, hashes in by_space.items()
            for id_, vector in self._vectors.load(space, list(hashes)).items()
        }

    # --- in the thread that stores ---

    def _store(self, made: _EmbeddedWindow) -> None:
        """Store vectors of the versions that are still there, and note which are whole now."""
        keys = list({version.key for version, _ in made.missing})
        current = self._catalogue.current_keys(keys)
        rows = [row for row, (version, _) in enumerate(made.missing) if version.key in current]
        stored = [made.missing[row] for row in rows]
        ids = [version.key.id_of(chunk.ordinal) for version, chunk in stored]
        document_ids = [version.document_id for version, _ in stored]
        self._vectors.add(made.window.index.space, ids, document_ids, made.vectors[rows])
        self._catalogue.mark_embedded([version.key for version in made.window.ends])


def vector_key(document_id: int, index: IndexInfo, chunks: Sequence[Chunk]) -> VectorKey:
    """Return the key of a version's vectors: versions of a document with the same chunks have the same one."""
    digest = hashlib.blake2b(b"".join(chunk.embedding_hash for chunk in chunks), digest_size=8).hexdigest()
    return VectorKey(index.space, f"{document_id}.{index.id}.{digest}", len(chunks))
