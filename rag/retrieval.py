"""Finds the chunks for a question: dense and lexical search, fused, reranked."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import numpy as np

from rag.cosines import comparable_cosine, is_multilingual
from rag.errors import QuestionError, VectorsAwayError
from rag.protocols import Embedder, Reranker, Searcher, VectorIndex
from rag.questions.query_expansion import FurtherText
from rag.questions.question_filters import understand_filters
from rag.routing import DocumentNames
from rag.text import well_formed
from rag.tracing import record_step, traced_step
from rag.types import (
    ALL_FILTERS,
    CONTENTS_SECTION,
    MAX_QUESTION_CHARACTERS,
    DocumentLabel,
    Hit,
    IndexInfo,
    QuestionFilter,
    StageRank,
    Vector,
)

SEARCH_DEPTH = 100
"""Chunks each search brings to the fusion."""

RRF_K = 60
"""Reciprocal rank fusion: 1 / (k + rank), k as in Cormack, Clarke and Büttcher, SIGIR 2009."""

ROUTED_WEIGHT = 0.5
"""Half a vote for the documents that the question names: they are preferred, none is excluded."""

CONTENTS_PENALTY = 6.0
"""Taken from what a reranker gives a table of contents: its lines are the questions that the sections answer."""

ACROSS_DEPTH = 48
"""Hits that are embedded anew where a question is in another language than they and the index's embedder knows one of
them alone: two seconds on one processor core."""
RERANK_DEPTH = 24
"""Chunks the cross-encoder reads; each costs milliseconds."""

UNREAD = 0.0
"""Stands for the score of a hit that the reranker cannot judge."""

FIRST_READ, CLEAR = 8, 0.0
"""Hits that the reranker reads first; the others only where it scores none of these above CLEAR."""
PASSED_OVER = -3.0
"""Stands for the score of a hit that was not read as an earlier one is clear, where none that was read has less."""

EXPANDED_WEIGHT = 1.0
"""All further texts together count as one more search."""

DENSE, LEXICAL, ROUTED, EXPANDED = "dense", "lexical", "routed", "expanded"
FUSED, DOCUMENT = "fused", "document"
RERANKED, COMBINED = "reranked", "combined"
"""The stages. Routed are both searches over again in the documents that the question names; expanded is what further
texts found (`rag.questions.query_expansion`); document is the place of the hit's document among those found, by its
share of all fused scores; combined is the reranker's score weighed with those before it."""

Combine = Callable[[Sequence[Hit]], Sequence[float]]
"""The probability that each of the reranked hits answers, in input order."""


