"""Measures how storing, searching, memory, disk and start change as an index grows to a million chunks.

    python -m benchmarks.scale --from HOME --home DIR --chunks 10000 100000 1000000 [--questions FILE] [--json]

DIR is filled with copies of the documents of the index HOME, through the catalogue and the vector store as a sync fills
them, and keeps what it has for the next run. In each copy the names of organisations are others, of the same length,
so that all offsets hold, and each vector is a little turned: copies are neighbours, as the reports of one kind are.
Nothing is parsed or embedded, so a chunk's time is that of storing it. At each size a server is started and searched
over HTTP by one client, and `lectern search` as a process that starts from nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import statistics
import string
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]

from app.evaluation.evaluate import read_questions
from app.evaluation.metrics import percentile
from app.service.lock import own_index
from app.settings import CATALOGUE_FILE
from benchmarks.cold_search import CHECKOUT, search
from benchmarks.served import serving
from rag.errors import ConfigurationError, LecternError
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.schema import open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.storage.vectors import ChromaVectors
from rag.types import Chunk, FileState, ParsedDocument, VectorKey, Vectors

COLLECTION = "default"
FOLDER = Path("/copies")

WINDOW_CHUNKS = 4_000
"""Stored at once: a sync stores as many for a few large documents."""

TURN = 0.3
"""Length of the random vector that is added to each one, whose own is 1."""

SHORTEST_NAME = 4
"""Letters of a word of a name that is replaced: "Inc" and "of" stay."""

COLD_ROUNDS = 3

QUESTIONS = ("What was the revenue of the year?", "Who audits the accounts?", "What is said about inflation?")


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one size of the index."""

    chunks: int
    documents: int
    stored_per_second: float
    """Chunks, since the size before; 0 where all were there."""
    search_p50_ms: float
    search_p95_ms: float
    stage_p50_ms: dict[str, float]
    cold_search_seconds: float
    ready_seconds: float
    """Until a server that starts has its models loaded."""
    server_mib: int
    catalogue_mib: int
    vectors_mib: int


@dataclass(frozen=True, slots=True)
class Original:
    """A document of the index that is copied."""

    parsed: ParsedDocument
    chunks: Sequence[Chunk]
    vectors: Vectors


def read_originals(home: Path) -> tuple[str, list[Original]]:
    """Return the fingerprint of an index and its documents. Raises LecternError where there is none."""
    file = home / CATALOGUE_FILE
    with own_index(home, "benchmark", wait_seconds=0), _catalogue(file) as (catalogue, writer):
        index = catalogue.find_index(COLLECTION)
        if index is None:
            raise ConfigurationError(f"{home} has no collection {COLLECTION}.", "Sync a folder into it.")
        vectors = ChromaVectors(home / "chroma")
        originals = []
        for document_id in writer.documents_in(index.id):
            parsed, chunks, key = writer.load_version(document_id, index.id)
            found = vectors.load(key.space, key.ids)
            originals.append(Original(parsed, chunks, np.stack([found[id_] for id_ in key.ids])))
        vectors.close()
    return index.fingerprint, originals


@contextmanager
def _catalogue(file: Path) -> Iterator[tuple[CatalogueReader, CatalogueWriter]]:
    engine = open_catalogue(file)
    try:
        yield CatalogueReader(engine, file), CatalogueWriter(engine, file)
    finally:
        engine.dispose()


class Copier:
    """Makes the copies of a document, the same ones each time."""

    def __init__(self, originals: Sequence[Original]) -> None:
        self._originals = originals

    def make(self, number: int) -> tuple[ParsedDocument, list[Chunk], Vectors]:
        """Return the copy of this number, from 0; after the last document the first is copied once more."""
        original = self._originals[number % len(self._originals)]
        rename = _renamer(original.parsed, random.Random(number))
        turn = np.random.default_rng(number).standard_normal(original.vectors.shape).astype(np.float32)
        vectors = original.vectors + TURN * turn / np.linalg.norm(turn, axis=1, keepdims=True)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        profile = original.parsed.profile
        parsed = replace(
            original.parsed,
            title=rename(original.parsed.title),
            pages=tuple(replace(page, text=rename(page.text)) for page in original.parsed.pages),
            profile=replace(profile, organisations=tuple(map(rename, profile.organisations))),
        )
        chunks = [replace(chunk, text=rename(chunk.text), header=rename(chunk.header)) for chunk in original.chunks]
        return parsed, chunks, vectors


def _renamer(parsed: ParsedDocument, generator: random.Random) -> Callable[[str], str]:
    """Return what replaces the words of a document's names by others of the same length."""
    named = " ".join((parsed.title, *parsed.profile.organisations))
    words = sorted({word for word in re.findall(r"[^\W\d_]+", named) if len(word) >= SHORTEST_NAME})
    if not words:
        return lambda text: text
    others = {word.lower(): "".join(generator.choices(string.ascii_lowercase, k=len(word))) for word in words}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)

    def other(match: re.Match[str]) -> str:
        word = others[match[0].lower()]
        return word.upper() if match[0].isupper() else word.capitalize() if match[0][0].isupper() else word

    return lambda text: pattern.sub(other, text)


