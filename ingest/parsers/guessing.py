"""Finds the extension that fits a file's content, for files whose names are not to be trusted."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.parsers.sniffing import TNEF_MAGIC, ZIP_MEMBERS, check_content, describe, read_head
from rag.errors import ParseError

_BY_MAGIC = {"a PDF": ".pdf", "an RTF file": ".rtf", "a web page": ".html"}

_TEXT = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "message/rfc822": ".eml",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/vtt": ".vtt",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
}
"""File types of texts by media type, which only the sender of a text can tell."""

_BY_MIMETYPE = {
    b"application/epub+zip": ".epub",
    b"application/vnd.oasis.opendocument.text": ".odt",
}
"""The member `mimetype` of an archive."""

_TEXT_EXTENSIONS = frozenset(
    f".{name}"
    for name in [
        "txt",
        "text",
        "md",
        "markdown",
        "html",
        "htm",
        "csv",
        "tsv",
        "eml",
        "rst",
        "log",
        "json",
        "jsonl",
        "xml",
        "srt",
        "vtt",
    ]
)
_OFFICE = ("docx", "pptx", "xlsx")
_MAX_MIMETYPE = 100


def find_extension(path: Path, *, named: str = "", media_type: str = "") -> str:
    """Return the extension (".pdf") that fits the content; a name's extension or a media type only tells texts apart.

    Raises ParseError for what Lectern does not read.
    """
    head = read_head(path)
    kind = describe(head)
    if kind in _BY_MAGIC:
        return _BY_MAGIC[kind]
    if head.startswith(TNEF_MAGIC):
        return ".tnef"
    if head.startswith(b"PK") and (found := _look_into(path)):
        return found
    if not head.strip() or kind not in ("", "an XML file"):
        raise ParseError(
            f"What was sent is {kind or 'empty'}.", "Lectern reads documents: save one, and sync its folder."
        )
    check_content(path, "txt")
    suffix = Path(named).suffix.lower()
    return _TEXT.get(media_type.partition(";")[0].strip().lower()) or (suffix if suffix in _TEXT_EXTENSIONS else ".txt")


def _look_into(path: Path) -> str:
    """Return the extension of an Office file, OpenDocument text or EPUB; "" for any other archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    return _BY_MIMETYPE.get(member.read(_MAX_MIMETYPE).strip(), "")
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError):
        return ""
    for file_type in _OFFICE:
        if any(name.startswith(ZIP_MEMBERS[file_type]) for name in names):
            return f".{file_type}"
    return ""
