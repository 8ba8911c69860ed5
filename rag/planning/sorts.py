"""Finds the documents of a sort, also those whose kind nobody knows and that call themselves so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.planning.document_nouns import HEAD_CHARACTERS, NOUN, DocumentSort, called_of, is_called, is_named, sort_of
from rag.types import DocumentInfo, Page

MAX_CHARACTERS_EACH = 6_000
"""Of a document whose own words tell its sort: a longer one may speak of many."""
_WORDS = re.compile(rf"(?i)(?<!\w)(?:{NOUN})(?!\w)")
_NUMBERED = r"[ \t]*(?:(?:no|nr|number|n[°º])\.?)?[ \t]*[:|#]?[ \t]*(?=[\w/-]*\d)[\w/-]{3,}"


def is_of_sort(sort: DocumentSort, document: DocumentInfo) -> bool:
    """Return whether a document's kind, type or names are those of a sort."""
    if sort.name:
        return is_named(sort, document.path, document.title)
    return (not sort.kinds or document.profile.kind in sort.kinds) and (
        not sort.types or document.file_type in sort.types
    )


def documents_of_sort(
    sort: DocumentSort, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
) -> list[DocumentInfo]:
    """Return the documents of a sort: by their kinds, and those of no known kind by what they call themselves.

    Those of no known kind may have the word in their file's name alone: "2025-10-02-meeting.pdf".
    A letter is of a sort where it gives a number of it: "Invoice INV-303", "Ihr Vertrag PH-20981".
    """
    return [one for one in documents if _belongs(sort, one, pages.get(one.id, []))]


def _belongs(sort: DocumentSort, document: DocumentInfo, pages: Sequence[Page]) -> bool:
    head = f"{document.path}\n{document.title}\n{pages[0].text[:HEAD_CHARACTERS] if pages else ''}"
    if is_of_sort(sort, document):
        return not sort.called or is_called(sort, head)
    if not sort.kinds or document.profile.kind not in ("", "letter") or not pages:
        return False
    text = "\n".join(page.text for page in pages)
    if len(text) > MAX_CHARACTERS_EACH:
        return False
    called = sort.called or called_of(sort.kinds)
    if called and not document.profile.kind and re.search(called, head, re.IGNORECASE):
        return True
    if sort.called:
        return False
    names = re.sub(r"[_/]", " ", f"{document.path}\n{document.title}") if not document.profile.kind else ""
    if any(sort_of(match[0]).kinds & sort.kinds for match in _WORDS.finditer(names)):
        return True
    return any(_is_own(sort, document, match, text) for match in _WORDS.finditer(text))


def _is_own(sort: DocumentSort, document: DocumentInfo, match: re.Match[str], text: str) -> bool:
    """Return whether a word for documents in a text names the document itself, as one of a sort."""
    if not sort_of(match[0]).kinds & sort.kinds:
        return False
    if re.match(_NUMBERED, text[match.end() : match.end() + 40]):
        return True
    return not document.profile.kind
