"""Asks a local LLM server what its model can hold and see, and how it cuts text."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import httpx

LEAST_THINKING = "low"
"""Of the levels low, medium and high: what is thought is not shown, and takes time."""
LOOKUP_SECONDS = 2.0
"""These answers come from memory: a server that needs longer is busy, and an estimate will do."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Facts that a server states about its model; None or False where it does not."""

    context_tokens: int | None = None
    tokenizer: Literal["llama.cpp", "vllm"] | None = None
    runs_elsewhere: bool = False
    """True if the server hands the prompt on to another machine."""
    sees_images: bool | None = None
    calls_tools: bool | None = None
    forced_thinking: str | bool = False
    """What to ask for of a model that cannot but think before it answers: a level, or True; False for all others."""


class ModelServer:
    """The look-ups of one server for one model."""

    def __init__(self, base_url: str, model: str, api_key: str | None, *, trust_proxies: bool) -> None:
        """Take the server's URL, which may end in the /v1 of its OpenAI API: the look-ups lie beside it."""
        parts = urlsplit(base_url.rstrip("/"))
        self._root = urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix("/v1"), "", ""))
        self._model = model
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=LOOKUP_SECONDS, trust_env=trust_proxies)
        weakref.finalize(self, self._client.close)

    def ask_ollama(self) -> ServerFacts | None:
        """Return what Ollama's /api/show says; None when it cannot be asked."""
        answer = self._request("POST", "/api/show", {"model": self._model})
        if answer is None:
            return None
        model_info = answer.get("model_info")
        capabilities = answer.get("capabilities")
        return ServerFacts(
            _context_length(model_info),
            runs_elsewhere=bool(answer.get("remote_host")),
            sees_images="vision" in capabilities if isinstance(capabilities, list) else None,
            calls_tools="tools" in capabilities if isinstance(capabilities, list) else None,
            forced_thinking=_forced_thinking(self._model, model_info, capabilities),
        )

    def ask_openai(self) -> ServerFacts | None:
        """Return what llama.cpp's /props or vLLM's /v1/models says; None when neither answers."""
        models = self._request("GET", "/v1/models", None)
        length = _max_model_length(models, self._model) if models else None
        if length is not None:
            return ServerFacts(length, "vllm")
        properties = self._request("GET", "/props", None)
        if properties is None:
            return ServerFacts() if models is not None else None
        defaults = properties.get("default_generation_settings")
        context = defaults.get("n_ctx") if isinstance(defaults, Mapping) else None
        if not isinstance(context, int):
            return ServerFacts()
        modalities = properties.get("modalities")
        sees_images = modalities.get("vision") is True if isinstance(modalities, Mapping) else None
        return ServerFacts(context, "llama.cpp", sees_images=sees_images)

    def count_tokens(self, text: str, tokenizer: Literal["llama.cpp", "vllm"]) -> int | None:
        """Return the exact number of tokens by the server's /tokenize; None when it cannot say."""
        if tokenizer == "vllm":
            answer = self._request("POST", "/tokenize", {"model": self._model, "prompt": text})
            count = answer.get("count") if answer else None
            return count if isinstance(count, int) else None
        answer = self._request("POST", "/tokenize", {"content": text})
        tokens = answer.get("tokens") if answer else None
        return len(tokens) if isinstance(tokens, list) else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, method: str, path: str, body: Mapping[str, str] | None) -> Mapping[str, object] | None:
        """Return the JSON object that a look-up gives; None whatever goes wrong: each look-up has a fallback."""
        try:
            response = self._client.request(method, self._root + path, json=body)
            answer = response.json() if response.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return None
        return answer if isinstance(answer, dict) else None


def _forced_thinking(model: str, model_info: object, capabilities: object) -> str | bool:
    """Return how to ask a model of Ollama that thinks whatever is asked; False for one that can be told not to.

    OpenAI's gpt-oss takes a level and no "off"; models named so are made to think, and their template has no switch.
    """
    if not isinstance(capabilities, list) or "thinking" not in capabilities:
        return False
    architecture = model_info.get("general.architecture") if isinstance(model_info, Mapping) else ""
    if str(architecture).replace("-", "") == "gptoss" or model.rpartition("/")[2].startswith("gpt-oss"):
        return LEAST_THINKING
    return "thinking" in model.lower()


def _context_length(model_info: object) -> int | None:
    if not isinstance(model_info, Mapping):
        return None
    lengths = [value for key, value in model_info.items() if str(key).endswith(".context_length")]
    return next((value for value in lengths if isinstance(value, int)), None)


def _max_model_length(models: Mapping[str, object], model: str) -> int | None:
    entries = models.get("data")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, Mapping) and entry.get("id") == model and isinstance(entry.get("max_model_len"), int):
            return int(entry["max_model_len"])
    return None
