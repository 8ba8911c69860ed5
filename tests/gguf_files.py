"""Writes small GGUF files, whole and broken. No model is in them: their weights are noughts."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

U32, TEXT, ARRAY = 4, 8, 9


def text(value: str) -> bytes:
    """A string as the format has it."""
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def entry(key: str, value: int | str | Sequence[str]) -> bytes:
    """A key with its value: a number, a text or a list of texts."""
    if isinstance(value, int):
        return text(key) + struct.pack("<II", U32, value)
    if isinstance(value, str):
        return text(key) + struct.pack("<I", TEXT) + text(value)
    return text(key) + struct.pack("<IIQ", ARRAY, TEXT, len(value)) + b"".join(map(text, value))


def gguf_file(
    values: Mapping[str, int | str | Sequence[str]] | None = None,
    *,
    tensors: int = 2,
    version: int = 3,
    tensor_type: int = 0,
    counts: tuple[int, int] | None = None,
) -> bytes:
    """A whole file with `values` in its header, as a small model has them, and `tensors` of 64 weights each.

    `counts` are what it claims to have of tensors and keys.
    """
    told: dict[str, int | str | Sequence[str]] = {
        "general.architecture": "llama",
        "general.name": "Tiny",
        "general.license": "apache-2.0",
        "llama.context_length": 4096,
        "llama.block_count": 2,
        "llama.embedding_length": 64,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "tokenizer.ggml.tokens": ["<s>", "</s>", "lamp"],
        **(values or {}),
    }
    claimed = counts or (tensors, len(told))
    head = b"GGUF" + struct.pack("<IQQ", version, *claimed) + b"".join(entry(key, told[key]) for key in told)
    for number in range(tensors):
        head += text(f"blk.{number}.weight") + struct.pack("<IQIQ", 1, 64, tensor_type, number * 256)
    return head + b"\0" * (-len(head) % 32) + b"\0" * (256 * tensors)
