"""Draws a picker for folders of the service's machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

import streamlit as st

from app.web import admin_texts as texts
from app.web.admin.calls import Calls
from app.web.escape import one_line, plain
from app.web.frame import reported

NAME_SHOWN = 100

MAX_SOUGHT = 200
"""Characters of a part of a name, as the service takes them."""

LOOKED_INTO = "folder looked into"
"""In the session: which folder's folders are listed; "" for where to begin."""

SOUGHT = "folders named"
"""In the session: the part of a name that is sought in that folder."""

LIST_HEIGHT = 320


def offer_picker(calls: Calls, choose: Callable[[str], None]) -> None:
    """Draw a button that opens the picker; `choose` is told the path of the folder that was taken."""

    @st.dialog(texts.PICK_TITLE)
    def pick() -> None:
        with reported():
            looked_into = str(st.session_state.get(LOOKED_INTO, ""))
            sought = str(st.session_state.get(SOUGHT, ""))
            listing = calls.folder_choices(looked_into, sought[:MAX_SOUGHT])
            st.markdown(f"**{plain(one_line(listing.path, 300)) or texts.PICK_ALLOWED}**")
            if listing.parent:
                up = partial(_look_into, listing.parent)
                st.button(texts.PICK_UP, icon=":material/arrow_upward:", on_click=up)
            st.text_input(
                texts.PICK_FIND,
                placeholder=texts.PICK_FIND_HINT,
                max_chars=MAX_SOUGHT,
                icon=":material/search:",
                key=SOUGHT,
            )
            if listing.is_cut:
                st.info(texts.PICK_CUT.format(shown=len(listing.folders)), icon=":material/filter_list:")
            with st.container(height=LIST_HEIGHT, key="folders to choose from"):
                for folder in listing.folders:
                    name = plain(one_line(PurePath(folder).name, NAME_SHOWN))
                    into = partial(_look_into, folder)
                    st.button(name, key=f"into {folder}", icon=":material/folder:", type="tertiary", on_click=into)
                if not listing.folders:
                    st.caption(texts.PICK_NONE_MATCH if sought.strip() else texts.PICK_NONE)
            if listing.path and st.button(texts.PICK_TAKE, type="primary", width="stretch"):
                choose(listing.path)
                st.rerun()

    if st.button(texts.PICK, icon=":material/folder_open:"):
        _look_into("")
        pick()


def _look_into(folder: str) -> None:
    """List another folder, all that are in it."""
    st.session_state[LOOKED_INTO] = folder
    st.session_state[SOUGHT] = ""
