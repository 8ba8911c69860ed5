"""Measures the time of erasing after a removal, by the size of the catalogue: `python -m benchmarks.erasure`."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from rag.storage.catalogue.schema import open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.types import Chunk, FileState, Page, ParsedDocument, Span, VectorKey

SIZES = (2_000, 20_000)
CHUNKS_A_DOCUMENT = 100
WORDS_A_CHUNK = 160
VOCABULARY = 40_000
SEED = 20261125


def main(sizes: tuple[int, ...]) -> None:
    """Print one line for each number of chunks."""
    print("chunks  catalogue MB  removing s  erasing s (processor time)")
    for chunks in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "catalogue.sqlite"
            writer = CatalogueWriter(open_catalogue(file), file)
            documents = fill(writer, chunks)
            megabytes = file.stat().st_size / 1e6
            started = time.process_time()
            writer.remove_documents([documents[len(documents) // 2]])
            removed = time.process_time()
            assert writer.erase_traces()
            erased = time.process_time()
            print(f"{chunks:6}  {megabytes:12.0f}  {removed - started:10.2f}  {erased - removed:9.2f}")


def fill(writer: CatalogueWriter, chunks: int) -> list[int]:
    """Return documents of words as frequent as Zipf has them; returns their ids."""
    draw = random.Random(SEED)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(3, 10))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    collection = writer.open_collection("default")
    folder = writer.open_folder(collection, Path("/documents"))
    index = writer.open_index(collection, "hash@1+chunks1")
    made = []
    for number in range(chunks // CHUNKS_A_DOCUMENT):
        file = FileState(f"{number}.txt", f"{number}.txt".encode(), 1, 1, f"{number:064}")
        texts = [" ".join(draw.choices(words, weights, k=WORDS_A_CHUNK)) for _ in range(CHUNKS_A_DOCUMENT)]
        pages = tuple(Page(page, text, ()) for page, text in enumerate(texts))
        cut = [Chunk(page, text, "", "", (Span(page, 0, len(text)),)) for page, text in enumerate(texts)]
        document = writer.open_document(collection, folder, file)
        key = VectorKey(index.space, f"{document}.{index.id}.{number}", len(cut))
        writer.announce_vectors(key)
        writer.commit_version(
            document, index.id, file, ParsedDocument("", "txt", pages), cut, key=key, names=str(number)
        )
        made.append(document)
    return made


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
