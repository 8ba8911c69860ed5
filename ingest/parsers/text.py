"""Turns plain text into a ParsedDocument and decodes text files. Knows no markup."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from ingest.cleanup import clean_text
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument

DETECTION_BYTES = 256 * 1024
"""As much of a file is enough to tell its encoding; detection is slow."""

MAX_FILE_BYTES = 256 * 1024**2

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def read_text(path: Path) -> tuple[str, str]:
    """A file's text and a warning, or "", about its encoding. Raises ParseError when it is too large."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise ParseError(
            f"{path.name} has {size // 1024**2} MiB of text; the limit is {MAX_FILE_BYTES // 1024**2} MiB.",
            "Split the file.",
        )
    return decode(path.read_bytes())


def decode(data: bytes) -> tuple[str, str]:
    """Text of unknown encoding, and a warning or "": marks, UTF-16, UTF-8, what the text declares, then a guess."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), ""
    wide = _wide_encoding(data)
    if wide:
        return data.decode(wide, "replace"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        declared = _declared_encoding(data)
    if declared:
        return data.decode(declared, "replace"), ""
    best = from_bytes(data[:DETECTION_BYTES]).best()
    encoding = best.encoding if best is not None else "cp1252"
    try:
        return data.decode(encoding), f"The encoding was taken to be {encoding}."
    except (UnicodeDecodeError, LookupError):
        return data.decode("utf-8", "replace"), "Some characters could not be decoded."


def _declared_encoding(data: bytes) -> str:
    """The encoding that a web page or XML file names in its head, or ""."""
    match = re.search(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", data[:4096], re.IGNORECASE)
    if match is None:
        return ""
    try:
        codec = codecs.lookup(match[1].decode("ascii"))
    except LookupError:
        return ""
    return "" if codec.name.startswith("utf") else codec.name


def _wide_encoding(data: bytes) -> str:
    """The UTF-16 flavour of text without a mark, told by its zero bytes, or ""."""
    sample = data[:4096]
    half = len(sample) // 2
    if half >= 2 and sample[1::2].count(0) * 10 > half * 4:
        return "utf-16-le"
    return "utf-16-be" if half >= 2 and sample[0::2].count(0) * 10 > half * 4 else ""


def parse_text(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a plain text file: blank lines part paragraphs, form feeds part pages."""
    raw, warning = read_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    parts = [part for part in raw.split("\f") if part.strip()]
    for part in parts:
        for paragraph in re.split(r"\n[^\S\n]*\n", clean_text(part)):
            builder.add(BlockKind.PARAGRAPH, paragraph.strip("\n"))
        builder.end_page()
    pages = builder.pages()
    first_line = next((line for page in pages for line in page.text.splitlines() if line.strip()), "")
    heading = first_line if len(first_line) <= 100 and not first_line.rstrip().endswith((".", ",", ";")) else ""
    return ParsedDocument(
        title=choose_title("", heading, path.name),
        file_type="txt",
        pages=pages,
        page_word="page" if len(pages) > 1 else "",
        warnings=(warning,) if warning else (),
    )
