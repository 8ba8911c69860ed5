"""Reads the files inside a file (attachments, members of archives) as pages of it, through the parsers of their own."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from ingest.cleanup import one_line
from ingest.parsers.attachments import attachment_warning
from ingest.parsers.options import ParseOptions
from rag.errors import ParseError
from rag.types import Block, BlockKind, Page, ParsedDocument, Section

MAX_FILES = 2_000
"""Files inside one file that are read."""

MAX_DEPTH = 3
"""Levels of files within files: a document, in an archive, in a mail, in a mailbox."""

MAX_NAME = 120
MAX_LEVEL = 6

_BAD_CHARACTERS = re.compile(r"[\x00-\x1f/\\:]+")


@dataclass(slots=True)
class InnerFiles:
    """Collects what is inside a file: its pages with labels that name where they come from, and what could not be read.

    Kept as long as one file is parsed, so that the limits hold for all levels together.
    """

    options: ParseOptions
    count: int = 0
    pages: list[Page] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def characters(self) -> int:
        """Return the length of the text so far."""
        return sum(len(page.text) for page in self.pages)

    @property
    def seconds_left(self) -> float:
        """Return what the files inside may still take: as long as OCR may, so that the file around them is not given
        up."""
        return self.options.ocr_seconds - (time.monotonic() - self.started)

    def read(self, name: str, content: bytes, *, level: int = 1) -> None:
        """Read a file with the parser that its name or its content asks for; what cannot be read is named only.

        Its pages follow those that are there; a section of `level` with its name opens before its own.
        """
        shown = one_line(name)[:MAX_NAME] or "a file without a name"
        self.count += 1
        if self.count > MAX_FILES or self.options.depth >= MAX_DEPTH or self.seconds_left <= 0:
            self.unread.append(shown)
            return
        try:
            self.add(shown, self._parse(name, content), level=level)
        except (ParseError, RecursionError):
            self.unread.append(shown)

    def add(self, name: str, document: ParsedDocument, *, level: int = 1) -> None:
        """Append a document that was read."""
        first = len(self.pages)
        for page in document.pages:
            place = page.label or (f"{document.page_word} {page.number + 1}" if len(document.pages) > 1 else "")
            label = f"{name}, {place}" if place and place != name else name
            self.pages.append(replace(page, number=first + page.number, label=label, layout=b""))
        if document.pages:
            self.pages[first] = _under_heading(self.pages[first], name)
            self.sections.append(Section(name, level, first, 0))
            shift = len(name) + 2
            for section in document.sections:
                start = section.start + (shift if section.page == 0 else 0)
                deeper = min(section.level + level, MAX_LEVEL)
                self.sections.append(Section(section.title, deeper, first + section.page, start))
        self.warnings += [f"{name}: {warning}" for warning in document.warnings]

    def summary(self, what: str = "Attachments") -> tuple[str, ...]:
        """Return the warnings, that of what was not read first."""
        return (*attachment_warning(self.unread, what), *self.warnings)

    def _parse(self, name: str, content: bytes) -> ParsedDocument:
        # Loaded here: the table of formats names the formats that hold files.
        from ingest.parsing import parse_file

        left = self.options.max_characters - self.characters
        options = replace(
            self.options, max_characters=max(left, 1), depth=self.options.depth + 1, ocr_seconds=self.seconds_left
        )
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            path = Path(scratch, _safe_name(name))
            path.write_bytes(content)
            return parse_file(path, options)


def _safe_name(name: str) -> str:
    """Return a name for the scratch folder with the extension of the file's own."""
    bare = _BAD_CHARACTERS.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(". ") or "file"
    stem, dot, extension = bare.rpartition(".")
    return f"{stem[:60]}.{extension[:20]}" if dot else bare[:60]


def _under_heading(page: Page, name: str) -> Page:
    """Return the page with the file's name before its text, so that the name is found and said."""
    shift = len(name) + 2
    blocks = [Block(block.kind, block.start + shift, block.end + shift) for block in page.blocks]
    return replace(page, text=f"{name}\n\n{page.text}", blocks=(Block(BlockKind.HEADING, 0, len(name)), *blocks))


def join_files(
    own: Sequence[Page], own_sections: Sequence[Section], inner: InnerFiles
) -> tuple[list[Page], list[Section]]:
    """Return the pages and sections of a file, then those of the files inside it."""
    first = len(own)
    pages = [*own, *(replace(page, number=first + page.number) for page in inner.pages)]
    sections = [*own_sections, *(replace(section, page=first + section.page) for section in inner.sections)]
    return pages, sections
