"""Says where in the documents something stands: a name, and pages where the format has any. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from app.api.schemas import CitationResponse, SourceResponse
from app.web.escape import one_line
from rag.types import page_name, place_name

NAME_CHARACTERS = 48


def pages_of_source(source: SourceResponse) -> str:
    """The pages of a source, "" where its format has none."""
    return page_name(source.first_page, source.page_label, source.page_word, last_page=source.last_page)


def place_of_source(source: SourceResponse) -> str:
    """A source's document, its name cut where it is long, and pages."""
    return place_name(one_line(source.title or source.document, NAME_CHARACTERS), pages_of_source(source))


def place_of_citation(
    citation: CitationResponse, sources: Sequence[SourceResponse], *, name_characters: int = NAME_CHARACTERS
) -> str:
    """The document that a citation of one of `sources` quotes, and the page."""
    source = next((one for one in sources if one.number == citation.number), None)
    name = (source and source.title) or citation.document
    pages = page_name(citation.page, citation.page_label, source.page_word if source else "")
    return place_name(one_line(name, name_characters), pages)
