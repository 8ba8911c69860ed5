"""Finds the notes of an e-book that its marks point to, so that they can be read where the mark stands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.cleanup import one_line
from ingest.parsers.epub.book import EpubBook, resolve
from ingest.parsers.flow import FlowItem, Item
from ingest.parsers.open_xml import XmlElement

MAX_NOTE = 5_000
"""Characters; a longer one is a chapter rather than a note."""

_MARK = re.compile(r"[\[(]?\s*([0-9]{1,4}|[ivxlc]{1,6}|[a-z]|[*†‡§¶]{1,3})\s*[.)\]]?")
_BACK = re.compile(r"[\s\[(]*(?:↩︎?|↑|\^|[Bb]ack|[Rr]eturn(?: to text)?)[\s\])]*$")
_HOLDERS = ("aside", "li", "p", "dd", "div", "td", "section")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True)
class EpubNote:
    """A note, the part it stands in, and its mark in the text."""

    element: XmlElement
    part: str
    mark: str
    is_new: bool = True
    """True if this is the first mark that points to it."""

    @property
    def label(self) -> str:
        """Return how the note is marked in the text and before its own words."""
        return f"[note {self.mark}]"

    def without_mark(self, items: Sequence[FlowItem]) -> list[FlowItem]:
        """Return the note's items without its own mark at the beginning and the way back at the end."""
        found = [item for item in items if isinstance(item, Item)]
        if found:
            mark = re.escape(self.mark)
            raised = re.escape(self.mark.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")))
            pattern = rf"\s*[\[(]?\s*(?:{mark}|{raised})\s*[.)\]:]?\s+"
            found[0] = replace(found[0], text=re.sub(rf"^{pattern}", "", found[0].text, count=1))
            found[-1] = replace(found[-1], text=_BACK.sub("", found[-1].text))
        return [item for item in found if item.text.strip()]


class NoteFinder:
    """Finds the notes of a book; each is read once, where its first mark stands."""

    def __init__(self, book: EpubBook) -> None:
        self._book = book
        self._read: dict[int, XmlElement] = {}

    def is_read(self, element: XmlElement) -> bool:
        """Return whether an element is a note that was read where its mark stands."""
        return id(element) in self._read

    def is_note_list(self, element: XmlElement) -> bool:
        """Return whether a list holds the notes of the text: their numbers are written with them."""
        return any(self.is_read(child) for child in element) or "note" in _kinds(element)

    def find(self, part: str, link: XmlElement, *, is_raised: bool) -> EpubNote | None:
        """Return the note that a link marks, or None where the link leads elsewhere."""
        address = link.get("href") or ""
        text = one_line("".join(link.itertext()))
        match = _MARK.fullmatch(text)
        if "#" not in address or match is None:
            return None
        kinds = _kinds(link)
        says_so = "noteref" in kinds or "doc-noteref" in kinds
        is_raised = is_raised or any(True for _ in link.iterchildren("sup"))
        if not says_so and not (is_raised or text[0] in "[("):
            return None
        target = self._book.target(part, address)
        holder = _holder(target) if target is not None else None
        if holder is None or holder in link.iterancestors():
            return None
        if self.is_read(holder):
            return EpubNote(holder, part, match[1], is_new=False)
        words = one_line("".join(holder.itertext()))
        if len(words) > MAX_NOTE or any(True for _ in holder.iter(*_HEADINGS)):
            return None
        if not says_so and not _begins_with(words, match[1]) and not _points_back(holder, link):
            return None
        self._read[id(holder)] = holder
        name = resolve(posixpath.dirname(part), address)[0] or part
        return EpubNote(holder, name, match[1])


def _kinds(element: XmlElement) -> str:
    """Return what an element says that it is: EPUB's type, its role and its class."""
    return " ".join(element.get(name) or "" for name in ("epub:type", "role", "class")).lower()


def _holder(target: XmlElement) -> XmlElement | None:
    """Return the block that a note's anchor stands in; a whole item of a list rather than its first paragraph."""
    block = next((element for element in (target, *target.iterancestors()) if element.tag in _HOLDERS), None)
    if block is not None and block.tag == "p" and block.getparent() is not None:
        parent = block.getparent()
        is_first = next(parent.iterchildren(), None) is block
        if parent.tag in ("li", "aside") and is_first:
            return parent
    return block


def _begins_with(words: str, mark: str) -> bool:
    return re.match(rf"[\[(]?\s*{re.escape(mark)}\s*(?:[.)\]:]|\s|$)", words) is not None


def _points_back(holder: XmlElement, link: XmlElement) -> bool:
    """Return whether a link of the note leads back to its mark."""
    names = {element.get("id") for element in (link, *link.iterancestors("sup", "span")) if element.get("id")}
    return any((back.get("href") or "").partition("#")[2] in names for back in holder.iter("a"))
