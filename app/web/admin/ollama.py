"""The models of Ollama on the page Models: which there are, fetching with progress, removing."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.api.schemas.admin import ModelsResponse, OllamaModelResponse
from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.downloads import show_downloads
from app.web.choosing import choose_rows
from app.web.escape import one_line, plain
from app.web.frame import reported

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
    show_downloads(calls, models.downloads, runs_here=False, may_manage=may_manage)
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
    if not model.is_local:
        return texts.OLLAMA_REMOTE
    return texts.LOCAL_SEES if model.sees_images else texts.OLLAMA_CHAT


def _offer_download(calls: Calls) -> None:
    with st.form("download", border=False, clear_on_submit=True):
        name = st.text_input(texts.OLLAMA_DOWNLOAD_NAME, placeholder=texts.OLLAMA_DOWNLOAD_HINT, max_chars=300)
        asked = st.form_submit_button(texts.OLLAMA_DOWNLOAD, icon=":material/download:")
    if asked and name.strip():
        with reported():
            calls.download(name.strip())
            st.rerun()
