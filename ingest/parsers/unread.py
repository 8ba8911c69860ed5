"""Counts the words of an Office file that were not read, so that a warning can tell of them."""

from __future__ import annotations

from ingest.parsers.open_xml import XmlElement


class UnreadText:
    """Starts with all text of the parts it is told of; what is read, or left out for a reason, is taken off."""

    def __init__(self, tag: str) -> None:
        """Count elements of the name `tag`, which holds text: `w:t` or `a:t`."""
        self._tag = tag
        self._waiting: dict[int, XmlElement] = {}

    def expect(self, root: XmlElement) -> None:
        """Expect all text below an element to be read. The elements are kept, so that their ids stay theirs."""
        for element in root.iter(self._tag):
            self._waiting[id(element)] = element

    def leave_out(self, element: XmlElement) -> None:
        """Take off the text at or below an element: it was read, or has no place in the document."""
        if element.tag == self._tag:
            self._waiting.pop(id(element), None)
            return
        for text in element.iter(self._tag):
            self._waiting.pop(id(text), None)

    def warnings(self) -> tuple[str, ...]:
        """Return a warning with the number of words that were not read, where there are any."""
        words = sum(len((element.text or "").split()) for element in self._waiting.values())
        if not words:
            return ()
        subject = "1 word of the file stands" if words == 1 else f"{words} words of the file stand"
        return (f"{subject} in parts that Lectern does not read.",)
