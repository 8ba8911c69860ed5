"""Compares the parts of the index, and repairs what can be."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.api.dependencies import ServiceOf
from app.api.error_handlers import RESPONSES, refusals
from app.api.passing_on import OwnersRoute, for_owner
from app.api.schemas.syncs import DisagreementResponse, VerifyRequest, VerifyResult
from app.api.security.middleware import require
from app.api.threads import result_of
from app.state.tokens import Role

router = APIRouter(route_class=OwnersRoute, tags=["admin"], responses=RESPONSES)


@router.post("/verify", responses=refusals(409))
@for_owner
async def verify(asked: VerifyRequest, request: Request, service: ServiceOf) -> VerifyResult:
    """Compare catalogue, full-text index, vectors and folders; 409 while a sync runs.

    Needs the right to administer all collections, since it tells of all of them.
    """
    require(request, Role.ADMIN)
    problems = await result_of(service.syncs.verify(repair=asked.repair))
    return VerifyResult(problems=[DisagreementResponse.from_domain(problem) for problem in problems])
