"""Backups taken while others write, and restores that change nothing unless all is well."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.backup.archive import Manifest
from app.backup.create import write_backup
from app.backup.restore import MOVED_OUT, MOVING_OUT, REPLACED, restore
from app.cli.backup import complete_index
from app.cli.main import cli
from app.service.lock import own_index
from app.settings import read_settings
from rag.errors import ConfigurationError, LecternError, StoreError
from rag.protocols import Embedder
from tests.fakes import HashEmbedder
from tests.integration.conftest import OpenLectern
from tests.integration.inspection import index_content
from tests.integration.opening import open_index_of

pytestmark = pytest.mark.embedded_only("backup and restore are for a catalogue in a file")

LIGHTHOUSE = "The lamp of the lighthouse flashes three times every twenty seconds.\n"
BAKERY = "The bakery on Harbour Street opens at six and sells seaweed bread.\n"

WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("CREATE TABLE pairs (side TEXT, number INTEGER)")
for number in range(1_000_000):
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO pairs VALUES ('left', ?)", (number,))
    connection.execute("INSERT INTO pairs VALUES ('right', ?)", (number,))
    connection.execute("COMMIT")
    if number == 0:
        print("ready", flush=True)
"""
"""Another process that writes pairs, each in one transaction."""


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return HashEmbedder()


@pytest.fixture
def indexed(folder: Path, home: Path, open_index: OpenLectern) -> Path:
    """A home with two documents and an uploaded file."""
    (folder / "light.txt").write_text(LIGHTHOUSE)
    (folder / "bakery.txt").write_text(BAKERY)
    with open_index() as lectern:
        assert not lectern.ingest.sync(folder, collection="default").failed
    (home / "uploads" / "default").mkdir(parents=True)
    (home / "uploads" / "default" / "letter.txt").write_text("Dear keeper, ...")
    return home


@pytest.fixture
def backup(indexed: Path, tmp_path: Path) -> Path:
    write_backup(indexed, tmp_path / "lectern.backup")
    return tmp_path / "lectern.backup"


def put_back(file: Path, home: Path, *, force: bool = False, moves: Sequence[tuple[Path, Path]] = ()) -> Manifest:
    """Restore as the command does, with the tests' embedder."""
    settings = read_settings(home=home, workers=1)
    complete = partial(complete_index, settings, moves=moves, embedder=HashEmbedder())
    with own_index(home, "restore", wait_seconds=0):
        return restore(file, home, force=force, complete=complete)


def search(home: Path, question: str) -> list[str]:
    """Paths of the hits, with the stages that found them."""
    settings = read_settings(home=home, workers=1, reranker="off")
    with open_index_of(settings) as lectern:
        hits = lectern.retriever.retrieve(question, collection="default").hits
    return [f"{hit.document.path} {' '.join(sorted(hit.stages))}" for hit in hits]


