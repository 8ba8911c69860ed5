"""An open Word file as its readers share it: styles, lists, notes, comments, and the text that is still unread."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.parsers.docx.numbering import Numbering
from ingest.parsers.docx.styles import DocxStyles, value
from ingest.parsers.list_numbers import write_number
from ingest.parsers.open_xml import Package, W, XmlElement
from ingest.parsers.unread import UnreadText

NEW_PAGE = frozenset({"nextPage", "oddPage", "evenPage"})
NO_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})


@dataclass(slots=True)
class Notes:
    """The footnotes or the endnotes of a file, counted in the order in which the text refers to them."""

    part: str = ""
    by_id: dict[str, XmlElement] = field(default_factory=dict)
    number_format: str = "decimal"
    count: int = 0

    def next_mark(self) -> str:
        """Return the number of the next note."""
        self.count += 1
        return write_number(self.count, self.number_format)


class WordFile:
    """An open Word file. Raises nothing for parts that are missing or broken; `package.unreadable` names those."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.main_part or "word/document.xml"
        self.unread = UnreadText(f"{W}t")
        self.root = self._part(self.part)
        self.styles = DocxStyles(self._related("styles"))
        self.numbering = Numbering(self._related("numbering"), self.styles)
        self.footnotes = self._notes("footnote", "decimal")
        self.endnotes = self._notes("endnote", "lowerRoman")
        self.comments = self._comments()
        self.sections = list(self.root.iter(f"{W}sectPr")) if self.root is not None else []
        self._next_section = dict(zip(map(id, self.sections), self.sections[1:], strict=False))

    def _part(self, part: str) -> XmlElement | None:
        """Return the root of a part whose text is to be read."""
        root = self.package.xml(part)
        if root is not None:
            self.unread.expect(root)
        return root

    def story(self, part: str) -> XmlElement | None:
        """Return the root of a header or footer."""
        return self._part(part)

    def _related(self, kind: str) -> XmlElement | None:
        part = next(iter(self.package.related(self.part, kind)), "")
        return self.package.xml(part) if part else None

    def _notes(self, kind: str, number_format: str) -> Notes:
        part = next(iter(self.package.related(self.part, f"{kind}s")), "")
        root = self._part(part) if part else None
        notes = Notes(part, number_format=number_format)
        if root is not None:
            settings = self._related("settings")
            properties = settings.find(f"{W}{kind}Pr") if settings is not None else None
            notes.number_format = value(properties, "numFmt") or number_format
            for note in root.iterfind(f"{W}{kind}"):
                if note.get(f"{W}type") in NO_NOTES:
                    self.unread.leave_out(note)
                else:
                    notes.by_id[note.get(f"{W}id") or ""] = note
        return notes

    def _comments(self) -> Notes:
        part = next(iter(self.package.related(self.part, "comments")), "")
        root = self._part(part) if part else None
        found = root.iterfind(f"{W}comment") if root is not None else ()
        return Notes(part, {comment.get(f"{W}id") or "": comment for comment in found})

    def ends_page(self, properties: XmlElement | None) -> bool:
        """Return whether a section ends with a paragraph and the next one begins on a new page."""
        section = properties.find(f"{W}sectPr") if properties is not None else None
        following = self._next_section.get(id(section)) if section is not None else None
        return following is not None and (value(following, "type") or "nextPage") in NEW_PAGE
