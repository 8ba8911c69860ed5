"""The wire form: what is read back gives the same JSON again, and errors keep their kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.api.chat_text import ChatTextWriter
from app.api.schemas.answers import AnswerResponse
from app.api.schemas.base import ProblemResponse
from app.api.schemas.documents import CollectionResponse, DocumentResponse, PageResponse
from app.api.schemas.questions import AskRequest
from app.api.schemas.search import SearchResult
from app.api.schemas.syncs import RunResponse
from app.service.explanation import ExplainedHit, Explanation
from rag.errors import (
    ConfigurationError,
    ForbiddenError,
    IndexLockedError,
    LecternError,
    ModelError,
    NotFoundError,
    OverloadedError,
    ParseError,
    QuestionError,
    SignInError,
    StoreError,
)
from rag.retrieval import Retrieval
from rag.types import (
    Answer,
    Chunk,
    Citation,
    CollectionInfo,
    DocumentInfo,
    Hit,
    ImageFile,
    Message,
    Page,
    PageRectangle,
    Question,
    QuestionFilter,
    Rectangle,
    RunRecord,
    Source,
    Span,
    StageRank,
    Usage,
)

DOCUMENT = DocumentInfo(7, "a/lamp.pdf", "/docs", "The lamp", "pdf", "indexed", 9, 3, "page", warnings=("A note.",))
CHUNK = Chunk(0, "It flashes.", "", "Light", (Span(2, 5, 16), Span(3, 0, 4)))
HIT = Hit("7.0", DOCUMENT, CHUNK, 0.5, {"dense": StageRank(0, 0.25)}, page_label="iii")
SOURCE = Source(1, DOCUMENT, "Light", "It flashes.", (Span(2, 5, 16),), 0.5, {2: "iii"})
CITATION = Citation(
    1, "It does.", "a/lamp.pdf", 2, "iii", "It flashes.", (PageRectangle(2, Rectangle(1, 2, 3, 4)),), True, "page"
)
ANSWER = Answer("It does [1].", False, (SOURCE,), (CITATION,), "ollama:x", Usage(3, 4), None, {"dense": 1.5}, ("A.",))
FILTERS = (QuestionFilter("type", "PDF", "in PDFs from May"), QuestionFilter("dated", "May", "in PDFs from May", False))
EXPLANATION = Explanation((ExplainedHit(HIT, "source [1]"),), 2, 0.9, 0.3, {"dense": 1.5})


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (SearchResult.from_domain(Retrieval((HIT,), {"dense": 1.0}, ("A.",))), SearchResult),
        (SearchResult.from_domain(Retrieval((HIT,), {}, understood_filters=FILTERS)), SearchResult),
        (AnswerResponse.from_domain(ANSWER), AnswerResponse),
        (AnswerResponse.from_domain(replace(ANSWER, understood_filters=FILTERS)), AnswerResponse),
        (AnswerResponse.from_domain(ANSWER, EXPLANATION), AnswerResponse),
        (DocumentResponse.from_domain(DOCUMENT), DocumentResponse),
        (CollectionResponse.from_domain(CollectionInfo("a", ("/x",), 1, 0, 2, 3, "", "e")), CollectionResponse),
        (PageResponse.from_domain(Page(2, "text", (), label="iii")), PageResponse),
        (RunResponse.from_domain(RunRecord(1, "a", "/x", "", "", "done", '{"added": 1}', "", "")), RunResponse),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_read_back_gives_the_same_json_again(told: Any, read: Any) -> None:
    again = read.model_validate_json(json.dumps(told.to_json()))
    domain = again.to_domain()
    arguments = [domain] if getattr(again, "explanation", None) is None else [domain, again.explanation.to_domain()]
    assert read.from_domain(*arguments).to_json() == told.to_json()


def test_pages_are_named_alike_before_and_after_the_wire() -> None:
    (hit,) = SearchResult.from_domain(Retrieval((HIT,), {})).to_domain().hits
    assert hit.pages == HIT.pages == "page 3 (iii) to 4"
    answer = AnswerResponse.from_domain(ANSWER).to_domain()
    assert answer.sources[0].pages == SOURCE.pages == "page 3 (iii)"
    assert answer.citations[0].pages == CITATION.pages == "page 3 (iii)"


def test_openai_front_ends_are_told_of_filters_in_a_line_of_their_own() -> None:
    answer = replace(ANSWER, understood_filters=FILTERS)
    written = ChatTextWriter("").write(answer).content
    assert written.splitlines()[2] == "Only searched, as the question says: file type PDF."


def test_a_question_arrives_as_it_was_asked() -> None:
    history = (Message("user", "And?"), Message("assistant", "So."))
    images = (ImageFile("a.png", b"\x89PNG"),)
    asked = Question("Why?", "a", {"type": "pdf"}, history, False, "ollama:x", images, ignored_filters=("type",))
    sent = AskRequest.from_domain(asked, stream=True, explain=True)
    assert AskRequest.model_validate(sent.model_dump()).to_domain() == asked


@pytest.mark.parametrize(
    ("make", "read"),
    [(kind, kind) for kind in (
        ConfigurationError, SignInError, ForbiddenError, NotFoundError, IndexLockedError, ParseError, QuestionError,
        OverloadedError, StoreError, ModelError,
    )] + [(lambda reason, remedy: StoreError(f"The disk is full. {reason}", remedy), StoreError)],
)  # fmt: skip
def test_an_error_is_read_as_it_was_told(make: Callable[[str, str], LecternError], read: type[LecternError]) -> None:
    error = make("It is so.", "Do it.")
    again = ProblemResponse.from_domain(error).to_domain()
    assert (type(again), again.reason, again.remedy) == (read, error.reason, error.remedy)
