"""The command that measures retrieval: reads arguments, calls one part, prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import output
from app.cli.common import LOCK_WAIT_SECONDS, Collection, Home, Json, print_json, reported
from app.client.connect import connect
from app.evaluation.evaluate import read_questions
from app.settings import read_settings


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
        with connect(settings, "eval", wait_seconds=LOCK_WAIT_SECONDS, asks=True) as client:
            scores = client.evaluate(gold, collection=settings.collection)
        if as_json:
            print_json(scores.as_json())
        else:
            output.print_scores(scores.as_json())
