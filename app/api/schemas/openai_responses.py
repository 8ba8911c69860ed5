"""Defines requests and answers as OpenAI's Responses API has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.problem_details import Problem
from app.api.schemas.openai import (
    MAX_MESSAGES,
    ChatMessage,
    ImageUrl,
    JsonSchemaFormat,
    MessagePart,
    find_demanded_tool,
    find_unsupported_part,
    form_of,
    unsupported,
)
from rag.errors import ConfigurationError
from rag.types import Answer, JsonForm

PART_TYPES = {"input_text": "text", "output_text": "text", "text": "text", "input_image": "image_url"}
"""The names that Responses have for parts, by those of chat completions."""


class InputPart(BaseModel):
    """A piece of a message."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: str = ""
    image_url: str | None = None

    def to_part(self) -> MessagePart:
        """Return it as a part of a chat message."""
        image = None if self.image_url is None else ImageUrl(url=self.image_url)
        return MessagePart(type=PART_TYPES.get(self.type, self.type), text=self.text, image_url=image)


class InputItem(BaseModel):
    """A turn of the conversation; items of other types, such as reasoning, are passed over."""

    model_config = ConfigDict(extra="allow")
    type: str = "message"
    role: Literal["user", "assistant", "system", "developer"] = "user"
    content: str | list[InputPart] = ""

    def to_message(self) -> ChatMessage:
        """Return it as a chat message."""
        content = self.content if isinstance(self.content, str) else [part.to_part() for part in self.content]
        return ChatMessage(role=self.role, content=content)


class TextFormat(BaseModel):
    """The form that an answer is to have."""

    class Kind(BaseModel):
        """The form itself."""

        model_config = ConfigDict(extra="allow")
        type: str = "text"
        name: str = Field(default="answer", max_length=100)
        json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
        strict: bool | None = None

    model_config = ConfigDict(extra="allow")
    format: Kind = Kind()

    def to_domain(self) -> JsonForm | None:
        """Return it as a form of JSON, None for text. Raises ConfigurationError."""
        kind = self.format
        schema = None
        if kind.json_schema is not None:
            schema = JsonSchemaFormat(name=kind.name, schema=kind.json_schema, strict=kind.strict)
        return form_of(kind.type, schema, "text.format")


class ResponseRequest(BaseModel):
    """A request for a response; parameters of the model's making, such as `temperature`, are taken and have no effect.

    `instructions` are not followed: what an answer may say is decided by the documents.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"example": {"model": "lectern/default", "input": "How often does the lamp flash?"}},
    )
    model: str = Field(max_length=300)
    input: str | list[InputItem]
    stream: bool | None = False
    instructions: str | None = None
    previous_response_id: str | None = None
    background: bool | None = None
    text: TextFormat | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    agreed: bool = Field(
        False, description="Lectern's own: let the LLM read all of it, also where that takes many calls"
    )

    @property
    def messages(self) -> list[ChatMessage]:
        """Return the conversation as chat messages."""
        if isinstance(self.input, str):
            return [ChatMessage(role="user", content=self.input)]
        return [item.to_message() for item in self.input[-MAX_MESSAGES:] if item.type == "message"]

    def find_unsupported(self) -> Problem | None:
        """Return what is asked for and cannot be done; None where all can be."""
        if self.previous_response_id:
            return unsupported(
                "previous_response_id", "Lectern keeps no responses.", "Send the conversation in `input`."
            )
        if self.background:
            return unsupported("background", "Lectern answers at once.", "Ask for it in the foreground.")
        if self.text is not None:
            try:
                self.text.to_domain()
            except ConfigurationError as error:
                return unsupported("text", error.reason, error.remedy)
        if problem := find_demanded_tool(self.tools, self.tool_choice):
            return problem
        return find_unsupported_part(self.messages, param="input")


class ResponseObject(BaseModel):
    """A response."""

    model_config = ConfigDict(extra="allow")
    id: str
    object: Literal["response"]
    created_at: int
    status: Literal["completed", "incomplete", "in_progress", "failed"]
    model: str = Field(examples=["lectern/default"])
    output: list[dict[str, Any]]
    usage: dict[str, Any] | None


def response_usage(answer: Answer) -> dict[str, Any]:
    """Return the tokens that the LLM used."""
    read, written = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def flat_annotations(annotations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return annotations of chat completions as those of Responses, whose fields lie beside their type."""
    flat = []
    for annotation in annotations:
        more = {key: value for key, value in annotation.items() if key != "url_citation"}
        flat.append({**more, **annotation["url_citation"]})
    return flat
