"""What every embedder does to its texts and its vectors, whichever engine runs it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rag.text import well_formed
from rag.words.folding import without_vowel_points


def readable(text: str) -> str:
    """Return a text as tokenizers take it: well formed, and without vowel marks, which few texts have."""
    return without_vowel_points(well_formed(text))


def normalise(vectors: ArrayLike) -> NDArray[np.float32]:
    """Return vectors of length 1 in float32: normalised in bf16 they are up to 0.4 % too long or short."""
    exact = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(exact, axis=-1, keepdims=True)
    normalised: NDArray[np.float32] = exact / np.maximum(lengths, np.float32(1e-12))
    return normalised
