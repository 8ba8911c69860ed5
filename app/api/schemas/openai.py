"""Defines requests and answers as OpenAI's chat API has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas.answers import CitationResponse
from app.api.schemas.questions import PIXEL
from rag.citations.marked_text import mark_text
from rag.errors import ConfigurationError, ImageError
from rag.images import decode_image
from rag.safety.output import make_inert
from rag.types import Answer, Citation, ImageFile, Message, place_name

MODEL_PREFIX = "lectern/"

MAX_MESSAGES = 1_000

QUOTE_SHOWN = 200
"""Characters of a quote in a footnote; the annotation has all of it."""


class ImageUrl(BaseModel):
    """An image in a data: URL; no other address is opened."""

    model_config = ConfigDict(extra="allow")
    url: str = Field(examples=[f"data:image/png;base64,{PIXEL}"])


class MessagePart(BaseModel):
    """A piece of a message; only text and images are read."""

    model_config = ConfigDict(extra="allow")
    type: str = "text"
    text: str = ""
    image_url: ImageUrl | None = None


class ChatMessage(BaseModel):
    """A turn of the conversation."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[MessagePart] | None = None

    @property
    def text(self) -> str:
        """Return the words of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""

    @property
    def image_urls(self) -> list[str]:
        """Return the addresses of its images."""
        parts = self.content if isinstance(self.content, list) else []
        return [part.image_url.url for part in parts if part.type == "image_url" and part.image_url is not None]


class StreamOptions(BaseModel):
    """Options for what a stream holds beside the text."""

    model_config = ConfigDict(extra="allow", strict=True)
    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion; parameters of the model's making, such as `temperature`, are taken and have no effect."""

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        json_schema_extra={
            "example": {
                "model": "lectern/default",
                "messages": [{"role": "user", "content": "How often does the lamp flash?"}],
            }
        },
    )
    model: str = Field(max_length=300)
    messages: list[ChatMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = None


class ErrorResponse(BaseModel):
    """An error."""

    class Body(BaseModel):
        """The error itself."""

        message: str = Field(examples=["The model 'lectern/letters' does not exist."])
        type: str = Field(examples=["invalid_request_error"])
        param: str | None = Field(examples=["model"])
        code: str | None = Field(examples=["model_not_found"])

    error: Body


class ModelResponse(BaseModel):
    """A collection as a model."""

    id: str = Field(examples=["lectern/default"])
    object: Literal["model"]
    created: int
    owned_by: Literal["lectern"]


class ModelList(BaseModel):
    """The collections as models."""

    object: Literal["list"]
    data: list[ModelResponse]


class Completion(BaseModel):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str = Field(examples=["lectern/default"])
    choices: list[dict[str, Any]]
    usage: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedChat:
    """The last question and the turns before it."""

    question: str
    history: tuple[Message, ...]
    images: tuple[ImageFile, ...] = ()


def asked_chat(messages: Sequence[ChatMessage]) -> AskedChat:
    """Take the last message of the user as the question, with its images; those of earlier ones are not shown again.

    Raises ConfigurationError when there is none, and for an image that is elsewhere; ImageError.
    """
    last = max((at for at, message in enumerate(messages) if message.role == "user"), default=None)
    if last is None:
        raise ConfigurationError("No message has the role `user`.", "The question is the last message of the user.")
    history = tuple(
        Message("user" if message.role == "user" else "assistant", message.text)
        for message in messages[:last]
        if message.role in ("user", "assistant") and message.text.strip()
    )
    images = tuple(_image_at(url, number) for number, url in enumerate(messages[last].image_urls, 1))
    return AskedChat(messages[last].text, history, images)


def _image_at(url: str, number: int) -> ImageFile:
    """Return the image that a data: URL holds (RFC 2397). Raises ConfigurationError, ImageError."""
    head, comma, data = url.partition(",")
    scheme, _, described = head.partition(":")
    if scheme.lower() != "data":
        raise ConfigurationError(
            f"Image {number} is a web address, which Lectern does not open.", "Send the image itself, as a data: URL."
        )
    if not comma or not described.lower().endswith(";base64"):
        raise ImageError(f"Image {number} is not in base64.", "Write it as data:image/png;base64,DATA.")
    return decode_image(f"image {number}", data)


def footnotes(answer: Answer) -> str:
    """Return the cited places as lines below the text, and which filters the question held; "" where there is none."""
    lines = []
    if applied := ", ".join(one.label for one in answer.understood_filters if one.is_applied):
        lines.append(make_inert(f"Only searched, as the question says: {applied}."))
    for number, citations in _by_number(answer).items():
        first = citations[0]
        place = place_name(first.document, first.pages)
        quote = " ".join(first.quote.split())
        shown = quote if len(quote) <= QUOTE_SHOWN else quote[: QUOTE_SHOWN - 1].rstrip() + "…"
        found = " (found by Lectern)" if all(one.attributed for one in citations) else ""
        # Front ends render this as Markdown: names and words of documents must not become links or pictures.
        lines.append(make_inert(f"[{number}] {place}" + (f": “{shown}”" if shown else "") + found))
    return "\n\n" + "\n".join(lines) if lines else ""


def annotate(answer: Answer, base_url: str) -> list[dict[str, Any]]:
    """Return each citation as OpenAI's `url_citation`, with all that is known of it under `lectern`."""
    documents = {source.number: source.document.id for source in answer.sources}
    titles = {source.number: source.document.title for source in answer.sources}
    text = mark_text(answer)
    found = []
    ends = dict.fromkeys(documents, 0)
    for citation in answer.citations:
        mark = re.compile(rf"\[{citation.number}\]").search(text, ends.get(citation.number, 0))
        start, end = mark.span() if mark else (0, 0)
        ends[citation.number] = end
        place = f"{base_url}/documents/{documents[citation.number]}/pages/{citation.page}"
        found.append(
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": start,
                    "end_index": end,
                    "title": make_inert(titles[citation.number] or citation.document),
                    "url": place,
                },
                "lectern": CitationResponse.from_domain(citation).to_json(),
            }
        )
    return found


def usage_json(answer: Answer) -> dict[str, Any]:
    """Return the tokens that the LLM used."""
    prompt, completion = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _by_number(answer: Answer) -> dict[int, list[Citation]]:
    found: dict[int, list[Citation]] = {}
    for citation in answer.citations:
        found.setdefault(citation.number, []).append(citation)
    return dict(sorted(found.items()))
