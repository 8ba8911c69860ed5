"""Checks a form of JSON that an answer is to have, and answers against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from rag.errors import ConfigurationError
from rag.types import JsonForm

MAX_PARTS = 5_000
"""Parts of a schema, a definition counted wherever it is referred to: an answer is compared with each."""
MAX_DEPTH = 40
MAX_FAULT = 300
"""Characters of what is said to be wrong with an answer."""

SUBSCHEMAS = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")
SUBSCHEMA_LISTS = ("anyOf", "allOf", "oneOf", "prefixItems")
SUBSCHEMA_MAPS = ("properties", "$defs", "definitions", "dependentSchemas")

REFUSED = ("patternProperties", "$dynamicRef", "$recursiveRef", "$id", "unevaluatedProperties", "unevaluatedItems")
"""What would let a schema refer to more than itself, or take long to compare with."""

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


def check_form(form: JsonForm) -> None:
    """Refuse a schema that is none, is too large, or refers to what is not in it. Raises ConfigurationError."""
    if form.schema is None:
        return
    from jsonschema import Draft202012Validator, SchemaError  # type: ignore[import-untyped]

    if form.schema.get("type") not in ("object", None) or not form.schema:
        raise ConfigurationError("The schema is not of an object.", 'Write "type": "object" with its properties.')
    _count_parts(form.schema, form.schema, {}, 0)
    try:
        Draft202012Validator.check_schema(form.schema)
    except (SchemaError, RecursionError) as error:
        said = getattr(error, "message", "it is nested too deeply")
        raise ConfigurationError(f"The schema is not valid: {said[:MAX_FAULT]}.", "Correct the schema.") from None


def read_answer(form: JsonForm, text: str) -> tuple[Any, str]:
    """Return the value that a text holds, and what is wrong with it: "" for nothing."""
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None, "it is not JSON"
    return value, find_fault(form, value)


def find_fault(form: JsonForm, value: Any) -> str:
    """Return how a value differs from the form, "" where it fits."""
    if not isinstance(value, dict):
        return "it is not an object"
    if form.schema is None:
        return ""
    from referencing import Registry

    try:
        # An empty registry: nothing that a schema refers to is fetched.
        error = next(_validator()(form.schema, registry=Registry()).iter_errors(value), None)
    except RecursionError:
        return "it is nested too deeply"
    if error is None:
        return ""
    place = "/".join(map(str, error.absolute_path))
    return f"{place}: {error.message}"[:MAX_FAULT] if place else str(error.message)[:MAX_FAULT]


def resolve(schema: Any, root: Mapping[str, Any]) -> Any:
    """Return what a schema says itself, behind the references to other parts of `root`. Raises ConfigurationError."""
    seen = 0
    while isinstance(schema, Mapping) and isinstance(reference := schema.get("$ref"), str):
        schema, seen = _find(reference, root), seen + 1
        if seen > MAX_DEPTH:
            raise ConfigurationError(f"{reference!r} in the schema refers to itself.", "Correct the schema.")
    return schema


def _find(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    if reference != "#":
        if not reference.startswith("#/"):
            raise ConfigurationError(
                f"The schema refers to {reference!r}, which is not in it.", "Put all that it needs into `$defs`."
            )
        for step in reference[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping | bool):
        raise ConfigurationError(
            f"The schema refers to {reference!r}, which is not in it.", "Put all that it needs into `$defs`."
        )
    return found


def _count_parts(schema: Any, root: Mapping[str, Any], known: dict[int, int], depth: int) -> int:
    """Return of how many parts a schema is, references followed; a part within itself counts once."""
    if depth > MAX_DEPTH:
        raise ConfigurationError("The schema is nested too deeply.", f"Nest it at most {MAX_DEPTH} levels deep.")
    if not isinstance(schema, Mapping):
        return 1
    if id(schema) in known:
        return known[id(schema)]
    known[id(schema)] = 1
    if refused := next((name for name in REFUSED if name in schema), ""):
        raise ConfigurationError(f"The schema uses {refused!r}, which is not supported.", "Write it without.")
    if isinstance(pattern := schema.get("pattern"), str):
        _pattern(pattern)
    count = 1 + sum(_count_parts(part, root, known, depth + 1) for part in _parts(schema))
    if isinstance(reference := schema.get("$ref"), str):
        count += _count_parts(_find(reference, root), root, known, depth + 1)
    if count > MAX_PARTS:
        raise ConfigurationError("The schema is too large.", f"It may have {MAX_PARTS:,} parts at most.")
    known[id(schema)] = count
    return count


def _parts(schema: Mapping[str, Any]) -> Iterator[Any]:
    for name in SUBSCHEMAS:
        if name in schema:
            yield schema[name]
    for name in SUBSCHEMA_LISTS:
        listed = schema.get(name)
        yield from listed if isinstance(listed, list) else ()
    for name in SUBSCHEMA_MAPS:
        mapped = schema.get(name)
        yield from mapped.values() if isinstance(mapped, Mapping) else ()


def _refuse_constant(name: str) -> float:
    raise ValueError(name)  # NaN and the infinities are no JSON.


@cache
def _validator() -> Any:
    """Return the validator of JSON Schema 2020-12, with patterns that take no longer than the text is long."""
    from jsonschema import Draft202012Validator, ValidationError, validators

    def check_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
        if isinstance(instance, str) and not _fits(pattern, instance):
            yield ValidationError(f"it does not match {pattern!r}")

    return validators.extend(Draft202012Validator, {"pattern": check_pattern})


def _fits(pattern: str, text: str) -> bool:
    from pydantic import ValidationError

    try:
        _pattern(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


@cache
def _pattern(pattern: str) -> Any:
    """Return what matches a pattern in linear time (pydantic's engine for them is Rust's). Raises
    ConfigurationError.
    """
    from typing import Annotated

    from pydantic import StringConstraints, TypeAdapter
    from pydantic_core import SchemaError

    try:
        return cast("Any", TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)]))
    except SchemaError:
        raise ConfigurationError(
            f"The pattern {pattern[:MAX_FAULT]!r} of the schema is not supported.", "Write it without look-around."
        ) from None
