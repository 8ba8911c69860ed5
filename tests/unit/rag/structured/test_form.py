"""Forms of JSON: which schemas are taken, what an answer lacks, and where its fields stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.errors import ConfigurationError
from rag.extraction.columns import ColumnKind
from rag.structured.by_reader import read_fields
from rag.structured.form import check_form, read_answer
from rag.structured.written import write_json
from rag.types import JsonForm

LAMP = {
    "type": "object",
    "properties": {"flashes": {"type": "integer"}, "keeper": {"$ref": "#/$defs/person"}},
    "required": ["flashes"],
    "additionalProperties": False,
    "$defs": {"person": {"type": ["string", "null"], "pattern": "^[A-Z]"}},
}


def doubling(levels: int) -> dict[str, Any]:
    """A schema of few lines that is compared 2 ** levels times."""
    parts = {f"p{at}": {"anyOf": [{"$ref": f"#/$defs/p{at + 1}"}] * 2} for at in range(levels)}
    return {"type": "object", "properties": {"a": {"$ref": "#/$defs/p0"}}, "$defs": {**parts, f"p{levels}": {}}}


def test_an_answer_is_compared_with_all_of_the_schema() -> None:
    form = JsonForm(LAMP)
    check_form(form)
    assert read_answer(form, '```json\n{"flashes": 3, "keeper": "Tamsin"}\n```') == (
        {"flashes": 3, "keeper": "Tamsin"},
        "",
    )
    for text, fault in {
        "Three times.": "not JSON",
        '{"flashes": NaN}': "not JSON",
        "[3]": "not an object",
        '{"flashes": "three"}': "flashes: 'three' is not of type 'integer'",
        '{"flashes": 3, "keeper": "tamsin"}': "does not match",
        '{"keeper": null}': "'flashes' is a required property",
    }.items():
        assert fault in read_answer(form, text)[1]
    assert read_answer(JsonForm(), '{"anything": [1]}') == ({"anything": [1]}, "")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {}},
        {},
        {"type": "object", "properties": {"a": {"$ref": "https://example.org/person.json"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/missing"}}},
        {"type": "object", "properties": {"a": {"type": "texts"}}},
        {"type": "object", "properties": {"a": {"pattern": "(?=x)"}}},
        {"type": "object", "patternProperties": {"(a+)+$": {}}},
        doubling(16),
        json.loads('{"type": "object", "properties": {"a": ' * 60 + "{}" + "}}" * 60),
    ],
)
def test_a_schema_that_is_wrong_too_large_or_refers_elsewhere_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        check_form(JsonForm(schema))


def test_a_schema_may_refer_to_itself() -> None:
    form = JsonForm({"type": "object", "properties": {"part": {"$ref": "#"}}, "additionalProperties": False})
    check_form(form)
    assert read_answer(form, '{"part": {"part": {}}}')[1] == ""
    assert read_answer(form, '{"part": {"other": 1}}')[1] != ""


def test_a_pattern_takes_no_longer_than_the_text_is_long() -> None:
    form = JsonForm({"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}})
    check_form(form)
    assert "does not match" in read_answer(form, json.dumps({"a": "a" * 5_000 + "!"}))[1]


def test_each_field_is_found_in_the_written_json() -> None:
    value = {"keeper": {"firstName": "Tamsin"}, "flashes": [3, 20.5], "a/b": None, "none": {}, "lit": True}
    written = write_json(value)
    assert json.loads(written.text) == value
    assert {one.path: written.text[one.start : one.end] for one in written.fields} == {
        "/keeper/firstName": '"Tamsin"',
        "/flashes/0": "3",
        "/flashes/1": "20.5",
        "/a~1b": "null",
        "/lit": "true",
    }
    assert [one.label for one in written.fields] == ["keeper first name", "flashes", "flashes", "a/b", "lit"]


def test_fields_that_the_reader_can_fill_become_columns() -> None:
    schema = {
        "type": "object",
        "properties": {
            "rent": {"type": "number", "description": "What is the monthly rent?"},
            "startDate": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            "is_furnished": {"type": ["boolean", "null"]},
            "parties": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["rent"],
    }
    fields = read_fields(JsonForm(schema))
    assert [(one.column.name, one.column.kind) for one in fields] == [
        ("rent", ColumnKind.NUMBER),
        ("start date", ColumnKind.DATE),
        ("is furnished", ColumnKind.YES_NO),
        ("parties", ColumnKind.LIST),
    ]
    assert fields[0].column.question == "What is the monthly rent?"
    assert [one.may_be_null for one in fields] == [False, True, True, False]
    for kind in ({"type": "object", "properties": {}}, {"enum": ["a"]}, {"anyOf": [{"type": "string"}] * 2}):
        with pytest.raises(ConfigurationError, match="needs an LLM"):
            read_fields(JsonForm({"type": "object", "properties": {"a": kind}}))
    with pytest.raises(ConfigurationError, match="needs an LLM"):
        read_fields(JsonForm())
