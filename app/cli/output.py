"""Shows results to people in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from rag.citations.marked_text import mark_stream
from rag.types import ANOTHER_NAME, AnswerTable, PlanStep, Verdict, place_name

if TYPE_CHECKING:
    from app.client.base import Answering
    from app.service.explanation import Explanation
    from app.service.finding import Finding
    from app.service.table_filling import FillProgress
    from app.state.tables import DocumentTable, TableRow
    from ingest.report import SyncProgress, SyncReport
    from rag.errors import LecternError
    from rag.types import (
        Answer,
        AnswerEvent,
        Citation,
        CollectionInfo,
        DocumentInfo,
        Hit,
        QuestionFilter,
        RunRecord,
        Source,
        TableCell,
    )

# No emoji: in a document, ":100:" is part of a ratio or a name.
output = Console(highlight=False, soft_wrap=True, emoji=False)
messages = Console(stderr=True, highlight=False, emoji=False)

EXCERPT_CHARACTERS = 280

SKIPPED_SHOWN = 20
"""A checkout of a program can hold thousands."""


def print_error(error: LecternError) -> None:
    """Print what happened, then what to do, on standard error."""
    messages.print(f"[bold red]{clean(error.reason)}[/]")
    if error.remedy:
        messages.print(clean(error.remedy))


@contextmanager
def sync_progress(*, show: bool) -> Iterator[SyncBar]:
    """Give a progress bar for a sync on standard error; silent where the output is not a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]} pages"),
        TimeElapsedColumn(),
        console=messages,
        transient=True,
        disable=not show or not messages.is_terminal,
    ) as progress:
        yield SyncBar(progress)


class SyncBar:
    """Draws the progress of one sync."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Looking", total=None, pages=0)
        self._embedding: TaskID | None = None

    def __call__(self, step: SyncProgress) -> None:
        are_done = step.files_done == step.files_total
        name = "Searchable by words" if are_done else clean(step.path)[-40:] or "Reading"
        self._progress.update(
            self._task, total=step.files_total, completed=step.files_done, pages=step.pages, description=name
        )
        if step.chunks_to_embed:
            if self._embedding is None:
                self._embedding = self._progress.add_task("Embedding, for the meaning", total=None, pages=step.pages)
            self._progress.update(self._embedding, total=step.chunks_to_embed, completed=step.chunks_embedded)


@contextmanager
def fill_progress(*, show: bool) -> Iterator[FillBar]:
    """Give a progress bar for the fill of a table on standard error; silent where the output is not a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=messages,
        transient=True,
        disable=not show or not messages.is_terminal,
    ) as progress:
        yield FillBar(progress)


