"""Turns plain text into a ParsedDocument and decodes text files."""

from __future__ import annotations

import codecs
import re
from functools import partial
from pathlib import Path

from ingest.cleanup import clean_text
from ingest.parsers.encodings import decode_unknown
from ingest.parsers.finishing import finish_document
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.spaced_tables import part_tables
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument

MAX_FILE_BYTES = 256 * 1024**2

LINES_TOGETHER = 100
"""The lines of a log or a program that make one part."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}\s*")
_NUMBERED = re.compile(
    r"(?:§§?|Articles?|Sections?|Clause|Artikel|Abschnitt|Art[íi]culo|Articolo|Artigo|Paragraf|(Part|Chapter|Title|Teil|"
    r"Kapitel|Titel|Partie|Chapitre|Titre|Cap[íi]tulo|T[íi]tulo|Capitolo|Titolo|Parte|Hoofdstuk|Rozdział|Deel))"
    r"\s*(?:\d+[a-z]?|[IVXLC]+)\b[.:]?(?:\s.{0,79})?",
    re.IGNORECASE,
)
"""A line that opens a numbered part of a law or a contract; the group is there for parts that hold others."""
_RULE = re.compile(
    r"(?:Rule|Regulation|Bye?-?law|Regel|Règle|Regla|Cl[áa]usula|Klausel|Ziffer)\s*\d+[a-z]?\b[.:]?(?:\s.{0,79})?",
    re.IGNORECASE,
)
"""A line that may open a rule, or be one itself: what stands below tells."""
_ITEM = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s")

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n")
_SIGNATURE = re.compile(rb"\s*-----BEGIN [A-Z ]*PRIVATE KEY-----")


_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[@-Z\\^_])")
"""Colours, places and titles for a terminal (ECMA-48), which programs write into their logs."""


def read_text(path: Path) -> tuple[str, str]:
    """Return a file's text and a warning, or "", about its encoding. Raises ParseError when it is too large."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise ParseError(
            f"{path.name} has {size // 1024**2} MiB of text; the limit is {MAX_FILE_BYTES // 1024**2} MiB.",
            "Split the file.",
        )
    text, warning = decode(path.read_bytes())
    return (_TERMINAL.sub("", text) if "\x1b" in text else text), warning


def decode(data: bytes) -> tuple[str, str]:
    """Return text of unknown encoding, and a warning or "": marks, UTF-16, UTF-8, what the text declares, then a
    guess."""
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
    return (data.decode(declared, "replace"), "") if declared else decode_unknown(data)


def _declared_encoding(data: bytes) -> str:
    """Return the encoding that a web page or XML file names in its head, or ""."""
    match = re.search(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", data[:4096], re.IGNORECASE)
    if match is None:
        return ""
    try:
        codec = codecs.lookup(match[1].decode("ascii"))
        "".encode(codec.name)
    except LookupError:
        return ""
    # Browsers read Latin-1 as Windows writes it.
    name = "cp1252" if codec.name in ("iso8859-1", "ascii") else codec.name
    return "" if name.startswith("utf") else name


def _wide_encoding(data: bytes) -> str:
    """Return the UTF-16 flavour of text without a mark, told by its zero bytes, or ""."""
    sample = data[:4096]
    half = len(sample) // 2
    if half >= 2 and sample[1::2].count(0) * 10 > half * 4:
        return "utf-16-le"
    return "utf-16-be" if half >= 2 and sample[0::2].count(0) * 10 > half * 4 else ""


def parse_text(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a plain text file: blank lines part paragraphs, form feeds part pages."""
    raw, warning = _read_open_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    parts = [part for part in raw.split("\f") if part.strip()]
    for part in parts:
        paragraphs = _PARAGRAPH_BREAK.split(part.replace("\r\n", "\n").replace("\r", "\n"))
        for paragraph, below in zip(paragraphs, [*paragraphs[1:], ""], strict=True):
            for kind, text in part_tables(paragraph):
                if kind is BlockKind.PARAGRAPH:
                    _add_paragraph(builder, text, below.strip())
                else:
                    builder.add(kind, text)
        builder.end_page()
    pages = builder.pages()
    first_line = next((line for page in pages for line in page.text.splitlines() if line.strip()), "")
    heading = first_line if len(first_line) <= 100 and not first_line.rstrip().endswith((".", ",", ";")) else ""
    return finish_document(builder, path, "txt", heading=heading, page_word="page", warnings=[warning])


def _add_paragraph(builder: TextBuilder, text: str, below: str) -> None:
    """Write a paragraph; a line that opens a numbered part is a heading. `below` is the next paragraph."""
    line = text.strip()
    match = _NUMBERED.fullmatch(line)
    is_whole = line.endswith((".", ",", ";", ":", "?", "!"))
    if is_whole or not (match or (_RULE.fullmatch(line) and _stands_below_rule(below))):
        builder.add(BlockKind.PARAGRAPH, text)
    else:
        builder.add(BlockKind.HEADING, line, level=1 if match and match[1] else 2)


def _stands_below_rule(below: str) -> bool:
    """Return whether a paragraph is what a rule says below its title: items, or sentences."""
    return bool(_ITEM.match(below)) or (below.endswith((".", ":", ";")) and not _RULE.match(below))


def parse_rst(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a reStructuredText file: underlined titles open sections, each kind of line one level."""
    raw, warning = _read_open_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    levels: list[str] = []
    for paragraph in re.split(r"\n[^\S\n]*\n", clean_text(raw)):
        lines = paragraph.strip("\n").split("\n")
        if len(lines) > 2 and lines[0] == lines[2] and _UNDERLINE.fullmatch(lines[0]):
            lines = lines[1:]
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) and len(lines[1].strip()) >= len(lines[0].strip()):
            sign = lines[1][0]
            levels += [] if sign in levels else [sign]
            builder.add(BlockKind.HEADING, lines[0].strip(), level=min(levels.index(sign) + 1, 6))
            lines = lines[2:]
        builder.add(BlockKind.PARAGRAPH, "\n".join(lines).strip("\n"))
    return finish_document(builder, path, "rst", warnings=[warning])


def parse_lines(path: Path, options: ParseOptions, *, file_type: str = "code") -> ParsedDocument:
    """Parse a text whose lines count (a log, a program, settings): parts of LINES_TOGETHER lines, indents kept."""
    raw, warning = _read_open_text(path)
    builder = TextBuilder(options.max_characters, path.name)
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    for first in range(0, len(lines), LINES_TOGETHER):
        some = lines[first : first + LINES_TOGETHER]
        for paragraph in re.split(r"\n[^\S\n]*\n", "\n".join(map(_clean_line, some))):
            builder.add(BlockKind.PARAGRAPH, paragraph.strip("\n"))
        builder.end_page(f"lines {first + 1}-{first + len(some)}")
    return ParsedDocument(
        title=path.name,
        file_type=file_type,
        pages=builder.pages(),
        page_word="part",
        warnings=(warning,) if warning else (),
    )


parse_log = partial(parse_lines, file_type="log")


def _clean_line(line: str) -> str:
    """Return a line without control characters; its indent says something, and stays."""
    bare = line.lstrip()
    return line[: len(line) - len(bare)].expandtabs(4) + clean_text(bare).replace("\n", " ")


def _read_open_text(path: Path) -> tuple[str, str]:
    """Read text as `read_text` does, but refuse a private key: it must not be quoted."""
    with path.open("rb") as stream:
        if _SIGNATURE.match(stream.read(200)):
            raise ParseError(f"{path.name} is a private key.", "Move it out of the folder: it should be secret.")
    return read_text(path)
