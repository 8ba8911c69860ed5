"""Times `lectern sync` beside the plain LangChain pipeline, each in its own process.

    python -m benchmarks.ingest FOLDER [--limit-pages N] [--repeat N] [--no-baseline] [--json]

Only PDFs are measured, since the plain pipeline reads nothing else. Seconds are those of the whole process, from start
to exit, model loading included. What Lectern does once for a machine, the conversion of the embedder, is done before
and timed by itself. Repeats alternate which pipeline goes first, and medians are reported.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.corpus import Corpus, change_one_file, copy_corpus, rename_one_file
from benchmarks.processes import Measured, lectern_program, run_measured

CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """Medians over the repeats of one pipeline; `stages` and `reported_seconds` are what the program itself says."""

    name: str
    pages: int
    chunks: int
    failed: int
    seconds: float
    all_seconds: list[float]
    reported_seconds: float
    words_seconds: float
    """Of the whole process until everything can be found by its words: all of them, where there is one stage only."""
    stages: dict[str, float]
    peak_mib: float

    @property
    def pages_per_second(self) -> float:
        """Return pages by the seconds of the whole process."""
        return self.pages / self.seconds

    @property
    def pages_per_second_by_words(self) -> float:
        """Return pages by the seconds until everything can be found by its words."""
        return self.pages / self.words_seconds


@dataclass(frozen=True, slots=True)
class Resync:
    """One later sync of a folder that is indexed already."""

    what: str
    seconds: float
    reported_seconds: float
    added: int
    changed: int
    renamed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class IngestBenchmark:
    """All that one run of this benchmark found."""

    files: int
    pages: int
    repeat: int
    pipelines: list[PipelineResult]
    resyncs: list[Resync]
    conversion_seconds: float
    """The first sync of all, of one line of text: it converts the embedder."""
    embedder_chunks_per_second: float
    """The embedder alone on the chunks of the last sync, its model loaded."""

    @property
    def ratio(self) -> float | None:
        """Return how many times faster Lectern is than the plain pipeline; None without the latter."""
        if len(self.pipelines) < 2:
            return None
        return self.pipelines[0].pages_per_second / self.pipelines[1].pages_per_second

    @property
    def words_ratio(self) -> float | None:
        """Return how many times sooner all can be found by its words than by the plain pipeline's vectors."""
        if len(self.pipelines) < 2:
            return None
        return self.pipelines[0].pages_per_second_by_words / self.pipelines[1].pages_per_second

    @property
    def share_of_embedder(self) -> float:
        """Return chunks a second of the sync, by its own clock, as a share of what the embedder alone reaches."""
        ours = self.pipelines[0]
        return ours.chunks / ours.reported_seconds / self.embedder_chunks_per_second


def measure(folder: Path, *, limit_pages: int | None, repeat: int, baseline: bool, program: str) -> IngestBenchmark:
    """Run both pipelines `repeat` times over a copy of `folder`, then Lectern's later syncs once each."""
    with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
        workspace = Path(name)
        corpus = copy_corpus(folder, workspace / "documents", limit_pages)
        if not corpus.files:
            sys.exit(f"{folder} holds no PDF within the limit of pages. Name another folder or raise --limit-pages.")
        conversion = convert(workspace, program)
        runs = _repeat_alternating(corpus, workspace, repeat, baseline, program)
        results = [_summarise(name, measured) for name, measured in runs.items()]
        (alone,) = run_measured([sys.executable, "-m", "benchmarks.embedder", str(workspace / "lectern-0")]).output
        resyncs = _resync(corpus.folder, workspace / "lectern-0", program)
        speed = alone["chunks"] / alone["seconds"]
        return IngestBenchmark(corpus.files, corpus.pages, repeat, results, resyncs, conversion, speed)


def convert(workspace: Path, program: str) -> float:
    """Return the seconds of a first sync, whose home the others take the converted embedder from."""
    folder = workspace / "one-line"
    folder.mkdir()
    (folder / "line.txt").write_text("One line of text.", encoding="utf-8")
    return run_measured(sync_command(program, folder, workspace / CONVERTED)).seconds


def new_home(workspace: Path, name: object) -> Path:
    """Return a home without an index, with the converted embedder."""
    home = workspace / f"lectern-{name}"
    shutil.copytree(workspace / CONVERTED / "models", home / "models")
    return home


def _repeat_alternating(
    corpus: Corpus, workspace: Path, repeat: int, baseline: bool, program: str
) -> dict[str, list[Measured]]:
    commands: dict[str, Callable[[int], list[str]]] = {
        "lectern": lambda number: sync_command(program, corpus.folder, new_home(workspace, number)),
    }
    if baseline:
        commands["plain"] = lambda number: _plain_command(corpus.folder, workspace / f"plain-{number}")
    runs: dict[str, list[Measured]] = {name: [] for name in commands}
    for number in range(repeat):
        names = list(commands) if number % 2 == 0 else list(reversed(commands))
        for name in names:
            runs[name].append(run_measured(commands[name](number)))
    return runs


