"""The models in files that run on this machine, on the page Models: which there are, fetching and removing."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.api.schemas.admin import KnownModelResponse, LocalModelResponse, ModelsResponse
from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.downloads import RUNS_HERE, show_downloads
from app.web.choosing import choose_rows
from app.web.escape import one_line, plain
from app.web.frame import reported, show_error
from rag.errors import LecternError

NAME_SHOWN = 200


def offer_recommended(calls: Calls, models: ModelsResponse) -> None:
    """Draw the one button by which somebody without an LLM gets one, where that is possible."""
    local = models.local
    offered = next((known for known in local.known if known.name == local.recommended), None)
    if offered is None or not local.is_supported or any(_is_running(models, known) for known in local.known):
        return
    label = texts.LOCAL_GET_ONE.format(model=offered.title, size=_gigabytes(offered.gigabytes))
    if st.button(label, type="primary", icon=":material/download:"):
        _fetch(calls, offered.name)
    st.caption(plain(texts.LOCAL_GET_EXPLAINED.format(licence=offered.licence)))


def show_local(calls: Calls, models: ModelsResponse, *, may_manage: bool) -> None:
    """Draw which models are here, and which may be fetched."""
    st.header(texts.LOCAL)
    local = models.local
    if local.folder:
        st.caption(plain(texts.LOCAL_AT.format(folder=local.folder)))
    if not local.is_supported:
        st.info(plain(texts.LOCAL_UNSUPPORTED))
    if local.models:
        _show_table(calls, local.models, may_manage=may_manage)
    else:
        st.write(texts.LOCAL_NONE)
    show_downloads(calls, models.downloads, runs_here=True, may_manage=may_manage)
    if may_manage and local.known and local.is_supported:
        _offer(calls, models)


def _show_table(calls: Calls, models: list[LocalModelResponse], *, may_manage: bool) -> None:
    rows = choose_rows(
        pd.DataFrame(
            {
                texts.OLLAMA_NAME: [one_line(model.llm, NAME_SHOWN) for model in models],
                texts.OLLAMA_SIZE: [parts.size(model.size) for model in models],
                texts.OLLAMA_USE: [_use_of(model) for model in models],
                texts.LOCAL_LICENCE: [one_line(model.licence, NAME_SHOWN) for model in models],
            }
        ),
        [model.llm for model in models],
        name="local models",
        mode="single-row",
        alt=texts.LOCAL_ALT,
    )
    for model in models:
        if model.problem:
            show_error(LecternError(model.problem, model.remedy))
    chosen = [models[row] for row in rows]
    if chosen and may_manage and st.button(texts.OLLAMA_REMOVE, icon=":material/delete:", key="remove local"):
        name = chosen[0].llm.removeprefix(RUNS_HERE)
        parts.confirm(
            texts.OLLAMA_REMOVE_TITLE,
            [name],
            texts.LOCAL_REMOVE_EXPLAINED,
            texts.OLLAMA_REMOVE,
            partial(calls.delete_local_model, name),
        )


def _use_of(model: LocalModelResponse) -> str:
    if model.problem:
        return texts.LOCAL_UNUSABLE
    return texts.LOCAL_SEES if model.sees_images else texts.OLLAMA_CHAT


def _offer(calls: Calls, models: ModelsResponse) -> None:
    known = {model.name: model for model in models.local.known}
    with st.form("local download", border=False):
        name = st.selectbox(
            texts.LOCAL_CHOOSE.format(date=models.local.as_of),
            list(known),
            index=list(known).index(models.local.recommended) if models.local.recommended in known else 0,
            format_func=lambda name: _describe(known[name]),
        )
        is_asked = st.form_submit_button(texts.OLLAMA_DOWNLOAD, icon=":material/download:")
    if is_asked:
        _fetch(calls, name)


def _describe(model: KnownModelResponse) -> str:
    return texts.LOCAL_KNOWN.format(
        model=model.title,
        size=_gigabytes(model.gigabytes),
        memory=_gigabytes(model.memory_gigabytes),
        licence=model.licence,
    )


def _gigabytes(size: float) -> str:
    return parts.size(round(size * 1_000_000_000))


def _is_running(models: ModelsResponse, known: KnownModelResponse) -> bool:
    name = f"{RUNS_HERE}{known.name}"
    return any(download.model == name and download.state == "running" for download in models.downloads)


def _fetch(calls: Calls, name: str) -> None:
    with reported():
        calls.download(f"{RUNS_HERE}{name}")
        st.rerun()
