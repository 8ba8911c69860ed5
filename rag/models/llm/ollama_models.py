"""Lists, fetches and deletes the models of an Ollama, through its own client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
import ollama

from rag.errors import ModelError, NotFoundError
from rag.urls import is_loopback, without_credentials

DEFAULT_URL = "http://127.0.0.1:11434"
FIND_SECONDS = 0.25
"""A local Ollama is looked for at each start without a configured LLM, so the search must not be felt."""
FOUND_SECONDS = 5.0
"""An Ollama that is there may take this long to list its models: it, or this machine, may be busy."""
SHOW_SECONDS = 1.0
"""For what a model can do, which Ollama reads from its file."""
MIN_LOCAL_MODEL_BYTES = 1_000_000
"""Bytes. Models that Ollama runs on its maker's machines are listed with a file of a few hundred bytes."""
EMBEDDING_FAMILIES = ("bert", "embed")
EMBEDDING_NAMES = ("embed", "minilm", "bge-", "gte-", "e5-", "rerank")
MAX_DEFAULT_MODEL_BYTES = 10_000_000_000
"""Bytes. A larger model was fetched for another machine's worth of memory; it is used when it is named."""

DOWNLOAD_SILENCE_SECONDS = 600.0
"""Ollama says nothing while it checks the hash of what it fetched, which takes minutes for the largest models."""
DELETE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """A model as Ollama lists it; `size` in bytes."""

    name: str
    size: int
    modified_at: datetime
    is_local: bool
    can_chat: bool
    """By what Ollama says of its capabilities; where an older one says nothing, by its name and family."""
    sees_images: bool = False


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The current step of a download by Ollama, and how many of its bytes are done."""

    step: str
    completed: int
    total: int


def find_chat_model(base_url: str | None = None) -> str | None:
    """Return the chat model to use when none is named: the newest that fits most machines, else the smallest.

    None when nothing is there within FIND_SECONDS, or what is there says nothing within FOUND_SECONDS. Without
    `base_url` only this machine is asked, and a model that Ollama would run elsewhere is never chosen.
    """
    try:
        models = list_models(base_url, FOUND_SECONDS, connect=FIND_SECONDS)
    except ModelError:
        return None
    usable = [model for model in models if model.can_chat and model.is_local]
    if not usable:
        return None
    fitting = [model for model in usable if model.size <= MAX_DEFAULT_MODEL_BYTES]
    fitting.sort(key=lambda model: (model.modified_at, model.size, model.name), reverse=True)
    larger = [model for model in usable if model.size > MAX_DEFAULT_MODEL_BYTES]
    larger.sort(key=lambda model: (model.size, model.name))
    url = base_url or DEFAULT_URL
    with _open(url, SHOW_SECONDS) as client:
        able = _with_capabilities(client, (*fitting, *larger))
        return next((model.name for model in able if model.can_chat), None)


def list_models(
    base_url: str | None = None, timeout: float = 2.0, *, connect: float | None = None
) -> list[OllamaModel]:
    """Return the models that the Ollama at `base_url` has.

    Raises ModelError when it cannot be asked, is not there within `connect` seconds or silent for `timeout`.
    """
    url = base_url or DEFAULT_URL
    with _open(url, timeout, connect) as client:
        try:
            listed = client.list().models
        except Exception as error:
            raise _explain(error, url) from None
    return [_convert(model) for model in listed if model.model]


def list_capable_models(base_url: str | None = None) -> list[OllamaModel]:
    """Return the models that the Ollama at `base_url` has, with what it says that each can do. Raises ModelError."""
    models = list_models(base_url)
    with _open(base_url or DEFAULT_URL, SHOW_SECONDS) as client:
        return list(_with_capabilities(client, models))


def context_length(model: str, base_url: str | None = None, timeout: float = 2.0) -> int | None:
    """Return how many tokens `model` can hold by its file; None when it does not say. Raises ModelError."""
    url = base_url or DEFAULT_URL
    with _open(url, timeout) as client:
        try:
            details = client.show(model).modelinfo or {}
        except ollama.ResponseError as error:
            if error.status_code == 404:
                raise ModelError(
                    f"Ollama at {without_credentials(url)} has no model {model!r}.", f"Run: ollama pull {model}"
                ) from None
            raise _explain(error, url) from None
        except Exception as error:
            raise _explain(error, url) from None
    lengths = [value for key, value in details.items() if key.endswith(".context_length")]
    return next((value for value in lengths if isinstance(value, int)), None)


def download_model(model: str, base_url: str | None = None) -> Iterator[DownloadProgress]:
    """Have Ollama fetch a model; closing the iterator stops it. Raises ModelError."""
    url = base_url or DEFAULT_URL
    with _open(url, DOWNLOAD_SILENCE_SECONDS) as client:
        try:
            for progress in client.pull(model, stream=True):
                yield DownloadProgress(progress.status or "", progress.completed or 0, progress.total or 0)
        except ollama.ResponseError as error:
            raise ModelError(
                f"Ollama cannot fetch {model!r}: {error.error.rstrip('.')}.",
                "Check the name at ollama.com/library, the connection to the internet and the room on the disk.",
            ) from None
        except Exception as error:
            raise _explain(error, url) from None


def delete_model(model: str, base_url: str | None = None) -> None:
    """Have Ollama delete a model's files. Raises NotFoundError, ModelError."""
    url = base_url or DEFAULT_URL
    with _open(url, DELETE_SECONDS) as client:
        try:
            client.delete(model)
        except ollama.ResponseError as error:
            if error.status_code == 404:
                raise NotFoundError(f"Ollama has no model {model!r}.", "Look at the list again.") from None
            raise _explain(error, url) from None
        except Exception as error:
            raise _explain(error, url) from None


