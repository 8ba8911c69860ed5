"""Reads the header of a GGUF file and checks that the file is whole, before llama.cpp is given it.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import functools
import re
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rag.errors import ModelError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_ENTRIES = 100_000
"""Of keys, and of tensors: the largest models have a few thousand of both."""
MAX_NAME = 65_535
"""Bytes of a key or of a tensor's name, by the format."""
MAX_DIMENSIONS = 4
MAX_ARRAYS_IN_ARRAYS = 4
KEPT_NUMBERS = 4_096
"""Numbers of an array that are kept: some models say a value for each layer. Longer ones are vocabularies."""
KEPT_TEXT = 1 << 20
"""Bytes of a text that are kept: chat templates are the longest of those that are looked at."""
DEFAULT_ALIGNMENT = 32
HEADERS_KEPT = 64

_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9

_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Number of a tensor's type -> weights in a block, and its bytes. Of newer types only the beginning is checked."""

_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.I)

GET_AGAIN = "Get the file again: it may have been cut off on its way."

Value = int | float | str | bool | tuple[int | float, ...]


class GgufError(ModelError):
    """A file is not a GGUF file, is damaged, cut off, or of a kind that cannot chat."""


@dataclass(frozen=True, slots=True)
class GgufFile:
    """What a model's header says; `size` is of all its parts, in bytes."""

    path: Path
    size: int
    values: Mapping[str, Value]
    vocabulary: int = 0
    """The number of its tokens."""

    @property
    def architecture(self) -> str:
        """Return what kind of model it is, such as "llama" or "qwen2"."""
        return str(self.values.get("general.architecture", ""))

    @property
    def title(self) -> str:
        """Return the model's own name; "" where it has none."""
        return str(self.values.get("general.name", ""))

    @property
    def licence(self) -> str:
        """Return the licence that the file names; "" where it names none."""
        return str(self.values.get("general.license", ""))

    @property
    def chat_template(self) -> str:
        """Return the template by which messages become a prompt; "" where the model has none."""
        return str(self.values.get("tokenizer.chat_template", ""))

    @property
    def context_length(self) -> int | None:
        """Return the most tokens it was trained for."""
        return self._number("context_length") or None

    @property
    def embedding_length(self) -> int:
        """Return the numbers that stand for one token within the model."""
        return self._number("embedding_length")

    def cache_bytes(self, context_tokens: int) -> int:
        """Return the memory for what it keeps of a context (keys and values at 16 bits), rather too much.

        Layers that look only at the last tokens, or keep a state of fixed size, take less.
        """
        layers, heads = self._number("block_count"), self._each("attention.head_count")
        if not layers or not heads:
            return 0
        of_a_head = self.embedding_length // max(heads)
        length = self._number("attention.key_length") or of_a_head
        length += self._number("attention.value_length") or of_a_head
        kept = self._each("attention.head_count_kv") or heads
        heads_kept = sum(kept) if len(kept) == layers else layers * max(kept)
        return context_tokens * heads_kept * length * 2

    def _number(self, name: str) -> int:
        return max(self._each(name), default=0)

    def _each(self, name: str) -> list[int]:
        value = self.values.get(f"{self.architecture}.{name}")
        values = value if isinstance(value, tuple) else (value,)
        return [int(number) for number in values if isinstance(number, int | float) and 0 < number < 1 << 40]


def read_gguf(path: Path) -> GgufFile:
    """Return what the header of a model says, all its parts checked for length. Raises GgufError."""
    try:
        found = _read_one(path)
        count = found.values.get("split.count", 1)
        if isinstance(count, int) and count > 1:
            sizes = [_read_one(part).size for part in _parts(path, count)]
            return GgufFile(path, sum(sizes), found.values, found.vocabulary)
    except FileNotFoundError as error:
        raise GgufError(f"There is no file {error.filename}.", "Check the path of the model.") from None
    except OSError as error:
        raise GgufError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from None
    return found


def check_chats(file: GgufFile) -> None:
    """Refuse a file that is whole but no model that writes. Raises GgufError."""
    if file.architecture == "clip":
        raise GgufError(
            f"{file.path} has only what a model needs to see images (a projector).",
            "Name the model's own file, and leave this one beside it: it is found there.",
        )
    if "bert" in file.architecture or f"{file.architecture}.pooling_type" in file.values:
        raise GgufError(
            f"{file.path} is an embedding model ({file.architecture}), which cannot write.",
            "Name a model that chats, often with 'instruct' or 'it' in its name.",
        )
    if not file.architecture or not file.vocabulary:
        raise GgufError(f"{file.path} is GGUF, but no language model.", "Name a model that chats.")


def find_projector(model: GgufFile) -> Path | None:
    """Return the file beside a model by which it sees images (mmproj), None where there is none for it.

    It is for this model if all other words of its name are in the model's, or if no other model lies beside it; and
    if it says no other width than the model's.
    """
    beside = sorted(path for path in model.path.parent.glob("*.gguf") if path != model.path)
    models = [path for path in beside if "mmproj" not in path.name.lower()]
    for path in beside:
        if "mmproj" not in path.name.lower():
            continue
        words = _words(path.stem) - {"mmproj", "model", "f16", "f32", "bf16", "q8", "0"}
        if not words <= _words(model.path.stem) or (not words and models):
            continue
        try:
            projector = read_gguf(path)
        except GgufError:
            continue
        width = projector.values.get("clip.vision.projection_dim", model.embedding_length)
        if projector.architecture == "clip" and width == model.embedding_length:
            return path
    return None


def _words(name: str) -> set[str]:
    return set(filter(None, re.split(r"[^a-z0-9.]+", name.lower())))


