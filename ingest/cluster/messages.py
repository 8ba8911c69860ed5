"""What the process of a sync, the driver of Ray beside it and the nodes of the cluster say to each other."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.cluster.edition import Edition

TOKENIZER_FILE = "tokenizer.json"
"""Of a model's folder; what cutting a text into chunks needs of it."""


@dataclass(frozen=True, slots=True)
class Document:
    """The file that a task reads: the folder, the path below it in the file system's bytes, size and time."""

    root: str
    path: bytes
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class ReadTask:
    """A function to be run in a sandbox of a node. `payload` is what `pack_call` made of it.

    `models` are the folders that it names, of which the node gets what it lacks.
    """

    number: int
    edition: Edition
    seconds: float
    memory_bytes: int
    payload: bytes
    document: Document | None
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmbedTask:
    """Texts to be embedded by what `opener`, a pickled function without arguments, returns on a node."""

    number: int
    edition: Edition
    opener: bytes
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for a task any more."""

    number: int


@dataclass(frozen=True, slots=True)
class ClusterSize:
    """Processors for reading, and embedders, that the cluster has now."""

    processors: int
    embedders: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The pickled result of a task, or the error that it ended with."""

    number: int
    result: bytes = b""
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The cluster cannot be used: reason and remedy."""

    reason: str
    remedy: str


Request = ReadTask | EmbedTask | Cancel
Reply = ClusterSize | Outcome | Refusal


def pack_call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[bytes, tuple[str, ...]]:
    """Return a call as bytes, and the folders of models that its arguments name."""
    stream = io.BytesIO()
    packer = _Packer(stream)
    packer.dump((function, args, kwargs))
    return stream.getvalue(), tuple(packer.models)


def unpack_call(
    payload: bytes, find_model: Callable[[str], Path]
) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """Return what `pack_call` packed; `find_model` says where a folder of a model is on this machine."""
    unpacker = _Unpacker(io.BytesIO(payload), find_model)
    function, args, kwargs = unpacker.load()
    return function, args, kwargs


class _Packer(pickle.Pickler):
    """Names folders of models apart: they are elsewhere on other machines."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self.models: dict[str, None] = {}

    def persistent_id(self, obj: Any) -> str | None:
        """Return the folder where a path leads to one that has a tokenizer."""
        if isinstance(obj, Path) and (obj / TOKENIZER_FILE).is_file():
            self.models[str(obj)] = None
            return str(obj)
        return None


class _Unpacker(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, find_model: Callable[[str], Path]) -> None:
        super().__init__(stream)
        self._find_model = find_model

    def persistent_load(self, pid: Any) -> Path:
        """Return where the folder of a model is here."""
        return self._find_model(pid)
