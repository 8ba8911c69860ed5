"""Columns of a table as people write them, and what is wrong with those that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigurationError
from rag.extraction.columns import Column, ColumnKind, load_columns, parse_columns

YAML = """
columns:
  - name: Total
    question: What is the total amount?
    kind: number
    unit: EUR
  - {name: Renews, question: "Does it renew automatically?", kind: yes/no}
  - name: Parties
    kind: list
    labels: [Contracting parties]
"""


def test_a_yaml_file_gives_columns_in_order(tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(YAML, encoding="utf-8")
    assert load_columns(file) == (
        Column("Total", "What is the total amount?", ColumnKind.NUMBER, "EUR"),
        Column("Renews", "Does it renew automatically?", ColumnKind.YES_NO),
        Column("Parties", "Parties", ColumnKind.LIST, labels=("Contracting parties",)),
    )


def test_json_is_read_too_and_what_is_written_is_read_back() -> None:
    columns = parse_columns([{"name": "End", "question": "When does it end?", "kind": "date"}])
    assert parse_columns({"columns": [column.to_json() for column in columns]}) == columns


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ([], "no columns"),
        ("name: x", "no columns"),
        ([{"question": "What?"}], "Column 1 has no name"),
        ([{"name": "Sum", "kind": "money"}], "'Sum' has the unknown kind 'money'"),
        ([{"name": "Sum"}, {"name": "sum"}], "Two columns are named 'Sum'"),
        ([{"name": "Sum", "unit": "EUR"}], "'Sum' has a unit and is not a number"),
        ([{"name": "Sum", "questoin": "x"}], "unknown entry 'questoin'"),
        ([{"name": "Sum", "question": "?"}], "'Sum' has an empty question"),
        ([{"name": "Sum", "question": ["a"]}], "the question is not a text"),
        ([{"name": f"c{number}"} for number in range(51)], "51 columns; the limit is 50"),
        (["Sum"], "Column 1 is not a mapping"),
    ],
)
def test_a_column_that_cannot_be_is_named_with_what_is_wrong(given: object, named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_columns(given)
    assert named in caught.value.reason
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["columns: [", "\x00", "- name: a\n  name"])
def test_what_is_no_yaml_is_told_with_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"broken\.yaml|no columns|no name|not a mapping"):
        load_columns(file)


def test_a_missing_file_and_one_that_is_no_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_columns(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"- name: caf\xe9")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_columns(tmp_path / "latin.yaml")


def test_the_fingerprint_changes_with_what_answers_depend_on() -> None:
    column = Column("Total", "What is the total?", ColumnKind.NUMBER)
    others = [
        Column("Total", "What is the net total?", ColumnKind.NUMBER),
        Column("Total", "What is the total?"),
        Column("Total", "What is the total?", ColumnKind.NUMBER, "EUR"),
    ]
    assert len({one.fingerprint for one in (column, *others)}) == 4
    assert Column("Total", "What is the total?", ColumnKind.NUMBER).fingerprint == column.fingerprint
