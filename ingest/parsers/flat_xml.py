"""Reads office documents that are one XML file: flat OpenDocument, flat Open XML, and those of Office 2003.

Each is made into the package that it stands for, which the reader of that format reads.
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from ingest.parsers.open_xml import W, XmlElement, parse_xml
from ingest.parsers.options import ParseOptions
from rag.errors import ParseError
from rag.types import ParsedDocument

FlatKind: TypeAlias = Literal["odt", "ods", "odp", "docx", "xlsx", "pptx", ""]

HEAD_BYTES = 4096
"""The root element of an office document stands within so many bytes."""

MAX_SPAN = 1_000
"""Cells that one of Excel's may say that it spans."""

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
WORD_2003 = "{http://schemas.microsoft.com/office/word/2003/wordml}"
WORD_2003_HINTS = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
EXCEL_2003 = "{urn:schemas-microsoft-com:office:spreadsheet}"
EXCEL_2003_OPTIONS = "{urn:schemas-microsoft-com:office:excel}"

_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)[\s>]")
_NAMESPACES = {
    b"document": b"urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    b"package": b"http://schemas.microsoft.com/office/2006/xmlPackage",
    b"wordDocument": b"http://schemas.microsoft.com/office/word/2003/wordml",
    b"Workbook": b"urn:schemas-microsoft-com:office:spreadsheet",
}
_BODIES: dict[str, FlatKind] = {"text": "odt", "spreadsheet": "ods", "presentation": "odp", "drawing": "odp"}
_STYLES = ("font-face-decls", "styles", "automatic-styles", "master-styles")
"""Every second one stands beside a document's body."""

_FORMATS = {
    "Short Date": "yyyy-mm-dd",
    "Medium Date": "d-mmm-yy",
    "Long Date": "d mmmm yyyy",
    "General Date": "yyyy-mm-dd hh:mm",
    "Short Time": "hh:mm",
    "Medium Time": "h:mm AM/PM",
    "Long Time": "h:mm:ss",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
}
"""The names that Excel 2003 gives its own number formats."""

_PARSERS = {
    "odt": ("ingest.parsers.odf.document", "parse_odt"),
    "odp": ("ingest.parsers.odf.document", "parse_odp"),
    "ods": ("ingest.parsers.sheets.document", "parse_ods"),
    "docx": ("ingest.parsers.docx.document", "parse_docx"),
    "xlsx": ("ingest.parsers.sheets.document", "parse_xlsx"),
    "pptx": ("ingest.parsers.pptx.document", "parse_pptx"),
}


