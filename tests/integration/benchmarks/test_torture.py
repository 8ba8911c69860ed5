"""A short form of `make torture`: damaged files, bombs and traps end in a document or a reason, and nothing else."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from benchmarks.torture import SAMPLE_FILES, Attempt, Effort, Section, count_outcome, run
from benchmarks.torture_files import make_bombs, mutate_files
from ingest.preparation import Prepared
from rag.types import FileState

SEEDS = tuple(path for path in SAMPLE_FILES if path.suffix in (".docx", ".csv", ".md", ".txt", ".eml"))
"""Kinds that need no pandoc and no OCR, which take seconds for each file."""


def test_damaged_files_bombs_and_traps_end_in_a_document_or_a_reason() -> None:
    sections = list(run(Effort(mutations=24, seed=6, seconds=30, workers=1, seeds=SEEDS, large=1 << 17)))
    assert [section.title for section in sections] == ["Damaged files", "Bombs and traps"]
    rows = [row for section in sections for row in section.rows]
    assert [fault for row in rows for fault in row.faults] == []
    assert all(row.fault_count == 0 and row.tried == row.indexed + row.refused for row in rows)
    assert sum(row.indexed for row in rows) > 15
    assert sum(row.refused for row in rows) > 15


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    assert list(mutate_files(SEEDS, 30, 7)) == list(mutate_files(SEEDS, 30, 7))
    assert list(mutate_files(SEEDS, 30, 7)) != list(mutate_files(SEEDS, 30, 8))
    bombs = [file.kind for file in make_bombs(SEEDS, tmp_path / "canary.txt", large=1 << 10)]
    assert {"zip bomb", "entity bomb", "external entity", "endless pages", "other file"} <= set(bombs)


def outcome_of(future: Future[Attempt]) -> Section:
    section = Section("made up")
    count_outcome(section, "kind", Path("a.txt"), future, patience=0.01)
    return section


def test_an_error_that_is_no_refusal_a_lost_outcome_and_a_read_nothing_are_faults() -> None:
    broken: Future[Attempt] = Future()
    broken.set_exception(RuntimeError())
    assert outcome_of(broken).rows[0].crashed == 1
    assert outcome_of(Future()).rows[0].hung == 1
    empty: Future[Attempt] = Future()
    empty.set_result(Attempt(Prepared(FileState("a.txt", b"a.txt", 1, 1), None, (), 0.1), 10.0))
    section = outcome_of(empty)
    assert section.rows[0].garbage == 1
    assert section.rows[0].faults == ["a.txt: it was read as nothing"]
