"""Draws the rows of a table, the totals below it, and what can be done with a cell that is clicked."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.api.schemas.tables import CellResponse, RowResponse, TableDetail, TableResponse, TotalResponse
from app.client.http import HttpClient
from app.web import language
from app.web.ask.proof import Proof, draw_proof
from app.web.escape import one_line, plain
from app.web.frame import reported
from app.web.tables import texts
from app.web.tables.calls import TableCalls

TEXT_SHOWN = 120
"""Characters of a value in the grid; the whole stands beside its proof."""

DOCUMENT_PIXELS = 200
ROW_PIXELS, MAX_PIXELS = 35, 560

UNSURE, CORRECTED = " ?", " ✎"


def draw_grid(calls: TableCalls, client: HttpClient, table: TableResponse, *, may_write: bool) -> None:
    """Draw the rows, and beside them the cell that is clicked."""
    detail = _load(calls, table)
    if not detail.rows:
        st.info(texts.ROWS_NONE, icon=":material/search_off:")
        return
    chosen = st.session_state.get(f"cell {table.id}")
    left, right = st.columns([3, 2], gap="medium") if chosen else (st.container(), None)
    with left:
        clicked = _draw_rows(detail)
        st.caption(texts.LEGEND)
        _draw_totals(detail.totals)
        _draw_exports(calls, table)
    # A click counts once: the grid keeps its cell chosen when the proof is closed.
    if clicked != st.session_state.get(f"clicked {table.id}"):
        st.session_state[f"clicked {table.id}"] = clicked
        if clicked is not None:
            st.session_state[f"cell {table.id}"] = clicked
            st.session_state.pop(f"page {table.id}", None)
            st.rerun()
    if right is not None and chosen:
        row = next((row for row in detail.rows if row.document_id == chosen[0]), None)
        with right, reported():
            if row is not None and chosen[1] in row.cells:
                _draw_cell(calls, client, table, row, chosen[1], may_write=may_write)


def _load(calls: TableCalls, table: TableResponse) -> TableDetail:
    names = [column.name for column in table.columns]
    sort, order, find, words = st.columns([2, 1, 2, 3], vertical_alignment="bottom")
    by = sort.selectbox(texts.SORT, [texts.SORT_NONE, *names], format_func=plain, key=f"sort {table.id}")
    descending = order.toggle(texts.DESCENDING, key=f"descending {table.id}")
    column = find.selectbox(texts.FIND, names, format_func=plain, key=f"find {table.id}")
    wanted = words.text_input(texts.FIND_WORDS, placeholder=texts.FIND_HINT, key=f"words {table.id}").strip()
    conditions = [f"{column}={wanted}"] if wanted else []
    return calls.detail(
        table.id, sort="" if by == texts.SORT_NONE else by, descending=descending, conditions=conditions
    )


def _draw_rows(detail: TableDetail) -> tuple[int, str] | None:
    """Draw the grid; return the document and the column of the cell that is clicked."""
    names = [column.name for column in detail.table.columns]
    # Names that are one for the grid: a column of a table may be named as the first one is.
    heads = [one_line(name, TEXT_SHOWN) if name != texts.DOCUMENT else f"{name} " for name in names]
    shown = pd.DataFrame(
        {
            texts.DOCUMENT: [one_line(row.document, TEXT_SHOWN) for row in detail.rows],
            **{
                head: [_shown(row.cells.get(name)) for row in detail.rows]
                for head, name in zip(heads, names, strict=True)
            },
        }
    )
    event = st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=min(ROW_PIXELS * (len(shown) + 1) + 3, MAX_PIXELS),
        on_select="rerun",
        selection_mode="single-cell",
        key=f"grid {detail.table.id} {len(shown)}",
        alt=texts.ALT,
        column_config={texts.DOCUMENT: st.column_config.TextColumn(width=DOCUMENT_PIXELS, pinned=True)},
    )
    cells = event.selection.cells
    if not cells or cells[0][1] not in heads or cells[0][0] >= len(detail.rows):
        return None
    return detail.rows[cells[0][0]].document_id, names[heads.index(cells[0][1])]


def _shown(cell: CellResponse | None) -> str:
    """Return a cell as the grid shows it: a person's value, else what was read, with a mark where it is not sure."""
    if cell is None:
        return ""
    if cell.correction is not None:
        return one_line(f"{cell.correction.value} {cell.unit}".strip(), TEXT_SHOWN) + CORRECTED
    value = one_line(f"{cell.value} {cell.unit}".strip(), TEXT_SHOWN)
    return value + UNSURE if value and cell.verdict != "supported" else value


