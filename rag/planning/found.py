"""Holds what a look through all documents has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.types import DocumentInfo, TableRow


@dataclass(slots=True)
class Found:
    """What has been found so far."""

    rows: list[TableRow] = field(default_factory=list)
    undecided: list[TableRow] = field(default_factory=list)
    documents: list[DocumentInfo] = field(default_factory=list)
    """Those of the rows."""
    to_read: list[DocumentInfo] = field(default_factory=list)
    chosen: int = 0
    """Documents of the sort that is asked for."""
    total: int = 0
    """Documents that the question may be answered from."""
    looked_at: int = 0
    is_widened: bool = False
    """Whether documents that are not called what is asked for were looked at, since none that is fits."""

    is_by_words: bool = False
    """Whether none says what is asked in one phrase, and the rows are those that have all of its words."""

    silent: int = 0
    """Documents that say nothing of what is asked, and so are not among those meant."""

    @property
    def is_empty(self) -> bool:
        """Return whether no document fits, may fit or is left to be read."""
        return not (self.rows or self.undecided or self.to_read)
