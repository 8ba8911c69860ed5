"""What an LLM's answer is proven by has to answer the question for a fact."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.quoting.answered import MIN_ANSWERED, may_not_answer
from rag.types import Citation, Source
from tests.unit.rag.quoting.test_marking import source


class Judge:
    """Gives texts the logits that it is told, and keeps what it was asked."""

    def __init__(self, *logits: float) -> None:
        self.logits = logits
        self.read: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        self.read += passages
        return list(self.logits[: len(passages)])


LAMP = source(1, "The standby lamp carries only 11 nautical miles. The bulb was renewed in 2019.")
WATTS = "How many watts does the bulb use?"


def citation(quote: str, *, supported: bool = True) -> Citation:
    return Citation(1, quote, "light.txt", 0, "", quote, (), supported)


def asked(question: str, judge: Judge, *citations: Citation, sources: Sequence[Source] = (LAMP,)) -> bool:
    return may_not_answer(question, citations, sources, judge)  # type: ignore[arg-type]


def test_quotes_that_answer_something_else_are_told() -> None:
    judge = Judge(MIN_ANSWERED - 0.1)
    assert asked(WATTS, judge, citation("The standby lamp carries only 11 nautical miles."))
    assert judge.read[0].endswith("The standby lamp carries only 11 nautical miles.")


def test_the_best_of_the_quotes_that_carry_the_answer_counts() -> None:
    two = citation("The standby lamp carries only 11 nautical miles."), citation("The bulb was renewed in 2019.")
    assert not asked(WATTS, Judge(-4.0, 1.0), *two)
    judge = Judge(-4.0)
    assert asked(WATTS, judge, two[0], citation("The bulb was renewed in 2019.", supported=False))
    assert len(judge.read) == 1


@pytest.mark.parametrize(
    "question",
    ["How do I change the bulb?", "Why was the bulb renewed?", "Describe the lamp.", "What does 4.2(b) say?"],
)
def test_what_asks_for_no_single_fact_is_not_judged(question: str) -> None:
    assert not asked(question, Judge(-9.0), citation("The bulb was renewed in 2019."))


def test_an_answer_without_proof_is_judged_by_its_citations_alone() -> None:
    assert not asked(WATTS, Judge(-9.0))
    assert not asked(WATTS, Judge(-9.0), citation("The bulb was renewed in 2019."), sources=())
