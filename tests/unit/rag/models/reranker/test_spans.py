"""Which span is the best answer, and how passages are cut into windows that the network can read."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.models.reranker.spans import MAX_ANSWER_TOKENS, choose_spans
from rag.models.reranker.windows import (
    MAX_TOKENS,
    MAX_WINDOWS,
    OVERLAP_TOKENS,
    Frame,
    cut_windows,
    lay_out,
)

PREFIX = 3
ROOM = 100


def logits(starts: list[float], ends: list[float], *, none: float = 0.0) -> NDArray[np.float32]:
    """One row: "no answer", a question of two tokens that must never be chosen, the passage, and what follows it."""
    row = [(none, none), (99.0, 99.0), (99.0, 99.0), *zip(starts, ends, strict=True), (99.0, 99.0)]
    return np.array([row], dtype=np.float32)


def choose(starts: list[float], ends: list[float], *, none: float = 0.0) -> tuple[int, int, float]:
    best = choose_spans(logits(starts, ends, none=none), np.array([len(starts)]), first=PREFIX)
    return int(best.starts[0]), int(best.ends[0]), float(best.confidences[0])


def test_the_span_with_the_highest_sum_wins() -> None:
    assert choose([0, 5, 0, 0], [0, 0, 4, 0]) == (1, 2, 9.0)


def test_no_answer_ends_before_it_starts() -> None:
    assert choose([0, 0, 6, 0], [7, 0, 0, 1]) == (0, 0, 7.0)
    assert choose([0, 0, 9, 0], [7, 0, 0, 1]) == (2, 3, 10.0)


def test_an_answer_may_be_one_token() -> None:
    assert choose([1], [2]) == (0, 0, 3.0)


def test_an_answer_is_not_longer_than_the_limit() -> None:
    starts, ends = [0.0] * 60, [0.0] * 60
    starts[0], ends[MAX_ANSWER_TOKENS - 1], ends[MAX_ANSWER_TOKENS] = 5.0, 5.0, 50.0
    starts[1] = 1.0
    assert choose(starts, ends) == (1, MAX_ANSWER_TOKENS, 51.0)
    ends[MAX_ANSWER_TOKENS] = 0.0
    assert choose(starts, ends) == (0, MAX_ANSWER_TOKENS - 1, 10.0)


def test_confidence_is_measured_against_no_answer() -> None:
    assert choose([2, 0], [2, 0], none=3.0) == (0, 0, -2.0)


def test_rows_of_different_length_do_not_look_into_their_padding() -> None:
    rows = np.concatenate([logits([1, 0, 0], [0, 1, 0]), logits([0, 0, 50], [0, 0, 50])])
    best = choose_spans(rows, np.array([3, 2]), first=PREFIX)
    assert best.starts.tolist() == [0, 0]
    assert best.ends.tolist() == [1, 0]


def test_the_vectorised_choice_is_that_of_the_plain_search() -> None:
    draw = np.random.default_rng(3)
    rows = draw.normal(size=(20, PREFIX + 70, 2)).astype(np.float32)
    sizes = draw.integers(1, 70, size=20)
    best = choose_spans(rows, sizes, first=PREFIX)
    for row, size, start, end in zip(rows, sizes, best.starts, best.ends, strict=True):
        pairs = [(i, j) for i in range(size) for j in range(i, min(size, i + MAX_ANSWER_TOKENS))]
        assert (start, end) == max(pairs, key=lambda pair: row[PREFIX + pair[0], 0] + row[PREFIX + pair[1], 1])


def test_a_passage_that_fits_is_one_window_and_an_empty_one_none() -> None:
    assert [(w.passage, w.first, w.end) for w in cut_windows([ROOM, 0, 1], ROOM)] == [(0, 0, ROOM), (2, 0, 1)]


@pytest.mark.parametrize("length", [ROOM + 1, ROOM + 36, ROOM + 37, 250, 350])
def test_windows_cover_a_long_passage_and_overlap(length: int) -> None:
    windows = list(cut_windows([length], ROOM))
    assert (windows[0].first, windows[-1].end) == (0, length)
    for before, after in pairwise(windows):
        assert before.end - after.first == OVERLAP_TOKENS
        assert after.end > before.end


def test_an_endless_passage_is_read_to_the_limit() -> None:
    windows = list(cut_windows([10**6], ROOM))
    assert len(windows) == MAX_WINDOWS
    assert windows[-1].end == ROOM + (MAX_WINDOWS - 1) * (ROOM - OVERLAP_TOKENS)


def test_question_and_passage_are_laid_out_as_in_training() -> None:
    frame = Frame(101, (7, 8), 102)
    inputs = lay_out(frame, [[5], [6, 9]])
    assert inputs["input_ids"].tolist() == [[101, 7, 8, 102, 5, 102, 0], [101, 7, 8, 102, 6, 9, 102]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 1, 1, 1, 0], [1] * 7]
    assert inputs["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1]]
    assert lay_out(frame, [[1] * frame.room])["input_ids"].shape == (1, MAX_TOKENS)
