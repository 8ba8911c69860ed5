"""Says where in the documents something stands: a short name, and pages where the format has any."""

from __future__ import annotations

from collections.abc import Sequence

from app.web.escape import one_line
from rag.types import Citation, Source, place_name

NAME_CHARACTERS = 48


def place_of_source(source: Source) -> str:
    """Return a source's document, its name cut where it is long, and pages."""
    return place_name(one_line(source.document.title or source.document.path, NAME_CHARACTERS), source.pages)


def place_of_citation(citation: Citation, sources: Sequence[Source], *, name_characters: int = NAME_CHARACTERS) -> str:
    """Return the document that a citation of one of `sources` quotes, and the page."""
    title = next((source.document.title for source in sources if source.number == citation.number), "")
    return place_name(one_line(title or citation.document, name_characters), citation.pages)
