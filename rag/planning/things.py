"""Finds out whether the documents of a collection are each about one of the things that a question asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.planning.document_nouns import HEAD_CHARACTERS
from rag.planning.phrases import Phrase
from rag.types import DocumentInfo, Page
from rag.words.folding import fold

MIN_THINGS = 3
"""Fewer documents are no list of things."""
MAX_CHARACTERS_EACH = 6_000
"""Of a document that is about one thing; a longer one is a book, or lists many."""
MIN_SHORT = 0.6
"""Share of the documents that has to be so short."""
MAX_PLURAL = 0.34
"""Share of the documents that may speak of several: more, and the things are what they write of."""
_LABELLED = r"\s*(?::|\|)"
TABLE_TYPES = frozenset({"csv", "tsv", "xlsx", "xls", "xlsb", "ods"})
_DETERMINED = (
    r"(?:this|that|the|a|an|each|our|your|dies\w*|der|die|das|dem|den|des|ein\w*|ihr\w*|unser\w*|cett?e|ce|la|le|une?|l['’]"
    r"|votre|notre|est[ea]|el|una?|su|nuestr[oa]|de)"
)


def things_among(
    noun: str, documents: Sequence[DocumentInfo], pages: Mapping[int, Sequence[Page]]
) -> list[DocumentInfo]:
    """Return the documents that are each about one thing of the noun; none where they are not.

    They are short, several of them call what they are about by the noun, in the singular, and none lists many.
    """
    texts = {one.id: "\n".join(page.text for page in pages.get(one.id, [])) for one in documents}
    short = [one for one in documents if len(texts[one.id]) <= MAX_CHARACTERS_EACH and one.file_type not in TABLE_TYPES]
    if len(short) < MIN_THINGS or len(short) < MIN_SHORT * len(documents):
        return []
    phrase = Phrase.read(noun)
    if phrase is None:
        return []
    if any(_is_table_of(phrase, one, texts[one.id]) for one in documents if one.file_type in TABLE_TYPES):
        return []
    called, plural, labelled = 0, 0, 0
    for one in short:
        found = _says(phrase, noun, one, texts[one.id])
        called += "one" in found
        plural += "many" in found
        labelled += "label" in found
    if not called or plural > max(1, MAX_PLURAL * len(short)) or labelled > max(1, called):
        return []
    return _alike(short)


def _is_table_of(phrase: Phrase, document: DocumentInfo, text: str) -> bool:
    """Return whether a table names the things: then they are its rows."""
    return any(True for _ in phrase.find(f"{document.path}\n{document.title}\n{text[:MAX_CHARACTERS_EACH]}"))


def _says(phrase: Phrase, noun: str, document: DocumentInfo, text: str) -> set[str]:
    """Return how a document writes a noun: of one, of many as the question does, or as the label of a value."""
    found: set[str] = set()
    names = f"{document.path.rpartition('/')[2]}\n{document.title}".replace("_", " ").replace("-", " ")
    if any(fold(names[start:end]) != fold(noun) for start, end in phrase.find(names, document.profile.language)):
        found.add("one")
    for start, end in phrase.find(text, document.profile.language):
        written = text[start:end]
        if fold(written) == fold(noun):
            found.add("many")
        elif re.match(_LABELLED, text[end : end + 4]) and (
            start > HEAD_CHARACTERS // 8 or (document.profile.kind and "\n" in text[:start].strip())
        ):
            # A report with a line for the customer is no customer.
            found.add("label")
        elif start < HEAD_CHARACTERS or re.search(rf"(?i)\b{_DETERMINED}\s*$", text[max(0, start - 12) : start]):
            found.add("one")
    return found


def _alike(documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Return documents without those of another kind than most are, where most are of a kind that is known."""
    kinds = Counter(one.profile.kind for one in documents)
    common, count = kinds.most_common(1)[0]
    if not common or count * 2 < len(documents):
        return list(documents)
    return [one for one in documents if one.profile.kind in (common, "")]
