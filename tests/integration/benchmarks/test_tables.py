"""Made documents are read into tables with the real reader: no wrong cell is marked as supported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from app.service.build_index import Lectern
from benchmarks.table_documents import make_documents
from benchmarks.tables import MISSED, WRONG, fill

DOCUMENTS = 6
"""Two of each kind."""


def test_cells_of_made_documents_are_right_or_empty_and_never_wrong_where_they_are_supported(
    lectern: Lectern, folder: Path
) -> None:
    made = make_documents(folder, DOCUMENTS, seed=3)
    lectern.ingest.sync(folder, collection="default")
    outcomes = fill(lectern, made)
    assert [one for one in outcomes if one.is_supported and one.outcome == WRONG] == []
    counts = Counter(one.outcome for one in outcomes)
    assert counts[WRONG] + counts[MISSED] <= len(outcomes) // 12
    assert sum(one.is_supported for one in outcomes) >= len(outcomes) // 2
