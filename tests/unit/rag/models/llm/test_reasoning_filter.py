"""Thoughts before an answer and within it."""

from __future__ import annotations

import pytest

from rag.models.llm.reasoning_filter import ReasoningFilter


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 100])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>Hm, 5?</think>\n\nIt was 5 [1].", "It was 5 [1]."),
        ("\n<think>\n</think>It was 5.", "It was 5."),
        ("<thinking>Hm [2].</thinking>It was 5.", "It was 5."),
        ("<reasoning>\nHm.\n</reasoning>\n\nIt was 5.", "It was 5."),
        ("<THINK>Hm.</THINK>It was 5.", "It was 5."),
        ("[THINK]Hm.[/THINK]It was 5 [1].", "It was 5 [1]."),
        ("◁think▷Hm.◁/think▷It was 5.", "It was 5."),
        (
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>5 [1].<|return|>",
            "5 [1].",
        ),
        ("<|channel|>final<|message|>It was 5.", "It was 5."),
        ("<|channel>thought\nHm.<channel|>It was 5.", "It was 5."),
        ("analysisWe look it up.assistantfinalIt was 5.", "It was 5."),
        ("Okay, so the user asks for it. It is 4 [2]?\n</think>\n\nIt was 5 [1].", "It was 5 [1]."),
        ("Hmm, 5. </thinking>It was 5.", "It was 5."),
        ("It was 5 [1].\n\n<think>Was it?</think>\nIt was.", "It was 5 [1].\n\nIt was."),
        ("<think>never ends", ""),
        ("<think>no answer</think>\n", ""),
        ("It was 5 <think>[1]</think>.", "It was 5 <think>[1]</think>."),
        ("The end is written `</think>`.", "The end is written `</think>`."),
        ("Let me say it was 5.", "Let me say it was 5."),
        ("analysis shows 5.", "analysis shows 5."),
        ("<thin", "<thin"),
        ("<the> tag", "<the> tag"),
        ("a < b [1] and [T", "a < b [1] and [T"),
        ("", ""),
        (" leading space", " leading space"),
    ],
)
def test_thoughts_are_left_out_and_nothing_else(text: str, answer: str, size: int) -> None:
    thoughts = ReasoningFilter()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert "".join(map(thoughts.feed, pieces)) + thoughts.finish() == answer
    assert not thoughts.was_retracted


def test_an_answer_without_thoughts_is_not_held_back() -> None:
    assert ReasoningFilter().feed("It") == "It"


def test_thoughts_whose_beginning_nobody_marked_are_taken_back() -> None:
    thoughts = ReasoningFilter()
    assert thoughts.feed("It may be 4. ") == "It may be 4. "
    assert thoughts.feed("No, 5.</think>\n\nIt was 5.") == "It was 5."
    assert thoughts.was_retracted


def test_a_model_that_is_known_to_close_what_it_did_not_open_is_held_until_then() -> None:
    thoughts = ReasoningFilter(expects_end=True)
    assert thoughts.feed("It may be 4. No, 5.") == ""
    assert thoughts.feed("</think>It was 5.") == "It was 5."
    assert not thoughts.was_retracted
