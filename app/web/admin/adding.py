"""Draws the part of the page Documents that takes files in."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.client.http import HttpClient
from app.web import admin_texts as texts
from app.web.admin.calls import Calls
from app.web.admin.uploading import Upload, fetch_address, send_all
from app.web.escape import one_line, plain
from app.web.frame import reported

DRAW_SECONDS = 0.2
"""Between two drawings of the progress: of thousands of files each step would be drawn otherwise."""

NAME_SHOWN = 300

RESULTS = "upload results"

TABLE_ROWS = 8
"""Shown without scrolling."""


@st.fragment
def add_documents(client: HttpClient, collection: str) -> None:
    """Take files or a folder's worth of them, with the progress of each."""
    folder = st.segmented_control(
        texts.ADD_WHAT,
        [False, True],
        format_func=lambda is_folder: texts.ADD_FOLDER if is_folder else texts.ADD_FILES,
        default=False,
        required=True,
        label_visibility="collapsed",
        key="add folder",
    )
    into = st.text_input(
        texts.ADD_INTO,
        collection or texts.ADD_DEFAULT_COLLECTION,
        help=texts.ADD_INTO_HELP,
        max_chars=64,
        key=f"add into {collection}",
    )
    round_ = st.session_state.setdefault("upload round", 0)
    # The drop zone is emptied by giving it another key: what was sent is told below.
    files = st.file_uploader(
        texts.ADD_DROP_FOLDER if folder else texts.ADD_DROP_FILES,
        accept_multiple_files="directory" if folder else True,
        help=texts.ADD_FLAT if folder else None,
        key=f"files {bool(folder)} {round_}",
    )
    url = _address(round_)
    place = st.container()
    if (files or url) and into.strip():
        calls = Calls(client, into.strip())
        with reported():
            draw = _progress(place)
            st.session_state[RESULTS] = fetch_address(calls, url, draw) if url else send_all(calls, files, draw)
            st.session_state["upload round"] = round_ + 1
            if into.strip() != collection:
                st.session_state["collection"] = into.strip()
            st.rerun()
    if results := st.session_state.get(RESULTS):
        with place:
            _show_summary(results)
            _table(results)
            if st.button(texts.ADD_CLEAR, icon=":material/clear_all:"):
                del st.session_state[RESULTS]
                st.rerun()


def _address(round_: int) -> str:
    """Return the address that is to be fetched, once it is asked for."""
    field, button = st.columns([5, 1], vertical_alignment="bottom")
    url = field.text_input(
        texts.ADD_ADDRESS,
        placeholder=texts.ADD_ADDRESS_HINT,
        help=texts.ADD_ADDRESS_HELP,
        max_chars=4_096,
        key=f"address {round_}",
    )
    asked = button.button(texts.ADD_FETCH, icon=":material/link:", width="stretch", key=f"fetch {round_}")
    return url.strip() if asked else ""


def _progress(place: DeltaGenerator) -> Callable[[Sequence[Upload]], None]:
    """Return a function that draws the progress of all files and of each."""
    with place:
        overall, table = st.progress(0.0), st.empty()
    drawn_at = 0.0

    def draw(uploads: Sequence[Upload]) -> None:
        nonlocal drawn_at
        done = sum(upload.is_done for upload in uploads)
        if time.monotonic() - drawn_at < DRAW_SECONDS and done < len(uploads):
            return
        drawn_at = time.monotonic()
        share = sum(upload.progress for upload in uploads) / len(uploads)
        overall.progress(share, texts.ADD_OVERALL.format(done=done, total=len(uploads)))
        with table:
            _table(uploads)

    return draw


def _show_summary(results: Sequence[Upload]) -> None:
    counts = {
        name: sum(upload.result == result for upload in results)
        for name, result in (
            ("indexed", texts.ADD_INDEXED),
            ("unchanged", texts.ADD_UNCHANGED),
            ("failed", texts.ADD_FAILED),
        )
    }
    summary = plain(texts.ADD_SUMMARY.format(**counts))
    if counts["failed"]:
        st.warning(summary, icon=":material/error:")
    else:
        st.success(summary, icon=":material/check_circle:")


def _table(uploads: Sequence[Upload]) -> None:
    rows = pd.DataFrame(
        {
            texts.ADD_FILE: [one_line(upload.name, NAME_SHOWN) for upload in uploads],
            texts.ADD_PROGRESS: [upload.progress for upload in uploads],
            texts.ADD_RESULT: [upload.result for upload in uploads],
            texts.ADD_WHY: [upload.reason for upload in uploads],
            texts.COLUMN_REMEDY: [upload.remedy for upload in uploads],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=35 * (min(len(uploads), TABLE_ROWS) + 1) + 3,
        alt=texts.ADD_ALT,
        column_config={
            texts.ADD_FILE: st.column_config.TextColumn(width="medium"),
            texts.ADD_PROGRESS: st.column_config.ProgressColumn(format="percent", width="small"),
            texts.ADD_RESULT: st.column_config.TextColumn(width="small"),
            texts.ADD_WHY: st.column_config.TextColumn(width="large"),
            texts.COLUMN_REMEDY: st.column_config.TextColumn(width="large"),
        },
    )
