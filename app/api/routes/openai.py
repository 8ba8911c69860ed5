"""The routes of OpenAI's chat API, so that any front end for it can ask: each collection is a model."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
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
from app.api.chat_json import write_chat_json
from app.api.chat_text import ChatTextWriter
from app.api.client_tasks import MAX_FOLLOW_UPS, ClientTask, answer_task, recognise_task
from app.api.dependencies import MetricsOf, ServiceOf, require_collection
from app.api.error_handlers import ANYWHERE, respond
from app.api.metrics import Metrics
from app.api.problem_details import Problem, problem_of
from app.api.schemas.openai import (
    MODEL_PREFIX,
    ChatRequest,
    Completion,
    ErrorResponse,
    ModelList,
    ModelResponse,
    asked_chat,
    find_unsupported,
    usage_json,
)
from app.api.security.middleware import require
from app.service.service import Service
from app.state.tokens import Role
from rag.errors import ForbiddenError, LecternError, NotFoundError
from rag.types import Answer, Question

END_OF_STREAM = "data: [DONE]\n\n"

NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""Of what no LLM wrote."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorResponse} for status in (*ANYWHERE, 502) if status != 422
}

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

    def json(self, kind: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """Return a completion, or a piece of one."""
        head = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**head, "choices": choices, **more}

    def whole(
        self,
        content: str | None,
        *,
        annotations: list[dict[str, Any]] | None = None,
        finish_reason: str = "stop",
        usage: dict[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return a whole completion; `more` are further fields of its message."""
        message = {"role": "assistant", "content": content, "refusal": None, "annotations": annotations or [], **more}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
        return self.json("chat.completion", [choice], usage=usage or NO_USAGE)

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
        return _model_json(collection_of(request, model))
    except (NotFoundError, ForbiddenError):
        return unknown_model(model)


@router.post("/chat/completions", response_model=Completion, responses={200: STREAM})
async def complete_chat(asked: ChatRequest, request: Request, service: ServiceOf, metrics: MetricsOf) -> Any:
    """Return an answer to the last message of the user, in the light of those before it.

    An answer that takes several look-ups begins with a line for each step. A number in the text means a page: the
    addresses in `annotations` are in the order of the numbers. Below the text stand the cited places and notices; a
    table stands behind it; sentences that are not supported are marked in the text, and a line says so. System messages
    are not followed: what an answer may say is decided by the documents. Images of the last message are shown to an LLM
    that sees them; each comes as a data: URL, for no address is opened. What clients ask for in the background, such as
    a title of the conversation, is answered by rules and without the documents.

    With `response_format` the content is JSON alone, which fits the schema; the fields that each annotation proves
    stand under `lectern`, and `refusal` says where the documents do not answer. Without an LLM a schema of texts,
    numbers, dates and yes or no is filled from one document.
    """
    try:
        collection = collection_of(request, asked.model)
    except (NotFoundError, ForbiddenError):
        return unknown_model(asked.model)
    if problem := find_unsupported(asked):
        return respond(request, problem)
    reply = Reply(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), asked.model)
    if task := recognise_task([message.to_domain() for message in asked.messages]):
        said = await run_in_threadpool(reply_to_task, task, service, collection)
        return EventStream(_tell_text(said, reply)) if asked.stream else reply.whole(said)
    chat = asked_chat(asked.messages)
    form = asked.response_format.to_domain() if asked.response_format else None
    question = Question(
        chat.question, collection, history=chat.history, images=chat.images, agreed=asked.agreed, form=form
    )
    if form is not None:
        return await _complete_json(question, asked, request, service, metrics, reply)
    writer = ChatTextWriter(address_of(request, collection))
    if asked.stream:
        # The first event is waited for here, so that what is wrong with the question is no 200.
        events = await unless_disconnected(request, begun(follow(service, question)))
        if events is None:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        count = partial(metrics.count_answer, collection)
        return EventStream(_tell(events, reply, writer, count, with_usage=_wants_usage(asked)))
    answer = await answer_whole(question, request, service, metrics)
    if isinstance(answer, Response):
        return answer
    text = writer.write(answer)
    return reply.whole(
        text.content, annotations=text.annotations, finish_reason=finish_reason_of(answer), usage=usage_json(answer)
    )


