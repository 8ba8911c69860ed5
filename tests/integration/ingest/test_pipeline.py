"""Syncing keeps the index true to the folder, on real Chroma, SQLite, workers and embedder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.service.build_index import Lectern
from ingest.report import SyncProgress
from rag.errors import ConfigurationError, IndexLockedError, NotFoundError
from tests.integration.conftest import OpenLectern
from tests.integration.inspection import index_content, lose_vectors

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
BAKERY = "The bakery\n\nThe bakery on Harbour Street opens at six and sells seaweed bread.\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(lectern: Lectern, question: str, collection: str = "default") -> list[str]:
    """Paths of the documents that come up, best first, each once."""
    hits = lectern.retriever.retrieve(question, collection=collection).hits
    return list(dict.fromkeys(hit.document.path for hit in hits))


def states(lectern: Lectern) -> dict[str, str]:
    return {document.path: document.state for document in lectern.catalogue.list_documents("default")}


def test_added_changed_renamed_and_removed_files_are_each_noticed_once(
    lectern: Lectern, folder: Path, home: Path
) -> None:
    write(folder, "light.txt", LIGHTHOUSE)
    write(folder, "sub/bakery.txt", BAKERY)
    report = lectern.ingest.sync(folder, collection="default")
    assert (sorted(report.added), report.failed) == (["light.txt", "sub/bakery.txt"], [])
    assert found(lectern, "How often does the lamp flash?")[0] == "light.txt"

    report = lectern.ingest.sync(folder, collection="default")
    assert (report.unchanged, report.added, report.changed) == (2, [], [])

    write(folder, "light.txt", LIGHTHOUSE.replace("three", "nine"))
    (folder / "sub" / "bakery.txt").rename(folder / "bread-shop.txt")
    report = lectern.ingest.sync(folder, collection="default")
    assert (report.changed, report.renamed) == (["light.txt"], [("sub/bakery.txt", "bread-shop.txt")])
    assert "nine times" in " ".join(index_content(home, lectern.ingest._vectors)["light.txt"])
    assert found(lectern, "bread-shop")[0] == "bread-shop.txt"

    (folder / "light.txt").unlink()
    report = lectern.ingest.sync(folder, collection="default")
    assert report.removed == ["light.txt"]
    assert found(lectern, "How often does the lamp flash?") == ["bread-shop.txt"]
    assert list(index_content(home, lectern.ingest._vectors)) == ["bread-shop.txt"]


def test_a_renamed_file_is_neither_parsed_nor_embedded(
    lectern: Lectern, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    lectern.ingest.sync(folder, collection="default")
    (folder / "a.txt").rename(folder / "b.txt")
    monkeypatch.setattr("ingest.pipeline.read_files", None)
    monkeypatch.setattr("ingest.windows.WindowEmbedding._embed_texts", None)
    assert lectern.ingest.sync(folder, collection="default").renamed == [("a.txt", "b.txt")]


def test_a_touched_file_with_the_same_content_is_unchanged(lectern: Lectern, folder: Path) -> None:
    path = write(folder, "a.txt", LIGHTHOUSE)
    lectern.ingest.sync(folder, collection="default")
    os.utime(path, ns=(time.time_ns(), time.time_ns()))
    report = lectern.ingest.sync(folder, collection="default")
    assert (report.unchanged, report.changed, report.chunks) == (1, [], 0)


def test_a_file_that_breaks_goes_on_answering_as_stale_and_recovers(lectern: Lectern, folder: Path) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    lectern.ingest.sync(folder, collection="default")
    write(folder, "a.txt", "")
    report = lectern.ingest.sync(folder, collection="default")
    (failed,) = report.failed
    assert (failed.path, failed.stale) == ("a.txt", True)
    assert failed.reason
    assert failed.remedy
    assert states(lectern) == {"a.txt": "stale"}
    assert found(lectern, "lamp flashes") == ["a.txt"]
    again = lectern.ingest.sync(folder, collection="default")
    assert [file.reason for file in again.failed] == [failed.reason]
    write(folder, "a.txt", BAKERY)
    assert lectern.ingest.sync(folder, collection="default").changed == ["a.txt"]
    assert states(lectern) == {"a.txt": "indexed"}


def test_bad_files_are_reported_with_reason_and_remedy_and_the_rest_goes_on(lectern: Lectern, folder: Path) -> None:
    write(folder, "good.txt", LIGHTHOUSE)
    write(folder, "empty.txt", "")
    write(folder, "broken.pdf", "%PDF-1.4 and then nothing of a PDF")
    write(folder, "picture.png", "not read")
    (folder / "folder.pdf").mkdir()
    (folder / os.fsdecode(b"odd\xff\nname.txt")).write_text(BAKERY)
    report = lectern.ingest.sync(folder, collection="default")
    assert sorted(report.added) == ["good.txt", "odd\\xff\nname.txt"]
    assert {file.path for file in report.failed} == {"empty.txt", "broken.pdf", "picture.png"}
    assert all(file.reason and file.remedy for file in report.failed)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported_and_retried(lectern: Lectern, folder: Path) -> None:
    path = write(folder, "a.txt", LIGHTHOUSE)
    path.chmod(0)
    assert "may not read" in lectern.ingest.sync(folder, collection="default").failed[0].reason
    path.chmod(0o600)
    assert lectern.ingest.sync(folder, collection="default").added == ["a.txt"]


def test_a_folder_that_is_suddenly_empty_or_gone_deletes_nothing(lectern: Lectern, folder: Path) -> None:
    path = write(folder, "a.txt", LIGHTHOUSE)
    lectern.ingest.sync(folder, collection="default")
    path.unlink()
    with pytest.raises(ConfigurationError, match="is empty, but 1 of its files"):
        lectern.ingest.sync(folder, collection="default")
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ConfigurationError, match="does not exist"):
        lectern.ingest.sync(folder, collection="default")
    assert found(lectern, "lamp flashes") == ["a.txt"]
    folder.mkdir()
    assert lectern.ingest.sync(folder, collection="default", allow_empty=True).removed == ["a.txt"]
    assert found(lectern, "lamp flashes") == []


def test_a_file_whose_disk_fails_is_named_kept_and_tried_again(lectern: Lectern, folder: Path) -> None:
    for name in ("light.txt", "bakery.txt"):
        (folder / name).write_text(f"The {name} of the harbour.")
    lectern.ingest.sync(folder, collection="default")
    (folder / "light.txt").rename(folder.parent / "light.txt")
    # Reading these files gives a real EIO.
    (folder / "light.txt").symlink_to("/proc/self/mem")
    (folder / "new.txt").symlink_to("/proc/thread-self/mem")
    for _ in range(2):
        report = lectern.ingest.sync(folder, collection="default")
        assert [(failed.path, failed.stale) for failed in report.failed] == [("light.txt", True), ("new.txt", False)]
        assert all("cannot be read" in failed.reason for failed in report.failed)
        assert (report.added, report.removed, report.unchanged) == ([], [], 1)
    assert {hit.document.path for hit in lectern.retriever.retrieve("harbour", collection="default").hits} == {
        "light.txt", "bakery.txt",
    }  # fmt: skip
    (folder / "new.txt").unlink()
    (folder / "light.txt").unlink()
    (folder.parent / "light.txt").rename(folder / "light.txt")
    assert lectern.ingest.sync(folder, collection="default").failed == []


def test_a_folder_that_vanishes_in_the_middle_of_a_sync_deletes_nothing_and_names_what_failed(
    lectern: Lectern, folder: Path
) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"Log {number} of the harbour.")
    lectern.ingest.sync(folder, collection="default")
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"Log {number} of the harbour, written anew.")
    away = folder.with_name("unmounted")

    def unmount(progress: SyncProgress) -> None:
        if folder.exists():
            folder.rename(away)

    report = lectern.ingest.sync(folder, collection="default", on_progress=unmount)
    assert report.removed == []
    assert report.failed
    assert all(failed.stale and failed.remedy for failed in report.failed)
    assert len(report.failed) + len(report.changed) == 4
    with pytest.raises(ConfigurationError):
        lectern.ingest.sync(folder, collection="default")
    assert len(lectern.retriever.retrieve("log harbour", collection="default").hits) == 4
    away.rename(folder)
    healed = lectern.ingest.sync(folder, collection="default")
    assert (healed.failed, healed.removed) == ([], [])


def test_a_dry_run_says_what_would_happen_and_does_nothing(lectern: Lectern, folder: Path) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    assert lectern.ingest.preview(folder, collection="default").added == ["a.txt"]
    with pytest.raises(NotFoundError):
        lectern.catalogue.list_documents("default")
    lectern.ingest.sync(folder, collection="default")
    write(folder, "a.txt", BAKERY)
    write(folder, "b.txt", BAKERY)
    preview = lectern.ingest.preview(folder, collection="default")
    assert (preview.added, preview.changed, preview.dry_run) == (["b.txt"], ["a.txt"], True)
    assert found(lectern, "seaweed bread") == ["a.txt"]
    assert lectern.ingest.sync(folder, collection="default").changed == ["a.txt"]


def test_two_folders_share_a_collection_without_removing_each_other(lectern: Lectern, tmp_path: Path) -> None:
    write(tmp_path / "one", "a.txt", LIGHTHOUSE)
    write(tmp_path / "two", "a.txt", BAKERY)
    lectern.ingest.sync(tmp_path / "one", collection="default")
    lectern.ingest.sync(tmp_path / "two", collection="default")
    report = lectern.ingest.sync(tmp_path / "one", collection="default")
    assert (report.unchanged, report.removed) == (1, [])
    assert len(lectern.catalogue.list_documents("default")) == 2


def test_a_folder_inside_a_synced_one_is_refused(lectern: Lectern, folder: Path) -> None:
    write(folder, "sub/a.txt", LIGHTHOUSE)
    lectern.ingest.sync(folder, collection="default")
    with pytest.raises(ConfigurationError, match="overlaps"):
        lectern.ingest.sync(folder / "sub", collection="default")
    assert lectern.ingest.sync(folder / "sub", collection="other").added == ["a.txt"]


def test_a_removed_document_stays_out_until_that_is_undone(lectern: Lectern, folder: Path) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    write(folder, "b.txt", BAKERY)
    lectern.ingest.sync(folder, collection="default")
    (document,) = [entry for entry in lectern.catalogue.list_documents("default") if entry.path == "a.txt"]
    lectern.ingest.remove([document.id])
    report = lectern.ingest.sync(folder, collection="default")
    assert (report.kept_out, report.added) == (["a.txt"], [])
    assert found(lectern, "lamp flashes") == ["b.txt"]
    lectern.writer.remove_documents([document.id])
    assert lectern.ingest.sync(folder, collection="default").added == ["a.txt"]


def test_a_second_process_is_told_who_holds_the_index(lectern: Lectern, open_index: OpenLectern) -> None:
    with pytest.raises(IndexLockedError, match=r"in use by `lectern test` \(process \d+"), open_index():
        pass


def test_another_chunking_builds_a_second_index_and_swaps_when_complete(
    open_index: OpenLectern, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    broken = write(folder, "b.txt", BAKERY)
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
        before = lectern.catalogue.find_index("default")
    monkeypatch.setattr("ingest.pipeline.PARSER_VERSION", 99)
    broken.write_text("")
    with open_index() as lectern:
        report = lectern.ingest.sync(folder, collection="default")
        after = lectern.catalogue.find_index("default")
        assert before is not None
        assert after is not None
        assert after.space != before.space
        assert (report.changed, [file.stale for file in report.failed]) == (["a.txt"], [True])
        assert set(found(lectern, "seaweed bread")) == {"a.txt", "b.txt"}
        assert states(lectern) == {"a.txt": "indexed", "b.txt": "stale"}
        assert lectern.ingest._vectors.ids(before.space) == []
        assert set(index_content(home, lectern.ingest._vectors)) == {"a.txt", "b.txt"}


def test_a_lost_vector_index_is_built_again_from_the_catalogue_for_all_collections(
    open_index: OpenLectern, folder: Path, home: Path
) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    with open_index() as lectern:
        for collection in ("default", "other"):
            lectern.ingest.sync(folder, collection=collection)
    lose_vectors(home)
    with open_index() as lectern:
        assert lectern.ingest.sync(folder, collection="default").unchanged == 1
        for collection in ("default", "other"):
            hit = lectern.retriever.retrieve("lamp flashes", collection=collection).hits[0]
            assert "dense" in hit.stages


def test_an_emptied_collection_leaves_no_vector_space_when_it_is_removed_or_read_anew(
    lectern: Lectern, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(folder, "a.txt", LIGHTHOUSE)
    for collection in ("removed", "default"):
        lectern.ingest.sync(folder, collection=collection)
    file.unlink()
    for collection in ("removed", "default"):
        lectern.ingest.sync(folder, collection=collection, allow_empty=True)
    lectern.ingest.remove_collection("removed")
    before = lectern.catalogue.find_index("default")
    assert before is not None
    assert lectern.vectors.spaces() == [before.space]
    monkeypatch.setattr("ingest.pipeline.PARSER_VERSION", 99)
    write(folder, "b.txt", BAKERY)
    lectern.ingest.sync(folder, collection="default")
    after = lectern.catalogue.find_index("default")
    assert after is not None
    assert lectern.vectors.spaces() == [after.space] != [before.space]


@pytest.mark.parametrize("name", ["a/b", "", "..", "x" * 65, "two\nlines"])
def test_a_collection_that_could_not_be_reached_over_http_is_not_made(
    lectern: Lectern, folder: Path, name: str
) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    for sync in (lectern.ingest.sync, lectern.ingest.preview):
        with pytest.raises(ConfigurationError, match="A collection may not be called"):
            sync(folder, collection=name)
    assert lectern.catalogue.list_collections() == []


def test_each_run_is_recorded_with_its_report(lectern: Lectern, folder: Path) -> None:
    write(folder, "a.txt", LIGHTHOUSE)
    lectern.ingest.sync(folder, collection="default")
    write(folder, "b.txt", "")
    lectern.ingest.sync(folder, collection="default")
    second, first = lectern.catalogue.list_runs(limit=5)
    assert (first.outcome, second.outcome) == ("done", "failed files")
    assert "b.txt" in second.report


def test_of_a_collections_runs_the_newest_are_kept(
    lectern: Lectern, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.storage.catalogue.writer.RUNS_KEPT", 2)
    made = []
    for collection in ("other", *["default"] * 4):
        lectern.ingest.sync(folder, collection=collection)
        made.append(lectern.catalogue.list_runs(limit=1)[0].id)
    kept = lectern.catalogue.list_runs(limit=10)
    assert [(run.id, run.collection) for run in kept] == [
        (made[4], "default"), (made[3], "default"), (made[0], "other"),
    ]  # fmt: skip
