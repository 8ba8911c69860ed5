"""The judge reads the first hits; what it makes of them decides, unless it does not know their language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.judging import CLEAR, JUDGED, MAX_JUDGED, judge_hits, judged_logits
from rag.pipeline import judge
from rag.types import Chunk, DocumentInfo, Hit, Reading, Span, StageRank

ENGLISH = "The ferry leaves the island at noon and the harbour master rings the bell for those who are late."
GERMAN = "Die Fähre verlässt die Insel am Mittag, und der Hafenmeister läutet die Glocke für alle, die zu spät sind."


class Fixed:
    """Gives the passages of a question these logits, one after the other."""

    def __init__(self, *logits: float) -> None:
        self.logits = logits
        self.read_passages: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        start = len(self.read_passages)
        self.read_passages += passages
        return list(self.logits[start : start + len(passages)])

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        raise AssertionError("only scores are wanted")


def hits(*texts: str) -> list[Hit]:
    document = DocumentInfo(1, "ferry.txt", "folder", "Ferry", "txt", "indexed")
    return [
        Hit(
            f"1:{at}",
            document,
            Chunk(at, text, "", "", (Span(0, 0, len(text)),)),
            0.5,
            {"combined": StageRank(at, 0.01)},
        )
        for at, text in enumerate(texts)
    ]


def test_the_first_hits_have_the_judges_logit_and_rank() -> None:
    network = Fixed(-2.0, 2.0, *[-5.0] * (MAX_JUDGED - 2))
    judged = judge_hits("When does the ferry leave?", hits(*[ENGLISH] * (MAX_JUDGED + 3)), network)
    assert len(judged) == MAX_JUDGED + 3
    assert [JUDGED in hit.stages for hit in judged] == [True] * MAX_JUDGED + [False] * 3
    assert (judged[0].stages[JUDGED], judged[1].stages[JUDGED]) == (StageRank(1, -2.0), StageRank(0, 2.0))
    assert judged_logits(judged) == list(network.logits)


def test_where_one_of_the_first_clearly_answers_no_more_are_read() -> None:
    network = Fixed(-2.0, CLEAR, -5.0, -5.0, 9.0)
    judged = judge_hits("When does the ferry leave?", hits(*[ENGLISH] * MAX_JUDGED), network)
    assert judged_logits(judged) == [-2.0, CLEAR, -5.0, -5.0]
    assert len(judged) == MAX_JUDGED


def test_a_passage_in_another_language_leaves_all_unjudged() -> None:
    network = Fixed(4.0, 4.0)
    assert judged_logits(judge_hits("When does the ferry leave?", hits(ENGLISH, GERMAN), network)) == []
    assert network.read_passages == []


def test_the_best_of_the_judged_hits_decides() -> None:
    low, high = (
        judge("When does the ferry leave?", judge_hits("When does the ferry leave?", hits(ENGLISH, ENGLISH), network))
        for network in (Fixed(-6.0, -5.0), Fixed(-6.0, 5.0))
    )
    assert low < 0.1 < 0.5 < high


@pytest.mark.parametrize("question", ["HX2041", "What does clause 4.2 say?"])
def test_what_only_a_number_tells_is_not_judged(question: str) -> None:
    network = Fixed(4.0, 4.0)
    assert judged_logits(judge_hits(question, hits(ENGLISH, ENGLISH), network)) == []
    assert judged_logits(judge_hits("What does the HX2041 weigh?", hits(ENGLISH), network)) == [4.0]
