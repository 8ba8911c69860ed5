"""Turns any supported file into a ParsedDocument."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from ingest.parsers.guessing import CONTENT_NAMES, FLAT, check_type, find_extension
from ingest.parsers.options import ParseOptions
from ingest.parsers.sniffing import PICTURE_TYPES, check_content, read_head
from ingest.sandbox.limits import office_program
from ingest.sandbox.workers import WorkerPool
from rag.errors import ParseError, UnsettledFileError, first_line
from rag.types import ParsedDocument

__all__ = ["SUPPORTED", "ParseOptions", "WorkerPool", "is_supported", "parse_file"]


class Parser(Protocol):
    """Reads one format."""

    def __call__(self, path: Path, options: ParseOptions) -> ParsedDocument:
        """Raises ParseError when there is nothing to be had from the file."""
        ...


_CODE = """
py pyi js mjs cjs ts jsx tsx java kt kts scala c h cc cpp cxx hpp cs go rs rb php pl pm lua r jl swift m mm
sh bash zsh fish ps1 bat cmd sql css scss less vue svelte dart ex exs erl hs clj groovy gradle cmake mk tf proto graphql
yaml yml toml ini cfg conf properties env diff patch tex bib sty asm f90 vb vbs pas
"""
CODE_EXTENSIONS = tuple(f".{name}" for name in _CODE.split())
"""Programs and settings: texts in which lines count."""

_MAILBOX = re.compile(rb"From \S[^\n]*\n(?:[A-Za-z-]+:|>)", re.IGNORECASE)
"""The first lines of a mailbox: mail programs keep them without an extension."""

BACKUP_EXTENSIONS = frozenset({".bak", ".old", ".orig", ".save", ".backup", ".copy", ".sav"})
"""Extensions that programs put behind the name of a copy; the one before it tells the type of the file."""

SUPPORTED: Mapping[str, str] = MappingProxyType(
    {
        ".pdf": "pdf",
        ".txt": "txt",
        ".text": "txt",
        ".md": "md",
        ".markdown": "md",
        ".mdown": "md",
        ".mkd": "md",
        ".mdx": "md",
        ".html": "html",
        ".xhtml": "html",
        ".shtml": "html",
        ".htm": "html",
        ".svg": "html",
        ".docx": "docx",
        ".dotx": "docx",
        ".pptx": "pptx",
        ".potx": "pptx",
        ".ppsx": "pptx",
        ".xlsx": "xlsx",
        ".csv": "csv",
        ".tsv": "tsv",
        ".rst": "rst",
        ".log": "log",
        ".json": "json",
        ".geojson": "json",
        ".ipynb": "ipynb",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".xml": "xml",
        ".ics": "ics",
        ".ical": "ics",
        ".ifb": "ics",
        ".vcf": "vcf",
        ".tnef": "tnef",
        ".srt": "srt",
        ".vtt": "vtt",
        **dict.fromkeys(CODE_EXTENSIONS, "code"),
        ".png": "png",
        ".jpg": "jpeg",
        ".jpeg": "jpeg",
        ".jpe": "jpeg",
        ".tif": "tiff",
        ".tiff": "tiff",
        ".webp": "webp",
        ".gif": "gif",
        ".bmp": "bmp",
        ".heic": "heic",
        ".heif": "heic",
        ".tab": "tsv",
        ".eml": "eml",
        ".emlx": "emlx",
        ".mbox": "mbox",
        ".mht": "mht",
        ".mhtml": "mht",
        ".msg": "msg",
        ".oft": "msg",
        ".zip": "zip",
        ".epub": "epub",
        ".odt": "odt",
        ".fodt": "odt",
        ".fods": "ods",
        ".fodp": "odp",
        ".ott": "odt",
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
        ".otp": "odp",
    }
)
"""Extension, lower case with its dot -> file type."""

_PARSERS: Mapping[str, str] = {
    "pdf": "ingest.parsers.pdf.document:parse_pdf",
    "txt": "ingest.parsers.text:parse_text",
    "md": "ingest.parsers.markdown:parse_markdown",
    "html": "ingest.parsers.html.document:parse_html",
    "docx": "ingest.parsers.docx.document:parse_docx",
    "pptx": "ingest.parsers.pptx.document:parse_pptx",
    "xlsx": "ingest.parsers.sheets.document:parse_xlsx",
    "xlsm": "ingest.parsers.sheets.document:parse_xlsx",
    "xls": "ingest.parsers.sheets.document:parse_xls",
    "xlsb": "ingest.parsers.sheets.document:parse_xlsb",
    "ods": "ingest.parsers.sheets.document:parse_ods",
    "csv": "ingest.parsers.sheets.delimited:parse_csv",
    "tsv": "ingest.parsers.sheets.delimited:parse_tsv",
    "rst": "ingest.parsers.text:parse_rst",
    "log": "ingest.parsers.text:parse_log",
    "code": "ingest.parsers.text:parse_lines",
    "json": "ingest.parsers.structured:parse_json",
    "jsonl": "ingest.parsers.structured:parse_json_lines",
    "ipynb": "ingest.parsers.notebooks:parse_notebook",
    "xml": "ingest.parsers.structured:parse_xml_file",
    "ics": "ingest.parsers.calendar:parse_calendar",
    "vcf": "ingest.parsers.calendar:parse_calendar",
    "tnef": "ingest.parsers.tnef:parse_tnef",
    "srt": "ingest.parsers.subtitles:parse_subtitles",
    "vtt": "ingest.parsers.subtitles:parse_subtitles",
    "eml": "ingest.parsers.email:parse_eml",
    "emlx": "ingest.parsers.email:parse_emlx",
    "mbox": "ingest.parsers.email:parse_mbox",
    "mht": "ingest.parsers.email:parse_mht",
    "msg": "ingest.parsers.outlook:parse_msg",
    "zip": "ingest.parsers.archives:parse_zip",
    **dict.fromkeys(PICTURE_TYPES, "ingest.parsers.pictures:parse_picture"),
    "epub": "ingest.parsers.epub.document:parse_epub",
    "odt": "ingest.parsers.odf.document:parse_odt",
    "rtf": "ingest.parsers.rtf.document:parse_rtf",
    "doc": "ingest.parsers.legacy:parse_word",
    "docm": "ingest.parsers.docx.document:parse_docx",
    "ppt": "ingest.parsers.legacy:parse_slides",
    "pptm": "ingest.parsers.pptx.document:parse_pptx",
    "odp": "ingest.parsers.odf.document:parse_odp",
    FLAT: "ingest.parsers.flat_xml:parse_flat",
}
"""File type -> "module:function". Loaded on first use: the office libraries take seconds and much memory."""

REMEDIES: Mapping[str, str] = {
    ".pages": "Export it as .docx or PDF.",
    ".numbers": "Export it as .xlsx.",
    ".key": "Export it as .pptx or PDF.",
    ".tar": "Unpack it into the folder.",
    ".gz": "Unpack it into the folder.",
    ".tgz": "Unpack it into the folder.",
    ".7z": "Unpack it into the folder.",
    ".rar": "Unpack it into the folder.",
}
"""Remedies for the unsupported formats that people are most likely to have."""


READING_PACKAGES = ("rapidocr", "pillow_heif")
"""Packages without which some files cannot be read: looked for, not loaded."""

DISK_FAULTS = frozenset({errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT, errno.ENOTCONN})
"""Errors of the disk, not of the file: it is tried again at the next sync."""


def find_tools() -> tuple[str, ...]:
    """Return the programs and packages at hand that decide what can be read: with another set, what failed may not."""
    packages = [name for name in READING_PACKAGES if find_spec(name)]
    return (office_program() or "", *packages)


def is_supported(path: Path) -> bool:
    """Return whether a file's extension is one that Lectern reads."""
    return _named_type(path.name) is not None


