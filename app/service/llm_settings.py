"""Shows and changes the LLM that answers and the settings of the search; keys are never shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.service.answers import AnswerService
from app.service.build_embedders import choose_engine
from app.service.build_llm import choose_model
from app.service.local_models import LocalModels
from app.service.model_downloads import ModelDownloads
from app.settings import NO_LLM, Settings, place_of
from app.state.llm_access import LlmAccess, LlmAccessFile
from app.state.overrides import (
    ADJUSTABLE,
    LLM,
    Adjustable,
    Override,
    OverrideStore,
    check_number,
    ollama_url,
    with_overrides,
)
from rag.errors import ConfigurationError, LecternError
from rag.models.llm.gguf_model import PROVIDER, is_gguf
from rag.models.llm.ollama_models import (
    DownloadProgress,
    OllamaModel,
    delete_model,
    download_model,
    list_capable_models,
)
from rag.types import Message
from rag.urls import without_credentials

KEYS = (
    ("openai", "OPENAI_API_KEY"),
    ("anthropic", "ANTHROPIC_API_KEY"),
    ("google_genai", "GOOGLE_API_KEY"),
)

TRIAL = "Answer with the one word: ready"

TRIAL_TOKENS = 64
"""Small models talk before they come to the point; an answer this long shows that one answers."""

REPLY_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Key:
    """Says whether a provider's key is set, and where, and the address that was given while the service ran."""

    provider: str
    variable: str
    place: str
    address: str = ""

    @property
    def is_set(self) -> bool:
        """Tell whether there is one."""
        return bool(self.place)


@dataclass(frozen=True, slots=True)
class Current:
    """The LLM that answers ("" for none), where it was set, and whether it sees; `error` says why it cannot answer."""

    llm: str
    origin: Literal["chosen here", "settings", "found", "none"]
    error: LecternError | None = None
    sees_images: bool = False

    @property
    def is_quotes_only(self) -> bool:
        """Tell whether answers are quotes, as there is no LLM."""
        return self.llm in ("", NO_LLM)


@dataclass(frozen=True, slots=True)
class Ollama:
    """Lists the models that Ollama holds; `error` says why it cannot be asked."""

    url: str
    models: tuple[OllamaModel, ...]
    error: LecternError | None = None


@dataclass(frozen=True, slots=True)
class LlmTrial:
    """Holds the answer of an LLM to a short request."""

    llm: str
    reply: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Setting:
    """A number of the search: its value now, the one in the settings, and the default."""

    adjustable: Adjustable
    value: float | None
    configured: float | None
    default: float | None
    is_chosen: bool
    description: str


