"""The routes of OpenAI's chat API, so that any front end for it can ask: each collection is a model."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.api.answer_stream import (
    CLIENT_CLOSED_REQUEST,
    Event,
    EventStream,
    begun,
    finish,
    follow,
    server_sent,
    unless_disconnected,
)
from app.api.dependencies import MetricsOf, ServiceOf, require_collection
from app.api.error_handlers import ANYWHERE
from app.api.metrics import Metrics
from app.api.problem_details import Problem, problem_of
from app.api.schemas.openai import (
    MODEL_PREFIX,
    ChatRequest,
    Completion,
    ErrorResponse,
    ModelList,
    ModelResponse,
    annotate,
    asked_chat,
    footnotes,
    usage_json,
)
from app.api.security.middleware import require
from app.state.tokens import Role
from rag.citations.answer_table import plan_line, plan_lines, table_text
from rag.citations.marked_text import StreamMarker, mark_text
from rag.errors import ForbiddenError, LecternError, NotFoundError
from rag.types import Answer, JudgedSentence, PlanStep, Question

END_OF_STREAM = "data: [DONE]\n\n"

REFUSALS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorResponse} for status in (*ANYWHERE, 502)}

STREAM = {
    "content": {
        "text/event-stream": {
            "example": 'data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "3"}}]}'
            f"\n\n{END_OF_STREAM}"
        }
    }
}

router = APIRouter(prefix="/v1", tags=["openai"], responses=REFUSALS)


@dataclass(frozen=True, slots=True)
class Reply:
    """The fields that all pieces of one completion share."""

    id: str
    created: int
    model: str
    base_url: str

    def json(self, kind: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """Return a completion, or a piece of one."""
        head = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**head, "choices": choices, **more}

    def piece(self, delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> bytes:
        """Return a piece of a stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return server_sent(self.json("chat.completion.chunk", [choice], **more))


@router.get("/models", response_model=ModelList)
def list_models(request: Request, service: ServiceOf) -> dict[str, Any]:
    """Return each collection as a model."""
    identity = require(request, Role.READ)
    names = [collection.name for collection in service.collections.list_collections()]
    return {"object": "list", "data": [_model_json(name) for name in names if identity.sees(name)]}


@router.get("/models/{model:path}", response_model=ModelResponse)
def show_model(model: str, request: Request) -> Any:
    """Return one collection as a model."""
    try:
        return _model_json(_collection_of(request, model))
    except (NotFoundError, ForbiddenError):
        return _unknown_model(model)


@router.post("/chat/completions", response_model=Completion, responses={200: STREAM})
async def complete_chat(asked: ChatRequest, request: Request, service: ServiceOf, metrics: MetricsOf) -> Any:
    """Return an answer to the last message of the user, in the light of those before it.

    An answer that takes several look-ups begins with a line for each step. Citations stand below the text as footnotes,
    and in `annotations`; a table stands behind it; sentences that are not supported are marked in
    the text, and a line says so. System messages are not followed: what an answer may say is decided by the documents.
    Images of the last message are shown to an LLM that sees them; each comes as a data: URL, for no address is opened.
    """
    try:
        collection = _collection_of(request, asked.model)
    except (NotFoundError, ForbiddenError):
        return _unknown_model(asked.model)
    if asked.n not in (None, 1):
        return JSONResponse(Problem(400, "There is one answer to a question.").to_openai(param="n"), 400)
    chat = asked_chat(asked.messages)
    question = Question(chat.question, collection, history=chat.history, images=chat.images)
    reply = Reply(
        _id_of(asked), int(time.time()), asked.model, f"{request.base_url}collections/{quote(collection, safe='')}"
    )
    if asked.stream:
        # The first event is waited for here, so that what is wrong with the question is no 200.
        events = await unless_disconnected(request, begun(follow(service, question)))
        if events is None:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        with_usage = asked.stream_options is not None and asked.stream_options.include_usage
        return EventStream(_tell(events, reply, metrics, with_usage=with_usage))
    made = await unless_disconnected(request, finish(service, question))
    if made is None:
        return Response(status_code=CLIENT_CLOSED_REQUEST)
    answer = made[1]
    metrics.count_answer(answer)
    if answer.error:
        return JSONResponse(Problem(502, answer.error).to_openai(), 502)
    message = {
        "role": "assistant",
        "content": plan_lines(answer.steps) + mark_text(answer) + footnotes(answer),
        "refusal": None,
        "annotations": annotate(answer, reply.base_url),
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return reply.json("chat.completion", [choice], usage=usage_json(answer))


async def _tell(
    events: AsyncGenerator[Event, None], reply: Reply, metrics: Metrics, *, with_usage: bool
) -> AsyncGenerator[bytes, None]:
    """Return the pieces of a completion: the text as it is made, marked, then the footnotes with the annotations."""
    marker, step = StreamMarker(), ""
    try:
        yield reply.piece({"role": "assistant", "content": ""})
        async for event in events:
            if isinstance(event, str | JudgedSentence):
                if text := marker.feed(event):
                    yield reply.piece({"content": text})
            elif isinstance(event, PlanStep):
                # Only the first of a step that goes on: a line cannot be taken back.
                if event.text != step:
                    step = event.text
                    yield reply.piece({"content": plan_line(event)})
            elif isinstance(event, Answer):
                metrics.count_answer(event)
                if rest := marker.finish(event.verdict) + table_text(event.table):
                    yield reply.piece({"content": rest})
                if event.error:
                    yield server_sent(Problem(502, event.error).to_openai())
                    return
                if notes := footnotes(event):
                    yield reply.piece({"content": notes, "annotations": annotate(event, reply.base_url)})
                yield reply.piece({}, "stop")
                if with_usage:
                    yield server_sent(reply.json("chat.completion.chunk", [], usage=usage_json(event)))
                yield END_OF_STREAM.encode()
    except LecternError as error:
        yield server_sent(problem_of(error).to_openai())
    finally:
        await events.aclose()


def _collection_of(request: Request, model: str) -> str:
    if not model.startswith(MODEL_PREFIX):
        raise NotFoundError(f"There is no model {model!r}.")
    return require_collection(request, model.removeprefix(MODEL_PREFIX))


def _model_json(collection: str) -> dict[str, Any]:
    return {"id": MODEL_PREFIX + collection, "object": "model", "created": 0, "owned_by": "lectern"}


def _unknown_model(model: str) -> JSONResponse:
    problem = Problem(404, f"The model {model!r} does not exist.", "`GET /v1/models` lists those there are.")
    return JSONResponse(problem.to_openai(code="model_not_found", param="model"), 404)


def _id_of(asked: ChatRequest) -> str:
    """Return an id that is the same for the same conversation."""
    said = repr([(message.role, message.text, message.image_urls) for message in asked.messages])
    return f"chatcmpl-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:24]}"
