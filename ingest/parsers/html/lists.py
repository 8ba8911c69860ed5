"""Counts the items of numbered lists on web pages as browsers do."""

from __future__ import annotations

import re

from ingest.parsers.list_numbers import write_number
from ingest.parsers.open_xml import XmlElement

_FORMATS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLES = {
    **dict.fromkeys(("lower-alpha", "lower-latin"), "lowerLetter"),
    **dict.fromkeys(("upper-alpha", "upper-latin"), "upperLetter"),
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
}
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,8}")


class HtmlListNumbers:
    """Gives each item of a list the number that is shown before it."""

    def __init__(self, element: XmlElement) -> None:
        style = _STYLE.search(element.get("style") or "")
        named = _STYLES.get(style[1].lower(), "") if style else ""
        self._format = named or _FORMATS.get(element.get("type") or "", "decimal")
        is_reversed = "reversed" in element.attrib
        self._step = -1 if is_reversed else 1
        count = sum(1 for _ in element.iterchildren("li"))
        self._number = _whole(element.get("start"), count if is_reversed else 1)

    def next(self, item: XmlElement) -> str:
        """Return the number of the next item, with its full stop; items may give their own."""
        number = _whole(item.get("value"), self._number)
        self._number = number + self._step
        return f"{write_number(number, self._format) if number > 0 else number}."


def _whole(text: str | None, default: int) -> int:
    return int(text) if text is not None and _NUMBER.fullmatch(text.strip()) else default
