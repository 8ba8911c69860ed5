"""Draws the page Ask. Knows the service by its client only."""

from __future__ import annotations

import streamlit as st

from app.web import texts
from app.web.frame import Desk


def show(desk: Desk) -> None:
    """Draw it."""
    st.header(texts.ASK)
