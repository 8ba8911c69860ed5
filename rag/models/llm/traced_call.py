"""Makes each call of an LLM one step of a trace: its model, tokens and times, and nothing of what was said."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rag.errors import ModelError
from rag.tracing import Attribute, record_step
from rag.types import ModelChunk


def traced_call(pieces: Iterator[ModelChunk], *, provider: str, model: str) -> Iterator[ModelChunk]:
    """Yield the pieces of an answer; the call is recorded when they end, fail or are no longer wanted."""
    started = time.perf_counter()
    said: dict[str, Attribute] = {}
    error = ""
    try:
        for piece in pieces:
            if piece.text:
                said.setdefault("first_piece_seconds", round(time.perf_counter() - started, 3))
            if piece.usage is not None:
                said.update(input_tokens=piece.usage.prompt_tokens, output_tokens=piece.usage.completion_tokens)
            if piece.finish_reason:
                said.update(finish_reason=piece.finish_reason)
            yield piece
    except ModelError as failure:
        error = type(failure).__name__
        raise
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
        seconds = time.perf_counter() - started
        record_step("chat", seconds=seconds, error=error, provider=provider, model=model, **said)
