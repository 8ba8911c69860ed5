"""Starts, follows, draws and compares evaluations."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from app.api.schemas.evaluations import EvaluationDetail, EvaluationResponse
from app.web import admin_texts as texts
from app.web import language
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.questions import pages_shown
from app.web.escape import one_line
from app.web.frame import reported, show_error
from rag.errors import LecternError

RUNS_SHOWN = 50
COMPARED_AT_FIRST = 2

LOOK_SECONDS = 1.0

TEXT_SHOWN = 300

CHART_HEIGHT = 260

_RECALL = re.compile(r"recall@(\d+)")


def show_evaluations(calls: Calls, *, has_questions: bool, may_write: bool) -> None:
    """Draw the runs, the newest beside the one before."""
    runs = calls.evaluations(RUNS_SHOWN)
    running = next((run for run in runs if run.state == "running"), None)
    if may_write and st.button(
        texts.EVALUATE, type="primary", icon=":material/speed:", disabled=not has_questions or running is not None
    ):
        calls.evaluate()
        st.rerun()
    if running is not None:
        _watch_run(calls, running.id)
    if runs and runs[0].state in ("failed", "cut off"):
        show_error(LecternError(f"{texts.EVALUATION_FAILED} {runs[0].problem}".strip(), runs[0].remedy))
    done = [run for run in runs if run.state == "done"]
    if not done:
        st.caption(texts.EVALUATIONS_NONE)
        return
    st.header(texts.EVALUATIONS)
    names = {_name_of(run): run.id for run in done}
    chosen = st.multiselect(
        texts.EVALUATION_COMPARE, list(names), list(names)[:COMPARED_AT_FIRST], key=f"compare {done[0].id}"
    )
    compared = [calls.evaluation(names[name]) for name in chosen]
    if compared:
        _show_numbers(compared)
        _draw_charts(compared)
        _show_outcomes(compared)


@st.fragment(run_every=LOOK_SECONDS)
def _watch_run(calls: Calls, evaluation_id: int) -> None:
    """Look again until it has ended, then draw the whole page with it."""
    with reported():
        run = calls.evaluation(evaluation_id)
        told = texts.EVALUATING.format(asked=run.asked, questions=run.questions)
        st.progress(run.asked / max(run.questions, 1), told)
        if run.state != "running":
            st.rerun()


def _name_of(run: EvaluationResponse) -> str:
    return texts.EVALUATION_NAME.format(when=parts.when(run.started_at), id=run.id)


def _show_numbers(compared: list[EvaluationDetail]) -> None:
    newest, before = compared[0].scores, compared[1].scores if len(compared) > 1 else {}
    places = st.columns(4)
    for place, name, label in ((places[0], "recall@1", texts.RECALL_1), (places[1], "recall@5", texts.RECALL_5)):
        change = _change(newest[name] * 100, before.get(name), "%", 100)
        place.metric(label, language.number(newest[name], ".0%"), change, border=True, height="stretch")
    for place, name, label in ((places[2], "p50_ms", texts.LATENCY_P50), (places[3], "p95_ms", texts.LATENCY_P95)):
        shown = texts.MILLISECONDS.format(ms=newest[name])
        change = _change(newest[name], before.get(name), "ms", 1)
        place.metric(label, shown, change, delta_color="inverse", border=True, height="stretch")


def _change(now: float, before: float | None, unit: str, factor: int) -> str | None:
    """Return the change of a score, as shown; None where there is none."""
    change = 0 if before is None else round(now - before * factor)
    return f"{language.number(change, '+,')} {unit}" if change else None


def _draw_charts(compared: list[EvaluationDetail]) -> None:
    recall = pd.DataFrame(
        [
            {texts.RUN: _name_of(run), texts.RECALL_K: int(found[1]), texts.RECALL_SHARE: share}
            for run in compared
            for name, share in run.scores.items()
            if (found := _RECALL.fullmatch(name))
        ]
    )
    latency = pd.DataFrame(
        [
            {texts.RUN: _name_of(run), texts.LATENCY_MS: milliseconds, texts.LATENCY_SHARE: rank / len(run.outcomes)}
            for run in compared
            for rank, milliseconds in enumerate(sorted(outcome.milliseconds for outcome in run.outcomes), start=1)
        ]
    )
    left, right = st.columns(2)
    left.caption(texts.RECALL)
    left.line_chart(
        recall, x=texts.RECALL_K, y=texts.RECALL_SHARE, color=texts.RUN, height=CHART_HEIGHT, alt=texts.RECALL_ALT
    )
    right.caption(texts.LATENCY)
    right.line_chart(
        latency, x=texts.LATENCY_MS, y=texts.LATENCY_SHARE, color=texts.RUN, height=CHART_HEIGHT, alt=texts.LATENCY_ALT
    )


def _show_outcomes(compared: list[EvaluationDetail]) -> None:
    st.markdown(f"**{texts.OUTCOMES_TITLE}**")
    newest = compared[0].outcomes
    columns = {
        texts.QUESTION: [one_line(outcome.question, TEXT_SHOWN) for outcome in newest],
        texts.OUTCOMES_PLACE: [outcome.rank for outcome in newest],
        texts.OUTCOMES_EXPECTED: [
            f"{one_line(outcome.document, TEXT_SHOWN)} {pages_shown(outcome.pages)}".strip() for outcome in newest
        ],
        texts.OUTCOMES_FIRST: [
            "" if outcome.found_page is None else f"{one_line(outcome.found, TEXT_SHOWN)} {outcome.found_page + 1}"
            for outcome in newest
        ],
        texts.LATENCY_MS: [outcome.milliseconds for outcome in newest],
    }
    if len(compared) > 1:
        before = {outcome.question: outcome.rank for outcome in compared[1].outcomes}
        columns[texts.OUTCOMES_CHANGE] = [before.get(outcome.question) for outcome in newest]
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        width="stretch",
        height=min(35 * (len(newest) + 1) + 3, 420),
        placeholder=texts.OUTCOMES_NOWHERE,
        alt=texts.OUTCOMES_ALT,
        column_config={texts.LATENCY_MS: st.column_config.NumberColumn(format="%.0f")},
    )