def is_flat(head: bytes) -> bool:
    """Return whether a file with these first bytes is an office document in one XML file."""
    start = head[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \r\n\t")
    match = _ROOT.search(start) if start.startswith(b"<") else None
    return match is not None and _NAMESPACES.get(match[1], b"\x00") in head


def parse_flat(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an office document in one XML file. Raises ParseError where it is damaged or of another kind."""
    try:
        root = parse_xml(path.read_bytes())
    except (ValueError, SyntaxError) as error:  # lxml's XMLSyntaxError is a SyntaxError.
        raise ParseError(f"{path.name} is damaged: its XML is broken.", "Replace it with a good copy.") from error
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        made = Path(scratch, "package")
        kind = _make_package(root, made)
        if not kind:
            raise ParseError(
                f"{path.name} is an office document of a kind that Lectern does not know.", "Save it as .docx or PDF."
            )
        module, function = _PARSERS[kind]
        parse: Callable[[Path, ParseOptions], ParsedDocument] = getattr(import_module(module), function)
        named = made.rename(Path(scratch, f"{path.stem[:60]}.{kind}"))
        try:
            document = parse(named, options)
        except ParseError as error:
            raise ParseError(error.reason.replace(named.name, path.name), error.remedy) from error
    return replace(document, file_type=kind)


def _make_package(root: XmlElement, made: Path) -> FlatKind:
    """Write the package that a flat document stands for; return its kind, "" for none that is known."""
    if root.tag == f"{OFFICE}document":
        return _make_opendocument(root, made)
    if root.tag == f"{PACKAGE}package":
        return _make_open_xml(root, made)
    if root.tag == f"{WORD_2003}wordDocument":
        return _make_word(root, made)
    if root.tag == f"{EXCEL_2003}Workbook":
        return _make_workbook(root, made)
    return ""


# --- OpenDocument ---


def _make_opendocument(root: XmlElement, made: Path) -> FlatKind:
    body = root.find(f"{OFFICE}body")
    names = [etree.QName(child).localname for child in body if isinstance(child.tag, str)] if body is not None else []
    kind: FlatKind = next((_BODIES[name] for name in names if name in _BODIES), "")
    if not kind:
        return ""
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "content.xml", _part(root, "document-content", ("font-face-decls", "automatic-styles", "body"))
        )
        archive.writestr("styles.xml", _part(root, "document-styles", _STYLES))
        archive.writestr("meta.xml", _part(root, "document-meta", ("meta",)))
    return kind


def _part(root: XmlElement, name: str, children: Iterable[str]) -> bytes:
    part = etree.Element(f"{OFFICE}{name}", nsmap=root.nsmap)
    for child in children:
        part.extend(copy.deepcopy(element) for element in root.iterfind(f"{OFFICE}{child}"))
    return bytes(etree.tostring(part))


# --- Open XML in one file, and Word 2003 ---


def _make_open_xml(root: XmlElement, made: Path) -> FlatKind:
    kind: FlatKind = ""
    types = []
    with zipfile.ZipFile(made, "w") as archive:
        for part in root.iterfind(f"{PACKAGE}part"):
            name, content_type = part.get(f"{PACKAGE}name") or "", part.get(f"{PACKAGE}contentType") or ""
            xml, binary = part.find(f"{PACKAGE}xmlData"), part.find(f"{PACKAGE}binaryData")
            if xml is not None and len(xml):
                archive.writestr(name.lstrip("/"), etree.tostring(xml[0]))
            elif binary is not None:
                archive.writestr(name.lstrip("/"), _decode(binary.text or ""))
            types.append((name, content_type))
            if "wordprocessingml.document.main" in content_type or "wordprocessingml.template.main" in content_type:
                kind = "docx"
            elif "presentationml.presentation.main" in content_type:
                kind = "pptx"
        archive.writestr("[Content_Types].xml", _content_types(types))
    return kind


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _content_types(types: Iterable[tuple[str, str]]) -> bytes:
    root = etree.Element("Types", xmlns="http://schemas.openxmlformats.org/package/2006/content-types")
    etree.SubElement(
        root,
        "Default",
        Extension="rels",
        ContentType="application/vnd.openxmlformats-package.relationships+xml",
    )
    for name, content_type in types:
        etree.SubElement(root, "Override", PartName=name, ContentType=content_type)
    return bytes(etree.tostring(root))


_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def _make_word(root: XmlElement, made: Path) -> FlatKind:
    """Write the document of Word 2003 as that of a later one: they call most things by the same names."""
    body, styles = root.find(f"{WORD_2003}body"), root.find(f"{WORD_2003}styles")
    if body is None:
        return ""
    parts = {"word/document.xml": _as_today(body, is_document=True)}
    if styles is not None:
        parts["word/styles.xml"] = _as_today(styles)
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        kinds = {"word/document.xml": "document.main", "word/styles.xml": "styles"}
        archive.writestr(
            "[Content_Types].xml",
            _content_types((f"/{name}", f"{_WORD_TYPE}.{kinds[name]}+xml") for name in parts),
        )
        archive.writestr("_rels/.rels", _link("officeDocument", "word/document.xml"))
        archive.writestr("word/_rels/document.xml.rels", _link("styles", "styles.xml"))
    return "docx"


def _link(kind: str, target: str) -> bytes:
    root = etree.Element("Relationships", xmlns="http://schemas.openxmlformats.org/package/2006/relationships")
    etree.SubElement(root, "Relationship", Id="r1", Type=f"{_LINK}/{kind}", Target=target)
    return bytes(etree.tostring(root))


def _as_today(element: XmlElement, *, is_document: bool = False) -> bytes:
    """Return an element of Word 2003 in the namespace of today's, without the boxes that it draws around sections; the
    numbers of lists, which it writes down, are text."""
    element = copy.deepcopy(element)
    for hint in list(element.iter(f"{WORD_2003_HINTS}sect", f"{WORD_2003_HINTS}sub-section")):
        parent, place = hint.getparent(), hint.getparent().index(hint)
        for child in reversed(list(hint)):
            parent.insert(place, child)
        parent.remove(hint)
    for paragraph in element.iter(f"{WORD_2003}p"):
        number = paragraph.find(f"{WORD_2003}pPr/{WORD_2003}listPr/{WORD_2003_HINTS}t")
        if number is not None and (label := number.get(f"{WORD_2003_HINTS}val")):
            run = etree.Element(f"{WORD_2003}r")
            etree.SubElement(run, f"{WORD_2003}t").text = f"{label} "
            paragraph.insert(1, run)
    content = bytes(etree.tostring(element)).replace(WORD_2003[1:-1].encode(), W[1:-1].encode())
    return b'<w:document xmlns:w="%s">%s</w:document>' % (W[1:-1].encode(), content) if is_document else content


# --- Excel 2003 ---


def _make_workbook(root: XmlElement, made: Path) -> FlatKind:
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    book.remove(book.active)
    formats = dict(_number_formats(root))
    for number, sheet in enumerate(root.iterfind(f"{EXCEL_2003}Worksheet"), 1):
        page = book.create_sheet()
        page.title = re.sub(r"[\\*?:/\[\]]", " ", sheet.get(f"{EXCEL_2003}Name") or f"Sheet{number}")[:31]
        if "Hidden" in (sheet.findtext(f"{EXCEL_2003_OPTIONS}WorksheetOptions/{EXCEL_2003_OPTIONS}Visible") or ""):
            page.sheet_state = "hidden"
        _fill_sheet(page, sheet, formats)
    if not book.sheetnames:
        return ""
    if all(page.sheet_state == "hidden" for page in book):
        book.worksheets[0].sheet_state = "visible"
    book.save(made)
    return "xlsx"


def _number_formats(root: XmlElement) -> Iterator[tuple[str, str]]:
    for style in root.iterfind(f"{EXCEL_2003}Styles/{EXCEL_2003}Style"):
        form = style.find(f"{EXCEL_2003}NumberFormat")
        if form is not None and (name := form.get(f"{EXCEL_2003}Format")):
            yield style.get(f"{EXCEL_2003}ID") or "", _FORMATS.get(name, name)


def _fill_sheet(page: Any, sheet: XmlElement, formats: dict[str, str]) -> None:
    """Write the rows of a sheet; a row or cell without a number of its own follows the one before."""
    row = 0
    for line in sheet.iterfind(f"{EXCEL_2003}Table/{EXCEL_2003}Row"):
        row = _number(line, "Index") or row + 1
        column = 0
        for cell in line.iterfind(f"{EXCEL_2003}Cell"):
            column = _number(cell, "Index") or column + 1
            if row > 1_048_576 or column > 16_384:
                return
            target = page.cell(row, column, _value(cell.find(f"{EXCEL_2003}Data")))
            form = formats.get(cell.get(f"{EXCEL_2003}StyleID") or "")
            if form:
                target.number_format = form
            across, down = min(_number(cell, "MergeAcross"), MAX_SPAN), min(_number(cell, "MergeDown"), MAX_SPAN)
            if across or down:
                page.merge_cells(start_row=row, end_row=row + down, start_column=column, end_column=column + across)
            column += across


def _number(element: XmlElement, name: str) -> int:
    text = element.get(f"{EXCEL_2003}{name}") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _value(data: XmlElement | None) -> str | float | bool | datetime | None:
    if data is None:
        return None
    text, kind = "".join(data.itertext()), data.get(f"{EXCEL_2003}Type")
    try:
        if kind == "Number":
            return float(text)
        if kind == "Boolean":
            return text.strip() == "1"
        if kind == "DateTime":
            return datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    return text
