"""Tells the browser what is looked at, in its address, so that a reload finds it again, and in which language.

Streamlit would add an entry to the browser's history for that, and Back would lead to the same page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.web import language

COLLECTION, CHAT = "collection", "chat"
"""The names in the address."""

SEEN = "seen in the address"
"""In the session: what the address said when it was last looked at, by name."""

WRITTEN = "written into the address"
"""In the session: what was written there last, by name."""

_component = st.components.v2.component("lectern_address", js=Path(__file__).with_name("address.js").read_text("utf-8"))


def asked_for(name: str) -> str:
    """Return what the address says under a name, if a person has just gone there; else ""."""
    said = str(st.query_params.get(name, ""))
    seen = st.session_state.setdefault(SEEN, {})
    before, seen[name] = seen.get(name, ""), said
    return "" if said in (before, st.session_state.get(WRITTEN, {}).get(name, "")) else said


def write(said: dict[str, str]) -> None:
    """Have the address say this, each under its name."""
    # Counted, so that the script runs each time: Streamlit rewrites the address when another page is opened.
    st.session_state[WRITTEN] = dict(said)
    times = st.session_state["address written"] = st.session_state.get("address written", 0) + 1
    data = {
        "said": said,
        "times": times,
        "language": language.current(),
        "cookie": language.COOKIE,
        "chosen": st.session_state.get(language.CHOSEN, ""),
    }
    _component(key="address", data=data, height="content")
