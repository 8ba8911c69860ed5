"""The route of OpenAI's Responses API, which newer front ends ask by."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.api.answer_stream import (
    CLIENT_CLOSED_REQUEST,
    Event,
    EventStream,
    begun,
    follow,
    server_sent,
    unless_disconnected,
)
from app.api.chat_json import ChatJson, write_chat_json
from app.api.chat_text import ChatText, ChatTextWriter
from app.api.client_tasks import recognise_task
from app.api.dependencies import MetricsOf, ServiceOf
from app.api.error_handlers import respond
from app.api.problem_details import Problem, problem_of
from app.api.routes.openai import REFUSALS, address_of, answer_whole, collection_of, reply_to_task, unknown_model
from app.api.schemas.openai import asked_chat
from app.api.schemas.openai_responses import ResponseObject, ResponseRequest, flat_annotations, response_usage
from rag.errors import ForbiddenError, LecternError, NotFoundError
from rag.types import Answer, Question

STREAM = {
    "content": {
        "text/event-stream": {
            "example": "event: response.output_text.delta\n"
            'data: {"type": "response.output_text.delta", "delta": "3"}'
            "\n\n"
        }
    }
}

router = APIRouter(prefix="/v1", tags=["openai"], responses=REFUSALS)


@dataclass(slots=True)
class Reply:
    """One response while it is made: its ids, and the number of the next event."""

    model: str
    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    item_id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")
    created_at: int = field(default_factory=lambda: int(time.time()))
    _told: int = 0

    def json(self, status: str, output: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """Return the response as it stands."""
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "status": status,
            "model": self.model,
            "output": output,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": False,
            "temperature": None,
            "tool_choice": "none",
            "tools": [],
            "top_p": None,
            "usage": None,
            **more,
        }

    def message(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the one message that is put out."""
        return {"id": self.item_id, "type": "message", "role": "assistant", "status": status, "content": content}

    def whole(self, text: ChatText, answer: Answer | None = None) -> dict[str, Any]:
        """Return the finished response; without an answer no LLM took part."""
        is_cut = answer is not None and answer.is_cut_off
        status = "incomplete" if is_cut else "completed"
        return self.json(
            status,
            [self.message(status, [output_text(text)])],
            usage=None if answer is None else response_usage(answer),
            incomplete_details={"reason": "max_output_tokens"} if is_cut else None,
        )

    def whole_json(self, made: ChatJson, answer: Answer) -> dict[str, Any]:
        """Return the finished response in a form of JSON, or its refusal."""
        if made.refusal:
            content = {"type": "refusal", "refusal": made.refusal}
        else:
            content = output_text(ChatText(made.content, made.annotations))
        message = {**self.message("completed", [content]), "lectern": made.lectern}
        return self.json("completed", [message], usage=response_usage(answer))

    def event(self, name: str, **fields: Any) -> bytes:
        """Return the next event of the stream."""
        told = {"type": name, "sequence_number": self._told, **fields}
        self._told += 1
        return server_sent(told, event=name)

    def part_event(self, name: str, **fields: Any) -> bytes:
        """Return the next event about the text of the message."""
        return self.event(name, item_id=self.item_id, output_index=0, content_index=0, **fields)


def output_text(text: ChatText) -> dict[str, Any]:
    """Return a text as the content of a message."""
    return {
        "type": "output_text",
        "text": text.content,
        "annotations": flat_annotations(text.annotations),
        "logprobs": [],
    }


@router.post("/responses", response_model=ResponseObject, responses={200: STREAM})
async def respond_to(asked: ResponseRequest, request: Request, service: ServiceOf, metrics: MetricsOf) -> Any:
    """Return an answer to the last message of the user, as `POST /v1/chat/completions` does; responses are not kept."""
    try:
        collection = collection_of(request, asked.model)
    except (NotFoundError, ForbiddenError):
        return unknown_model(asked.model)
    if problem := asked.find_unsupported():
        return respond(request, problem)
    reply = Reply(asked.model)
    if task := recognise_task([message.to_domain() for message in asked.messages]):
        said = ChatText(await run_in_threadpool(reply_to_task, task, service, collection), [])
        return EventStream(_tell_text(said, reply)) if asked.stream else reply.whole(said)
    chat = asked_chat(asked.messages)
    form = asked.text.to_domain() if asked.text else None
    question = Question(
        chat.question, collection, history=chat.history, images=chat.images, agreed=asked.agreed, form=form
    )
    if form is not None:
        answer = await answer_whole(question, request, service, metrics)
        if isinstance(answer, Response):
            return answer
        made = write_chat_json(answer, address_of(request, collection))
        return EventStream(_tell_json(made, answer, reply)) if asked.stream else reply.whole_json(made, answer)
    writer = ChatTextWriter(address_of(request, collection))
    if asked.stream:
        events = await unless_disconnected(request, begun(follow(service, question)))
        if events is None:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        return EventStream(_tell(events, reply, writer, partial(metrics.count_answer, collection)))
    answer = await answer_whole(question, request, service, metrics)
    if isinstance(answer, Response):
        return answer
    return reply.whole(writer.write(answer), answer)


