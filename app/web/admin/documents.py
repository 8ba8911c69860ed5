"""Draws the page Documents: take in, find, look at, index again, take out."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.api.schemas.documents import DocumentList, DocumentResponse
from app.web import admin_texts as texts
from app.web import language
from app.web.admin import parts
from app.web.admin.adding import add_documents, show_uploads, some_did_not_arrive
from app.web.admin.calls import Calls
from app.web.admin.one_document import show_document
from app.web.ask import scope
from app.web.ask.places import kind_of
from app.web.choosing import choose_rows
from app.web.escape import one_line, plain
from app.web.frame import PageContext, reported

ROWS = 200
"""Documents drawn at once: a table this long is there in a moment, however many the collection has."""

TEXT_SHOWN = 300

TABLE_PIXELS = 420
"""Height of a long table."""

DOCUMENT_PIXELS = 220
"""Room for most names of files."""

STATE_PIXELS = 150
"""Room for the longest state."""


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.DOCUMENTS)
    parts.show_notice()
    calls = Calls(context.client, context.collection)
    may_write = parts.may_write(calls.identity())
    is_empty = context.chosen is None or context.chosen.documents + context.chosen.failed == 0
    if may_write:
        if some_did_not_arrive(context.client):  # They may be sent again there, and it is not to close after that.
            st.session_state["adding is open"] = True
        is_open = is_empty or "adding is open" in st.session_state
        with st.expander(texts.ADD, icon=":material/upload_file:", expanded=is_open):
            add_documents(context.client, context.collection)
        show_uploads(context.client)
        if not is_empty:
            context.link("ask", texts.DOCUMENTS_ASK, ":material/forum:")
    else:
        st.caption(texts.READ_ONLY)
    if not context.collection:
        parts.empty(texts.DOCUMENTS_NONE, texts.DOCUMENTS_NONE_REMEDY)
        return
    _show_table(context, calls, may_write=may_write)


def _show_table(context: PageContext, calls: Calls, *, may_write: bool) -> None:
    contains, state = _filters(calls)
    found = _load(calls, contains, state)
    if not found.states:
        parts.empty(texts.DOCUMENTS_NONE, texts.DOCUMENTS_NONE_REMEDY)
        return
    if not found.documents:
        st.info(texts.DOCUMENTS_NONE_MATCH, icon=":material/search_off:")
        return
    rows = choose_rows(
        _rows(found.documents),
        [document.id for document in found.documents],
        name=f"documents {calls.collection}",
        mode="multi-row",
        max_height=TABLE_PIXELS,
        alt=texts.DOCUMENTS_ALT,
        column_config={
            texts.COLUMN_DOCUMENT: st.column_config.TextColumn(width=DOCUMENT_PIXELS),
            texts.STATE: st.column_config.TextColumn(width=STATE_PIXELS),
            texts.COLUMN_INDEXED: st.column_config.DatetimeColumn(format=language.moment_in_tables()),
            texts.COLUMN_PROBLEM: st.column_config.TextColumn(width="large"),
            texts.COLUMN_REMEDY: st.column_config.TextColumn(width="large"),
        },
    )
    chosen = [found.documents[row] for row in rows]
    _offer_asking(context, calls, chosen, contains, found.total)
    if not chosen:
        st.caption(texts.DOCUMENTS_CHOOSE)
    elif len(chosen) == 1:
        with st.container(border=True):
            show_document(calls, chosen[0], may_write=may_write)
    elif may_write:
        _offer_removal(calls, chosen)


def _filters(calls: Calls) -> tuple[str, str]:
    find, states = st.columns([2, 3], vertical_alignment="bottom")
    contains = find.text_input(
        texts.DOCUMENTS_FIND, placeholder=texts.DOCUMENTS_FIND_HINT, max_chars=200, key="documents find"
    )
    counts = calls.documents(limit=1).states
    options = ["", *(state for state in texts.STATES if counts.get(state))]
    if st.session_state.get("documents state", "") not in options:
        del st.session_state["documents state"]
    total = sum(counts.values())
    state = states.pills(
        texts.STATE,
        options,
        format_func=lambda name: f"{texts.STATES[name]} {language.number(counts[name] if name else total)}",
        default="",
        required=True,
        key="documents state",
    )
    return contains.strip(), state or ""


def _load(calls: Calls, contains: str, state: str) -> DocumentList:
    found = calls.documents(contains=contains, state=state, limit=ROWS)
    if found.total <= ROWS:
        return found
    firsts = list(range(0, found.total, ROWS))
    part = st.selectbox(
        texts.DOCUMENTS_PART,
        firsts,
        format_func=lambda first: texts.DOCUMENTS_PART_OF.format(
            first=first + 1, last=min(first + ROWS, found.total), total=found.total
        ),
        key=f"documents part {contains} {state} {found.total}",
    )
    return calls.documents(contains=contains, state=state, limit=ROWS, offset=part) if part else found


def _rows(documents: list[DocumentResponse]) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            texts.COLUMN_DOCUMENT: [one_line(document.document, TEXT_SHOWN) for document in documents],
            texts.STATE: [_state_of(document) for document in documents],
            texts.COLUMN_PAGES: [document.pages for document in documents],
            texts.COLUMN_CHUNKS: [document.chunks for document in documents],
            texts.COLUMN_INDEXED: pd.to_datetime([language.wall_time(document.indexed_at) for document in documents]),
            texts.COLUMN_PROBLEM: [one_line(document.reason, TEXT_SHOWN) for document in documents],
            texts.COLUMN_REMEDY: [one_line(document.remedy, TEXT_SHOWN) for document in documents],
            texts.COLUMN_TITLE: [one_line(document.title, TEXT_SHOWN) for document in documents],
            texts.COLUMN_KIND: [kind_of(document.profile.kind) for document in documents],
            texts.COLUMN_PERIOD: [document.profile.period for document in documents],
            texts.COLUMN_LANGUAGE: [document.profile.language for document in documents],
        }
    )
    # Where all went well, two empty columns would hide the titles; a kind that no document has says nothing either.
    may_be_empty = (
        texts.COLUMN_PROBLEM,
        texts.COLUMN_REMEDY,
        texts.COLUMN_KIND,
        texts.COLUMN_PERIOD,
        texts.COLUMN_LANGUAGE,
    )
    return rows.drop(columns=[name for name in may_be_empty if not rows[name].any()])


def _state_of(document: DocumentResponse) -> str:
    state = texts.STATES.get(document.state, document.state)
    return state if document.is_embedded else texts.WORDS_SO_FAR.format(state=state)


def _offer_asking(
    context: PageContext, calls: Calls, chosen: list[DocumentResponse], contains: str, found: int
) -> None:
    """Offer to ask about the documents that are ticked, or else about all that the search found."""
    if not chosen and not contains:
        return
    label = texts.ASK_ABOUT.format(count=len(chosen)) if chosen else texts.ASK_ABOUT_FOUND.format(count=found)
    if not st.button(texts.ASK_ABOUT_ONE if len(chosen) == 1 else label, icon=":material/forum:"):
        return
    asked = chosen or calls.documents(contains=contains, limit=scope.MAX_PLACES + 1).documents
    places = [scope.place_of(document) for document in map(DocumentResponse.to_domain, asked) if document.answers]
    if not places:
        st.warning(texts.ASK_ABOUT_NONE, icon=":material/search_off:")
    elif len(places) > scope.MAX_PLACES:
        st.warning(texts.ASK_ABOUT_TOO_MANY.format(most=scope.MAX_PLACES), icon=":material/filter_alt:")
    else:
        scope.choose_places(calls.collection, places)
        context.go("ask")


def _offer_removal(calls: Calls, documents: list[DocumentResponse]) -> None:
    again, out = st.columns(2)
    if again.button(texts.REINDEX, icon=":material/refresh:", width="stretch"):
        with reported():
            for document in documents:
                calls.reindex(document.id)
            parts.notice(texts.REINDEX_STARTED)
            st.rerun()
    label = texts.REMOVE_MANY.format(count=len(documents))
    if out.button(label, icon=":material/delete:", width="stretch"):
        names = [document.document for document in documents]
        remove = partial(remove_documents, calls, documents)
        parts.confirm(texts.REMOVE_TITLE, names, texts.REMOVE_EXPLAINED, plain(label), remove)


def remove_documents(calls: Calls, documents: list[DocumentResponse]) -> None:
    """Take documents out, and say so."""
    for document in documents:
        calls.remove(document.id)
    parts.notice(texts.REMOVED.format(count=len(documents)))
