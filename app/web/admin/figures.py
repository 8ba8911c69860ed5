"""Draws on the page Collection how its figures are described, and what that takes."""

from __future__ import annotations

import streamlit as st

from app.api.schemas.figures import FigureEstimateResponse
from app.web import collection_texts as texts
from app.web import language
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.escape import plain
from app.web.frame import reported


def show(calls: Calls) -> None:
    """Draw it."""
    with st.expander(texts.FIGURES, icon=":material/insert_chart:"), reported():
        st.caption(texts.FIGURES_WHAT)
        status = calls.figures()
        if status.llm:
            numbers = {name: language.number(getattr(status, name)) for name in ("pictures", "described")}
            tokens = language.number(status.prompt_tokens + status.completion_tokens)
            left = language.number(status.documents_left)
            st.text(texts.FIGURES_STATUS.format(llm=status.llm, tokens=tokens, left=left, **numbers))
            if status.problem:
                st.warning(plain(status.problem))
        llm = st.text_input(
            texts.FIGURES_LLM, status.llm, help=texts.FIGURES_LLM_HELP, key=f"figures {calls.collection}"
        )
        counted = f"figures of {calls.collection}"
        if st.button(texts.FIGURES_COUNT):
            st.session_state[counted] = calls.estimate_figures(llm.strip())
        estimate: FigureEstimateResponse | None = st.session_state.get(counted)
        if estimate is not None:
            st.text(_describe(estimate))
            if st.button(texts.FIGURES_START, type="primary"):
                calls.choose_figures(estimate.llm)
                del st.session_state[counted]
                parts.notice(texts.FIGURES_STARTED)
                st.rerun()
        if status.llm and st.button(texts.FIGURES_STOP):
            calls.choose_figures("")
            parts.notice(texts.FIGURES_STOPPED)
            st.rerun()


def _describe(estimate: FigureEstimateResponse) -> str:
    cost = texts.FIGURES_NO_PRICE
    if estimate.cost_usd is not None:
        cost = texts.FIGURES_PRICE.format(cost=language.number(estimate.cost_usd, ",.2f"))
    place = texts.FIGURES_LOCAL if estimate.is_local else texts.FIGURES_REMOTE
    numbers = {name: language.number(getattr(estimate, name)) for name in ("pictures", "documents", "tokens")}
    return f"{texts.FIGURES_ESTIMATE.format(cost=cost, **numbers)} {place.format(llm=estimate.llm)}"
