"""Says where in the documents something stands: a short name, and pages where the format has any."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.web import texts
from app.web.escape import one_line
from rag.types import Citation, Source, place_name

NAME_CHARACTERS = 48

_PAGES = re.compile(r"(?P<word>page|slide|sheet|part) (?P<first>\d+(?: \(.*\))?)(?: to (?P<last>\d+))?")


def pages_of(named: str) -> str:
    """Return what `rag.types.page_name` gives, in the visitor's language."""
    found = _PAGES.fullmatch(named)
    if found is None:
        return named
    numbers = texts.PAGES_TO.format(first=found["first"], last=found["last"]) if found["last"] else found["first"]
    return texts.PAGE_WORDS[found["word"]].format(number=numbers)


def kind_of(kind: str) -> str:
    """Return a kind of document in the visitor's language."""
    return texts.DOCUMENT_KINDS.get(kind, kind)


def place_of_source(source: Source) -> str:
    """Return a source's document, its name cut where it is long, and pages."""
    return place_name(one_line(source.document.title or source.document.path, NAME_CHARACTERS), pages_of(source.pages))


def place_of_citation(citation: Citation, sources: Sequence[Source], *, name_characters: int = NAME_CHARACTERS) -> str:
    """Return the document that a citation of one of `sources` quotes, and the page."""
    title = next((source.document.title for source in sources if source.number == citation.number), "")
    return place_name(one_line(title or citation.document, name_characters), pages_of(citation.pages))
