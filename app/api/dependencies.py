"""What routes need of a request: the parts they call, and whether the caller may do what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Request

from app.api.metrics import Metrics
from app.api.security.middleware import require, unknown_collection
from app.evaluation.runner import EvaluationRuns
from app.service.llm_settings import LlmSettings
from app.service.service import Service
from app.state.feedback import FeedbackStore
from app.state.tokens import Role


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


def _feedback(request: Request) -> FeedbackStore:
    store: FeedbackStore = request.app.state.feedback
    return store


def _models(request: Request) -> LlmSettings:
    client: LlmSettings = request.app.state.models
    return client


def _evaluations(request: Request) -> EvaluationRuns:
    evaluations: EvaluationRuns = request.app.state.evaluations
    return evaluations


def require_collection(request: Request, name: str, role: Role = Role.READ) -> str:
    """The collection, if it is there and the caller may act so on it. Raises NotFoundError, ForbiddenError."""
    identity = require(request, role, name)
    service = _service(request)
    if identity.collections is None:
        service.lectern.catalogue.find_index(name)  # Whoever may know all collections is told which there are.
    elif not service.has_collection(name):
        raise unknown_collection(name)
    return name


def named_collection(role: Role) -> Callable[[Request, str], str]:
    """A dependency: the collection in the path, on which the caller may act so."""

    def find(request: Request, name: Annotated[str, Path(max_length=200, examples=["default"])]) -> str:
        return require_collection(request, name, role)

    return find


ServiceOf = Annotated[Service, Depends(_service)]
MetricsOf = Annotated[Metrics, Depends(_metrics)]
FeedbackOf = Annotated[FeedbackStore, Depends(_feedback)]
ModelsOf = Annotated[LlmSettings, Depends(_models)]
EvaluationsOf = Annotated[EvaluationRuns, Depends(_evaluations)]

ReadableCollection = Annotated[str, Depends(named_collection(Role.READ))]
WritableCollection = Annotated[str, Depends(named_collection(Role.WRITE))]
AdministeredCollection = Annotated[str, Depends(named_collection(Role.ADMIN))]

DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[7])]
PageNumber = Annotated[int, Path(ge=0, le=10_000_000, examples=[0], description="0-based")]
