"""Thoughts before an answer."""

from __future__ import annotations

import pytest

from rag.models.llm.reasoning_filter import ReasoningFilter


def filtered(text: str, size: int) -> str:
    thoughts = ReasoningFilter()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return "".join(map(thoughts.feed, pieces)) + thoughts.finish()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 100])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>Hm, 5?</think>\n\nIt was 5 [1].", "It was 5 [1]."),
        ("\n<think>\n</think>It was 5.", "It was 5."),
        ("<think>never ends", ""),
        ("<think>no answer</think>\n", ""),
        ("It was 5 <think>[1]</think>.", "It was 5 <think>[1]</think>."),
        ("<thin", "<thin"),
        ("<the> tag", "<the> tag"),
        ("", ""),
        (" leading space", " leading space"),
    ],
)
def test_only_a_thought_before_the_answer_is_left_out(text: str, answer: str, size: int) -> None:
    assert filtered(text, size) == answer


def test_an_answer_without_thoughts_is_not_held_back() -> None:
    assert ReasoningFilter().feed("It") == "It"
