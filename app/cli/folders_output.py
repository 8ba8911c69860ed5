"""Shows registered folders and past runs to people in a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Column, Table

from app.cli.output import clean, output
from app.schedule.times import is_interval
from app.state.folders import RegisteredFolder
from rag.types import RunRecord

FILES_SHOWN = 5
"""Of each kind of change in a run; `--json` gives all."""


def print_added(folder: RegisteredFolder) -> None:
    """Print what was registered, and when it is synced."""
    output.print(f"Registered {clean(folder.name)} for the collection {clean(folder.collection)}.")
    if folder.schedule or folder.watch:
        output.print(f"While `lectern serve` runs, it is synced {_when(folder)}.")
    output.print(f"`lectern folders run {folder.id}` syncs it now.")


def print_folders(folders: Sequence[RegisteredFolder]) -> None:
    """Print one line a folder, and below the table the problems of each."""
    table = Table("Id", Column("Folder", overflow="fold"), "Collection", "Synced", "State", "Last", "Next")
    for folder in folders:
        last = f"{_time(folder.last_attempt)} {folder.last_outcome}" if folder.last_attempt else "never"
        next_run = folder.next_run
        table.add_row(
            str(folder.id),
            clean(folder.name),
            clean(folder.collection),
            _when(folder),
            folder.state,
            last,
            _time(next_run.timestamp()) if next_run else "",
        )
    output.print(table if folders else "No folder is registered. Register one: `lectern folders add PATH --watch`.")
    for folder in folders:
        if folder.last_reason:
            times = f" ({folder.failures} times in a row)" if folder.failures > 1 else ""
            output.print(f"[red]{folder.id}[/] {clean(folder.name)}: {clean(folder.last_reason)}{times}")
        if folder.watch_problem:
            output.print(f"[yellow]{folder.id}[/] {clean(folder.name)}: {clean(folder.watch_problem)}")


def print_asked(folders: Sequence[RegisteredFolder], owner: str) -> None:
    """Print that another process was asked to sync."""
    for folder in folders:
        output.print(f"A sync of {clean(folder.name)} is asked for.")
    output.print(
        f"The index is in use by {clean(owner) or 'another process'}: `lectern serve` syncs as soon as it can, and "
        "`lectern folders list` shows how that went."
    )


def print_runs_in_full(runs: Sequence[RunRecord]) -> None:
    """Print each run with what changed, what failed and why, and how long it took."""
    for run in runs:
        report = json.loads(run.report) if run.report else {}
        seconds = f", {report['seconds']:.1f} s" if "seconds" in report else ""
        colour = {"done": "green", "running": "blue", "failed files": "yellow"}.get(run.outcome, "red")
        output.print(
            f"[bold]{run.id}[/] [dim]{run.started_at}[/] [{colour}]{run.outcome}[/]{seconds}: "
            f"{clean(run.folder)} -> {clean(run.collection)}"
        )
        if run.reason:
            output.print(f"  [red]{clean(run.reason)}[/] {clean(run.remedy)}")
        if report:
            _print_changes(report)
    if not runs:
        output.print("No run is on record.")


def _print_changes(report: dict[str, Any]) -> None:
    counts = [
        f"{report[name]:,} {name}" for name in ("added", "changed", "renamed", "removed", "unchanged") if report[name]
    ]
    output.print(f"  {', '.join(counts) or 'no files'}")
    files = report["files"]
    renamed = [f"{pair['from']} -> {pair['to']}" for pair in files["renamed"]]
    for mark, paths in (("+", files["added"]), ("~", files["changed"]), (">", renamed), ("-", files["removed"])):
        _print_some([f"  {mark} {clean(path)}" for path in paths])
    _print_some(
        [
            f"  [red]failed[/] {clean(file['path'])}: {clean(file['reason'])} {clean(file['remedy'])}"
            for file in report["failed"]
        ]
    )


def _print_some(lines: Sequence[str]) -> None:
    for line in lines[:FILES_SHOWN]:
        output.print(line)
    if len(lines) > FILES_SHOWN:
        output.print(f"    [dim]and {len(lines) - FILES_SHOWN:,} more[/]")


def _when(folder: RegisteredFolder) -> str:
    plain = folder.schedule_words
    is_cron = plain == folder.schedule and not is_interval(plain) and plain
    schedule = f"at {plain}" if is_cron else plain
    return " and ".join(filter(None, (schedule, "as files change" if folder.watch else ""))) or "when asked"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
