"""Syncs on a Ray cluster while workers and nodes of it are killed, and counts what that cost."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from app.settings import read_settings
from ingest.cluster.connection import RayCluster
from ingest.report import SyncProgress, SyncReport
from rag.protocols import Embedder
from tests.fakes import HashEmbedder
from tests.integration.inspection import index_content
from tests.integration.killing import write_folder
from tests.integration.opening import open_index_of

READING = "ray::read_on_node"
EMBEDDING = "ray::NodeEmbedder"

WAIT_SECONDS = 20.0


@dataclass
class NodeLosses:
    """What became of the documents of all trials."""

    tried: int = 0
    killed: int = 0
    """Trials in which something was killed while files were still to be read."""
    lost: int = 0
    doubled: int = 0
    failed: list[str] = field(default_factory=list)


def write_texts(folder: Path, count: int, repeats: int = 4000) -> None:
    """Texts that take some tenths of a second each."""
    sentence = "The text number {} speaks of herring. "
    write_folder(folder, {f"{number}.txt": sentence.format(number) * repeats for number in range(count)})


def sync(
    home: Path,
    folder: Path,
    embedder: Embedder,
    address: str = "",
    joined: RayCluster | None = None,
    on_progress: Callable[[SyncProgress], None] = lambda progress: None,
) -> SyncReport:
    """Sync in this process, on a cluster by its address or one that is joined already, else here."""
    settings = read_settings(home=home, workers=1, ray_address=address)
    with open_index_of(settings, embedder=embedder, wait_seconds=5) as lectern:
        if joined is not None:
            lectern.__dict__["cluster"] = joined
        return lectern.ingest.sync(folder, collection="default", on_progress=on_progress)


def kill_process(title: str) -> None:
    """Kill one process that has a title of Ray's, once there is one."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        for process in psutil.process_iter(["cmdline"]):
            if title in " ".join(process.info["cmdline"] or []):
                process.send_signal(signal.SIGKILL)
                return
        time.sleep(0.01)
    raise AssertionError(f"no process is called {title}")


def kill_node(nodes: Any) -> None:
    """Kill one node with all that runs on it, and start another."""
    nodes.remove_node(nodes.list_all_nodes()[-1], allow_graceful=False)
    nodes.add_node(num_cpus=1, wait=False)


def try_losses(
    nodes: Any, joined: RayCluster, base: Path, *, trials: int, seed: int, kill: Callable[[], None], files: int = 16
) -> NodeLosses:
    """Sync a folder `trials` times, each time killing something after a number of files that is drawn."""
    folder, draw, losses = base / "documents", random.Random(seed), NodeLosses()
    write_texts(folder, files)
    sync(base / "clean", folder, HashEmbedder())
    clean = index_content(base / "clean")
    for trial in range(trials):
        moment = draw.randrange(1, files - 4)
        done: set[int] = set()

        def lose(progress: SyncProgress, moment: int = moment, done: set[int] = done) -> None:
            if progress.files_done == moment and moment not in done:
                done.add(moment)
                kill()

        home = base / f"home{trial}"
        report = sync(home, folder, HashEmbedder(), joined=joined, on_progress=lose)
        found = index_content(home)
        losses.tried += 1
        losses.killed += bool(done)
        losses.lost += sum((Counter(clean[path]) - Counter(found.get(path, []))).total() for path in clean)
        losses.doubled += sum((Counter(found[path]) - Counter(clean.get(path, []))).total() for path in found)
        losses.failed += [one.reason for one in report.failed]
        shutil.rmtree(home)
    return losses
