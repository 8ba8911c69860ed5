"""Small stand-ins for the parts behind the protocols; the contract suite runs on them and on the real parts."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from rag.protocols import MayGoOn, always
from rag.types import Message, ModelChunk, Reading, Usage, Vector, Vectors


class WordTokenizer:
    """One token for each run of word characters and each other mark."""

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]


class HashEmbedder:
    """A bag of hashed words: texts that share words are near each other."""

    fingerprint = "hash@1"
    max_tokens = 256

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> Vector:
        vector = np.full(384, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[zlib.crc32(word.encode()) % 384] += 1
        return vector / np.float32(np.linalg.norm(vector))


class DictIndex:
    """Exact nearest neighbours in a dict."""

    def __init__(self) -> None:
        self.spaces: dict[str, dict[str, tuple[int, Vector]]] = {}
        self.cut_off = False

    def prepare(self) -> None:
        pass

    def add(self, space: str, ids: Sequence[str], document_ids: Sequence[int], vectors: Vectors) -> None:
        if ids:
            self.spaces.setdefault(space, {}).update(
                {id_: (document, vector) for id_, document, vector in zip(ids, document_ids, vectors, strict=True)}
            )

    def delete(self, space: str, ids: Sequence[str]) -> None:
        for id_ in ids:
            self.spaces.get(space, {}).pop(id_, None)

    def search(
        self, space: str, vector: Vector, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        found = [
            (id_, float(vector @ other))
            for id_, (document, other) in self.spaces.get(space, {}).items()
            if document_ids is None or document in document_ids
        ]
        return sorted(found, key=lambda item: -item[1])[:limit]

    def load(self, space: str, ids: Sequence[str]) -> dict[str, Vector]:
        stored = self.spaces.get(space, {})
        return {id_: stored[id_][1] for id_ in ids if id_ in stored}

    def known_ids(self, space: str, ids: Sequence[str]) -> set[str]:
        return set(ids).intersection(self.spaces.get(space, {}))

    def ids(self, space: str) -> list[str]:
        return list(self.spaces.get(space, {}))

    def drop(self, space: str) -> None:
        self.spaces.pop(space, None)

    def is_missing(self) -> bool:
        return not self.spaces

    def is_incomplete(self) -> bool:
        return self.cut_off or self.is_missing()

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        self.cut_off = True
        yield
        self.cut_off = False


class ScriptedModel:
    """Says what it was told to say, in pieces."""

    name = "scripted:one"
    is_local = True
    context_tokens = 4096
    sees_images = False

    def __init__(self, pieces: Sequence[str], *, fails_with: Exception | None = None) -> None:
        self.pieces = pieces
        self.fails_with = fails_with
        self.asked: list[Sequence[Message]] = []

    def count_tokens(self, text: str) -> int:
        return len(text) // 3 + 1

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        self.asked.append(messages)
        for piece in self.pieces:
            yield ModelChunk(piece)
        if self.fails_with:
            raise self.fails_with
        yield ModelChunk("", usage=Usage(10, len(self.pieces)), finish_reason="stop")


class TalkingModel(ScriptedModel):
    """Says one thing after another, the last of them again and again; an exception among them is raised."""

    def __init__(self, replies: Sequence[str | Exception], *, prompt_tokens: int = 100) -> None:
        super().__init__([])
        self.replies = list(replies)
        self.prompt_tokens = prompt_tokens

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Iterator[ModelChunk]:
        self.asked.append(messages)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        yield ModelChunk(reply)
        yield ModelChunk("", usage=Usage(self.prompt_tokens, 10), finish_reason="stop")


class OverlapReader:
    """Relevance counts the question's words in the passage; the answer is its last word."""

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevance for reading in self.read(question, passages)]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        return [self._read(set(re.findall(r"\w+", question.casefold())), passage) for passage in passages]

    def _read(self, asked: set[str], passage: str) -> Reading:
        words = list(re.finditer(r"\w+", passage))
        if not words:
            return Reading(-30.0, 0, 0, -30.0)
        shared = len(asked & {word.group().casefold() for word in words})
        return Reading(shared - 0.5, words[-1].start(), words[-1].end(), shared - 0.5)
