"""Keeps the passwords of encrypted PDFs, and tells which files have one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.api.dependencies import ServiceOf
from app.api.error_handlers import RESPONSES
from app.api.passing_on import OwnersRoute, at_owner
from app.api.schemas.admin import NewPassword, PasswordPatternList, PasswordPatternResponse
from app.api.security.middleware import require
from app.service.service import Service
from app.state.tokens import Role

router = APIRouter(route_class=OwnersRoute, tags=["passwords"], responses=RESPONSES)
"""Takes the right to administer all collections: a pattern may fit files of any."""


@router.get("/passwords")
@at_owner
def list_passwords(request: Request, service: ServiceOf) -> PasswordPatternList:
    """Return the files and patterns that have a password, never the password."""
    require(request, Role.ADMIN)
    return _listed(service)


@router.put("/passwords")
@at_owner
def keep_password(asked: NewPassword, request: Request, service: ServiceOf) -> PasswordPatternList:
    """Keep the password of a file or pattern; the next sync reads the files that it opens."""
    require(request, Role.ADMIN)
    service.passwords.keep(asked.pattern, asked.password.get_secret_value())
    return _listed(service)


@router.delete("/passwords", status_code=204)
@at_owner
def forget_password(
    request: Request, service: ServiceOf, pattern: Annotated[str, Query(min_length=1, max_length=1_000)]
) -> None:
    """Delete the password of a file or pattern; what it opened stays in the index."""
    require(request, Role.ADMIN)
    service.passwords.forget(pattern)


def _listed(service: Service) -> PasswordPatternList:
    patterns = [PasswordPatternResponse.from_domain(entry) for entry in service.passwords.list_patterns()]
    return PasswordPatternList(patterns=patterns)