async def _tell_json(made: ChatJson, answer: Answer, reply: Reply) -> AsyncGenerator[bytes, None]:
    """Return the events of an answer in a form of JSON, which comes whole, as it is checked."""
    whole = reply.whole_json(made, answer)
    if not made.refusal:
        text = ChatText(made.content, made.annotations)
        for event in _opening(reply):
            yield event
        yield reply.part_event("response.output_text.delta", delta=text.content, logprobs=[])
        for event in _ending(reply, text, whole):
            yield event
        return
    for event in _opening(reply, part={"type": "refusal", "refusal": ""}):
        yield event
    yield reply.part_event("response.refusal.delta", delta=made.refusal)
    yield reply.part_event("response.refusal.done", refusal=made.refusal)
    yield reply.part_event("response.content_part.done", part=whole["output"][0]["content"][0])
    yield reply.event("response.output_item.done", output_index=0, item=whole["output"][0])
    yield reply.event("response.completed", response=whole)


async def _tell_text(text: ChatText, reply: Reply) -> AsyncGenerator[bytes, None]:
    for event in _opening(reply):
        yield event
    yield reply.part_event("response.output_text.delta", delta=text.content, logprobs=[])
    for event in _ending(reply, text, reply.whole(text)):
        yield event


async def _tell(
    events: AsyncGenerator[Event, None], reply: Reply, writer: ChatTextWriter, count: Callable[[Answer], None]
) -> AsyncGenerator[bytes, None]:
    """Return the events of a response: the text as it is made, then what stands below it, then the whole."""
    written: list[str] = []
    try:
        for event in _opening(reply):
            yield event
        async for made in events:
            piece = writer.feed(made)
            ending = None
            if isinstance(made, Answer):
                count(made)
                piece = writer.finish(made)
                ending = writer.end(made)
                piece += "" if made.error else ending.content
            if piece:
                written.append(piece)
                yield reply.part_event("response.output_text.delta", delta=piece, logprobs=[])
            if ending is not None and isinstance(made, Answer):
                if made.error:
                    yield _failure(reply, Problem(502, made.error))
                    return
                text = ChatText("".join(written), ending.annotations)
                for event in _ending(reply, text, reply.whole(text, made)):
                    yield event
    except LecternError as error:
        yield _failure(reply, problem_of(error))
    finally:
        await events.aclose()


def _opening(reply: Reply, part: dict[str, Any] | None = None) -> list[bytes]:
    begun_response = reply.json("in_progress", [])
    return [
        reply.event("response.created", response=begun_response),
        reply.event("response.in_progress", response=begun_response),
        reply.event("response.output_item.added", output_index=0, item=reply.message("in_progress", [])),
        reply.part_event("response.content_part.added", part=part or output_text(ChatText("", []))),
    ]


def _ending(reply: Reply, text: ChatText, whole: dict[str, Any]) -> list[bytes]:
    part = output_text(text)
    told = [
        reply.part_event("response.output_text.annotation.added", annotation_index=at, annotation=annotation)
        for at, annotation in enumerate(part["annotations"])
    ]
    return [
        *told,
        reply.part_event("response.output_text.done", text=text.content, logprobs=[]),
        reply.part_event("response.content_part.done", part=part),
        reply.event("response.output_item.done", output_index=0, item=whole["output"][0]),
        reply.event(f"response.{whole['status']}", response=whole),
    ]


def _failure(reply: Reply, problem: Problem) -> bytes:
    said = problem.to_openai()["error"]
    error = {"code": said["code"] or said["type"], "message": said["message"]}
    return reply.event("response.failed", response=reply.json("failed", [], error=error))
