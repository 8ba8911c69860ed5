"""Remembers which pages of a PDF were read in part or otherwise than from their text, and says so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from rag.errors import LibraryError

MAX_LISTED = 20
DOUBTFUL = 0.8
"""Clean print is read with a confidence of 0.95 and more; below this, words are wrong here and there."""


@dataclass(slots=True)
class PageNotes:
    """Holds the numbers (0-based) of the pages that need a word."""

    damaged: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    """Pages without usable text that OCR did not come to."""
    pictures: list[int] = field(default_factory=list)
    """Pages that are mostly a picture beside a few words, which OCR did not come to."""
    noise: list[int] = field(default_factory=list)
    """Pages whose text is noise, and of which OCR read nothing better."""
    unchecked: list[int] = field(default_factory=list)
    """Pages whose text looks wrong and could not be compared with what is drawn."""
    overruled: list[int] = field(default_factory=list)
    """Pages whose text said something else than what is drawn, read by OCR."""
    blank: list[int] = field(default_factory=list)
    confidences: dict[int, float] = field(default_factory=dict)
    """Pages read by OCR, and how sure it is of them."""

    def describe(self, failure: LibraryError | None) -> tuple[str, ...]:
        """Return the warnings for the user; `failure` is why OCR could not be used, where it is installed."""
        reason = f" {failure}" if failure else ""
        told = (
            (self.damaged, "Damaged and left out: {}."),
            (self.unread, "Without usable text and not read by OCR: {}." + reason),
            (self.pictures, "Mostly a picture, which was not read by OCR: {}."),
            (self.noise, "Without usable text, and OCR could not read more of it: {}."),
            (self.unchecked, "The text may not be what is drawn, and was not compared with it by OCR: {}."),
            (self.overruled, "The text of the file is not what is drawn, so this was read by OCR instead: {}."),
        )
        return (*(text.format(list_pages(pages)) for pages, text in told if pages), *self._describe_confidence())

    def _describe_confidence(self) -> tuple[str, ...]:
        if not self.confidences:
            return ()
        mean = sum(self.confidences.values()) / len(self.confidences)
        found = [f"Read by OCR with a confidence of {mean:.0%}: {list_pages(self.confidences)}."]
        doubtful = {number: sure for number, sure in self.confidences.items() if sure < DOUBTFUL}
        if doubtful:
            least = min(doubtful.values())
            found.append(f"Words may be wrong (confidence down to {least:.0%}): {list_pages(doubtful)}.")
        return tuple(found)


def list_pages(numbers: Collection[int]) -> str:
    """Return pages as people count them, the first few by number."""
    shown = ", ".join(str(number + 1) for number in list(numbers)[:MAX_LISTED])
    more = f" and {len(numbers) - MAX_LISTED} more" if len(numbers) > MAX_LISTED else ""
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{more}"
