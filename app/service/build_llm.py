"""Builds the LLM that the settings name, or finds a local one."""

from __future__ import annotations

from app.settings import NO_LLM, Settings
from app.state.llm_access import LlmAccessFile
from rag.models.llm import open_chat_model, open_gguf_model
from rag.models.llm.gguf_model import find_newest, is_gguf
from rag.models.llm.ollama_models import find_chat_model
from rag.protocols import LanguageModel


def choose_model(settings: Settings, *, use_llm: bool = True) -> LanguageModel | None:
    """Return the LLM that the settings name, else a local Ollama's, else one that was fetched here, else None.

    A remote one has to be named.

    An address and a key that were given while the service ran win over those of the settings. Raises
    ConfigurationError for a wrong name or a missing key, StoreError where what was given cannot be read.
    """
    if not use_llm or settings.llm == NO_LLM:
        return None
    given = LlmAccessFile(settings.home)
    spec, base_url = settings.llm, settings.llm_base_url
    if not spec:
        base_url = given.find("ollama").base_url or settings.ollama_url
        found = find_chat_model(base_url)
        spec = f"ollama:{found}" if found else find_newest(settings.llm_folder)
        if not spec:
            return None
    if is_gguf(spec):
        return open_gguf_model(
            spec,
            settings.llm_folder,
            context_tokens=settings.llm_context_tokens,
            sees_images=settings.llm_sees_images,
            idle_seconds=settings.llm_idle_seconds,
        )
    access = given.find(spec.partition(":")[0])
    return open_chat_model(
        spec,
        base_url=access.base_url or base_url or None,
        # A key of the settings is for the address of the settings: it is sent to no other.
        api_key=access.key or (None if access.base_url else _configured_key(settings, spec)),
        timeout_seconds=settings.llm_timeout_seconds,
        retries=settings.llm_retries,
        context_tokens=settings.llm_context_tokens,
        sees_images=settings.llm_sees_images,
        idle_seconds=settings.llm_idle_seconds,
    )


def _configured_key(settings: Settings, spec: str) -> str | None:
    key = {
        "openai": settings.openai_api_key,
        "anthropic": settings.anthropic_api_key,
        "google_genai": settings.google_api_key,
    }.get(spec.partition(":")[0])
    return key.get_secret_value() if key else None
