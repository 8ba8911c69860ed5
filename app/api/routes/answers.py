"""Search, ask, and what people think of the answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.api.answer_stream import CLIENT_LEFT, Event, EventStream, finish, first_of, follow, server_sent, unless_left
from app.api.dependencies import (
    AdministeredCollection,
    FeedbackOf,
    MetricsOf,
    ServiceOf,
    require_collection,
)
from app.api.error_handlers import RESPONSES, problem_of
from app.api.json_responses import answer_json, explanation_json, hit_json, source_json
from app.api.metrics import Metrics
from app.api.schemas import (
    AnswerResponse,
    AskRequest,
    FeedbackAdded,
    FeedbackList,
    FeedbackRequest,
    SearchRequest,
    SearchResult,
)
from app.api.security.middleware import require
from app.api.threads import result_of
from app.service.attached_images import decode_image
from app.service.explanation import explain_stages
from app.service.service import Question, Service
from app.state.feedback import CitedPage, Feedback
from app.state.tokens import Role
from rag.errors import LecternError
from rag.pipeline import AnswerStream
from rag.types import Answer, Message

router = APIRouter(tags=["answers"], responses=RESPONSES)

STREAM = {
    "content": {
        "text/event-stream": {
            "example": 'event: sources\ndata: {"sources": []}\n\nevent: token\ndata: {"text": "Three "}\n\n'
            'event: answer\ndata: {"answer": "Three times [1].", "citations": []}\n\n'
        }
    }
}


@router.post("/search", response_model=SearchResult)
async def search(asked: SearchRequest, request: Request, service: ServiceOf) -> dict[str, Any]:
    """The passages that fit a question best."""
    require_collection(request, asked.collection)
    found = await result_of(service.search(Question(asked.question, asked.collection, asked.filters)))
    return {
        "hits": [hit_json(hit, found.labels) for hit in found.retrieval.hits[: asked.limit]],
        "milliseconds": found.retrieval.milliseconds,
        "notices": found.retrieval.notices,
    }


@router.post("/ask", response_model=AnswerResponse, responses={200: STREAM})
async def ask(asked: AskRequest, request: Request, service: ServiceOf, metrics: MetricsOf) -> Any:
    """An answer with citations, each checked against the page it names.

    `images` are shown to the LLM with the question; 422 where it cannot see, 415 for what is no image it can be shown.
    The documents are searched by the question's words alone, and no image is cited.

    With `stream`: the event `sources`, then `token` for each piece of text, then `answer` with the whole as without
    `stream`; `error` in its place where it fails half way. A client that leaves stops the LLM.
    """
    require_collection(request, asked.collection)
    if asked.llm:
        # Who names an LLM decides where texts of documents go.
        require(request, Role.ADMIN)
    history = tuple(Message(turn.role, turn.text) for turn in asked.history)
    images = tuple(decode_image(image.name, image.data) for image in asked.images)
    question = Question(asked.question, asked.collection, asked.filters, history, asked.use_llm, asked.llm, images)
    if asked.stream:
        events = follow(service, question)
        # The first event is waited for here, so that what is wrong with the question is no 200.
        first = await unless_left(request, first_of(events))
        if first is None:
            return Response(status_code=CLIENT_LEFT)
        return EventStream(_tell(first, events, asked, service, metrics))
    made = await unless_left(request, finish(service, question))
    if made is None:
        return Response(status_code=CLIENT_LEFT)
    stream, answer = made
    metrics.count_answer(answer)
    return _whole(stream, answer, asked, service)


@router.post("/feedback", response_model=FeedbackAdded, status_code=201)
def add_feedback(given: FeedbackRequest, request: Request, store: FeedbackOf) -> dict[str, Any]:
    """Say whether an answer was good."""
    require_collection(request, given.collection)
    cited = tuple(CitedPage(citation.document, citation.page) for citation in given.citations)
    feedback = Feedback(given.collection, given.question, given.answer, given.rating, given.comment, citations=cited)
    return {"id": store.add(feedback)}


@router.get("/collections/{name}/feedback", response_model=FeedbackList)
def list_feedback(
    name: AdministeredCollection, store: FeedbackOf, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> dict[str, Any]:
    """What was said about answers, the newest first."""
    return {"feedback": [asdict(feedback) for feedback in store.newest(name, limit=limit)]}


def _whole(stream: AnswerStream, answer: Answer, asked: AskRequest, service: Service) -> dict[str, Any]:
    whole = answer_json(answer)
    if asked.explain:
        whole["explanation"] = explanation_json(explain_stages(stream, service.ask_settings))
    return whole


async def _tell(
    first: Event, events: AsyncGenerator[Event, None], asked: AskRequest, service: Service, metrics: Metrics
) -> AsyncGenerator[str, None]:
    """The events of an answer as text."""
    assert isinstance(first, AnswerStream)
    stream = first
    try:
        yield server_sent({"sources": [source_json(source) for source in stream.sources]}, event="sources")
        async for event in events:
            if isinstance(event, str):
                yield server_sent({"text": event}, event="token")
            elif isinstance(event, Answer):
                metrics.count_answer(event)
                yield server_sent(_whole(stream, event, asked, service), event="answer")
    except LecternError as error:
        yield server_sent(problem_of(error).to_json(), event="error")
    finally:
        await events.aclose()
