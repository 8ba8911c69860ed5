"""Draws the passwords of encrypted PDFs: given, listed by their patterns, deleted. None is ever shown."""

from __future__ import annotations

import glob

import streamlit as st

from app.api.schemas.documents import DocumentResponse
from app.web import collection_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.escape import one_line, plain
from app.web.frame import reported

PATTERN_SHOWN = 200

ENCRYPTED = "encrypted"
"""In the reason why a file could not be read, where a password would help."""


def show_passwords(calls: Calls) -> None:
    """Draw all patterns, and a form for another one."""
    with st.expander(texts.PASSWORDS, icon=":material/key:"), reported():
        st.caption(texts.PASSWORDS_EXPLAINED)
        patterns = calls.password_patterns()
        if not patterns:
            st.text(texts.PASSWORDS_NONE)
        for entry in patterns:
            shown = one_line(entry.pattern, PATTERN_SHOWN)
            if entry.is_setting:
                st.text(texts.PASSWORD_OF_SETTINGS.format(pattern=shown))
                continue
            label = plain(texts.PASSWORD_REMOVE.format(pattern=shown))
            if st.button(label, key=f"password {entry.pattern}", icon=":material/delete:"):
                calls.forget_password(entry.pattern)
                st.rerun()
        with st.form("password", border=False, clear_on_submit=True):
            pattern, password = st.columns(2)
            named = pattern.text_input(texts.PASSWORD_PATTERN, placeholder=texts.PASSWORD_PATTERN_HINT, max_chars=1_000)
            given = password.text_input(texts.PASSWORD, type="password", autocomplete="off", max_chars=1_000)
            if st.form_submit_button(texts.PASSWORD_GIVE) and named.strip() and given:
                calls.keep_password(named.strip(), given)
                parts.notice(texts.PASSWORD_KEPT)
                st.rerun()


def offer_password(calls: Calls, document: DocumentResponse) -> None:
    """Draw a field for the password of one document that could not be opened."""
    if document.state not in ("failed", "stale") or ENCRYPTED not in document.reason:
        return
    if not calls.identity().manages_server:
        return
    with st.form(f"password of {document.id}", border=False, clear_on_submit=True):
        given = st.text_input(texts.PASSWORD_FOR_FILE, type="password", autocomplete="off", max_chars=1_000)
        if st.form_submit_button(texts.PASSWORD_TRY, icon=":material/lock_open:") and given:
            with reported():
                calls.keep_password(glob.escape(document.document), given)
                calls.reindex(document.id)
                parts.notice(texts.PASSWORD_TRYING)
                st.rerun()
