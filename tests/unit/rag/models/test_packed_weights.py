"""Matrices are kept in 8 bits and come back nearly as they were; small arrays keep their digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag.models.packed_weights import MIN_ROWS, read_packed, write_packed


def test_each_row_comes_back_to_within_a_step_of_its_own_scale(tmp_path: Path) -> None:
    rows = np.random.default_rng(5).normal(size=(40, 64)).astype(np.float32)
    rows *= np.logspace(-4, 2, 40, dtype=np.float32)[:, None]
    write_packed({"layer.weight": rows}, tmp_path / "packed")
    back = read_packed(tmp_path / "packed")["layer.weight"]
    assert back.dtype == np.float32
    assert np.all(np.abs(back - rows) <= np.abs(rows).max(axis=1, keepdims=True) / 253)


def test_a_row_of_zeros_stays_one(tmp_path: Path) -> None:
    write_packed({"layer.weight": np.zeros((MIN_ROWS, 4), dtype=np.float32)}, tmp_path / "packed")
    assert not read_packed(tmp_path / "packed")["layer.weight"].any()


def test_vectors_and_heads_are_kept_in_half_precision(tmp_path: Path) -> None:
    head, bias = np.full((2, 16), 0.1, dtype=np.float32), np.full(16, 3.3, dtype=np.float32)
    write_packed({"span.weight": head, "bias": bias}, tmp_path / "packed")
    back = read_packed(tmp_path / "packed")
    assert set(back) == {"span.weight", "bias"}
    np.testing.assert_array_equal(back["span.weight"], head.astype(np.float16))
    np.testing.assert_array_equal(back["bias"], bias.astype(np.float16))
