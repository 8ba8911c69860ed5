"""What is said of an answer, where only text is shown: at a sentence, and on the whole."""

from __future__ import annotations

import pytest

from rag.citations.marked_text import MARKS, NOTICES, UNSURE, mark_name, mark_stream, notice_name, with_notice
from rag.citations.verdict import UNSURE_REASON
from rag.types import JudgedSentence, Verdict

LAMP = "The lamp was lit in 1848 [1]."


def sentence(verdict: Verdict, reason: str = "") -> JudgedSentence:
    return JudgedSentence(0, len(LAMP), LAMP, verdict, 0.9, (1,), reason=reason)


SURE, UNSURE_ONE = sentence(Verdict.SUPPORTED), sentence(Verdict.PARTLY, UNSURE_REASON)
OTHER_NUMBER = sentence(Verdict.PARTLY, "A number or day of the sentence does not stand in the source.")


@pytest.mark.parametrize(
    ("verdict", "sentences", "name"),
    [
        (Verdict.SUPPORTED, [SURE], "supported"),
        (Verdict.PARTLY, [UNSURE_ONE], UNSURE),
        (Verdict.PARTLY, [SURE, UNSURE_ONE], UNSURE),
        (Verdict.PARTLY, [SURE], UNSURE),
        (Verdict.PARTLY, [UNSURE_ONE, OTHER_NUMBER], "partly"),
        (Verdict.UNCITED, [sentence(Verdict.UNCITED)], "uncited"),
        (None, [], ""),
    ],
)
def test_an_answer_that_its_sources_carry_is_not_said_to_lack_support(
    verdict: Verdict | None, sentences: list[JudgedSentence], name: str
) -> None:
    assert notice_name(verdict, sentences) == name


def test_a_sentence_that_may_not_answer_is_marked_so_in_a_stream_too() -> None:
    assert (mark_name(UNSURE_ONE), mark_name(OTHER_NUMBER)) == (UNSURE, "partly")
    streamed = "".join(mark_stream([LAMP, UNSURE_ONE], lambda: Verdict.PARTLY))
    assert streamed == with_notice(f"{LAMP} {MARKS[UNSURE]}", Verdict.PARTLY, [UNSURE_ONE])
    assert streamed.endswith(NOTICES[UNSURE])
