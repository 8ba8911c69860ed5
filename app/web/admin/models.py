"""The page Models: which LLM answers, Ollama's models, providers' addresses and keys, the search. Shows no key."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from app.api.schemas.admin import KeyResponse, ModelsResponse, SettingResponse
from app.web import admin_texts as texts
from app.web import known_llms
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.local_models import offer_recommended, show_local
from app.web.admin.ollama import show_ollama
from app.web.escape import one_line, plain
from app.web.frame import PageContext, reported, show_error
from rag.errors import LecternError

AUTOMATIC, QUOTES, OTHER = "", "off", "other"
"""Choices beside the models; the first two are what the service calls them."""

NAME_SHOWN = 200

ACCESS_FILE = "llm-access.json"
"""The end of the place of a key that was given on the page."""


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.MODELS)
    parts.show_notice()
    calls = Calls(context.client, context.collection)
    may_manage = calls.identity().manages_server
    models = calls.models()
    if not may_manage:
        st.caption(texts.LLM_FORBIDDEN)
    with st.container(border=True):
        _show_llm(calls, models, may_manage=may_manage)
    with st.container(border=True):
        show_ollama(calls, models, may_manage=may_manage)
    with st.container(border=True):
        show_local(calls, models, may_manage=may_manage)
    with st.container(border=True):
        _show_keys(models.keys)
        if may_manage:
            _give_access(calls, models.keys)
    with st.container(border=True), reported():
        _show_settings(calls, may_manage=may_manage)


def _show_llm(calls: Calls, models: ModelsResponse, *, may_manage: bool) -> None:
    st.header(texts.LLM)
    if models.is_quotes_only:
        st.write(plain(texts.LLM_NONE))
        if models.origin == "none":
            st.caption(plain(texts.LLM_NONE_REMEDY))
            if may_manage:
                offer_recommended(calls, models)
    else:
        st.markdown(f"**{plain(one_line(models.llm, NAME_SHOWN))}**")
        st.caption(plain(texts.LLM_ORIGIN[models.origin]))
        st.caption(plain(texts.LLM_SEES if models.sees_images else texts.LLM_SEES_NOT))
    if models.problem:
        show_error(LecternError(models.problem, models.remedy))
    if may_manage:
        _choose_llm(calls, models)


def _choose_llm(calls: Calls, models: ModelsResponse) -> None:
    named = known_llms.here(models)
    if models.configured not in ("", QUOTES, *named):
        named.insert(0, models.configured)
    if models.origin == "chosen here" and models.llm and models.llm not in named:
        named.insert(0, models.llm)
    now = AUTOMATIC if models.origin != "chosen here" else models.llm or QUOTES
    options = [AUTOMATIC, QUOTES, *named, OTHER]
    words = {
        AUTOMATIC: texts.LLM_AUTOMATIC if models.configured else texts.LLM_AUTOMATIC_FOUND,
        QUOTES: texts.LLM_QUOTES,
        OTHER: texts.LLM_OTHER,
    }
    choice = st.selectbox(
        texts.LLM_CHOOSE,
        options,
        index=options.index(now),
        format_func=lambda name: words.get(name) or one_line(name, NAME_SHOWN),
        key=f"llm of {now}",
    )
    llm = choice
    if choice == OTHER:
        llm = st.text_input(texts.LLM_OTHER_NAME, help=texts.LLM_OTHER_HELP, max_chars=300).strip()
    use, attempt = st.columns(2)
    if use.button(
        texts.LLM_USE, type="primary", width="stretch", disabled=choice == now or (choice == OTHER and not llm)
    ):
        with reported():
            calls.choose_llm(llm)
            known_llms.forget()
            parts.notice(texts.LLM_CHANGED)
            st.rerun()
    asked = models.llm if choice in (AUTOMATIC, OTHER) and not llm else llm
    if attempt.button(texts.LLM_TRY, width="stretch", disabled=asked in ("", QUOTES)):
        with reported(), st.spinner(texts.LLM_TRYING, show_time=True):
            trial = calls.try_llm(asked)
            st.success(plain(texts.LLM_TRIED.format(llm=trial.llm, seconds=trial.milliseconds / 1000)))
            st.text(one_line(trial.reply, NAME_SHOWN))


def _show_keys(keys: list[KeyResponse]) -> None:
    st.header(texts.KEYS)
    st.dataframe(
        pd.DataFrame(
            {
                texts.KEYS_PROVIDER: [texts.PROVIDERS.get(key.provider, key.provider) for key in keys],
                texts.KEYS_STATE: [texts.KEYS_SET if key.is_set else texts.KEYS_NOT_SET for key in keys],
                texts.KEYS_VARIABLE: [key.variable for key in keys],
                texts.KEYS_PLACE: [key.place for key in keys],
                texts.KEYS_ADDRESS: [one_line(key.address, NAME_SHOWN) for key in keys],
            }
        ),
        hide_index=True,
        width="stretch",
        alt=texts.KEYS_ALT,
    )
    st.caption(plain(texts.KEYS_EXPLAINED))


def _give_access(calls: Calls, keys: list[KeyResponse]) -> None:
    """Draw the fields for the address and key of a provider's LLMs."""
    kept = {key.provider: key for key in keys}
    # Another name for the fields each time: what was typed into them is gone once it is kept.
    round_ = st.session_state.setdefault("access round", 0)
    provider = st.selectbox(texts.KEYS_PROVIDER, list(texts.PROVIDERS), format_func=texts.PROVIDERS.__getitem__)
    known = kept.get(provider)
    with st.form(f"access {provider} {round_}", border=False):
        address = st.text_input(
            texts.ACCESS_ADDRESS,
            known.address if known else "",
            placeholder=texts.ACCESS_ADDRESS_HINT,
            help=texts.ACCESS_ADDRESS_HELP,
            max_chars=2_000,
        )
        key = st.text_input(
            texts.ACCESS_KEY, type="password", autocomplete="off", help=texts.ACCESS_KEY_HELP, max_chars=4_000
        )
        model = st.text_input(texts.ACCESS_MODEL, placeholder=texts.ACCESS_MODEL_HINT, max_chars=200)
        is_sent = st.form_submit_button(texts.ACCESS_KEEP, type="primary")
    if is_sent:
        with reported():
            calls.give_access(provider, address.strip(), key.strip() or None)
            known_llms.forget()
            told = texts.ACCESS_KEPT
            if model.strip():
                with st.spinner(texts.LLM_TRYING, show_time=True):
                    trial = calls.try_llm(f"{provider}:{model.strip()}")
                told = texts.ACCESS_WORKS.format(llm=trial.llm, seconds=trial.milliseconds / 1000)
            parts.notice(told)
            st.session_state["access round"] = round_ + 1
            st.rerun()
    if known and (known.address or known.place.endswith(ACCESS_FILE)):
        forget = partial(_forget_access, calls, provider)
        st.button(texts.ACCESS_FORGET, icon=":material/key_off:", on_click=forget)