class Gate(Protocol):
    """Knows which hits a reranker can judge, and judges the others."""

    def is_readable(self, question: str, hits: Sequence[Hit]) -> list[bool]:
        """Return for each hit whether the reranker's score says something of it and the question."""
        ...

    def is_across(self, question: str, hits: Sequence[Hit]) -> bool:
        """Return whether a question is in another language than the nearest hits."""
        ...

    def correct(self, question: str, hits: Sequence[Hit], read: Sequence[float], *, embedder: str) -> list[float]:
        """Return the probability that each hit answers; `read` are those by the reranker, `embedder` a fingerprint."""
        ...


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The hits of a search, best first, and the time that each stage took."""

    hits: tuple[Hit, ...]
    milliseconds: Mapping[str, float]
    notices: tuple[str, ...] = ()
    understood_filters: tuple[QuestionFilter, ...] = ()
    """Filters that stand in the question."""
    question: str = ""
    """What was looked up: the question without words that only filter."""

    @property
    def is_filtered(self) -> bool:
        """Tell whether only some documents were searched because the question says so."""
        return any(one.is_applied for one in self.understood_filters)


def without_filters(found: Retrieval, filtered: Retrieval) -> Retrieval:
    """Return what was found among all documents, where nothing answers among those that the question names."""
    understood = tuple(replace(one, is_applied=False) for one in filtered.understood_filters)
    names = ", ".join(one.label for one in understood)
    notice = f"Nothing answers in the documents that the question names ({names}): all were searched."
    return replace(found, understood_filters=understood, notices=(*found.notices, notice))


@dataclass(frozen=True, slots=True)
class _Lookup:
    """What is to be found."""

    question: str
    collection: str
    filters: Mapping[str, str] | None
    documents: Sequence[int] | None
    ignored: Collection[str]
    further: Sequence[FurtherText]


@dataclass(frozen=True, slots=True)
class _WordsOnly:
    """The documents of a collection that have no vectors yet, by its labels of that moment."""

    labels: Mapping[int, DocumentLabel]
    documents: frozenset[int]


@dataclass(slots=True)
class StageTimer:
    """Milliseconds by stage, in the order of the stages."""

    milliseconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def mark(self, stage: str) -> None:
        """Count the time since the last mark as that of `stage`."""
        now = time.perf_counter()
        self.milliseconds[stage] = round((now - self._last) * 1000, 2)
        record_step(stage, seconds=now - self._last)
        self._last = now

    def take_out(self, stage: str, seconds: float, *, of: Sequence[str]) -> None:
        """Count `seconds` as a stage of their own, which passed in the first of some others that took so long."""
        spent = round(seconds * 1000, 2)
        for whole in of:
            if (before := self.milliseconds.get(whole, 0.0)) >= spent:
                self.milliseconds[whole] = round(before - spent, 2)
                self.milliseconds[stage] = spent
                return


class Retriever:
    """Searches one catalogue and its vectors."""

    def __init__(
        self,
        *,
        searcher: Searcher,
        vectors: VectorIndex,
        embedder: Embedder,
        reranker: Reranker | None = None,
        combine: Combine | None = None,
        gate: Gate | None = None,
        rerank_depth: int = RERANK_DEPTH,
        find_embedder: Callable[[IndexInfo], Embedder | None] = lambda index: None,
        find_multilingual: Callable[[], Embedder | None] = lambda: None,
    ) -> None:
        """Take the parts. `combine` is fitted to one reranker; without it the reranker's own order is final.
        `gate` keeps it from hits in languages that the reranker does not know.

        `find_embedder` gives the embedder of an index that was made with another one, where it is here: a collection
        has its own, and keeps the one that is about to be replaced until then. `find_multilingual` gives one that knows
        the languages of a question and of hits which the index's own does not know both; None where there is none.
        """
        self._searcher = searcher
        self._vectors = vectors
        self._embedder = embedder
        self._reranker = reranker
        self._combine = combine
        self._gate = gate
        self._rerank_depth = rerank_depth
        self._find_embedder = find_embedder
        self._find_multilingual = find_multilingual
        self._names: dict[str, DocumentNames] = {}
        self._words_only: dict[str, _WordsOnly] = {}

    def embedder_of(self, collection: str) -> Embedder:
        """Return the embedder of a collection's vectors, where it is here; else the one that the settings name."""
        index = self._searcher.find_index(collection)
        if index is None or index.is_made_with(self._embedder.fingerprint):
            return self._embedder
        return self._find_embedder(index) or self._embedder

    def embedder_across(self, question: str, hits: Sequence[Hit], collection: str) -> Embedder:
        """Return what compares a question with the sentences of hits: the collection's embedder, or a multilingual one
        where it does not know the languages of both."""
        embedder = self.embedder_of(collection)
        return self._multilingual_for(question, hits, embedder.fingerprint) or embedder

    def _multilingual_for(self, question: str, hits: Sequence[Hit], fingerprint: str) -> Embedder | None:
        """Return the multilingual embedder where the one of that fingerprint is not and languages differ."""
        if self._gate is None or is_multilingual(fingerprint) or not self._gate.is_across(question, hits):
            return None
        return self._find_multilingual()

    def with_depth(self, rerank_depth: int) -> Retriever:
        """Return the same search with another number of passages for the reranker."""
        other = copy(self)
        other._rerank_depth = rerank_depth
        return other

    def retrieve(
        self,
        question: str,
        *,
        collection: str,
        filters: Mapping[str, str] | None = None,
        documents: Sequence[int] | None = None,
        ignored_filters: Collection[str] = (),
        further: Sequence[FurtherText] = (),
    ) -> Retrieval:
        """Return the hits for a question, best first, with every stage's rank of each.

        `filters` maps document fields to values, `*` standing for anything; `documents` are the ids of the only ones
        that are searched. Filters that stand in the question are applied too, but for fields in `ignored_filters`,
        unless nothing at all is found with them. Texts in `further` are looked up beside the question; the reranker
        judges by the question alone. Raises QuestionError for an empty or overlong question, NotFoundError for an
        unknown collection, ConfigurationError for an unknown field.
        """
        question = check_question(question)
        lookup = _Lookup(question, collection, filters, documents, ignored_filters, further)
        with traced_step("search") as step:
            found = self._retrieve(lookup)
            if found.is_filtered and not found.hits:
                found = without_filters(self._retrieve(replace(lookup, ignored=(ALL_FILTERS,))), found)
            step.attributes["hits"] = len(found.hits)
        return found

    def _retrieve(self, lookup: _Lookup) -> Retrieval:
        index = self._searcher.find_index(lookup.collection)
        found, has_changed = self._search(lookup, index)
        if has_changed or self._searcher.find_index(lookup.collection) != index:
            # A document, or the whole index, was replaced between search and loading: now its new version is found.
            found, _ = self._search(lookup, self._searcher.find_index(lookup.collection))
        return found

    def _search(self, lookup: _Lookup, index: IndexInfo | None) -> tuple[Retrieval, bool]:
        """Return what is found, and whether all that was found of some document is no longer current."""
        timer = StageTimer()
        question, collection = lookup.question, lookup.collection
        documents = self._searcher.find_documents(collection, lookup.filters) if lookup.filters else None
        if (only := lookup.documents) is not None:
            documents = list(only) if documents is None else sorted(set(only).intersection(documents))
        labels = self._searcher.list_labels(collection) if index else {}
        understood = understand_filters(question, labels, among=documents, ignored=lookup.ignored)
        if understood is not None:
            documents, question = sorted(understood.documents), understood.question
        timer.mark("filter")
        if index is None or documents == []:
            return Retrieval((), timer.milliseconds), False
        embedder, notices = self._find_embedder_of(index)
        if embedder is not None:
            notices += self._words_only_notices(collection, labels, documents)
        vector = embedder.embed_question(question) if embedder else None
        timer.mark("embed")
        try:
            dense = self._search_vectors(index, vector, documents)
        except VectorsAwayError as error:
            dense, vector, embedder = [], None, None
            notices += (f"{error.reason} Only words were searched, and a later answer may be better.",)
        timer.mark(DENSE)
        lexical = self._searcher.lexical_search(collection, question, limit=SEARCH_DEPTH, document_ids=documents)
        timer.mark(LEXICAL)
        routed: list[tuple[str, float]] = []
        if named := self.named_documents(question, collection, among=documents):
            among_named = self._searcher.lexical_search(collection, question, limit=SEARCH_DEPTH, document_ids=named)
            routed = fuse((self._search_vectors(index, vector, named), 1.0), (among_named, 1.0))
        timer.mark(ROUTED)
        expanded: list[tuple[str, float]] = []
        if lookup.further:
            expanded = self._search_further(lookup, index, embedder, documents)
            timer.mark(EXPANDED)
        started = time.perf_counter()
        fused = fuse((dense, 1.0), (lexical, 1.0), (routed, ROUTED_WEIGHT), (expanded, EXPANDED_WEIGHT))
        record_step("fuse", seconds=time.perf_counter() - started, passages=len(fused))
        ranked = {DENSE: dense, LEXICAL: lexical, ROUTED: routed, EXPANDED: expanded, FUSED: fused}
        hits = self._load(collection, ranked)
        named_by_ids = {document_of(id_) for id_, _ in ranked[FUSED]}
        has_changed = bool(named_by_ids - {document_of(hit.chunk_id) for hit in hits})
        timer.mark("load")
        across = self._multilingual_for(question, hits, index.embedder)
        if across is not None:
            hits = _compared_anew(question, hits, across)
        hits = self._rerank(question, hits, across.fingerprint if across else index.embedder)
        timer.mark("rerank")
        filters_found = understood.filters if understood else ()
        return Retrieval(tuple(hits), timer.milliseconds, notices, filters_found, question), has_changed

    def _search_further(
        self, lookup: _Lookup, index: IndexInfo, embedder: Embedder | None, documents: Sequence[int] | None
    ) -> list[tuple[str, float]]:
        """Return what the further texts find, fused; of a passage only its meaning is looked up."""
        rankings: list[tuple[Sequence[tuple[str, float]], float]] = []
        for one in lookup.further:
            if embedder is not None:
                vector = embedder.embed_passages([one.text])[0] if one.is_passage else embedder.embed_question(one.text)
                rankings.append((self._search_vectors(index, vector, documents), 1.0))
            if not one.is_passage:
                found = self._searcher.lexical_search(
                    lookup.collection, one.text, limit=SEARCH_DEPTH, document_ids=documents
                )
                rankings.append((found, 1.0))
        return fuse(*rankings)[:SEARCH_DEPTH]

    def _find_embedder_of(self, index: IndexInfo) -> tuple[Embedder | None, tuple[str, ...]]:
        """Return the embedder of an index; None with a notice where it was made with one that is not here."""
        if index.is_made_with(self._embedder.fingerprint):
            return self._embedder, ()
        if (other := self._find_embedder(index)) is not None:
            return other, ()
        return None, (
            f"The index was made with the embedder {index.embedder}, the settings name {self._embedder.fingerprint}: "
            "only words were searched. Sync the folders of this collection to build it anew.",
        )

    def _words_only_notices(
        self, collection: str, labels: Mapping[int, DocumentLabel], documents: Sequence[int] | None
    ) -> tuple[str, ...]:
        """Return a notice where some of the searched documents have no vectors yet."""
        known = self._words_only.get(collection)
        if known is None or known.labels is not labels:
            waiting = frozenset(id_ for id_, label in labels.items() if not label.is_embedded)
            known = self._words_only[collection] = _WordsOnly(labels, waiting)
        waiting = known.documents if documents is None else known.documents.intersection(documents)
        if not waiting:
            return ()
        total = len(labels) if documents is None else len(documents)
        return (
            f"{len(waiting):,} of {total:,} searched documents are found by their words only so far: they are still "
            "being embedded, and a later answer may be better.",
        )

    def _search_vectors(
        self, index: IndexInfo, vector: Vector | None, documents: Sequence[int] | None
    ) -> list[tuple[str, float]]:
        if vector is None:
            return []
        return self._vectors.search(index.space, vector, limit=SEARCH_DEPTH, document_ids=documents)

    def named_documents(self, question: str, collection: str, *, among: Sequence[int] | None = None) -> list[int]:
        """Return the ids of the documents that a question names, of those that it may be answered from."""
        documents_now = self._searcher.list_labels(collection)
        names = self._names.get(collection)
        if names is None or names.documents is not documents_now:
            names = self._names[collection] = DocumentNames(documents_now)
        return names.route(question, among=among)

    def _load(self, collection: str, ranked: Mapping[str, Sequence[tuple[str, float]]]) -> list[Hit]:
        """Return hits in fused order; vectors that are no longer current are dropped here."""
        stages: dict[str, dict[str, StageRank]] = {}
        for stage, results in ranked.items():
            for rank, (id_, score) in enumerate(results):
                stages.setdefault(id_, {})[stage] = StageRank(rank, score)
        found = self._searcher.load_chunks(collection, list(stages))
        documents = rank_documents(ranked[FUSED])
        for id_ in found:
            stages[id_][DOCUMENT] = documents[document_of(id_)]
        return [
            Hit(chunk_id=id_, document=found[id_][0], chunk=found[id_][1], score=score, stages=stages[id_])
            for id_, score in ranked[FUSED]
            if id_ in found
        ]

    def _rerank(self, question: str, hits: list[Hit], embedder: str) -> list[Hit]:
        """Return the first hits in the final order, the rest behind them as they were."""
        if self._reranker is None or not hits:
            return hits
        head, tail = hits[: self._rerank_depth], hits[self._rerank_depth :]
        score = partial(self._score, question)
        # What is clear is known of the reranker for which `combine` is fitted alone.
        scores = score(head) if self._combine is None else score_until_clear(score, head)
        head = _sort_by(scores, head, stage=RERANKED)
        if self._combine is None:
            return head + tail
        probabilities = self._combine(_with_comparable_cosines(head, embedder))
        if self._gate is not None:
            probabilities = self._gate.correct(question, head, probabilities, embedder=embedder)
        return _sort_by(probabilities, head, stage=COMBINED) + [replace(hit, score=0.0) for hit in tail]

    def _score(self, question: str, hits: Sequence[Hit]) -> list[float]:
        """Return the reranker's scores, lower for contents; UNREAD for hits that it cannot judge, on which it spends no
        time."""
        assert self._reranker is not None
        readable = self._gate.is_readable(question, hits) if self._gate else [True] * len(hits)
        passages = [hit.chunk.text_to_embed for hit, is_read in zip(hits, readable, strict=True) if is_read]
        scores = iter(self._reranker.score(question, passages) if passages else ())
        return lower_contents([next(scores) if is_read else UNREAD for is_read in readable], hits)


