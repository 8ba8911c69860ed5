"""Checks what is counted of claims, of questions without what answers them, and of an LLM's answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.beir import BeirPassage
from benchmarks.llm_answers import CaseQuestion, SampleQuestion, holds_expected, read_cases, score_llm, score_sample
from benchmarks.swaps import MadeClaim
from benchmarks.trust import score_swaps
from benchmarks.withheld import Outcome, score_outcomes
from rag.types import Answer, JudgedSentence, Usage, Verdict

PASSAGE = BeirPassage("1", "Ferries", "The ferry Kittiwake was built by Ann Orde in Bergen in March 1890.")


def test_claims_are_counted_by_how_they_were_made() -> None:
    claims = [
        MadeClaim("as it is", "The ferry Kittiwake was built by Ann Orde in Bergen in March 1890.", PASSAGE, True),
        MadeClaim("date", "The ferry Kittiwake was built by Ann Orde in Bergen in March 1891.", PASSAGE, False),
        MadeClaim("name", "The ferry Kittiwake was built by Tom Orde in Bergen in March 1890.", PASSAGE, False),
    ]
    scores = score_swaps(claims, None)
    assert [(kind.kind, kind.doubted) for kind in scores.kinds] == [("as it is", 0), ("date", 1), ("name", 1)]
    assert scores.auroc == 1.0


def test_what_is_given_without_its_passage_is_wrong_and_a_refusal_is_not() -> None:
    outcomes = [
        Outcome(is_answerable=True, found=0.9, answered=0.8, is_right=True),
        Outcome(is_answerable=True, found=0.8, answered=0.7, is_right=True),
        Outcome(is_answerable=False, found=0.85, answered=0.1, is_right=False, is_supported=False),
        Outcome(is_answerable=False, found=0.7, answered=0.0, is_right=False),
    ]
    scores = score_outcomes("set", outcomes)
    assert (scores.questions, scores.refused_as_shipped) == (2, 0.0)
    assert scores.wrong_as_shipped == pytest.approx(1 / 3)
    assert scores.believed_as_shipped == 0.0
    assert scores.wrong_by_answer == 0.0
    assert (scores.auroc_by_found, scores.auroc_by_answer) == (0.75, 1.0)


def _answer(text: str, *verdicts: Verdict, refused: bool = False) -> Answer:
    sentences = tuple(JudgedSentence(0, 1, text, verdict, 0.9) for verdict in verdicts)
    return Answer(
        text=text,
        refused=refused,
        sources=(),
        citations=(),
        llm="fake",
        usage=Usage(0, 0),
        cost_usd=0.0,
        milliseconds={},
        sentences=sentences,
        verdict=verdicts[0] if verdicts else None,
    )


def test_a_wrong_answer_counts_as_unmarked_only_where_all_of_it_is_supported() -> None:
    question = CaseQuestion(Path(), "How long is the pier?", "40 && metres")
    answers = [
        (question, _answer("It is 40\nMetres long.", Verdict.SUPPORTED)),
        (question, _answer("It is 12 metres long.", Verdict.SUPPORTED)),
        (question, _answer("It is 13 metres long.", Verdict.UNSUPPORTED, Verdict.SUPPORTED)),
        (question, _answer("I could not find this.", refused=True)),
    ]
    scores = score_llm(answers)
    assert (scores.right, scores.refused, scores.wrong, scores.wrong_unmarked) == (1, 1, 2, 1)
    assert (scores.sentences, scores.cited, scores.marked) == (4, 3, 1)


def test_answers_to_the_sample_are_wrong_where_they_are_false_and_where_nothing_answers() -> None:
    length, withheld = SampleQuestion("How long is the pier?", "40 metres"), SampleQuestion("How wide?", "3 m", "a.txt")
    answers = [
        (length, _answer("It is 40 metres long.", Verdict.SUPPORTED)),
        (length, _answer("It is 41 metres long.", Verdict.SUPPORTED)),
        (withheld, _answer("It is 3 m wide.", Verdict.UNCITED)),
        (withheld, _answer("I could not find this.", refused=True)),
    ]
    scores = score_sample(answers, [1.0, 2.0, 3.0, 4.0], "gguf:small")
    assert (scores.right, scores.cited, scores.rightly_refused) == (1, 1, 1)
    assert (scores.wrong, scores.wrong_unmarked) == (2, 1)
    assert (scores.sentences, scores.marked) == (3, 1)


def test_cases_are_read_with_what_an_answer_must_hold(tmp_path: Path) -> None:
    (tmp_path / "pier").mkdir()
    (tmp_path / "pier" / "questions.txt").write_text("How long is it? => 40\nIs it old? => \nnothing\n", "utf-8")
    assert read_cases(tmp_path) == [CaseQuestion(tmp_path / "pier" / "docs", "How long is it?", "40")]
    assert holds_expected("Forty (40) metres", "short:40 && METRES")
