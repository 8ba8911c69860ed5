"""CSV and TSV files of any usual kind become tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ingest.parsers.reading import blocks, parse

TABLE = ["Gate | Keeper", "North | Lamm", "South | Sohn"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", b"Gate,Keeper\nNorth,Lamm\nSouth,Sohn\n"),
        ("named.csv", b"sep=;\r\nGate;Keeper\r\nNorth;Lamm\r\nSouth;Sohn\r\n"),
        ("marked.csv", b'\xef\xbb\xbf"sep=|"\nGate|Keeper\nNorth|Lamm\nSouth|Sohn\n'),
        ("wide.csv", "Gate;Keeper\nNorth;Lamm\nSouth;Sohn".encode("utf-16")),
        ("tabs.tsv", b"Gate\tKeeper\nNorth\tLamm\nSouth\tSohn\n"),
        ("commas.tsv", b"Gate,Keeper\nNorth,Lamm\nSouth,Sohn\n"),
    ],
)
def test_the_delimiter_is_found_or_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert blocks(parse(tmp_path / name).pages[0]) == TABLE


def test_delimiters_in_quotes_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "fees.csv").write_text('Service;Note\nCrane;"a, b, c, d"\nTug;"e, f, g, h"\n')
    assert blocks(parse(tmp_path / "fees.csv").pages[0])[1] == "Crane | a, b, c, d"


def test_a_first_row_whose_values_come_again_is_no_head(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("Abdala,yes\nAlonso,yes\nArena,no\n")
    assert blocks(parse(tmp_path / "votes.csv").pages[0]) == ["Abdala | yes", "Alonso | yes", "Arena | no"]
    assert "table_head" not in {block.kind.value for block in parse(tmp_path / "votes.csv").pages[0].blocks}


def test_a_head_with_an_empty_corner_begins_with_a_bar(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(";2022;2023\nNovels;8410;8795\nAudiobooks;917;1264\n")
    found = blocks(parse(tmp_path / "loans.csv").pages[0])
    assert found == ["| 2022 | 2023", "Novels | 8410 | 8795", "Audiobooks | 917 | 1264"]
