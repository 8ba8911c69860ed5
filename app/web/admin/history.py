"""Draws what the syncs of a collection did: over time, one by one, and file by file."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from app.api.schemas.syncs import RunSummary
from app.web import admin_texts as texts
from app.web import language
from app.web.admin.calls import Calls
from app.web.choosing import choose_rows
from app.web.escape import one_line, plain

RUNS_SHOWN = 200

PATH_SHOWN = 300

TABLE_PIXELS = 320
"""Height of a long table."""

CHART_HEIGHT = 220
CHART_PADDING = 12
"""Pixels between the edge and the first and last sync."""
CHART_TICKS = 5


def show_history(calls: Calls, folders: list[str]) -> None:
    """Draw the syncs of a collection."""
    st.header(texts.HISTORY)
    known = sorted({run.folder for run in calls.runs("", RUNS_SHOWN)} | set(folders))
    folder = ""
    if len(known) > 1:
        folder = st.selectbox(
            texts.HISTORY_FOLDER,
            ["", *known],
            format_func=lambda path: one_line(path, PATH_SHOWN) if path else texts.HISTORY_ALL,
            key="history folder",
        )
    runs = calls.runs(folder, RUNS_SHOWN)
    if not runs:
        st.caption(texts.HISTORY_NONE)
        return
    _draw_charts(runs)
    _show_runs(calls, runs)


def _draw_charts(runs: list[RunSummary]) -> None:
    ended = [run for run in runs if run.finished_at and run.outcome in ("done", "failed files")]
    if len(ended) < 2:
        return
    table = pd.DataFrame(
        {
            texts.HISTORY_WHEN: pd.to_datetime([language.wall_time(run.finished_at) for run in ended]),
            texts.HISTORY_DOCUMENTS: [run.documents for run in ended],
            texts.HISTORY_SECONDS: [run.seconds for run in ended],
            texts.HISTORY_FOLDER: [one_line(run.folder, PATH_SHOWN) for run in ended],
        }
    )
    for place, column, description in zip(
        st.columns(2),
        (texts.HISTORY_DOCUMENTS, texts.HISTORY_SECONDS),
        (texts.HISTORY_DOCUMENTS_ALT, texts.HISTORY_SECONDS_ALT),
        strict=True,
    ):
        place.caption(column)
        chart = _over_time(table, column, joined=column == texts.HISTORY_DOCUMENTS)
        place.altair_chart(chart, width="stretch", height=CHART_HEIGHT, alt=description)


def _over_time(table: pd.DataFrame, column: str, *, joined: bool) -> alt.Chart:
    """Return a point for each sync, a color for each folder; as near to the edge as it may come without being cut."""
    times = table[texts.HISTORY_WHEN]
    when = alt.X(
        texts.HISTORY_WHEN,
        type="temporal",
        scale=alt.Scale(type="utc", padding=CHART_PADDING),
        axis=alt.Axis(format=_time_format(times.max() - times.min()), tickCount=CHART_TICKS, labelOverlap=True),
    )
    chart = alt.Chart(table)
    marked: alt.Chart = chart.mark_line(point=True) if joined else chart.mark_circle(size=60)
    axis = alt.Axis(labelExpr=language.number_expression())
    number = alt.Y(column, type="quantitative", title="", scale=alt.Scale(zero=True), axis=axis)
    marked = marked.encode(x=when, y=number)
    if table[texts.HISTORY_FOLDER].nunique() > 1:
        legend = alt.Legend(orient="bottom")
        marked = marked.encode(color=alt.Color(texts.HISTORY_FOLDER, type="nominal", legend=legend))
    return marked


def _time_format(span: pd.Timedelta) -> str:
    """Return the format of times in which no two ticks look alike."""
    if span < pd.Timedelta(minutes=CHART_TICKS):
        return "%H:%M:%S"
    return "%H:%M" if span < pd.Timedelta(days=1) else language.LANGUAGES[language.current()].day


def _show_runs(calls: Calls, runs: list[RunSummary]) -> None:
    rows = choose_rows(
        pd.DataFrame({title: [_cell(run, name) for run in runs] for name, title in texts.HISTORY_COLUMNS.items()}),
        [run.id for run in runs],
        name=f"history {calls.collection}",
        mode="single-row",
        max_height=TABLE_PIXELS,
        alt=texts.HISTORY_ALT,
        column_config={
            texts.HISTORY_COLUMNS["started_at"]: st.column_config.DatetimeColumn(format=language.moment_in_tables()),
            texts.HISTORY_COLUMNS["seconds"]: st.column_config.NumberColumn(format="localized"),
        },
    )
    chosen = [runs[row] for row in rows]
    if not chosen:
        st.caption(texts.HISTORY_CHOOSE)
        return
    _show_files(calls, chosen[0])


def _cell(run: RunSummary, name: str) -> Any:
    value = getattr(run, name)
    if not run.finished_at and isinstance(value, int | float):
        return None  # Not counted yet.
    if name == "started_at":
        return language.wall_time(value)
    if name == "outcome":
        return texts.OUTCOMES.get(value, value)
    return one_line(value, PATH_SHOWN) if isinstance(value, str) else value


def _show_files(calls: Calls, run: RunSummary) -> None:
    if run.reason:
        st.error(f"{plain(run.reason)}\n\n{plain(run.remedy)}".strip(), icon=":material/error:")
    report = calls.run(run.id).report or {}
    files: dict[str, list[Any]] = report.get("files", {})
    rows = [(texts.CHANGES[what], _name_of(file), "", "") for what in texts.CHANGES for file in files.get(what, [])]
    rows += [
        (texts.CHANGES["failed"], file["path"], file["reason"], file["remedy"]) for file in report.get("failed", [])
    ]
    if not rows:
        st.caption(texts.CHANGES_NONE)
        return
    columns = [texts.CHANGES_WHAT, texts.CHANGES_FILE, texts.COLUMN_PROBLEM, texts.COLUMN_REMEDY]
    st.dataframe(
        pd.DataFrame([[one_line(cell, PATH_SHOWN) for cell in row] for row in rows], columns=columns),
        hide_index=True,
        width="stretch",
        height=min(35 * (len(rows) + 1) + 3, 320),
        alt=texts.CHANGES_ALT,
    )


def _name_of(file: Any) -> str:
    return f"{file['from']} → {file['to']}" if isinstance(file, dict) else str(file)
