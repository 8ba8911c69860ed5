"""Looks whether the parts of the index agree, and mends what can be."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from app.access import require
from app.server.awaiting import result_of
from app.server.dependencies import ServiceOf
from app.server.problems import RESPONSES, refusals
from app.server.schemas import VerifyRequest, VerifyResult
from app.tokens import Role

router = APIRouter(tags=["upkeep"], responses=RESPONSES)


@router.post("/verify", response_model=VerifyResult, responses=refusals(409))
async def verify(asked: VerifyRequest, request: Request, service: ServiceOf) -> dict[str, Any]:
    """Compare catalogue, full-text index, vectors and folders; 409 while a sync runs.

    Needs the right to administer all collections, since it tells of all of them.
    """
    require(request, Role.ADMIN)
    problems = await result_of(service.verify(repair=asked.repair))
    return {"problems": [asdict(problem) for problem in problems]}
