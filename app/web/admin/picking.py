"""Draws a picker for folders of the service's machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from app.web import admin_texts as texts
from app.web.admin.calls import Calls
from app.web.escape import one_line, plain
from app.web.frame import reported

NAME_SHOWN = 100

LOOKED_INTO = "folder looked into"
"""In the session: which folder's folders are listed; "" for where to begin."""

LIST_HEIGHT = 320


def offer_picker(calls: Calls, choose: Callable[[str], None]) -> None:
    """Draw a button that opens the picker; `choose` is told the path of the folder that was taken."""

    @st.dialog(texts.PICK_TITLE)
    def pick() -> None:
        with reported():
            listing = calls.folder_choices(str(st.session_state.get(LOOKED_INTO, "")))
            st.markdown(f"**{plain(one_line(listing.path, 300)) or texts.PICK_ALLOWED}**")
            if listing.parent and st.button(texts.PICK_UP, icon=":material/arrow_upward:"):
                st.session_state[LOOKED_INTO] = listing.parent
                st.rerun(scope="fragment")
            with st.container(height=LIST_HEIGHT, key="folders to choose from"):
                for folder in listing.folders:
                    name = plain(one_line(PurePath(folder).name, NAME_SHOWN))
                    if st.button(name, key=f"into {folder}", icon=":material/folder:", type="tertiary"):
                        st.session_state[LOOKED_INTO] = folder
                        st.rerun(scope="fragment")
                if not listing.folders:
                    st.caption(texts.PICK_NONE)
                if listing.is_cut:
                    st.caption(texts.PICK_CUT)
            if listing.path and st.button(texts.PICK_TAKE, type="primary", width="stretch"):
                choose(listing.path)
                st.rerun()

    if st.button(texts.PICK, icon=":material/folder_open:"):
        st.session_state.pop(LOOKED_INTO, None)
        pick()
