"""Writes an answer for clients of OpenAI's API, which show one text and open the addresses in its annotations.

A number in the text means a page: [2] is the second address among the annotations, by which these clients count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.api.answer_stream import Event
from app.api.page_view import page_address
from app.api.schemas.answers import CitationResponse
from rag.citations.answer_table import plan_line, table_text
from rag.citations.marked_text import StreamMarker
from rag.citations.page_numbers import CitedPage, PageNumbers, answer_events
from rag.pipeline import AnswerStream
from rag.safety.output import make_inert
from rag.types import Answer, FoundSources, JudgedSentence, PlanStep, page_name, place_name

QUOTE_SHOWN = 200
"""Characters of a quote in a footnote; the annotation has all of it."""


@dataclass(frozen=True, slots=True)
class ChatText:
    """An answer as one text, with its citations as OpenAI's `url_citation`."""

    content: str
    annotations: list[dict[str, Any]]


class ChatTextWriter:
    """Writes one answer, whole or piece by piece; `base_url` is the address of its collection."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._numbers = PageNumbers()
        self._marker = StreamMarker()
        self._step = ""
        self._written: list[str] = []

    def feed(self, event: Event) -> str:
        """Take an event of an answer that is being made; return what can be shown now, "" for nothing."""
        if isinstance(event, AnswerStream | FoundSources):
            self._numbers.know(event.sources)
            return ""
        if isinstance(event, PlanStep):
            # Only the first of a step that goes on: a line cannot be taken back.
            if event.text == self._step:
                return ""
            self._step = event.text
            return self._write(plan_line(event))
        if isinstance(event, str | JudgedSentence):
            shown = self._marker.feed(self._numbers.feed(event))
            return self._write(shown + (self._marker.feed(event) if isinstance(event, JudgedSentence) else ""))
        return ""

    def finish(self, answer: Answer) -> str:
        """Return the rest of the text of the answer, with its table."""
        self._numbers.know(answer.sources)
        rest = self._marker.feed(self._numbers.finish()) + self._marker.finish(answer.verdict)
        return self._write(rest + table_text(answer.table))

    def end(self, answer: Answer) -> ChatText:
        """Return what stands below the text, "" for nothing, and all annotations."""
        pages = self._numbers.list_pages(answer.citations)
        text = "".join(self._written)
        return ChatText(_footnotes(answer, pages), self._annotate(pages, text))

    def write(self, answer: Answer) -> ChatText:
        """Return a whole answer."""
        for line in dict.fromkeys(plan_line(step) for step in answer.steps):
            self._write(line)
        self._numbers.know(answer.sources)
        for event in answer_events(answer):
            self.feed(event)
        self.finish(answer)
        ending = self.end(answer)
        return ChatText("".join(self._written) + ending.content, ending.annotations)

    def _write(self, text: str) -> str:
        self._written.append(text)
        return text

    def _annotate(self, pages: Sequence[CitedPage], text: str) -> list[dict[str, Any]]:
        """Return the annotations of each page in the order of the numbers; one of a page without a quote has none."""
        return [annotation for page in pages for annotation in self._annotations_of(page, text)]

    def _annotations_of(self, page: CitedPage, text: str) -> Iterator[dict[str, Any]]:
        marks = [mark.span() for mark in re.finditer(rf"\[{page.number}\]", text)] or [(0, 0)]
        document = page.source.document
        cited = {
            "title": make_inert(document.title or document.path),
            # The same in each annotation of the page: clients count the different addresses.
            "url": page_address(self._base_url, document.id, page.page, page.citations),
        }
        for at, (start, end) in enumerate(marks[: max(1, len(page.citations))]):
            located = {"start_index": start, "end_index": end, **cited}
            annotation: dict[str, Any] = {"type": "url_citation", "url_citation": located}
            if at < len(page.citations):
                citation = replace(page.citations[at], number=page.number)
                annotation["lectern"] = CitationResponse.from_domain(citation).to_json()
            yield annotation


def _footnotes(answer: Answer, pages: Sequence[CitedPage]) -> str:
    """Return the cited places as lines below the text, which filters the question held, and the notices."""
    lines = []
    if applied := ", ".join(one.label for one in answer.understood_filters if one.is_applied):
        lines.append(f"Only searched, as the question says: {applied}.")
    lines += [_footnote(page) for page in pages]
    lines += [f"Note: {notice}" for notice in answer.notices]
    # Front ends render this as Markdown: names and words of documents must not become links or pictures.
    return "\n\n" + "\n".join(make_inert(line) for line in lines) if lines else ""


def _footnote(page: CitedPage) -> str:
    source = page.source
    label = source.page_labels.get(page.page, "")
    place = place_name(source.document.path, page_name(page.page, label, source.document.page_word))
    quote = " ".join(page.citations[0].quote.split()) if page.citations else ""
    shown = quote if len(quote) <= QUOTE_SHOWN else quote[: QUOTE_SHOWN - 1].rstrip() + "…"
    found = " (found by Lectern)" if page.citations and all(one.attributed for one in page.citations) else ""
    return f"[{page.number}] {place}" + (f": “{shown}”" if shown else "") + found
