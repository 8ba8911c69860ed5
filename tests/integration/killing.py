"""Kills a process at random points of its work on an index, and says what was lost, duplicated or mixed by that.

Each trial is a child of this process, forked so that nothing is imported twice. It works while another thread of it
asks questions, and it dies when it has used a random share of the processor time that the work takes: SIGPROF, left to
its default, ends a process as abruptly as SIGKILL does. Or its disk fails from then on, or is full at a random size of
a file. What it leaves is looked at by another child.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.backup.archive import open_backup, read_manifest
from app.backup.create import write_backup
from ingest.embedders import EmbedderModels, Embedders, OneEmbedder
from ingest.parsers.options import ParseOptions
from ingest.pipeline import IngestPipeline
from ingest.stages import ReadSettings
from rag.errors import LecternError
from rag.retrieval import Retriever
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.schema import open_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.storage.vectors import ChromaVectors
from tests.fakes import HashEmbedder, WordTokenizer
from tests.integration.failing_disk import can_fail, fail_from_now_on
from tests.integration.inspection import index_content

QUESTION = "text herring mackerel lobsters"

OLD = {f"old{number}.txt": f"The old text number {number} speaks of herring. " * 60 for number in range(6)}
NEW = {
    **{name: OLD[name] for name in ("old0.txt", "old3.txt", "old4.txt")},
    "old1.txt": "The new text number 1 speaks of mackerel. " * 80,
    "renamed2.txt": OLD["old2.txt"],
    "fresh.txt": "A fresh text that speaks of lobsters. " * 60,
}
REMOVED = "old0.txt"

LAST_QUESTION_SECONDS = 0.5


class SecondEmbedder(HashEmbedder):
    """For another index."""

    fingerprint = "hash@2"


class InlinePool:
    """Reads files in this process: the sandbox is not what is tried here, and starting it takes seconds."""

    workers = 1

    def submit_file(self, seconds: float, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done

    def stop(self) -> None:
        """There is nothing to stop."""


@dataclass
class Index:
    """The parts of an opened index."""

    catalogue: CatalogueReader
    writer: CatalogueWriter
    vectors: ChromaVectors
    ingest: IngestPipeline
    embedder: HashEmbedder

    def answers(self) -> dict[str, list[tuple[int, str]]]:
        """The chunks that a search brings up, by document."""
        index = self.catalogue.find_index("default")
        fits = index is not None and index.is_made_with(SecondEmbedder.fingerprint)
        embedder = SecondEmbedder() if fits else HashEmbedder()
        retriever = Retriever(searcher=self.catalogue, vectors=self.vectors, embedder=embedder)
        texts: dict[str, list[tuple[int, str]]] = {}
        for hit in retriever.retrieve(QUESTION, collection="default").hits:
            texts.setdefault(hit.document.path, []).append((hit.chunk.ordinal, hit.chunk.text))
        return {path: sorted(parts) for path, parts in texts.items()}


@contextlib.contextmanager
def opened(home: Path, embedder: HashEmbedder, embedders: Embedders | None = None) -> Iterator[Index]:
    file = home / "catalogue.sqlite"
    engine = open_catalogue(file)
    writer, catalogue, vectors = (
        CatalogueWriter(engine, file),
        CatalogueReader(engine, file),
        ChromaVectors(home / "chroma"),
    )
    ingest = IngestPipeline(
        catalogue=writer,
        vectors=vectors,
        embedders=embedders or OneEmbedder(EmbedderModels("hash", embedder, WordTokenizer())),
        settings=ReadSettings(1, 60, 1 << 30, 1 << 20, 64, ParseOptions()),
        open_pool=InlinePool,  # type: ignore[arg-type]
    )
    try:
        yield Index(catalogue, writer, vectors, ingest, embedder)
    finally:
        ingest.close()
        vectors.close()
        engine.dispose()


# --- the work that is cut off ---


def sync(home: Path, folder: Path, embedder: HashEmbedder | None = None) -> None:
    with opened(home, embedder or HashEmbedder()) as index, asking(index):
        index.ingest.sync(folder, collection="default")


def switch(home: Path, folder: Path) -> None:
    """Another embedder takes over."""
    sync(home, folder, SecondEmbedder())


def remove(home: Path, folder: Path) -> None:
    with opened(home, HashEmbedder()) as index, asking(index):
        listed = index.catalogue.list_documents("default")
        index.ingest.remove([document.id for document in listed if document.path == REMOVED])


def back_up(home: Path, folder: Path) -> None:
    write_backup(home, home.with_name("index.backup"))


@contextlib.contextmanager
def asking(index: Index) -> Iterator[None]:
    """Ask all the time in another thread; a document that answers with a mixture is written down beside the home."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.005):
            with contextlib.suppress(LecternError):
                if wrong := list(mixtures(index.answers())):
                    Path("mixed").write_text(json.dumps(wrong))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        # On a disk that fails, Chroma's query waits half a minute before it says so.
        thread.join(LAST_QUESTION_SECONDS)


