"""The commands that ask an index: search and ask. They read arguments, call one part, print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.cli.common import EXIT_COULD_NOT, LOCK_WAIT_SECONDS, Collection, Home, Json, print_json, reported
from app.client.connect import connect
from app.settings import read_settings
from rag.errors import ConfigurationError
from rag.types import ALL_FILTERS, Question

if TYPE_CHECKING:
    from rag.types import ImageFile

NoQuestionFilters = Annotated[
    bool, typer.Option("--no-question-filters", help='Take no filters from the question, such as "in PDFs from May".')
]
Where = Annotated[list[str] | None, typer.Option("--where", help="FIELD=VALUE; * stands for anything.")]


def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option("-k", min=1, max=100, help="How many hits.")] = 10,
    collection: Collection = None,
    where: Where = None,
    no_question_filters: NoQuestionFilters = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show the passages that fit a question best."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        asked = Question(
            question,
            settings.collection,
            parse_filters(where or []),
            ignored_filters=(ALL_FILTERS,) if no_question_filters else (),
        )
        with connect(settings, "search", wait_seconds=LOCK_WAIT_SECONDS, asks=True) as client:
            found = client.search(asked, limit=limit)
        if as_json:
            # Imported here: what people read waits for no wire form.
            from app.api.schemas.search import SearchResult

            print_json(SearchResult.from_domain(found))
        else:
            output.print_filters(found.understood_filters)
            for notice in found.notices:
                output.messages.print(output.clean(notice), style="yellow")
            output.print_hits(found.hits, sum(found.milliseconds.values()))


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    collection: Collection = None,
    where: Where = None,
    no_question_filters: NoQuestionFilters = False,
    llm: Annotated[str | None, typer.Option("--llm", help="PROVIDER:MODEL, such as ollama:llama3.2.")] = None,
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Answer with quotes only.")] = False,
    image: Annotated[
        list[Path] | None, typer.Option("--image", help="PNG, JPEG, WebP or GIF to show the LLM; may be given again.")
    ] = None,
    mode: Annotated[
        str,
        typer.Option("--mode", help="How to answer: look-up, all-documents, calculate, compare, summarise or steps."),
    ] = "",
    agree: Annotated[
        bool, typer.Option("--agree", help="Let the LLM read all of it, also where that takes many calls.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what every stage found and left out.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Answer a question with citations, each checked against the page it names."""
    with reported(as_json):
        settings = read_settings(home=home, collection=collection)
        asked = Question(
            question,
            settings.collection,
            parse_filters(where or []),
            use_llm=not no_llm,
            llm=llm or "",
            images=_read_images(image or []),
            mode=mode,
            agreed=agree,
            ignored_filters=(ALL_FILTERS,) if no_question_filters else (),
        )
        with (
            connect(settings, "ask", wait_seconds=LOCK_WAIT_SECONDS, asks=True) as client,
            client.ask(asked, explain=explain) as answering,
        ):
            if not as_json:
                output.print_stream(answering)
            answer = answering.answer
            explanation = answering.explanation if explain else None
        if as_json:
            from app.api.schemas.answers import AnswerResponse

            print_json(AnswerResponse.from_domain(answer, explanation))
        else:
            output.print_answer_footer(answer)
            if explanation is not None:
                output.print_explanation(explanation)
        if answer.error:
            raise typer.Exit(EXIT_COULD_NOT)


def parse_filters(conditions: list[str], *, option: str = "--where") -> dict[str, str]:
    """Return the conditions on documents, given as FIELD=VALUE. Raises ConfigurationError."""
    filters = {}
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals or not name or not value:
            raise ConfigurationError(
                f"{option} {condition!r} is not FIELD=VALUE.", f"Write for example {option} type=pdf."
            )
        filters[name.strip()] = value.strip()
    return filters


def _read_images(files: Sequence[Path]) -> tuple[ImageFile, ...]:
    if not files:
        return ()
    # Imported here: a question without images waits for nothing that reads some.
    from app.service.attached_images import read_image_file

    return tuple(map(read_image_file, files))