def fill(home: Path, fingerprint: str, copier: Copier, goal: int) -> tuple[int, int, float]:
    """Store copies until the index has `goal` chunks; return its documents, its chunks, and those stored a second."""
    home.mkdir(parents=True, exist_ok=True)
    with own_index(home, "benchmark", wait_seconds=0), _catalogue(home / CATALOGUE_FILE) as (_, writer):
        collection = writer.open_collection(COLLECTION)
        folder = writer.open_folder(collection, FOLDER)
        index = writer.open_index(collection, fingerprint)
        stored = sum(key.count for key in writer.vector_keys(index.id).values())
        documents = len(writer.documents_in(index.id))
        vectors = ChromaVectors(home / "chroma")
        before, seconds = stored, 0.0
        while stored < goal:
            window: list[tuple[FileState, ParsedDocument, list[Chunk], Vectors]] = []
            size = 0
            while stored < goal and size < WINDOW_CHUNKS:
                parsed, chunks, made = copier.make(documents)
                name = f"copy {documents:06}.pdf"
                sha256 = hashlib.sha256(name.encode()).hexdigest()
                window.append((FileState(name, name.encode(), 1, 0, sha256), parsed, chunks, made))
                documents, stored, size = documents + 1, stored + len(chunks), size + len(chunks)
            started = time.perf_counter()
            kept = []
            for file, parsed, chunks, made in window:
                id_ = writer.open_document(collection, folder, file)
                key = VectorKey(index.space, f"{id_}.{index.id}.{file.sha256[:16]}", len(chunks))
                writer.announce_vectors(key)
                kept.append((id_, file, parsed, chunks, made, key))
            ids = [one for *_, key in kept for one in key.ids]
            owners = [id_ for id_, _, _, chunks, _, _ in kept for _ in chunks]
            vectors.add(index.space, ids, owners, np.concatenate([made for *_, made, _ in kept]))
            for id_, file, parsed, chunks, _, key in kept:
                writer.commit_version(id_, index.id, file, parsed, chunks, key=key, names=file.path)
            seconds += time.perf_counter() - started
        if not index.is_active:
            writer.activate_index(collection, index.id)
        vectors.close()
    return documents, stored, (stored - before) / seconds if seconds else 0.0


def measure(home: Path, questions: Sequence[str], documents: int, chunks: int, per_second: float) -> Size:
    """Search the index over HTTP, then by processes that start from nothing."""
    started = time.perf_counter()
    with serving(home) as server:
        server.wait_until_ready()
        ready = time.perf_counter() - started
        seconds, stages = [], []
        with server.client() as client:
            for number, question in enumerate([questions[0], *questions]):
                asked = time.perf_counter()
                found = client.post("/search", json={"question": question, "collection": COLLECTION})
                found.raise_for_status()
                if number:
                    seconds.append(time.perf_counter() - asked)
                    stages.append(found.json()["milliseconds"])
        process = psutil.Process(server.process.pid)
        memory = sum(it.memory_info().rss for it in (process, *process.children(recursive=True)))
    command = [sys.executable, "-m", "app.cli", "search", questions[0], "--home", str(home.resolve())]
    cold = []
    for _ in range(COLD_ROUNDS):
        began = time.perf_counter()
        search(command, CHECKOUT)
        cold.append(time.perf_counter() - began)
    return Size(
        chunks=chunks,
        documents=documents,
        stored_per_second=per_second,
        search_p50_ms=1000 * percentile(seconds, 0.5),
        search_p95_ms=1000 * percentile(seconds, 0.95),
        stage_p50_ms={name: statistics.median(one.get(name, 0.0) for one in stages) for name in stages[0]},
        cold_search_seconds=statistics.median(cold),
        ready_seconds=ready,
        server_mib=memory >> 20,
        catalogue_mib=_bytes_in(home, "catalogue.sqlite*") >> 20,
        vectors_mib=_bytes_in(home / "chroma", "**/*") >> 20,
    )


def _bytes_in(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file())


def print_size(size: Size) -> None:
    """Print the figures of one size."""
    stages = ", ".join(f"{name} {taken:.0f}" for name, taken in size.stage_p50_ms.items())
    print(
        f"{size.chunks} chunks, {size.documents} documents: stored {size.stored_per_second:.0f}/s; search p50 "
        f"{size.search_p50_ms:.0f} ms, p95 {size.search_p95_ms:.0f} ms ({stages}); cold "
        f"{size.cold_search_seconds:.2f} s; "
        f"server ready after {size.ready_seconds:.1f} s, {size.server_mib} MiB; catalogue {size.catalogue_mib} MiB, "
        f"vectors {size.vectors_mib} MiB",
        flush=True,
    )


def main() -> int:
    """Measure as the command line says and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the index whose documents are copied")
    parser.add_argument("--home", type=Path, required=True, help="where the copies go")
    parser.add_argument("--chunks", type=int, nargs="+", required=True, help="the sizes, each at least as many")
    parser.add_argument("--questions", type=Path, help="a file of questions with gold pages; only their texts are used")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        questions = [it.question for it in read_questions(given.questions)] if given.questions else QUESTIONS
        fingerprint, originals = read_originals(given.source)
        copier = Copier(originals)
        sizes = []
        for goal in sorted(given.chunks):
            sizes.append(measure(given.home, questions, *fill(given.home, fingerprint, copier, goal)))
            if not given.json:
                print_size(sizes[-1])
    except LecternError as error:
        print(f"{error.reason} {error.remedy}", file=sys.stderr)
        return 2
    if given.json:
        json.dump([asdict(size) for size in sizes], sys.stdout, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
