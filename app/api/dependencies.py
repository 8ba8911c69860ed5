"""Gives routes the parts they call, and checks whether the caller may do what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Request

from app.api.metrics import Metrics
from app.api.security.middleware import require, unknown_collection
from app.service.service import Service
from app.state.tokens import Role


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


def require_collection(request: Request, name: str, role: Role = Role.READ) -> str:
    """Return the collection, if it is there and the caller may act so on it. Raises NotFoundError, ForbiddenError."""
    identity = require(request, role, name)
    service = _service(request)
    if identity.collections is None:
        service.collections.check(name)  # A caller with a right to all collections is told their names.
    elif not service.collections.exists(name):
        raise unknown_collection(name)
    return name


def named_collection(role: Role) -> Callable[[Request, str], str]:
    """Return a dependency: the collection in the path, on which the caller may act so."""

    def find(request: Request, name: Annotated[str, Path(max_length=200, examples=["default"])]) -> str:
        return require_collection(request, name, role)

    return find


ServiceOf = Annotated[Service, Depends(_service)]
MetricsOf = Annotated[Metrics, Depends(_metrics)]

ReadableCollection = Annotated[str, Depends(named_collection(Role.READ))]
WritableCollection = Annotated[str, Depends(named_collection(Role.WRITE))]
AdministeredCollection = Annotated[str, Depends(named_collection(Role.ADMIN))]

DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[7])]
PageNumber = Annotated[int, Path(ge=0, le=10_000_000, examples=[0], description="0-based")]
