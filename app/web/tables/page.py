"""Draws the page Table: choose or make a table, follow its fill, look at its rows."""

from __future__ import annotations

import streamlit as st

from app.api.schemas.tables import TableResponse
from app.web.admin import parts
from app.web.escape import plain
from app.web.frame import PageContext, reported
from app.web.tables import texts
from app.web.tables.calls import TableCalls
from app.web.tables.grid import draw_grid
from app.web.tables.making import draw_form

LOOK_SECONDS = 1.0

UNFINISHED = ("waiting", "filling")


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.TABLE)
    parts.show_notice()
    if not context.collection:
        parts.empty(texts.NONE, texts.NO_COLLECTION_REMEDY)
        return
    calls = TableCalls(context.client, context.collection)
    may_write = calls.may_write()
    tables = calls.tables()
    if may_write:
        with st.expander(texts.NEW, icon=":material/add:", expanded=not tables):
            draw_form(calls)
    if not tables:
        parts.empty(texts.NONE, texts.NONE_REMEDY)
        return
    table = _choose(calls, tables)
    if may_write:
        _draw_actions(calls, table)
    if table.state in UNFINISHED:
        _watch(calls, table)
    elif told := texts.STATES[table.state].format(problem=table.problem, remedy=table.remedy):
        st.info(plain(told), icon=":material/info:")
    draw_grid(calls, context.client, table, may_write=may_write)


def _choose(calls: TableCalls, tables: list[TableResponse]) -> TableResponse:
    by_id = {table.id: table for table in tables}
    key = f"table {calls.collection}"
    if st.session_state.get(key) not in by_id:
        st.session_state[key] = tables[0].id
    chosen = st.selectbox(texts.CHOOSE, list(by_id), format_func=lambda id_: plain(by_id[id_].name), key=key)
    return by_id[chosen]


def _draw_actions(calls: TableCalls, table: TableResponse) -> None:
    fill, stop, remove = st.columns(3)
    is_running = table.state in UNFINISHED
    if fill.button(
        texts.FILL, icon=":material/play_arrow:", width="stretch", disabled=is_running, help=texts.FILL_HELP
    ):
        with reported():
            calls.fill(table.id)
            st.rerun()
    if stop.button(texts.STOP, icon=":material/stop_circle:", width="stretch", disabled=not is_running):
        with reported():
            calls.stop(table.id)
            st.rerun()
    if remove.button(texts.REMOVE, icon=":material/delete:", width="stretch"):

        def delete() -> None:
            calls.remove(table.id)
            parts.notice(texts.REMOVED.format(name=table.name))

        parts.confirm(texts.REMOVE_TITLE, [table.name], texts.REMOVE_EXPLAINED, texts.REMOVE, delete)


@st.fragment(run_every=LOOK_SECONDS)
def _watch(calls: TableCalls, table: TableResponse) -> None:
    """Look again until the fill has ended, then draw the whole page with it."""
    with reported():
        seen = calls.glance(table.id)
        told = texts.FILLING.format(done=seen.done, total=seen.total, document=seen.document)
        st.progress(min(seen.done / max(seen.total, 1), 1.0), plain(told))
        if seen.state not in UNFINISHED:
            st.rerun()
