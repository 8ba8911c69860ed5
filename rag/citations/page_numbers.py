"""Numbers the citations of an answer by the page that they open: one number for one page, in the order of the text.

Sources of an answer are stretches of documents, of one page or several. Front ends that know nothing of sources, only
of addresses, count the different addresses; what they show as [2] must be what the text calls [2].
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.types import Answer, Citation, JudgedSentence, Source

_MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class CitedPage:
    """A page that a number of the text means, with the citations of its words, in order; none where nothing was checked
    there.
    """

    number: int
    source: Source
    page: int
    citations: tuple[Citation, ...]


class PageNumbers:
    """Gives the text of one answer its numbers, piece by piece as it is made."""

    def __init__(self) -> None:
        self._sources: dict[int, Source] = {}
        self._pages: dict[tuple[int, int], tuple[int, Source]] = {}
        """The number of each document and page, in order, with a source that holds it."""
        self._held = ""
        """Text from a marker on whose sentence is not judged yet."""
        self._passed = 0
        """Characters of the answer's own text before what is held."""

    def know(self, sources: Sequence[Source]) -> None:
        """Take the sources that markers may name from here on."""
        self._sources |= {source.number: source for source in sources}

    def feed(self, event: str | JudgedSentence) -> str:
        """Take a piece of the text, or the verdict on the sentence that ended it; return what can be shown now."""
        if isinstance(event, str):
            self._held += event
            at = self._held.find("[")
            return self._pass(len(self._held) if at < 0 else at, {})
        shown = self._pass(max(0, event.start - self._passed), {})
        return shown + self._pass(max(0, event.end - self._passed), _pages_by_number(event))

    def finish(self) -> str:
        """Return the rest."""
        return self._pass(len(self._held), {})

    def list_pages(self, citations: Sequence[Citation]) -> list[CitedPage]:
        """Return the numbers that were given, in order, with the citations of each page."""
        found: dict[int, list[Citation]] = {}
        for citation in citations:
            if citation.number in self._sources:
                found.setdefault(self._number_of(citation.number, citation.page), []).append(citation)
        return [
            CitedPage(number, source, page, tuple(found.get(number, ())))
            for (_, page), (number, source) in self._pages.items()
        ]

    def _pass(self, count: int, pages: Mapping[int, list[int]]) -> str:
        """Let go of so many characters; `pages` are those that the markers of each source open, in order."""
        text, self._held = self._held[:count], self._held[count:]
        self._passed += len(text)
        left = {number: list(of) for number, of in pages.items()}

        def renumber(marker: re.Match[str]) -> str:
            number = int(marker.group(1))
            source = self._sources.get(number)
            if source is None:
                return marker.group()
            of = left.get(number, [])
            # The last page of a source stands for all further markers of it in the sentence.
            page = (of.pop(0) if len(of) > 1 else of[0]) if of else source.first_page
            return f"[{self._number_of(number, page)}]"

        return _MARKER.sub(renumber, text)

    def _number_of(self, number: int, page: int) -> int:
        source = self._sources[number]
        return self._pages.setdefault((source.document.id, page), (len(self._pages) + 1, source))[0]


def answer_events(answer: Answer) -> Iterator[str | JudgedSentence]:
    """Yield the text of a whole answer as it would stream, each sentence with its verdict behind it."""
    at = 0
    for sentence in answer.sentences:
        yield answer.text[at : sentence.end]
        yield sentence
        at = max(at, sentence.end)
    yield answer.text[at:]


def _pages_by_number(sentence: JudgedSentence) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number, page in sentence.pages:
        found.setdefault(number, []).append(page)
    return found
