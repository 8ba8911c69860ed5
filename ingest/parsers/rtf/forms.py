"""Reads the form fields of RTF files, whose state stands beside the text."""

from __future__ import annotations

from dataclasses import dataclass, field

CHECK_BOX = 1
LIST = 2
UNSET = 25
"""The result that Word writes for a field that was never filled in."""


@dataclass(slots=True)
class FormField:
    """A check box or a list to choose from."""

    kind: int = 0
    result: int = UNSET
    default: int = 0
    entries: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the state of the box, or the chosen entry; "" for fields whose result is text."""
        chosen = self.default if self.result == UNSET else self.result
        if self.kind == CHECK_BOX:
            return "☒" if chosen else "☐"
        if self.kind == LIST and 0 <= chosen < len(self.entries):
            return self.entries[chosen]
        return ""
