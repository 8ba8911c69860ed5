"""Draws tables whose rows are chosen, and keeps what is chosen while their rows change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

ROW_PIXELS = 35
"""Of a row of a table, its head as well."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A table as it was drawn last: its key, what its rows stand for, and which of them were chosen."""

    key: str
    ids: tuple[int | str, ...]
    chosen: frozenset[int | str]


def choose_rows(
    rows: pd.DataFrame,
    ids: Sequence[int | str],
    *,
    name: str,
    mode: Literal["single-row", "multi-row"],
    alt: str,
    max_height: int | None = None,
    column_config: Mapping[str, Any] | None = None,
) -> list[int]:
    """Draw a table and return the rows that are chosen, from 0; `ids` say what the rows stand for.

    What is chosen is kept by these ids: while a sync adds, moves and removes rows, while another search is shown, and
    while another page is looked at. Rows that are gone are chosen no more.
    """
    place = f"chosen in {name}"
    # Streamlit keeps numbers of rows: with other rows, the table is another one, and is told what to choose.
    key = f"{name} {hashlib.sha256(repr(list(ids)).encode()).hexdigest()[:16]}"
    before = _chosen_before(place, key)
    event = st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=min(ROW_PIXELS * (len(rows) + 1) + 3, max_height) if max_height else "auto",
        on_select="rerun",
        selection_mode=mode,
        selection_default={"selection": {"rows": [row for row, id_ in enumerate(ids) if id_ in before]}},
        key=key,
        alt=alt,
        column_config=column_config,
    )
    chosen = [row for row in event.selection.rows if row < len(ids)]
    st.session_state[place] = _Shown(key, tuple(ids), frozenset(ids[row] for row in chosen))
    return chosen


def _chosen_before(place: str, key: str) -> frozenset[int | str]:
    """Return what was chosen in the table that was drawn last, a click that had this one drawn among it."""
    shown = st.session_state.get(place)
    if not isinstance(shown, _Shown):
        return frozenset()
    if shown.key == key or shown.key not in st.session_state:
        return shown.chosen
    rows = st.session_state[shown.key]["selection"]["rows"]
    return frozenset(shown.ids[row] for row in rows if row < len(shown.ids))
