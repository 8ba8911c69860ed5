"""Finds out whether a question may carry images, which depends on the LLM that answers."""

from __future__ import annotations

import streamlit as st

from app.client.http import HttpClient
from rag.errors import LecternError, SignInError

ASK_SECONDS = 30
"""For so long the service is not asked again: it asks the LLM's server in turn."""


def sees_images(client: HttpClient) -> bool:
    """Say whether the LLM that answers looks at images; False while that cannot be found out."""
    try:
        return _ask(client, client.caller)
    except SignInError:
        raise
    except LecternError:
        return False


def forget() -> None:
    """Forget the answer, as another LLM was chosen: ask again next time."""
    _ask.clear()


@st.cache_data(max_entries=200, ttl=ASK_SECONDS, show_spinner=False)
def _ask(_client: HttpClient, caller: tuple[str, str]) -> bool:
    return _client.sees_images()
