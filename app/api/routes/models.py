"""Tells and changes which LLM answers, its address and key, the settings of the search, and Ollama's models.

No key is ever told.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from app.api.dependencies import ServiceOf
from app.api.error_handlers import RESPONSES, refusals
from app.api.schemas.admin import (
    AccessChange,
    DownloadResponse,
    ModelChoice,
    ModelName,
    ModelsResponse,
    SettingChange,
    SettingsResponse,
    TrialResponse,
)
from app.api.security.middleware import require
from app.state.tokens import Role
from rag.models.llm.providers import Provider

router = APIRouter(tags=["models"], responses=RESPONSES)

OllamaModelName = Annotated[str, Path(max_length=300, examples=["llama3.2:3b"])]
LocalModelName = Annotated[str, Path(max_length=300, examples=["qwen2.5-1.5b"])]


@router.get("/models")
def tell_models(request: Request, service: ServiceOf) -> ModelsResponse:
    """Tell which LLM answers, which others could, which keys are set, and which models are on their way."""
    identity = require(request, Role.READ)
    return ModelsResponse.from_domain(service.llms, tells_places=identity.may(Role.ADMIN))


@router.put("/models/chosen")
def choose_model(asked: ModelChoice, request: Request, service: ServiceOf) -> ModelsResponse:
    """Answer with this LLM from now on, also after a restart."""
    require(request, Role.ADMIN)
    service.llms.choose_llm(asked.llm.strip())
    return ModelsResponse.from_domain(service.llms, tells_places=True)


@router.put("/models/access/{provider}")
def give_access(provider: Provider, asked: AccessChange, request: Request, service: ServiceOf) -> ModelsResponse:
    """Ask the LLMs of a provider at this address, with this key, also after a restart.

    A key is sent to no other address than the one that it was given with.
    """
    require(request, Role.ADMIN)
    service.llms.give_access(provider, asked.base_url, asked.key.get_secret_value() if asked.key else None)
    return ModelsResponse.from_domain(service.llms, tells_places=True)


@router.delete("/models/access/{provider}")
def forget_access(provider: Provider, request: Request, service: ServiceOf) -> ModelsResponse:
    """Forget the address and key that were given for a provider: those of the settings are used again."""
    require(request, Role.ADMIN)
    service.llms.forget_access(provider)
    return ModelsResponse.from_domain(service.llms, tells_places=True)


@router.post("/models/try", responses=refusals(502))
def try_model(asked: ModelChoice, request: Request, service: ServiceOf) -> TrialResponse:
    """Ask an LLM for one word, to see that it answers. 502 when it does not."""
    require(request, Role.ADMIN)
    return TrialResponse.from_domain(service.llms.try_llm(asked.llm.strip()))


@router.post("/models/downloads", status_code=202)
def download_model(asked: ModelName, request: Request, service: ServiceOf) -> DownloadResponse:
    """Have Ollama fetch a model, or fetch gguf:NAME to run here; `GET /models` tells how far it is.

    It goes on when the caller leaves.
    """
    require(request, Role.ADMIN)
    return DownloadResponse.from_domain(service.llms.downloads.start(asked.model.strip()))


@router.delete("/models/downloads/{model:path}", status_code=204)
def stop_download(model: OllamaModelName, request: Request, service: ServiceOf) -> None:
    """Stop fetching a model, or drop the record of how that ended."""
    require(request, Role.ADMIN)
    service.llms.downloads.stop(model)


@router.delete("/models/ollama/{model:path}", status_code=204, responses=refusals(502))
def delete_model(model: OllamaModelName, request: Request, service: ServiceOf) -> None:
    """Have Ollama delete a model's files; not those of the LLM that answers now."""
    require(request, Role.ADMIN)
    service.llms.delete(model)


@router.delete("/models/local/{name}", status_code=204)
def delete_local_model(name: LocalModelName, request: Request, service: ServiceOf) -> None:
    """Delete the files of a model that runs here; not those of the LLM that answers now."""
    require(request, Role.ADMIN)
    service.llms.delete_local(name)


@router.get("/settings")
def tell_settings(request: Request, service: ServiceOf) -> SettingsResponse:
    """Return the settings of the search that may be changed while the service runs."""
    require(request, Role.READ)
    return SettingsResponse.from_domain(service.llms)


@router.put("/settings")
def change_setting(asked: SettingChange, request: Request, service: ServiceOf) -> SettingsResponse:
    """Give one of them another value, for every question from now on, also after a restart."""
    require(request, Role.ADMIN)
    service.llms.change(asked.name, asked.value)
    return SettingsResponse.from_domain(service.llms)