def _open(url: str, timeout: float, connect: float | None = None) -> ollama.Client:
    """Return a client that does not send what is meant for this machine to a proxy."""
    waits = httpx.Timeout(timeout, connect=timeout if connect is None else connect)
    try:
        return ollama.Client(host=url, timeout=waits, trust_env=not is_loopback(url))
    except Exception as error:
        raise _explain(error, url) from None


def _with_capabilities(client: ollama.Client, models: Sequence[OllamaModel]) -> Iterator[OllamaModel]:
    """Yield each model with what Ollama says that it can do, as it is where Ollama does not say.

    Where it is silent about one, it is asked about no other: each would be waited for.
    """
    is_silent = False
    for model in models:
        capabilities: Sequence[str] | None = None
        if not is_silent:
            try:
                capabilities = client.show(model.name).capabilities
            except ollama.ResponseError:
                pass  # It was removed a moment ago.
            except Exception:
                is_silent = True
        if capabilities:
            model = replace(model, can_chat="completion" in capabilities, sees_images="vision" in capabilities)
        yield model


def _convert(model: ollama.ListResponse.Model) -> OllamaModel:
    name = str(model.model)
    size = int(model.size or 0)
    family = ((model.details.family if model.details else None) or "").lower()
    embeds = any(word in name.lower() for word in EMBEDDING_NAMES) or any(word in family for word in EMBEDDING_FAMILIES)
    return OllamaModel(
        name=name,
        size=size,
        modified_at=model.modified_at or datetime.min.replace(tzinfo=UTC),
        is_local=size >= MIN_LOCAL_MODEL_BYTES and not name.endswith(("-cloud", ":cloud")),
        can_chat=not embeds,
    )


def _explain(error: Exception, url: str) -> ModelError:
    """Return the error to show for a failed call; the client's own messages name no address."""
    if isinstance(error, ConnectionError | httpx.HTTPError):
        return ModelError(
            f"Cannot connect to Ollama at {without_credentials(url)}.", "Start Ollama (ollama serve), or check its URL."
        )
    return ModelError(
        f"What answers at {without_credentials(url)} is not Ollama ({type(error).__name__}).",
        "Check the URL of Ollama.",
    )
