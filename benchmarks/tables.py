"""Fills tables over made invoices, contracts and letters with known fields and counts the cells that are right.

    python -m benchmarks.tables [--documents 60] [--seed N] [--llm PROVIDER:MODEL] [--wrong] [--keep DIR]

A cell is right where its value is the true one, also where it is rightly empty; wrong where it shows another value;
missed where it is empty and the document gives a value. What matters most is the share of wrong cells among those that
are marked as supported.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.service.build_index import Lectern, open_lectern
from app.service.build_llm import choose_model
from app.settings import read_settings
from benchmarks.table_documents import (
    CONTRACT_COLUMNS,
    INVOICE_COLUMNS,
    LETTER_COLUMNS,
    SEED,
    Made,
    make_documents,
)
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, parse_columns
from rag.extraction.reader import CellReader
from rag.protocols import LanguageModel
from rag.types import Verdict

COLUMNS = {
    "invoice": parse_columns(INVOICE_COLUMNS),
    "contract": parse_columns(CONTRACT_COLUMNS),
    "letter": parse_columns(LETTER_COLUMNS),
}

RIGHT, EMPTY, WRONG, MISSED = "right", "rightly empty", "wrong", "missed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A cell beside its truth."""

    document: Made
    column: Column
    cell: Cell
    outcome: str

    @property
    def is_supported(self) -> bool:
        """Return whether the cell is marked as supported."""
        return self.cell.verdict is Verdict.SUPPORTED


def main() -> None:
    """Print the outcomes by kind of column and of document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--llm", default="")
    parser.add_argument("--wrong", action="store_true", help="list the cells that are wrong or missed")
    parser.add_argument("--keep", type=Path, help="write the documents and the index here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        settings = read_settings(home=folder / "home", workers=2, llm=given.llm or None)
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        documents = make_documents(folder / "documents", given.documents, seed=given.seed)
        with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
            lectern.ingest.sync(folder / "documents", collection="default")
            started = time.perf_counter()
            outcomes = fill(lectern, documents, choose_model(settings) if given.llm else None)
            seconds = time.perf_counter() - started
    _print(outcomes, seconds, wrong=given.wrong)


def fill(lectern: Lectern, documents: list[Made], model: LanguageModel | None = None) -> list[Outcome]:
    """Answer every column of every document."""
    reader = CellReader(
        retriever=lectern.retriever, searcher=lectern.catalogue, embedder=lectern.embedder, reader=lectern.reader
    )
    infos = {info.path: info for info in lectern.catalogue.list_documents("default")}
    found = []
    for document in documents:
        opened = reader.open("default", infos[document.name])
        for column in COLUMNS[document.kind]:
            cell = reader.read(opened, column, model=model)
            found.append(Outcome(document, column, cell, judge(cell, document.truth[column.name])))
    return found


def judge(cell: Cell, truth: str | tuple[str, ...]) -> str:
    """Return what a cell is beside the truth; names may be longer by a street or a title."""
    accepted = (truth,) if isinstance(truth, str) else truth
    if not cell.value:
        return MISSED if any(accepted) else EMPTY
    return RIGHT if any(_same(cell.value, one) for one in accepted if one) else WRONG


def _same(value: str, truth: str) -> bool:
    return _plain(value) == _plain(truth)


def _plain(text: str) -> str:
    text = re.sub(r"^(?:the|mr|ms|mrs|dr)\.? ", "", text.casefold())
    return re.sub(r"[\s.]+", " ", text).strip() if not re.fullmatch(r"[\d.]+", text) else text


def _print(outcomes: list[Outcome], seconds: float, *, wrong: bool) -> None:
    console = Console()
    table = Table("Kind", "Cells", "Right", "Rightly empty", "Missed", "Wrong", "Supported", "of these wrong")
    groups = {"all": outcomes}
    for outcome in outcomes:
        groups.setdefault(f"{outcome.document.kind}: {outcome.column.name}", []).append(outcome)
        groups.setdefault(f"kind {outcome.column.kind.value}", []).append(outcome)
        groups.setdefault(f"format {outcome.document.name.rpartition('.')[2]}", []).append(outcome)
    for name, group in sorted(groups.items()):
        counts = Counter(one.outcome for one in group)
        supported = [one for one in group if one.is_supported]
        false = sum(one.outcome == WRONG for one in supported)
        shares = [str(counts[name]) for name in (RIGHT, EMPTY, MISSED, WRONG)]
        table.add_row(name, str(len(group)), *shares, str(len(supported)), str(false))
    console.print(table)
    console.print(f"{seconds:.1f} s for {len(outcomes)} cells")
    for one in outcomes if wrong else ():
        if one.outcome in (WRONG, MISSED):
            shown = f"{one.cell.value!r} ({one.cell.verdict}: {one.cell.reason}) in {one.cell.quote!r}"
            console.print(
                f"{one.outcome} {one.document.name} {one.column.name}: "
                f"{one.document.truth[one.column.name]!r}, not {shown}",
                markup=False,
            )


if __name__ == "__main__":
    main()
