"""The estimate of tokens where no tokenizer can be asked."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from rag.models.llm.token_estimate import estimate_tokens


@pytest.mark.parametrize(
    ("text", "true_count"),
    [
        ("The cat sat on the mat.", 7),
        ("1234567890", 10),
        ("<|im_start|>", 7),
        ("deadbeefcafebabe0123456789abcdef", 24),
        ("當社は前年比で十二パーセント増", 28),
    ],
)
def test_the_estimate_is_not_below_what_a_small_vocabulary_needs(text: str, true_count: int) -> None:
    assert estimate_tokens(text) >= true_count


def test_an_empty_text_has_no_tokens() -> None:
    assert estimate_tokens("") == 0


def test_more_text_never_has_fewer_tokens() -> None:
    text = "Revenue rose 12.4% (2022: $1,098.2 million)\n\nÜbersicht 公司 🎉 AbC"
    counts = [estimate_tokens(text[:end]) for end in range(len(text) + 1)]
    assert all(after >= before - 1 for before, after in pairwise(counts))
    assert estimate_tokens(text * 2) >= 2 * estimate_tokens(text) - 1


@pytest.mark.parametrize("text", ["a1b2 word ", "a", "1", "A", "é"])
def test_the_time_grows_with_the_length_and_not_with_its_square(text: str) -> None:
    started = time.monotonic()
    estimate_tokens(text * (1_000_000 // len(text)))
    assert time.monotonic() - started < 20  # A fifth of a second on a quiet machine; by the square it would be hours.
