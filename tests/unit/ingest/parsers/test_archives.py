"""A ZIP archive is a folder of documents; bombs, locks and damage are told."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rag.errors import ParseError
from tests.unit.ingest.parsers.reading import all_text, parse


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_members_are_read_by_their_own_parsers_and_named(tmp_path: Path) -> None:
    members = {
        "b/fees.csv": b"Berth,Fee\nInner,40\n",
        "a.txt": b"The crane is closed.",
        "__MACOSX/._a.txt": b"junk",
        ".hidden": b"junk",
        "program.exe": b"MZ\x00\x01\x02" * 40,
    }
    document = parse(write_zip(tmp_path / "docs.zip", members))
    assert [page.label for page in document.pages] == ["a.txt", "b/fees.csv"]
    assert document.page_word == "part"
    assert document.warnings == ("Files were not read: program.exe.",)
    assert document.pages[1].text == "b/fees.csv\n\nBerth | Fee\nInner | 40"


def test_archives_in_archives_are_read_to_a_depth(tmp_path: Path) -> None:
    content = b"words"
    name = "words.txt"
    for number in range(5):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(name, content)
            archive.writestr(f"level{number}.txt", f"level {number}")
        content, name = stream.getvalue(), f"inner{number}.zip"
    (tmp_path / "nested.zip").write_bytes(content)
    text = all_text(parse(tmp_path / "nested.zip"))
    assert "level 4" in text
    assert "words.txt" not in text


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="more than is safe"):
        parse(write_zip(tmp_path / "bomb.zip", {"zeros.txt": bytes(200 << 20)}))


def test_an_archive_with_a_password_is_named_as_locked(tmp_path: Path) -> None:
    write_zip(tmp_path / "plain.zip", {"a.txt": b"secret words"})
    content = bytearray((tmp_path / "plain.zip").read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1  # The flag of an encrypted member.
    (tmp_path / "locked.zip").write_bytes(bytes(content))
    with pytest.raises(ParseError, match="needs a password"):
        parse(tmp_path / "locked.zip")


def test_damaged_members_are_named_and_the_others_read(tmp_path: Path) -> None:
    write_zip(tmp_path / "good.zip", {"a.txt": b"The crane is closed.", "b.txt": b"unmistakable words" * 30})
    content = (tmp_path / "good.zip").read_bytes()
    at = content.index(b"b.txt") + 8
    (tmp_path / "bad.zip").write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])
    document = parse(tmp_path / "bad.zip")
    assert [page.label for page in document.pages] == ["a.txt"]
    assert document.warnings == ("Files were not read: b.txt.",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"PK\x05\x06" + bytes(18), "no document in it"), (b"PK\x03\x04 cut", "damaged"), (b"words", "is not a ZIP")],
)
def test_empty_and_broken_archives_are_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ParseError, match=reason):
        parse(tmp_path / "a.zip")


def test_names_that_climb_out_of_the_archive_write_nothing_there(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    document = parse(write_zip(folder / "climb.zip", {"../../climbed.txt": b"words up there"}))
    assert "words up there" in all_text(document)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder"]
