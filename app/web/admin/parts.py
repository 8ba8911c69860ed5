"""Small things that several pages for administration draw: times, sizes, confirmation, permissions."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.api.schemas.admin import IdentityResponse
from app.web import admin_texts as texts
from app.web import language
from app.web.escape import plain
from app.web.frame import reported

UNITS = ("B", "kB", "MB", "GB", "TB")


def when(time: str) -> str:
    """Return a time of the service (ISO 8601, UTC) to the minute, in the visitor's time zone and language."""
    return language.moment(time) if time else texts.NEVER


def size(count: float) -> str:
    """Return bytes in the unit people would say them in."""
    power = 0
    while count >= 1000 and power < len(UNITS) - 1:
        count, power = count / 1000, power + 1
    return f"{language.number(count, '.1f' if power and count < 10 else '.0f')} {UNITS[power]}"


def may_write(identity: IdentityResponse) -> bool:
    """Say whether documents and questions may be changed."""
    return identity.role in ("write", "admin")


def notice(text: str) -> None:
    """Tell what was done once the page is drawn anew."""
    st.session_state["notice"] = text


def show_notice() -> None:
    """Draw what was done before the page was drawn anew."""
    if text := st.session_state.pop("notice", ""):
        st.toast(plain(text), icon=":material/check:")


def empty(what: str, remedy: str) -> None:
    """Draw an empty place, with what to do next."""
    with st.container(border=True):
        st.markdown(f"**{plain(what)}**")
        st.write(plain(remedy))


def confirm(title: str, named: list[str], explained: str, action: str, do: Callable[[], None]) -> None:
    """Ask before something is taken away; `named` are what it is about, in their own words."""

    @st.dialog(title)
    def ask() -> None:
        shown = named[:10] + ([f"… {language.number(len(named) - 10)}"] if len(named) > 10 else [])
        st.text("\n".join(shown))
        st.write(plain(explained))
        yes, no = st.columns(2)
        if yes.button(action, type="primary", width="stretch", key="confirm"):
            with reported():
                do()
                st.rerun()
        if no.button(texts.CANCEL, width="stretch", key="cancel"):
            st.rerun()

    ask()
