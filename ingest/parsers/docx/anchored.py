"""Reads the things that paragraphs of a Word file only point to: notes, comments, text boxes, charts, diagrams."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from ingest.cleanup import one_line
from ingest.parsers.charts import CHART_TAGS, chart_items
from ingest.parsers.descriptions import description_items
from ingest.parsers.diagrams import diagram_items
from ingest.parsers.docx.file import Notes, WordFile
from ingest.parsers.flow import FlowItem, PageBreak, comment_label, paragraph, trailing
from ingest.parsers.html.reader import read_html
from ingest.parsers.open_xml import DGM, MC, R, W, XmlElement
from ingest.parsers.text import decode

StoryReader: TypeAlias = Callable[[WordFile, str, XmlElement, int], list[FlowItem]]
"""Reads the blocks below an element of a part, at a depth of nesting."""

_TEXT_PATH = "{urn:schemas-microsoft-com:vml}textpath"
_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}wsp"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MARGIN = re.compile(r"margin-(left|top):(-?\d{1,9}(?:\.\d{1,9})?)(pt|in|cm|mm|px)?")
_EMU = {"pt": 12_700, "in": 914_400, "cm": 360_000, "mm": 36_000, "px": 9_525}


class AnchoredReader:
    """Reads things anchored in one part."""

    def __init__(self, file: WordFile, part: str, depth: int, read_story: StoryReader) -> None:
        self._file = file
        self._part = part
        self._depth = depth
        self._read_story = read_story

    # --- notes and comments ---

    def note(self, reference: XmlElement, mark: str) -> tuple[str, list[FlowItem]]:
        """Return how a note is marked in the text, and the note, marked in the same way."""
        is_footnote = reference.tag == f"{W}footnoteReference"
        notes = self._file.footnotes if is_footnote else self._file.endnotes
        element = notes.by_id.get(reference.get(f"{W}id") or "")
        if element is None:
            return "", []
        label = f"[{'note' if is_footnote else 'endnote'} {mark or notes.next_mark()}]"
        return label, self._labelled(notes, element, label)

    def comment(self, reference: XmlElement) -> list[FlowItem]:
        """Return a comment with its author's name; nothing the second time."""
        comments = self._file.comments
        element = comments.by_id.pop(reference.get(f"{W}id") or "", None)
        return [] if element is None else self._labelled(comments, element, _comment_label(element))

    def left_comments(self) -> list[FlowItem]:
        """Return the comments that nothing in the text points to."""
        comments = self._file.comments
        left = list(comments.by_id.values())
        comments.by_id.clear()
        return [item for element in left for item in self._labelled(comments, element, _comment_label(element))]

    def _labelled(self, notes: Notes, element: XmlElement, label: str) -> list[FlowItem]:
        """Return a note or comment with its label before the first words, as what trails its anchor."""
        items = self._read_story(self._file, notes.part, element, self._depth + 1)
        return trailing(items, label)

    # --- drawings ---

    def graphics(self, elements: list[XmlElement]) -> list[FlowItem]:
        """Return the text of the drawings anchored in a paragraph, from top to bottom where the file says where they
        are."""
        found: list[tuple[tuple[float, float], list[FlowItem]]] = []
        for element in elements:
            found += self._boxes(element)
            found.append(((float("inf"), 0), self._objects(element)))
        if all(place != (0, 0) for place, _ in found):
            found.sort(key=lambda box: box[0])
        return [item for _, items in found for item in items]

    def _boxes(self, drawing: XmlElement) -> list[tuple[tuple[float, float], list[FlowItem]]]:
        boxes = []
        for content in drawing.iter(f"{W}txbxContent"):
            ancestors = _ancestors(content, drawing)
            if any(ancestor.tag == f"{W}txbxContent" for ancestor in ancestors):
                continue  # its own box reads it
            if any(ancestor.tag == f"{MC}Fallback" for ancestor in ancestors):
                self._file.unread.leave_out(content)
                continue
            items = self._read_story(self._file, self._part, content, self._depth + 1)
            texts: list[FlowItem] = [item for item in items if not isinstance(item, PageBreak)]
            boxes.append((_place(drawing, ancestors), texts))
        return boxes

    def _objects(self, drawing: XmlElement) -> list[FlowItem]:
        """Read word art, descriptions, charts and diagrams of a drawing."""
        package = self._file.package
        links = package.relationships(self._part)
        items: list[FlowItem] = [paragraph(element.get("string") or "") for element in drawing.iter(_TEXT_PATH)]
        for element in drawing.iter(f"{_DRAWING}docPr"):
            items += description_items(element)
        for element in drawing.iter(*CHART_TAGS, f"{DGM}relIds"):
            link = links.get(element.get(f"{R}dm" if element.tag == f"{DGM}relIds" else f"{R}id") or "")
            if link is not None and not link.is_external:
                read = diagram_items if element.tag == f"{DGM}relIds" else chart_items
                items += read(package, link.target)
        return items

    # --- embedded texts ---

    def embedded(self, element: XmlElement) -> list[FlowItem]:
        """Return a text in another format that Word takes over when it opens the file."""
        link = self._file.package.relationships(self._part).get(element.get(f"{R}id") or "")
        if link is None or link.is_external or link.target not in self._file.package:
            return []
        content_type = self._file.package.content_type(link.target)
        if "html" in content_type:
            return list(read_html(decode(self._file.package.read(link.target))[0]).items)
        if content_type == "text/plain":
            return [paragraph(text) for text in decode(self._file.package.read(link.target))[0].split("\n\n")]
        self._file.package.unreadable.append(link.target)
        return []


def _comment_label(element: XmlElement) -> str:
    return comment_label(one_line(element.get(f"{W}author") or ""))


def _ancestors(element: XmlElement, top: XmlElement) -> list[XmlElement]:
    found = []
    for ancestor in element.iterancestors():
        if ancestor is top:
            break
        found.append(ancestor)
    return found


def _place(drawing: XmlElement, ancestors: list[XmlElement]) -> tuple[float, float]:
    """Return where a text box is: vertical and horizontal position in EMU; (0, 0) where the file does not say."""
    down = right = 0.0
    for element in drawing.iter(f"{_DRAWING}positionV", f"{_DRAWING}positionH"):
        distance = _length(element.findtext(f"{_DRAWING}posOffset"))
        down, right = (distance, right) if element.tag.endswith("V") else (down, distance)
    for shape in ancestors:
        if shape.tag == _SHAPE:
            offset = shape.find(f".//{_A}xfrm/{_A}off")
            if offset is not None:
                down, right = down + _length(offset.get("y")), right + _length(offset.get("x"))
        elif shape.tag.startswith("{urn:schemas-microsoft-com:vml}") and shape.get("style"):
            for side, distance, unit in _MARGIN.findall(shape.get("style")):
                length = float(distance) * _EMU.get(unit or "pt", 12_700)
                down, right = (down + length, right) if side == "top" else (down, right + length)
    return down, right


def _length(text: str | None) -> float:
    return float(text) if text is not None and re.fullmatch(r"\s*-?\d{1,15}\s*", text) else 0.0
