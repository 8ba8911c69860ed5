"""Writes the steps and the table of an answer as text, for where only text is shown."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import AnswerTable, PlanStep, TableRow, place_name

MAX_ROWS = 200
"""Rows written out: more fill a chat and the context of a program that reads it."""

MAX_CELL = 300
"""Characters of a cell."""

UNDECIDED = "Could not be decided"


def plan_line(step: PlanStep) -> str:
    """Return a step as a quoted line of Markdown."""
    return f"> {_flat(step.text)}\n\n"


def table_text(table: AnswerTable | None) -> str:
    """Return a table as Markdown below an answer's text, with what could not be decided; "" where there is none."""
    if table is None:
        return ""
    parts = [_grid(table.columns, table.rows)] if table.rows else []
    if table.undecided:
        parts += [f"{UNDECIDED}:", _grid(table.columns, table.undecided)]
    if not table.is_complete:
        parts.append(f"({table.completeness})")
    return "".join(f"\n\n{part}" for part in parts)


def _grid(columns: Sequence[str], rows: Sequence[TableRow]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    lines += [f"| {' | '.join(_cell(row, at) for at in range(len(columns)))} |" for row in rows[:MAX_ROWS]]
    if len(rows) > MAX_ROWS:
        lines.append(f"\n({len(rows) - MAX_ROWS:,} more rows are not written out here.)")
    return "\n".join(lines)


def _cell(row: TableRow, at: int) -> str:
    cell = row.cells[at]
    text = _flat(cell.text or cell.note)
    # The place stands behind a value of its own document; a row about one document names it in its first cells.
    if cell.quote and not any(other.text == cell.document for other in row.cells):
        text += f" ({_flat(place_name(cell.document, cell.pages))})"
    return text


def _flat(text: str) -> str:
    flat = " ".join(text.split()).replace("|", "/")
    return flat if len(flat) <= MAX_CELL else flat[: MAX_CELL - 1].rsplit(" ", 1)[0] + " …"
