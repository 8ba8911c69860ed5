"""Draws the page Collection: what is in it, as numbers and plots, and its name and description."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from app.api.schemas.documents import StatisticsResponse
from app.web import collection_texts as texts
from app.web import language
from app.web.admin import figures, parts
from app.web.admin.calls import Calls
from app.web.ask.places import kind_of
from app.web.escape import one_line
from app.web.frame import PageContext, choose_collection, reported
from rag.types import CollectionInfo

BARS_SHOWN = 8
"""Of a plot; what is left is one more bar."""

BAR_PIXELS = 26

NAME_PIXELS = 180

YEARS_HEIGHT, YEARS_WIDTH = 220, 300
"""Pixels; the width is what a phone has for it."""

TEXT_SHOWN = 300

MAX_NAME, MAX_DESCRIPTION = 64, 1_000


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.COLLECTION_PAGE)
    parts.show_notice()
    calls = Calls(context.client, context.collection)
    identity = calls.identity()
    if context.chosen is None:
        parts.empty(texts.NONE, texts.NONE_REMEDY)
    else:
        with reported():
            _show_numbers(context, calls, context.chosen)
    if identity.role != "admin":
        st.caption(texts.FORBIDDEN)
        return
    if context.chosen is not None:
        _change(calls, context.chosen, may_rename=identity.manages_server)
        if identity.manages_server:
            figures.show(calls)
    if identity.manages_server:
        _make(calls, expanded=context.chosen is None)


def _show_numbers(context: PageContext, calls: Calls, collection: CollectionInfo) -> None:
    if collection.description:
        st.text(collection.description)
    counted = calls.statistics()
    numbers = {
        texts.DOCUMENTS: language.number(counted.documents),
        texts.FAILED: language.number(counted.failed),
        texts.PAGES: language.number(counted.pages),
        texts.SIZE: parts.size(counted.size),
        texts.LAST_SYNC: parts.when(collection.last_synced_at),
    }
    with st.container(horizontal=True, gap="large"):
        for name, value in numbers.items():
            st.metric(name, value, width="content")
    if counted.documents:
        _draw_charts(counted)
    if counted.failures:
        _show_failures(context, counted)


def _draw_charts(counted: StatisticsResponse) -> None:
    languages = {texts.LANGUAGES.get(code, code): count for code, count in counted.languages.items()}
    kinds = {kind_of(kind): count for kind, count in counted.kinds.items()}
    left, right = st.columns(2, gap="large")
    for place, title, counts in (
        (left, texts.BY_KIND, kinds),
        (right, texts.BY_TYPE, counted.types),
        (left, texts.BY_LANGUAGE, languages),
    ):
        with place:
            _draw_bars(title, counts)
    with right:
        _draw_years(counted.years)


def _draw_bars(title: str, counts: Mapping[str, int]) -> None:
    """Draw a bar for each, the longest first, its number behind its name."""
    shown = _longest(counts)
    if len(shown) < 2 and texts.UNKNOWN in shown:
        return  # Of no document it is known: a single bar would say nothing.
    st.header(title, anchor=False)
    names = [f"{name} · {language.number(count)}" for name, count in shown.items()]
    table = pd.DataFrame({title: names, texts.COUNT: list(shown.values())})
    chart = (
        alt.Chart(table)
        .mark_bar(height=BAR_PIXELS // 2)
        .encode(
            x=alt.X(texts.COUNT, type="quantitative", axis=None),
            y=alt.Y(title, type="nominal", sort=None, title="", axis=alt.Axis(labelLimit=NAME_PIXELS, ticks=False)),
        )
    )
    _draw(chart, title, shown, height=BAR_PIXELS * len(shown) + 16)


def _draw_years(counts: Mapping[str, int]) -> None:
    """Draw a bar for each year in order; those without documents are left white."""
    known = {int(year): count for year, count in counts.items() if year.isdigit()}
    if not known:
        return
    st.header(texts.BY_YEAR, anchor=False)
    years = range(min(known), max(known) + 1)
    table = pd.DataFrame({texts.BY_YEAR: [str(year) for year in years], texts.COUNT: [known.get(y, 0) for y in years]})
    axis = alt.Axis(tickMinStep=1, labelExpr=language.number_expression())
    chart = (
        alt.Chart(table)
        .mark_bar(size=max(2, min(BAR_PIXELS, YEARS_WIDTH // len(years))))
        .encode(
            x=alt.X(texts.BY_YEAR, type="ordinal", title="", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y(
                texts.COUNT,
                type="quantitative",
                title="",
                axis=axis,
            ),
        )
    )
    _draw(chart, texts.BY_YEAR, {str(year): count for year, count in sorted(known.items())}, height=YEARS_HEIGHT)


def _draw(chart: alt.Chart, title: str, shown: Mapping[str, int], *, height: int) -> None:
    values = ", ".join(f"{name} {language.number(count)}" for name, count in shown.items())
    said = texts.CHART_ALT.format(what=title[:1].lower() + title[1:], values=values)
    st.altair_chart(chart, width="stretch", height=height, alt=one_line(said, 1_000))


def _longest(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the largest counts under names that can be read, and what is left in one."""
    named = [(one_line(name, 60) or texts.UNKNOWN, count) for name, count in counts.items()]
    shown = dict(named[:BARS_SHOWN])
    if rest := sum(count for _, count in named[BARS_SHOWN:]):
        shown[texts.OTHERS] = rest
    return shown


