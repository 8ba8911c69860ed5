"""Says in plain words why a chat model failed.

Providers' own messages are read for their kind but never repeated: they can hold parts of the prompt or of the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from langchain_core import exceptions as kinds

from rag.errors import ModelError
from rag.urls import without_credentials

TRANSIENT_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
REFUSED_FOR_IMAGES = frozenset({400, 415, 422, 500, 501})
"""Statuses with which servers refuse an image for a model without vision; llama.cpp and Ollama send those of failures.
"""
REFUSED_FOR_FORM = frozenset({400, 415, 422, 500, 501})
"""Statuses with which servers refuse a form that they do not know, or cannot hold an answer to."""
CONTEXT_TOO_LONG = re.compile(
    r"context.{0,3}(length|size|window)|maximum context|too long|too many tokens|token limit|number of tokens", re.I
)
OTHER_MODEL = re.compile(r"server is pinned to", re.I)
"""What `transformers serve` says, with 400, where it is asked for another model than its own."""
BAD_KEY = re.compile(r"api.?key.{0,20}(invalid|not valid)|invalid.{0,10}api.?key", re.I)
OUT_OF_CREDIT = re.compile(r"insufficient_quota|credit balance|billing", re.I)
NO_MEMORY = re.compile(
    r"requires more system memory|out of memory|cudaMalloc failed|(failed|unable) to allocate|not enough memory", re.I
)
MEMORY_TOLD = re.compile(r"memory \(([\d.]+ [KMGT]i?B)\) than is available \(([\d.]+ [KMGT]i?B)\)")
"""The amounts that Ollama names."""
KEY_VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google_genai": "GOOGLE_API_KEY"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The call that failed, as far as messages name it."""

    provider: str
    model: str
    url: str
    timeout_seconds: float
    custom_url: bool
    shown_as: str = ""
    """The name that people gave it, where it is not this one."""

    @property
    def name(self) -> str:
        """Return "PROVIDER:MODEL", as people name it."""
        return self.shown_as or f"{self.provider}:{self.model}"

    @property
    def is_cloud(self) -> bool:
        """Return whether Ollama hands the model's prompts on to its maker's machines, by its name."""
        return self.model.endswith(("-cloud", ":cloud"))

    @property
    def place(self) -> str:
        """Return the URL as it may be shown: without a user name or password in it."""
        return without_credentials(self.url)


def is_transient(error: Exception) -> bool:
    """Return whether the same request may succeed a moment later. A time-out is not: it has been waited for already."""
    if _is_timeout(error) or _matches(error, OUT_OF_CREDIT) or _matches(error, NO_MEMORY):
        return False
    return _status(error) in TRANSIENT_STATUSES or _is_connection_failure(error)


def may_be_about_form(error: Exception) -> bool:
    """Return whether a server may have refused a request for the form of JSON in it."""
    return _status(error) in REFUSED_FOR_FORM and not _is_context_overflow(error)


def retry_after(error: Exception) -> float | None:
    """Return seconds that the provider asks to wait, where it says so."""
    for link in _chain(error):
        headers = getattr(getattr(link, "response", None), "headers", None)
        if headers is not None and (value := headers.get("retry-after")):
            try:
                return max(float(value), 0.0)
            except ValueError:
                return None
    return None


def explain(error: Exception, caller: Caller, *, in_answer: bool, shows_images: bool = False) -> ModelError:
    """Return the error to show for a provider's error."""
    reason, remedy = _explain(error, caller)
    if shows_images and _status(error) in REFUSED_FOR_IMAGES and not _is_context_overflow(error):
        remedy = "It may not see images: ask without them, or set `llm_sees_images` to false."
    if in_answer:
        reason = f"The answer broke off in the middle. {reason}"
        remedy = remedy or "Ask again."
    return ModelError(reason, remedy)


def explain_early_end(caller: Caller) -> ModelError:
    """Return the error for a stream that ended without saying why."""
    return ModelError(
        f"The answer broke off in the middle: {caller.name} at {caller.place} ended it without finishing.",
        "Ask again; if it happens again, look into the model server's log.",
    )


