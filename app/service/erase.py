"""Erases what people wrote about a document that quotes it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from app.state.feedback import Feedback, FeedbackStore
from rag.storage.catalogue.reader import CatalogueReader

QUOTED_WORDS = 5
"""Words in a row that both have: fewer are common turns of phrase, more would let reworded quotes through."""

_CITATION = re.compile(r"\[\d{1,3}\]")
_WORD = re.compile(r"\w+")


class Erasure:
    """Erases what is kept beside a catalogue."""

    def __init__(self, catalogue: CatalogueReader, service_file: Path) -> None:
        """`service_file` has the feedback; it is opened when there is something to erase, which most commands lack."""
        self._catalogue = catalogue
        self._service_file = service_file

    def erase(self, document_ids: Sequence[int]) -> None:
        """Erase the feedback that shares words in a row with one of them. Raises StoreError."""
        if not self._service_file.exists():
            return
        with closing(FeedbackStore(self._service_file)) as feedback:
            for document_id in document_ids:
                collection, texts = self._catalogue.load_texts(document_id)
                written = feedback.load(collection) if collection else {}
                if written and (quoting := find_quoting(written, texts)):
                    feedback.delete(quoting)


def find_quoting(written: Mapping[int, Feedback], texts: Sequence[str]) -> set[int]:
    """The ids of what is written that quotes one of the texts; an answer shorter than a quote counts as one whole."""
    wanted: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for id_, feedback in written.items():
        answer = _words(feedback.answer)
        for stretch in _stretches(answer, min(QUOTED_WORDS, len(answer))):
            wanted[stretch].add(id_)
        for text in (feedback.question, feedback.comment):
            for stretch in _stretches(_words(text), QUOTED_WORDS):
                wanted[stretch].add(id_)
    lengths = {len(stretch) for stretch in wanted}
    found: set[int] = set()
    for text in texts:
        words = _words(text)
        for length in lengths:
            for stretch in _stretches(words, length):
                found |= wanted.get(stretch, set())
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(_CITATION.sub(" ", text).casefold())


def _stretches(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    if length:
        yield from zip(*(words[start:] for start in range(length)), strict=False)