def _draw_totals(totals: Sequence[TotalResponse]) -> None:
    told = [
        texts.TOTAL_REFUSED.format(column=total.column, reason=total.reason)
        if total.reason
        else texts.TOTAL.format(
            column=total.column,
            sum=total.sum,
            unit=total.unit,
            count=total.count,
            least=total.least,
            greatest=total.greatest,
        )
        for total in totals
        if total.sum or total.reason
    ]
    if told:
        st.markdown(f"**{texts.TOTALS}**")
    for line in told:
        st.write(plain(line))


def _draw_exports(calls: TableCalls, table: TableResponse) -> None:
    places = st.columns(3)
    for place, form in zip(places, ("csv", "xlsx", "json"), strict=True):
        place.download_button(
            texts.EXPORT.format(format=form.upper()),
            lambda form=form: calls.export(table.id, form),  # type: ignore[misc]
            file_name=f"{table.name}.{form}",
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
            key=f"export {form} {table.id}",
        )


def _draw_cell(
    calls: TableCalls, client: HttpClient, table: TableResponse, row: RowResponse, column: str, *, may_write: bool
) -> None:
    """Draw what was read in a cell, its proof, and the field for a correction."""
    cell = row.cells[column]
    st.header(plain(column))
    st.caption(plain(row.document))
    _draw_verdict(cell)
    if may_write:
        _draw_correction(calls, table, row, column)
    if cell.quote:
        page = st.session_state.get(f"page {table.id}", cell.page)
        proof = Proof(
            calls.collection,
            row.document_id,
            page,
            cell.quote,
            cell.page,
            cell.verdict == "supported",
            tuple((place.page, tuple(place.box)) for place in cell.rectangles),
        )

        def change(turned: Proof | None) -> None:
            if turned is None:
                st.session_state.pop(f"cell {table.id}", None)
            else:
                st.session_state[f"page {table.id}"] = turned.page

        with st.container(key="proof"):
            draw_proof(client, proof, change)


def _draw_verdict(cell: CellResponse) -> None:
    if cell.correction is not None:
        st.write(plain(cell.correction.value or texts.CELL_EMPTY))
        st.caption(plain(texts.CORRECTED.format(by=cell.correction.by, at=language.moment(cell.correction.at))))
    read = f"{cell.value} {cell.unit}".strip()
    st.write(plain(texts.CELL_READ.format(value=read) if read else texts.CELL_EMPTY))
    if not read:
        st.caption(plain(cell.reason))
        return
    verdict = cell.verdict.value if cell.verdict else ""
    told = texts.CELL_VERDICTS.get(verdict, cell.reason).format(reason=cell.reason)
    found = texts.CELL_FOUND.get(cell.by) or texts.CELL_BY.format(by=cell.by)
    st.caption(plain(f"{told} {found}"))


def _draw_correction(calls: TableCalls, table: TableResponse, row: RowResponse, column: str) -> None:
    cell = row.cells[column]
    written = cell.correction.value if cell.correction else cell.value
    with st.form(f"correct {table.id} {row.document_id} {column}", border=False):
        value = st.text_input(texts.CORRECT, value=written, help=texts.CORRECT_HELP)
        save, back = st.columns(2)
        saved = save.form_submit_button(texts.SAVE, width="stretch", icon=":material/edit:")
        taken_back = cell.correction is not None and back.form_submit_button(texts.TAKE_BACK, width="stretch")
    if saved or taken_back:
        with reported():
            calls.correct(table.id, row.document_id, column, value if saved else None)
            st.rerun()
