"""Lists the documents of a question, and finds those that a few words name: by title, path or organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.planning.phrases import Phrase
from rag.protocols import DocumentCatalogue
from rag.text import content_words
from rag.types import DocumentInfo

MAX_PAGES = 1_000
"""Pages that are read for a question before it is known whether they answer it: one to three seconds on one core. What
states figures of any name, or makes records, is short."""
NameDocuments = Callable[[str, str], Sequence[int]]
"""Returns the ids of the documents that a question to a collection names, the best first."""


def list_answering(catalogue: DocumentCatalogue, collection: str, filters: Mapping[str, str]) -> list[DocumentInfo]:
    """Return the documents that a question may be answered from, by path.

    Raises NotFoundError, and ConfigurationError for an unknown field of the filters.
    """
    listed = [one for one in catalogue.list_documents(collection) if one.pages and not one.is_removed]
    if not filters:
        return listed
    kept = set(catalogue.find_documents(collection, filters))
    return [document for document in listed if document.id in kept]


def may_read_all(documents: Sequence[DocumentInfo], *, most: int) -> bool:
    """Return whether all documents are read for one question that they may not answer: some, `most` at most, and not
    more than MAX_PAGES pages."""
    return 0 < len(documents) <= most and sum(document.pages for document in documents) <= MAX_PAGES


def find_named(name: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Return the documents whose file name or path is a name, else those whose names hold all its words in one run.

    Of names within organisations' names only those of the first count: the others are only mentioned.
    """
    wanted = name.strip().casefold().strip("\"'“”")
    exact = [one for one in documents if wanted in (one.path.casefold(), one.path.rpartition("/")[2].casefold())]
    if exact:
        return exact
    phrase = Phrase.read(name)
    if phrase is None or not content_words(name):
        return []
    found = [one for one in documents if _holds(phrase, one.title, one.path)]
    return found or [one for one in documents if _holds(phrase, *one.profile.organisations[:1])]


def _holds(phrase: Phrase, *names: str) -> bool:
    text = "\n".join(names).replace("_", " ").replace("/", "\n")
    return any(True for _ in phrase.find(text))
