"""Cuts passages into stretches that fit beside a question, and lays both out as tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_TOKENS = 384
"""Question and passage together: above what training saw (256), below where attention costs more than it finds."""

MAX_QUESTION_TOKENS = 96
"""Longer questions are cut: the passage keeps three quarters of the room."""

OVERLAP_TOKENS = 64
"""Neighbouring windows share these, so that no answer (40 tokens at most) is cut in two."""

MAX_WINDOWS = 8
"""Of one passage: about 1,800 tokens and more. Text behind them is not read; chunks are far shorter."""


@dataclass(frozen=True, slots=True)
class Window:
    """The tokens `first` to `end` (exclusive) of a passage, by its position."""

    passage: int
    first: int
    end: int

    @property
    def size(self) -> int:
        """Return the tokens of the passage in the window, at least 1."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Frame:
    """The tokens around each passage: the question's between the special ones."""

    first: int
    question: tuple[int, ...]
    separator: int

    @property
    def prefix(self) -> list[int]:
        """Return the tokens before the passage."""
        return [self.first, *self.question, self.separator]

    @property
    def room(self) -> int:
        """Return the tokens left for the passage."""
        return MAX_TOKENS - len(self.question) - 3


def cut_windows(lengths: Sequence[int], room: int) -> Iterator[Window]:
    """Yield the windows over passages of these lengths in tokens; none for an empty one, MAX_WINDOWS at most."""
    step = room - OVERLAP_TOKENS
    for passage, length in enumerate(lengths):
        count = min(1 + max(0, -(-(length - room) // step)), MAX_WINDOWS) if length else 0
        for number in range(count):
            yield Window(passage, number * step, min(number * step + room, length))


def lay_out(frame: Frame, rows: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    """Return the network's inputs for passages of one question, each of shape (rows, tokens)."""
    prefix = frame.prefix
    width = len(prefix) + max(len(row) for row in rows) + 1
    ids, mask, types = (np.zeros((len(rows), width), dtype=np.int64) for _ in range(3))
    ids[:, : len(prefix)] = prefix
    for position, row in enumerate(rows):
        end = len(prefix) + len(row)
        ids[position, len(prefix) : end] = row
        ids[position, end] = frame.separator
        mask[position, : end + 1] = 1
        types[position, len(prefix) : end + 1] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