class FillBar:
    """Draws the progress of filling a table."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Reading", total=None)

    def __call__(self, step: FillProgress) -> None:
        name = clean(step.document)[-40:] or "Reading"
        self._progress.update(self._task, total=step.total, completed=step.done, description=name)


def print_sync(report: SyncReport) -> None:
    """Print the counts, then every file that failed with its reason and remedy."""
    verb = "Would sync" if report.dry_run else "Synced"
    output.print(f"[bold]{verb} {clean(report.folder)}[/] into the collection {clean(report.collection)}")
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "renamed": len(report.renamed),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "failed": len(report.failed),
    }
    output.print("  " + ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "added"))
    if report.dry_run:
        for name, paths in (("+", report.added), ("~", report.changed), ("-", report.removed)):
            for path in paths:
                output.print(f"  {name} {clean(path)}")
    elif report.pages:
        output.print(f"  {report.pages:,} pages in {report.chunks:,} chunks")
        output.print(f"  searchable by words after {_seconds_and_speed(report.pages, report.words_seconds)}")
        if not report.to_embed:
            output.print(f"  searchable by meaning after {_seconds_and_speed(report.pages, report.seconds)}")
    elif report.embedded:
        output.print(f"  {report.embedded:,} chunks embedded, which could be found by their words only before")
    if report.to_embed:
        output.print(
            f"  {report.to_embed:,} chunks are found by their words only so far; the service, or the next sync, "
            "embeds them"
        )
    if report.embedder_note:
        output.print(f"  {clean(report.embedder_note)}")
    for old, new in report.renamed:
        output.print(f"  {clean(old)} -> {clean(new)}")
    for path in report.kept_out:
        output.print(f"  [dim]left out, as you removed it: {clean(path)}[/]")
    for path, pattern in report.skipped[:SKIPPED_SHOWN]:
        why = pattern if pattern.startswith(ANOTHER_NAME) else f"its name fits {pattern}"
        output.print(f"  [dim]skipped: {clean(path)} ({clean(why)})[/]")
    if len(report.skipped) > SKIPPED_SHOWN:
        output.print(f"  [dim]skipped: {len(report.skipped) - SKIPPED_SHOWN:,} more; --json lists them[/]")
    for failed in report.failed:
        note = " The version indexed before goes on answering." if failed.stale else ""
        output.print(
            f"  [red]failed[/] {clean(failed.path)}: {clean(failed.reason)}{note}\n         {clean(failed.remedy)}"
        )


def _seconds_and_speed(pages: int, seconds: float) -> str:
    return f"{seconds:.1f} s ({pages / seconds if seconds else 0.0:.0f} pages/s)"


def print_hits(hits: Sequence[Hit], milliseconds: float) -> None:
    """Print hits with their place and the beginning of their text."""
    if not hits:
        output.print("Nothing found.")
    for number, hit in enumerate(hits, start=1):
        output.print(f"[bold]{number}. {place(hit.document.path, hit.pages)}[/]")
        if hit.chunk.section:
            output.print(f"   [dim]{clean(hit.chunk.section)}[/]")
        output.print(f"   {clean(shorten(hit.chunk.text))}\n")
    output.print(f"[dim]{milliseconds:.0f} ms[/]")


def print_stream(stream: Answering) -> None:
    """Print the sources, then the answer as it comes, with a mark at each sentence that is not supported."""
    shown = stream.sources
    _print_sources(shown)
    tables: list[AnswerTable] = []
    steps: list[PlanStep] = []
    with _steps() as on_step:
        pieces = mark_stream(_noting(stream.events(), tables, steps), lambda: stream.answer.verdict, on_step)
        try:
            first = next(pieces, "")
        except KeyboardInterrupt:
            # What was found until then is worth as much as it would be in the whole table.
            if tables:
                _print_table(tables[-1])
            if steps and steps[-1].done < steps[-1].total:
                last = steps[-1]
                output.print(f"{clean(last.text)}: stopped after {last.done:,} of {last.total:,}.")
            raise
    for piece in chain([first], pieces):
        if stream.sources is not shown:
            shown = stream.sources
            _print_sources(shown)
        # Line breaks are the answer's own; all else that is no character is not for a terminal.
        output.print("\n".join(printable(line) for line in piece.split("\n")), end="", markup=False)
    output.print()


def _noting(events: Iterable[AnswerEvent], tables: list[AnswerTable], steps: list[PlanStep]) -> Iterator[AnswerEvent]:
    """Yield events; put the tables among them into `tables`, and the steps that have parts into `steps`."""
    for event in events:
        if isinstance(event, AnswerTable):
            tables.append(event)
        elif isinstance(event, PlanStep) and event.total:
            steps.append(event)
        yield event


def _print_sources(sources: Sequence[Source]) -> None:
    for source in sources:
        output.print(f"[dim]\\[{source.number}] {place(source.document.path, source.pages)}[/]")
    if sources:
        output.print()


def print_filters(filters: Sequence[QuestionFilter]) -> None:
    """Print on standard error what was understood as a filter, and how it is taken back."""
    applied = ", ".join(one.label for one in filters if one.is_applied)
    if applied:
        messages.print(f"Only searched: {clean(applied)}. --no-question-filters searches everything.", style="yellow")


def print_answer_footer(answer: Answer) -> None:
    """Print the table, the quotes that carry the answer, notices, its mode, and the time and tokens it took."""
    if answer.table is not None:
        _print_table(answer.table)
    if answer.citations:
        output.print("\n[bold]Quotes[/]")
    for citation in answer.citations:
        output.print(_citation_line(citation))
    if answer.nearest:
        output.print("\n[bold]Nearest to the question[/]")
    for citation in answer.nearest:
        output.print(_quote_line(citation))
    doubted = [sentence for sentence in answer.sentences if sentence.verdict is not Verdict.SUPPORTED]
    if doubted:
        output.print("\n[bold]Not supported[/]")
    for sentence in doubted:
        output.print(f"[red]{clean(shorten(sentence.text))}[/]\n    {clean(sentence.reason)}")
    print_filters(answer.understood_filters)
    for notice in answer.notices:
        output.print(f"[yellow]{clean(notice)}[/]")
    if answer.error:
        output.print(f"[bold red]{clean(answer.error)}[/]")
    tokens = ""
    if answer.usage.prompt_tokens:
        cost = "" if answer.cost_usd is None else f", {answer.cost_usd:.4f} USD"
        tokens = f"{answer.usage.prompt_tokens:,} + {answer.usage.completion_tokens:,} tokens{cost}, "
    seconds = sum(answer.milliseconds.values()) / 1000
    if answer.mode:
        output.print(f"\n[dim]{clean(answer.mode)}: {clean(answer.mode_reason)}[/]", end="")
    output.print(f"\n[dim]{clean(answer.llm or 'no LLM was asked')}: {tokens}{seconds:.1f} s[/]")


@contextmanager
def _steps() -> Iterator[Callable[[PlanStep], None]]:
    """Give what draws the steps of an answer on standard error; on a terminal those with parts as a bar."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=messages,
        transient=True,
        disable=not messages.is_terminal,
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: PlanStep) -> None:
            if step.text not in tasks:
                messages.print(f"[dim]{clean(step.text)}[/]")
                tasks[step.text] = progress.add_task("", total=step.total or None, visible=step.total > 0)
            progress.update(tasks[step.text], completed=step.done, total=step.total or None)

        yield show