def _show_failures(context: PageContext, counted: StatisticsResponse) -> None:
    st.header(texts.FAILURES, anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                texts.FAILURES_COUNT: [failure.documents for failure in counted.failures],
                texts.FAILURES_REASON: [one_line(failure.reason, TEXT_SHOWN) for failure in counted.failures],
                texts.FAILURES_REMEDY: [one_line(failure.remedy, TEXT_SHOWN) for failure in counted.failures],
            }
        ),
        hide_index=True,
        width="stretch",
        alt=texts.FAILURES_ALT,
    )
    context.link("documents", texts.FAILURES_LINK, ":material/description:")


# --- its name ---


def _change(calls: Calls, collection: CollectionInfo, *, may_rename: bool) -> None:
    with st.expander(texts.MANAGE, icon=":material/edit:"):
        with st.form(f"change {collection.name}", border=False):
            name = st.text_input(
                texts.NAME, collection.name, max_chars=MAX_NAME, help=texts.NAME_HELP, disabled=not may_rename
            )
            description = st.text_area(texts.DESCRIPTION, collection.description, max_chars=MAX_DESCRIPTION)
            if st.form_submit_button(texts.SAVE, type="primary"):
                with reported():
                    calls.change_collection(name.strip(), description.strip())
                    choose_collection(name.strip())
                    parts.notice(texts.SAVED)
                    st.rerun()
        if st.button(texts.DELETE, icon=":material/delete:"):
            parts.confirm(
                texts.DELETE_TITLE, [collection.name], texts.DELETE_EXPLAINED, texts.DELETE, partial(_delete, calls)
            )


def _delete(calls: Calls) -> None:
    calls.remove_collection()
    parts.notice(texts.DELETED)


def _make(calls: Calls, *, expanded: bool) -> None:
    with (
        st.expander(texts.MAKE, icon=":material/add:", expanded=expanded),
        st.form("make", border=False, clear_on_submit=True),
    ):
        name = st.text_input(texts.NAME, max_chars=MAX_NAME, help=texts.NAME_HELP, key="name of a new collection")
        description = st.text_area(texts.DESCRIPTION, max_chars=MAX_DESCRIPTION, key="description of a new collection")
        if st.form_submit_button(texts.MAKE_DO, type="primary") and name.strip():
            with reported():
                calls.create_collection(name.strip(), description.strip())
                choose_collection(name.strip())
                parts.notice(texts.MADE)
                st.rerun()
