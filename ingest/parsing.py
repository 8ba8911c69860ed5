"""Turns any supported file into a ParsedDocument. Knows which parser reads which extension, and no format itself."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from ingest.parsers.options import ParseOptions
from ingest.parsers.sniffing import check_content
from ingest.sandbox.limits import office_program
from ingest.sandbox.workers import WorkerPool
from rag.errors import ParseError, UnsettledFileError
from rag.types import ParsedDocument

__all__ = ["SUPPORTED", "ParseOptions", "WorkerPool", "is_supported", "parse_file"]


class Parser(Protocol):
    """Reads one format."""

    def __call__(self, path: Path, options: ParseOptions) -> ParsedDocument:
        """Raises ParseError when there is nothing to be had from the file."""
        ...


SUPPORTED: Mapping[str, str] = MappingProxyType(
    {
        ".pdf": "pdf",
        ".txt": "txt",
        ".text": "txt",
        ".md": "md",
        ".markdown": "md",
        ".html": "html",
        ".htm": "html",
        ".docx": "docx",
        ".dotx": "docx",
        ".pptx": "pptx",
        ".potx": "pptx",
        ".ppsx": "pptx",
        ".xlsx": "xlsx",
        ".csv": "csv",
        ".tsv": "tsv",
        ".tab": "tsv",
        ".eml": "eml",
        ".epub": "epub",
        ".odt": "odt",
        ".rtf": "rtf",
        ".doc": "doc",
        ".dot": "doc",
        ".docm": "docm",
        ".dotm": "docm",
        ".xls": "xls",
        ".xlt": "xls",
        ".xltx": "xlsx",
        ".xlsm": "xlsm",
        ".xltm": "xlsm",
        ".xlsb": "xlsb",
        ".ods": "ods",
        ".ots": "ods",
        ".ppt": "ppt",
        ".pps": "ppt",
        ".pptm": "pptm",
        ".potm": "pptm",
        ".ppsm": "pptm",
        ".odp": "odp",
    }
)
"""Extension, lower case with its dot -> file type."""

_PARSERS: Mapping[str, str] = {
    "pdf": "ingest.parsers.pdf.document:parse_pdf",
    "txt": "ingest.parsers.text:parse_text",
    "md": "ingest.parsers.office:parse_markdown",
    "html": "ingest.parsers.office:parse_html",
    "docx": "ingest.parsers.docx.document:parse_docx",
    "pptx": "ingest.parsers.pptx.document:parse_pptx",
    "xlsx": "ingest.parsers.sheets.document:parse_xlsx",
    "xlsm": "ingest.parsers.sheets.document:parse_xlsx",
    "xls": "ingest.parsers.sheets.document:parse_xls",
    "xlsb": "ingest.parsers.sheets.document:parse_xlsb",
    "ods": "ingest.parsers.sheets.document:parse_ods",
    "csv": "ingest.parsers.sheets.delimited:parse_csv",
    "tsv": "ingest.parsers.sheets.delimited:parse_tsv",
    "eml": "ingest.parsers.email:parse_eml",
    "epub": "ingest.parsers.office:parse_epub",
    "odt": "ingest.parsers.office:parse_odt",
    "rtf": "ingest.parsers.office:parse_rtf",
    "doc": "ingest.parsers.legacy:parse_word",
    "docm": "ingest.parsers.docx.document:parse_docx",
    "ppt": "ingest.parsers.legacy:parse_slides",
    "pptm": "ingest.parsers.pptx.document:parse_pptx",
    "odp": "ingest.parsers.legacy:parse_slides",
}
"""File type -> "module:function". Loaded on first use: the office libraries take seconds and much memory."""

REMEDIES: Mapping[str, str] = {
    ".msg": "Save it as .eml.",
    ".pages": "Export it as .docx or PDF.",
    ".numbers": "Export it as .xlsx.",
    ".key": "Export it as .pptx or PDF.",
    ".png": "Make a PDF of it with a text layer (OCR).",
    ".jpg": "Make a PDF of it with a text layer (OCR).",
    ".jpeg": "Make a PDF of it with a text layer (OCR).",
    ".tif": "Make a PDF of it with a text layer (OCR).",
    ".tiff": "Make a PDF of it with a text layer (OCR).",
    ".zip": "Unpack it into the folder.",
    ".7z": "Unpack it into the folder.",
    ".rar": "Unpack it into the folder.",
}
"""What to do about the formats people are most likely to have."""


READING_PACKAGES = ("rapidocr", "pillow_heif")
"""Packages without which some files cannot be read: looked for, not loaded."""

DISK_FAULTS = frozenset({errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT, errno.ENOTCONN})
"""Not the file's fault: it is tried again at the next sync."""


def find_tools() -> tuple[str, ...]:
    """Return the programs and packages at hand that decide what can be read: with another set, what failed may not."""
    packages = [name for name in READING_PACKAGES if find_spec(name)]
    return (office_program() or "", *packages)


def is_supported(path: Path) -> bool:
    """Whether a file's extension is one that Lectern reads."""
    return path.suffix.lower() in SUPPORTED


def parse_file(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a file; meant to run inside a WorkerPool. Raises ParseError with a true reason and a remedy."""
    extension = path.suffix.lower()
    file_type = SUPPORTED.get(extension)
    if file_type is None:
        what = f"{extension} files" if extension else "files without an extension"
        raise ParseError(
            f"Lectern does not read {what} ({path.name}).", REMEDIES.get(extension, "Save it as PDF or .docx.")
        )
    check_content(path, file_type)
    module, _, function = _PARSERS[file_type].partition(":")
    parser = cast(Parser, getattr(import_module(module), function))
    try:
        document = parser(path, options)
    except (ParseError, MemoryError, RecursionError):
        raise
    except OSError as error:
        if error.errno in DISK_FAULTS:
            raise UnsettledFileError(f"{path.name} cannot be read: {error.strerror}.", "Check the disk.") from error
        raise _damaged(path, error) from error
    except Exception as error:
        # the libraries raise whatever they like on damaged files; their messages may quote the document
        raise _damaged(path, error) from error
    return _checked(path, replace(document, file_type=file_type), options)


def _damaged(path: Path, error: Exception) -> ParseError:
    return ParseError(
        f"{path.name} is damaged or not a valid {path.suffix.lower()} file ({type(error).__name__}).",
        "Open it in its own program and save it again.",
    )


def _checked(path: Path, document: ParsedDocument, options: ParseOptions) -> ParsedDocument:
    """The document, when it has words and not more than it may."""
    characters = sum(len(page.text) for page in document.pages)
    if characters > options.max_characters:
        raise ParseError(
            f"{path.name} has {characters} characters of text; the limit is {options.max_characters}.",
            "Split it into smaller files.",
        )
    if not any(character.isalnum() for page in document.pages for character in page.text):
        raise ParseError(f"{path.name} has no words in it.", "Remove it, or replace it with a copy that has text.")
    return document
