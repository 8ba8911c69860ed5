"""Finds the chunks for a question: dense and lexical search, fused, reranked. Knows no LLM and no library."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.errors import QuestionError
from rag.lexical import full_text_query
from rag.protocols import Embedder, Reranker, Searcher, VectorIndex
from rag.types import Hit, IndexInfo, StageRank

SEARCH_DEPTH = 100
"""Chunks each search brings to the fusion."""

RRF_K = 60
"""Reciprocal rank fusion: 1 / (k + rank), k as in Cormack, Clarke and Büttcher, SIGIR 2009."""

RERANK_DEPTH = 50
"""Chunks the cross-encoder reads; each costs milliseconds."""

MAX_QUESTION_CHARACTERS = 8_000

DENSE, LEXICAL, FUSED, RERANKED = "dense", "lexical", "fused", "reranked"


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found, best first, and how long each stage took."""

    hits: tuple[Hit, ...]
    milliseconds: Mapping[str, float]
    notices: tuple[str, ...] = ()


@dataclass(slots=True)
class StageTimer:
    """Milliseconds by stage, in the order of the stages."""

    milliseconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def mark(self, stage: str) -> None:
        """The time since the last mark belongs to `stage`."""
        now = time.perf_counter()
        self.milliseconds[stage] = round((now - self._last) * 1000, 2)
        self._last = now


class Retriever:
    """Searches one catalogue and its vectors."""

    def __init__(
        self,
        *,
        searcher: Searcher,
        vectors: VectorIndex,
        embedder: Embedder,
        reranker: Reranker | None = None,
        rerank_depth: int = RERANK_DEPTH,
    ) -> None:
        self._searcher = searcher
        self._vectors = vectors
        self._embedder = embedder
        self._reranker = reranker
        self._rerank_depth = rerank_depth

    def retrieve(self, question: str, *, collection: str, filters: Mapping[str, str] | None = None) -> Retrieval:
        """The hits for a question, best first, with every stage's rank of each.

        `filters` maps document fields to values, `*` standing for anything. Raises QuestionError for an empty or
        overlong question, NotFoundError for an unknown collection, ConfigurationError for an unknown field.
        """
        question = check_question(question)
        timer = StageTimer()
        index = self._searcher.find_index(collection)
        documents = self._searcher.find_documents(collection, filters) if filters else None
        timer.mark("filter")
        if index is None or documents == []:
            return Retrieval((), timer.milliseconds)
        dense, notices = self._search_dense(question, index, documents, timer)
        lexical = self._searcher.lexical_search(
            collection, full_text_query(question), limit=SEARCH_DEPTH, document_ids=documents
        )
        timer.mark(LEXICAL)
        ranked = {DENSE: dense, LEXICAL: lexical, FUSED: fuse(dense, lexical)}
        hits = self._load(collection, ranked)
        timer.mark("load")
        hits = self._rerank(question, hits)
        timer.mark("rerank")
        return Retrieval(tuple(hits), timer.milliseconds, notices)

    def _search_dense(
        self, question: str, index: IndexInfo, documents: Sequence[int] | None, timer: StageTimer
    ) -> tuple[list[tuple[str, float]], tuple[str, ...]]:
        if not index.fingerprint.startswith(f"{self._embedder.fingerprint}+"):
            made_with = index.fingerprint.split("+")[0]
            return [], (
                f"The index was made with the embedder {made_with}, the settings name {self._embedder.fingerprint}: "
                "only words were searched. Sync the folders of this collection to build it anew.",
            )
        vector = self._embedder.embed_question(question)
        timer.mark("embed")
        dense = self._vectors.search(index.space, vector, limit=SEARCH_DEPTH, document_ids=documents)
        timer.mark(DENSE)
        return dense, ()

    def _load(self, collection: str, ranked: Mapping[str, Sequence[tuple[str, float]]]) -> list[Hit]:
        """Hits in fused order; vectors that are no longer current are dropped here."""
        stages: dict[str, dict[str, StageRank]] = {}
        for stage, results in ranked.items():
            for rank, (id_, score) in enumerate(results):
                stages.setdefault(id_, {})[stage] = StageRank(rank, score)
        found = self._searcher.load_chunks(collection, list(stages))
        return [
            Hit(chunk_id=id_, document=found[id_][0], chunk=found[id_][1], score=score, stages=stages[id_])
            for id_, score in ranked[FUSED]
            if id_ in found
        ]

    def _rerank(self, question: str, hits: list[Hit]) -> list[Hit]:
        """The first hits in the reranker's order, the rest behind them as they were."""
        if self._reranker is None or not hits:
            return hits
        head, tail = hits[: self._rerank_depth], hits[self._rerank_depth :]
        scores = self._reranker.score(question, [hit.chunk.text_to_embed for hit in head])
        order = sorted(range(len(head)), key=lambda position: -scores[position])
        return [_with_rerank(head[position], rank, scores[position]) for rank, position in enumerate(order)] + tail


def fuse(*rankings: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Reciprocal rank fusion of rankings: (id, sum of 1 / (RRF_K + rank)), best first; ties keep their order."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, (id_, _) in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def check_question(question: str) -> str:
    """The question without surrounding space. Raises QuestionError."""
    # Bytes that are no UTF-8 reach us from a command line as lone surrogates; no store and no model takes them.
    question = question.encode("utf-8", "replace").decode().strip()
    if not any(character.isalnum() for character in question):
        raise QuestionError("The question is empty.", "Write what you want to know.")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters; the limit is {MAX_QUESTION_CHARACTERS:,}.",
            "Ask for one thing; put long texts into a document and sync it.",
        )
    return question


def _with_rerank(hit: Hit, rank: int, score: float) -> Hit:
    stages = {**hit.stages, RERANKED: StageRank(rank, score)}
    return Hit(hit.chunk_id, hit.document, hit.chunk, score, stages)
