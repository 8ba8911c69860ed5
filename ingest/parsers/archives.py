"""Turns ZIP archives into ParsedDocuments: a folder of documents in one file."""

from __future__ import annotations

import zipfile
import zlib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from ingest.parsers.containers import InnerFiles
from ingest.parsers.options import ParseOptions
from ingest.scan import JUNK
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import ParsedDocument

MAX_MEMBER_BYTES = 256 * 1024**2
ENCRYPTED = 0x1
"""The flag of a member that needs a password."""

_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)


def parse_zip(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an archive: each member is read by its own parser, its pages named after it.

    Raises ParseError when every member needs a password, or none could be read.
    """
    inner = InnerFiles(options)
    locked = 0
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir() and not _is_junk(info.filename)]
        for info in sorted(members, key=lambda member: member.filename):
            if info.flag_bits & ENCRYPTED:
                locked += 1
                inner.unread.append(info.filename)
                continue
            content = _read_member(archive, info)
            if content is None:
                inner.unread.append(info.filename)
            else:
                inner.read(info.filename, content)
    if locked and locked == len(members):
        raise ParseError(f"{path.name} is encrypted and needs a password.", "Unpack it into the folder.")
    if not inner.pages:
        named = f" ({', '.join(inner.unread[:3])})" if inner.unread else ""
        raise ParseError(
            f"{path.name} has no document in it that Lectern reads{named}.", "Unpack it into the folder to see why."
        )
    return ParsedDocument(
        title=choose_title("", "", path.name),
        file_type="zip",
        pages=tuple(inner.pages),
        sections=tuple(inner.sections),
        page_word="part",
        warnings=inner.summary("Files"),
    )


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a member; None where it is damaged, or larger than it may be or says."""
    if info.file_size > MAX_MEMBER_BYTES:
        return None
    try:
        with archive.open(info) as stream:
            content = stream.read(MAX_MEMBER_BYTES + 1)
    except _BROKEN:
        return None
    return content if len(content) <= MAX_MEMBER_BYTES else None


def _is_junk(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(fnmatch(part, pattern) for part in parts if part != ".." for pattern in JUNK)
