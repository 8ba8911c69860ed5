"""Measures retrieval on a user's own questions with known pages. Judges answers no further than their pages."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ConfigurationError
from rag.metrics import RankedQuestion, RetrievalScores, score_retrieval, unique_pages
from rag.retrieval import Retriever
from rag.types import Hit


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the 0-based pages of the document that answer it; none where it cannot be answered."""

    question: str
    document: str
    pages: tuple[int, ...]


def read_questions(file: Path) -> list[GoldQuestion]:
    """The questions of a JSON-lines file with `question`, `document` and `pages`. Raises ConfigurationError."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The questions {file} cannot be read: {error}.", "Check the path.") from None
    questions = []
    for number, line in enumerate(lines, start=1):
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


def evaluate(questions: list[GoldQuestion], retriever: Retriever, *, collection: str) -> RetrievalScores:
    """Ask every question and score the pages found; the first, which loads the models, is asked twice."""
    retriever.retrieve(questions[0].question, collection=collection)
    ranked, milliseconds = [], []
    for gold in questions:
        started = time.perf_counter()
        hits = retriever.retrieve(gold.question, collection=collection).hits
        milliseconds.append((time.perf_counter() - started) * 1000)
        ranked.append(_rank(gold, hits))
    return score_retrieval(ranked, milliseconds)


def _rank(gold: GoldQuestion, hits: tuple[Hit, ...]) -> RankedQuestion:
    """Gold documents are named by path or by file name alone."""
    by_name = "/" not in gold.document
    found = unique_pages(
        (
            hit.document.path.rsplit("/", 1)[-1] if by_name else hit.document.path,
            hit.chunk.first_page,
            hit.chunk.last_page,
        )
        for hit in hits
    )
    return RankedQuestion(found, frozenset((gold.document, page) for page in gold.pages))
