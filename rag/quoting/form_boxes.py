"""Reads the boxes of forms: of "Fuel [_] Diesel [x] Petrol" the chosen option is Petrol."""

from __future__ import annotations

import re

_BOX = re.compile(r"\[(?P<mark>[xX✓✔ _]?)\]|(?P<ticked>[☑☒✓✔])|(?P<empty>☐)")


def chosen_options(line: str) -> tuple[str, ...]:
    """Return the options of a line whose boxes are ticked; () where none is, or where it has no boxes."""
    boxes = list(_BOX.finditer(line))
    ends = [*(box.start() for box in boxes), len(line)][1:]
    options = [
        " ".join(line[box.end() : end].replace("|", " ").split())
        for box, end in zip(boxes, ends, strict=True)
        if _is_ticked(box)
    ]
    return tuple(option.rstrip(",;") for option in options if option)


def has_boxes(line: str) -> bool:
    """Return whether a line has boxes to tick."""
    return _BOX.search(line) is not None


def _is_ticked(box: re.Match[str]) -> bool:
    return bool(box["ticked"]) or ((box["mark"] or "") in ("x", "X", "✓", "✔") and bool(box["mark"]))
