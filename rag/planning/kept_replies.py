"""Asks an LLM many things one by one, says beforehand what that takes, and keeps each reply until all are there."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.prices import cost_usd
from rag.protocols import LanguageModel
from rag.types import Message, ModelChunk, Usage


class ReplyStore(Protocol):
    """Keeps the replies of answers that were stopped, so that they go on where they were. Each method may raise
    StoreError.
    """

    def load(self, key: str) -> str | None:
        """Return the reply that is kept under a key; None where there is none."""
        ...

    def keep(self, key: str, reply: str, document_ids: Sequence[int]) -> None:
        """Keep a reply that was made from some documents, and goes with each of them."""
        ...

    def forget(self, keys: Sequence[str]) -> None:
        """Forget replies: the answer that they were kept for is finished."""
        ...


class NoReplies:
    """Keeps nothing."""

    def load(self, key: str) -> str | None:
        """Return none."""
        return None

    def keep(self, key: str, reply: str, document_ids: Sequence[int]) -> None:
        """Keep nothing."""

    def forget(self, keys: Sequence[str]) -> None:
        """Forget nothing."""


@dataclass(frozen=True, slots=True)
class ReadingCost:
    """About what an answer takes of an LLM: calls, tokens, and US dollars where the price is known."""

    calls: int
    tokens: int
    usd: float | None

    @classmethod
    def of(cls, model: LanguageModel, usage: Usage, *, calls: int) -> ReadingCost:
        """Return what some calls cost that use so many tokens together."""
        usd = cost_usd(model.name, usage, is_local=model.is_local)
        return cls(calls, usage.prompt_tokens + usage.completion_tokens, usd)

    @property
    def shown(self) -> str:
        """Return it in words."""
        price = f", about {self.usd:,.2f} USD" if self.usd else ""
        calls = "one call" if self.calls == 1 else f"{self.calls:,} calls"
        return f"{calls} of the LLM and about {self.tokens:,} tokens{price}"


class KeptReplies:
    """Asks an LLM for one answer. What it has replied to the same before is not asked again."""

    def __init__(self, model: LanguageModel, store: ReplyStore, *, stop: threading.Event | None = None) -> None:
        """Take the LLM, and what keeps its replies. Once `stop` is set it is hung up on."""
        self.model = model
        self._store = store
        self._stop = stop
        self._keys: list[str] = []
        self.usage = Usage(0, 0)
        """Tokens that were used, without those of replies that were kept."""
        self.calls = 0

    @property
    def cost_usd(self) -> float | None:
        """Return what these tokens cost; None where the price is not known."""
        return cost_usd(self.model.name, self.usage, is_local=self.model.is_local)

    def ask(self, messages: Sequence[Message], *, max_tokens: int, document_ids: Sequence[int]) -> str:
        """Return the whole reply. Raises ModelError, also once it is stopped, and StoreError."""
        key = self.key_of(messages, max_tokens=max_tokens)
        self._keys.append(key)
        if (kept := self._store.load(key)) is not None:
            return kept
        text, usage = "", None
        for piece in self.model.stream(messages, max_tokens=max_tokens, stop=self._stop):
            text = piece.text if piece.retracts else text + piece.text
            usage = piece.usage or usage
        self.calls += 1
        counted = sum(self.model.count_tokens(message.text) for message in messages) if usage is None else 0
        self.usage = self.usage.plus(usage or Usage(counted, self.model.count_tokens(text), estimated=True))
        self._store.keep(key, text, document_ids)
        return text

    def model_for(self, document_id: int) -> LanguageModel:
        """Return the LLM as what is asked about one document, with its replies kept as those of `ask` are."""
        return _KeptModel(self, document_id)

    def is_kept(self, messages: Sequence[Message], *, max_tokens: int) -> bool:
        """Return whether the reply is there already. Raises StoreError."""
        return self._store.load(self.key_of(messages, max_tokens=max_tokens)) is not None

    def key_of(self, messages: Sequence[Message], *, max_tokens: int) -> str:
        """Return what names a reply: the LLM and all that it is asked."""
        asked = [self.model.name, max_tokens, [[message.role, message.text] for message in messages]]
        return hashlib.sha256(json.dumps(asked).encode("utf-8", "replace")).hexdigest()

    def finish(self) -> None:
        """Forget all replies: the answer is there. Raises StoreError."""
        self._store.forget(self._keys)


@dataclass(frozen=True, slots=True)
class _KeptModel:
    """An LLM whose replies about a document are kept: each comes whole."""

    replies: KeptReplies
    document_id: int

    @property
    def name(self) -> str:
        return self.replies.model.name

    @property
    def is_local(self) -> bool:
        return self.replies.model.is_local

    @property
    def context_tokens(self) -> int:
        return self.replies.model.context_tokens

    @property
    def sees_images(self) -> bool:
        return self.replies.model.sees_images

    def count_tokens(self, text: str) -> int:
        return self.replies.model.count_tokens(text)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        """Yield the reply in one piece; who stops it has told the replies so."""
        yield ModelChunk(self.replies.ask(messages, max_tokens=max_tokens, document_ids=[self.document_id]))
