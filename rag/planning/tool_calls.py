"""Offers the tools of a plan to LLMs that call tools, and reads their calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.planning.protocol import CALCULATE, FIND, MAX_PLANNED, OPEN, OUTLINE, SEARCH, PlannedCall
from rag.planning.tools import FILTER_FIELDS
from rag.types import ToolCall

_DOCUMENT = {"type": "string", "description": "the document's title or file name"}


def _schema(name: str, description: str, required: Sequence[str], **properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of a tool in OpenAI's form, which LangChain takes for every provider."""
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TOOL_SCHEMAS: tuple[dict[str, Any], ...] = (
    _schema(
        SEARCH,
        "Search the user's documents by meaning and by words. One search for each thing that has to be known.",
        ["words"],
        words={"type": "string", "description": "whom or what it is about, the year, the statement, the line items"},
        filters={
            "type": "object",
            "description": f"fields and values that the documents must have; * stands for anything. Fields: "
            f"{', '.join(FILTER_FIELDS)}",
            "additionalProperties": {"type": "string"},
        },
    ),
    _schema(
        FIND,
        "Count exact words in every document and find the passages that hold them.",
        ["words"],
        words={"type": "string"},
    ),
    _schema(
        OPEN,
        "Open pages of a document.",
        ["document", "pages"],
        document=_DOCUMENT,
        pages={"type": "array", "items": {"type": "integer"}, "description": "page numbers from 1, at most three"},
    ),
    _schema(
        CALCULATE,
        "Compute a ratio, a growth, a sum or a difference of figures in the documents. Code reads and computes.",
        ["words"],
        words={"type": "string", "description": "what to compute, of whom and of which years, as a question"},
    ),
    _schema(OUTLINE, "List the headings of a document with their pages.", ["document"], document=_DOCUMENT),
)

_NAMES = {schema["function"]["name"] for schema in TOOL_SCHEMAS}


def read_calls(calls: Sequence[ToolCall]) -> list[PlannedCall]:
    """Return the calls of tools that there are, in order; arguments of another kind than asked for are left out."""
    return [_read_call(call) for call in calls if call.name in _NAMES][:MAX_PLANNED]


def _read_call(call: ToolCall) -> PlannedCall:
    text = call.arguments.get("words", call.arguments.get("document", ""))
    pages = call.arguments.get("pages")
    filters = call.arguments.get("filters")
    return PlannedCall(
        call.name,
        text if isinstance(text, str) else "",
        tuple(page for page in pages if isinstance(page, int)) if isinstance(pages, list) else (),
        tuple((name, value) for name, value in filters.items() if isinstance(name, str) and isinstance(value, str))
        if isinstance(filters, dict)
        else (),
    )
