"""Keeps the open groups and stories at a place in an RTF file, and writes text where the innermost group wants it."""

from __future__ import annotations

from collections import defaultdict

from ingest.parsers.rtf.charsets import Fonts
from ingest.parsers.rtf.forms import FormField
from ingest.parsers.rtf.state import Destination, GroupState
from ingest.parsers.rtf.story import CellDefinition, Story


class Context:
    """The open groups and stories of a file, and what its tables of fonts and styles say."""

    def __init__(self) -> None:
        self.fonts = Fonts()
        self.groups = [GroupState()]
        self.stories = [Story()]
        self.definitions: list[CellDefinition] = [CellDefinition()]
        """Of the cells of the row that is being read; the last is not finished."""
        self.outlines: dict[int, int] = {}
        """The level of the headings that each style makes."""
        self.contents_styles: set[int] = set()
        self.captured: defaultdict[Destination, str] = defaultdict(str)
        """The text of groups that is no text of the document: a field's code, a style's name."""
        self.form = FormField()
        self.date = ["", "", ""]
        self.ends_section = False

    @property
    def state(self) -> GroupState:
        """Return the state of the innermost group."""
        return self.groups[-1]

    @property
    def story(self) -> Story:
        """Return the innermost story."""
        return self.stories[-1]

    @property
    def in_text(self) -> bool:
        """Return whether text here belongs to the story."""
        return self.state.destination is Destination.TEXT

    @property
    def font(self) -> int:
        """Return the number of the font in use; -1 where the file names none."""
        if self.state.font >= 0:
            return self.state.font
        return self.fonts.default if self.fonts.default is not None else -1

    @property
    def heading(self) -> int:
        """Return the level of the paragraph as a heading; 0 where it is not a heading."""
        if self.state.style in self.contents_styles:
            return 0
        outline = self.state.outline
        if outline is not None:
            return outline + 1 if 0 <= outline < 9 else 0
        return self.outlines.get(self.state.style, 0)

    def write(self, text: str) -> None:
        """Put text where the group's text goes."""
        state = self.state
        if state.destination is Destination.TEXT:
            if text and not state.is_deleted:
                self._add(text)
        elif state.destination is Destination.FONTS:
            self.fonts.add(state.font, name=text)
        elif state.destination is Destination.FORM_ENTRY:
            self.form.entries.append(text)
        else:
            self.captured[state.destination] += text

    def _add(self, text: str) -> None:
        if self.ends_section and text.strip() and len(self.stories) == 1:
            self.ends_section = False
            self.story.break_page(0)
        state = self.state
        in_contents = state.in_contents or state.style in self.contents_styles
        self.story.add(text, state.level, is_contents=in_contents, is_hidden=state.is_hidden)

    def take(self, destination: Destination) -> str:
        """Return the text captured for a destination, which is then forgotten."""
        return self.captured.pop(destination, "")

    def end_paragraph(self) -> None:
        """End the story's paragraph."""
        if self.in_text:
            self.story.end_paragraph(self.state.table_level, self.heading)
