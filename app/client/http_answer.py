"""Reads an answer from the events that a server sends while it makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.api.schemas.answers import AnswerResponse, SentenceResponse, SourceList, StepResponse, TableResponse
from app.api.schemas.base import ProblemResponse
from app.client.connection import Connection
from app.client.errors import UnreachableError
from app.service.explanation import Explanation
from rag.types import Answer, AnswerEvent, FoundSources, Source


class HttpAnswer:
    """An `app.client.base.Answering` that a server makes."""

    def __init__(
        self,
        events: Iterator[tuple[str, Any]],
        connection: Connection,
        on_progress: Callable[[str, str], None] = lambda stage, question: None,
    ) -> None:
        """Wait for the sources; `on_progress` is told the stages before them, and the question that is looked up."""
        self._on_progress = on_progress
        self._connection = connection
        self._events = events
        self._whole: AnswerResponse | None = None
        self.sources: Sequence[Source] = self._read_sources()
        self._pieces = self._follow()

    def __iter__(self) -> Iterator[str]:
        return (piece for piece in self._pieces if isinstance(piece, str))

    def events(self) -> Iterator[AnswerEvent]:
        """Return the steps that are done, the text in pieces, and the verdict behind each sentence."""
        return self._pieces

    @property
    def answer(self) -> Answer:
        """Return the finished answer."""
        return self._finish().to_domain()

    @property
    def explanation(self) -> Explanation:
        """Return the way in which the sources were found."""
        explanation = self._finish().explanation
        if explanation is None:
            raise self._connection.misunderstood()
        return explanation.to_domain()

    def _finish(self) -> AnswerResponse:
        for _ in self._pieces:
            pass
        if self._whole is None:
            raise UnreachableError("The server has ended before the answer did.", "Ask again.")
        return self._whole

    def _read_sources(self) -> Sequence[Source]:
        none: tuple[str, Any] = ("", None)
        while (event := next(self._events, none))[0] == "progress":
            self._on_progress(str(event[1].get("stage", "")), str(event[1].get("question", "")))
        name, data = event
        try:
            if name == "error":
                raise ProblemResponse.model_validate(data).to_domain()
            return [source.to_domain() for source in SourceList.model_validate(data).sources]
        except ValueError as error:
            raise self._connection.misunderstood() from error

    def _follow(self) -> Iterator[AnswerEvent]:
        for name, data in self._events:
            try:
                if name == "token":
                    yield str(data["text"])
                elif name == "verdict":
                    yield SentenceResponse.model_validate(data).to_domain()
                elif name == "step":
                    yield StepResponse.model_validate(data).to_domain()
                elif name == "table":
                    yield TableResponse.model_validate(data).to_domain()
                elif name == "sources":
                    found = SourceList.model_validate(data).sources
                    self.sources = tuple(source.to_domain() for source in found)
                    yield FoundSources(self.sources)
                elif name == "answer":
                    self._whole = AnswerResponse.model_validate(data)
                elif name == "error":
                    raise ProblemResponse.model_validate(data).to_domain()
            except (ValueError, KeyError, TypeError) as error:
                raise self._connection.misunderstood() from error