@dataclass(frozen=True)
class Work:
    """One kind of work: what is there before, what the folder holds then, and who must answer at any time."""

    name: str
    run: Callable[[Path, Path], None]
    before: dict[str, str]
    after: dict[str, str]
    must_answer: frozenset[str]
    finish: Callable[[Path, Path], None]


STAYING = frozenset({"old1.txt", "old3.txt", "old4.txt"})

WORKS = (
    Work("first sync", sync, {}, OLD, frozenset(), sync),
    Work("sync again: change, rename, remove", sync, OLD, NEW, STAYING | {"old0.txt"}, sync),
    Work("remove one document", remove, OLD, OLD, frozenset(OLD) - {REMOVED}, remove),
    Work("switch to another index", switch, OLD, OLD, frozenset(OLD), switch),
    Work("back up", back_up, OLD, OLD, frozenset(OLD), sync),
)

KILL, FULL, FAILING = "kill", "disk full", "disk failing"
FAULTS = (KILL, FULL, *((FAILING,) if can_fail() else ()))


# --- looking at what is left ---


def mixtures(answers: dict[str, list[tuple[int, str]]]) -> Iterator[str]:
    """The documents that answer with what is neither their old nor their new version."""
    versions = {path: {" ".join(files[path].split()) for files in (OLD, NEW) if path in files} for path in OLD | NEW}
    for path, chunks in answers.items():
        ordinals = [ordinal for ordinal, _ in chunks]
        if len(set(ordinals)) == len(ordinals) and not any(
            all(" ".join(text.split()) in version for _, text in chunks) for version in versions[path]
        ):
            yield path


@dataclass
class Losses:
    """What trials of one work came to."""

    tried: int = 0
    cut_off: int = 0
    lost: int = 0
    duplicated: int = 0
    mixed: int = 0
    unfinished: list[str] = field(default_factory=list)

    def add(self, report: dict[str, Any], *, cut_off: bool) -> None:
        self.tried += 1
        self.cut_off += cut_off
        self.lost += len(report["lost"])
        self.duplicated += len(report["duplicated"])
        self.mixed += len(report["mixed"])
        self.unfinished += report["unfinished"]

    @property
    def nothing(self) -> bool:
        return not (self.lost or self.duplicated or self.mixed or self.unfinished)


def examine(work: Work, home: Path, folder: Path, clean: dict[str, list[str]]) -> dict[str, Any]:
    """What is wrong with an index that was left in the middle, now and after the work was done once more."""
    report: dict[str, Any] = {"lost": [], "duplicated": [], "mixed": [], "unfinished": []}
    if (home / "catalogue.sqlite").exists():
        with opened(home, HashEmbedder()) as index:
            with contextlib.suppress(LecternError):
                answers = index.answers()
                report["mixed"] = list(mixtures(answers))
                report["duplicated"] = [
                    path for path, chunks in answers.items() if max(Counter(chunk for chunk, _ in chunks).values()) > 1
                ]
                lost = work.must_answer - set(answers)
                report["lost"] = sorted(lost)
                if work.before and not {"old2.txt", "renamed2.txt"} & set(answers):
                    report["lost"].append("old2.txt")
            if work.before and not index.catalogue.list_collections():
                report["lost"] = sorted(work.must_answer)
    if (backup := home.with_name("index.backup")).exists():
        with open_backup(backup) as (archive, _):
            read_manifest(archive)
    if Path("mixed").exists():
        report["mixed"] += json.loads(Path("mixed").read_text())
    try:
        work.finish(home, folder)
        if index_content(home) != clean:
            report["unfinished"].append(f"{work.name}: the index is not what it should be")
    except (AssertionError, LecternError, sqlite3.Error) as error:
        report["unfinished"].append(f"{work.name}: {error}")
    return report


