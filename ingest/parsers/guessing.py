"""Finds the extension that fits a file's content, for files whose names are not to be trusted."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ingest.parsers.flat_xml import is_flat
from ingest.parsers.open_xml import package_kind
from ingest.parsers.sniffing import (
    TNEF_MAGIC,
    ZIP_MEMBERS,
    MismatchError,
    check_content,
    describe,
    old_type,
    picture_type,
    read_head,
)
from rag.errors import ParseError

FLAT = "flat"
"""The file type of an office document in one XML file, until it is read and its kind is known."""

CONTENT_NAMES = {
    **{"pdf": "a PDF", "rtf": "an RTF file", "html": "a web page", "csv": "a table in plain text", "eml": "an e-mail"},
    **{"docx": "a Word file", "xlsx": "an Excel file", "pptx": "a PowerPoint file", "msg": "an Outlook message"},
    **{"doc": "an old Word file", "xls": "an old Excel file", "ppt": "an old PowerPoint file", "epub": "an EPUB book"},
    **{"odt": "an OpenDocument text", "ods": "an OpenDocument spreadsheet", "odp": "an OpenDocument presentation"},
    **{"tnef": "a message that Outlook wrapped", FLAT: "an office document in one XML file"},
}
"""What the types are called whose content is told by itself, whatever a file is called."""

_WITH_PAGES_IN = frozenset({"doc", "docm", "docx", "xls", "xlsm", "xlsx", "xlsb", "ppt", "pptx", "odt", "ods", "rtf"})
"""Types under whose names programs of the web hand out web pages: Word and Excel open them."""

_SHEETS = frozenset({"xls", "xlsx", "xlsm", "xlsb", "ods"})
MIN_LINES = 2
MAX_LINES = 20
_SEPARATORS = "\t;,"
_HEAD_LINE = re.compile(
    rb"(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+):", re.IGNORECASE
)
MIN_HEAD_LINES = 2

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
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
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


def check_type(path: Path, named: str) -> str:
    """Return the type of a file: the one that its name says, or another where its content is surely that.

    Raises ParseError for an empty file and a zip bomb, MismatchError where the content is neither.
    """
    try:
        check_content(path, named)
    except MismatchError:
        found = _recognise(path, named)
        if not found:
            raise
        check_content(path, found) if found != FLAT else None
        return found
    return named


def _recognise(path: Path, named: str) -> str:
    """Return the type that a file's content is, where it tells by itself; "" where it does not."""
    head = read_head(path)
    if is_flat(head):
        return FLAT
    kind = describe(head)
    if kind == "a web page":
        return "html" if named in _WITH_PAGES_IN else ""  # Under the name of a PDF it is a server's excuse.
    if kind in _BY_MAGIC:
        return _BY_MAGIC[kind].lstrip(".")
    if found := old_type(path, head) or picture_type(head):
        return found
    if head.startswith(TNEF_MAGIC):
        return "tnef"
    if head.startswith(b"PK"):
        return _look_into(path).lstrip(".")
    if _is_mail(head):
        return "eml"
    if named in _SHEETS and _is_table(head):
        return "csv"
    return ""


def _is_mail(head: bytes) -> bool:
    """Return whether a text begins with the head lines of a mail."""
    lines = head.split(b"\n\n")[0].split(b"\r\n\r\n")[0].splitlines()
    found = [line for line in lines if _HEAD_LINE.match(line)]
    return len(found) >= MIN_HEAD_LINES and all(_HEAD_LINE.match(line) for line in lines[:1])


def _is_table(head: bytes) -> bool:
    """Return whether a text has the same separators in its first lines."""
    try:
        lines = head.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = head.decode("cp1252", "replace").splitlines()
    lines = lines[: MAX_LINES if len(lines) > MAX_LINES else None]
    full = [line for line in lines if line.strip()]
    if len(full) < MIN_LINES or not all(letter.isprintable() or letter == "\t" for line in full for letter in line):
        return False
    return any(min(line.count(separator) for line in full) > 0 for separator in _SEPARATORS)


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
    told = _TEXT.get(media_type.partition(";")[0].strip().lower()) or (suffix if suffix in _TEXT_EXTENSIONS else "")
    return told or (".xml" if kind == "an XML file" else ".txt")


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
    kinds = {"word": ".docx", "powerpoint": ".pptx", "excel": ".xlsx"}
    if found := kinds.get(package_kind(path)):
        return found
    for file_type in _OFFICE:
        if any(name.startswith(ZIP_MEMBERS[file_type]) for name in names):
            return f".{file_type}"
    return ""
