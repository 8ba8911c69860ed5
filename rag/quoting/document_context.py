"""Tells what stands over all sentences of a source: what its document is called, and when it was written."""

from __future__ import annotations

from rag.types import Source


def context_of(source: Source) -> str:
    """Return what stands over all sentences of a source: names of the document, its section, dates and period."""
    document = source.document
    return "\n".join((document.title, document.path, source.section, document.profile.period, document.profile.dated))