def parts_of(path: Path) -> list[Path]:
    """Return all the files of a model whose first part has this name; of any other name the file alone."""
    named = _PART.search(path.name)
    if named is None or int(named[1]) != 1:
        return [path]
    name, count = path.name[: named.start()], int(named[2])
    return [path.with_name(f"{name}-{number:05}-of-{count:05}.gguf") for number in range(1, count + 1)]


def _parts(path: Path, count: int) -> list[Path]:
    """Return the files of a model that was split. Raises GgufError where `path` is not the first or one is missing."""
    named = _PART.search(path.name)
    if named is None or int(named[2]) != count:
        raise GgufError(
            f"{path} is one of {count} parts of a model and has lost the name by which the others are found.",
            f"Give it back its name, which ends in -00001-of-{count:05}.gguf.",
        )
    if int(named[1]) != 1:
        raise GgufError(f"{path} is part {int(named[1])} of a model.", "Name the first part: 00001.")
    return parts_of(path)


def _read_one(path: Path) -> GgufFile:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise GgufError(f"{path} is a folder.", "Name the .gguf file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise GgufError(f"{path} is not a file.", "Name a .gguf file.")
    return _read_header(path, found.st_size, found.st_mtime_ns)


@functools.lru_cache(maxsize=HEADERS_KEPT)
def _read_header(path: Path, size: int, _modified: int) -> GgufFile:
    """Read a file once for as long as its size and time stay: a vocabulary takes up to half a second."""
    with path.open("rb") as opened:
        return _Header(opened, path, size).read()


class _Header:
    """Reads one file from its beginning; nothing that a header claims is allocated before it was seen to be there."""

    def __init__(self, opened: BinaryIO, path: Path, size: int) -> None:
        self._file = opened
        self._path = path
        self._size = size

    def read(self) -> GgufFile:
        if self._file.read(4) != MAGIC:
            raise GgufError(f"{self._path} is not a GGUF file.", "Name a model in llama.cpp's format, .gguf.")
        version = self._number("I")
        if version not in VERSIONS:
            if int.from_bytes(version.to_bytes(4, "little"), "big") in VERSIONS:
                raise GgufError(
                    f"{self._path} was made for machines that write numbers the other way round (big-endian).",
                    "Get the usual, little-endian file.",
                )
            raise GgufError(
                f"{self._path} is GGUF of version {version}, which is not known here.", "Get a newer file, or Lectern."
            )
        tensors, keys = self._number("Q"), self._number("Q")
        if max(tensors, keys) > MAX_ENTRIES:
            raise self._damaged()
        values: dict[str, Value] = {}
        vocabulary = 0
        for _ in range(keys):
            key = self._text(MAX_NAME)
            value, count = self._value(self._number("I"))
            if value is not None:
                values[key] = value
            if key == "tokenizer.ggml.tokens":
                vocabulary = count
        self._check_tensors(tensors, values)
        return GgufFile(self._path, self._size, values, vocabulary)

    def _check_tensors(self, count: int, values: Mapping[str, Value]) -> None:
        end = 0
        for _ in range(count):
            self._text(MAX_NAME)
            dimensions = self._number("I")
            if dimensions > MAX_DIMENSIONS:
                raise self._damaged()
            weights = 1
            for _ in range(dimensions):
                weights *= self._number("Q")
            per_block, block_bytes = _BLOCKS.get(self._number("I"), (1, 0))
            if weights % per_block:
                raise self._damaged()
            end = max(end, self._number("Q") + weights // per_block * block_bytes)
        alignment = values.get("general.alignment", DEFAULT_ALIGNMENT)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
            raise self._damaged()
        begin = -(-self._file.tell() // alignment) * alignment
        if count and begin + end > self._size:
            missing = begin + end - self._size
            raise GgufError(
                f"{self._path} is cut off: {missing:,} of its {begin + end:,} bytes are missing.", GET_AGAIN
            )

    def _value(self, kind: int, depth: int = 0) -> tuple[Value | None, int]:
        """Return the next value, None for what is not kept, and how many it has."""
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind]), 1
        if kind == _TEXT:
            return self._text(), 1
        if kind != _ARRAY or depth > MAX_ARRAYS_IN_ARRAYS:
            raise self._damaged()
        inner, count = self._number("I"), self._number("Q")
        if inner in _NUMBERS:
            size = struct.calcsize("<" + _NUMBERS[inner])
            if count > KEPT_NUMBERS:
                self._skip(count * size)
                return None, count
            return struct.unpack(f"<{count}{_NUMBERS[inner]}", self._take(count * size)), count
        # Each of these takes 8 bytes at least.
        self._check_left(count * 8)
        for _ in range(count):
            if inner == _TEXT:
                self._skip(self._number("Q"))
            else:
                self._value(inner, depth + 1)
        return None, count

    def _text(self, longest: int | None = None) -> str:
        length = self._number("Q")
        if longest is not None and length > longest:
            raise self._damaged()
        kept = min(length, KEPT_TEXT)
        text = self._take(kept).decode("utf-8", "replace")
        self._skip(length - kept)
        return text

    def _number(self, kind: str) -> int:
        form = "<" + kind
        number: int = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return number

    def _take(self, size: int) -> bytes:
        self._check_left(size)
        taken = self._file.read(size)
        if len(taken) < size:
            raise self._cut_off()
        return taken

    def _skip(self, size: int) -> None:
        if size:
            self._check_left(size)
            self._file.seek(size, 1)

    def _check_left(self, size: int) -> None:
        if size > self._size - self._file.tell():
            raise self._cut_off()

    def _cut_off(self) -> GgufError:
        return GgufError(f"{self._path} is damaged, or cut off within its header.", GET_AGAIN)

    def _damaged(self) -> GgufError:
        return GgufError(f"{self._path} is damaged: its header says what cannot be.", GET_AGAIN)