TABLE_ROWS = 100
"""Rows printed; --json has all."""


def _print_table(table: AnswerTable) -> None:
    """Print the rows of an answer's table, then those that could not be decided with why."""
    for title, rows in (("", table.rows), ("Could not be decided", table.undecided)):
        if not rows:
            continue
        drawn = Table(*map(_whole, table.columns), title=title, title_justify="left")
        for row in rows[:TABLE_ROWS]:
            drawn.add_row(*(_cell_text(cell) for cell in row.cells))
        output.print(drawn)
        if len(rows) > TABLE_ROWS:
            output.print(f"[dim]and {len(rows) - TABLE_ROWS:,} more rows; --json lists them[/]")


def _cell_text(cell: TableCell) -> str:
    note = f"\n[dim]{clean(cell.note)}[/]" if cell.note else ""
    return f"{clean(shorten(cell.text))}{note}"


def print_table(table: DocumentTable, rows: Sequence[TableRow]) -> None:
    """Print a table over documents: "?" stands behind what is not supported, "*" behind what a person wrote."""
    shown = Table(_whole("Document"), *(_whole(clean(column.name)) for column in table.columns))
    for row in rows:
        shown.add_row(clean(row.document), *(_table_cell(row, column.name) for column in table.columns))
    output.print(shown if rows else "No document fits.")


def _table_cell(row: TableRow, column: str) -> str:
    cell = row.cells.get(column)
    if column in row.corrections:
        return f"{clean(row.value(column))} [bold]*[/]"
    if cell is None or not cell.value:
        return ""
    mark = "" if cell.verdict is Verdict.SUPPORTED else " [yellow]?[/]"
    return f"{clean(cell.shown)}{mark}"