def _forget_access(calls: Calls, provider: str) -> None:
    try:
        calls.forget_access(provider)
        known_llms.forget()
    except LecternError as error:
        show_error(error)


def _show_settings(calls: Calls, *, may_manage: bool) -> None:
    st.header(texts.SEARCH_SETTINGS)
    told = calls.settings()
    if may_manage:
        st.caption(texts.SEARCH_SETTINGS_EXPLAINED)
    for setting in told.settings:
        _show_setting(calls, setting, may_manage=may_manage)
    shown = texts.SEARCH_PARTS.format(embedder=told.embedder, reranker=told.reranker, engine=told.engine)
    st.caption(plain(shown))


def _show_setting(calls: Calls, setting: SettingResponse, *, may_manage: bool) -> None:
    is_whole = setting.name != "refusal_threshold"
    convert = int if is_whole else float
    number, effect = st.columns([1, 2], vertical_alignment="center")
    value = number.number_input(
        texts.SETTING_NAMES.get(setting.name, setting.name),
        convert(setting.least),
        convert(setting.most),
        None if setting.value is None else convert(setting.value),
        step=1 if is_whole else 0.01,
        placeholder=texts.SETTING_CALIBRATED,
        disabled=not may_manage,
        # A new value of the service shows in a new field.
        key=f"{setting.name} {setting.value}",
    )
    effect.write(plain(texts.SETTING_EFFECTS.get(setting.name, setting.description)))
    if may_manage and value != setting.value:
        with reported():
            calls.change_setting(setting.name, value)
            parts.notice(texts.SEARCH_SETTINGS_EXPLAINED)
            st.rerun()
    if setting.is_chosen and may_manage:
        back = texts.SETTING_CALIBRATED if setting.configured is None else f"{setting.configured:g}"
        label = texts.SETTING_RESET.format(value=back)
        if effect.button(label, key=f"reset {setting.name}", icon=":material/undo:"):
            with reported():
                calls.change_setting(setting.name, None)
                st.rerun()
