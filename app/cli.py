"""The command line: reads arguments, calls one part, prints.

Exit codes: 0 done, 1 done with failed files, 2 could not run, 130 stopped.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app import add_cli, backup_cli, folders_cli, mcp_cli, printing, serve_cli, web_cli
from app.attachments import read_image_file
from app.commands import EXIT_COULD_NOT, EXIT_FAILED_FILES, Collection, Home, Json, print_json, reported
from app.desks import open_desk
from app.doctor import examine
from app.evaluation import read_questions
from app.json_forms import answer_json, collection_json, document_json, explanation_json, hit_json, run_json
from app.settings import read_settings
from app.tokens_cli import tokens
from rag.errors import ConfigurationError, NotFoundError

cli = typer.Typer(
    help="Answers questions from a folder of documents, and shows the page that proves the answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.add_typer(tokens, name="tokens")
cli.add_typer(folders_cli.folders, name="folders")

LOCK_WAIT_SECONDS = 10.0
"""How long a question waits for another command to let go of the index."""


def main() -> None:
    """Run the command line; every expected error ends as a message and exit code 2."""
    cli()


@cli.command()
def sync(
    folder: Annotated[Path, typer.Argument(help="The folder to index, with all below it.")],
    collection: Collection = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Parsing processes; a running server has its own.")
    ] = None,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="An empty folder empties the index.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Bring the index in step with a folder: new, changed, renamed and removed files."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection, workers=workers)
        with open_desk(settings, f"sync {folder}") as desk:
            if dry_run:
                report = desk.preview_sync(folder, collection=settings.collection, allow_empty=allow_empty)
            else:
                with printing.sync_progress(show=not as_json) as bar:
                    report = desk.sync(folder, collection=settings.collection, allow_empty=allow_empty, on_progress=bar)
        if as_json:
            print_json(report.to_json())
        else:
            printing.print_sync(report)
        if report.failed:
            raise typer.Exit(EXIT_FAILED_FILES)


@cli.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option("-k", min=1, max=100, help="How many hits.")] = 10,
    collection: Collection = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="FIELD=VALUE; * stands for anything.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show the passages that fit a question best."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        filters = _parse_filters(where or [])
        with open_desk(settings, "search", wait_seconds=LOCK_WAIT_SECONDS) as desk:
            found = desk.search(question, collection=settings.collection, filters=filters, limit=limit)
        hits, milliseconds, notices = found.retrieval.hits, found.retrieval.milliseconds, found.retrieval.notices
        if as_json:
            hit_list = [hit_json(hit, found.labels) for hit in hits]
            print_json({"hits": hit_list, "milliseconds": milliseconds, "notices": notices})
        else:
            for notice in notices:
                printing.messages.print(printing.clean(notice), style="yellow")
            printing.print_hits(hits, found.labels, sum(milliseconds.values()))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    collection: Collection = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="FIELD=VALUE; * stands for anything.")] = None,
    llm: Annotated[str | None, typer.Option("--llm", help="PROVIDER:MODEL, such as ollama:llama3.2.")] = None,
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Answer with quotes only.")] = False,
    image: Annotated[
        list[Path] | None, typer.Option("--image", help="PNG, JPEG, WebP or GIF to show the LLM; may be given again.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what every stage found and left out.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Answer a question with citations, each checked against the page it names."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        filters = _parse_filters(where or [])
        images = tuple(map(read_image_file, image or []))
        with (
            open_desk(settings, "ask", wait_seconds=LOCK_WAIT_SECONDS) as desk,
            desk.ask(
                question,
                collection=settings.collection,
                filters=filters,
                llm=llm or "",
                use_llm=not no_llm,
                explain=explain,
                images=images,
            ) as answering,
        ):
            if not as_json:
                printing.print_stream(answering)
            answer = answering.answer
            explanation = answering.explanation if explain else None
        if as_json:
            extra = {} if explanation is None else {"explanation": explanation_json(explanation)}
            print_json({**answer_json(answer), **extra})
        else:
            printing.print_answer_footer(answer)
            if explanation is not None:
                printing.print_explanation(explanation)
        if answer.error:
            raise typer.Exit(EXIT_COULD_NOT)


@cli.command()
def documents(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that could not be read.")] = False,
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the documents of a collection, and what is wrong with which."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        with open_desk(settings, "documents") as desk:
            listed = desk.list_documents(settings.collection)
        if failed:
            listed = [document for document in listed if document.has_failed]
        if as_json:
            print_json({"documents": [document_json(document) for document in listed]})
        else:
            printing.print_documents(listed)


@cli.command()
def remove(
    document: Annotated[str, typer.Argument(help="The document's path as `lectern documents` shows it.")],
    undo: Annotated[bool, typer.Option("--undo", help="Let the next sync index it again.")] = False,
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take a document out of the index and keep it out; its file stays, unless it was uploaded or added by address."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        with open_desk(settings, "remove", wait_seconds=LOCK_WAIT_SECONDS) as desk:
            listed = desk.list_documents(settings.collection)
            removable = [entry for entry in listed if entry.is_removed == undo]
            # A name with control characters is shown without them, and can be given as it is shown.
            named = [entry for entry in removable if entry.path == document] or [
                entry for entry in removable if printing.printable(entry.path) == document
            ]
            ids = [entry.id for entry in named]
            if not ids:
                state = "removed document" if undo else "document"
                raise NotFoundError(
                    f"There is no {state} {document!r} in the collection {settings.collection!r}.",
                    "`lectern documents` lists them.",
                )
            if undo:
                desk.readmit_documents(settings.collection, ids)
            else:
                desk.remove_documents(settings.collection, ids)
        if as_json:
            print_json({"removed": [] if undo else [document], "restored": [document] if undo else []})
        elif undo:
            printing.output.print(f"The next sync indexes {printing.clean(document)} again.")
        else:
            printing.output.print(f"{printing.clean(document)} is out of the index, and later syncs leave it out.")


@cli.command()
def collections(home: Home = None, as_json: Json = False) -> None:
    """List the collections."""
    with reported(as_json):
        with open_desk(read_settings(home=home), "collections") as desk:
            listed = desk.list_collections()
        if as_json:
            print_json({"collections": [collection_json(collection) for collection in listed]})
        else:
            printing.print_collections(listed)


@cli.command()
def status(home: Home = None, as_json: Json = False) -> None:
    """Show what is indexed and how the last syncs went."""
    with reported(as_json):
        settings = read_settings(home=home)
        with open_desk(settings, "status") as desk:
            listed, runs = desk.list_collections(), desk.list_runs(limit=5)
        if as_json:
            print_json(
                {
                    "home": str(settings.home),
                    "collections": [collection_json(collection) for collection in listed],
                    "runs": [run_json(run) for run in runs],
                }
            )
        else:
            printing.output.print(f"The index is in {printing.clean(str(settings.home))}")
            printing.print_collections(listed)
            printing.print_runs(runs)


@cli.command()
def doctor(home: Home = None, as_json: Json = False) -> None:
    """Check what Lectern finds on this machine, and say what to do about each gap."""
    with reported(as_json):
        findings = examine(read_settings(home=home))
        if as_json:
            print_json({"findings": [asdict(finding) for finding in findings]})
        else:
            printing.print_findings(findings)
        if any(finding.blocks for finding in findings):
            raise typer.Exit(EXIT_COULD_NOT)


@cli.command("eval")
def evaluate_questions(
    questions: Annotated[Path, typer.Argument(help="JSON lines with question, document and 0-based pages.")],
    collection: Collection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Measure whether the right pages come up, on questions with known pages."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        gold = read_questions(questions)
        with open_desk(settings, "eval", wait_seconds=LOCK_WAIT_SECONDS) as desk:
            scores = desk.evaluate(gold, collection=settings.collection)
        if as_json:
            print_json(scores.as_json())
        else:
            printing.print_scores(scores.as_json())


def _parse_filters(conditions: list[str]) -> dict[str, str]:
    filters = {}
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals or not name or not value:
            raise ConfigurationError(
                f"--where {condition!r} is not FIELD=VALUE.", "Write for example --where type=pdf."
            )
        filters[name.strip()] = value.strip()
    return filters


cli.command()(add_cli.add)
cli.command()(backup_cli.backup)
cli.command()(backup_cli.restore)
cli.command()(backup_cli.verify)
cli.command()(mcp_cli.mcp)
cli.command()(folders_cli.runs)
cli.command()(serve_cli.serve)
cli.command()(web_cli.web)


if __name__ == "__main__":
    main()
