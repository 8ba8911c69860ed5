"""Times embedders alone on the chunks of an index, all at once: what a sync could reach at best. Stores nothing.

    python -m benchmarks.embedder HOME [--embedder NAME ...] [--chunks N] [--rounds N]

Prints JSON. Models are loaded, and have embedded a few chunks, before the clock starts. Several embedders take turns,
and the median of each one's rounds counts, so that whatever else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.service.build_models import build_embedder
from app.settings import read_settings
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.schema import open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter

WARM_UP_CHUNKS = 64


@dataclass(frozen=True, slots=True)
class EmbedderSpeed:
    """Holds how long an embedder took for the chunks of an index."""

    embedder: str
    chunks: int
    seconds: float


def time_embedders(
    home: Path, names: Sequence[str], *, limit: int | None = None, rounds: int = 1
) -> list[EmbedderSpeed]:
    """Embed the chunks of every collection below `home`, or the first of them, with each embedder in turn."""
    texts = load_texts(home)[:limit]
    embedders = {name: build_embedder(read_settings(home=home, embedder=name)) for name in names}
    for embedder in embedders.values():
        embedder.embed_passages(texts[:WARM_UP_CHUNKS])
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, embedder in embedders.items():
            started = time.perf_counter()
            embedder.embed_passages(texts)
            seconds[name].append(time.perf_counter() - started)
    return [
        EmbedderSpeed(embedders[name].fingerprint, len(texts), statistics.median(taken))
        for name, taken in seconds.items()
    ]


def load_texts(home: Path) -> list[str]:
    """Return what is embedded of every chunk of an index, in the order of its documents."""
    file = home / "catalogue.sqlite"
    engine = open_catalogue(file)
    catalogue, writer = CatalogueReader(engine, file), CatalogueWriter(engine, file)
    indexes = [catalogue.find_index(collection.name) for collection in catalogue.list_collections()]
    return [
        chunk.text_to_embed
        for index in indexes
        if index is not None
        for document_id in writer.documents_in(index.id)
        for chunk in writer.load_version(document_id, index.id)[1]
    ]


def main() -> None:
    """Time as the command line says and print JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.embedder", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--embedder", action="append", help="a value of the setting `embedder`; may be given again")
    parser.add_argument("--chunks", type=int, help="only the first so many")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    names = given.embedder or [read_settings(home=given.home).embedder]
    speeds = time_embedders(given.home, names, limit=given.chunks, rounds=given.rounds)
    json.dump([asdict(speed) for speed in speeds], sys.stdout, indent=2)


if __name__ == "__main__":
    main()
