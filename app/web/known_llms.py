"""Finds out which LLMs there are, and what a question to the one that answers may carry."""

from __future__ import annotations

import streamlit as st

from app.api.schemas.admin import IdentityResponse, ModelsResponse
from app.client.http import HttpClient
from rag.errors import LecternError, SignInError

ASK_SECONDS = 30
"""For so long the service is not asked again: it asks the LLM's server in turn."""


def sees_images(client: HttpClient) -> bool:
    """Say whether the LLM that answers looks at images; False while that cannot be found out."""
    models = known_models(client)
    return models is not None and models.sees_images


def known_models(client: HttpClient) -> ModelsResponse | None:
    """Return what the service says of its LLMs; None while that cannot be found out."""
    try:
        return _ask(client, client.caller)
    except SignInError:
        raise
    except LecternError:
        return None


def own_llm(client: HttpClient) -> str:
    """Return the LLM that answers unless another one is asked; "" while answers are quotes."""
    models = known_models(client)
    return models.llm if models else ""


def other_llms(client: HttpClient) -> list[str]:
    """Return the others that are known, for who may name them."""
    models = known_models(client)
    if models is None or not may_name_llms(client):
        return []
    named = [models.configured, *here(models)]
    return [name for name in dict.fromkeys(named) if name not in ("", "off", models.llm)]


def here(models: ModelsResponse) -> list[str]:
    """Return the LLMs that Ollama has, and those in files on the service's machine."""
    of_files = [model.llm for model in models.local.models if not model.problem] if models.local.is_supported else []
    return [*(f"ollama:{model.name}" for model in models.ollama.models if model.can_chat), *of_files]


def may_name_llms(client: HttpClient) -> bool:
    """Say whether the caller may have other LLMs answer than the service's own."""
    try:
        return _identity(client, client.caller).manages_server
    except SignInError:
        raise
    except LecternError:
        return False


def forget() -> None:
    """Forget the answer, as another LLM was chosen: ask again next time."""
    _ask.clear()


@st.cache_data(max_entries=200, ttl=ASK_SECONDS, show_spinner=False)
def _ask(_client: HttpClient, caller: tuple[str, str]) -> ModelsResponse:
    return _client.connection.get(ModelsResponse, "/models")


@st.cache_data(max_entries=200, ttl=ASK_SECONDS, show_spinner=False)
def _identity(_client: HttpClient, caller: tuple[str, str]) -> IdentityResponse:
    return _client.connection.get(IdentityResponse, "/me")
