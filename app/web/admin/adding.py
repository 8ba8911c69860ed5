"""Draws the part of the page Documents that takes files in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from app.client.http import HttpClient
from app.web import admin_texts as texts
from app.web.admin.calls import Calls
from app.web.admin.uploading import Result, Upload, UploadRun, UploadRuns
from app.web.escape import one_line, plain
from app.web.frame import choose_collection

LOOK_SECONDS = 0.5
"""Between two looks at an upload that goes on."""

NAME_SHOWN = 300

TABLE_ROWS = 8
"""Shown without scrolling."""


@st.fragment
def add_documents(client: HttpClient, collection: str) -> None:
    """Take files, a folder's worth of them, or a web address."""
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
    if (files or url) and into.strip():
        calls = Calls(client, into.strip())
        if url:
            upload_runs().fetch(client.caller, calls, url)
        else:
            upload_runs().send(client.caller, calls, files)
        st.session_state["upload round"] = round_ + 1
        if into.strip() != collection:
            choose_collection(into.strip())
        st.rerun()


def show_uploads(client: HttpClient) -> None:
    """Draw the uploads of this caller that were not cleared, with the progress of those that go on."""
    runs = upload_runs().of(client.caller)
    if not runs:
        return
    if not all(run.is_done for run in runs):
        _watch_uploads(client)
        return
    uploads = [upload for run in runs for upload in run.uploads]
    _show_summary(uploads)
    _table(runs)
    clear = partial(upload_runs().clear, client.caller)
    st.button(texts.ADD_CLEAR, icon=":material/clear_all:", on_click=clear)


@st.fragment(run_every=LOOK_SECONDS)
def _watch_uploads(client: HttpClient) -> None:
    """Draw the progress again and again, and the whole page once all is done."""
    runs = upload_runs().of(client.caller)
    if all(run.is_done for run in runs):
        st.rerun()
    uploads = [upload for run in runs for upload in run.uploads]
    done = sum(upload.is_done for upload in uploads)
    share = sum(upload.progress for upload in uploads) / max(len(uploads), 1)
    st.progress(share, texts.ADD_OVERALL.format(done=done, total=len(uploads)))
    st.caption(texts.ADD_RUNNING)
    _table(runs)


@st.cache_resource(show_spinner=False)
def upload_runs() -> UploadRuns:
    """Return the uploads of this process."""
    return UploadRuns()


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


def _show_summary(results: Sequence[Upload]) -> None:
    counts = {
        name: sum(upload.result == result for upload in results)
        for name, result in (
            ("indexed", Result.INDEXED),
            ("unchanged", Result.UNCHANGED),
            ("failed", Result.FAILED),
        )
    }
    summary = plain(texts.ADD_SUMMARY.format(**counts))
    if counts["failed"]:
        st.warning(summary, icon=":material/error:")
    else:
        st.success(summary, icon=":material/check_circle:")


def _table(runs: Sequence[UploadRun]) -> None:
    uploads = [upload for run in runs for upload in run.uploads]
    words = _result_words()
    collections = [run.collection for run in runs for _ in run.uploads]
    rows = pd.DataFrame(
        {
            texts.ADD_FILE: [one_line(upload.name, NAME_SHOWN) for upload in uploads],
            texts.ADD_PROGRESS: [upload.progress for upload in uploads],
            texts.ADD_RESULT: [words[upload.result] for upload in uploads],
            texts.ADD_WHY: [upload.reason for upload in uploads],
            texts.COLUMN_REMEDY: [upload.remedy for upload in uploads],
            texts.ADD_COLLECTION: collections,
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


def _result_words() -> dict[Result, str]:
    return {
        Result.WAITING: texts.ADD_WAITING,
        Result.SENDING: texts.ADD_SENDING,
        Result.FETCHING: texts.ADD_FETCHING,
        Result.INDEXING: texts.ADD_INDEXING,
        Result.INDEXED: texts.ADD_INDEXED,
        Result.UNCHANGED: texts.ADD_UNCHANGED,
        Result.FAILED: texts.ADD_FAILED,
    }
