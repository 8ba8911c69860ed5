"""The models that are being fetched, on the page Models: how far they are, and how they ended."""

from __future__ import annotations

import streamlit as st

from app.api.schemas.admin import DownloadResponse
from app.web import admin_texts as texts
from app.web import known_llms
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.escape import one_line, plain
from app.web.frame import reported, show_error
from rag.errors import LecternError

LOOK_SECONDS = 1.0
"""Between two looks at models that are being fetched."""

NAME_SHOWN = 200

RUNS_HERE = "gguf:"
"""Begins the names of models that run here, and not in Ollama."""


def show_downloads(calls: Calls, downloads: list[DownloadResponse], *, runs_here: bool, may_manage: bool) -> None:
    """Draw those for Ollama, or those that are to run here."""
    shown = _of_place(downloads, runs_here=runs_here)
    if any(download.state == "running" for download in shown):
        _watch_downloads(calls, runs_here, may_manage)
    else:
        for download in shown:
            _show_download(calls, download, may_manage=may_manage)


def _of_place(downloads: list[DownloadResponse], *, runs_here: bool) -> list[DownloadResponse]:
    return [download for download in downloads if download.model.startswith(RUNS_HERE) == runs_here]


@st.fragment(run_every=LOOK_SECONDS)
def _watch_downloads(calls: Calls, runs_here: bool, may_manage: bool) -> None:
    """Look again until nothing is fetched any more, then draw the whole page with the new models."""
    with reported():
        downloads = _of_place(calls.models().downloads, runs_here=runs_here)
        for download in downloads:
            _show_download(calls, download, may_manage=may_manage)
        if not any(download.state == "running" for download in downloads):
            known_llms.forget()
            st.rerun()


def _show_download(calls: Calls, download: DownloadResponse, *, may_manage: bool) -> None:
    name = one_line(download.model, NAME_SHOWN)
    if download.state == "running":
        step = one_line(download.step, NAME_SHOWN)
        if download.total:
            step = f"{step} {parts.size(download.completed)} / {parts.size(download.total)}"
        share = download.completed / download.total if download.total else 0.0
        st.progress(min(share, 1.0), plain(texts.OLLAMA_DOWNLOADING.format(model=name, step=step)))
    elif download.state == "done":
        st.success(plain(texts.OLLAMA_DOWNLOADED.format(model=name)), icon=":material/check_circle:")
    elif download.state == "stopped":
        st.info(plain(texts.OLLAMA_DOWNLOAD_STOPPED.format(model=name)))
    else:
        show_error(LecternError(f"{name}: {download.problem}", download.remedy))
    label = texts.OLLAMA_STOP if download.state == "running" else texts.OLLAMA_DISMISS
    if may_manage and st.button(label, key=f"download {download.model} {download.state}"):
        with reported():
            calls.stop_download(download.model)
            st.rerun(scope="app")
