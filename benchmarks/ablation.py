"""Puts a retriever together over an index with some of its parts left out. The product has no such switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.beir_index import COLLECTION, BeirIndex
from benchmarks.ranking import Search
from rag.language_gate import LanguageGate
from rag.protocols import Embedder, Reranker, VectorIndex
from rag.ranking import answer_probabilities
from rag.retrieval import DENSE, LEXICAL, RERANK_DEPTH, ROUTED, Combine, Retrieval, Retriever
from rag.storage.catalogue.reader import CatalogueReader
from rag.types import DocumentLabel, Vector

RERANKER, COMBINATION = "reranker", "combination"
"""Parts that are no stages: without the combination, the reranker's order is the final one."""

PARTS = (DENSE, LEXICAL, ROUTED, RERANKER, COMBINATION)
"""Parts that may be left out."""


def build_search(
    index: BeirIndex,
    embedder: Embedder,
    reranker: Reranker | None,
    combine: Combine | None = answer_probabilities,
    *,
    without: AbstractSet[str] = frozenset(),
    depth: int = RERANK_DEPTH,
) -> Search:
    """Return the product's search over an index, without some of PARTS; `depth` hits are reranked."""
    retriever = Retriever(
        searcher=PartialLibrary(index.engine, index.catalogue, without),
        vectors=SilentVectors(index.vectors) if DENSE in without else index.vectors,
        embedder=embedder,
        reranker=None if RERANKER in without else reranker,
        combine=None if COMBINATION in without else combine,
        gate=None if COMBINATION in without else LanguageGate(),
        rerank_depth=depth,
    )

    def search(question: str) -> Retrieval:
        return retriever.retrieve(question, collection=COLLECTION)

    return search


class RememberingReranker:
    """Reads a passage once for each question, however many searches bring it up: for scores, not for times."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self._scores: dict[tuple[str, str], float] = {}

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return the scores of the reranker."""
        unread = [passage for passage in dict.fromkeys(passages) if (question, passage) not in self._scores]
        for passage, score in zip(unread, self._reranker.score(question, unread), strict=True):
            self._scores[question, passage] = score
        return [self._scores[question, passage] for passage in passages]


class SilentVectors:
    """A vector index in which nothing is near anything."""

    def __init__(self, vectors: VectorIndex) -> None:
        self.add, self.delete = vectors.add, vectors.delete
        self.ids, self.drop, self.is_missing = vectors.ids, vectors.drop, vectors.is_missing
        self.is_incomplete, self.rebuilding = vectors.is_incomplete, vectors.rebuilding

    def search(
        self, space: str, vector: Vector, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Return nothing."""
        return []


class PartialLibrary(CatalogueReader):
    """Finds nothing by words without LEXICAL, and knows no document's name without ROUTED."""

    def __init__(self, engine: Engine, file: Path, without: AbstractSet[str]) -> None:
        super().__init__(engine, file)
        self._without = without

    def list_labels(self, collection: str) -> Mapping[int, DocumentLabel]:
        """Return the labels to route by; none where routing is left out."""
        return {} if ROUTED in self._without else super().list_labels(collection)

    def lexical_search(
        self, collection: str, question: str, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Return what the words find; nothing where lexical search is left out."""
        if LEXICAL in self._without:
            return []
        return super().lexical_search(collection, question, limit=limit, document_ids=document_ids)
