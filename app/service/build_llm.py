"""Builds the LLM that the settings name, or finds a local one."""

from __future__ import annotations

from app.settings import NO_LLM, Settings
from rag.models.llm import open_chat_model
from rag.models.llm.ollama_models import find_chat_model
from rag.protocols import LanguageModel


def choose_model(settings: Settings, *, use_llm: bool = True) -> LanguageModel | None:
    """Return the LLM that the settings name, else a local Ollama's, else None; no remote one unless it is named.

    Raises ConfigurationError for a wrong name or a missing key.
    """
    if not use_llm or settings.llm == NO_LLM:
        return None
    spec, base_url = settings.llm, settings.llm_base_url or None
    if not spec:
        found = find_chat_model(settings.ollama_url)
        if found is None:
            return None
        spec, base_url = f"ollama:{found}", settings.ollama_url
    key = {
        "openai": settings.openai_api_key,
        "anthropic": settings.anthropic_api_key,
        "google_genai": settings.google_api_key,
    }.get(spec.partition(":")[0])
    return open_chat_model(
        spec,
        base_url=base_url,
        api_key=key.get_secret_value() if key else None,
        timeout_seconds=settings.llm_timeout_seconds,
        retries=settings.llm_retries,
        context_tokens=settings.llm_context_tokens,
        sees_images=settings.llm_sees_images,
    )
