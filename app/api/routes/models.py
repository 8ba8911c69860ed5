"""LLMs and the settings of the search: what there is, choosing, and Ollama's models. No route takes or tells a key."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from app.api.dependencies import ModelsOf
from app.api.error_handlers import RESPONSES, refusals
from app.api.schemas_admin import (
    ModelChoice,
    ModelName,
    ModelsResponse,
    PullResponse,
    SettingChange,
    SettingsResponse,
    TrialResponse,
)
from app.api.security.middleware import require
from app.service.llm_settings import LlmSettings, Setting
from app.service.model_downloads import ModelDownload
from app.settings import NO_LLM
from app.state.tokens import Role

router = APIRouter(tags=["models"], responses=RESPONSES)

OllamaModelName = Annotated[str, Path(max_length=300, examples=["llama3.2:3b"])]


@router.get("/models", response_model=ModelsResponse)
def tell_models(request: Request, client: ModelsOf) -> dict[str, Any]:
    """Which LLM answers, which others could, which keys are set, and which models are on their way."""
    identity = require(request, Role.READ)
    return _models_json(client, tells_places=identity.may(Role.ADMIN))


@router.put("/models/chosen", response_model=ModelsResponse)
def choose_model(asked: ModelChoice, request: Request, client: ModelsOf) -> dict[str, Any]:
    """Answer with this LLM from now on, also after a restart. Its address comes from the settings."""
    require(request, Role.ADMIN)
    client.choose_llm(asked.llm.strip())
    return _models_json(client, tells_places=True)


@router.post("/models/try", response_model=TrialResponse, responses=refusals(502))
def try_model(asked: ModelChoice, request: Request, client: ModelsOf) -> dict[str, Any]:
    """Ask an LLM for one word, to see that it answers. 502 when it does not."""
    require(request, Role.ADMIN)
    trial = client.try_llm(asked.llm.strip())
    return {"llm": trial.llm, "reply": trial.reply, "milliseconds": trial.milliseconds}


@router.post("/models/pulls", response_model=PullResponse, status_code=202)
def pull_model(asked: ModelName, request: Request, client: ModelsOf) -> dict[str, Any]:
    """Have Ollama fetch a model; `GET /models` tells how far it is. It goes on when the caller leaves."""
    require(request, Role.ADMIN)
    return _pull_json(client.pulls.start(asked.model.strip()))


@router.delete("/models/pulls/{model:path}", status_code=204)
def stop_pull(model: OllamaModelName, request: Request, client: ModelsOf) -> None:
    """Stop fetching a model, or forget how that ended."""
    require(request, Role.ADMIN)
    client.pulls.stop(model)


@router.delete("/models/ollama/{model:path}", status_code=204, responses=refusals(502))
def delete_model(model: OllamaModelName, request: Request, client: ModelsOf) -> None:
    """Have Ollama delete a model's files; not those of the LLM that answers now."""
    require(request, Role.ADMIN)
    client.delete(model)


@router.get("/settings", response_model=SettingsResponse)
def tell_settings(request: Request, client: ModelsOf) -> dict[str, Any]:
    """The settings of the search that may be changed while the service runs."""
    require(request, Role.READ)
    return _settings_json(client)


@router.put("/settings", response_model=SettingsResponse)
def change_setting(asked: SettingChange, request: Request, client: ModelsOf) -> dict[str, Any]:
    """Give one of them another value, for every question from now on, also after a restart."""
    require(request, Role.ADMIN)
    client.change(asked.name, asked.value)
    return _settings_json(client)


def _models_json(client: LlmSettings, *, tells_places: bool) -> dict[str, Any]:
    current, ollama = client.current(), client.ollama()
    return {
        "llm": current.llm,
        "origin": current.origin,
        "configured": client.configured_llm,
        "sees_images": current.sees_images,
        "is_quotes_only": current.llm in ("", NO_LLM),
        "problem": current.error.reason if current.error else "",
        "remedy": current.error.remedy if current.error else "",
        "ollama": {
            "url": ollama.url,
            "models": [
                {"name": model.name, "size": model.size, "is_local": model.is_local, "can_chat": model.can_chat}
                for model in ollama.models
            ],
            "problem": ollama.error.reason if ollama.error else "",
            "remedy": ollama.error.remedy if ollama.error else "",
        },
        "keys": [
            {
                "provider": key.provider,
                "variable": key.variable,
                "is_set": key.is_set,
                "place": key.place if tells_places else "",
            }
            for key in client.provider_keys()
        ],
        "pulls": [_pull_json(pull) for pull in client.pulls.all()],
    }


def _pull_json(pull: ModelDownload) -> dict[str, Any]:
    return {
        "model": pull.model,
        "state": pull.state,
        "step": pull.progress.step,
        "completed": pull.progress.completed,
        "total": pull.progress.total,
        "problem": pull.error.reason if pull.error else "",
        "remedy": pull.error.remedy if pull.error else "",
    }


def _settings_json(client: LlmSettings) -> dict[str, Any]:
    embedder, reranker, engine = client.parts()
    return {
        "settings": [_setting_json(setting) for setting in client.settings()],
        "embedder": embedder,
        "reranker": reranker,
        "engine": engine,
    }


def _setting_json(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.adjustable.name,
        "value": setting.value,
        "default": setting.default,
        "configured": setting.configured,
        "is_chosen": setting.is_chosen,
        "least": setting.adjustable.least,
        "most": setting.adjustable.most,
        "description": setting.description,
    }
