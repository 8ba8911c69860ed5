"""Draws pages in a sandbox and remembers the last ones."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from ingest.page_image import Box, draw_page, place_boxes
from ingest.sandbox.single_file import Sandbox
from rag.errors import NotFoundError

CACHE_BYTES = 64 << 20
"""Some 200 pages at reading size."""

Key = tuple[Path, int, int, int, float, tuple[Box, ...]]


class PageImages:
    """Pages as PNG."""

    def __init__(self, sandbox: Sandbox, *, cache_bytes: int = CACHE_BYTES) -> None:
        self._sandbox = sandbox
        self._room = cache_bytes
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def draw(
        self,
        file: Path,
        page: int,
        *,
        scale: float,
        passwords: Sequence[str] = (),
        marks: tuple[Box, ...] = (),
    ) -> bytes:
        """Return a page (0-based) of a PDF, `scale` pixels for each point, with `marks` marked.

        Raises NotFoundError, ParseError.
        """
        try:
            status = file.stat()
        except OSError:
            raise NotFoundError(f"The file {file.name} is not there any more.", "Sync its folder again.") from None
        key = (file, status.st_mtime_ns, status.st_size, page, scale, marks)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = self._sandbox.run(draw_page, file, page, scale, tuple(passwords), marks)
        self._keep(key, picture)
        return picture

    def place(
        self, file: Path, page: int, boxes: Sequence[Box], *, passwords: Sequence[str] = ()
    ) -> list[tuple[float, float, float, float]]:
        """Return where boxes lie on the picture of a page: left, top, right, bottom from 0 to 1.

        Raises NotFoundError, ParseError.
        """
        if not file.is_file():
            raise NotFoundError(f"The file {file.name} is not there any more.", "Sync its folder again.")
        return self._sandbox.run(place_boxes, file, page, tuple(boxes), tuple(passwords))

    def drop(self, file: Path) -> None:
        """Drop what was drawn of a file."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == file]:
                self._room += len(self._kept.pop(key))

    def _keep(self, key: Key, picture: bytes) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = picture
                self._room -= len(picture)
            while self._room < 0 and self._kept:
                _, dropped = self._kept.popitem(last=False)
                self._room += len(dropped)
