"""Streams answers of Ollama, OpenAI-compatible, Anthropic and Gemini models through LangChain. Knows no documents."""

from __future__ import annotations

import functools
import random
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

import httpx
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage

from rag.adapters.chat_models import failures
from rag.adapters.chat_models.privacy import disable_tracing, is_loopback, reach_directly
from rag.adapters.chat_models.servers import ModelServer, ServerFacts
from rag.adapters.chat_models.token_estimate import estimate_tokens
from rag.errors import ConfigurationError, ModelError
from rag.types import Message, ModelChunk, Usage

Provider = Literal["ollama", "openai", "anthropic", "google_genai"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)
DEFAULT_URLS: dict[Provider, str] = {
    "ollama": "http://127.0.0.1:11434",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google_genai": "https://generativelanguage.googleapis.com",
}
KNOWN_CONTEXTS: tuple[tuple[str, int], ...] = (
    ("openai:gpt-3.5", 16_000),
    ("openai:gpt-4-turbo", 128_000),
    ("openai:gpt-4o", 128_000),
    ("openai:gpt-4.1", 1_000_000),
    ("openai:gpt-4", 8_000),
    ("openai:", 128_000),
    ("anthropic:", 200_000),
    ("google_genai:", 1_000_000),
)
"""Longest prompt and answer together, by the start of the name; the first that fits holds."""
UNKNOWN_CONTEXT = 4_096
"""For servers that do not say: what the smallest models in use hold."""
OLLAMA_CONTEXT_CAP = 8_192
"""Ollama reserves memory for the whole context: about 1 GB here for an 8B model. A setting may ask for more."""
CONNECT_SECONDS = 10.0
LOOKUP_PAUSE_SECONDS = 30.0
"""A server that could not be asked is asked again after this: `lectern serve` may start before it."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
COUNTS_KEPT = 4_096
ONE_REQUEST_HEADERS = {"Connection": "close"}
"""Answers are minutes apart: a kept connection has mostly been dropped by the other side when it is used again."""


def open_chat_model(
    spec: str,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    timeout_seconds: float = 120.0,
    retries: int = 2,
    context_tokens: int | None = None,
) -> ChatModel:
    """The model "PROVIDER:MODEL"; contacts nobody yet. Raises ConfigurationError for a wrong name or a missing key.

    `timeout_seconds` bounds each wait for the server: to connect, and for the next piece of the answer. `retries`
    are spent on passing failures before the first word. `context_tokens` overrides what the server says.
    """
    provider, model = _parse_spec(spec)
    url = (base_url or DEFAULT_URLS[provider]).rstrip("/")
    if not re.match(r"https?://[^/\s]", url):
        raise ConfigurationError(f"The LLM base URL {url!r} is not a URL.", "Write it as http://HOST:PORT.")
    if api_key is None and base_url is None and provider in failures.KEY_VARIABLES:
        raise ConfigurationError(f"{spec} needs an API key.", f"Set {failures.KEY_VARIABLES[provider]}.")
    caller = failures.Caller(provider, model, url, timeout_seconds, custom_url=base_url is not None)
    disable_tracing()
    if is_loopback(url):
        reach_directly(url)
    try:
        chat = init_chat_model(model, model_provider=provider, **_arguments(caller, api_key))
    except Exception as error:
        raise ConfigurationError(
            f"{spec} cannot be set up ({type(error).__name__}).", "Check the LLM settings."
        ) from None
    server = ModelServer(url, model, api_key, trust_proxies=not is_loopback(url))
    return ChatModel(chat, caller, server, retries=retries, context_tokens=context_tokens)


class ChatModel:
    """A `rag.protocols.LanguageModel` over a LangChain chat model."""

    def __init__(
        self,
        chat: BaseChatModel,
        caller: failures.Caller,
        server: ModelServer,
        *,
        retries: int,
        context_tokens: int | None,
    ) -> None:
        self._chat = chat
        self._caller = caller
        self._server = server
        self._retries = retries
        self._context_setting = context_tokens
        self._found: ServerFacts | None = None
        self._ask_again_at = 0.0
        self._count_exactly = functools.lru_cache(maxsize=COUNTS_KEPT)(self._ask_for_count)

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r})"

    @property
    def name(self) -> str:
        """ "PROVIDER:MODEL"."""
        return self._caller.name

    @property
    def is_local(self) -> bool:
        """Whether the prompt stays on this machine: the address is loopback and the server hands nothing on."""
        if not is_loopback(self._caller.url):
            return False
        if self._caller.provider != "ollama":
            return True
        # Ollama runs models named so on its maker's machines.
        return not (self._caller.model.endswith(("-cloud", ":cloud")) or self._facts.runs_elsewhere)

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together: the setting, else what the server says."""
        if self._context_setting is not None:
            return self._context_setting
        found = self._facts.context_tokens
        if self._caller.provider == "ollama":
            return min(found or UNKNOWN_CONTEXT, OLLAMA_CONTEXT_CAP)
        if found is not None:
            return found
        if self._caller.provider == "openai" and self._caller.custom_url:
            return UNKNOWN_CONTEXT
        return next(size for start, size in KNOWN_CONTEXTS if self.name.startswith(start))

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`: exact where the server has a /tokenize, else estimated, rather too many than too few."""
        if self._facts.tokenizer is None:
            return estimate_tokens(text)
        try:
            return self._count_exactly(text)
        except LookupError:
            self._found, self._ask_again_at = None, time.monotonic() + LOOKUP_PAUSE_SECONDS
            return estimate_tokens(text)

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> Iterator[ModelChunk]:
        """The answer as it is made; the last piece carries usage and stop reason. Raises ModelError."""
        asked = [_convert_message(message) for message in messages]
        for attempt in range(self._retries + 1):
            begun = False
            pieces = self._chat.stream(asked, **self._call_arguments(max_tokens))
            try:
                for piece in self._read(pieces):
                    begun = begun or bool(piece.text)
                    yield piece
                return
            except ModelError:
                raise
            except Exception as error:
                pause = _pause_before_retry(error, attempt) if not begun and attempt < self._retries else None
                if pause is None:
                    raise failures.explain(error, self._caller, in_answer=begun) from None
            finally:
                _close(pieces)
            time.sleep(pause)

    def close(self) -> None:
        """Close the connections of the look-ups."""
        self._server.close()

    def _read(self, pieces: Iterator[AIMessageChunk]) -> Iterator[ModelChunk]:
        """LangChain's pieces as ours; their usage is in parts that add up."""
        prompt_tokens = completion_tokens = 0
        stop_reason = ""
        for piece in pieces:
            if piece.usage_metadata:
                prompt_tokens += piece.usage_metadata["input_tokens"]
                completion_tokens += piece.usage_metadata["output_tokens"]
            stop_reason = stop_reason or _stop_reason(piece)
            if text := str(piece.text):
                yield ModelChunk(text)
        if not stop_reason:
            raise failures.explain_early_end(self._caller)
        usage = Usage(prompt_tokens, completion_tokens) if prompt_tokens or completion_tokens else None
        yield ModelChunk("", usage, stop_reason)

    @property
    def _facts(self) -> ServerFacts:
        if self._found is None and time.monotonic() >= self._ask_again_at:
            self._found = self._look_up()
            self._ask_again_at = time.monotonic() + LOOKUP_PAUSE_SECONDS
        return self._found or ServerFacts()

    def _look_up(self) -> ServerFacts | None:
        if self._caller.provider == "ollama":
            return self._server.ask_ollama()
        if self._caller.provider == "openai" and self._caller.custom_url:
            return self._server.ask_openai()
        return ServerFacts()

    def _ask_for_count(self, text: str) -> int:
        tokenizer = self._facts.tokenizer
        count = self._server.count_tokens(text, tokenizer) if tokenizer else None
        if count is None:
            raise LookupError
        return count

    def _call_arguments(self, max_tokens: int) -> dict[str, Any]:
        match self._caller.provider:
            case "ollama":
                # The same context each time: Ollama loads the model anew when it changes.
                options = {"num_ctx": self.context_tokens, "num_predict": max_tokens, "temperature": 0}
                return {"options": options}
            case "google_genai":
                return {"max_output_tokens": max_tokens}
            case "openai" if self._caller.custom_url:
                # Many compatible servers know only the older name of this parameter.
                return {"extra_body": {"max_tokens": max_tokens}}
            case _:
                return {"max_tokens": max_tokens}


def _parse_spec(spec: str) -> tuple[Provider, str]:
    provider, _, model = spec.partition(":")
    for known in PROVIDERS:
        if provider == known and model.strip():
            return known, model.strip()
    raise ConfigurationError(
        f"The LLM {spec!r} is not of the form PROVIDER:MODEL.", f"Providers are {', '.join(PROVIDERS)}."
    )


def _arguments(caller: failures.Caller, api_key: str | None) -> dict[str, Any]:
    """How each provider's LangChain class is told the same things; its own retries are off, for ours hold for all."""
    if caller.provider == "ollama":
        keys = {"authorization": f"Bearer {api_key}"} if api_key else {}
        waits = httpx.Timeout(caller.timeout_seconds, connect=min(caller.timeout_seconds, CONNECT_SECONDS))
        client = {"timeout": waits, "headers": {**ONE_REQUEST_HEADERS, **keys}}
        # Thinking aloud costs a small model minutes and is not shown.
        return {"base_url": caller.url, "client_kwargs": client, "reasoning": False}
    # A server of one's own often wants no key; the clients insist on one.
    common = {"base_url": caller.url, "timeout": caller.timeout_seconds, "api_key": api_key or "none"}
    if caller.provider == "google_genai":
        # Here the first attempt counts as one.
        return {**common, "max_retries": 1, "vertexai": False, "additional_headers": ONE_REQUEST_HEADERS}
    common |= {"max_retries": 0, "stream_usage": True, "default_headers": ONE_REQUEST_HEADERS}
    if caller.provider == "anthropic":
        return common
    if caller.custom_url:
        common |= {"temperature": 0, "use_responses_api": False}
    return {**common, "http_socket_options": ()}


def _convert_message(message: Message) -> BaseMessage:
    match message.role:
        case "system":
            return SystemMessage(message.text)
        case "assistant":
            return AIMessage(message.text)
        case "user":
            return HumanMessage(message.text)


def _stop_reason(piece: AIMessageChunk) -> str:
    """Why the model stopped, "length" when it ran into the limit on tokens, else in the provider's word."""
    said = piece.response_metadata
    reason = said.get("finish_reason") or said.get("done_reason") or said.get("stop_reason") or said.get("status")
    if not reason or reason == "in_progress":
        return ""
    return "length" if str(reason).lower() in ("length", "max_tokens", "incomplete") else str(reason).lower()


def _pause_before_retry(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before another attempt; None when there is no use in one."""
    if not failures.is_transient(error):
        return None
    asked = failures.retry_after(error)
    if asked is not None:
        return asked if asked <= LONGEST_PAUSE_SECONDS else None
    return float(min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS) * random.uniform(0.75, 1.0))


def _close(pieces: object) -> None:
    """End a LangChain stream now, and with it the HTTP response, rather than when it is collected."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
