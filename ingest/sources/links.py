"""Adds documents by their URLs to the uploads of a collection, and remembers from where."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.parsers.guessing import find_extension
from ingest.sandbox.single_file import Sandbox
from ingest.sources.fetch import Fetcher
from ingest.sources.uploads import Uploads, safe_name
from rag.errors import NotFoundError, StoreError

LINKS_FILE = ".links.json"
"""In the uploads of a collection; syncs pass over names that begin with a dot."""

MAX_STEM = 100
"""Characters of a file's name before its extension."""

_UNSAFE = re.compile(r"[^\w .()-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """From where a file was fetched."""

    url: str
    fetched_at: str


def nothing_fetched(collection: str) -> NotFoundError:
    """Return the error for a collection in which nothing was fetched."""
    return NotFoundError(f"Nothing in the collection {collection!r} was fetched from an address.")


class Links:
    """The fetched files of one collection. Not for use by two processes at once."""

    def __init__(
        self,
        collection: str,
        uploads: Uploads,
        fetcher: Fetcher,
        sandbox: Sandbox,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        """Take a `lock` to hold while names are chosen and files exchanged: threads of one process share one."""
        self._collection = collection
        self._uploads = uploads
        self._fetcher = fetcher
        self._sandbox = sandbox
        self._lock = lock or nullcontext()
        self.folder = uploads.folder(collection)
        self._file = self.folder / LINKS_FILE

    def add(self, url: str) -> str:
        """Fetch a document, in place of what was fetched from there before; returns its file's name.

        Raises FetchError, ParseError, StoreError.
        """
        with self._uploads.receive() as scratch:
            fetched = self._fetcher.fetch(url, scratch / "fetched")
            named = unquote(urlsplit(fetched.url).path)
            extension = self._sandbox.run(find_extension, fetched.file, named=named, media_type=fetched.media_type)
            with self._lock:
                name = self._choose_name(url, fetched.url, extension)
                self._uploads.accept(self._collection, [fetched.file.rename(scratch / name)])
                links = {**self.load(), name: Link(url, datetime.now(UTC).isoformat(timespec="seconds"))}
                self._write(links, scratch)
        return name

    def add_again(self, name: str) -> str:
        """Fetch a document from where it came; returns its file's name now. Raises NotFoundError, else as `add`."""
        link = self.load().get(name)
        if link is None:
            raise NotFoundError(
                f"{name!r} in the collection {self._collection!r} was not fetched from an address.",
                "Name the document as it is listed, or give its address.",
            )
        return self.add(link.url)

    def load(self) -> dict[str, Link]:
        """Return what was fetched and is still there, by the file's name. Raises StoreError."""
        there = self._uploads.kept_in.list_names(self.folder)
        if LINKS_FILE not in there:
            return {}
        self._uploads.kept_in.fetch(self._file)
        try:
            listed = json.loads(self._file.read_text("utf-8"))
            return {name: Link(**link) for name, link in listed.items() if name in there}
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(f"{self._file} cannot be read.", "Delete it, and add the addresses again.") from error

    def urls(self) -> list[str]:
        """Return the addresses that were fetched. Raises NotFoundError when there are none."""
        found = [link.url for link in self.load().values()]
        if not found:
            raise nothing_fetched(self._collection)
        return found

    def _choose_name(self, url: str, final: str, extension: str) -> str:
        known = self.load()
        for name, link in known.items():
            if link.url == url and Path(name).suffix == extension:
                return name
        parts = urlsplit(final)
        last = PurePosixPath(unquote(parts.path)).stem
        stem = _UNSAFE.sub("_", f"{parts.hostname} {last}".strip())[:MAX_STEM].rstrip(". ")
        name, number = f"{stem}{extension}", 1
        there = self._uploads.kept_in.list_names(self.folder)
        while name in there:
            number += 1
            name = f"{stem} ({number}){extension}"
        return safe_name(name)

    def _write(self, links: Mapping[str, Link], scratch: Path) -> None:
        """Write the file whole or not at all, readable by its owner only: an address may hold a key."""
        made = scratch / LINKS_FILE
        made.touch(mode=0o600)
        made.write_text(json.dumps({name: asdict(link) for name, link in links.items()}, indent=1), "utf-8")
        self._uploads.kept_in.put([made], self.folder)