def sync_command(program: str, folder: Path, home: Path) -> list[str]:
    """Return the command that syncs a folder and prints its report as JSON."""
    return [program, "sync", str(folder), "--home", str(home), "--json"]


def _plain_command(folder: Path, store: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.plain_langchain", "index", str(folder), str(store)]


def _summarise(name: str, runs: list[Measured]) -> PipelineResult:
    outputs = [run.output for run in runs]
    return PipelineResult(
        name=name,
        pages=int(outputs[0]["pages"]),
        chunks=int(outputs[0]["chunks"]),
        failed=len(outputs[0]["failed"]),
        seconds=statistics.median(run.seconds for run in runs),
        all_seconds=[run.seconds for run in runs],
        reported_seconds=statistics.median(output["seconds"] for output in outputs),
        words_seconds=statistics.median(
            run.seconds - run.output["seconds"] + run.output.get("words_seconds", run.output["seconds"]) for run in runs
        ),
        stages=_median_stages(outputs),
        peak_mib=statistics.median(run.peak_mib for run in runs),
    )


def _median_stages(outputs: list[Any]) -> dict[str, float]:
    stages = outputs[0].get("stages", {})
    return {stage: statistics.median(output["stages"].get(stage, 0.0) for output in outputs) for stage in stages}


def _resync(folder: Path, home: Path, program: str) -> list[Resync]:
    results = [_sync_again("nothing changed", folder, home, program)]
    change_one_file(folder)
    results.append(_sync_again("one file changed", folder, home, program))
    rename_one_file(folder)
    results.append(_sync_again("one file renamed", folder, home, program))
    return results


def _sync_again(what: str, folder: Path, home: Path, program: str) -> Resync:
    run = run_measured(sync_command(program, folder, home))
    counts = {key: _count(run.output[key]) for key in ("added", "changed", "renamed", "unchanged")}
    return Resync(what, run.seconds, float(run.output["seconds"]), **counts)


def _count(value: int | list[Any]) -> int:
    return value if isinstance(value, int) else len(value)


def print_tables(result: IngestBenchmark, console: Console) -> None:
    """Print the comparison and the later syncs."""
    title = f"Indexing {result.files} PDFs, {result.pages} pages, median of {result.repeat}"
    columns = ("pipeline", "pages/s", "by words", "seconds", "own seconds", "chunks", "failed", "peak MiB")
    table = _table(title, columns)
    for one in result.pipelines:
        speed = (
            f"{one.pages_per_second:.2f}",
            f"{one.pages_per_second_by_words:.2f}",
            f"{one.seconds:.1f}",
            f"{one.reported_seconds:.1f}",
        )
        table.add_row(one.name, *speed, str(one.chunks), str(one.failed), f"{one.peak_mib:.0f}")
    console.print(table)
    for one in result.pipelines:
        stages = [f"{stage} {seconds:.1f} s" for stage, seconds in one.stages.items()]
        console.print(f"{one.name} by stage (stages may overlap): {', '.join(stages) or 'not told'}")
    if result.ratio is not None:
        console.print(f"lectern indexes {result.ratio:.2f} times as many pages a second as plain")
        console.print(f"and {result.words_ratio:.2f} times as many until they can be found by their words")
    console.print(f"a first sync of one line, which converts the embedder: {result.conversion_seconds:.1f} s")
    console.print(
        f"the embedder alone: {result.embedder_chunks_per_second:.1f} chunks/s, "
        f"of which the sync reaches {result.share_of_embedder:.0%}"
    )
    later = _table(
        "Later syncs of the same folder", ("what", "seconds", "own seconds", "added", "changed", "renamed", "unchanged")
    )
    for sync in result.resyncs:
        counts = (sync.added, sync.changed, sync.renamed, sync.unchanged)
        later.add_row(sync.what, f"{sync.seconds:.2f}", f"{sync.reported_seconds:.2f}", *map(str, counts))
    console.print(later)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(columns[0], title=title, title_justify="left")
    for column in columns[1:]:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def as_json(result: IngestBenchmark) -> dict[str, Any]:
    """Return the result with the numbers that are worked out from it."""
    speeds = {one.name: one.pages_per_second for one in result.pipelines}
    shares = {"ratio": result.ratio, "words_ratio": result.words_ratio, "share_of_embedder": result.share_of_embedder}
    return {**asdict(result), "pages_per_second": speeds, **shares}


def main() -> None:
    """Measure as the command line says and print tables or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.ingest", description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit-pages", type=int)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--baseline", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--lectern", type=Path, help="the lectern program to measure")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(
        arguments.folder,
        limit_pages=arguments.limit_pages,
        repeat=arguments.repeat,
        baseline=arguments.baseline,
        program=lectern_program(arguments.lectern),
    )
    if arguments.json:
        json.dump(as_json(result), sys.stdout, indent=2)
    else:
        print_tables(result, Console())


if __name__ == "__main__":
    main()
