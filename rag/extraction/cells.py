"""Holds a cell of a table: its value in one form, the verdict on it, and the place in the document that proves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from rag.types import PageRectangle, Rectangle, Verdict, page_name

NOT_IN_DOCUMENT = "It does not stand in the document."


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer of one document to one column; empty where `value` is "", and `reason` then says why.

    `value` is an ISO 8601 date, a number in plain digits, "yes" or "no", or text; `items` are those of a list. `reason`
    of a value says why it is not supported, else it is "". `quote` is copied from page `page` (0-based) by code.
    """

    value: str = ""
    unit: str = ""
    items: tuple[str, ...] = ()
    verdict: Verdict | None = None
    reason: str = ""
    quote: str = ""
    page: int = 0
    page_label: str = ""
    page_word: str = ""
    rectangles: tuple[PageRectangle, ...] = ()
    by: str = ""
    """"reader", or "PROVIDER:MODEL" of the LLM that found it."""

    @property
    def pages(self) -> str:
        """Return its page as people are shown it."""
        return page_name(self.page, self.page_label, self.page_word) if self.quote else ""

    @property
    def shown(self) -> str:
        """Return the value with its unit, as people are shown it."""
        return f"{self.value} {self.unit}".strip()

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "value": self.value,
            "unit": self.unit,
            "items": list(self.items),
            "verdict": self.verdict.value if self.verdict else None,
            "reason": self.reason,
            "quote": self.quote,
            "page": self.page,
            "page_label": self.page_label,
            "page_word": self.page_word,
            "rectangles": [{"page": one.page, "box": list(astuple(one.rectangle))} for one in self.rectangles],
            "by": self.by,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Cell:
        """Return the cell that `to_json` wrote."""
        return cls(
            value=values["value"],
            unit=values["unit"],
            items=tuple(values["items"]),
            verdict=Verdict(values["verdict"]) if values["verdict"] else None,
            reason=values["reason"],
            quote=values["quote"],
            page=values["page"],
            page_label=values["page_label"],
            page_word=values["page_word"],
            rectangles=tuple(PageRectangle(one["page"], Rectangle(*one["box"])) for one in values["rectangles"]),
            by=values["by"],
        )
