"""Chooses the best answer span from start and end logits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

MAX_ANSWER_TOKENS = 40
"""Longer spans join unrelated places; longer answers are for the sentence around the span."""


class BestSpans(NamedTuple):
    """The best answer of each row: first and last token (both of it), and its log-odds against "no answer"."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    confidences: NDArray[np.float32]


def choose_spans(logits: NDArray[np.float32], sizes: NDArray[np.intp], *, first: int) -> BestSpans:
    """Return the best span in each row of `logits`, shape (rows, tokens, 2): start and end logits.

    The passage of a row is its `sizes` tokens (at least 1) from `first` on; positions are counted from there. The
    first token of a row stands for "no answer".
    """
    passage = logits[:, first : first + int(sizes.max())]
    inside = np.arange(passage.shape[1]) < sizes[:, None]
    starts = np.where(inside, passage[..., 0], -np.inf)
    ends = np.where(inside, passage[..., 1], -np.inf)
    beyond = np.pad(ends, ((0, 0), (0, MAX_ANSWER_TOKENS - 1)), constant_values=-np.inf)
    reachable = sliding_window_view(beyond, MAX_ANSWER_TOKENS, axis=1)
    sums = starts + reachable.max(axis=2)
    rows = np.arange(len(logits))
    best = sums.argmax(axis=1)
    last = best + reachable[rows, best].argmax(axis=1)
    return BestSpans(best, last, (sums[rows, best] - logits[:, 0].sum(axis=1)).astype(np.float32))
