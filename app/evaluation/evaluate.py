"""Measures retrieval on questions with known pages, of any pipeline. Judges answers no further than their pages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from app.evaluation.metrics import RankedQuestion, RetrievalScores, score_retrieval, unique_pages
from rag.errors import ConfigurationError
from rag.types import Hit

NAMES_ALIKE = 0.6
"""From 0 to 1: names of documents that are more alike are proposed for one that is not there."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the 0-based pages of the document that answer it; none where it cannot be answered."""

    question: str
    document: str
    """A path, or the end of one: a file name alone will do."""
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageHit:
    """A passage found: its document's path and its 0-based pages."""

    document: str
    first_page: int
    last_page: int


@dataclass(frozen=True, slots=True)
class QuestionHits:
    """The hits of one search, best first, and the time it took."""

    hits: tuple[PageHit, ...]
    milliseconds: float


def read_questions(file: Path) -> list[GoldQuestion]:
    """Return the questions of a JSON-lines file with `question`, `document` and `pages`. Raises ConfigurationError."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The questions {file} cannot be read: {error}.", "Check the path.") from None
    return parse_questions(text, file=str(file))


def parse_questions(text: str, *, file: str) -> list[GoldQuestion]:
    """Return the questions in the text of a file, which is named in errors. Raises ConfigurationError."""
    questions = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            pages = tuple(int(page) for page in record.get("pages") or ())
            questions.append(GoldQuestion(str(record["question"]), str(record.get("document") or ""), pages))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigurationError(
                f"Line {number} of {file} is not a question.",
                'A line is {"question": "...", "document": "a.pdf", "pages": [0]}, pages counted from 0.',
            ) from None
    if not questions:
        raise ConfigurationError(f"{file} holds no questions.", "Write one JSON object a line.")
    return questions


def check_documents(questions: Sequence[GoldQuestion], paths: Sequence[str]) -> None:
    """Raise ConfigurationError for a question whose document is none of `paths`, nor the end of one."""
    named = {path.split("/", cut)[-1] for path in paths for cut in range(path.count("/") + 1)}
    missing = next((gold.document for gold in questions if gold.document and gold.document not in named), "")
    if missing:
        near = get_close_matches(missing, sorted(named), n=3, cutoff=NAMES_ALIKE)
        raise ConfigurationError(
            f"No document of this collection is called {missing!r}.",
            f"Did you mean {' or '.join(near)}?" if near else "The page Documents lists the names.",
        )


def evaluate(questions: Sequence[GoldQuestion], search: Callable[[str], Sequence[Hit]]) -> RetrievalScores:
    """Search for every question and score the pages found; the first, which loads the models, is searched for twice."""
    return score_answers(questions, list(search_all(questions, search)))


def search_all(questions: Sequence[GoldQuestion], search: Callable[[str], Sequence[Hit]]) -> Iterator[QuestionHits]:
    """Search for each question, in question order; the first, which loads the models, is searched for twice."""
    search(questions[0].question)
    for gold in questions:
        started = time.perf_counter()
        hits = search(gold.question)
        milliseconds = (time.perf_counter() - started) * 1000
        pages = tuple(PageHit(hit.document.path, hit.chunk.first_page, hit.chunk.last_page) for hit in hits)
        yield QuestionHits(pages, milliseconds)


def rank_of_gold(gold: GoldQuestion, answer: QuestionHits) -> int | None:
    """Return the place of the first gold page among the different pages found, from 1; None where none is found."""
    ranked = _rank(gold, answer.hits)
    return next((place for place, page in enumerate(ranked.found, start=1) if page in ranked.gold), None)


def score_answers(questions: Sequence[GoldQuestion], answers: Sequence[QuestionHits]) -> RetrievalScores:
    """Score what was found for each question, in question order."""
    ranked = [_rank(gold, answer.hits) for gold, answer in zip(questions, answers, strict=True)]
    return score_retrieval(ranked, [answer.milliseconds for answer in answers])


def _rank(gold: GoldQuestion, hits: Sequence[PageHit]) -> RankedQuestion:
    found = unique_pages((_name_as(gold, hit.document), hit.first_page, hit.last_page) for hit in hits)
    return RankedQuestion(found, frozenset((gold.document, page) for page in gold.pages))


def _name_as(gold: GoldQuestion, path: str) -> str:
    """Return the gold document's name where `path` ends with it, so that both are the same; else the path."""
    return gold.document if path == gold.document or path.endswith(f"/{gold.document}") else path
