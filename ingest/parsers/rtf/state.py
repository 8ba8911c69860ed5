"""The formatting in force at a place in an RTF file; each group starts with a copy of the one around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ingest.parsers.raised import Level


class Destination(Enum):
    """The destinations that the text of a group may go to."""

    TEXT = auto()
    SKIP = auto()
    UNKNOWN = auto()
    """The text may mean something, but what is not known."""
    NOTHING = auto()
    """The text means nothing, but groups within may: the data of a picture, beside its description."""
    FONTS = auto()
    STYLES = auto()
    LIST_TEXT = auto()
    CODE = auto()
    """The code of a field; its result is text."""
    AUTHOR = auto()
    SHAPE_NAME = auto()
    SHAPE_VALUE = auto()
    FORM_ENTRY = auto()
    DATE = auto()


@dataclass(slots=True)
class GroupState:
    """The state of a group."""

    destination: Destination = Destination.TEXT
    font: int = -1
    skipped: int = 1
    """Characters that follow each Unicode one, for readers without Unicode."""
    level: Level = Level.PLAIN
    is_hidden: bool = False
    is_deleted: bool = False
    in_table: bool = False
    nesting: int = 1
    style: int = 0
    outline: int | None = None
    in_contents: bool = False
    opens_story: str = ""
    """The kind of story that ends with this group ("footnote"), or ""."""
    before_choice: Destination | None = None
    """Within `\\upr`: what holds for the Unicode one of its two texts."""
    closes: str = ""
    """What is written when the group ends: the closing bracket of an equation, what parts the cells of a matrix."""
    in_matrix: bool = False
    """True within the row of a matrix, whose cells are the groups in it."""

    def copy(self) -> GroupState:
        """Return the state that a group within this one starts with."""
        return GroupState(
            self.destination, self.font, self.skipped, self.level, self.is_hidden, self.is_deleted, self.in_table,
            self.nesting, self.style, self.outline, self.in_contents, "", self.before_choice, "",
            self.in_matrix,
        )  # fmt: skip

    @property
    def table_level(self) -> int:
        """Return the number of tables, one in another, that the text stands in."""
        return self.nesting if self.in_table else 0

    def reset_paragraph(self) -> None:
        """Do what `\\pard` does."""
        self.in_table, self.nesting, self.style, self.outline = False, 1, 0, None

    def reset_characters(self) -> None:
        """Do what `\\plain` does."""
        self.font, self.level, self.is_hidden = -1, Level.PLAIN, False
