"""Defines how the figures of a collection go over the wire: which LLM describes them, how far it is, what it takes."""

from __future__ import annotations

from pydantic import Field

from app.api.schemas.base import MirroredResponse, Request
from app.service.figures import FigureEstimate, FigureStatus


class FigureStatusResponse(MirroredResponse):
    """How far the figures of a collection are described, and what that took; `llm` is empty where they are not to be.

    `documents_left` still have other descriptions than they should, or none. `problem` says why it does not go on.
    """

    llm: str = Field(examples=["ollama:qwen2.5vl:7b"])
    documents_left: int
    pictures: int
    described: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None = Field(description="null where the price is not known")
    problem: str = ""

    def to_domain(self) -> FigureStatus:
        """Return the status."""
        return FigureStatus(**dict(self))


class FigureEstimateResponse(MirroredResponse):
    """What describing the figures of a collection would take, about; nothing is sent to the LLM for it."""

    llm: str = Field(examples=["openai:gpt-4o"])
    is_local: bool = Field(description="whether the pictures stay on this machine")
    documents: int
    pictures: int
    tokens: int
    cost_usd: float | None = Field(description="null where the price is not known")

    def to_domain(self) -> FigureEstimate:
        """Return the estimate."""
        return FigureEstimate(**dict(self))


class FigureChoice(Request):
    """The LLM that is to describe the figures of a collection; empty takes all descriptions away."""

    llm: str = Field(max_length=300, examples=["ollama:qwen2.5vl:7b"])
