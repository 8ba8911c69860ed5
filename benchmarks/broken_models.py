"""Has llama.cpp load copies of a model whose header is damaged in one place or a few, and counts how each ends.

python -m benchmarks.broken_models MODEL.gguf
"""

from __future__ import annotations

import argparse
import random
import struct
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rag.errors import LecternError
from rag.models.llm.gguf_file import GgufError, read_gguf
from rag.models.llm.gguf_model import GgufModel
from rag.models.llm.llama_server import LlamaServer
from rag.types import Message

NUMBERS: dict[str, tuple[int, ...]] = {
    "attention.head_count": (0, 1, 7, 1 << 31),
    "attention.head_count_kv": (0, 2, 1 << 30),
    "block_count": (0, 1, 29, 1 << 30),
    "embedding_length": (0, 1, 1 << 30),
    "feed_forward_length": (0, 1 << 31),
    "rope.dimension_count": (0, 3, 1 << 30),
    "context_length": (0, 1, (1 << 32) - 1),
}
"""Keys of a header, and values that the model does not have."""

RANDOM_COPIES = 20
BYTES_CHANGED = 3
SEED = 4


def damaged_copies(whole: bytes, architecture: str, header_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Return what was done, and the file: numbers that cannot be, then bytes anywhere in the header."""
    for name, values in NUMBERS.items():
        key = f"{architecture}.{name}".encode()
        place = whole.find(struct.pack("<Q", len(key)) + key)
        for value in values if place >= 0 else ():
            copy = bytearray(whole)
            struct.pack_into("<I", copy, place + 8 + len(key) + 4, value)
            yield f"{name} = {value}", bytes(copy)
    chance = random.Random(SEED)
    for number in range(RANDOM_COPIES):
        copy = bytearray(whole)
        for _ in range(BYTES_CHANGED):
            copy[chance.randrange(24, header_bytes)] = chance.randrange(256)
        yield f"random copy {number}", bytes(copy)


def outcome(path: Path) -> tuple[str, str]:
    """Load a file and ask it for a word; return how that ended, and what was said."""
    server = LlamaServer(path, context_tokens=512, idle_seconds=60)
    try:
        said = GgufModel("gguf:copy", server, sees_images=False).stream([Message("user", "Hi")], max_tokens=2)
        return "answers", "".join(piece.text for piece in said)
    except GgufError as error:
        return "refused by Lectern", error.reason
    except LecternError as error:
        if "of memory for" in error.reason:
            return "refused by Lectern", error.reason
        return "ends llama.cpp" if "by signal" in error.reason else "refused by llama.cpp", error.reason
    finally:
        server.unload()


def main() -> None:
    """Run all copies and print how each ended, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    model = parser.parse_args().model
    whole = model.read_bytes()
    header_bytes = max(whole.rfind(b"output_norm.weight", 0, len(whole) // 4), 1000)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.gguf"
        for done, content in damaged_copies(whole, read_gguf(model).architecture, header_bytes):
            path.write_bytes(content)
            ending, said = outcome(path)
            counts[ending] += 1
            print(f"{done:34} {ending:22} {said}", flush=True)
    print(", ".join(f"{count} {ending}" for ending, count in counts.most_common()))


if __name__ == "__main__":
    main()
