"""Keeps matrices in 8 bits, each row with a scale of its own: a quarter of their size in float32."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

SCALE = ".scale"
"""Ends the name of the scales of a packed matrix."""

MIN_ROWS = 8
"""Of a matrix that is packed: a smaller one saves nothing."""

LARGEST = 127
"""The number that the largest of a row becomes."""


def write_packed(arrays: Mapping[str, NDArray[Any]], file: Path) -> None:
    """Write arrays: matrices in 8 bits, all else in float16."""
    written: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        if array.ndim == 2 and len(array) >= MIN_ROWS:
            scale = np.maximum(np.abs(array).max(axis=1), np.finfo(np.float32).tiny).astype(np.float32) / LARGEST
            written[name] = np.rint(array / scale[:, None]).astype(np.int8)
            written[name + SCALE] = scale
        else:
            written[name] = array.astype(np.float16)
    save_file({name: np.ascontiguousarray(array) for name, array in written.items()}, file)


def read_packed(file: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file, packed ones in float32, others as they are. Raises OSError."""
    arrays = load_file(file)
    return {
        name: array.astype(np.float32) * arrays[name + SCALE][:, None] if name + SCALE in arrays else array
        for name, array in arrays.items()
        if not name.endswith(SCALE)
    }
