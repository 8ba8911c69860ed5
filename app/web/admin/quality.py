"""The page Quality: questions with known pages, evaluations on them, what people rated."""

from __future__ import annotations

import streamlit as st

from app.web import admin_texts as texts
from app.web.admin import parts
from app.web.admin.calls import Calls
from app.web.admin.evaluations import show_evaluations
from app.web.admin.questions import show_questions
from app.web.frame import PageContext, reported


def show(context: PageContext) -> None:
    """Draw the page."""
    st.title(texts.QUALITY)
    parts.show_notice()
    st.caption(texts.QUALITY_EXPLAINED)
    if not context.collection:
        parts.empty(texts.DOCUMENTS_NONE, texts.DOCUMENTS_NONE_REMEDY)
        return
    calls = Calls(context.client, context.collection)
    may_write = parts.may_write(calls.identity())
    kept = calls.questions()
    with reported():
        show_evaluations(calls, has_questions=bool(kept), may_write=may_write)
    with reported():
        show_questions(calls, kept, may_write=may_write)
