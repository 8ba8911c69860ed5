"""Counts which questions in eight languages are answered by the right sentence, and which are refused, without an LLM.

    python -m benchmarks.languages

Each language has two small documents of its own (`benchmarks/language_questions.py`); the last line puts questions in
other languages to documents in English.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.service.build_index import Lectern, open_lectern
from app.settings import read_settings
from benchmarks.language_questions import (
    ACROSS,
    ACROSS_UNANSWERED,
    ANSWERED,
    DOCUMENTS,
    ENGLISH_DOCUMENTS,
    UNANSWERED,
)
from rag.errors import LecternError

ENGLISH = "en"
ACROSS_LANGUAGES = "others on English"


@dataclass(frozen=True, slots=True)
class LanguageScores:
    """Counts of the questions of one language."""

    name: str
    asked: int
    right: int
    wrong: int
    """Answered, by another sentence; the others are refused."""
    unanswerable: int
    false: int
    """Unanswerable and answered all the same."""


def main() -> int:
    """Print the table; the exit status is 2 where it cannot be made."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows = list(measure(Path(folder)))
        except LecternError as error:
            sys.stderr.write(f"{error.reason} {error.remedy}\n")
            return 2
    table = Table("language", title="Questions in other languages")
    for name in ("answered right", "wrong", "unanswerable", "answered falsely"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row.name, f"{row.right} of {row.asked}", str(row.wrong), str(row.unanswerable), str(row.false))
    Console().print(table)
    return 0


def measure(folder: Path) -> Iterator[LanguageScores]:
    """Index the documents below a folder and put the questions. Raises LecternError."""
    settings = read_settings(home=folder / "home", workers=1)
    with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
        for language, documents in {**DOCUMENTS, ENGLISH: ENGLISH_DOCUMENTS}.items():
            place = folder / language
            place.mkdir()
            for name, text in documents.items():
                (place / name).write_text(text, encoding="utf-8")
            lectern.ingest.sync(place, collection=language)
        for language in DOCUMENTS:
            answered = [(question, words) for code, question, words in ANSWERED if code == language]
            unanswered = [question for code, question in UNANSWERED if code == language]
            yield _score(lectern, language, language, answered, unanswered)
        yield _score(lectern, ACROSS_LANGUAGES, ENGLISH, ACROSS, ACROSS_UNANSWERED)


def _score(
    lectern: Lectern, name: str, collection: str, answered: Sequence[tuple[str, str]], unanswered: Sequence[str]
) -> LanguageScores:
    pipeline = lectern.ask_pipeline(None)
    answers = [(pipeline.ask(question, collection=collection).answer, words) for question, words in answered]
    right = sum(words.casefold() in answer.text.partition("\n\n")[0].casefold() for answer, words in answers)
    refused = sum(answer.refused for answer, _ in answers)
    false = sum(not pipeline.ask(question, collection=collection).answer.refused for question in unanswered)
    return LanguageScores(name, len(answers), right, len(answers) - right - refused, len(unanswered), false)


if __name__ == "__main__":
    sys.exit(main())