class LlmSettings:
    """Methods may be called from any thread; those that ask an Ollama raise ModelError."""

    def __init__(self, answers: AnswerService, overrides: OverrideStore) -> None:
        self._answers = answers
        self._overrides = overrides
        self._configured = answers.lectern.settings
        self._given = LlmAccessFile(self._configured.home)
        self._applied: dict[str, Override] = {}
        self.local = LocalModels(self._configured)
        self.downloads = ModelDownloads(self._download)
        self._apply()

    def close(self) -> None:
        """Let go of the file of overrides."""
        self._overrides.close()

    def look(self) -> None:
        """Answer by what was chosen at another server, where something was. Raises StoreError."""
        if self._overrides.all() != self._applied:
            self._apply()

    # --- LLMs ---

    @property
    def configured_llm(self) -> str:
        """Return the LLM that the settings name."""
        return self._configured.llm

    def current(self) -> Current:
        """Return the LLM that answers now."""
        chosen = str(self._overrides.all().get(LLM, ""))
        named = chosen or self._configured.llm
        if named == NO_LLM:
            return Current("", "chosen here" if chosen else "settings")
        try:
            model = self._answers.current_model()
        except LecternError as error:
            return Current(named, "chosen here" if chosen else "settings", error)
        sees_images = model is not None and model.sees_images
        if named:
            return Current(named, "chosen here" if chosen else "settings", sees_images=sees_images)
        return Current(model.name, "found", sees_images=sees_images) if model else Current("", "none")

    def choose_llm(self, llm: str) -> None:
        """Answer with this one from now on; "" goes back to the settings. Raises ConfigurationError."""
        if llm and llm != NO_LLM:
            choose_model(self._settings_for(llm))
        self._overrides.keep(LLM, llm or None)
        self._apply()

    def try_llm(self, llm: str) -> LlmTrial:
        """Ask an LLM for one word. Raises ConfigurationError, ModelError."""
        model = choose_model(self._settings_for(llm))
        if model is None:
            raise ConfigurationError("There is no LLM to try.", "Name one, as PROVIDER:MODEL.")
        started = time.perf_counter()
        reply = "".join(piece.text for piece in model.stream([Message("user", TRIAL)], max_tokens=TRIAL_TOKENS))
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        return LlmTrial(model.name, reply.strip()[:REPLY_SHOWN], milliseconds)

    def provider_keys(self) -> list[Key]:
        """Return the providers whose LLMs need a key. Raises StoreError."""
        settings, given = self._configured, self._given.all()
        held = (settings.openai_api_key, settings.anthropic_api_key, settings.google_api_key)
        keys = []
        for (provider, variable), key in zip(KEYS, held, strict=True):
            access = given.get(provider, LlmAccess())
            configured = place_of(variable) if key and key.get_secret_value() and not access.base_url else ""
            keys.append(Key(provider, variable, self._given.place if access.key else configured, access.base_url))
        return keys

    def give_access(self, provider: str, base_url: str, key: str | None) -> None:
        """Ask the LLMs of a provider at an address, with a key; both are kept. Raises ConfigurationError, StoreError.

        Without a key the one stays that was given for the same address; no other key is sent there.
        """
        self._given.keep(provider, base_url, key)
        self._apply()

    def forget_access(self, provider: str) -> None:
        """Ask the LLMs of a provider where the settings say again. Raises StoreError."""
        self._given.forget(provider)
        self._apply()

    # --- Ollama ---

    def ollama(self) -> Ollama:
        """List its models, or tell why it cannot be asked."""
        url = self._ollama_url()
        try:
            models = tuple(sorted(list_capable_models(url), key=lambda model: model.name))
        except LecternError as error:
            return Ollama(without_credentials(url), (), error)
        return Ollama(without_credentials(url), models)

    def delete(self, model: str) -> None:
        """Have Ollama delete a model. Raises NotFoundError; ConfigurationError for the one that answers."""
        if self.current().llm == f"ollama:{model}":
            raise ConfigurationError(f"{model} is the LLM that answers now.", "Choose another one first.")
        delete_model(model, self._ollama_url())

    def _ollama_url(self) -> str:
        return self._given.find("ollama").base_url or ollama_url(self._configured)

    def delete_local(self, name: str) -> None:
        """Delete a model that runs here. Raises NotFoundError; ConfigurationError for the one that answers."""
        if self.current().llm == f"{PROVIDER}:{name}":
            raise ConfigurationError(f"{name} is the LLM that answers now.", "Choose another one, or quotes, first.")
        self.local.remove(name)

    def _download(self, model: str) -> Iterator[DownloadProgress]:
        if not is_gguf(model):
            yield from download_model(model, self._ollama_url())
            return
        yield from self.local.fetch(model.removeprefix(f"{PROVIDER}:"))
        # Where no LLM answered until now, this one does from the next question on.
        self._apply()

    # --- the search ---

    def settings(self) -> list[Setting]:
        """Return the numbers that may be changed."""
        overrides, now = self._overrides.all(), self._answers.lectern.settings
        return [
            Setting(
                adjustable,
                getattr(now, adjustable.name),
                getattr(self._configured, adjustable.name),
                Settings.model_fields[adjustable.name].default,
                adjustable.name in overrides,
                Settings.model_fields[adjustable.name].description or "",
            )
            for adjustable in ADJUSTABLE
        ]

    def change(self, name: str, value: float | None) -> None:
        """Give a setting another value, or the one of the settings files again. Raises ConfigurationError."""
        self._overrides.keep(name, None if value is None else check_number(name, value))
        self._apply()

    def parts(self) -> tuple[str, str, str]:
        """Name embedder, reranker and the engine that runs both."""
        settings = self._configured
        reranker = settings.reranker or "Lectern's own reader"
        return self._answers.lectern.embedders.description, reranker, choose_engine(settings)

    def _settings_for(self, llm: str) -> Settings:
        return with_overrides(self._configured, {LLM: llm})

    def _apply(self) -> None:
        overrides = self._overrides.all()
        self._answers.adjust(with_overrides(self._configured, overrides))
        self._applied = overrides
