"""Fills a form without an LLM: each field is read from the one document that answers the question best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rag.errors import ConfigurationError, QuestionError
from rag.extraction.cells import Cell
from rag.extraction.columns import Column, ColumnKind
from rag.extraction.reader import CellReader, OpenDocument
from rag.extraction.values import YES
from rag.structured.form import find_fault, resolve
from rag.structured.written import words_of
from rag.types import MAX_QUESTION_CHARACTERS, JsonForm

NEEDS_LLM = "Set an LLM up, or ask for texts, numbers, dates, and yes or no alone."

_KINDS = {"string": ColumnKind.TEXT, "number": ColumnKind.NUMBER, "integer": ColumnKind.NUMBER}


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form that is read as a column of a table is; `may_be_null` and `is_required` say what else it may
    be.
    """

    name: str
    column: Column
    is_whole: bool
    may_be_null: bool
    is_required: bool


def read_fields(form: JsonForm) -> tuple[FormField, ...]:
    """Return the fields of a form that can be read without an LLM. Raises ConfigurationError where one cannot."""
    properties = (form.schema or {}).get("properties")
    if form.schema is None or not isinstance(properties, Mapping) or not properties:
        raise ConfigurationError("An answer in JSON without fields that are named needs an LLM.", NEEDS_LLM)
    required = form.schema.get("required") or ()
    return tuple(_field(name, schema, form.schema, name in required) for name, schema in properties.items())


def fill_form(
    form: JsonForm, fields: tuple[FormField, ...], reader: CellReader, document: OpenDocument
) -> tuple[dict[str, Any], dict[str, Cell]]:
    """Return the values of a document, and by their names the cells that prove them.

    Raises QuestionError where the document lacks what the form demands.
    """
    values: dict[str, Any] = {}
    cells: dict[str, Cell] = {}
    for field in fields:
        cell = reader.read(document, field.column)
        value = _value(field, cell)
        if value is not None:
            values[field.name], cells[field.name] = value, cell
        elif field.may_be_null:
            values[field.name] = None
        elif field.is_required:
            raise QuestionError(
                f"{document.info.path} does not say “{field.name}”, which the form demands.",
                "Let it be null, or set an LLM up.",
            )
    if fault := find_fault(form, values):
        raise QuestionError(f"What {document.info.path} says does not fit the form: {fault}.", "Allow for more in it.")
    return values, cells


def _field(name: str, schema: Any, root: Mapping[str, Any], is_required: bool) -> FormField:
    schema, may_be_null = _without_null(resolve(schema, root), root)
    kind = _kind_of(schema, root)
    if kind is None:
        raise ConfigurationError(f"The field {name!r} is of a kind that needs an LLM.", NEEDS_LLM)
    described = schema.get("description") or schema.get("title")
    question = described if isinstance(described, str) and described.strip() else words_of(name)
    column = Column(words_of(name) or name, question[:MAX_QUESTION_CHARACTERS], kind)
    return FormField(name, column, schema.get("type") == "integer", may_be_null, is_required)


def _without_null(schema: Any, root: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """Return what a field is where it is not null, and whether it may be null."""
    if not isinstance(schema, Mapping):
        return {}, False
    if isinstance(kinds := schema.get("type"), list):
        others = [kind for kind in kinds if kind != "null"]
        return {**schema, "type": others[0] if len(others) == 1 else ""}, "null" in kinds
    if isinstance(choices := schema.get("anyOf"), list):
        resolved = [resolve(choice, root) for choice in choices]
        others = [one for one in resolved if isinstance(one, Mapping) and one.get("type") != "null"]
        if len(others) == 1 and len(resolved) == 2:
            return {**schema, **others[0]}, True
        return {}, False
    return schema, False


def _kind_of(schema: Mapping[str, Any], root: Mapping[str, Any]) -> ColumnKind | None:
    if "enum" in schema or "const" in schema:
        return None
    match schema.get("type"):
        case "string" if schema.get("format") in ("date", "date-time"):
            return ColumnKind.DATE if schema["format"] == "date" else None
        case "boolean":
            return ColumnKind.YES_NO
        case "array":
            items = resolve(schema.get("items"), root)
            is_list = isinstance(items, Mapping) and items.get("type") == "string" and "enum" not in items
            return ColumnKind.LIST if is_list else None
        case kind:
            return _KINDS.get(kind) if isinstance(kind, str) else None


def _value(field: FormField, cell: Cell) -> Any:
    """Return what a cell says in JSON's kinds; None where it says nothing."""
    if not cell.value:
        return None
    match field.column.kind:
        case ColumnKind.NUMBER:
            number = Decimal(cell.value)
            if number != number.to_integral_value():
                return None if field.is_whole else float(number)
            return int(number)
        case ColumnKind.YES_NO:
            return cell.value == YES
        case ColumnKind.LIST:
            return list(cell.items)
        case _:
            return cell.value
