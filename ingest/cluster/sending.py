"""Sends along what nodes of a Ray cluster do not see themselves: files, a bounded part at once, and tokenizers."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import ray

from ingest.cluster.messages import TOKENIZER_FILE, Document, ReadTask
from ingest.cluster.node import Content
from ingest.scan import explain_os_error
from rag.errors import ParseError, UnsettledFileError

MAX_SENT_BYTES = 256 << 20
"""Of files that are on their way or being read: Ray writes to its own disk what it has no memory for. One file may be
larger."""

TRIES = 2
"""A file that is being written is read once more before it is reported."""


class Sending:
    """Reads files for nodes that lack them, as many as there is room for; the others wait their turn."""

    def __init__(
        self, launch: Callable[[ReadTask, Content], None], fail: Callable[[ReadTask, ParseError], None]
    ) -> None:
        """Take what begins a task with the content of its file, and what is told that there is none."""
        self._launch = launch
        self._fail = fail
        self._waiting: deque[ReadTask] = deque()
        self._sent: dict[int, int] = {}
        """Bytes by the number of the task."""
        self._unseen: set[str] = set()
        """Folders that not every node sees."""

    def is_needed_for(self, task: ReadTask) -> bool:
        """Tell whether a node was met that does not see the folder of a task."""
        return task.document is not None and task.document.root in self._unseen

    def add(self, task: ReadTask) -> None:
        """Send a task with its file, now or when there is room."""
        self._waiting.append(task)
        self._go_on()

    def done(self, number: int) -> None:
        """Say that a task is over, also one that was cancelled or that nothing was sent for."""
        self._sent.pop(number, None)
        self._waiting = deque(task for task in self._waiting if task.number != number)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._has_room_for(self._waiting[0]):
            task = self._waiting.popleft()
            assert task.document is not None
            try:
                document, content = read_whole(task.document)
            except ParseError as error:
                self._fail(task, error)
                continue
            if document == task.document:  # Else it is newer than the node was told.
                self._unseen.add(document.root)
            self._sent[task.number] = document.size
            self._launch(replace(task, document=document), [ray.put(content)])

    def _has_room_for(self, task: ReadTask) -> bool:
        size = task.document.size if task.document else 0
        return not self._sent or sum(self._sent.values()) + size <= MAX_SENT_BYTES


class SentModels:
    """The tokenizers of models, each put once where all nodes can fetch it."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, int, int], tuple[str, Content]] = {}

    def references(self, folders: tuple[str, ...]) -> Mapping[str, tuple[str, Content]]:
        """Return for each folder the SHA-256 of its tokenizer, and where that is."""
        return {folder: self._reference(folder) for folder in folders}

    def _reference(self, folder: str) -> tuple[str, Content]:
        file = Path(folder) / TOKENIZER_FILE
        status = file.stat()
        key = (folder, status.st_size, status.st_mtime_ns)
        if key not in self._sent:
            content = file.read_bytes()
            self._sent[key] = hashlib.sha256(content).hexdigest(), [ray.put(content)]
        return self._sent[key]


def read_whole(document: Document) -> tuple[Document, bytes]:
    """Return a file's bytes with the size and time that they have now. Raises UnsettledFileError."""
    path = Path(document.root) / os.fsdecode(document.path)
    try:
        for _ in range(TRIES):
            before = path.stat()
            content = path.read_bytes()
            after = path.stat()
            if (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns) and len(
                content
            ) == after.st_size:
                return replace(document, size=after.st_size, mtime_ns=after.st_mtime_ns), content
    except OSError as error:
        raise UnsettledFileError(*explain_os_error(error)) from None
    raise UnsettledFileError("The file changed while it was read.", "Sync again when nothing writes to it.")
