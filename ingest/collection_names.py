"""Checks the name of a new collection, which stands in addresses, in models' names and in names of folders."""

from __future__ import annotations

import re

from rag.errors import ConfigurationError

MAX_COLLECTION = 64

COLLECTION = re.compile(r"[^\W_](?:[\w .-]*\w)?")


def check_collection_name(name: str) -> None:
    """Raise ConfigurationError for a name that a new collection may not have."""
    if len(name) > MAX_COLLECTION or not COLLECTION.fullmatch(name):
        raise ConfigurationError(
            f"A collection may not be called {name[:MAX_COLLECTION]!r}.",
            f"Use at most {MAX_COLLECTION} letters, digits, spaces, dots, hyphens and underscores.",
        )
