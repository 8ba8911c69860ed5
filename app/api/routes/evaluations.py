"""Keeps questions with expected pages, and evaluates the search on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Path, Query, UploadFile
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import ReadableCollection, ServiceOf, WritableCollection
from app.api.error_handlers import RESPONSES
from app.api.passing_on import OwnersRoute, for_owner
from app.api.schemas.evaluations import (
    EvaluationDetail,
    EvaluationList,
    EvaluationResponse,
    GoldQuestions,
    KeptGold,
    KeptGoldList,
)
from app.evaluation.evaluate import parse_questions
from app.evaluation.runner import EvaluationRuns
from rag.errors import ConfigurationError
from rag.types import printable_path

router = APIRouter(route_class=OwnersRoute, prefix="/collections/{name}", tags=["evaluations"], responses=RESPONSES)

Number = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[4])]


@router.get("/evaluation-questions")
def list_questions(name: ReadableCollection, service: ServiceOf) -> KeptGoldList:
    """Return the questions that evaluations ask, the oldest first."""
    return _kept_questions(service.evaluations, name)


@router.post("/evaluation-questions", status_code=201)
def add_questions(name: WritableCollection, given: GoldQuestions, service: ServiceOf) -> KeptGoldList:
    """Keep questions with the pages that answer them, counted from 0; one that is there already gets these pages."""
    added = service.evaluations.add_questions(name, [one.to_domain() for one in given.questions])
    return _kept_questions(service.evaluations, name, added=added)


@router.post("/evaluation-questions/file", status_code=201)
async def add_question_file(
    name: WritableCollection,
    service: ServiceOf,
    file: Annotated[UploadFile, File(description="JSON lines as `lectern eval` reads them")],
) -> KeptGoldList:
    """Keep the questions of a file; 400 names the line that is not a question."""
    shown = printable_path((file.filename or "The file").encode("utf-8", "replace"))
    try:
        text = (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{shown} is not UTF-8 text.", "Save it as UTF-8.") from None
    added = await run_in_threadpool(service.evaluations.add_questions, name, parse_questions(text, file=shown))
    return _kept_questions(service.evaluations, name, added=added)


@router.delete("/evaluation-questions/{question:int}", status_code=204)
def remove_question(name: WritableCollection, question: Number, service: ServiceOf) -> None:
    """Delete a question; evaluations that asked it stay."""
    service.evaluations.remove_question(name, question)


@router.post("/evaluations", status_code=202)
@for_owner
def start_evaluation(name: WritableCollection, service: ServiceOf) -> EvaluationResponse:
    """Ask all questions and score the pages found, as `lectern eval` does; 503 while another evaluation runs."""
    return EvaluationResponse.from_domain(service.evaluations.start(name))


@router.get("/evaluations")
def list_evaluations(
    name: ReadableCollection, service: ServiceOf, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> EvaluationList:
    """Return the evaluations, the newest first, also the one that runs."""
    newest = service.evaluations.evaluations(name, limit=limit)
    return EvaluationList(evaluations=[EvaluationResponse.from_domain(one) for one in newest])


@router.get("/evaluations/{evaluation}")
def show_evaluation(name: ReadableCollection, evaluation: Number, service: ServiceOf) -> EvaluationDetail:
    """Return one evaluation, with the outcome of each question."""
    return EvaluationDetail.from_domain(service.evaluations.evaluation(name, evaluation))


def _kept_questions(evaluations: EvaluationRuns, collection: str, *, added: int = 0) -> KeptGoldList:
    return KeptGoldList(
        questions=[KeptGold.from_domain(kept) for kept in evaluations.questions(collection)], added=added
    )
