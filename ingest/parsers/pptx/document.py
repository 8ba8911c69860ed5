"""Turns PowerPoint files into ParsedDocuments: a page for each slide, with its notes and comments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.embedded import embedded_parts, read_embedded, with_embedded
from ingest.parsers.finishing import finish_document, unreadable_parts
from ingest.parsers.flow import FlowItem, comment_label, paragraph, write_flow
from ingest.parsers.open_xml import A, P, Package, R, XmlElement
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.pptx.places import Places, placeholder_of, placeholder_type
from ingest.parsers.pptx.shapes import ShapeReader
from ingest.parsers.pptx.text import TextReader
from ingest.parsers.properties import read_properties
from ingest.parsers.unread import UnreadText
from rag.errors import ParseError
from rag.types import ParsedDocument

HIDDEN = "hidden"
"""The label of slides that are left out when the presentation is shown."""


def parse_pptx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a presentation, template or not: one page for each slide; hidden ones are labelled so."""
    builder = TextBuilder(options.max_characters, path.name)
    with Package(path) as package:
        main = package.main_part or "ppt/presentation.xml"
        root = package.xml(main)
        if root is None:
            raise ParseError(f"{path.name} is damaged: its slides cannot be read.", "Replace it with a good copy.")
        deck = _Deck(package, main)
        for part in slide_parts(package, main, root):
            slide = package.xml(part)
            items = deck.read(part, slide) if slide is not None else ()
            write_flow(builder, items)
            builder.end_page(HIDDEN if slide is not None and slide.get("show") in ("0", "false") else "")
        warnings = deck.warnings()
        inner = read_embedded(package, embedded_parts(package), options, builder.pages())
    document = finish_document(builder, path, "pptx", read_properties(path), page_word="slide", warnings=warnings)
    return with_embedded(document, inner)


def slide_parts(package: Package, main: str, root: XmlElement) -> Iterator[str]:
    """Yield the names of the slides' parts, in order; `root` is that of the main part."""
    links = package.relationships(main)
    for slide in root.iterfind(f"{P}sldIdLst/{P}sldId"):
        link = links.get(slide.get(f"{R}id") or "")
        if link is not None and link.target in package:
            yield link.target


class _Deck:
    """The slides of an open presentation."""

    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._unread = UnreadText(f"{A}t")
        self._footers: set[str] = set()
        self._read_layers: set[str] = set()
        self._authors = {
            author.get("id") or "": one_line(author.get("name") or "")
            for kind in ("commentAuthors", "authors")
            for part in package.related(main, kind)
            if (root := package.xml(part)) is not None
            for author in root
        }

    def read(self, part: str, slide: XmlElement) -> Iterator[FlowItem]:
        """Yield everything on a slide, then its notes and comments."""
        package = self._package
        self._unread.expect(slide)
        layers = [
            layer
            for layout in package.related(part, "slideLayout")
            for layer in (layout, *package.related(layout, "slideMaster"))
        ]
        places = Places([root for layer in layers if (root := package.xml(layer)) is not None])
        reader = ShapeReader(package, part, places, self._unread, self._footers)
        yield from reader.read(slide.find(f"{P}cSld/{P}spTree"))
        if slide.get("showMasterSp") not in ("0", "false"):
            for layer in layers:
                yield from self._painted(layer)
        for notes in package.related(part, "notesSlide"):
            yield from self._notes(notes)
        for comments in package.related(part, "comments"):
            yield from self._comments(comments)

    def _painted(self, layer: str) -> Iterator[FlowItem]:
        """Yield the text that a layout or master paints on each of its slides; only the first time."""
        root = self._package.xml(layer)
        if root is None or layer in self._read_layers:
            return
        self._read_layers.add(layer)
        reader = TextReader(self._unread)
        for shape in root.iter(f"{P}sp"):
            if placeholder_of(shape) is None:
                for text in reader.paragraphs(shape.find(f"{P}txBody")):
                    if text not in self._footers and any(character.isalnum() for character in text):
                        self._footers.add(text)
                        yield paragraph(text)

    def _notes(self, part: str) -> Iterator[FlowItem]:
        root = self._package.xml(part)
        reader = TextReader(self._unread)
        label = "Notes: "
        for shape in root.iter(f"{P}sp") if root is not None else ():
            if placeholder_type(shape) in ("dt", "ftr", "sldNum", "hdr", "sldImg"):
                continue
            for text in reader.paragraphs(shape.find(f"{P}txBody")):
                yield paragraph(f"{label}{text}")
                label = ""

    def _comments(self, part: str) -> Iterator[FlowItem]:
        """Yield comments of either kind, replies included."""
        root = self._package.xml(part)
        for comment in root.iter() if root is not None else ():
            if not isinstance(comment.tag, str) or comment.tag.rpartition("}")[2] not in ("cm", "reply"):
                continue
            text = one_line(comment.findtext(f"{P}text") or "")
            if not text:
                body = next((child for child in comment if str(child.tag).endswith("}txBody")), None)
                text = one_line(" ".join(TextReader(self._unread).paragraphs(body)))
            author = self._authors.get(comment.get("authorId") or "", "")
            if text:
                yield paragraph(f"{comment_label(author)} {text}")

    def warnings(self) -> tuple[str, ...]:
        """Return what was not read."""
        return (*self._unread.warnings(), *unreadable_parts(self._package.unreadable))
