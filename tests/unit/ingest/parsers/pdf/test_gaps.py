"""Words that are written together are parted where a gap is drawn, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ingest.parsers.pdf.gaps import part_glued

HEIGHT = 10.0


def letters(widths: Sequence[float], gaps: Sequence[float], low: Sequence[int] = ()) -> Any:
    """Boxes (left, top, right, bottom) of letters with gaps behind them; those in `low` are as high as is drawn."""
    boxes, left = [], 0.0
    for place, (width, gap) in enumerate(zip(widths, gaps, strict=True)):
        boxes.append((left, 0.7 * HEIGHT if place in low else HEIGHT, left + width, 0.0))
        left += width + gap
    return np.asarray(boxes)


@pytest.mark.parametrize(
    ("text", "gaps", "low", "parts"),
    [
        ("12345", (0, 0.8, 0, 0, 0), (), ["12", "345"]),
        ("file:", (0, 0.8, 0, 0, 0), (0, 1), ["file:"]),
        ("figto", (0, 2.5, 0, 0, 0), (0, 1), ["fi", "gto"]),
    ],
)
def test_the_letters_of_a_ligature_are_nearer_than_their_boxes_say(
    text: str, gaps: Sequence[float], low: Sequence[int], parts: list[str]
) -> None:
    boxes = letters([5.0] * len(text), gaps, low)
    spans = part_glued(text, [(0, len(text))], [0], lambda places: boxes[list(places)])
    assert [text[start:end] for start, end in spans] == parts
