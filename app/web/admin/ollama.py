"""The models of Ollama on the page Models: which there are, fetching with progress, removing."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.api.schemas.admin import DownloadResponse, ModelsResponse, OllamaModelResponse
from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.choosing import choose_rows
from app.web.escape import one_line, plain
from app.web.frame import reported, show_error
from rag.errors import LecternError

LOOK_SECONDS = 1.0
"""Between two looks at models that are being fetched."""

NAME_SHOWN = 200


def show_ollama(calls: Calls, models: ModelsResponse, *, may_manage: bool) -> None:
    """Draw what Ollama holds and fetches."""
    st.header(texts.OLLAMA)
    ollama = models.ollama
    st.caption(plain(texts.OLLAMA_AT.format(url=ollama.url)))
    if ollama.problem:
        # No error: most who answer with another LLM have no Ollama.
        st.info(f"{plain(ollama.problem)}\n\n{plain(ollama.remedy)}")
    elif not ollama.models:
        st.write(plain(texts.OLLAMA_NONE))
    else:
        _show_table(calls, ollama.models, may_manage=may_manage)
    if any(download.state == "running" for download in models.downloads):
        _watch_downloads(calls, may_manage)
    else:
        for download in models.downloads:
            _show_download(calls, download, may_manage=may_manage)
    if may_manage and not ollama.problem:
        _offer_download(calls)


def _show_table(calls: Calls, models: list[OllamaModelResponse], *, may_manage: bool) -> None:
    rows = choose_rows(
        pd.DataFrame(
            {
                texts.OLLAMA_NAME: [one_line(model.name, NAME_SHOWN) for model in models],
                texts.OLLAMA_SIZE: [parts.size(model.size) for model in models],
                texts.OLLAMA_USE: [_use_of(model) for model in models],
            }
        ),
        [model.name for model in models],
        name="ollama models",
        mode="single-row",
        alt=texts.OLLAMA_ALT,
    )
    chosen = [models[row] for row in rows]
    if chosen and may_manage and st.button(texts.OLLAMA_REMOVE, icon=":material/delete:"):
        name = chosen[0].name
        parts.confirm(
            texts.OLLAMA_REMOVE_TITLE,
            [name],
            texts.OLLAMA_REMOVE_EXPLAINED,
            texts.OLLAMA_REMOVE,
            partial(calls.delete_model, name),
        )


def _use_of(model: OllamaModelResponse) -> str:
    if not model.can_chat:
        return texts.OLLAMA_EMBEDS
    return texts.OLLAMA_CHAT if model.is_local else texts.OLLAMA_REMOTE


def _offer_download(calls: Calls) -> None:
    with st.form("download", border=False, clear_on_submit=True):
        name = st.text_input(texts.OLLAMA_DOWNLOAD_NAME, placeholder=texts.OLLAMA_DOWNLOAD_HINT, max_chars=300)
        asked = st.form_submit_button(texts.OLLAMA_DOWNLOAD, icon=":material/download:")
    if asked and name.strip():
        with reported():
            calls.download(name.strip())
            st.rerun()


@st.fragment(run_every=LOOK_SECONDS)
def _watch_downloads(calls: Calls, may_manage: bool) -> None:
    """Look again until nothing is fetched any more, then draw the whole page with the new models."""
    with reported():
        downloads = calls.models().downloads
        for download in downloads:
            _show_download(calls, download, may_manage=may_manage)
        if not any(download.state == "running" for download in downloads):
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
