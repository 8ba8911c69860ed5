"""Writes a value as JSON and says where each of its fields stands in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A value without parts, at the characters `start` to `end` of the text; `path` is a JSON pointer (RFC 6901)."""

    path: str
    value: str | float | bool | None
    start: int
    end: int

    @property
    def steps(self) -> list[str]:
        """Return the names and numbers of its path, from the outermost on."""
        return [step.replace("~1", "/").replace("~0", "~") for step in self.path.split("/")[1:]]

    @property
    def label(self) -> str:
        """Return the names of its place in words: "/keeper/firstName" is "keeper first name"."""
        return " ".join(words_of(step) for step in self.steps if step and not step.isdigit())


@dataclass(frozen=True, slots=True)
class WrittenJson:
    """A text in JSON and its fields."""

    text: str
    fields: tuple[WrittenField, ...]


def write_json(value: Any) -> WrittenJson:
    """Return a value as one line of JSON."""
    pieces: list[str] = []
    fields: list[WrittenField] = []
    at = 0
    for piece, path, leaf in _pieces(value, ""):
        if path is not None:
            fields.append(WrittenField(path, leaf, at, at + len(piece)))
        pieces.append(piece)
        at += len(piece)
    return WrittenJson("".join(pieces), tuple(fields))


def words_of(name: str) -> str:
    """Return the name of a field in words: "flashInterval_seconds" is "flash interval seconds"."""
    return " ".join(_CAMEL.sub(" ", name).replace("_", " ").replace("-", " ").split()).lower()


def _pieces(value: Any, path: str) -> Iterator[tuple[str, str | None, Any]]:
    if isinstance(value, dict):
        for number, (name, part) in enumerate(value.items()):
            yield ("{" if number == 0 else ", ") + json.dumps(name, ensure_ascii=False) + ": ", None, None
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _pieces(part, f"{path}/{step}")
        yield "}" if value else "{}", None, None
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield "[" if number == 0 else ", ", None, None
            yield from _pieces(part, f"{path}/{number}")
        yield "]" if value else "[]", None, None
    else:
        yield json.dumps(value, ensure_ascii=False), path, value
