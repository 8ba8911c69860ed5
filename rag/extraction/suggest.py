"""Suggests columns for the documents of a collection by their kinds: `suggestions.json`."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rag.extraction.columns import Column, parse_columns
from rag.types import DocumentInfo

FILE = Path(__file__).with_name("suggestions.json")

ANY_KIND = ""
"""The kind whose columns fit any document."""


def suggest_columns(documents: Sequence[DocumentInfo]) -> tuple[str, tuple[Column, ...]]:
    """Return the kind that most of the documents have, "" where no kind with columns is known, and its columns."""
    known = load_suggestions()
    kinds = Counter(document.profile.kind for document in documents if document.profile.kind in known)
    kinds.pop(ANY_KIND, None)
    kind = kinds.most_common(1)[0][0] if kinds else ANY_KIND
    return kind, known[kind]


@functools.cache
def load_suggestions() -> dict[str, tuple[Column, ...]]:
    """Return the columns as shipped, by the kind of document."""
    given = json.loads(FILE.read_text(encoding="utf-8"))
    return {kind: parse_columns(columns) for kind, columns in given.items()}
