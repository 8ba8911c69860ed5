"""Reads one file and cuts it into chunks, inside a worker process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.chunking import chunk_document
from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from ingest.profile import make_profile
from ingest.scan import explain_os_error, hash_file
from rag.errors import ParseError, UnsettledFileError
from rag.protocols import Tokenizer
from rag.types import Chunk, FileState, ParsedDocument

TRIES = 2
"""A file that is being written is read once more before it is reported."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file read and cut; `parsed` is None when its content is indexed already."""

    file: FileState
    parsed: ParsedDocument | None
    chunks: tuple[Chunk, ...]
    seconds: float


def prepare_file(
    root: Path, file: FileState, known_sha256: str, tokenizer: Tokenizer, options: ParseOptions, chunk_tokens: int
) -> Prepared:
    """Parse and chunk a file. Raises ParseError; UnsettledFileError where the next sync should try again."""
    started = time.perf_counter()
    path = root / os.fsdecode(file.path_bytes)
    for _ in range(TRIES):
        before = _read_state(path, file)
        if before.sha256 == known_sha256:
            return Prepared(before, None, (), time.perf_counter() - started)
        parsed = parse_file(path, options)
        chunks = chunk_document(parsed, tokenizer, limit=chunk_tokens, path=file.path)
        after = path.stat() if path.exists() else None
        if after and (after.st_size, after.st_mtime_ns) == (before.size, before.mtime_ns):
            if not chunks:
                raise _explain_no_chunks(parsed)
            # The blocks have done their work; without them a document is half as large on its way.
            pages = tuple(replace(page, blocks=()) for page in parsed.pages)
            bare = replace(parsed, pages=pages, profile=make_profile(parsed, file.path))
            return Prepared(before, bare, tuple(chunks), time.perf_counter() - started)
    raise UnsettledFileError("The file changed while it was read.", "Sync again when nothing writes to it.")


def _explain_no_chunks(parsed: ParsedDocument) -> ParseError:
    """Return the error for a document all of whose text is kept out of chunks, with what its parser said of it."""
    reason = "All text of the file is page numbers, running headers or footers, or menus."
    return ParseError(
        " ".join((reason, *parsed.warnings)),
        "If it shows other text, run it through OCR, or print it to a PDF, and index that.",
    )


def _read_state(path: Path, file: FileState) -> FileState:
    try:
        status = path.stat()
        if not os.access(path, os.R_OK):
            raise PermissionError
    except OSError as error:
        raise UnsettledFileError(*explain_os_error(error)) from None
    if not (sha256 := hash_file(path)):
        raise UnsettledFileError("Its content cannot be read: the disk failed.", "Check the disk, and sync again.")
    return replace(file, size=status.st_size, mtime_ns=status.st_mtime_ns, sha256=sha256)
