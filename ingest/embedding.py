"""Makes the vectors of documents that answer by their words already: the second stage of a sync."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from ingest.idle import Foreground, SpareCores
from ingest.protocols import EmbeddingState
from ingest.read_ahead import run_ahead
from ingest.windows import WINDOWS_AHEAD, EmbeddedWindow, WindowEmbedding
from rag.protocols import Embedder, VectorIndex
from rag.types import Chunk, IndexInfo, VectorKey


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


class EmbeddingAhead:
    """Embeds in a thread from when it is told to start; what it makes can be taken when reading is over."""

    def __init__(
        self,
        windows: WindowEmbedding,
        first: str,
        interrupt: threading.Event | None,
        stack: ExitStack,
        is_wanted: bool,
    ) -> None:
        self.cores = SpareCores()
        """Those that reading leaves."""
        self._windows = windows
        self._first = first
        self._interrupt = interrupt
        self._stack = stack
        self._is_wanted = is_wanted
        self._made: Iterator[EmbeddedWindow] | None = None

    def start(self, index: IndexInfo) -> None:
        """Load what embeds for an index, then embed what is read, on the cores that reading leaves; once only."""
        if self._is_wanted and self._made is None:
            self._made = self._run(index)

    def take(self) -> Iterator[EmbeddedWindow]:
        """Yield what is embedded on all cores, until nothing is left. Raises StoreError, ModelError."""
        self.cores.leave_all()
        return self._made or self._run(None)

    def _run(self, index: IndexInfo | None) -> Iterator[EmbeddedWindow]:
        def produce(stop: threading.Event) -> Iterator[EmbeddedWindow]:
            if index is not None:
                self._windows.warm(index)
            yield from self._windows.run(self._first, self.cores, stop)

        return self._stack.enter_context(run_ahead(produce, buffer=WINDOWS_AHEAD, interrupt=self._interrupt))


class DocumentEmbedding:
    """Makes vectors, each for one text once. Not for use by two threads at once."""

    def __init__(
        self,
        *,
        catalogue: EmbeddingState,
        vectors: VectorIndex,
        find_embedder: Callable[[IndexInfo], Embedder | None],
        foreground: Foreground | None = None,
        embedders_at_once: Callable[[], int] = lambda: 1,
    ) -> None:
        """Take the parts; see `WindowEmbedding`."""
        self._catalogue = catalogue
        self._vectors = vectors
        self._windows = WindowEmbedding(
            catalogue=catalogue,
            vectors=vectors,
            find_embedder=find_embedder,
            foreground=foreground or Foreground(),
            embedders_at_once=embedders_at_once,
        )

    def reuse(self, document_id: int, index: IndexInfo, key: VectorKey, chunks: Sequence[Chunk]) -> bool:
        """Store the vectors of those chunks of a new version that were embedded before; True where that is all.

        Call it before the version is committed, as its predecessor's vectors are what is found most often. Raises
        StoreError.
        """
        found = self._windows.find(index, chunks)
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
        return sum(version.key.count for version in self._windows.pending(""))

    @contextmanager
    def beside_reading(
        self, first: str, interrupt: threading.Event | None = None, *, is_wanted: bool = True
    ) -> Iterator[EmbeddingAhead]:
        """Let embedding begin before `run` takes it over, unless nobody wants it; once that is left, it ends."""
        with ExitStack() as stack:
            yield EmbeddingAhead(self._windows, first, interrupt, stack, is_wanted)

    def run(
        self,
        *,
        first: str = "",
        ahead: EmbeddingAhead | None = None,
        on_progress: Callable[[EmbeddingProgress], None] = lambda progress: None,
        interrupt: threading.Event | None = None,
        stop_early: Callable[[], bool] = lambda: False,
    ) -> EmbeddingReport:
        """Embed what is still to be embedded, that of the collection `first` before others, the newest first.

        What `ahead` has begun is taken over. Ends after the present window once `stop_early`; once `interrupt` is set,
        with KeyboardInterrupt. What is made is kept either way, and the next run goes on from there. In `on_progress`
        documents may be removed. Raises StoreError, ModelError.
        """
        report = EmbeddingReport()
        if not (total := self.count_left()):
            return report
        on_progress(EmbeddingProgress(0, total))
        with ExitStack() as stack:
            ahead = ahead or stack.enter_context(self.beside_reading(first, interrupt))
            done = 0
            for made in ahead.take():
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

    def _store(self, made: EmbeddedWindow) -> None:
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
