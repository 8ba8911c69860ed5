"""The reader's two heads in float32, over token vectors that may have been made in bf16."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open


@dataclass(frozen=True, slots=True)
class Heads:
    """Two linear layers. In bf16 their logits would come in steps of 1/32, and neighbours would change places."""

    relevance_weight: NDArray[np.float32]
    relevance_bias: NDArray[np.float32]
    span_weight: NDArray[np.float32]
    span_bias: NDArray[np.float32]

    def relevance(self, tokens: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return relevance logits of shape (rows,) from token vectors of shape (rows, tokens, size)."""
        logits: NDArray[np.float32] = tokens[:, 0] @ self.relevance_weight[0] + self.relevance_bias
        return logits

    def spans(self, tokens: NDArray[np.float32]) -> NDArray[np.float32]:
        """Start and end logits of shape (rows, tokens, 2) from token vectors of shape (rows, tokens, size)."""
        logits: NDArray[np.float32] = tokens @ self.span_weight.T + self.span_bias
        return logits


def open_heads(weights: Path) -> Heads:
    """Return the heads in the reader's safetensors file. Raises OSError, KeyError and the catalogue's own errors."""
    names = ("relevance.weight", "relevance.bias", "span.weight", "span.bias")
    with safe_open(weights, framework="np") as tensors:
        return Heads(*(tensors.get_tensor(name).astype(np.float32) for name in names))