def _named_type(name: str) -> str | None:
    """Return the file type that a name's extension stands for; extensions of backups and spaces behind it do not
    count."""
    suffixes = [suffix.strip().lower() for suffix in Path(name.rstrip(" ~")).suffixes]
    while len(suffixes) > 1 and suffixes[-1] in BACKUP_EXTENSIONS:
        suffixes.pop()
    return SUPPORTED.get(suffixes[-1]) if suffixes else None


def find_type(path: Path) -> str:
    """Return the file type by the name, else by the content. Raises ParseError for what Lectern does not read."""
    if (named := _named_type(path.name)) is not None:
        return named
    extension = path.suffix.strip().lower()
    if extension not in REMEDIES:
        head = read_head(path)
        if not head:
            return "txt"
        if _MAILBOX.match(head):
            return "mbox"
        try:
            return SUPPORTED[find_extension(path)]
        except (ParseError, KeyError) as error:
            if isinstance(error, ParseError) and error.reason.startswith(path.name) and "binary" not in error.reason:
                raise  # It is empty, gone or may not be read.
    what = f"{extension} files" if extension else "files without an extension that are not text"
    raise ParseError(
        f"Lectern does not read {what} ({path.name}).", REMEDIES.get(extension, "Save it as PDF or .docx.")
    )


