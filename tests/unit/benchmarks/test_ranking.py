"""Checks how the order after each stage is taken from hits and scored."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from benchmarks.beir import BeirPassage, BeirQuestion, BeirSet
from benchmarks.ranking import average_sets, order_hits, rank_passages, sample_questions, score_set
from rag.retrieval import DENSE, FUSED, LEXICAL, RERANKED, Retrieval
from rag.types import Chunk, DocumentInfo, Hit, Span, StageRank

PASSAGE_IDS = {1: "one", 2: "two", 3: "three"}


def make_hit(document_id: int, stages: Mapping[str, tuple[int, float]], ordinal: int = 0) -> Hit:
    return Hit(
        chunk_id=f"{document_id}:{ordinal}",
        document=DocumentInfo(document_id, "-", "/", "", "txt", "indexed"),
        chunk=Chunk(ordinal, "text", "", "", (Span(0, 0, 4),)),
        score=0.0,
        stages={stage: StageRank(rank, score) for stage, (rank, score) in stages.items()},
    )


HITS = (
    make_hit(3, {FUSED: (2, 0.1), LEXICAL: (0, 9.0), RERANKED: (1, 0.5)}),
    make_hit(1, {FUSED: (0, 0.3), DENSE: (1, 0.6), RERANKED: (0, 2.0)}),
    make_hit(2, {FUSED: (1, 0.2), DENSE: (0, 0.7)}),
)
"""In a final order that is no stage's own."""


def test_each_stage_orders_what_it_found_and_what_was_not_reranked_follows() -> None:
    orders = {name: rank_passages(hits, PASSAGE_IDS) for name, hits in order_hits(HITS).items()}
    assert orders == {
        "dense": ("two", "one"),
        "lexical": ("three",),
        "fused": ("one", "two", "three"),
        "reranked": ("one", "three", "two"),
        "final": ("three", "one", "two"),
    }


def test_a_passage_stands_at_the_rank_of_its_best_chunk() -> None:
    hits = [make_hit(2, {}), make_hit(1, {}), make_hit(2, {}, ordinal=1)]
    assert rank_passages(hits, PASSAGE_IDS) == ("two", "one")


def test_a_stage_that_found_nothing_for_one_question_counts_as_zero_for_it() -> None:
    questions = [BeirQuestion("a", "found", (), {"one": 1}), BeirQuestion("b", "lost", (), {"one": 1})]
    found = {"found": HITS, "lost": ()}
    scores = score_set("set", questions, lambda question: Retrieval(found[question], {"dense": 3.0}), PASSAGE_IDS)
    assert scores.orders["dense"].ndcg_at_10 == pytest.approx(1 / math.log2(3) / 2)
    assert scores.orders["dense"].recall_at_10 == 0.5
    assert scores.milliseconds == {"dense": 3.0}


def test_a_stage_that_took_no_part_is_not_scored() -> None:
    hits = (make_hit(1, {FUSED: (0, 0.3), DENSE: (0, 0.6)}),)
    questions = [BeirQuestion("a", "?", (), {"one": 1})]
    scores = score_set("set", questions, lambda question: Retrieval(hits, {}), PASSAGE_IDS)
    assert list(scores.orders) == ["dense", "fused", "final"]


def test_the_mean_counts_sets_alike_and_only_orders_that_all_have() -> None:
    one = score_set("a", [BeirQuestion("a", "?", (), {"three": 1})] * 3, lambda _: Retrieval(HITS, {}), PASSAGE_IDS)
    other = score_set(
        "b", [BeirQuestion("b", "?", (), {"one": 1})], lambda _: Retrieval((make_hit(2, {}),), {}), PASSAGE_IDS
    )
    mean = average_sets([one, other])
    assert list(mean.orders) == ["final"]
    assert mean.orders["final"].mrr_at_10 == 0.5


def test_the_same_questions_are_drawn_every_time_and_only_those_with_an_answer_in_the_corpus() -> None:
    questions = tuple(BeirQuestion(str(n), "?", (), {"p": n % 2, "elsewhere": 1}) for n in range(40))
    beir = BeirSet("set", {"p": BeirPassage("p", "", "text")}, questions)
    drawn = sample_questions(beir, 5)
    assert drawn == sample_questions(beir, 5)
    assert len(drawn) == 5
    assert all(question.grades["p"] == 1 for question in drawn)
    assert len(sample_questions(beir, None)) == 20
