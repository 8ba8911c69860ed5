"""A sync killed at any step leaves each document's old or new version answering, and the next sync completes."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from app.settings import read_settings
from tests.integration.engines import IS_ON, AnotherIndex
from tests.integration.inspection import index_content, lose_vectors
from tests.integration.killing import write_folder
from tests.integration.opening import open_index_of
from tests.integration.serving import serving

KILLS = 2
"""Steps at which the process is killed, drawn from all; LECTERN_TEST_KILLS=all tries every one."""

SEED = 20261123

OLD = {f"old{number}.txt": f"The old text number {number} speaks of herring. " * 30 for number in range(4)}
NEW = {
    "old0.txt": OLD["old0.txt"],
    "old1.txt": "The new text number 1 speaks of mackerel. " * 40,
    "renamed2.txt": OLD["old2.txt"],
    "fresh.txt": "A fresh text that speaks of lobsters. " * 20,
    "broken.txt": "",
}


def sync_here(home: Path, folder: Path) -> None:
    settings = read_settings(home=home, workers=1)
    with open_index_of(settings, wait_seconds=5) as lectern:
        lectern.ingest.sync(folder, collection="default")


def run_child(home: Path, folder: Path, deadly: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.integration.crashing", str(home), str(folder), str(deadly)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def half_recovered(tmp_path: Path) -> tuple[Path, Path, dict[str, list[str]]]:
    """An index that lost its vectors, and whose recovery was killed before they were stored; what it should hold."""
    folder, home = tmp_path / "documents", tmp_path / "home"
    write_folder(folder, OLD)
    sync_here(home, folder)
    clean = index_content(home)
    lose_vectors(home)
    # Before and after noting what is lost, before and after the record of the sync, before the vectors are stored.
    assert run_child(home, folder, 5).returncode == -9
    with pytest.raises(AssertionError, match="documents that answer are not embedded"):
        index_content(home)
    return home, folder, clean


def test_a_recovery_of_lost_vectors_that_was_killed_is_finished_by_the_next_sync(
    half_recovered: tuple[Path, Path, dict[str, list[str]]],
) -> None:
    home, folder, clean = half_recovered
    sync_here(home, folder)
    assert index_content(home) == clean


def test_a_recovery_of_lost_vectors_that_was_killed_is_finished_by_the_next_start_of_a_server(
    half_recovered: tuple[Path, Path, dict[str, list[str]]],
) -> None:
    home, _, clean = half_recovered
    with serving(home) as served:
        while served.service.answers.lectern.writer.unembedded():
            time.sleep(0.05)
    assert index_content(home) == clean


def answering_texts(home: Path, question: str) -> dict[str, str]:
    """The text of each document that a search brings up, by path."""
    settings = read_settings(home=home, workers=1)
    with open_index_of(settings, wait_seconds=5) as lectern:
        hits = lectern.retriever.retrieve(question, collection="default").hits
    texts: dict[str, list[tuple[int, str]]] = {}
    for hit in hits:
        texts.setdefault(hit.document.path, []).append((hit.chunk.ordinal, hit.chunk.text))
    return {path: " ".join(text for _, text in sorted(parts)) for path, parts in texts.items()}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int, dict[str, list[str]]]:
    """An index of the old folder, the new folder, the number of steps from one to the other, and the clean result."""
    base = tmp_path_factory.mktemp("crash")
    folder, home = base / "documents", base / "home"
    write_folder(folder, OLD)
    sync_here(home, folder)
    write_folder(folder, NEW)
    shutil.copytree(home, base / "whole")
    whole = run_child(base / "whole", folder, 0)
    assert whole.returncode == 0, whole.stderr
    return home, folder, int(whole.stdout), index_content(base / "whole")


Copied = Callable[[Path], AbstractContextManager[None]]


@pytest.fixture
def copied(prepared: tuple[Path, Path, int, dict[str, list[str]]], another_index: AnotherIndex) -> Copied:
    """Have a home be one with the index of the old folder, for as long as the block lasts."""
    home, folder, *_ = prepared

    @contextmanager
    def copy_files(target: Path) -> Iterator[None]:
        shutil.copytree(home, target)
        yield
        shutil.rmtree(target)

    @contextmanager
    def make_on_servers(target: Path) -> Iterator[None]:
        with another_index():
            write_folder(folder, OLD)
            sync_here(target, folder)
            write_folder(folder, NEW)
            yield

    return make_on_servers if IS_ON else copy_files


def test_a_sync_killed_at_any_step_loses_duplicates_and_mixes_nothing(
    prepared: tuple[Path, Path, int, dict[str, list[str]]], copied: Copied, tmp_path: Path
) -> None:
    _, folder, steps, clean = prepared
    assert set(clean) == {"old0.txt", "old1.txt", "renamed2.txt", "fresh.txt"}
    every = range(1, steps + 1)
    wanted = every if os.environ.get("LECTERN_TEST_KILLS") == "all" else random.Random(SEED).sample(every, KILLS)
    for step in wanted:
        killed = tmp_path / f"home{step}"
        with copied(killed):
            child = run_child(killed, folder, step)
            assert child.returncode == -9, f"step {step} was not reached: {child.stderr}"

            answering = answering_texts(killed, "text herring mackerel lobsters")
            for path, text in answering.items():
                versions = [" ".join(files[path].split()) for files in (OLD, NEW) if path in files]
                assert " ".join(text.split()) in versions, f"step {step}: {path} answers with a mixture"
            assert "old0.txt" in answering, f"step {step}: an untouched document was lost"
            assert "old1.txt" in answering, f"step {step}: a changed document was lost"
            assert {"old2.txt", "renamed2.txt"} & set(answering), f"step {step}: a renamed document was lost"

            sync_here(killed, folder)
            assert index_content(killed) == clean, f"step {step}: the next sync did not complete"
