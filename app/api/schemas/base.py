"""Defines what all schemas share: how requests and responses are read, and the form of an error."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.problem_details import error_of, problem_of
from rag.errors import LecternError

CollectionName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Request(BaseModel):
    """A request: unknown fields are refused, so that a misspelt one is not passed over; so are wrong types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Response(BaseModel):
    """A response; fields that are not known are passed over, so that an older client reads a newer server."""

    # Built when it is first used: a command that prints one schema waits for no other.
    model_config = ConfigDict(defer_build=True)

    def to_json(self) -> dict[str, Any]:
        """Return the fields that were set, as plain JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)

    @classmethod
    def copied_from(cls, value: object, **others: object) -> Self:
        """Copy each field that is not given from the attribute of `value` of that name."""
        same = {name: getattr(value, name) for name in cls.model_fields if hasattr(value, name)}
        return cls.model_validate({**same, **others}, from_attributes=True)


class MirroredResponse(Response):
    """A response whose fields are named as the attributes of what it tells of."""

    @classmethod
    def from_domain(cls, value: object) -> Self:
        """Copy the attributes of the fields' names."""
        return cls.copied_from(value)


class ProblemResponse(Response):
    """An error (RFC 9457): `detail` says what happened, `remedy` what to do."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no collection 'letters'."])
    remedy: str = Field(examples=["`GET /collections` lists those there are."])

    @classmethod
    def from_domain(cls, error: LecternError) -> Self:
        """Tell of an expected error."""
        return cls(**problem_of(error).to_json())

    def to_domain(self) -> LecternError:
        """Return the error that this tells of."""
        return error_of(self.status, self.detail, self.remedy)
