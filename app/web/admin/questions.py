"""The questions with expected pages: written, uploaded, kept from what people rated. Pages are shown from 1 on."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from app.api.schemas.evaluations import FeedbackResponse, KeptGold
from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.choosing import ROW_PIXELS, choose_rows
from app.web.escape import one_line, plain
from app.web.frame import reported, show_error
from rag.errors import ForbiddenError, LecternError
from rag.types import MAX_QUESTION_CHARACTERS

TEXT_SHOWN = 300

TABLE_PIXELS = 320
"""Height of a long table."""

MAX_PAGES = 1_000
"""Of one question: the service takes no more."""

_PAGES = re.compile(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?")


def show_questions(calls: Calls, kept: list[KeptGold], *, may_write: bool) -> None:
    """Draw the questions, and the ways to more of them."""
    st.header(texts.QUESTIONS)
    if kept:
        _show_table(calls, kept, may_write=may_write)
    else:
        parts.empty(texts.QUESTIONS_NONE, texts.QUESTIONS_NONE_REMEDY)
    if not may_write:
        st.caption(texts.READ_ONLY)
        return
    write, upload, rated = st.tabs([texts.TAB_WRITE, texts.TAB_UPLOAD, texts.TAB_RATED])
    with write, reported():
        _write(calls)
    with upload, reported():
        _upload(calls)
    with rated, reported():
        _show_rated(calls, kept)


def page_numbers(written: str) -> list[int]:
    """Read "3, 7-9" as 0-based pages. Raises LecternError for text that names none."""
    pages: set[int] = set()
    for piece in (piece.strip() for piece in written.split(",") if piece.strip()):
        found = _PAGES.fullmatch(piece)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if first < 1 or last < first or last - first >= MAX_PAGES:
            raise LecternError(texts.QUESTION_PAGES_WRONG.format(text=piece), texts.QUESTION_PAGES_WRONG_REMEDY)
        pages.update(range(first - 1, last))
    return sorted(pages)


def pages_shown(pages: list[int]) -> str:
    """Return 0-based pages as people count them."""
    return ", ".join(str(page + 1) for page in pages)


def _show_table(calls: Calls, kept: list[KeptGold], *, may_write: bool) -> None:
    rows = pd.DataFrame(
        {
            texts.QUESTION: [one_line(one.question, TEXT_SHOWN) for one in kept],
            texts.QUESTION_DOCUMENT: [one_line(one.document, TEXT_SHOWN) for one in kept],
            texts.QUESTION_PAGES: [pages_shown(one.pages) for one in kept],
        }
    )
    if not may_write:  # Nothing can be chosen where nothing may be removed.
        height = min(ROW_PIXELS * (len(kept) + 1) + 3, TABLE_PIXELS)
        st.dataframe(rows, hide_index=True, width="stretch", height=height, alt=texts.QUESTIONS_ALT)
        return
    picked = choose_rows(
        rows,
        [one.id for one in kept],
        name=f"questions {calls.collection}",
        mode="multi-row",
        max_height=TABLE_PIXELS,
        alt=texts.QUESTIONS_ALT,
    )
    chosen = [kept[row] for row in picked]
    if chosen and st.button(texts.QUESTION_REMOVE.format(count=len(chosen)), icon=":material/delete:"):
        with reported():
            for one in chosen:
                calls.remove_question(one.id)
            st.rerun()


def _write(calls: Calls) -> None:
    with st.form("question", border=False):
        question = st.text_input(texts.QUESTION, max_chars=MAX_QUESTION_CHARACTERS)
        where, on = st.columns(2)
        document = where.text_input(texts.QUESTION_DOCUMENT, help=texts.QUESTION_DOCUMENT_HELP, max_chars=4_000)
        pages = on.text_input(texts.QUESTION_PAGES, placeholder=texts.QUESTION_PAGES_HINT, max_chars=1_000)
        added = st.form_submit_button(texts.QUESTION_ADD, icon=":material/add:")
    if added and question.strip():
        try:
            count = calls.add_question(question.strip(), document.strip(), page_numbers(pages))
        except LecternError as error:
            show_error(error)
        else:
            _added(count)


def _upload(calls: Calls) -> None:
    st.caption(plain(texts.UPLOAD_EXPLAINED))
    round_ = st.session_state.setdefault("question round", 0)
    file = st.file_uploader(texts.UPLOAD, type=["jsonl", "json", "txt"], key=f"question file {round_}")
    if file is not None and st.button(texts.QUESTION_ADD, icon=":material/add:", key="add question file"):
        count = calls.add_question_file(file.name, file.getvalue())
        st.session_state["question round"] = round_ + 1
        _added(count)


def _added(count: int) -> None:
    parts.notice(texts.QUESTION_ADDED.format(count=count))
    st.rerun()


def _show_rated(calls: Calls, kept: list[KeptGold]) -> None:
    try:
        ratings = calls.ratings()
    except ForbiddenError:
        st.caption(texts.RATED_FORBIDDEN)
        return
    if not ratings:
        st.caption(texts.RATED_NONE)
    known = {one.question for one in kept}
    for rating in ratings:
        with st.container(border=True):
            _show_rating(calls, rating, is_known=rating.question.strip() in known)


def _show_rating(calls: Calls, rating: FeedbackResponse, *, is_known: bool) -> None:
    said, verdict = st.columns([5, 1], vertical_alignment="center")
    said.text(one_line(rating.question, TEXT_SHOWN))
    is_good = rating.rating == "up"
    verdict.badge(
        texts.RATED_UP if is_good else texts.RATED_DOWN,
        icon=":material/thumb_up:" if is_good else ":material/thumb_down:",
        color="green" if is_good else "orange",
    )
    if rating.comment:
        st.caption(plain(one_line(rating.comment, TEXT_SHOWN)))
    if is_known:
        st.caption(texts.RATED_KEPT)
        return
    if not is_good or not rating.citations:
        st.caption(plain(texts.RATED_NO_PAGE if is_good else texts.RATED_BAD))
        return
    # One document: that of the first citation, which carries the first sentence.
    document = rating.citations[0].document
    pages = sorted({cited.page for cited in rating.citations if cited.document == document})
    places = f"{one_line(document, TEXT_SHOWN)}, {texts.QUESTION_PAGES}: {pages_shown(pages)}"
    st.caption(plain(texts.RATED_EXPECTED.format(places=places)))
    if st.button(texts.RATED_KEEP, key=f"keep {rating.id}", icon=":material/add:"):
        _added(calls.add_question(rating.question.strip(), document, pages))
