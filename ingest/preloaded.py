"""Imports what nearly every folder needs, once for all workers, which are forked from the process that did."""

from __future__ import annotations

from contextlib import suppress

import ingest.parsers.pdf.document
import ingest.parsing
import ingest.preparation  # noqa: F401
from ingest.language import load_languages

# Where it fails, it fails again where it is used, and is told there.
with suppress(Exception):
    load_languages()
