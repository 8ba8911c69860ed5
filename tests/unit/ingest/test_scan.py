"""What a folder holds and what changed in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.scan import (
    JUNK,
    MAX_LATE,
    FolderChanges,
    FolderScan,
    compare,
    count_late,
    fitting_pattern,
    hash_file,
    late_attempt,
    scan_folder,
)
from rag.errors import ConfigurationError
from rag.types import FileState, KnownFile

ATTEMPT = "5.10"
"""The attempt at a file of `state`."""


def known(path: str, **changes: object) -> KnownFile:
    values: dict[str, object] = {
        "document_id": 1,
        "path": path,
        "size": 5,
        "mtime_ns": 10,
        "sha256": "aa",
        "state": "indexed",
        "version_index": 1,
    }
    return KnownFile(**{**values, **changes})  # type: ignore[arg-type]


def state(path: str, *, size: int = 5, mtime_ns: int = 10) -> FileState:
    return FileState(path, path.encode(), size, mtime_ns)


def changes_of(files: list[FileState], records: list[KnownFile], hashes: dict[str, str] | None = None) -> FolderChanges:
    return compare(
        FolderScan(tuple(files)),
        {record.path.encode(): record for record in records},
        index_id=1,
        attempt_of=lambda file: f"{file.size}.{file.mtime_ns}",
        hash_file=lambda file: (hashes or {}).get(file.path, "?"),
    )


def test_a_file_with_the_same_size_and_time_is_not_read() -> None:
    changes = changes_of([state("a")], [known("a")])
    assert (len(changes.unchanged), changes.to_read, changes.removed) == (1, [], [])


@pytest.mark.parametrize("file", [state("a", size=6), state("a", mtime_ns=11)])
def test_a_file_with_another_size_or_time_is_read(file: FileState) -> None:
    assert changes_of([file], [known("a")]).to_read == [file]


def test_a_file_indexed_by_another_embedder_only_is_read() -> None:
    assert changes_of([state("a")], [known("a", version_index=None)]).to_read == [state("a")]


def test_a_renamed_file_is_known_by_its_content() -> None:
    changes = changes_of([state("b", mtime_ns=99)], [known("a")], {"b": "aa"})
    assert [(record.path, file.path) for record, file in changes.renamed] == [("a", "b")]
    assert (changes.removed, changes.to_read) == ([], [])


def test_a_new_file_of_the_same_size_is_no_rename() -> None:
    changes = changes_of([state("b")], [known("a")], {"b": "bb"})
    assert [record.path for record in changes.removed] == ["a"]
    assert [file.path for file in changes.to_read] == ["b"]


def test_two_copies_of_a_file_that_is_gone_are_one_rename_and_one_new_file() -> None:
    changes = changes_of([state("b"), state("c")], [known("a")], {"b": "aa", "c": "aa"})
    assert len(changes.renamed) == 1
    assert [file.path for file in changes.to_read] == ["c"]


def test_a_failed_file_is_not_tried_again_until_it_changes() -> None:
    record = known("a", state="failed", sha256="", version_index=None, failed_attempt="5.10")
    assert changes_of([state("a")], [record]).still_failed == [record]
    assert changes_of([state("a", mtime_ns=11)], [record]).to_read == [state("a", mtime_ns=11)]


def test_a_stale_file_that_is_back_as_it_was_is_looked_at_again() -> None:
    record = known("a", state="stale", failed_attempt="9.99")
    assert changes_of([state("a")], [record]).to_read == [state("a")]


def test_a_file_removed_by_the_user_stays_out() -> None:
    record = known("a", state="removed", sha256="", version_index=None)
    assert changes_of([state("a", mtime_ns=77)], [record]).kept_out == [record]


def test_nothing_below_an_unreadable_folder_is_removed(tmp_path: Path) -> None:
    from ingest.scan import Unreadable

    scan = FolderScan((), (Unreadable("sub", b"sub", "no", "yes"),))
    changes = compare(
        scan,
        {b"sub/a": known("sub/a"), b"submarine": known("submarine")},
        index_id=1,
        attempt_of=lambda file: "",
        hash_file=lambda file: "",
    )
    assert [record.path for record in changes.removed] == ["submarine"]


def test_a_scan_finds_files_below_and_passes_over_junk(tmp_path: Path) -> None:
    for name in ("a.txt", "sub/b.txt", ".hidden", "~$lock.docx", "Thumbs.db", "skip.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    scan = scan_folder(tmp_path, ignore=["*.log"])
    assert [file.path for file in scan.files] == ["a.txt", "sub/b.txt"]
    assert scan.unreadable == ()


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("x")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    scan = scan_folder(tmp_path)
    assert [file.path for file in scan.files] == ["sub/a.txt"]
    assert [(entry.path, "circle" in entry.reason) for entry in scan.unreadable] == [("loop", True)]


def test_a_link_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere.pdf")
    (entry,) = scan_folder(tmp_path).unreadable
    assert "leads nowhere" in entry.reason


def test_names_may_hold_newlines_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    name = b"bad\xff\nname.txt"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as stream:  # noqa: PTH118, PTH123
        stream.write(b"x")
    (file,) = scan_folder(tmp_path).files
    assert file.path_bytes == name
    assert file.path == "bad\\xff\nname.txt"


def test_a_directory_named_like_a_document_is_a_directory(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").mkdir()
    (tmp_path / "x.pdf" / "in.txt").write_text("x")
    assert [file.path for file in scan_folder(tmp_path).files] == ["x.pdf/in.txt"]


def test_a_missing_folder_is_an_error_that_says_nothing_was_removed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"does not exist.*Nothing was removed"):
        scan_folder(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ConfigurationError, match="is a file"):
        scan_folder(tmp_path / "a.txt")


def test_a_hash_is_of_the_content_and_empty_for_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_file(tmp_path / "a").startswith("ba7816bf")
    assert hash_file(tmp_path / "b") == ""


def test_what_a_pattern_leaves_out_is_listed_with_the_pattern(tmp_path: Path) -> None:
    for name in (".hidden.txt", "~$draft.docx", "notes.txt", "picture.png"):
        (tmp_path / name).write_text("x")
    scan = scan_folder(tmp_path, ignore=["*.png"])
    assert [file.path for file in scan.files] == ["notes.txt"]
    assert {entry.path: entry.pattern for entry in scan.skipped} == {
        ".hidden.txt": ".*",
        "picture.png": "*.png",
        "~$draft.docx": "~$*",
    }


def test_names_that_begin_with_a_dot_are_read_where_the_user_asks(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".notes.txt", ".git/config", ".env", "a.txt"):
        (tmp_path / name).write_text("x")
    scan = scan_folder(tmp_path, ignore=["!.*.txt"])
    assert [file.path for file in scan.files] == [".notes.txt", "a.txt"]
    assert [entry.path for entry in scan.skipped] == [".env", ".git"]


def test_what_ran_out_of_time_is_tried_again_a_few_times() -> None:
    for tries in range(1, MAX_LATE):
        record = known("a", state="failed", failed_attempt=late_attempt(ATTEMPT, tries))
        assert [file.path for file in changes_of([state("a")], [record]).to_read] == ["a"]
        assert count_late(record.failed_attempt, ATTEMPT) == tries
    record = known("a", state="failed", failed_attempt=late_attempt(ATTEMPT, MAX_LATE))
    assert changes_of([state("a")], [record]).still_failed == [record]
    assert count_late(record.failed_attempt, "another attempt") == 0


def test_several_names_of_one_file_are_one_file_under_the_name_that_it_has_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "slip.txt").write_text("The slip is closed.")
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    (tmp_path / "current.txt").symlink_to(tmp_path / "real" / "slip.txt")
    (tmp_path / "hard.txt").hardlink_to(tmp_path / "real" / "slip.txt")
    scan = scan_folder(tmp_path)
    assert [file.path for file in scan.files] == ["hard.txt"]
    assert {entry.path: entry.pattern for entry in scan.skipped} == dict.fromkeys(
        ("alias/slip.txt", "current.txt", "real/slip.txt"), "another name of hard.txt"
    )


def test_a_link_to_a_file_that_lies_elsewhere_is_read_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("words")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.txt").symlink_to(tmp_path / "outside.txt")
    assert [file.path for file in scan_folder(tmp_path / "folder").files] == ["link.txt"]


def test_a_file_that_looks_unchanged_but_was_written_to_is_compared_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "prices.txt").write_text("45 crowns")
    (file,) = scan_folder(tmp_path).files
    sha256 = hash_file(tmp_path / "prices.txt")
    record = KnownFile(1, file.path, file.size, file.mtime_ns, sha256, "indexed", 1)

    def decide(since: int) -> list[str]:
        changes = compare(
            scan_folder(tmp_path),
            {file.path_bytes: record},
            index_id=1,
            attempt_of=lambda state: "",
            hash_file=lambda state: hash_file(tmp_path / state.path),
            changed_since_ns=since,
        )
        return [state.path for state in changes.to_read]

    assert decide(0) == []
    (tmp_path / "prices.txt").write_text("62 crowns")
    os.utime(tmp_path / "prices.txt", ns=(file.mtime_ns, file.mtime_ns))
    assert decide(file.ctime_ns) == ["prices.txt"]
    assert decide(file.ctime_ns + 10**12) == []


@pytest.mark.parametrize(
    ("name", "pattern"),
    [(".git", ".*"), ("~$a.docx", "~$*"), ("a.tmp", "*.tmp"), ("Thumbs.db", "Thumbs.db"), ("a[1].txt", "a[[]1].txt"),
     (".env", ""), ("notes.txt", ""), ("thumbs.db.txt", "")],
)  # fmt: skip
def test_the_first_pattern_that_a_name_fits_leaves_it_out(name: str, pattern: str) -> None:
    assert fitting_pattern(f"folder/{name}", name, (*JUNK, "a[[]1].txt", "*.none", "!.env")) == pattern


def test_a_pattern_may_name_a_path_and_without_patterns_nothing_is_left_out() -> None:
    assert fitting_pattern("old/a.txt", "a.txt", ("new/*", "old/*")) == "old/*"
    assert fitting_pattern("old/.git", ".git", ()) == ""


def test_what_was_written_to_after_a_time_that_is_not_known_is_compared_by_content() -> None:
    file = FileState("a", b"a", 5, 10, ctime_ns=1_000)
    hashed: list[str] = []

    def hash_it(file: FileState) -> str:
        hashed.append(file.path)
        return "aa"

    for since, times in ((0, 1), (1_001, 1)):
        compare(
            FolderScan((file,)),
            {b"a": known("a")},
            index_id=1,
            attempt_of=lambda file: ATTEMPT,
            hash_file=hash_it,
            changed_since_ns=since,
        )
        assert len(hashed) == times
