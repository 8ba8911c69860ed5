"""Makes first questions out of the headings of a collection, without an LLM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rag.types import DocumentSections

MIN_HEADING, MAX_HEADING = 5, 60
"""Characters: shorter ones are letters of an index, longer ones sentences that were taken for headings."""

MAX_TITLE = 70

SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        "abstract acknowledgements acknowledgments agenda annex appendix attachments background bibliography conclusion"
        " conclusions contents disclaimer discussion foreword glossary index introduction method methods notes overview"
        " preface references results sources summary thanks",
    )
)
"""Headings that many documents have: they name a part, not a subject."""

_NUMBER = re.compile(r"^(?:(?:chapter|section|part|item|note)\s+)?(?:\d+(?:\.\d+)*|[ivxlc]+|[a-z])[.):]?\s+", re.I)


def suggest_questions(documents: Sequence[DocumentSections], *, limit: int) -> list[str]:
    """Return questions about different documents first, each about what a heading names."""
    each = [list(_questions_of(document)) for document in documents]
    rounds = chain.from_iterable(zip_longest(*each))
    return list(dict.fromkeys(question for question in rounds if question))[:limit]


def _questions_of(document: DocumentSections) -> Iterator[str]:
    title = " ".join(document.title.split())
    if not title or len(title) > MAX_TITLE:
        return
    for section in document.sections:
        heading = _NUMBER.sub("", " ".join(section.rpartition(" > ")[2].split()))
        if MIN_HEADING <= len(heading) <= MAX_HEADING and _names_a_subject(heading, title):
            yield f"What does “{title}” say about “{heading}”?"


def _names_a_subject(heading: str, title: str) -> bool:
    words = re.findall(r"[^\W\d_]+", heading.casefold())
    subjects = set(words) - SAYS_NOTHING - {"and", "of", "or", "the"}
    return bool(subjects) and heading.casefold() not in title.casefold()
