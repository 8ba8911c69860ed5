"""Search, ask, and what people think of the answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

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
from app.api.dependencies import (
    AdministeredCollection,
    MetricsOf,
    ServiceOf,
    require_collection,
)
from app.api.error_handlers import RESPONSES, refusals
from app.api.metrics import Metrics
from app.api.problem_details import problem_of
from app.api.schemas.answers import (
    AnswerResponse,
    ProgressResponse,
    SentenceResponse,
    SourceList,
    StepResponse,
    TableResponse,
)
from app.api.schemas.evaluations import FeedbackAdded, FeedbackList, FeedbackRequest, FeedbackResponse
from app.api.schemas.questions import AskRequest, SearchRequest
from app.api.schemas.search import SearchResult
from app.api.security.middleware import require
from app.api.threads import result_of
from app.service.answering import AskProgress
from app.service.explanation import explain_stages
from app.service.service import Service
from app.state.feedback import CitedPage, Feedback
from app.state.tokens import Role
from rag.errors import LecternError
from rag.pipeline import AnswerStream
from rag.types import Answer, AnswerTable, FoundSources, JudgedSentence, PlanStep, Source

router = APIRouter(tags=["answers"], responses=RESPONSES)

STREAM = {
    "content": {
        "text/event-stream": {
            "example": 'event: sources\ndata: {"sources": []}\n\nevent: token\ndata: {"text": "Three "}\n\n'
            'event: answer\ndata: {"answer": "Three times [1].", "citations": []}\n\n'
        }
    }
}


@router.post("/search")
async def search(asked: SearchRequest, request: Request, service: ServiceOf) -> SearchResult:
    """Return the passages that fit a question best."""
    require_collection(request, asked.collection)
    return SearchResult.from_domain(await result_of(service.answers.search(asked.to_domain(), limit=asked.limit)))


@router.post("/ask", response_model=AnswerResponse, responses={200: STREAM, **refusals(415)})
async def ask(asked: AskRequest, request: Request, service: ServiceOf, metrics: MetricsOf) -> Any:
    """Return an answer with citations, each checked against the page it names.

    `images` are shown to the LLM with the question; 422 where it cannot see, 415 for what is no image it can be shown.
    The documents are searched by the question's words alone, and no image is cited.

    `mode` says how it is answered; the default leaves that to rules, and the answer says which it was and why. An
    answer from more than one look-up has `steps`, and a list, a count or a comparison has its proof in `table`.

    What an LLM would have to read much for is answered without one, and `offer` says what it takes; with `agreed` it is
    asked. An answer that was stopped goes on where it was when the same is asked again.

    With `stream`: the event `sources`, then `step` for each step that is done, `table` where documents are read one by
    one, with the rows so far, `token` for each piece of text and
    `verdict` behind each sentence that claims something, then `answer` with the whole as without `stream`; `error` in
    its place where it fails half way. With `progress`, too, events `progress` come first, and what is wrong with the
    question is an `error`. Where steps looked up more, or a filter in the question was given up, `sources`
    comes again before the text. A client that leaves stops the LLM.
    """
    require_collection(request, asked.collection)
    if asked.llm:
        # Who names an LLM decides where texts of documents go.
        require(request, Role.ADMIN)
    question = asked.to_domain()
    if asked.stream:
        if asked.progress:
            return EventStream(_tell(follow(service, question, progress=True), asked, service, metrics))
        # The first event is waited for here, so that what is wrong with the question is no 200.
        events = await unless_disconnected(request, begun(follow(service, question)))
        if events is None:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        return EventStream(_tell(events, asked, service, metrics))
    made = await unless_disconnected(request, finish(service, question))
    if made is None:
        return Response(status_code=CLIENT_CLOSED_REQUEST)
    stream, answer = made
    metrics.count_answer(question.collection, answer)
    return _whole(stream, answer, asked, service)


@router.post("/feedback", status_code=201)
def add_feedback(given: FeedbackRequest, request: Request, service: ServiceOf) -> FeedbackAdded:
    """Say whether an answer was good; a later word of the same caller on the same answer takes this one's place."""
    require_collection(request, given.collection)
    identity = require(request, Role.READ, given.collection)
    cited = tuple(CitedPage(citation.document, citation.page) for citation in given.citations)
    feedback = Feedback(
        given.collection,
        given.question,
        given.answer,
        given.rating,
        given.comment,
        citations=cited,
        given_by=identity.name,
    )
    return FeedbackAdded(id=service.feedback.add(feedback))


@router.get("/collections/{name}/feedback")
def list_feedback(
    name: AdministeredCollection, service: ServiceOf, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> FeedbackList:
    """List what was said about answers, the newest first."""
    return FeedbackList(
        feedback=[FeedbackResponse.from_domain(given) for given in service.feedback.newest(name, limit=limit)]
    )


def _whole(stream: AnswerStream, answer: Answer, asked: AskRequest, service: Service) -> AnswerResponse:
    explanation = explain_stages(stream, service.answers.ask_settings) if asked.explain else None
    return AnswerResponse.from_domain(answer, explanation)


async def _tell(
    events: AsyncGenerator[Event, None], asked: AskRequest, service: Service, metrics: Metrics
) -> AsyncGenerator[bytes, None]:
    """Return the events of an answer as text."""
    stream: AnswerStream | None = None
    told: Sequence[Source] = ()
    try:
        async for event in events:
            if isinstance(event, AskProgress):
                yield server_sent(ProgressResponse.from_domain(event).to_json(), event="progress")
            elif isinstance(event, AnswerStream | FoundSources):
                stream = event if isinstance(event, AnswerStream) else stream
                told = event.sources
                yield server_sent(SourceList.from_domain(event.sources).to_json(), event="sources")
            elif isinstance(event, str):
                if stream is not None and stream.sources is not told:
                    told = stream.sources
                    yield server_sent(SourceList.from_domain(stream.sources).to_json(), event="sources")
                yield server_sent({"text": event}, event="token")
            elif isinstance(event, JudgedSentence):
                yield server_sent(SentenceResponse.from_domain(event).to_json(), event="verdict")
            elif isinstance(event, PlanStep):
                yield server_sent(StepResponse.from_domain(event).to_json(), event="step")
            elif isinstance(event, AnswerTable):
                yield server_sent(TableResponse.from_domain(event).to_json(), event="table")
            elif isinstance(event, Answer) and stream is not None:
                metrics.count_answer(asked.collection, event)
                yield server_sent(_whole(stream, event, asked, service).to_json(), event="answer")
    except LecternError as error:
        yield server_sent(problem_of(error).to_json(), event="error")
    finally:
        await events.aclose()
