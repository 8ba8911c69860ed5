"""Defines the columns of a table over documents, and reads them from a YAML or JSON file."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from rag.errors import ConfigurationError
from rag.types import MAX_QUESTION_CHARACTERS

MAX_COLUMNS = 50
MAX_NAME = 100
"""Characters of a column's name."""
MAX_UNIT = 20
MAX_LABELS = 20
"""Further labels that one column is looked for by."""
MAX_FILE_BYTES = 1 << 20

EXAMPLE = "Write a list with one entry a column, each with `name`, `question` and `kind`; docs/tables.md shows one."


class ColumnKind(StrEnum):
    """The kinds of values that a column holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes/no"
    LIST = "list"


KINDS = ", ".join(kind.value for kind in ColumnKind)


@dataclass(frozen=True, slots=True)
class Column:
    """A question that is asked of every document of a table.

    `unit` is that of a number ("EUR", "days", "%"). `labels` are words before which the value stands in forms, besides
    those of name and question.
    """

    name: str
    question: str
    kind: ColumnKind = ColumnKind.TEXT
    unit: str = ""
    labels: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return a text that changes where the answers may: cells are kept under it."""
        parts = json.dumps([self.name, self.question, self.kind.value, self.unit, self.labels])
        return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return the column as `parse_columns` reads it."""
        return {
            "name": self.name,
            "question": self.question,
            "kind": self.kind.value,
            "unit": self.unit,
            "labels": list(self.labels),
        }


def load_columns(file: Path) -> tuple[Column, ...]:
    """Read the columns of a YAML or JSON file. Raises ConfigurationError, which names the column that is wrong."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise ConfigurationError(f"{file} is too large for a file of columns.", EXAMPLE)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.", "Name a file with columns.") from error
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from None
    return parse_columns(read_yaml(text, str(file)))


def read_yaml(text: str, name: str) -> Any:
    """Return what a text in YAML, or in JSON, which is YAML too, says. Raises ConfigurationError."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        remedy = "Put questions within braces into quotes; docs/tables.md shows a file of columns."
        raise ConfigurationError(f"{name} is not valid YAML{where}.", remedy) from None


def parse_columns(given: Any) -> tuple[Column, ...]:
    """Return the columns of a list of mappings, or of a mapping whose entry `columns` is one.

    Raises ConfigurationError.
    """
    entries = given.get("columns") if isinstance(given, Mapping) else given
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not entries:
        raise ConfigurationError("There are no columns.", EXAMPLE)
    return check_columns([_parse_column(entry, number) for number, entry in enumerate(entries, start=1)])


def check_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns that may stand in one table. Raises ConfigurationError."""
    if not columns:
        raise ConfigurationError("There are no columns.", EXAMPLE)
    if len(columns) > MAX_COLUMNS:
        raise ConfigurationError(
            f"There are {len(columns)} columns; the limit is {MAX_COLUMNS}.", "Make two tables of them."
        )
    counts = Counter(column.name.casefold() for column in columns)
    if twice := [column.name for column in columns if counts[column.name.casefold()] > 1]:
        raise ConfigurationError(f"Two columns are named {twice[0]!r}.", "Give each column a name of its own.")
    return tuple(columns)


def _parse_column(entry: Any, number: int) -> Column:
    if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
        place = f"The column {entry['name']!r}"
    else:
        place = f"Column {number}"
    if not isinstance(entry, Mapping):
        raise ConfigurationError(f"{place} is not a mapping with a name and a question.", EXAMPLE)
    if unknown := [str(key) for key in entry if key not in ("name", "question", "kind", "unit", "labels")]:
        raise ConfigurationError(
            f"{place} has an unknown entry {unknown[0]!r}.", "The entries are: name, question, kind, unit, labels."
        )
    name = _text(entry.get("name"), f"{place}: the name", MAX_NAME)
    if not name:
        raise ConfigurationError(f"{place} has no name.", EXAMPLE)
    question = _text(entry.get("question"), f"{place}: the question", MAX_QUESTION_CHARACTERS) or name
    kind = _kind(entry.get("kind", ColumnKind.TEXT.value), place)
    unit = _text(entry.get("unit"), f"{place}: the unit", MAX_UNIT)
    if unit and kind is not ColumnKind.NUMBER:
        raise ConfigurationError(f"{place} has a unit and is not a number.", "Write `kind: number`, or take it out.")
    if not any(character.isalnum() for character in question):
        raise ConfigurationError(f"{place} has an empty question.", "Write what you want to know of each document.")
    return Column(name, question, kind, unit, _labels(entry.get("labels"), place))


def _kind(given: Any, place: str) -> ColumnKind:
    # YAML 1.1 reads a bare `yes/no` as text, but people write other forms too.
    written = str(given).strip().casefold().replace(" ", "")
    aliases = {"yesno": "yes/no", "yes-no": "yes/no", "yes_no": "yes/no", "boolean": "yes/no", "bool": "yes/no"}
    try:
        return ColumnKind(aliases.get(written, written))
    except ValueError:
        raise ConfigurationError(f"{place} has the unknown kind {given!r}.", f"The kinds are: {KINDS}.") from None


def _labels(given: Any, place: str) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MAX_LABELS:
        raise ConfigurationError(f"{place}: `labels` is not a list of at most {MAX_LABELS} texts.", EXAMPLE)
    return tuple(label for one in given if (label := _text(one, f"{place}: a label", MAX_NAME)))


def _text(given: Any, what: str, longest: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, str | int | float) or isinstance(given, bool):
        raise ConfigurationError(f"{what} is not a text.", "Put it into quotes.")
    text = " ".join(str(given).split())
    if len(text) > longest:
        raise ConfigurationError(f"{what} has {len(text):,} characters; the limit is {longest:,}.", "Shorten it.")
    return text
