"""The service as the pages call it: HTTP in, typed answers or LecternError out. Knows no page and draws nothing."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from app.api.schemas import (
    MAX_IMAGE_NAME,
    AnswerResponse,
    CitationResponse,
    CollectionList,
    CollectionResponse,
    DocumentList,
    DocumentResponse,
    PageResponse,
    QuestionList,
    SourceResponse,
)
from app.api.schemas_admin import ModelsResponse
from rag.errors import LecternError
from rag.types import ImageFile

FormT = TypeVar("FormT", bound=BaseModel)

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""For everything but answers and uploads; a page that waits longer looks dead."""

MAX_SILENCE_SECONDS = 600.0
"""Of a stream: the service itself gives up on a silent LLM, after the time its settings say."""


class ServiceError(LecternError):
    """The service refused or failed; `status` is that of HTTP, 0 when it could not be reached."""

    def __init__(self, reason: str, remedy: str = "", status: int = 0) -> None:
        super().__init__(reason, remedy)
        self.status = status


class SignInError(ServiceError):
    """The service asks for a token, or does not know the one shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the service takes it; `history` are (role, text) of the turns before it."""

    question: str
    collection: str
    filters: Mapping[str, str] = field(default_factory=dict)
    history: Sequence[tuple[str, str]] = ()
    use_llm: bool = True
    images: tuple[ImageFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """The first event of an answer."""

    sources: tuple[SourceResponse, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an answer."""

    text: str


AskEvent = Sources | Piece | AnswerResponse
"""The last one is the whole answer."""


class LecternClient:
    """One caller of one service. Methods may be called from any thread and raise ServiceError, SignInError."""

    def __init__(self, base_url: str, token: str = "") -> None:
        self.base_url = base_url
        self.token = token
        self._http = httpx.Client(
            base_url=base_url,
            headers=_headers(token),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            verify=_tls(),
            # The service is named by whoever runs the page: no proxy of the environment gets between.
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # --- what all calls share ---

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request; `options` are httpx's. Raises ServiceError, SignInError for every answer that is none."""
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise unreachable(self.base_url, error) from error
        if response.is_error:
            raise problem_in(response.status_code, response.content)
        return response

    def read(self, form: type[FormT], path: str, **options: Any) -> FormT:
        """What `GET path` answers, checked against its form."""
        return _checked(form, self.call("GET", path, **options).content)

    def send(self, form: type[FormT], method: str, path: str, **options: Any) -> FormT:
        """What another request answers, checked against its form."""
        return _checked(form, self.call(method, path, **options).content)

    # --- collections and documents ---

    def collections(self) -> list[CollectionResponse]:
        """All that this caller may see."""
        return self.read(CollectionList, "/collections").collections

    def documents(self, collection: str) -> list[DocumentResponse]:
        """All of a collection, also those that could not be read."""
        return self.read(DocumentList, f"{_at(collection)}/documents").documents

    def document(self, collection: str, document_id: int) -> DocumentResponse:
        """One document."""
        return self.read(DocumentResponse, f"{_at(collection)}/documents/{document_id}")

    def page(self, collection: str, document_id: int, number: int) -> PageResponse:
        """The text of a page (0-based)."""
        return self.read(PageResponse, f"{_at(collection)}/documents/{document_id}/pages/{number}")

    def page_image(
        self, collection: str, document_id: int, number: int, *, scale: float, marks: Sequence[Sequence[float]] = ()
    ) -> bytes:
        """A page of a PDF as PNG, with boxes in points marked on it."""
        boxes = [",".join(f"{edge:.2f}" for edge in box) for box in marks]
        path = f"{_at(collection)}/documents/{document_id}/pages/{number}/image"
        return self.call("GET", path, params={"scale": scale, "mark": boxes}).content

    def file(self, collection: str, document_id: int) -> bytes:
        """The original file."""
        return self.call("GET", f"{_at(collection)}/documents/{document_id}/file").content

    # --- answers ---

    def sees_images(self) -> bool:
        """Whether the LLM that answers looks at images."""
        return self.read(ModelsResponse, "/models").sees_images

    def suggested_questions(self, collection: str, *, limit: int) -> list[str]:
        """Questions to begin with."""
        return self.read(QuestionList, f"{_at(collection)}/questions", params={"limit": limit}).questions

    def add_feedback(
        self, collection: str, question: str, answer: str, rating: str, citations: Sequence[CitationResponse] = ()
    ) -> None:
        """Say whether an answer was good: "up" or "down". The pages that carried it are kept with that."""
        cited = {(citation.document, citation.page) for citation in citations if citation.supported}
        body = {
            "collection": collection,
            "question": question,
            "answer": answer,
            "rating": rating,
            "citations": [{"document": document, "page": page} for document, page in sorted(cited)],
        }
        self.call("POST", "/feedback", json=body)

    async def ask(self, asked: Asked) -> AsyncGenerator[AskEvent, None]:
        """The events of an answer; whoever closes the generator, or cancels its task, stops the LLM."""
        body = {
            "question": asked.question,
            "collection": asked.collection,
            "filters": dict(asked.filters),
            "history": [{"role": role, "text": text} for role, text in asked.history],
            "use_llm": asked.use_llm,
            "images": [{"name": image.name[-MAX_IMAGE_NAME:], "data": image.encoded} for image in asked.images],
            "stream": True,
        }
        silence = httpx.Timeout(MAX_SILENCE_SECONDS, connect=CONNECT_SECONDS)
        try:
            async with (
                httpx.AsyncClient(timeout=silence, verify=_tls(), trust_env=False) as http,
                http.stream("POST", f"{self.base_url}/ask", json=body, headers=_headers(self.token)) as response,
            ):
                if response.is_error:
                    raise problem_in(response.status_code, await response.aread())
                async for name, data in _events(response.aiter_bytes()):
                    yield _ask_event(name, data)
        except httpx.HTTPError as error:
            raise unreachable(self.base_url, error) from error


def unreachable(base_url: str, error: Exception) -> ServiceError:
    """The service did not answer, or broke off."""
    if isinstance(error, httpx.TimeoutException):
        return ServiceError(f"The service at {base_url} takes too long to answer.", "Try again in a while.")
    return ServiceError(f"The service at {base_url} cannot be reached.", "Start it: `lectern serve`, then try again.")


def problem_in(status: int, body: bytes) -> ServiceError:
    """An answer that says what went wrong (RFC 9457), as an error."""
    try:
        told = json.loads(body)
        reason, remedy = str(told["detail"]), str(told.get("remedy", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        reason, remedy = f"The service answered with the status {status}.", "Its log says why."
    return SignInError(reason, remedy, status) if status == 401 else ServiceError(reason, remedy, status)


async def _events(blocks: AsyncIterable[bytes]) -> AsyncGenerator[tuple[str, Any], None]:
    """The server-sent events in a body: (name, data). Cut at line feeds only: JSON may hold other line ends."""
    waiting = b""
    async for block in blocks:
        *events, waiting = (waiting + block).split(b"\n\n")
        for event in events:
            lines = dict(line.split(b": ", 1) for line in event.split(b"\n") if b": " in line)
            yield lines.get(b"event", b"").decode(), json.loads(lines[b"data"])


def _ask_event(name: str, data: Any) -> AskEvent:
    if name == "sources":
        return Sources(tuple(SourceResponse.model_validate(source) for source in data["sources"]))
    if name == "token":
        return Piece(str(data["text"]))
    if name == "answer":
        return AnswerResponse.model_validate(data)
    raise ServiceError(str(data.get("detail", "The answer broke off.")), str(data.get("remedy", "")))


def _checked(form: type[FormT], body: bytes) -> FormT:
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise ServiceError(
            "The service answered in a form this page does not know.", "Run page and service from the same version."
        ) from error


def _at(collection: str) -> str:
    return f"/collections/{quote(collection, safe='')}"


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than most calls."""
    return httpx.create_ssl_context()
