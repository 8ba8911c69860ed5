"""Draws the form by which a table is made: its name, its columns, and the documents that are its rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.api.schemas.tables import SuggestionResponse
from app.web.ask.places import kind_of
from app.web.frame import reported
from app.web.tables import texts
from app.web.tables.calls import TableCalls


def draw_form(calls: TableCalls) -> None:
    """Draw the form; once it is sent, the table is made, its fill begins, and the page shows it."""
    suggestion = calls.suggestion()
    name = st.text_input(
        texts.NAME,
        value=suggestion.kind or "table",
        max_chars=100,
        help=texts.NAME_HELP,
        key=f"name {calls.collection}",
    )
    kind = texts.COLUMNS_KIND.format(kind=kind_of(suggestion.kind)) if suggestion.kind else ""
    st.caption(texts.COLUMNS_EXPLAINED.format(kind=kind))
    kind_names = texts.KINDS
    edited = st.data_editor(
        _rows(suggestion),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key=f"columns {calls.collection}",
        column_config={
            texts.COLUMN_NAME: st.column_config.TextColumn(required=True),
            texts.COLUMN_QUESTION: st.column_config.TextColumn(width="large"),
            texts.COLUMN_KIND: st.column_config.SelectboxColumn(
                options=list(kind_names), required=True, default="text", format_func=lambda kind: kind_names[str(kind)]
            ),
            texts.COLUMN_UNIT: st.column_config.TextColumn(width="small"),
        },
    )
    kinds = ["", *calls.kinds()]
    chosen = st.selectbox(
        texts.ONLY_KIND,
        kinds,
        index=kinds.index(suggestion.kind) if suggestion.kind in kinds else 0,
        format_func=lambda kind: kind_of(kind) or texts.ALL_KINDS,
        key=f"kind {calls.collection}",
    )
    use_llm = st.toggle(texts.USE_LLM, value=True, key=f"llm {calls.collection}")
    if st.button(texts.MAKE, type="primary", icon=":material/table:"):
        with reported():
            table = calls.make(name, _columns(edited), {"kind": chosen} if chosen else {}, use_llm=use_llm)
            calls.fill(table.id)
            st.session_state[f"table {calls.collection}"] = table.id
            st.rerun()


def _rows(suggestion: SuggestionResponse) -> pd.DataFrame:
    columns = suggestion.columns
    return pd.DataFrame(
        {
            texts.COLUMN_NAME: [column.name for column in columns],
            texts.COLUMN_QUESTION: [column.question for column in columns],
            texts.COLUMN_KIND: [column.kind.value for column in columns],
            texts.COLUMN_UNIT: [column.unit for column in columns],
        }
    )


def _columns(edited: pd.DataFrame) -> list[dict[str, str]]:
    """Return the columns as the service takes them; cells that nobody filled hold no text."""
    rows = edited.fillna("").astype(str).to_dict("records")
    return [
        {
            "name": row[texts.COLUMN_NAME].strip(),
            "question": row[texts.COLUMN_QUESTION].strip(),
            "kind": row[texts.COLUMN_KIND] or "text",
            "unit": row[texts.COLUMN_UNIT].strip(),
        }
        for row in rows
    ]
