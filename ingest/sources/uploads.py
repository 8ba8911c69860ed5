"""Keeps what is uploaded in one folder for each collection: safe names, checked content."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PureWindowsPath
from urllib.parse import quote

from ingest.parsers.guessing import check_type as check_content_type
from ingest.parsing import REMEDIES, SUPPORTED
from ingest.sandbox.single_file import Sandbox
from ingest.scan import JUNK
from ingest.sources.upload_folder import UploadFolder, cannot_keep
from rag.errors import ConfigurationError, ParseError

MAX_NAME = 200
"""Bytes; file systems take 255, and a suffix may be added."""

UPLOADS = "uploads"
"""The folder in a home."""

INCOMING = ".incoming-"


class Uploads:
    """The uploaded files of all collections, in one folder."""

    def __init__(self, kept_in: UploadFolder, sandbox: Sandbox, *, sender: str = "") -> None:
        """`sender` names the process among those that keep uploads in the same place."""
        self.kept_in = kept_in
        self._root = kept_in.root
        self._sandbox = sandbox
        self._incoming = f"{INCOMING}{hashlib.sha256(sender.encode()).hexdigest()[:12]}-"

    def sweep(self) -> None:
        """Delete what was coming in when an earlier process of this sender was killed; before it receives."""
        self.kept_in.sweep(self._incoming)

    def folder(self, collection: str) -> Path:
        """Return where the uploads of a collection lie; whatever its name, a folder right below the root."""
        return self._root / quote(collection, safe="").replace(".", "%2E")

    def owns(self, collection: str, file: Path) -> bool:
        """Return whether a file is an upload into a collection."""
        return self.folder(collection) in file.parents

    @contextmanager
    def receive(self) -> Iterator[Path]:
        """Give an empty folder for files that are coming in, on the same disk; removed with what is left in it."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=self._incoming, dir=self._root))
        except OSError as error:
            raise cannot_keep(self._root, error) from error
        try:
            yield scratch
        except OSError as error:
            raise cannot_keep(self._root, error) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def accept(self, collection: str, files: list[Path]) -> None:
        """Check files and put them into the collection's folder, all or none. Raises ParseError, StoreError."""
        for file in files:
            self._sandbox.run(check_content_type, file, SUPPORTED[file.suffix.lower()])
        self.kept_in.put(files, self.folder(collection))

    def rename(self, collection: str, new: str) -> None:
        """Move what was uploaded into a collection to where uploads of another name lie. Raises StoreError."""
        self.kept_in.move(self.folder(collection), self.folder(new))

    def delete(self, collection: str) -> None:
        """Delete what was uploaded into a collection. Raises StoreError where a bucket is away."""
        self.kept_in.delete(self.folder(collection))


def safe_name(given: str) -> str:
    """Return the name under which an uploaded file is kept. Raises ConfigurationError for one that is no plain file
    name."""
    name = unicodedata.normalize("NFC", given).strip().rstrip(". ")
    if not name or "/" in name or "\\" in name or ":" in name or given.strip() in (".", ".."):
        raise _bad_name(given, "it is not a plain file name")
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise _bad_name(given, "it has characters that are not seen")
    if len(name.encode("utf-8", "replace")) > MAX_NAME:
        raise _bad_name(given, f"it is longer than {MAX_NAME} bytes")
    if PureWindowsPath(name).is_reserved() or any(fnmatch(name, pattern) for pattern in JUNK):
        raise _bad_name(given, "names like it are reserved or left out of syncs")
    return name


def check_type(name: str) -> None:
    """Raise ParseError unless Lectern reads files with this name's extension."""
    extension = Path(name).suffix.lower()
    if extension not in SUPPORTED:
        what = f"{extension} files" if extension else "files without an extension"
        raise ParseError(f"Lectern does not read {what} ({name}).", REMEDIES.get(extension, "Save it as PDF or .docx."))


def _bad_name(given: str, why: str) -> ConfigurationError:
    shown = "".join(character if character.isprintable() else "?" for character in given[:MAX_NAME])
    return ConfigurationError(f"The file name {shown!r} is refused: {why}.", "Give the file another name.")
