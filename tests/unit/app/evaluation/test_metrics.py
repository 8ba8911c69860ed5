"""Checks the retrieval metrics against values worked out by hand."""

import math

import pytest

from app.evaluation.metrics import (
    RankedQuestion,
    auroc,
    document_found_at,
    found_at,
    graded_ndcg,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
    score_retrieval,
    unique_pages,
)


def test_a_page_hit_twice_keeps_its_best_rank() -> None:
    hits = [("b", 4, 4), ("a", 2, 2), ("b", 4, 4), ("a", 1, 1)]
    assert unique_pages(hits) == (("b", 4), ("a", 2), ("a", 1))


def test_a_hit_over_several_pages_counts_each_of_them_in_page_order() -> None:
    assert unique_pages([("a", 2, 4), ("a", 3, 5)]) == (("a", 2), ("a", 3), ("a", 4), ("a", 5))


def test_the_same_page_number_of_two_documents_is_two_pages() -> None:
    assert unique_pages([("a", 0, 0), ("b", 0, 0)]) == (("a", 0), ("b", 0))


def test_any_one_gold_page_within_k_counts_as_found() -> None:
    found = (("a", 0), ("a", 1), ("a", 2))
    gold = frozenset({("a", 2), ("a", 9)})
    assert not found_at(found, gold, 2)
    assert found_at(found, gold, 3)


def test_a_gold_page_number_in_another_document_does_not_count() -> None:
    assert not found_at((("b", 2),), frozenset({("a", 2)}), 5)


def test_document_recall_counts_documents_not_pages() -> None:
    found = (*(("a", page) for page in range(10)), ("b", 0))
    assert document_found_at(found, frozenset({("b", 7)}), 2)
    assert not document_found_at(found, frozenset({("b", 7)}), 1)


def test_the_reciprocal_rank_is_that_of_the_first_gold_page() -> None:
    found = (("a", 5), ("a", 1), ("a", 2))
    assert reciprocal_rank(found, frozenset({("a", 1), ("a", 2)}), 10) == 0.5
    assert reciprocal_rank(found, frozenset({("a", 2)}), 2) == 0.0


def test_ndcg_is_one_only_when_all_gold_pages_lead() -> None:
    gold = frozenset({("a", 1), ("a", 2)})
    assert ndcg((("a", 2), ("a", 1), ("a", 3)), gold, 10) == 1.0
    expected = (1 / math.log2(2) + 1 / math.log2(4)) / (1 / math.log2(2) + 1 / math.log2(3))
    assert ndcg((("a", 2), ("a", 3), ("a", 1)), gold, 10) == pytest.approx(expected)
    assert ndcg((), gold, 10) == 0.0


def test_graded_ndcg_gains_the_grade_itself_over_the_best_order_of_all_grades() -> None:
    grades = {"best": 2, "good": 1, "judged": 0, "missed": 1}
    gained = 1 / math.log2(2) + 2 / math.log2(4)
    best = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert graded_ndcg(("good", "judged", "best"), grades, 10) == pytest.approx(gained / best)


def test_graded_ndcg_measures_against_the_best_that_fits_within_k() -> None:
    grades = dict.fromkeys("abcd", 3)
    assert graded_ndcg(("d", "c"), grades, 2) == 1.0
    assert graded_ndcg(("x", "c"), grades, 1) == 0.0


def test_a_negative_grade_takes_nothing_away() -> None:
    assert graded_ndcg(("spam", "good"), {"spam": -1, "good": 1}, 10) == pytest.approx(1 / math.log2(3))
    assert graded_ndcg(("spam",), {"spam": -1}, 10) == 0.0


def test_recall_is_the_share_of_the_relevant_and_not_of_the_found() -> None:
    assert recall(("a", "x", "b", "c"), {"a", "b", "c", "d"}, 3) == 0.5
    assert recall(("a",), set(), 3) == 0.0


def test_auroc_counts_the_pairs_in_right_order_and_half_of_the_ties() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert auroc([0.1], [0.9]) == 0.0
    assert auroc([], [0.9]) == 0.5


def test_percentiles_are_interpolated_whatever_the_order() -> None:
    assert percentile([40.0, 10.0, 30.0, 20.0], 0.5) == 25.0
    assert percentile([40.0, 10.0, 30.0, 20.0], 1.0) == 40.0
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([], 0.95) == 0.0


def test_questions_without_gold_pages_do_not_lower_the_means() -> None:
    asked = [
        RankedQuestion(found=(("a", 1),), gold=frozenset({("a", 1)})),
        RankedQuestion(found=(("a", 2), ("a", 1)), gold=frozenset({("a", 1)})),
        RankedQuestion(found=(("a", 2),), gold=frozenset()),
    ]
    scores = score_retrieval(asked, [10.0, 20.0, 30.0])
    assert scores.questions == 2
    assert dict(scores.recall) == {1: 0.5, 3: 1.0, 5: 1.0, 10: 1.0, 20: 1.0}
    assert scores.mrr_at_10 == 0.75
    assert scores.p50_ms == 20.0


def test_the_scores_carry_the_names_that_eval_prints() -> None:
    named = score_retrieval([]).as_json()
    assert {"recall@1", "recall@20", "document_recall@1", "document_recall@5", "mrr@10", "p50_ms", "p95_ms"} <= set(
        named
    )
    assert named["recall@1"] == 0.0
