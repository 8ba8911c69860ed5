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


def _wide(folder: Path, heads: list[str], *rows: list[str]) -> list[list[str]]:
    """The parts of each row of a table with these columns and 30 more behind the first one."""
    more = [f"Measure number {at}" for at in range(30)]
    lines = [[heads[0], *more, *heads[1:]]]
    lines += [[row[0], *(f"{number}{at}" for at in range(30)), *row[1:]] for number, row in enumerate(rows, 1)]
    (folder / "wide.csv").write_text("\n".join(";".join(line) for line in lines))
    found = blocks(parse(folder / "wide.csv").pages[0])
    return [[part for part in found if part.startswith(f"{heads[0]}: {row[0]} | ")] for row in rows]


@pytest.mark.parametrize(
    ("heads", "rows", "repeated"),
    [
        (["Car", "Depot", "Name"], (["201", "West", "Amsel"], ["204", "Mitte", "Star"]), "Name: Amsel"),
        (
            ["Nr", "Lager", "Bezeichnung"],
            (["1", "West", "Mutter M8"], ["2", "Ost", "Bolzen"]),
            "Bezeichnung: Mutter M8",
        ),
        (["No", "Year", "Boat"], (["1", "1988", "Heron"], ["2", "1991", "Tern"]), "Boat: Heron"),
        (
            ["No", "Kind", "Boat"],
            (["1", "Sloop", "Heron"], ["2", "Sloop", "Tern"], ["3", "Sloop", "Gull"]),
            "Boat: Heron",
        ),
        (["No", "Mail", "Boat"], (["1", "a@heron.org", "Heron"], ["2", "b@tern.org", "Tern"]), "Boat: Heron"),
        (
            ["No", "First name", "Last name"],
            (["1", "Ada", "Finn"], ["2", "Ben", "Loy"]),
            "First name: Ada | Last name: Finn",
        ),
    ],
)
def test_each_part_of_a_wide_row_says_what_it_is_of(
    tmp_path: Path, heads: list[str], rows: tuple[list[str], ...], repeated: str
) -> None:
    parts = _wide(tmp_path, heads, *rows)[0]
    assert len(parts) > 1
    assert all(part.startswith(f"{heads[0]}: {rows[0][0]} | {repeated} | ") for part in parts)
    assert sum(part.count("Measure number 17: 117") for part in parts) == 1


def test_values_that_name_nothing_are_not_repeated(tmp_path: Path) -> None:
    parts = _wide(tmp_path, ["No", "Colour"], ["1", "red"], ["2", "red"], ["3", "green"])[0]
    assert sum("Colour: red" in part for part in parts) == 1
