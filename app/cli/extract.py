"""The command that fills a table over documents: a row for each document, a column for each question."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.cli.ask import parse_filters
from app.cli.common import LOCK_WAIT_SECONDS, Collection, Home, Json, print_json, reported
from app.client.connect import connect
from app.settings import read_settings
from rag.errors import ConfigurationError

if TYPE_CHECKING:
    from app.client.base import Client, FilledTable
    from rag.extraction.columns import Column


def extract(
    columns: Annotated[Path | None, typer.Argument(help="YAML or JSON file of columns: name, question, kind.")] = None,
    collection: Collection = None,
    where: Annotated[
        list[str] | None, typer.Option("--filter", "--where", help="FIELD=VALUE of the documents; * is anything.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write: .csv, .xlsx or .json with citations.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the table; else that of the file.")] = None,
    suggest: Annotated[bool, typer.Option("--suggest", help="Print columns that fit the documents, as YAML.")] = False,
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Read without the LLM.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Fill a table: one row for each document, one column for each question, every cell with its proof."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        if suggest:
            with connect(settings, "extract", wait_seconds=LOCK_WAIT_SECONDS) as client:
                _print_suggestion(client, settings.collection, as_json=as_json)
            return
        if columns is None:
            raise ConfigurationError("No file of columns is named.", "Name one, or begin with --suggest.")
        # Imported here: other commands wait for no YAML and no workbook.
        from app.service.table_export import FORMATS, export_table, table_json
        from app.state.tables import TableSpec
        from rag.extraction.columns import load_columns

        spec = TableSpec(
            settings.collection,
            (name or columns.stem).strip(),
            load_columns(columns),
            parse_filters(where or [], option="--filter"),
            use_llm=not no_llm,
        )
        form = target.suffix.lstrip(".").casefold() if target else "json" if as_json else ""
        if target is not None and form not in FORMATS:
            raise ConfigurationError(
                f"{target} has no ending that says how to write it.", "End it in .csv, .xlsx or .json."
            )
        with (
            connect(settings, "extract", wait_seconds=LOCK_WAIT_SECONDS, asks=True) as client,
            output.fill_progress(show=not as_json) as show,
        ):
            filled = client.fill_table(spec, on_progress=show)
        if target is not None:
            _write(target, export_table(filled.table, filled.rows, form))
        if as_json:
            print_json(table_json(filled.table, filled.rows))
        elif target is None:
            output.print_table(filled.table, filled.rows)
        _tell(filled, target)


def _tell(filled: FilledTable, target: Path | None) -> None:
    cells = [cell for row in filled.rows for cell in row.cells.values()]
    with_value = [cell for cell in cells if cell.value]
    supported = sum(cell.verdict == "supported" for cell in with_value)
    where = f" in {target}" if target else ""
    output.messages.print(
        output.clean(
            f"{len(filled.rows):,} rows{where}: {len(with_value):,} of {len(cells):,} cells have a value, "
            f"{supported:,} of them supported."
        )
    )


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"{target} cannot be written: {error.strerror}.", "Name another file.") from error


def _print_suggestion(client: Client, collection: str, *, as_json: bool) -> None:
    kind, columns = client.suggest_columns(collection)
    if as_json:
        print_json({"kind": kind, "columns": [column.to_json() for column in columns]})
        return
    sys.stdout.write(_as_yaml(kind, columns))


def _as_yaml(kind: str, columns: Sequence[Column]) -> str:
    lines = [f"# Columns for documents of the kind: {kind or 'any'}", "columns:"]
    for column in columns:
        lines += [f"  - name: {column.name}", f"    question: {column.question}", f"    kind: {column.kind.value}"]
        lines += [f"    unit: {column.unit}"] if column.unit else []
    return "\n".join(lines) + "\n"
