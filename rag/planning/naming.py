"""Finds the documents that a few words name: by title, path or organisation, else by what routes questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.planning.phrases import Phrase
from rag.text import content_words
from rag.types import DocumentInfo

NameDocuments = Callable[[str, str], Sequence[int]]
"""Returns the ids of the documents that a question to a collection names, the best first."""


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
