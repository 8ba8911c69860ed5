"""Shows the page that proves an answer, with the quoted words marked, and its file."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path

import streamlit as st

from app.api.schemas.documents import WordsResponse
from app.client.http import HttpClient
from app.web import texts
from app.web.ask.places import pages_of
from app.web.originals import ORIGINALS
from rag.errors import NotFoundError
from rag.types import DRAWN_TYPES, Citation, DocumentInfo, Source, Span, TableCell, page_name

HERE = Path(__file__).parent

SCALE = 2.0
"""Pixels for each point: sharp up to twice the width of a column."""

MAX_MARKS = 100
"""Boxes on a page: the service draws no more."""

THUMBNAIL_SCALE = 0.2
THUMBNAILS_AROUND = 4
"""Pages before and after the one that is shown: a few at a time, however long the document is."""

THUMBNAILS = "small pictures of the pages"
"""In the session: they are wanted."""

MAX_FOUND_CHARACTERS = 200

MAX_PAGES_SEARCHED = 2_000
"""For words, at one click."""

PICTURES_KEPT, PICTURES_SECONDS = 150, 600
"""In the page's process; the service keeps more."""

_component = st.components.v2.component(
    "lectern_proof", js=(HERE / "proof.js").read_text("utf-8"), css=(HERE / "proof.css").read_text("utf-8")
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A page (0-based) to show, and what is quoted from the document: boxes are (page, box in points)."""

    collection: str
    document_id: int
    page: int
    quote: str = ""
    quoted_page: int = -1
    """The page on which the quote begins; -1 without one."""
    supported: bool = True
    boxes: tuple[tuple[int, tuple[float, ...]], ...] = ()
    spans: tuple[Span, ...] = ()
    """The characters to mark where there are no boxes: a source that nothing quotes."""
    found: str = ""
    """Words that were sought in the document."""
    missed: bool = False
    """They are on none of its pages."""

    @classmethod
    def of_citation(cls, collection: str, citation: Citation, document_id: int) -> Proof:
        """Return the proof of a citation: its page and the quoted words."""
        boxes = tuple((place.page, astuple(place.rectangle)) for place in citation.rectangles)
        return cls(collection, document_id, citation.page, citation.quote, citation.page, citation.supported, boxes)

    @classmethod
    def of_source(cls, collection: str, source: Source) -> Proof:
        """Return the proof of a source: the page on which it begins, with its text marked."""
        return cls(collection, source.document.id, source.first_page, spans=tuple(source.spans))

    @classmethod
    def of_cell(cls, collection: str, cell: TableCell) -> Proof:
        """Return the proof of a cell of a table: its page, and the words quoted there."""
        boxes = tuple((place.page, astuple(place.rectangle)) for place in cell.rectangles)
        supported = cell.verdict is not None or not cell.note
        return cls(collection, cell.document_id, cell.page, cell.quote, cell.page, supported, boxes)

    @property
    def quote_is_here(self) -> bool:
        """Say whether something of the quote stands on the page that is shown."""
        return bool(self.quote) and (self.page == self.quoted_page or bool(self.marks_on(self.page)))

    def marks_on(self, page: int) -> tuple[tuple[float, ...], ...]:
        """Return the boxes on a page."""
        return tuple(box for on, box in self.boxes if on == page)


def draw_proof(client: HttpClient, proof: Proof, change: Callable[[Proof | None], None]) -> None:
    """Draw the page of a proof; `change` is told the page to turn to, None to close. Raises LecternError."""
    try:
        document = client.load_document(proof.collection, proof.document_id)
    except NotFoundError as error:
        raise NotFoundError(texts.PROOF_GONE, texts.PROOF_GONE_REMEDY) from error

    def clicked() -> None:
        state = st.session_state["proof view"]
        if getattr(state, "close", None):
            change(None)
        elif (to := getattr(state, "turn", None)) is not None:
            change(replace(proof, page=min(max(int(to), 0), document.pages - 1), missed=False))
        elif (wanted := getattr(state, "find", None)) is not None:
            words, first = str(wanted["words"])[:MAX_FOUND_CHARACTERS], int(wanted["from"])
            change(find_in_document(client, proof, document, words, first))
        elif (shown := getattr(state, "thumbnails", None)) is not None:
            st.session_state[THUMBNAILS] = bool(shown)

    _component(
        key="proof view",
        data=_view_of(client, proof, document),
        on_turn_change=clicked,
        on_close_change=clicked,
        on_find_change=clicked,
        on_thumbnails_change=clicked,
    )
    st.download_button(
        texts.PROOF_FILE,
        lambda: client.load_file(proof.collection, proof.document_id),
        file_name=Path(document.path).name,
        mime="application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def find_in_document(client: HttpClient, proof: Proof, document: DocumentInfo, words: str, first: int) -> Proof:
    """Return the proof at the next page with some words, from a page on and then from the beginning."""
    sought = " ".join(words.split()).casefold()
    if not sought:
        return replace(proof, found="", missed=False)
    pages = [(first + step) % document.pages for step in range(min(document.pages, MAX_PAGES_SEARCHED))]
    for number in pages:
        text = client.load_page(proof.collection, document, number).text
        if sought in " ".join(text.split()).casefold():
            return replace(proof, page=number, found=words, missed=False)
    return replace(proof, found=words, missed=True)


def find_quote(text: str, quote: str) -> list[tuple[int, int]]:
    """Find a quote in a page's text, however its white space falls; empty where it is not there."""
    words = [re.escape(word) for word in quote.split()]
    found = re.search(r"\s+".join(words), text) if words else None
    return [found.span()] if found else []


def _view_of(client: HttpClient, proof: Proof, document: DocumentInfo) -> dict[str, object]:
    page = client.load_page(proof.collection, document, proof.page)
    name = pages_of(page_name(proof.page, page.label, document.page_word))
    title = document.title or document.path
    view: dict[str, object] = {
        "document": f"{proof.collection}/{proof.document_id}",
        "title": title,
        "place": f"{name} {texts.PROOF_WORDS['of']} {document.pages}" if name else "",
        "number": proof.page,
        "pages": document.pages,
        "quote": proof.quote if proof.quote_is_here else "",
        "quoted_page": proof.quoted_page if proof.quote and not proof.quote_is_here else -1,
        "supported": proof.supported,
        "found": proof.found,
        "missed": proof.missed,
        "words": texts.PROOF_WORDS,
    }
    if document.file_type not in DRAWN_TYPES:
        spans = [(span.start, span.end) for span in proof.spans if span.page == proof.page and span.end]
        return {**view, "text": page.text, "places": spans or find_quote(page.text, proof.quote)}
    marks = proof.marks_on(proof.page) or _marks_under(client, proof)
    alt = texts.PROOF_ALT if marks else texts.PROOF_ALT_PLAIN
    draw = partial(_picture, client, client.caller, proof.collection, proof.document_id, indexed_at=document.indexed_at)
    placed = _placed(client, client.caller, proof.collection, proof.document_id, proof.page, marks, document.indexed_at)
    return {
        **view,
        "image": draw(proof.page, marks),
        "alt": alt.format(document=title, page=name),
        "layer": [(placed.text[start:end], *place) for start, end, *place in placed.words],
        "marks": placed.marks,
        "original": _original(client, proof, document),
        "thumbnails": _thumbnails(proof, document, draw),
    }


def _marks_under(client: HttpClient, proof: Proof) -> tuple[tuple[float, ...], ...]:
    here = [span for span in proof.spans if span.page == proof.page and span.end]
    return tuple(box for span in here for box in client.find_boxes(proof.collection, proof.document_id, span))[
        :MAX_MARKS
    ]


def _original(client: HttpClient, proof: Proof, document: DocumentInfo) -> str:
    """Return the address at which the browser itself shows a PDF; "" for other files, which are saved only."""
    if document.file_type != "pdf":
        return ""
    load = partial(client.load_file, proof.collection, proof.document_id)
    key = (*client.caller, proof.collection, proof.document_id)
    return f"{ORIGINALS.address(key, document.path, load)}#page={proof.page + 1}"


def _thumbnails(proof: Proof, document: DocumentInfo, draw: Callable[..., str]) -> list[tuple[int, str]] | None:
    """Return small pictures of the pages around the one that is shown, where they are wanted."""
    if not st.session_state.get(THUMBNAILS):
        return None
    first = max(0, min(proof.page - THUMBNAILS_AROUND, document.pages - 2 * THUMBNAILS_AROUND - 1))
    last = min(document.pages, first + 2 * THUMBNAILS_AROUND + 1)
    return [(number, draw(number, (), scale=THUMBNAIL_SCALE)) for number in range(first, last)]


@st.cache_data(max_entries=PICTURES_KEPT, ttl=PICTURES_SECONDS, show_spinner=False)
def _placed(
    _client: HttpClient,
    caller: tuple[str, str],
    collection: str,
    document_id: int,
    page: int,
    marks: tuple[tuple[float, ...], ...],
    indexed_at: str,
) -> WordsResponse:
    """Return where the words of a page lie, cached by its owner and version."""
    return _client.place_words(collection, document_id, page, marks)


@st.cache_data(max_entries=PICTURES_KEPT, ttl=PICTURES_SECONDS, show_spinner=False)
def _picture(
    _client: HttpClient,
    caller: tuple[str, str],
    collection: str,
    document_id: int,
    page: int,
    marks: tuple[tuple[float, ...], ...],
    *,
    indexed_at: str,
    scale: float = SCALE,
) -> str:
    """Return a picture as a data URL, cached by its owner and version."""
    picture = _client.draw_page(collection, document_id, page, scale=scale, marks=marks)
    return picture_address(picture)


def picture_address(picture: bytes) -> str:
    """Return a picture itself as an address (RFC 2397), for browsers, which see by its content what it is."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