async def _complete_json(
    question: Question, asked: ChatRequest, request: Request, service: Service, metrics: Metrics, reply: Reply
) -> Any:
    """Return an answer in a form of JSON: whole, as it is checked, in a stream too."""
    answer = await answer_whole(question, request, service, metrics)
    if isinstance(answer, Response):
        return answer
    made = write_chat_json(answer, address_of(request, question.collection))
    message = {"refusal": made.refusal or None, "lectern": made.lectern}
    content, reason = made.content or None, finish_reason_of(answer)
    if not asked.stream:
        return reply.whole(
            content, annotations=made.annotations, finish_reason=reason, usage=usage_json(answer), **message
        )

    async def tell() -> AsyncGenerator[bytes, None]:
        yield reply.piece({"role": "assistant", "content": content, "annotations": made.annotations, **message})
        yield reply.piece({}, reason)
        if _wants_usage(asked):
            yield server_sent(reply.json("chat.completion.chunk", [], usage=usage_json(answer)))
        yield END_OF_STREAM.encode()

    return EventStream(tell())


def _wants_usage(asked: ChatRequest) -> bool:
    return asked.stream_options is not None and asked.stream_options.include_usage


async def _tell_text(text: str, reply: Reply) -> AsyncGenerator[bytes, None]:
    yield reply.piece({"role": "assistant", "content": text})
    yield reply.piece({}, "stop")
    yield END_OF_STREAM.encode()


async def _tell(
    events: AsyncGenerator[Event, None],
    reply: Reply,
    writer: ChatTextWriter,
    count: Callable[[Answer], None],
    *,
    with_usage: bool,
) -> AsyncGenerator[bytes, None]:
    """Return the pieces of a completion: the text as it is made, marked, then what stands below it."""
    try:
        yield reply.piece({"role": "assistant", "content": ""})
        async for event in events:
            if text := writer.feed(event):
                yield reply.piece({"content": text})
            if isinstance(event, Answer):
                count(event)
                if rest := writer.finish(event):
                    yield reply.piece({"content": rest})
                if event.error:
                    yield server_sent(Problem(502, event.error).to_openai())
                    return
                ending = writer.end(event)
                if ending.content or ending.annotations:
                    yield reply.piece({"content": ending.content, "annotations": ending.annotations})
                yield reply.piece({}, finish_reason_of(event))
                if with_usage:
                    yield server_sent(reply.json("chat.completion.chunk", [], usage=usage_json(event)))
                yield END_OF_STREAM.encode()
    except LecternError as error:
        yield server_sent(problem_of(error).to_openai())
    finally:
        await events.aclose()


async def answer_whole(question: Question, request: Request, service: Service, metrics: Metrics) -> Answer | Response:
    """Return a whole answer; what is answered instead where the client is gone or the LLM failed."""
    made = await unless_disconnected(request, finish(service, question))
    if made is None:
        return Response(status_code=CLIENT_CLOSED_REQUEST)
    answer = made[1]
    metrics.count_answer(question.collection, answer)
    if answer.error:
        return respond(request, Problem(502, answer.error))
    return answer


def finish_reason_of(answer: Answer) -> str:
    """Return why the text ends, in OpenAI's words."""
    return "length" if answer.is_cut_off else "stop"


def reply_to_task(task: ClientTask, service: Service, collection: str) -> str:
    """Answer what a client asks for in the background."""
    return answer_task(
        task,
        kinds=lambda: list(service.collections.statistics(collection).kinds),
        suggest=lambda: service.collections.suggest_questions(collection, limit=MAX_FOLLOW_UPS + 1),
    )


def address_of(request: Request, collection: str) -> str:
    """Return the address of a collection, below which its pages are."""
    return f"{request.base_url}collections/{quote(collection, safe='')}"


def collection_of(request: Request, model: str) -> str:
    """Return the collection that a model is. Raises NotFoundError, ForbiddenError."""
    if not model.startswith(MODEL_PREFIX):
        raise NotFoundError(f"There is no model {model!r}.")
    return require_collection(request, model.removeprefix(MODEL_PREFIX))


def _model_json(collection: str) -> dict[str, Any]:
    return {"id": MODEL_PREFIX + collection, "object": "model", "created": 0, "owned_by": "lectern"}


def unknown_model(model: str) -> JSONResponse:
    """Return the answer to a request for a model that is none."""
    problem = Problem(404, f"The model {model!r} does not exist.", "`GET /v1/models` lists those there are.")
    return JSONResponse(problem.to_openai(code="model_not_found", param="model"), 404)