# --- the trials ---


@dataclass(frozen=True)
class Prepared:
    """An index as it is before a work, and what the work takes and leads to."""

    work: Work
    home: Path
    folder: Path
    seconds: float
    grows_to: int
    clean: dict[str, list[str]]


def prepare(work: Work, base: Path) -> Prepared:
    """Make what all trials of a work begin with, and do the work once undisturbed."""
    home, folder, whole = base / "home", base / "documents", base / "whole"
    for path in (home, folder, whole):
        path.mkdir(parents=True)
    if work.before:
        write_folder(folder, work.before)
        in_child(lambda: sync(home, folder), base)
    write_folder(folder, work.after)
    shutil.copytree(home, whole / "home")
    seconds = float(in_child(lambda: measure(work, whole / "home", folder), whole))
    largest = max((path.stat().st_size for path in whole.rglob("*") if path.is_file()), default=0)
    in_child(lambda: work.finish(whole / "home", folder), whole)
    clean = json.loads(in_child(lambda: json.dumps(index_content(whole / "home")), whole))
    return Prepared(work, home, folder, seconds, largest, clean)


def try_once(prepared: Prepared, fault: str, share: float, base: Path) -> tuple[dict[str, Any], bool]:
    """Cut the work off at a share of its way; returns what was wrong then, and whether it was cut off."""
    base.mkdir()
    home = base / "home"
    shutil.copytree(prepared.home, home)

    def work() -> None:
        if fault == FULL:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(share * prepared.grows_to), resource.RLIM_INFINITY))
        else:
            signal.signal(signal.SIGPROF, signal.SIG_DFL if fault == KILL else lambda *_: fail_from_now_on())
            signal.setitimer(signal.ITIMER_PROF, max(share * prepared.seconds, 0.001))
        prepared.work.run(home, prepared.folder)

    status = wait_for(fork(work, base))
    if fault == KILL:
        assert status in (0, -signal.SIGPROF), (base / "stderr").read_text()
    report = json.loads(
        in_child(lambda: json.dumps(examine(prepared.work, home, prepared.folder, prepared.clean)), base)
    )
    shutil.rmtree(base)
    return report, status != 0


def try_all(base: Path, *, trials: int, seed: int, faults: Sequence[str] = FAULTS) -> dict[str, Losses]:
    """`trials` for each work and fault, at random shares of the way; what they came to by "work, fault"."""
    draw = random.Random(seed)
    losses: dict[str, Losses] = {}
    for work in WORKS:
        prepared = prepare(work, base / work.name)
        for fault in faults:
            found = losses[f"{work.name}, {fault}"] = Losses()
            for number in range(trials):
                report, cut_off = try_once(prepared, fault, draw.random(), base / f"{work.name} {fault} {number}")
                found.add(report, cut_off=cut_off)
    return losses


def measure(work: Work, home: Path, folder: Path) -> str:
    """Processor seconds that a work takes."""
    started = time.process_time()
    work.run(home, folder)
    return str(time.process_time() - started)


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Have a folder hold these files and no others; what stays is not written again."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        if not (folder / name).exists() or (folder / name).read_text() != text:
            (folder / name).write_text(text)


def fork(task: Callable[[], object], folder: Path) -> int:
    """Run a task in a child whose working folder, output and errors are in `folder`; returns its process."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.chdir(folder)
        for name, stream in (("stdout", 1), ("stderr", 2)):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        result = task()
        os.write(1, str(result or "").encode())
        code = 0
    except BaseException as error:
        os.write(2, repr(error).encode())
    finally:
        os._exit(code)


def wait_for(child: int) -> int:
    """The exit code of a child, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_child(task: Callable[[], object], folder: Path) -> str:
    """What a task in a child returns, as text."""
    status = wait_for(fork(task, folder))
    assert status == 0, f"{status}: {(folder / 'stderr').read_text()}"
    return (folder / "stdout").read_text()
