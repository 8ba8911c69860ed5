"""Questions with expected pages, and evaluations of the search on them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Query, UploadFile
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import EvaluationsOf, ReadableCollection, WritableCollection
from app.api.error_handlers import RESPONSES
from app.api.schemas_admin import EvaluationDetail, EvaluationList, EvaluationResponse, GoldQuestions, KeptGoldList
from app.evaluation.evaluate import GoldQuestion, parse_questions
from app.state.evaluations import Evaluation, KeptQuestion
from rag.errors import ConfigurationError
from rag.types import printable_path

router = APIRouter(prefix="/collections/{name}", tags=["evaluations"], responses=RESPONSES)

Number = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[4])]


@router.get("/evaluation-questions", response_model=KeptGoldList)
def list_questions(name: ReadableCollection, evaluations: EvaluationsOf) -> dict[str, Any]:
    """The questions that evaluations ask, the oldest first."""
    return {"questions": [_question_json(kept) for kept in evaluations.store.questions(name)]}


@router.post("/evaluation-questions", response_model=KeptGoldList, status_code=201)
def add_questions(name: WritableCollection, given: GoldQuestions, evaluations: EvaluationsOf) -> dict[str, Any]:
    """Keep questions with the pages that answer them, counted from 0; one that is there already gets these pages."""
    gold = [GoldQuestion(one.question.strip(), one.document.strip(), tuple(one.pages)) for one in given.questions]
    added = evaluations.store.add_questions(name, gold)
    return {"questions": [_question_json(kept) for kept in evaluations.store.questions(name)], "added": added}


@router.post("/evaluation-questions/file", response_model=KeptGoldList, status_code=201)
async def add_question_file(
    name: WritableCollection,
    evaluations: EvaluationsOf,
    file: Annotated[UploadFile, File(description="JSON lines as `lectern eval` reads them")],
) -> dict[str, Any]:
    """Keep the questions of a file; 400 names the line that is none."""
    shown = printable_path((file.filename or "The file").encode("utf-8", "replace"))
    try:
        text = (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{shown} is not UTF-8 text.", "Save it as UTF-8.") from None
    added = await run_in_threadpool(evaluations.store.add_questions, name, parse_questions(text, file=shown))
    return {"questions": [_question_json(kept) for kept in evaluations.store.questions(name)], "added": added}


@router.delete("/evaluation-questions/{question:int}", status_code=204)
def remove_question(name: WritableCollection, question: Number, evaluations: EvaluationsOf) -> None:
    """Forget a question; evaluations that asked it stay."""
    evaluations.store.remove_question(name, question)


@router.post("/evaluations", response_model=EvaluationResponse, status_code=202)
def start_evaluation(name: WritableCollection, evaluations: EvaluationsOf) -> dict[str, Any]:
    """Ask all questions and score the pages found, as `lectern eval` does; 503 while another evaluation runs."""
    return _evaluation_json(evaluations.start(name))


@router.get("/evaluations", response_model=EvaluationList)
def list_evaluations(
    name: ReadableCollection, evaluations: EvaluationsOf, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> dict[str, Any]:
    """The newest first, also the one that runs."""
    return {"evaluations": [_evaluation_json(one) for one in evaluations.evaluations(name, limit=limit)]}


@router.get("/evaluations/{evaluation}", response_model=EvaluationDetail)
def show_evaluation(name: ReadableCollection, evaluation: Number, evaluations: EvaluationsOf) -> dict[str, Any]:
    """One of them, with how each question went."""
    found = evaluations.evaluation(name, evaluation)
    return {**_evaluation_json(found), "outcomes": [asdict(outcome) for outcome in found.outcomes]}


def _question_json(kept: KeptQuestion) -> dict[str, Any]:
    return {"id": kept.id, "added_at": kept.added_at, **asdict(kept.gold)}


def _evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    told = asdict(evaluation)
    del told["outcomes"]
    return told
