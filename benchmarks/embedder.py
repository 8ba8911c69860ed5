"""Times the embedder alone on the chunks of an index, all at once: what a sync could reach at best. Stores nothing.

    python -m benchmarks.embedder HOME

Prints JSON. The model is loaded, and has embedded a few chunks, before the clock starts.
"""

from __future__ import annotations

import json
import sys
import time
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
    """The time that the embedder took for the chunks of an index."""

    chunks: int
    seconds: float


def time_embedder(home: Path) -> EmbedderSpeed:
    """Embed every chunk of every collection below `home`."""
    settings = read_settings(home=home)
    file = home / "catalogue.sqlite"
    engine = open_catalogue(file)
    catalogue, writer = CatalogueReader(engine, file), CatalogueWriter(engine, file)
    indexes = [catalogue.find_index(collection.name) for collection in catalogue.list_collections()]
    texts = [
        chunk.text_to_embed
        for index in indexes
        if index is not None
        for document_id in writer.documents_in(index.id)
        for chunk in writer.load_version(document_id, index.id)[1]
    ]
    embedder = build_embedder(settings)
    embedder.embed_passages(texts[:WARM_UP_CHUNKS])
    started = time.perf_counter()
    embedder.embed_passages(texts)
    return EmbedderSpeed(len(texts), time.perf_counter() - started)


if __name__ == "__main__":
    json.dump(asdict(time_embedder(Path(sys.argv[1]))), sys.stdout)
