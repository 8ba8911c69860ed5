"""Draws one document: its pages beside what was read of them, and why it does not come up for a question."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

import streamlit as st

from app.api.schemas.admin import WhyPassage, WhyResponse
from app.api.schemas.documents import DocumentResponse
from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.passwords import offer_password
from app.web.ask.places import pages_of
from app.web.escape import one_line, plain
from app.web.frame import reported
from rag.types import DRAWN_TYPES, MAX_QUESTION_CHARACTERS, page_name

IMAGE_SCALE = 1.5

PASSAGE_SHOWN = 600

TITLE_SHOWN = 200

TEXT_HEIGHT = 640


def show_document(calls: Calls, document: DocumentResponse, *, may_write: bool) -> None:
    """Draw everything about one document."""
    st.markdown(f"## {plain(one_line(document.document, TITLE_SHOWN))}")
    facts = (
        texts.FACT_PAGES.format(count=document.pages),
        texts.FACT_CHUNKS.format(count=document.chunks),
        parts.size(document.size),
        document.type or "?",
        texts.STATES.get(document.state, document.state),
    )
    st.caption(plain(" · ".join(facts)))
    if document.reason:
        st.error(f"{plain(document.reason)}\n\n{plain(document.remedy)}".strip(), icon=":material/error:")
    offer_password(calls, document)
    if document.warnings:
        st.info(plain(f"{texts.WARNINGS}: " + " ".join(document.warnings)), icon=":material/info:")
    _offer_actions(calls, document, may_write=may_write)
    pages, why = st.tabs([texts.TAB_PAGES, texts.TAB_WHY])
    with pages, reported():
        _show_pages(calls, document)
    with why, reported():
        _show_why(calls, document)


def _offer_actions(calls: Calls, document: DocumentResponse, *, may_write: bool) -> None:
    original, again, out = st.columns(3)
    original.download_button(
        texts.DOWNLOAD,
        # Fetched when it is asked for: a document may be hundreds of megabytes.
        partial(calls.file, document.id),
        file_name=PurePosixPath(document.document).name,
        mime="application/octet-stream",
        help=texts.DOWNLOAD_HELP,
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    if not may_write:
        return
    if again.button(texts.REINDEX, icon=":material/refresh:", width="stretch"):
        with reported():
            calls.reindex(document.id)
            parts.notice(texts.REINDEX_STARTED)
            st.rerun()
    if document.state != "removed" and out.button(texts.REMOVE, icon=":material/delete:", width="stretch"):
        parts.confirm(
            texts.REMOVE_TITLE,
            [document.document],
            texts.REMOVE_EXPLAINED,
            texts.REMOVE,
            partial(_remove, calls, document),
        )


def _remove(calls: Calls, document: DocumentResponse) -> None:
    calls.remove(document.id)
    parts.notice(texts.REMOVED.format(count=1))


def _show_pages(calls: Calls, document: DocumentResponse) -> None:
    if not document.pages:
        st.text(texts.PAGE_TEXT_NONE)
        return
    key = f"page of {document.id}"
    number = int(st.number_input(texts.PAGE_NUMBER, 1, document.pages, key=key, width=160)) - 1
    page = calls.page(document.id, number)
    image, text = st.columns(2)
    with image:
        st.caption(texts.PAGE_IMAGE)
        if document.type in DRAWN_TYPES:
            with reported():
                st.image(
                    calls.page_image(document.id, number, IMAGE_SCALE),
                    width="stretch",
                    alt=texts.PAGE_ALT.format(number=number + 1, document=document.document),
                )
        else:
            st.text(texts.PAGE_IMAGE_NONE)
    with text:
        name = pages_of(page_name(page.number, page.label, document.page_word))
        st.caption(plain(" · ".join(filter(None, (texts.PAGE_TEXT, name)))))
        # As code: it is shown letter by letter, and can be copied.
        st.code(page.text or texts.PAGE_TEXT_NONE, language=None, wrap_lines=True, height=TEXT_HEIGHT)


def _show_why(calls: Calls, document: DocumentResponse) -> None:
    with st.form(f"why {document.id}", border=False):
        question = st.text_input(texts.WHY_QUESTION, max_chars=MAX_QUESTION_CHARACTERS)
        asked = st.form_submit_button(texts.WHY_ASK, icon=":material/troubleshoot:")
    if asked and question.strip():
        with st.spinner(texts.WHY_ASK, show_time=True):
            why = calls.why(document.id, question)
        _explain(why, document.page_word)


def _explain(why: WhyResponse, page_word: str) -> None:
    if why.comes_up:
        st.success(texts.WHY_YES, icon=":material/check_circle:")
    else:
        st.warning(texts.WHY_NO, icon=":material/search_off:")
    for finding in why.findings:
        st.write(plain(finding))
    if why.remedies:
        st.markdown(f"**{texts.WHY_DO}**")
        st.markdown("\n".join(f"- {plain(remedy)}" for remedy in why.remedies))
    if why.passages:
        st.markdown(f"**{texts.WHY_PASSAGES}**")
    for passage in why.passages:
        with st.container(border=True):
            st.caption(plain(_place_of(passage, page_word)))
            st.text(one_line(passage.text, PASSAGE_SHOWN))


def _place_of(passage: WhyPassage, page_word: str) -> str:
    said = [pages_of(page_name(passage.first_page, "", page_word))]
    said.append(texts.WHY_PLACE.format(place=passage.place) if passage.place else texts.WHY_NO_PLACE)
    if passage.cosine is not None:
        said.append(texts.WHY_COSINE.format(cosine=passage.cosine))
    said.append(texts.WHY_WORDS if passage.shares_words else texts.WHY_NO_WORDS)
    return " · ".join(filter(None, said))