def score_until_clear(score: Callable[[Sequence[Hit]], list[float]], hits: Sequence[Hit]) -> list[float]:
    """Return the scores of hits; those behind the first are only scored where none of the first is clear, and stand
    below them otherwise."""
    scores, behind = score(hits[:FIRST_READ]), hits[FIRST_READ:]
    if not behind:
        return scores
    if max(scores) > CLEAR:
        return scores + [min(*scores, PASSED_OVER)] * len(behind)
    return scores + score(behind)


def _compared_anew(question: str, hits: Sequence[Hit], embedder: Embedder) -> list[Hit]:
    """Return the hits, the first of them in the order of their cosines by an embedder that knows both languages."""
    near, far = hits[:ACROSS_DEPTH], hits[ACROSS_DEPTH:]
    vectors = np.asarray(embedder.embed_passages([hit.chunk.text_to_embed for hit in near]))
    cosines = [float(cosine) for cosine in vectors @ np.asarray(embedder.embed_question(question))]
    order = sorted(range(len(near)), key=lambda position: -cosines[position])
    compared = []
    for rank, position in enumerate(order):
        hit, score = near[position], 1 / (RRF_K + rank + 1)
        stages = {**hit.stages, DENSE: StageRank(rank, cosines[position]), FUSED: StageRank(rank, score)}
        compared.append(replace(hit, score=score, stages=stages))
    return [*compared, *far]


