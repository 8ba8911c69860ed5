"""Reads files in worker processes, ahead of storing, and embeds texts in batches."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from ingest.idle import SpareCores
from ingest.parsers.options import ParseOptions
from ingest.preparation import Prepared, prepare_file
from ingest.protocols import ReadingPool
from rag.errors import LecternError, ParseError
from rag.protocols import Tokenizer
from rag.tracing import record_step
from rag.types import FileState

FILES_AHEAD = 3
"""Files that workers may be ahead for each worker, so that a folder of long documents does not pile up in memory."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Settings by which files are read; times in seconds, sizes in bytes."""

    workers: int
    seconds_per_file: float
    memory_bytes: int
    max_file_bytes: int
    chunk_tokens: int
    options: ParseOptions


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file with the SHA-256 of what is indexed of it ("" for nothing), and the seconds that reading it may take."""

    file: FileState
    known_sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A file that was read, or the reason why it could not be."""

    file: FileState
    prepared: Prepared | None = None
    error: ParseError | None = None


@dataclass(slots=True)
class StageClock:
    """Seconds spent in each stage; reading counts every worker's time."""

    read: float = 0.0
    store: float = 0.0


def read_files(
    root: Path,
    files: Sequence[FileToRead],
    *,
    pool: ReadingPool,
    tokenizer: Tokenizer,
    settings: ReadSettings,
    stop: threading.Event,
    clock: StageClock,
    cores: SpareCores,
) -> Iterator[FileOutcome]:
    """Read files in worker processes; yields each as it is done, in no fixed order.

    `cores` is told how many workers have nothing left to read. Raises ConfigurationError where the workers are lost.
    """
    finished: queue.Queue[FileOutcome | LecternError] = queue.Queue()
    waiting = iter(files)
    running: dict[bytes, Future[Prepared] | None] = {}
    while not stop.is_set():
        for wanted in islice(waiting, max(0, pool.workers * FILES_AHEAD - len(running))):
            file = wanted.file
            if file.size > settings.max_file_bytes:
                running[file.path_bytes] = None
                finished.put(FileOutcome(file, error=_too_large(file, settings)))
                continue
            future = pool.submit_file(
                wanted.seconds,
                prepare_file,
                root,
                file,
                wanted.known_sha256,
                tokenizer,
                settings.options,
                settings.chunk_tokens,
            )
            running[file.path_bytes] = future
            future.add_done_callback(partial(_collect, finished, file))
        cores.leave(max(0, pool.workers - len(running)))
        if not running:
            return
        try:
            outcome = finished.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(outcome, LecternError):
            raise outcome
        del running[outcome.file.path_bytes]
        clock.read += outcome.prepared.seconds if outcome.prepared else 0.0
        _record(outcome)
        yield outcome
    for unfinished in running.values():
        if unfinished is not None:
            unfinished.cancel()


def _record(outcome: FileOutcome) -> None:
    """Tell the tracer of a file that was read, by its size and not by its name."""
    prepared, size = outcome.prepared, outcome.file.size
    if prepared is None:
        record_step("parse", seconds=0.0, error=type(outcome.error).__name__, bytes=size)
        return
    pages = len(prepared.parsed.pages) if prepared.parsed else 0
    record_step("parse", seconds=prepared.seconds, bytes=size, pages=pages, chunks=len(prepared.chunks))


def _collect(finished: queue.Queue[FileOutcome | LecternError], file: FileState, future: Future[Prepared]) -> None:
    try:
        finished.put(FileOutcome(file, prepared=future.result()))
    except ParseError as error:
        finished.put(FileOutcome(file, error=error))
    except LecternError as error:
        finished.put(error)
    except CancelledError:
        pass  # The pool was stopped; no one waits for this file.


def _too_large(file: FileState, settings: ReadSettings) -> ParseError:
    return ParseError(
        f"The file has {file.size / 1e6:,.0f} MB; the limit is {settings.max_file_bytes / 1e6:,.0f} MB.",
        "Split it, or raise the setting `max_file_megabytes`.",
    )