def snapshot(home: Path) -> dict[str, bytes]:
    """Every file of an index by name, without what opening it changes."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name not in ("lock", "owner.json")
    }


def rewrite(file: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """The backup with its entries changed."""
    with tarfile.open(file) as archive:
        entries = []
        for entry in archive.getmembers():
            content = archive.extractfile(entry)
            assert content is not None
            entries.append((entry, content.read()))
    change(entries)
    written = file.with_name("changed.backup")
    with tarfile.open(written, "w:gz") as archive:
        for entry, data in entries:
            entry.size = len(data) if entry.isreg() else 0
            archive.addfile(entry, io.BytesIO(data))
    return written


def edit_manifest(file: Path, change: Callable[[dict[str, object]], None]) -> Path:
    def apply(entries: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        manifest = json.loads(entries[0][1])
        change(manifest)
        entries[0] = (entries[0][0], json.dumps(manifest).encode())

    return rewrite(file, apply)


# --- there and back ---


def test_a_restored_index_answers_by_words_and_by_vectors(backup: Path, indexed: Path, tmp_path: Path) -> None:
    manifest = put_back(backup, tmp_path / "elsewhere")
    assert (manifest.counts["documents"], manifest.counts["chunks"]) == (2, 2)
    assert index_content(tmp_path / "elsewhere") == index_content(indexed)
    found = search(tmp_path / "elsewhere", "When does the bakery open?")
    assert found[0] == "bakery.txt dense document fused lexical"
    assert (tmp_path / "elsewhere" / "uploads" / "default" / "letter.txt").read_text() == "Dear keeper, ..."


def test_a_restored_index_syncs_on_without_reading_unchanged_files(backup: Path, folder: Path, tmp_path: Path) -> None:
    put_back(backup, tmp_path / "elsewhere")
    settings = read_settings(home=tmp_path / "elsewhere", workers=1)
    with open_index_of(settings) as lectern:
        report = lectern.ingest.sync(folder, collection="default")
    assert (report.unchanged, report.added, report.changed) == (2, [], [])


def test_documents_that_are_elsewhere_now_are_recognised(backup: Path, folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    folder.rename(moved)
    with pytest.raises(ConfigurationError, match="No folder in the backup"):
        put_back(backup, tmp_path / "elsewhere", moves=[(tmp_path / "wrong", moved)])
    put_back(backup, tmp_path / "elsewhere", moves=[(folder, moved)])
    settings = read_settings(home=tmp_path / "elsewhere", workers=1)
    with open_index_of(settings) as lectern:
        report = lectern.ingest.sync(moved, collection="default")
        assert [info.folders for info in lectern.catalogue.list_collections()] == [(str(moved),)]
    assert (report.unchanged, report.added, report.changed) == (2, [], [])


def test_uploads_are_found_in_the_home_they_were_restored_to(
    indexed: Path, tmp_path: Path, open_index: OpenLectern
) -> None:
    with open_index() as lectern:
        lectern.ingest.sync(indexed / "uploads" / "default", collection="letters")
    (indexed / "uploads" / ".incoming-1").mkdir()
    (indexed / "uploads" / ".incoming-1" / "half.txt").write_text("Half of a")
    write_backup(indexed, tmp_path / "b")
    elsewhere = tmp_path / "elsewhere"
    put_back(tmp_path / "b", elsewhere)
    with open_index_of(read_settings(home=elsewhere, workers=1)) as lectern:
        report = lectern.ingest.sync(elsewhere / "uploads" / "default", collection="letters")
    assert (report.unchanged, report.added) == (1, [])
    assert [path.name for path in (elsewhere / "uploads").iterdir()] == ["default"]


def test_the_commands_back_up_and_restore(indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: HashEmbedder())
    file, elsewhere = tmp_path / "b.tar.gz", tmp_path / "elsewhere"
    result = CliRunner().invoke(cli, ["backup", str(file), "--home", str(indexed), "--json"])
    assert (result.exit_code, json.loads(result.output)["counts"]["documents"]) == (0, 2)
    result = CliRunner().invoke(cli, ["restore", str(file), "--home", str(elsewhere)])
    assert (result.exit_code, "holds 2 documents with 2 pages" in result.output) == (0, True)
    again = CliRunner().invoke(cli, ["restore", str(file), "--home", str(elsewhere), "--json"])
    assert (again.exit_code, "--force" in json.loads(again.output)["error"]["remedy"]) == (2, True)
    assert CliRunner().invoke(cli, ["restore", str(file), "--home", str(elsewhere), "--force"]).exit_code == 0
    missing = CliRunner().invoke(cli, ["backup", str(file), "--home", str(tmp_path / "nowhere")])
    assert missing.exit_code == 2


def test_a_backup_holds_nothing_that_was_deleted_before(
    indexed: Path, folder: Path, tmp_path: Path, open_index: OpenLectern
) -> None:
    (folder / "bakery.txt").unlink()
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
        write_backup(indexed, tmp_path / "b")
    with tarfile.open(tmp_path / "b") as archive:
        content = archive.extractfile("catalogue.sqlite")
        assert content is not None
        catalogue = content.read()
    assert b"lighthouse" in catalogue
    assert b"seaweed" not in catalogue
    assert b"bakeri" not in catalogue, "the stem is what the full-text index holds"


def test_a_removed_document_is_in_no_file_after_a_backup_is_restored_over_its_index(
    indexed: Path, folder: Path, tmp_path: Path, open_index: OpenLectern
) -> None:
    (folder / "bakery.txt").unlink()
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
    write_backup(indexed, tmp_path / "b")
    put_back(tmp_path / "b", indexed, force=True)
    assert not [name for name, content in snapshot(indexed).items() if b"seaweed" in content]


def test_only_its_owner_may_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir() if path.name.startswith(".")] == []


# --- while others write ---


def test_a_backup_is_one_state_while_another_process_writes(indexed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(indexed / "catalogue.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            for round_ in range(3):
                write_backup(indexed, tmp_path / f"{round_}")
            assert writer.poll() is None, "the writer was held up"
        finally:
            writer.kill()
    for round_ in range(3):
        with tarfile.open(tmp_path / f"{round_}") as archive:
            archive.extract("catalogue.sqlite", tmp_path / "out", filter="data")
        connection = sqlite3.connect(tmp_path / "out" / "catalogue.sqlite")
        counts = dict(connection.execute("SELECT side, count(*) FROM pairs GROUP BY side"))
        connection.close()
        assert counts["left"] == counts["right"] > 0


def test_a_backup_can_be_taken_in_the_middle_of_a_sync(
    indexed: Path, folder: Path, tmp_path: Path, open_index: OpenLectern
) -> None:
    for number in range(8):
        (folder / f"more{number}.txt").write_text(f"Chapter {number} is about the weather of the island.")
    written = []
    with open_index() as lectern:

        def back_up(_: object) -> None:
            write_backup(indexed, tmp_path / f"b{len(written)}")
            written.append(tmp_path / f"b{len(written)}")

        lectern.ingest.sync(folder, collection="default", on_progress=back_up)
    for number, file in enumerate((written[0], written[len(written) // 2], written[-1])):
        put_back(file, tmp_path / f"home{number}")
        assert len(index_content(tmp_path / f"home{number}")) >= 2


def test_two_threads_may_back_up_to_one_file(indexed: Path, tmp_path: Path) -> None:
    threads = [threading.Thread(target=write_backup, args=(indexed, tmp_path / "b")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert put_back(tmp_path / "b", tmp_path / "elsewhere").counts["documents"] == 2


# --- what is refused ---


def test_an_older_backup_stays_when_the_index_is_damaged(backup: Path, indexed: Path) -> None:
    good = backup.read_bytes()
    catalogue = indexed / "catalogue.sqlite"
    content = catalogue.read_bytes()
    catalogue.write_bytes(content[: 8 * 4096] + b"Z" * 4096 * 4 + content[12 * 4096 :])
    with pytest.raises(LecternError):
        write_backup(indexed, backup)
    assert backup.read_bytes() == good


def unpacks_alike(damaged: bytes, whole: bytes) -> bool:
    """Tell whether a changed byte says the same, such as another distance back into a row of zeros."""
    try:
        return gzip.decompress(damaged) == gzip.decompress(whole)
    except (OSError, EOFError, zlib.error):
        return False


def test_a_damaged_backup_is_refused_wherever_the_damage_is(backup: Path, indexed: Path, tmp_path: Path) -> None:
    whole, before = backup.read_bytes(), snapshot(indexed)
    broken = tmp_path / "broken"
    cuts = [whole[: len(whole) * part // 8] for part in range(8)] + [whole[:-4]]
    places = [*range(40, len(whole), len(whole) // 25), *range(len(whole) - 8, len(whole))]
    flips = [whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :] for at in places]
    harmful = [flip for flip in flips if not unpacks_alike(flip, whole)]
    assert len(harmful) > len(flips) // 2
    for damaged in [*cuts, *harmful, b"no archive at all", gzip.compress(b"no tar")]:
        broken.write_bytes(damaged)
        with pytest.raises(StoreError, match="cannot be restored"):
            put_back(broken, indexed, force=True)
    assert snapshot(indexed) == before


def test_members_that_are_not_what_the_manifest_says_are_refused(backup: Path, indexed: Path) -> None:
    before = snapshot(indexed)

    def hostile(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Path:
        def add(entries: list[tuple[tarfile.TarInfo, bytes]]) -> None:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            entries.append((entry, b"owned" if kind == tarfile.REGTYPE else b""))

        return rewrite(backup, add)

    def exchange(entries: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entries[1] = (entries[1][0], entries[1][1][:-1] + b"?")

    attacks = [
        hostile("../../escaped"),
        hostile("/tmp/escaped"),
        hostile("uploads/link", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("uploads/link", tarfile.LNKTYPE, "catalogue.sqlite"),
        hostile("uploads/pipe", tarfile.FIFOTYPE),
        hostile("catalogue.sqlite"),
        hostile("unlisted.sqlite"),
    ]
    for attack in attacks:
        with pytest.raises(StoreError, match="cannot be restored"):
            put_back(attack, indexed, force=True)
    with pytest.raises(StoreError, match="has changed since"):
        put_back(rewrite(backup, exchange), indexed, force=True)
    with pytest.raises(StoreError, match="is missing from it"):
        put_back(rewrite(backup, lambda entries: entries.pop()), indexed, force=True)
    assert snapshot(indexed) == before


@pytest.mark.parametrize(
    "name", ["../escaped.sqlite", "/etc/passwd", "uploads/../../x", "lock", "chroma/x", "a\\b", ""]
)
def test_a_manifest_may_name_only_files_of_an_index(backup: Path, indexed: Path, name: str) -> None:
    member = {"name": name, "size": 5, "sha256": hashlib.sha256(b"owned").hexdigest()}
    changed = edit_manifest(backup, lambda manifest: manifest["members"].append(member))  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="not a file of an index"):
        put_back(changed, indexed, force=True)


def test_a_newer_backup_and_a_newer_catalogue_are_refused(backup: Path, indexed: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="newer Lectern"):
        put_back(edit_manifest(backup, lambda manifest: manifest.update(format=99)), tmp_path / "a")
    connection = sqlite3.connect(indexed / "catalogue.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    write_backup(indexed, tmp_path / "newer")
    with pytest.raises(StoreError, match="newer Lectern"):
        put_back(tmp_path / "newer", tmp_path / "b")


def test_a_home_in_use_is_not_restored_over(backup: Path, indexed: Path) -> None:
    with own_index(indexed, "serve", wait_seconds=0), pytest.raises(StoreError, match="in use by `lectern serve`"):
        put_back(backup, indexed, force=True)


def test_a_home_with_anything_in_it_needs_force(backup: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "novel.txt").write_text("Chapter one")
    with pytest.raises(ConfigurationError, match=r"not empty: it holds novel\.txt"):
        put_back(backup, taken)
    put_back(backup, taken, force=True)
    assert (taken / "novel.txt").read_text() == "Chapter one"


def test_a_missing_backup_is_said_to_be_missing(indexed: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        put_back(tmp_path / "nothing", indexed, force=True)


# --- restores that do not finish ---


def test_an_embedder_that_fails_leaves_the_old_index_in_place(backup: Path, indexed: Path) -> None:
    before = snapshot(indexed)

    def fail(_: Path, __: Manifest) -> None:
        raise StoreError("The model is gone.")

    with own_index(indexed, "restore", wait_seconds=0), pytest.raises(StoreError, match="model is gone"):
        restore(backup, indexed, force=True, complete=fail)
    assert snapshot(indexed) == before


def cut_off_after(backup: Path, home: Path, renames: int) -> bool:
    """Restore in a process that dies before a given rename; whether it came that far."""
    child = os.fork()
    if child == 0:
        made = iter(range(renames))
        rename = Path.rename

        def counted(path: Path, target: Path) -> Path:
            if next(made, None) is None:
                os._exit(9)
            return rename(path, target)

        Path.rename = counted  # type: ignore[method-assign]
        try:
            restore(backup, home, force=True, complete=lambda staged, manifest: None)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_restore_killed_at_any_rename_leaves_the_old_index_or_the_new(
    backup: Path, indexed: Path, folder: Path, open_index: OpenLectern, tmp_path: Path
) -> None:
    new = index_content(indexed)
    (folder / "third.txt").write_text("The third file came after the backup.")
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
    old = index_content(indexed)
    assert old != new
    outcomes = set()
    renames = 0
    while True:
        home = tmp_path / f"killed{renames}"
        shutil.copytree(indexed, home)
        if not cut_off_after(backup, home, renames):
            break
        renames += 1
        with open_index_of(read_settings(home=home, workers=1)) as opened:
            opened.ingest.recover()
        content = index_content(home)
        assert content in (old, new)
        outcomes.add(len(content))
        assert not [path.name for path in home.iterdir() if path.name in (MOVING_OUT, MOVED_OUT, REPLACED)]
        assert not list(home.glob(".restoring-*"))
    assert renames > 4
    assert 3 in outcomes
