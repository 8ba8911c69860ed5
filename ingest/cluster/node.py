"""Runs on the nodes of a Ray cluster: reads files in the same sandbox as everywhere, and embeds texts.

Nothing is raised to Ray: it would write the message, which may quote a document, to its logs.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import ray

from ingest.cluster.edition import Edition, edition_here
from ingest.cluster.messages import TOKENIZER_FILE, Document, ReadTask, unpack_call
from ingest.sandbox.scratch import ScratchFolder
from ingest.sandbox.workers import WorkerPool
from rag.errors import ConfigurationError, LecternError, first_line

NodeReply = tuple[Literal["done", "failed", "not here"], Any]
"""What a task came to: its pickled result, a LecternError, or that the file has to be sent along."""

Content = Sequence["ray.ObjectRef[bytes]"]
"""The reference to a file's bytes in a list, as Ray would fetch a bare one whether it is needed or not."""

MODELS_FOLDER = "models"

CANCEL_SECONDS = 0.2
"""A task that is cancelled ends after so long."""


def read_on_node(task: ReadTask, content: Content, models: Mapping[str, tuple[str, Content]]) -> NodeReply:
    """Run a task in the sandbox of this process: on the file where it is seen here, else on its `content`.

    `models` has for each folder that the task names the SHA-256 of its tokenizer, and that itself.
    """
    try:
        _check_edition(task.edition)
        place = _place(task.memory_bytes)
        function, args, kwargs = unpack_call(task.payload, partial(place.find_model, models))
        if task.document is None:
            return "done", place.run(task.seconds, function, args, kwargs)
        if _is_here(task.document):
            return "done", place.run(task.seconds, function, (Path(task.document.root), *args), kwargs)
        if not content:
            return "not here", None
        with place.holding(task.document, content) as root:
            return "done", place.run(task.seconds, function, (root, *args), kwargs)
    except LecternError as error:
        return "failed", error
    except Exception as error:
        return "failed", _unexpected(error)


class NodeEmbedder:
    """An embedder that stays loaded on a node, to be made an actor of Ray."""

    def __init__(self, edition: Edition, opener: bytes) -> None:
        # Ray allows one thread to what has no processors of its own; embedding begins when reading leaves them.
        os.environ.pop("OMP_NUM_THREADS", None)
        self._edition = edition
        self._opener = opener
        self._embedder: Any = None

    def embed(self, texts: Sequence[str]) -> NodeReply:
        """Return the pickled fingerprint and vectors of texts."""
        try:
            _check_edition(self._edition)
            if self._embedder is None:
                self._embedder = pickle.loads(self._opener)()
            made = (self._embedder.fingerprint, self._embedder.embed_passages(texts))
            return "done", pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
        except LecternError as error:
            return "failed", error
        except Exception as error:
            return "failed", _unexpected(error)


class _Place:
    """The sandbox of this process, which Ray uses for one task at a time, and a folder for what is sent along."""

    def __init__(self, memory_bytes: int) -> None:
        # Else workers would run the main module of Ray's, and import all of Ray.
        vars(sys.modules["__main__"]).pop("__file__", None)
        self._pool = WorkerPool(workers=1, seconds_per_file=60, memory_bytes=memory_bytes)
        self._scratch = ScratchFolder()

    def run(self, seconds: float, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
        """Return what a function returns in the sandbox, pickled there. Raises ParseError."""
        running = self._pool.submit_within(seconds, _run_pickled, function, args, kwargs)
        try:
            # KeyboardInterrupt is how Ray cancels a task; it does not wake who waits.
            while wait([running], CANCEL_SECONDS).not_done:
                pass
        except BaseException:
            running.cancel()
            raise
        return running.result()

    @contextmanager
    def holding(self, document: Document, content: Content) -> Iterator[Path]:
        """Keep a copy of a file for the time of the block, with its path below another folder, and its time."""
        with TemporaryDirectory(dir=self._scratch.path) as folder:
            copy = Path(folder) / os.fsdecode(document.path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(ray.get(content[0]))
            os.utime(copy, ns=(document.mtime_ns, document.mtime_ns))
            yield Path(folder)

    def find_model(self, models: Mapping[str, tuple[str, Content]], folder: str) -> Path:
        """Return the folder of a model whose tokenizer is that of the machine that sent the task."""
        digest, content = models[folder]
        if _digest_tokenizer(Path(folder)) == digest:
            return Path(folder)
        own = self._scratch.path / MODELS_FOLDER / digest
        if not (own / TOKENIZER_FILE).exists():
            own.mkdir(parents=True, exist_ok=True)
            part = own / "part"
            part.write_bytes(ray.get(content[0]))
            part.rename(own / TOKENIZER_FILE)
        return own


@cache
def _place(memory_bytes: int) -> _Place:
    return _Place(memory_bytes)


def _run_pickled(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """Pickle a result in the sandbox, once for the whole of its way."""
    return pickle.dumps(function(*args, **kwargs), pickle.HIGHEST_PROTOCOL)


def _is_here(document: Document) -> bool:
    """Tell whether this machine can read the same file in the same place."""
    path = Path(document.root) / os.fsdecode(document.path)
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (document.size, document.mtime_ns) and os.access(path, os.R_OK)


@cache
def _digest_tokenizer(folder: Path) -> str:
    try:
        return sha256((folder / TOKENIZER_FILE).read_bytes()).hexdigest()
    except OSError:
        return ""


def _check_edition(wanted: Edition) -> None:
    if difference := edition_here().differs_from(wanted):
        raise ConfigurationError(
            f"The node {socket.gethostname()} of the Ray cluster cannot read for this machine: {difference}.",
            "Install the same Lectern on all nodes, with the same extras and programs, and start them again.",
        )


def _unexpected(error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"The node {socket.gethostname()} of the Ray cluster failed: {type(error).__name__}: {first_line(error)}.",
        "Look at its disk and memory, and sync again.",
    )
