"""Decides the verdict on every sentence and on every answer, and the probability that stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.citations.differences import Differences
from rag.refusal import sigmoid
from rag.types import JudgedSentence, Verdict

SUPPORTED_PROBABILITY = 0.5
"""From which on a source carries a claim."""
MAX_RELEVANCE = 6.0
"""Logits of the reader beyond this, either way, say no more."""

# Fitted by logistic regression on claims made of the passages of the training set squadshifts_newwiki: sentences,
# shortened ones and questions with their answers, beside those of other passages.
INTERCEPT = -4.3
COVERAGE = 6.6
RELEVANCE = 0.87
# Each of these outweighs all that speaks for a claim: of such claims that code made false, nine in ten have one, of
# sentences of the passage itself one in a hundred.
UNKNOWN_NUMBER = -8.0
UNKNOWN_NAME = -8.0
MISPLACED = -8.0
SWAPPED_WORD = -8.0
# A word in another's place is as often a synonym, where the rest of the sentence is not the same: the reader decides.
OTHER_WORD = -2.5
NEARLY_THE_SAME = 0.8
"""Share of a claim's words in their order, from which on another word is a swap."""
SWAPPED_NAME = -8.0
SWAPPED_NUMBER = -8.0
TURNED = -8.0


@dataclass(frozen=True, slots=True)
class Signals:
    """The evidence for and against a source carrying a claim.

    `coverage` is the share of the claim's words, rare ones weighing more, in quote, title and section; `relevance` the
    reader's logit. `is_ordered` where most of the claim stands only in words that order the reader what to answer.
    """

    coverage: float
    relevance: float
    unknown_numbers: int = 0
    unknown_names: int = 0
    misplaced: bool = False
    differences: Differences = field(default_factory=Differences)
    is_ordered: bool = False


def probability_of(signals: Signals) -> float:
    """Return how likely a source carries a claim, 0 to 1."""
    if signals.is_ordered or signals.coverage == 0:
        return 0.0
    different = signals.differences
    return sigmoid(
        INTERCEPT
        + COVERAGE * signals.coverage
        + RELEVANCE * min(max(signals.relevance, -MAX_RELEVANCE), MAX_RELEVANCE)
        + UNKNOWN_NUMBER * min(signals.unknown_numbers, 1)
        + UNKNOWN_NAME * min(signals.unknown_names, 1)
        + MISPLACED * signals.misplaced
        + (SWAPPED_WORD if different.sameness >= NEARLY_THE_SAME else OTHER_WORD) * min(different.words, 1)
        + SWAPPED_NAME * min(different.names, 1)
        + SWAPPED_NUMBER * min(different.numbers, 1)
        + TURNED * different.is_turned
    )


def reason_against(signals: Signals) -> str:
    """Say in a sentence what speaks most against a source that does not carry a claim."""
    different = signals.differences
    if signals.is_ordered:
        return "Only words that order the reader what to answer say so."
    if signals.unknown_numbers or different.numbers:
        return "A number or day of the sentence does not stand in the source."
    if signals.misplaced:
        return "A number of the sentence stands in the source for something else."
    if different.is_turned:
        return "The source says the opposite."
    if signals.unknown_names or different.names:
        return "A name of the sentence does not stand in the source."
    if different.words:
        return "The source has another word in its place."
    return "The source does not say so."


UNSURE_REASON = "The source says so. Whether it answers the question is not sure."
UNCITED_REASON = "It names no source, and none was found that says so."
CUT_REASON = "The answer broke off before this sentence was checked."


def judge_answer(sentences: Sequence[JudgedSentence], *, meets_question: bool = True) -> Verdict | None:
    """Return the verdict on an answer from those on its sentences; None where it claims nothing.

    `meets_question` is False where nothing in it is about an identifier or clause that the question names.
    """
    verdicts = {sentence.verdict for sentence in sentences}
    if not verdicts:
        return None
    if Verdict.NOT_CHECKED in verdicts:
        return Verdict.NOT_CHECKED
    if verdicts == {Verdict.SUPPORTED}:
        return Verdict.SUPPORTED if meets_question else Verdict.PARTLY
    if verdicts & {Verdict.SUPPORTED, Verdict.PARTLY}:
        return Verdict.PARTLY
    return Verdict.UNSUPPORTED if Verdict.UNSUPPORTED in verdicts else Verdict.UNCITED