def _explain(error: Exception, caller: Caller) -> tuple[str, str]:
    status = _status(error)
    if _is_timeout(error):
        return (
            f"{caller.name} at {caller.place} did not answer within {caller.timeout_seconds:g} seconds.",
            "Try again, choose a smaller model, or raise the setting `llm_timeout_seconds`.",
        )
    if _is_context_overflow(error):
        return (
            f"The prompt is longer than the context of {caller.name}.",
            "Set `llm_context_tokens` to what the server really allows, or choose a model with a longer context.",
        )
    if _matches(error, NO_MEMORY):
        return _explain_memory(error, caller)
    if caller.provider == "ollama" and caller.is_cloud and status in (401, 402, 403):
        return _explain_cloud(status, caller)
    if status in (401, 403) or _matches(error, BAD_KEY):
        return f"{caller.place} refused the API key for {caller.name}.", _key_remedy(caller)
    if status == 404 or (status == 400 and _matches(error, OTHER_MODEL)):
        return f"There is no model {caller.model!r} at {caller.place}.", _model_remedy(caller)
    if status == 429:
        return _explain_rate_limit(error, caller)
    if status is not None and status >= 500:
        return (
            f"{caller.name} at {caller.place} failed (HTTP {status}).",
            "Try again later" + (", or look into the model server's log." if caller.custom_url else "."),
        )
    if status is not None and status >= 400:
        return (
            f"{caller.name} at {caller.place} refused the request (HTTP {status}).",
            "Check the model's name and that it is a chat model.",
        )
    if caller.provider == "ollama" and any(type(link).__name__ == "ResponseError" for link in _chain(error)):
        # Ollama says so in the middle of a stream, which has begun with 200.
        return f"{caller.name} at {caller.place} failed.", "Ask again, or look into Ollama's log."
    if _is_connection_failure(error):
        return f"Cannot connect to {caller.name} at {caller.place}.", _connection_remedy(caller)
    return (
        f"{caller.name} at {caller.place} sent something that is not an answer ({type(error).__name__}).",
        "Check that the base URL names an LLM server of this provider's kind.",
    )


def _explain_memory(error: Exception, caller: Caller) -> tuple[str, str]:
    amounts = next((found for link in _chain(error) if (found := MEMORY_TOLD.search(str(link)))), None)
    needs = f" It needs {amounts[1]}, and {amounts[2]} are free." if amounts else ""
    return (
        f"There is too little memory for {caller.name} at {caller.place}.{needs}",
        "End other programs there, choose a smaller model, or lower `llm_context_tokens`.",
    )


def _explain_cloud(status: int, caller: Caller) -> tuple[str, str]:
    if status == 401:
        return (
            f"{caller.name} runs on the machines of Ollama's maker, which want an account.",
            "Run `ollama signin` where Ollama runs, or choose a model without -cloud in its name.",
        )
    return (
        f"The account that Ollama is signed in with may not use {caller.name}.",
        "See what it may use at ollama.com/settings, or choose a model without -cloud in its name.",
    )


def _explain_rate_limit(error: Exception, caller: Caller) -> tuple[str, str]:
    if _matches(error, OUT_OF_CREDIT):
        return (
            f"The account for {caller.name} has no credit left.",
            "Add credit with the provider or use another model.",
        )
    wait = retry_after(error)
    remedy = f"Wait {wait:.0f} seconds and ask again." if wait else "Wait a moment and ask again."
    return f"{caller.name} at {caller.place} limits the rate of requests.", remedy


def _key_remedy(caller: Caller) -> str:
    variable = KEY_VARIABLES.get(caller.provider)
    if variable is None:
        return "Check the server's access settings."
    return f"Set {variable} to a valid key, or give one on the page Models."


def _model_remedy(caller: Caller) -> str:
    if caller.provider == "ollama":
        return f"Run: ollama pull {caller.model}"
    if caller.provider == "openai" and caller.custom_url:
        return "Check the model's name, and that the base URL is right (most servers want it to end in /v1)."
    return "Check the model's name."


def _connection_remedy(caller: Caller) -> str:
    if caller.provider == "ollama":
        return "Start Ollama (ollama serve), or check its base URL."
    if caller.custom_url:
        return "Start the server, or check its base URL."
    return "Check the network connection."


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and what caused it, outermost first."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return links


def _status(error: Exception) -> int | None:
    for link in _chain(error):
        for name in ("status_code", "code"):
            value = getattr(link, name, None)
            if isinstance(value, int) and value >= 400:
                return value
    return None


def _matches(error: Exception, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(_said(link)) for link in _chain(error))


def _said(link: BaseException) -> str:
    """Return what an error says and the server's answer: OpenAI's client leaves FastAPI's `detail` out of its words."""
    body = getattr(link, "body", None)
    return f"{link} {body}" if body else str(link)


def _is_context_overflow(error: Exception) -> bool:
    return isinstance(error, kinds.ContextOverflowError) or (
        _status(error) in (None, 400, 413, 422, 500) and _matches(error, CONTEXT_TOO_LONG)
    )


def _is_timeout(error: Exception) -> bool:
    return any(
        isinstance(link, kinds.ModelTimeoutError | TimeoutError) or "Timeout" in type(link).__name__
        for link in _chain(error)
    )


def _is_connection_failure(error: Exception) -> bool:
    names = ("ConnectError", "ReadError", "WriteError", "RemoteProtocolError", "APIConnectionError")
    return any(
        isinstance(link, kinds.ModelConnectionError | ConnectionError) or type(link).__name__ in names
        for link in _chain(error)
    )
