"""Checks by its first bytes that a file is what its extension says."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ingest.parsers.open_xml import PackageKind, package_kind
from rag.errors import ParseError

HEAD_BYTES = 8192
MAX_MEMBERS = 50_000
MAX_UNPACKED = 2 * 1024**3
MAX_RATIO = 500
"""Office files pack 3 to 50 times smaller; this much and large means a bomb."""

SMALL_UNPACKED = 64 * 1024**2

ZIP_TYPES = {
    **dict.fromkeys(("docx", "docm"), "Word"),
    **dict.fromkeys(("pptx", "pptm"), "PowerPoint"),
    **dict.fromkeys(("xlsx", "xlsm", "xlsb"), "Excel"),
    **dict.fromkeys(("odt", "ods", "odp"), "OpenDocument"),
    "epub": "EPUB",
}
ZIP_MEMBERS = {
    **dict.fromkeys(("docx", "docm"), "word/"),
    **dict.fromkeys(("pptx", "pptm"), "ppt/"),
    **dict.fromkeys(("xlsx", "xlsm", "xlsb"), "xl/"),
    **dict.fromkeys(("odt", "ods", "odp"), "content.xml"),
    "epub": "META-INF/container.xml",
}
PACKAGE_KINDS: Mapping[str, PackageKind] = {
    **dict.fromkeys(("docx", "docm"), "word"),
    **dict.fromkeys(("pptx", "pptm"), "powerpoint"),
    **dict.fromkeys(("xlsx", "xlsm", "xlsb"), "excel"),
}
"""The type that the main part of a package must have, wherever in the package it lies."""

_PROGRAMS = {"word": "Word", "powerpoint": "PowerPoint", "excel": "Excel"}
OLD_TYPES = frozenset({"doc", "xls", "ppt"})
_TEXTS = "txt md csv tsv html eml emlx mbox mht rst log code json jsonl ipynb xml srt vtt ics vcf"
TEXT_TYPES = frozenset(_TEXTS.split())
PICTURE_TYPES = ("png", "jpeg", "tiff", "webp", "gif", "bmp", "heic")
TNEF_MAGIC = b"\x78\x9f\x3e\x22"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"RIFF", b"GIF8", b"BM")
"""First bytes of pictures; which kind a picture is shows when it is opened."""

_PICTURE_MAGICS = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_MAGICS = (OLE_MAGIC, b"\xdb\xa5", b"\x31\xbe", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
"""First bytes of old Office files; Word and Excel of the early nineties had marks of their own."""

OLD_STREAMS = {
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
    "__properties_version1.0": "msg",
}
"""The streams of an OLE container by which it is the file of a program."""

_MAGICS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or Office file"),
    (OLE_MAGIC, "an old or encrypted Office file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a SQLite database"),
)


class MismatchError(ParseError):
    """The content of a file is of another type than its extension says."""


def check_content(path: Path, file_type: str) -> None:
    """Raise ParseError when the file is empty or is a zip bomb, MismatchError when it is another type than its
    extension says."""
    head = read_head(path)
    if not head:
        raise ParseError(f"{path.name} is empty (0 bytes).", "Replace it with the full file, or remove it.")
    if not head.strip(b"\x00"):
        raise ParseError(f"{path.name} holds nothing but zero bytes.", "Replace it with a good copy.")
    if file_type in ZIP_TYPES:
        _check_zip(path, file_type, head)
    elif file_type == "pdf":
        _check_pdf(path, head)
    elif file_type == "rtf":
        if not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rt"):
            raise _mismatch(path, "an RTF file", head)
    elif file_type in OLD_TYPES:
        # LibreOffice takes whatever it does not know for text, and would make a document of noise.
        if not head.startswith(OLD_MAGICS) or old_type(path, head) not in (file_type, ""):
            raise _mismatch(path, "an old Office file", head)
    elif file_type in TEXT_TYPES:
        _check_text(path, head)
    elif file_type in PICTURE_TYPES:
        _check_picture(path, head)
    elif file_type == "zip":
        _check_size(path, _list_members(path, "a ZIP archive", head))
    elif file_type == "tnef" and not head.startswith(TNEF_MAGIC):
        raise _mismatch(path, "a message that Outlook wrapped", head)
    elif file_type == "msg" and not head.startswith(OLE_MAGIC):
        raise _mismatch(path, "an Outlook message", head)


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file. Raises ParseError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except IsADirectoryError as error:
        raise ParseError(f"{path.name} is a directory, not a file.", "Rename the directory.") from error
    except FileNotFoundError as error:
        raise ParseError(f"{path.name} vanished before it was read.", "Run the sync again.") from error
    except PermissionError as error:
        raise ParseError(f"{path.name} may not be read by this user.", "Change the file's permissions.") from error
    except OSError as error:
        raise ParseError(f"{path.name} cannot be read: {error.strerror}.", "Check the disk.") from error


def describe(head: bytes) -> str:
    """Return what a file with these first bytes is, in words, or ""."""
    for magic, name in _MAGICS:
        if head.startswith(magic):
            return name
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return "a web page"
    if start.startswith(b"<?xml"):
        return "an XML file"
    return ""


def picture_type(head: bytes) -> str:
    """Return which kind of picture first bytes open, or "" for none that only a picture has."""
    return next((kind for magic, kind in _PICTURE_MAGICS if head.startswith(magic)), "")


def old_type(path: Path, head: bytes) -> str:
    """Return which type of file an OLE container is ("doc", "xls", "ppt", "msg"), or "" where its streams do not
    tell."""
    if not head.startswith(OLE_MAGIC):
        return ""
    try:
        with olefile.OleFileIO(str(path)) as storage:
            streams = {entry[0] for entry in storage.listdir(storages=True)}
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, RecursionError):
        return ""
    return next((kind for stream, kind in OLD_STREAMS.items() if stream in streams), "")


def _mismatch(path: Path, expected: str, head: bytes) -> MismatchError:
    found = describe(head)
    what = f": its content is {found}" if found and found != expected else ""
    return MismatchError(
        f"{path.name} is not {expected}{what}.", "Give it the extension that fits, or replace it with a good copy."
    )


def _check_pdf(path: Path, head: bytes) -> None:
    # Readers accept junk before the header, so only another known type is refused here; pdfium judges the rest.
    if b"%PDF-" not in head[:1024] and (describe(head) or _looks_like_text(head)):
        raise _mismatch(path, "a PDF", head)


def _check_picture(path: Path, head: bytes) -> None:
    if head[4:8] == b"ftyp" and not find_spec("pillow_heif"):
        raise ParseError(
            f"{path.name} is a HEIC picture, and no decoder for it is installed.",
            "Install the pillow-heif package, or save the picture as JPEG.",
        )
    if not head.startswith(_PICTURES) and head[4:8] != b"ftyp":
        raise _mismatch(path, "a picture", head)


def _check_text(path: Path, head: bytes) -> None:
    found = describe(head)
    if found and found not in ("a web page", "an XML file"):
        raise MismatchError(
            f"{path.name} is not text: its content is {found}.",
            "Give it the extension that fits, or replace it with a good copy.",
        )
    if not _looks_like_text(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not _is_wide(head):
        raise ParseError(f"{path.name} is not text but binary data.", "Replace it with a good copy, or remove it.")


def _looks_like_text(head: bytes) -> bool:
    """Return whether hardly any byte is a control character."""
    controls = sum(byte < 32 and byte not in (8, 9, 10, 12, 13, 27) for byte in head)
    return controls * 50 <= len(head)


def _is_wide(head: bytes) -> bool:
    """Return whether every other byte is mostly zero and the others are not, as in UTF-16 without a mark."""
    low, high = head[0::2], head[1::2]
    if len(high) < 2:
        return False
    halves = ((low, high), (high, low))
    return any(empty.count(0) * 2 > len(empty) and full.count(0) * 10 < len(full) for empty, full in halves)


def _check_zip(path: Path, file_type: str, head: bytes) -> None:
    kind = f"{'an' if ZIP_TYPES[file_type][0] in 'OE' else 'a'} {ZIP_TYPES[file_type]} file"
    if head.startswith(OLE_MAGIC):
        if ENCRYPTED_STREAM in path.read_bytes():
            raise ParseError(f"{path.name} is encrypted and needs a password.", "Save a copy of it without a password.")
        raise MismatchError(
            f"{path.name} is an old Office file with a new extension.", "Save it in the current format."
        )
    members = _list_members(path, kind, head)
    _check_size(path, members)
    found = package_kind(path) if file_type in PACKAGE_KINDS else ""
    if found and found != PACKAGE_KINDS[file_type]:
        raise MismatchError(
            f"{path.name} is not {kind}: its content is that of {_PROGRAMS[found]}.", "Give it the extension that fits."
        )
    if not found and not any(member.filename.startswith(ZIP_MEMBERS[file_type]) for member in members):
        raise MismatchError(
            f"{path.name} is not {kind}, though it is a ZIP archive.", "Give it the extension that fits."
        )


def _list_members(path: Path, kind: str, head: bytes) -> list[zipfile.ZipInfo]:
    if not head.startswith(b"PK") and not zipfile.is_zipfile(path):
        raise _mismatch(path, kind, head)
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise ParseError(
            f"{path.name} is damaged: its ZIP container cannot be opened.", "Replace it with a good copy."
        ) from error


def _check_size(path: Path, members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    bomb = unpacked > SMALL_UNPACKED and unpacked > MAX_RATIO * packed
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or bomb:
        raise ParseError(
            f"{path.name} would unpack to {unpacked // 1024**2} MiB in {len(members)} parts, more than is safe.",
            "Split the document, or remove it if it did not come from someone you trust.",
        )
