"""Makes PDF pages of hard layouts whose text in reading order is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from types import MappingProxyType

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

STORY = (
    "The council of Brennick met on the first Monday of March and heard from the harbour master that the slip would "
    "have to be rebuilt before the winter. Two members asked what it would cost and were told that nobody could know "
    "until the divers had looked at the piles. A third wished to have the ferry moved to the outer basin while the "
    "work was done. The clerk reminded the meeting that the outer basin had been promised to the fishing boats until "
    "the end of the herring season. It was agreed to write to the owners of the boats and to ask the divers for a "
    "report within the month. The lamp of the lighthouse had failed on three nights in February. The keeper believes "
    "that damp has entered the cable where it crosses the gully and asks for a new length of it and for two days of "
    "calm weather in which to lay it. The school thanked the council for the loan of the telescope."
)
ROWS = (("Berth", "Length", "Fee"), ("Inner basin", "12.5", "40.00"), ("Outer basin", "18.0", "55.50"))
FOOTNOTE = "1 The figures are those of the year before."
CHINESE = "理事会同意在冬季风暴开始之前购买第二艘渡轮。灯塔的灯每二十秒闪三次。"

Draw = Callable[[Canvas], str]


def make_page(name: str, path: Path) -> list[str]:
    """Write the page of that name; returns its words in reading order."""
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica", 9)
    text = PAGES[name](canvas)
    canvas.showPage()
    canvas.save()
    return text.split()


def _columns(count: int) -> list[list[str]]:
    """Return the story's lines, shared out among columns of one page's width together."""
    lines = wrap(STORY, {1: 95, 2: 48, 3: 31}[count])
    height = -(-len(lines) // count)
    return [lines[start : start + height] for start in range(0, len(lines), height)]


def _draw_by_column(canvas: Canvas, columns: Sequence[Sequence[str]]) -> str:
    for number, lines in enumerate(columns):
        for row, line in enumerate(lines):
            canvas.drawString(60 + number * 480 / len(columns), 760 - 12 * row, line)
    return STORY


def _draw_by_row(canvas: Canvas, columns: Sequence[Sequence[str]]) -> str:
    for row in range(max(map(len, columns))):
        for number, lines in enumerate(columns):
            if row < len(lines):
                canvas.drawString(60 + number * 480 / len(columns), 760 - 12 * row, lines[row])
    return STORY


def _draw_rotated(canvas: Canvas) -> str:
    canvas.setPageRotation(90)
    canvas.translate(560, 40)
    canvas.rotate(90)
    for row, line in enumerate(_columns(1)[0]):
        canvas.drawString(20, 480 - 12 * row, line)
    return STORY


def _draw_table(canvas: Canvas) -> str:
    """Return the cells column by column, as some programs write them."""
    for column in range(3):
        for row, cells in enumerate(ROWS):
            canvas.drawString(60 + 160 * column, 760 - 16 * row, cells[column])
    return " ".join(cell for cells in ROWS for cell in cells)


def _draw_footnote(canvas: Canvas) -> str:
    """Return the footnote is written before the text that it stands under."""
    canvas.setFont("Helvetica", 7)
    canvas.drawString(60, 60, FOOTNOTE)
    canvas.setFont("Helvetica", 9)
    for row, line in enumerate(_columns(1)[0]):
        canvas.drawString(60, 760 - 12 * row, line)
    return f"{STORY} {FOOTNOTE}"


def _draw_chinese(canvas: Canvas) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(60, 700, CHINESE)
    return CHINESE


PAGES: Mapping[str, Draw] = MappingProxyType(
    {
        "two columns": lambda canvas: _draw_by_column(canvas, _columns(2)),
        "two columns, written by row": lambda canvas: _draw_by_row(canvas, _columns(2)),
        "three columns": lambda canvas: _draw_by_column(canvas, _columns(3)),
        "three columns, written by row": lambda canvas: _draw_by_row(canvas, _columns(3)),
        "rotated page": _draw_rotated,
        "table, written by column": _draw_table,
        "footnote, written first": _draw_footnote,
        "Chinese": _draw_chinese,
    }
)
"""Name -> a function that draws the page and returns its text in reading order."""