def print_explanation(explanation: Explanation) -> None:
    """Print one line a chunk: its rank in each stage, and what became of it."""
    output.print(
        f"\n[bold]Explanation[/]: the passages answer the question with probability {explanation.probability:.2f}; "
        f"below {explanation.threshold:.2f} Lectern refuses."
    )
    for stage, milliseconds in explanation.milliseconds.items():
        output.print(f"  [dim]{stage:<10} {milliseconds:8.1f} ms[/]")
    table = Table(box=None, pad_edge=False)
    for name in ("", "Dense", "Lexical", "Routed", "Fused", "Reranked", "Page"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Document", no_wrap=True, overflow="ellipsis")
    table.add_column("Became", no_wrap=True)
    for number, row in enumerate(explanation.rows, start=1):
        ranks = [
            _rank_cell(row.hit, stage) for stage in ("dense", "lexical", "routed", "fused", "reranked", "combined")
        ]
        page = str(row.hit.chunk.first_page + 1)
        table.add_row(str(number), *ranks, page, clean(row.hit.document.path), clean(row.fate))
    output.print(table)
    if explanation.more:
        output.print(f"[dim]and {explanation.more} more that were found further down[/]")
    for sentence in explanation.held_back:
        place = f"{clean(sentence.document)}, {sentence.page + 1}"
        output.print(f'Held back, since it {sentence.reason}: "{clean(sentence.text)}" [dim]{place}[/]')


def print_findings(findings: Sequence[Finding]) -> None:
    """Print the findings of the doctor."""
    table = Table("", "What", _whole("Found"), _whole("What to do"))
    for finding in findings:
        mark = "[red]missing[/]" if finding.blocks else "[green]ok[/]" if finding.is_fine else "[yellow]note[/]"
        table.add_row(mark, clean(finding.what), clean(finding.found), clean(finding.remedy))
    output.print(table)


def _whole(header: str) -> Column:
    """Return a column that breaks long words instead of cutting them off: a path is there to be copied."""
    return Column(header, overflow="fold")


def _rank_cell(hit: Hit, stage: str) -> str:
    return str(hit.stages[stage].rank + 1) if stage in hit.stages else "-"


def _citation_line(citation: Citation) -> str:
    mark = "" if citation.supported else " [red](not supported by the source; nearest words)[/]"
    mark += " [dim](found by Lectern: the LLM cited nothing)[/]" if citation.attributed else ""
    return _quote_line(citation, mark)


def _quote_line(citation: Citation, mark: str = "") -> str:
    where = place(citation.document, citation.pages)
    return f"[bold]\\[{citation.number}][/] {where}{mark}\n    “{clean(shorten(citation.quote))}”"


def print_documents(documents: Sequence[DocumentInfo]) -> None:
    """Print one line a document: failures with reason and remedy, others with what was left out or recognised."""
    table = Table(_whole("Document"), "State", "Type", "Pages", "Chunks", _whole("Title or problem"))
    for document in documents:
        told = [document.reason, document.remedy] if document.reason else [document.title, *document.warnings]
        table.add_row(
            clean(document.path),
            document.state if document.is_embedded else f"{document.state}, words so far",
            document.file_type,
            f"{document.pages:,}",
            f"{document.chunks:,}",
            clean(" ".join(told)),
        )
    output.print(table if documents else "None.")


def print_collections(collections: Sequence[CollectionInfo]) -> None:
    """Print one line a collection."""
    table = Table(
        _whole("Collection"), "Documents", "Failed", "Pages", "Chunks", _whole("Folders"), _whole("Last sync")
    )
    for collection in collections:
        table.add_row(
            clean(collection.name),
            f"{collection.documents:,}"
            + (f" ({collection.words_only:,} by words so far)" if collection.words_only else ""),
            f"{collection.failed:,}",
            f"{collection.pages:,}",
            f"{collection.chunks:,}",
            clean(", ".join(collection.folders)),
            collection.last_synced_at,
        )
    output.print(table if collections else "There is no collection yet. Make one: `lectern sync FOLDER`.")


def print_runs(runs: Sequence[RunRecord]) -> None:
    """Print the last syncs."""
    for run in runs:
        output.print(f"[dim]{run.started_at}[/] {run.outcome}: {clean(run.folder)} -> {clean(run.collection)}")


def print_scores(scores: Mapping[str, float]) -> None:
    """Print one line a score."""
    for name, value in scores.items():
        number = f"{value:.0f}" if name == "questions" else f"{value:.1f}" if name.endswith("_ms") else f"{value:.3f}"
        output.print(f"{name:<20} {number:>8}")


def place(document: str, pages: str) -> str:
    """Return a place in words: the document and its pages as people are shown them."""
    return place_name(clean(document), clean(pages))


def shorten(text: str) -> str:
    """Return the beginning of a text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT_CHARACTERS else flat[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"


def clean(text: str) -> str:
    """Return text from files, safe for a terminal: no control characters, no markup of ours."""
    return escape(printable(text))


def printable(text: str) -> str:
    """Return text without the characters that command a terminal; not for where markup is read."""
    return "".join(character if character.isprintable() else " " for character in text)
