"""A full disk, files that change or vanish, huge lines, nothing new: each is said or cheap, and nothing is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.service.build_index import Lectern
from app.settings import read_settings
from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from ingest.preparation import prepare_file
from rag.errors import UnsettledFileError
from rag.protocols import MayGoOn, always
from rag.types import FileState, Vectors
from tests.fakes import HashEmbedder, WordTokenizer
from tests.integration.failing_disk import small_disk
from tests.integration.inspection import index_content
from tests.integration.opening import open_index_of
from tests.paths import CHECKOUT

TEXT = "The lamp of the lighthouse flashes three times every twenty seconds. "

SYNC_ON_SMALL_DISK = """
import json, resource, signal, sys
from pathlib import Path
from app.settings import read_settings
from rag.errors import LecternError
from tests.integration.opening import open_index_of

limit = int(sys.argv[3])
with open_index_of(read_settings(home=Path(sys.argv[1]), workers=1)) as lectern:
    if limit:
        # Writes beyond the limit fail with EFBIG, as on a full disk with ENOSPC.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        lectern.ingest.sync(Path(sys.argv[2]), collection="default")
    except LecternError as error:
        print(json.dumps([type(error).__name__, error.reason, error.remedy]))
"""


def write_many(folder: Path, count: int, words: int = 1) -> None:
    for number in range(count):
        (folder / f"file{number:03}.txt").write_text(f"File {number}. {TEXT * words}")


def sync_in_child(home: Path, folder: Path, *, limit: int) -> list[str]:
    """Kind, reason and remedy of the error of a sync in its own process; [] when there was none."""
    command = [sys.executable, "-c", SYNC_ON_SMALL_DISK, str(home), str(folder), str(limit)]
    child = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)
    assert child.returncode == 0, child.stderr
    return list(json.loads(child.stdout)) if child.stdout else []


@pytest.mark.embedded_only("reads or damages files of the index")
def test_a_write_that_fails_in_a_sync_is_a_store_error_and_the_next_sync_completes(home: Path, folder: Path) -> None:
    write_many(folder, 30, words=60)
    kind, reason, remedy = sync_in_child(home, folder, limit=500_000)
    assert kind == "StoreError"
    assert str(home) in reason
    assert remedy
    kept = index_content_unchecked(home)
    assert 0 < len(kept) < 30
    with open_index_of(read_settings(home=home, workers=1)) as lectern:
        assert lectern.ingest.sync(folder, collection="default").failed == []
    content = index_content(home)
    assert len(content) == 30
    assert {path: content[path] for path in kept} == kept


@pytest.mark.embedded_only("reads or damages files of the index")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_named_what_was_done_is_kept_and_the_next_sync_completes(tmp_path: Path, folder: Path) -> None:
    write_many(folder, 30, words=60)
    disk = tmp_path / "disk"
    with small_disk(disk, "2m"):
        home = disk / "home"
        kind, reason, remedy = sync_in_child(home, folder, limit=0)
        assert kind == "StoreError"
        assert reason.startswith(f"The disk that holds {home}")
        assert reason.endswith("is full.")
        assert "Make room and sync again" in remedy
        kept = index_content_unchecked(home)
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        assert sync_in_child(home, folder, limit=0) == []
        content = index_content(home)
        assert len(content) == 30
        assert {path: content[path] for path in kept} == kept


def index_content_unchecked(home: Path) -> dict[str, list[str]]:
    """The texts of the chunks by path, of an index that may have leftovers to sweep."""
    connection = sqlite3.connect(home / "catalogue.sqlite")
    try:
        rows = connection.execute(
            "SELECT documents.path, chunks.text FROM chunks JOIN generations ON generations.id = generation_id "
            "JOIN documents ON documents.id = document_id ORDER BY path, ordinal"
        ).fetchall()
    finally:
        connection.close()
    content: dict[str, list[str]] = {}
    for path, text in rows:
        content.setdefault(path, []).append(text)
    return content


# --- files that do not hold still ---


def state_of(path: Path) -> FileState:
    status = path.stat()
    return FileState(path.name, os.fsencode(path.name), status.st_size, status.st_mtime_ns)


def test_a_file_that_keeps_changing_while_it_is_read_is_left_for_the_next_sync(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "log.txt"
    path.write_text(TEXT)

    def parse_and_grow(file: Path, options: ParseOptions) -> object:
        parsed = parse_file(file, options)
        with file.open("a") as stream:
            stream.write(TEXT)
        return parsed

    monkeypatch.setattr("ingest.preparation.parse_file", parse_and_grow)
    with pytest.raises(UnsettledFileError, match="changed while it was read"):
        prepare_file(folder, state_of(path), "", WordTokenizer(), ParseOptions(), 256)


def test_a_file_that_vanishes_before_it_is_read_is_reported(lectern: Lectern, folder: Path) -> None:
    (folder / "stays.txt").write_text(TEXT)
    going = folder / "goes.txt"
    going.write_text(TEXT)
    scanned = lectern.ingest._compare

    def compare_and_delete(*arguments: object) -> object:
        changes = scanned(*arguments)  # type: ignore[arg-type]
        going.unlink()
        return changes

    lectern.ingest._compare = compare_and_delete  # type: ignore[method-assign, assignment]
    report = lectern.ingest.sync(folder, collection="default")
    assert report.added == ["stays.txt"]
    (failed,) = report.failed
    assert (failed.path, "is gone" in failed.reason) == ("goes.txt", True)


def test_a_file_that_is_written_all_through_a_sync_does_not_stop_it(lectern: Lectern, folder: Path) -> None:
    write_many(folder, 5)
    path = folder / "growing.txt"
    path.write_text(TEXT)
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(0.002):
            with path.open("a") as stream:
                stream.write(TEXT)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        report = lectern.ingest.sync(folder, collection="default")
    finally:
        stop.set()
        writer.join()
    assert len([name for name in report.added if name.startswith("file")]) == 5
    assert [failed.path for failed in report.failed] in ([], ["growing.txt"])
    report = lectern.ingest.sync(folder, collection="default")
    assert report.failed == []
    assert len(report.added) + len(report.changed) + report.unchanged == 6


def test_an_enormous_single_line_is_indexed_and_found(home: Path, folder: Path) -> None:
    words = " ".join(f"word{number}" for number in range(9_000))
    (folder / "line.txt").write_text(f"{words} the needle is a walrus {words} {'x' * 200_000}")
    with open_index_of(read_settings(home=home, workers=1)) as lectern:
        assert lectern.ingest.sync(folder, collection="default").failed == []
        hits = lectern.retriever.retrieve("needle walrus", collection="default").hits
    assert "needle is a walrus" in hits[0].chunk.text
    assert len(hits[0].chunk.text) < 4_000


# --- nothing new ---


class NoEmbedder(HashEmbedder):
    """Fails whoever embeds."""

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        raise AssertionError("nothing is to be embedded")


def test_a_rescan_of_many_unchanged_files_starts_no_worker_and_no_embedder(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_many(folder, 100)
    settings = read_settings(home=home, workers=1)
    with open_index_of(settings) as lectern:
        assert len(lectern.ingest.sync(folder, collection="default").added) == 100

    def no_pool(**settings: object) -> object:
        raise AssertionError("no worker is to be started")

    monkeypatch.setattr("app.service.build_ingest.WorkerPool", no_pool)
    monkeypatch.setattr("rag.storage.vectors.ChromaVectors._client", property(no_pool))
    with open_index_of(settings, embedder=NoEmbedder()) as lectern:
        report = lectern.ingest.sync(folder, collection="default")
    assert (report.unchanged, report.added, report.changed, report.failed) == (100, [], [], [])
