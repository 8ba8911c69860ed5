"""Tells who asks, so that a page offers only what its user may do."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.api.error_handlers import RESPONSES
from app.api.schemas.admin import IdentityResponse
from app.api.security.middleware import require
from app.state.tokens import ANONYMOUS, Role

router = APIRouter(tags=["access"], responses=RESPONSES)


@router.get("/me")
async def tell_identity(request: Request) -> IdentityResponse:
    """Tell the name and the rights of the caller."""
    identity = require(request, Role.READ)
    return IdentityResponse(
        name=identity.name,
        role=identity.role,
        collections=None if identity.collections is None else sorted(identity.collections),
        has_token=identity.name != ANONYMOUS,
        manages_server=identity.may(Role.ADMIN),
    )
