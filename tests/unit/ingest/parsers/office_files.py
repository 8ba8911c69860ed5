"""Makes Office files out of XML, with structures that no library writes, and shows what was read of a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]

from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from rag.types import BlockKind, ParsedDocument

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": OFFICE,
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
    }.items()
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def make_xlsx() -> bytes:
    """A workbook of one sheet, "Fees"."""
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "Fees"
    book.active.append(["Berth", "Fee"])
    book.active.append(["Inner", 40])
    book.save(stream)
    return stream.getvalue()


def write_package(
    path: Path, parts: Mapping[str, str], links: Mapping[str, Mapping[str, tuple[str, str]]], types: Mapping[str, str]
) -> Path:
    """A package of XML parts. `links`: part -> id -> (kind, target); `types`: part -> media type."""
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in types.items())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="rels" ContentType="application/xml"/>{overrides}</Types>',
        )
        for part, text in parts.items():
            archive.writestr(part, text)
        for part, targets in links.items():
            folder, _, name = part.rpartition("/")
            entries = "".join(
                f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
                for key, (kind, target) in targets.items()
            )
            archive.writestr(
                f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels",
                f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>',
            )
    return path


def word_file(
    path: Path, body: str, *, links: Mapping[str, tuple[str, str]] | None = None, **parts: str
) -> ParsedDocument:
    """What is read of a Word file with this body; `parts` are further ones by kind: styles, footnotes, comments..."""
    names = {kind: f"word/{kind}.xml" for kind in parts}
    write_package(
        path,
        {
            "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
            **{names[kind]: text for kind, text in parts.items()},
        },
        {
            "": {"r1": ("officeDocument", "word/document.xml")},
            "word/document.xml": {f"p{kind}": (kind.rstrip("0123456789"), f"{kind}.xml") for kind in parts}
            | dict(links or {}),
        },
        {"word/document.xml": f"{WORD}.document.main+xml"} | {names[kind]: f"{WORD}.{kind}+xml" for kind in parts},
    )
    return parse_file(path, ParseOptions())


def element(name: str, content: str) -> str:
    """A root element with the name spaces of Office."""
    return f"<{name} {NAMES}>{content}</{name}>"


def p(*runs: str, properties: str = "") -> str:
    """A Word paragraph."""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A Word run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def texts(document: ParsedDocument, page: int = 0) -> list[str]:
    """The texts of a page's blocks."""
    found = document.pages[page]
    return [found.text[block.start : block.end] for block in found.blocks]


def kinds(document: ParsedDocument, page: int = 0) -> list[tuple[BlockKind, str]]:
    """The blocks of a page."""
    found = document.pages[page]
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]
