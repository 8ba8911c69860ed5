"""Draws the page Search."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

import streamlit as st

from app.client.http import HttpClient
from app.web import admin_texts
from app.web.admin import parts
from app.web.ask import scope
from app.web.ask.filters import answering_documents, choose_filters
from app.web.ask.places import pages_of
from app.web.ask.proof import Proof, draw_proof
from app.web.escape import one_line, plain
from app.web.frame import PageContext, reported
from app.web.search import texts
from rag.types import MAX_QUESTION_CHARACTERS, Hit, Question, place_name

PASSAGES = 10
"""Drawn at first; each press of the button draws as many more."""

MAX_PASSAGES = 100

NAME_SHOWN, PASSAGE_SHOWN = 120, 1_200

FOUND_SECONDS = 60
"""For so long the same search is not made again while the page is drawn anew."""


@dataclass(frozen=True)
class Found:
    """The passages that were found, the filters that stood in the words, what is to be said, and the time it took."""

    hits: tuple[Hit, ...]
    filters: tuple[str, ...]
    notices: tuple[str, ...]
    seconds: float


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.SEARCH)
    if not context.collection:
        parts.empty(admin_texts.DOCUMENTS_NONE, admin_texts.DOCUMENTS_NONE_REMEDY)
        return
    proof: Proof | None = st.session_state.get("search proof")
    if proof is None:
        _show_search(context)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _show_search(context)
    with right, st.container(key="proof"), reported():
        draw_proof(context.client, proof, _open)


def _show_search(context: PageContext) -> None:
    words = st.text_input(
        texts.SEARCH_WORDS, placeholder=texts.SEARCH_HINT, max_chars=MAX_QUESTION_CHARACTERS, key="search words"
    ).strip()
    filters = choose_filters(context)
    scope.draw_chips(context.collection, answering_documents(context))
    if not words:
        st.caption(texts.SEARCH_EXPLAINED)
        return
    limit = min(int(st.session_state.get(f"passages of {words}", PASSAGES)), MAX_PASSAGES)
    with reported():
        found = _search(context.client, context.client.caller, context.collection, words, filters, limit)
        _show_found(context, words, found, limit=limit)


def _show_found(context: PageContext, words: str, found: Found, *, limit: int) -> None:
    if found.filters:
        st.caption(plain(texts.SEARCH_FILTERED.format(filters=", ".join(found.filters))))
    for notice in found.notices:
        st.caption(plain(notice))
    if not found.hits:
        st.info(texts.SEARCH_NOTHING, icon=":material/search_off:")
        return
    told, ask = st.columns([3, 2], vertical_alignment="center")
    told.caption(texts.SEARCH_FOUND.format(count=len(found.hits), seconds=found.seconds))
    if "ask" in context.pages and ask.button(texts.SEARCH_ASK, icon=":material/forum:", width="stretch"):
        # The page Ask takes it as one of its suggestions.
        st.session_state["suggested"] = words
        context.go("ask")
    for number, hit in enumerate(found.hits, 1):
        _show_hit(context.collection, number, hit)
    if len(found.hits) == limit < MAX_PASSAGES:
        more = partial(st.session_state.__setitem__, f"passages of {words}", limit + PASSAGES)
        st.button(texts.SEARCH_MORE, icon=":material/expand_more:", on_click=more)


def _show_hit(collection: str, number: int, hit: Hit) -> None:
    place = place_name(one_line(hit.document.title or hit.document.path, NAME_SHOWN), pages_of(hit.pages))
    with st.container(border=True, key=f"passage {number}"):
        st.markdown(f"## {number} {plain(place)}")
        details = [one_line(text, NAME_SHOWN) for text in (hit.document.path, hit.chunk.section) if text]
        st.caption(plain(" · ".join(details)))
        st.text(one_line(hit.chunk.text, PASSAGE_SHOWN))
        proof = Proof(collection, hit.document.id, hit.chunk.first_page, spans=tuple(hit.chunk.spans))
        st.button(
            texts.SEARCH_PAGE,
            key=f"show {number}",
            icon=":material/find_in_page:",
            type="tertiary",
            on_click=partial(_open, proof),
        )


@st.cache_data(max_entries=100, ttl=FOUND_SECONDS)
def _search(
    _client: HttpClient, caller: tuple[str, str], collection: str, words: str, filters: dict[str, str], limit: int
) -> Found:
    """Return what is found, cached by who asks."""
    started = time.perf_counter()
    found = _client.search(Question(words, collection, filters), limit=limit)
    applied = tuple(one.label for one in found.understood_filters if one.is_applied)
    return Found(tuple(found.hits), applied, tuple(found.notices), time.perf_counter() - started)


def _open(proof: Proof | None) -> None:
    if proof is None:
        st.session_state.pop("search proof", None)
    else:
        st.session_state["search proof"] = proof