def parse_file(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a file; meant to run inside a WorkerPool. Raises ParseError with a true reason and a remedy."""
    named = find_type(path)
    file_type = check_type(path, named)
    if file_type == named:
        return _parse_as(path, file_type, options)
    try:
        document = _parse_as(path, file_type, options)
    except (MemoryError, RecursionError, UnsettledFileError):
        raise
    except ParseError as error:
        if file_type != FLAT:
            check_content(path, named)  # Raises what is wrong with the name: it is why the file was read as another.
        raise error
    if document.file_type == named:
        return document
    content = CONTENT_NAMES.get(file_type, "a picture")
    note = f"Its name ends in {path.suffix}, its content is {content}, and was read as such."
    return replace(document, warnings=(note, *document.warnings))


def _parse_as(path: Path, file_type: str, options: ParseOptions) -> ParsedDocument:
    """Parse a file as one of a type, which its content is. Raises ParseError."""
    try:
        document = _load_parser(path, file_type)(path, options)
    except (ParseError, MemoryError, RecursionError):
        raise
    except ImportError as error:  # Some libraries import others when they are first needed.
        raise _unloadable(path, error) from error
    except OSError as error:
        if error.errno in DISK_FAULTS:
            raise UnsettledFileError(f"{path.name} cannot be read: {error.strerror}.", "Check the disk.") from error
        document = _read_again(path, file_type, options, error)
    except Exception as error:
        # the libraries raise whatever they like on damaged files; their messages may quote the document
        document = _read_again(path, file_type, options, error)
    return _checked(path, document if file_type == FLAT else replace(document, file_type=file_type), options)


def _read_again(path: Path, file_type: str, options: ParseOptions, error: Exception) -> ParsedDocument:
    """Read a file that its own reader failed on with the second reader. Raises ParseError where that fails too."""
    try:
        from ingest.parsers import second_reader  # Loaded for such files only: it takes seconds.
    except ImportError:
        raise _damaged(path, error) from error
    if not second_reader.can_read(file_type):
        raise _damaged(path, error) from error
    try:
        document = second_reader.read_again(path, file_type, options)
    except (ParseError, MemoryError, RecursionError):
        raise
    except Exception:
        raise _damaged(path, error) from error
    if not any(page.text.strip() for page in document.pages):
        raise _damaged(path, error) from error
    return document


def _load_parser(path: Path, file_type: str) -> Parser:
    """Import what reads a type of file. Raises ParseError where a library for it cannot be loaded."""
    module, _, function = _PARSERS[file_type].partition(":")
    try:
        return cast(Parser, getattr(import_module(module), function))
    except (ImportError, OSError) as error:
        raise _unloadable(path, error) from error


def _unloadable(path: Path, error: Exception) -> ParseError:
    """Return an error that does not blame the file, which is tried again with the next sync."""
    return UnsettledFileError(
        f"{path.name} cannot be read, as a library for it cannot be loaded: {first_line(error)}.",
        "Install Lectern again, or what is named here; `lectern doctor` looks further. Then sync again.",
    )


def _damaged(path: Path, error: Exception) -> ParseError:
    return ParseError(
        f"{path.name} is damaged or not a valid {path.suffix.lower()} file ({type(error).__name__}).",
        "Open it in its own program and save it again.",
    )


def _checked(path: Path, document: ParsedDocument, options: ParseOptions) -> ParsedDocument:
    """Return the document, when it has words and not more than it may."""
    characters = sum(len(page.text) for page in document.pages)
    if characters > options.max_characters:
        raise ParseError(
            f"{path.name} has {characters} characters of text; the limit is {options.max_characters}.",
            "Split it into smaller files.",
        )
    if not any(character.isalnum() for page in document.pages for character in page.text):
        raise ParseError(f"{path.name} has no words in it.", "Remove it, or replace it with a copy that has text.")
    return document
