"""Checks how pages found are matched with gold ones, on hits of any pipeline."""

from pathlib import Path

import pytest

from app.evaluation.evaluate import (
    GoldQuestion,
    PageHit,
    QuestionHits,
    check_documents,
    read_questions,
    score_answers,
)
from rag.errors import ConfigurationError


@pytest.mark.parametrize("gold", ["report.pdf", "2019/report.pdf", "data/2019/report.pdf"])
def test_a_gold_document_is_named_by_its_path_or_the_end_of_it(gold: str) -> None:
    found = QuestionHits((PageHit("data/2019/report.pdf", 2, 3),), 1.0)
    assert score_answers([GoldQuestion("?", gold, (3,))], [found]).ndcg_at_10 > 0


@pytest.mark.parametrize("gold", ["port.pdf", "2018/report.pdf"])
def test_another_document_with_a_like_name_does_not_count(gold: str) -> None:
    found = QuestionHits((PageHit("data/2019/report.pdf", 3, 3),), 1.0)
    assert score_answers([GoldQuestion("?", gold, (3,))], [found]).ndcg_at_10 == 0


def test_an_expected_document_that_is_not_there_is_refused_with_the_names_like_it() -> None:
    paths = ["a/light.txt", "bakery.txt"]
    for there in ("a/light.txt", "light.txt", "bakery.txt", ""):
        check_documents([GoldQuestion("How often?", there, ())], paths)
    with pytest.raises(ConfigurationError) as refused:
        check_documents([GoldQuestion("How often?", "ligth.txt", ())], paths)
    assert "ligth.txt" in refused.value.reason
    assert "light.txt" in refused.value.remedy


def test_questions_without_pages_are_read_and_left_out_of_the_means(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(
        '{"question": "How many?", "document": "a.pdf", "pages": [0]}\n{"question": "Why?", "document": null}\n'
    )
    questions = read_questions(file)
    scores = score_answers(questions, [QuestionHits((PageHit("a.pdf", 0, 0),), 1.0), QuestionHits((), 3.0)])
    assert (scores.questions, scores.mrr_at_10, scores.p50_ms) == (1, 1.0, 2.0)


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "How many?"}\n{"document": "a.pdf"}\n')
    with pytest.raises(ConfigurationError, match="Line 2"):
        read_questions(file)