def lower_contents(scores: Sequence[float], hits: Sequence[Hit]) -> list[float]:
    """Return a reranker's scores with CONTENTS_PENALTY taken off those of tables of contents and indexes."""
    return [
        score - CONTENTS_PENALTY if hit.chunk.section == CONTENTS_SECTION else score
        for score, hit in zip(scores, hits, strict=True)
    ]


def _with_comparable_cosines(hits: Sequence[Hit], embedder: str) -> list[Hit]:
    """Return the hits with cosines on the scale on which they are combined; `embedder` is the fingerprint of theirs."""
    return [
        replace(hit, stages={**hit.stages, DENSE: StageRank(dense.rank, comparable_cosine(dense.score, embedder))})
        if (dense := hit.stages.get(DENSE))
        else hit
        for hit in hits
    ]


def fuse(*rankings: tuple[Sequence[tuple[str, float]], float]) -> list[tuple[str, float]]:
    """Fuse (ranking, weight) by reciprocal rank: (id, sum of weight / (RRF_K + rank)), best first; ties keep order."""
    scores: dict[str, float] = {}
    for ranking, weight in rankings:
        for rank, (id_, _) in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + weight / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def rank_documents(fused: Sequence[tuple[str, float]]) -> dict[str, StageRank]:
    """Return each document's rank and share of all fused scores: many of its chunks were found, or high ones."""
    sums: dict[str, float] = {}
    for id_, score in fused:
        sums[document_of(id_)] = sums.get(document_of(id_), 0.0) + score
    total = sum(sums.values()) or 1.0
    best_first = sorted(sums, key=lambda document: -sums[document])
    return {document: StageRank(rank, sums[document] / total) for rank, document in enumerate(best_first)}


def document_of(chunk_id: str) -> str:
    """Return the document that a chunk's id begins with."""
    return chunk_id.partition(".")[0]


def check_question(question: str) -> str:
    """Return the question without surrounding space. Raises QuestionError."""
    # Bytes that are no UTF-8 reach us from a command line as lone surrogates; no store and no model takes them.
    question = well_formed(question).strip()
    if not any(character.isalnum() for character in question):
        raise QuestionError("The question is empty.", "Write what you want to know.")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters; the limit is {MAX_QUESTION_CHARACTERS:,}.",
            "Ask for one thing; put long texts into a document and sync it.",
        )
    return question


def _sort_by(scores: Sequence[float], hits: Sequence[Hit], *, stage: str) -> list[Hit]:
    """Return the hits by falling score, which becomes theirs; ties keep order."""
    order = sorted(range(len(hits)), key=lambda position: -scores[position])
    return [
        replace(
            hits[position],
            score=scores[position],
            stages={**hits[position].stages, stage: StageRank(rank, scores[position])},
        )
        for rank, position in enumerate(order)
    ]
