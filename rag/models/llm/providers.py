"""Holds the differences between providers: addresses, contexts and the arguments of LangChain's classes."""

from __future__ import annotations

from typing import Any, Literal, get_args
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from rag.errors import ConfigurationError
from rag.models.llm.failures import Caller
from rag.types import JsonForm

Provider = Literal["ollama", "openai", "anthropic", "google_genai"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)
DEFAULT_URLS: dict[str, str] = {
    "ollama": "http://127.0.0.1:11434",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google_genai": "https://generativelanguage.googleapis.com",
}
PROVIDER_CONTEXTS: dict[str, int] = {"openai": 128_000, "anthropic": 200_000, "google_genai": 1_000_000}
"""For a provider's models that LangChain's table of models does not know."""
CONNECT_SECONDS = 10.0
THINKING_TOKENS = 8_192
"""Added to the limit for models that think first: what they think counts against it, and could leave no answer."""
ONE_REQUEST_HEADERS = {"Connection": "close"}
"""Answers are minutes apart: a kept connection has mostly been dropped by the other side when it is used again."""


def parse_spec(spec: str) -> tuple[Provider, str]:
    provider, _, model = spec.partition(":")
    for known in PROVIDERS:
        if provider == known and model.strip():
            return known, model.strip()
    raise ConfigurationError(
        f"The LLM {spec!r} is not of the form PROVIDER:MODEL.",
        f"Providers are {', '.join(PROVIDERS)}; gguf:NAME is a file.",
    )


def opening_arguments(caller: Caller, api_key: str | None, *, keep_alive: int | None = None) -> dict[str, Any]:
    """Return the arguments of a provider's LangChain class; its own retries are off, for ours hold for all.

    `keep_alive` is for how many seconds Ollama keeps a model in memory after an answer; None: what it was told itself.
    """
    if caller.provider == "ollama":
        keys = {"authorization": f"Bearer {api_key}"} if api_key else {}
        waits = httpx.Timeout(caller.timeout_seconds, connect=min(caller.timeout_seconds, CONNECT_SECONDS))
        client = {"timeout": waits, "headers": {**ONE_REQUEST_HEADERS, **keys}}
        # Thinking aloud costs a small model minutes and is not shown.
        return {"base_url": caller.url, "client_kwargs": client, "reasoning": False, "keep_alive": keep_alive}
    # A server of one's own often wants no key; the clients insist on one.
    common = {"base_url": caller.url, "timeout": caller.timeout_seconds, "api_key": api_key or "none"}
    if caller.provider == "google_genai":
        # Given a transport, this client streams by httpx as the others do: aiohttp has other time-outs and errors.
        common |= {"client_args": {"transport": _transport_to(caller.url)}}
        # Here the first attempt counts as one.
        return {**common, "max_retries": 1, "vertexai": False, "additional_headers": ONE_REQUEST_HEADERS}
    common |= {"max_retries": 0, "stream_usage": True, "default_headers": ONE_REQUEST_HEADERS}
    if caller.provider == "anthropic":
        return common
    if caller.custom_url:
        common |= {"temperature": 0, "use_responses_api": False}
    # Its own limit of two minutes between pieces would end what may take longer by `llm_timeout_seconds`.
    return {**common, "http_socket_options": (), "stream_chunk_timeout": None}


def _transport_to(url: str) -> httpx.AsyncHTTPTransport:
    """Return a connection by way of the proxy that the environment names for the address, if it names one."""
    parts = urlsplit(url)
    proxy = None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
    return httpx.AsyncHTTPTransport(proxy=proxy)


def call_arguments(
    caller: Caller, *, max_tokens: int, context_tokens: int, thinks: bool, forced_thinking: str | bool = False
) -> dict[str, Any]:
    """Return the arguments of a call that limit the length of the answer, as a provider's class wants them.

    `forced_thinking` is how to ask a model of Ollama that cannot but think.
    """
    with_thoughts = max_tokens + (THINKING_TOKENS if thinks or forced_thinking else 0)
    match caller.provider:
        case "ollama":
            # The same context each time: Ollama loads the model anew when it changes.
            options = {"num_ctx": context_tokens, "num_predict": max_tokens, "temperature": 0}
            if not forced_thinking:
                return {"options": options}
            return {"options": {**options, "num_predict": with_thoughts}, "reasoning": forced_thinking}
        case "google_genai":
            return {"max_output_tokens": with_thoughts}
        case "openai" if caller.custom_url:
            # Many compatible servers know only the older name of this parameter.
            return {"extra_body": {"max_tokens": max_tokens}}
        case _:
            return {"max_tokens": with_thoughts}


def with_form(arguments: dict[str, Any], caller: Caller, form: JsonForm) -> dict[str, Any] | None:
    """Return the arguments of a call with the form of JSON of its answer; None for providers that are only told it in
    words.
    """
    schema = None if form.schema is None else dict(form.schema)
    match caller.provider:
        case "ollama":
            return {**arguments, "format": schema or "json"}
        case "openai":
            wanted: dict[str, Any] = {"type": "json_object"}
            if schema is not None:
                described = {"name": form.name, "schema": schema, "strict": form.is_strict}
                wanted = {"type": "json_schema", "json_schema": described}
            if not caller.custom_url:
                return {**arguments, "response_format": wanted}
            # Not as LangChain's own argument, for which it asks by a call of OpenAI's library that parses answers.
            return {**arguments, "extra_body": {**arguments.get("extra_body", {}), "response_format": wanted}}
        case _:
            return None
