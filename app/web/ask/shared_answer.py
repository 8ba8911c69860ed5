"""Gathers what proves an answer, to be handed on: question, answer, verdicts, quotes and the pages they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.client.http import HttpClient
from app.web import language, texts
from app.web.ask.conversation import Turn
from app.web.ask.export import said_by
from app.web.ask.filters import describe_filters
from app.web.ask.places import place_of_citation
from rag.errors import LecternError
from rag.types import DRAWN_TYPES, Citation

SCALE = 1.6
"""Pixels for each point of a page: fit to be printed."""

MAX_PICTURES = 30
"""Pages drawn into one file; of further ones the quotes stand there."""

NAME_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ProofPage:
    """A page of a document, what is quoted from it, and its picture as PNG, b"" where there is none."""

    place: str
    document: str
    quotes: tuple[Citation, ...]
    picture: bytes

    @property
    def numbers(self) -> list[int]:
        """Return the numbers by which the answer cites it."""
        return list(dict.fromkeys(quote.number for quote in self.quotes))


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """An answer with its proofs; `text` is Markdown, with a mark at each sentence that is not supported."""

    question: str
    details: tuple[str, ...]
    text: str
    proofs: tuple[ProofPage, ...]
    note: str


def gather(client: HttpClient, turn: Turn) -> SharedAnswer:
    """Return an answer with all that proves it; a page that cannot be drawn any more is told by its quotes alone."""
    citations = turn.answer.citations if turn.answer else ()
    pages: dict[tuple[str, int], list[Citation]] = {}
    for citation in citations:
        pages.setdefault((citation.document, citation.page), []).append(citation)
    proofs = []
    for index, quotes in enumerate(pages.values()):
        picture = _draw(client, turn, quotes) if index < MAX_PICTURES else b""
        place = place_of_citation(quotes[0], turn.sources, name_characters=NAME_CHARACTERS)
        proofs.append(ProofPage(place, quotes[0].document, tuple(quotes), picture))
    return SharedAnswer(turn.asked.text, tuple(_details(turn)), said_by(turn), tuple(proofs), turn.note)


def _details(turn: Turn) -> list[str]:
    asked = language.moment(datetime.fromtimestamp(turn.begun, UTC).isoformat()) if turn.begun else ""
    told = [texts.SHARE_ASKED.format(collection=turn.asked.collection), *([asked] if asked else [])]
    if scope := describe_filters(turn.asked.filters):
        told.append(scope)
    if turn.answer and turn.answer.asked_as:
        told.append(f"{texts.ANSWER_WORDS['asked_as']} {turn.answer.asked_as}")
    if turn.answer and turn.answer.refused:
        told.append(texts.ANSWER_WORDS["refused"])
    elif turn.answer and turn.answer.llm:
        llm = texts.ANSWER_QUOTED if turn.answer.llm == "extractive" else turn.answer.llm
        told.append(texts.SHARE_ANSWERED.format(llm=llm))
    return told


def _draw(client: HttpClient, turn: Turn, quotes: Sequence[Citation]) -> bytes:
    """Return the picture of a page with all that is quoted from it marked, b"" where it has none."""
    first = quotes[0]
    source = next((source for source in turn.sources if source.number == first.number), None)
    if source is None:
        return b""
    places = (place for quote in quotes for place in quote.rectangles if place.page == first.page)
    marks = [(box.left, box.bottom, box.right, box.top) for box in (place.rectangle for place in places)]
    try:
        document = client.load_document(turn.asked.collection, source.document.id)
        if document.file_type not in DRAWN_TYPES:
            return b""
        return client.draw_page(turn.asked.collection, document.id, first.page, scale=SCALE, marks=marks)
    except LecternError:
        return b""
