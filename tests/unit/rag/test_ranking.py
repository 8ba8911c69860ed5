"""Checks that the combined score moves the right way, and what the retriever does with it."""

from __future__ import annotations

import pytest

from rag.ranking import answer_probabilities, document_signals, ranking_signals
from rag.retrieval import DENSE, FUSED, LEXICAL, RERANKED
from rag.types import Chunk, DocumentInfo, Hit, Span, StageRank


def hit(**scores: float) -> Hit:
    document = DocumentInfo(1, "a.txt", "/", "", "txt", "indexed")
    stages = {stage: StageRank(0, score) for stage, score in scores.items()}
    return Hit("v:0", document, Chunk(0, "text", "", "", (Span(0, 0, 4),)), 0.0, stages)


@pytest.mark.parametrize("stage", [RERANKED, DENSE, LEXICAL, FUSED])
def test_a_higher_score_of_any_stage_is_no_less_likely_an_answer(stage: str) -> None:
    base = {RERANKED: 0.0, DENSE: 0.4, LEXICAL: 5.0, FUSED: 0.02}
    more = {**base, stage: base[stage] * 1.3 + 0.2}
    low, high = answer_probabilities([hit(**base), hit(**more)])
    assert high >= low


def test_probabilities_lie_between_0_and_1_however_sure_the_reader_is() -> None:
    found = answer_probabilities([hit(reranked=logit, fused=0.03) for logit in (-900.0, 0.0, 900.0)])
    assert found == sorted(found)
    assert 0 <= found[0] < found[1] < found[2] <= 1


def test_what_only_words_found_is_as_far_as_the_farthest_that_dense_search_brought() -> None:
    signals = ranking_signals(
        [
            hit(fused=0, reranked=1, dense=0.7),
            hit(fused=0, reranked=1, dense=0.3),
            hit(fused=0, reranked=1, lexical=8.0),
        ]
    )
    assert [row[1] for row in signals] == [0.7, 0.3, 0.3]
    assert [row[2] for row in signals] == [0.0, 0.0, 1.0]


def test_a_document_that_the_question_names_wins_between_like_hits_and_makes_none_more_likely() -> None:
    alike = {RERANKED: 1.0, DENSE: 0.5, LEXICAL: 5.0, FUSED: 0.02}
    alone = answer_probabilities([hit(**alike)])[0]
    named, other = answer_probabilities([hit(**alike, routed=1.0, document=0.4), hit(**alike, document=0.1)])
    assert other < named == alone


def test_the_share_of_a_document_is_counted_from_the_largest() -> None:
    signals = document_signals([hit(document=0.1), hit(document=0.6, routed=1.0)])
    assert signals == [(-1.0, pytest.approx(-0.5)), (0.0, 0.0)]
