"""Whether a question may carry images: the LLM that answers must see them. Draws nothing."""

from __future__ import annotations

import streamlit as st

from app.web.client import LecternClient, SignInError
from rag.errors import LecternError

ASK_SECONDS = 30
"""For so long the service is not asked again: it asks the LLM's server in turn."""


def sees_images(client: LecternClient) -> bool:
    """Whether the LLM that answers looks at images; False while that cannot be found out."""
    try:
        return _ask(client, client.base_url, client.token)
    except SignInError:
        raise
    except LecternError:
        return False


def forget() -> None:
    """Ask again next time: another LLM was chosen."""
    _ask.clear()


@st.cache_data(max_entries=200, ttl=ASK_SECONDS, show_spinner=False)
def _ask(_client: LecternClient, address: str, token: str) -> bool:
    return _client.sees_images()
