"""Defines requests and answers as OpenAI's chat API has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.problem_details import Problem
from app.api.schemas.questions import PIXEL
from rag.errors import ConfigurationError, ImageError
from rag.images import decode_image
from rag.structured.form import check_form
from rag.types import Answer, ImageFile, JsonForm, Message

MODEL_PREFIX = "lectern/"

MAX_MESSAGES = 1_000

READABLE_PARTS = frozenset({"text", "image_url"})


class ImageUrl(BaseModel):
    """An image in a data: URL; no other address is opened."""

    model_config = ConfigDict(extra="allow")
    url: str = Field(examples=[f"data:image/png;base64,{PIXEL}"])


class MessagePart(BaseModel):
    """A piece of a message: text, or an image; others are refused."""

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
    def parts(self) -> list[MessagePart]:
        """Return its pieces, where it is made of some."""
        return self.content if isinstance(self.content, list) else []

    @property
    def text(self) -> str:
        """Return the words of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""

    @property
    def image_urls(self) -> list[str]:
        """Return the addresses of its images."""
        return [part.image_url.url for part in self.parts if part.type == "image_url" and part.image_url is not None]

    def to_domain(self) -> Message:
        """Return its words as a turn; whatever is no user and no system speaks for the assistant."""
        if self.role in ("system", "developer"):
            return Message("system", self.text)
        return Message("user" if self.role == "user" else "assistant", self.text)


class StreamOptions(BaseModel):
    """Options for what a stream holds beside the text."""

    model_config = ConfigDict(extra="allow", strict=True)
    include_usage: bool = False


class JsonSchemaFormat(BaseModel):
    """A JSON schema with its name."""

    model_config = ConfigDict(extra="allow")
    name: str = Field(default="answer", max_length=100)
    json_schema: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None

    def to_domain(self) -> JsonForm:
        """Return it as a form of answers."""
        return JsonForm(self.json_schema, self.name, bool(self.strict))


class ResponseFormat(BaseModel):
    """The form that an answer is to have."""

    model_config = ConfigDict(extra="allow")
    type: str = "text"
    json_schema: JsonSchemaFormat | None = None

    def to_domain(self) -> JsonForm | None:
        """Return it as a form of JSON, None for text. Raises ConfigurationError."""
        return form_of(self.type, self.json_schema, "response_format")


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
    response_format: ResponseFormat | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    modalities: list[str] | None = None
    agreed: bool = Field(
        False, description="Lectern's own: let the LLM read all of it, also where that takes many calls"
    )


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


def find_unsupported(asked: ChatRequest) -> Problem | None:
    """Return what is asked for and cannot be done, so that no client takes it for done; None where all can be.

    Tools that a model may call or not are taken: Lectern calls none of them.
    """
    if asked.n not in (None, 1):
        return unsupported("n", "There is one answer to a question.")
    if asked.response_format is not None:
        try:
            asked.response_format.to_domain()
        except ConfigurationError as error:
            return unsupported("response_format", error.reason, error.remedy)
    if problem := find_demanded_tool(asked.tools, asked.tool_choice):
        return problem
    if any(modality != "text" for modality in asked.modalities or ()):
        return unsupported("modalities", "Lectern answers in text only.")
    return find_unsupported_part(asked.messages)


def form_of(kind: str, schema: JsonSchemaFormat | None, field: str) -> JsonForm | None:
    """Return the form of JSON that a request asks for, None for text. Raises ConfigurationError."""
    if kind == "text":
        return None
    if kind == "json_object":
        return JsonForm()
    if kind != "json_schema":
        raise ConfigurationError(
            f"An answer in the form {kind!r} cannot be given.", 'Ask for "text", "json_object" or "json_schema".'
        )
    if schema is None:
        raise ConfigurationError(f"`{field}` has no JSON schema.", "Give its `schema`, and a `name`.")
    check_form(form := schema.to_domain())
    return form


def find_demanded_tool(tools: object, choice: object) -> Problem | None:
    """Return what says that no tool is called, where a call is demanded; None where none is."""
    if tools and choice not in (None, "auto", "none"):
        return unsupported("tool_choice", "Lectern calls no tools of its clients.", 'Send "auto" or "none".')
    return None


def find_unsupported_part(messages: Sequence[ChatMessage], *, param: str = "messages") -> Problem | None:
    """Return what cannot be read of the user's messages, which stand in the field `param`; None where all can be."""
    kinds = {part.type for message in messages if message.role == "user" for part in message.parts}
    if others := sorted(kinds - READABLE_PARTS):
        remedy = "Send text and images; files belong into a folder that Lectern indexes."
        return unsupported(param, f"Parts of the type {others[0]!r} cannot be read.", remedy)
    return None


def unsupported(param: str, detail: str, remedy: str = "") -> Problem:
    """Return what says that a field asks for what cannot be done."""
    return Problem(400, detail, remedy, param=param)


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


def usage_json(answer: Answer) -> dict[str, Any]:
    """Return the tokens that the LLM used."""
    prompt, completion = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
