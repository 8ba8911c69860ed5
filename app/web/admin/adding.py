"""Draws the part of the page Documents that takes files in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from app.client.http import HttpClient
from app.web import admin_texts as texts
from app.web.admin import receiving
from app.web.admin.calls import Calls
from app.web.admin.uploading import NOT_HERE, SENT, UPLOADS, Problem, Result, Upload, UploadRun
from app.web.escape import one_line, plain
from app.web.frame import choose_collection

LOOK_SECONDS = 0.5
"""Between two looks at an upload that goes on."""

NAME_SHOWN = 300

TABLE_ROWS = 8
"""Shown without scrolling."""

RESULT_PIXELS = 120
"""Room for the longest state."""

_ORDER = {Result.FAILED: 0, Result.WAITING: 2, Result.INDEXED: 3, Result.UNCHANGED: 3}
"""In the list: what goes on stands between what has failed and what waits."""

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "lectern_files", js=(HERE / "sending.js").read_text("utf-8"), css=(HERE / "sending.css").read_text("utf-8")
)


@st.fragment
def add_documents(client: HttpClient, collection: str) -> None:
    """Take files, whole folders, or a web address."""
    with st.container(key="add-into"):  # The browser looks there for what is typed.
        into = st.text_input(
            texts.ADD_INTO,
            collection or texts.ADD_DEFAULT_COLLECTION,
            help=texts.ADD_INTO_HELP,
            max_chars=receiving.MAX_COLLECTION,
            key=f"add into {collection}",
        ).strip()
    sent = _component(
        key="files",
        data={
            "ticket": receiving.TICKETS.give(client.caller, partial(Calls, client)),
            "collection": into or collection or texts.ADD_DEFAULT_COLLECTION,
            "most": receiving.MAX_FILES,
            "words": texts.ADD_WORDS,
        },
        height="content",
        on_begun_change=lambda: None,
    )
    round_ = st.session_state.setdefault("upload round", 0)
    url = _address(round_)
    run = UPLOADS.find(client.caller, str(sent.begun)) if sent.begun else None
    if url and into:
        run = UPLOADS.fetch(client.caller, Calls(client, into), url)
        st.session_state["upload round"] = round_ + 1
    if run is not None:
        if run.collection != collection:
            choose_collection(run.collection)
        st.rerun()


def some_did_not_arrive(client: HttpClient) -> bool:
    """Say whether files of this caller did not arrive: they may be sent again where files are taken."""
    return any(upload.problem in NOT_HERE for run in UPLOADS.of(client.caller) for upload in run.listed)


def show_uploads(client: HttpClient) -> None:
    """Draw the uploads of this caller that were not cleared, with the progress of those that go on."""
    runs = UPLOADS.of(client.caller)
    if not runs:
        return
    if not all(run.is_done for run in runs):
        _watch_uploads(client)
        return
    _show_summary([upload for run in runs for upload in run.listed])
    _table(runs)
    clear = partial(UPLOADS.clear, client.caller)
    st.button(texts.ADD_CLEAR, icon=":material/clear_all:", on_click=clear)


@st.fragment(run_every=LOOK_SECONDS)
def _watch_uploads(client: HttpClient) -> None:
    """Draw the progress again and again, and the whole page once all is done."""
    runs = UPLOADS.of(client.caller)
    if all(run.is_done for run in runs):
        st.rerun()
    uploads = [upload for run in runs for upload in run.listed]
    done = sum(upload.is_done for upload in uploads)
    share = sum(upload.progress for upload in uploads) / max(len(uploads), 1)
    st.progress(share, texts.ADD_OVERALL.format(done=done, total=len(uploads)))
    st.caption(texts.ADD_RUNNING)
    _table(runs)


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
    # What has failed is not to be sought among hundreds of others.
    listed = [(upload, run.collection) for run in runs for upload in run.listed]
    listed.sort(key=lambda entry: _ORDER.get(entry[0].result, 1))
    uploads = [upload for upload, _ in listed]
    words = _result_words()
    told = [_why(upload) for upload in uploads]
    rows = pd.DataFrame(
        {
            texts.ADD_FILE: [one_line(upload.name, NAME_SHOWN) for upload in uploads],
            texts.ADD_PROGRESS: [None if upload.result is Result.FAILED else upload.progress for upload in uploads],
            texts.ADD_RESULT: [_state_of(upload, words) for upload in uploads],
            texts.ADD_WHY: [reason for reason, _ in told],
            texts.COLUMN_REMEDY: [remedy for _, remedy in told],
            texts.ADD_COLLECTION: [collection for _, collection in listed],
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
            texts.ADD_RESULT: st.column_config.TextColumn(width=RESULT_PIXELS),
            texts.ADD_WHY: st.column_config.TextColumn(width="large"),
            texts.COLUMN_REMEDY: st.column_config.TextColumn(width="large"),
        },
    )


def _state_of(upload: Upload, words: dict[Result, str]) -> str:
    if upload.result is Result.SENDING:
        return texts.ADD_SENDING.format(share=upload.progress / SENT)
    return words[upload.result]


def _why(upload: Upload) -> tuple[str, str]:
    """Return why a file failed and what to do: in the visitor's language, or in the service's own words."""
    if upload.problem is None:
        return upload.reason, upload.remedy
    too_large = texts.ADD_TOO_LARGE.format(megabytes=receiving.max_bytes() >> 20)
    told = {
        Problem.NOT_ARRIVED: (texts.ADD_NOT_ARRIVED, texts.ADD_NOT_ARRIVED_REMEDY),
        Problem.CHANGED: (texts.ADD_CHANGED, texts.ADD_CHANGED_REMEDY),
        Problem.TOO_LARGE: (too_large, texts.ADD_TOO_LARGE_REMEDY),
        Problem.NO_ROOM: (texts.ADD_NO_ROOM, texts.ADD_NO_ROOM_REMEDY),
        Problem.LOST: (texts.ADD_LOST, texts.ADD_LOST_REMEDY),
        Problem.STOPPED: (texts.ADD_STOPPED, texts.ADD_STOPPED_REMEDY),
        Problem.BROKE_OFF: (texts.ADD_BROKE_OFF, texts.ADD_BROKE_OFF_REMEDY),
    }
    return told[upload.problem]


def _result_words() -> dict[Result, str]:
    return {
        Result.WAITING: texts.ADD_WAITING,
        Result.ARRIVED: texts.ADD_ARRIVED,
        Result.FETCHING: texts.ADD_FETCHING,
        Result.INDEXING: texts.ADD_INDEXING,
        Result.INDEXED: texts.ADD_INDEXED,
        Result.UNCHANGED: texts.ADD_UNCHANGED,
        Result.FAILED: texts.ADD_FAILED,
    }
