"""Measures what further texts that an LLM writes for a question find: RAG-fusion, HyDE and step-back beside none.

    python -m benchmarks.query_expansion --home HOME --questions FILE --llm SPEC [--llm-base-url URL]
                                         [--limit N] [--cache DIR] [--json]
    python -m benchmarks.query_expansion --beir SET --home HOME --llm SPEC ...

--home is the index of the folder that the questions are about, or is filled with the set. What the LLM replies is kept
in the folder --cache, with the seconds that it took.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import get_args

from rich.console import Console
from rich.table import Table

from app.evaluation.evaluate import read_questions
from app.evaluation.metrics import graded_ndcg, mean
from app.service.build_index import open_lectern
from app.service.build_models import build_models
from app.settings import Settings
from benchmarks.beir import read_beir
from benchmarks.beir_index import COLLECTION, open_beir_index
from benchmarks.kept_model import KeptModel, add_arguments, read_arguments
from benchmarks.ranking import CUTOFF, sample_questions
from rag.errors import LecternError
from rag.questions.query_expansion import FurtherText, Method, expand_query
from rag.ranking import answer_probabilities
from rag.retrieval import Retriever
from rag.storage.catalogue.reader import CatalogueReader
from rag.types import Hit

Place = tuple[str, int]
"""A document and a page of it, from 0; a passage of a set is page 0 of its own document."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the grade of each place that answers it."""

    text: str
    grades: Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class MethodScores:
    """Means over the questions; seconds are those of the LLM alone, tokens what it read and wrote."""

    method: str
    ndcg_at_10: float
    recall_at_1: float
    recall_at_5: float
    recall_at_20: float
    texts: float
    tokens: float
    llm_seconds: float


class Bench:
    """Looks questions up in one index."""

    def __init__(
        self,
        retriever: Retriever,
        collection: str,
        questions: Sequence[Question],
        passages: Mapping[int, str] | None = None,
    ) -> None:
        """Take the questions to ask of the collection, and the passage behind each document's id, of a set."""
        self._retriever = retriever
        self._collection = collection
        self._questions = questions
        self._passages = passages

    @property
    def count(self) -> int:
        """Return the number of questions."""
        return len(self._questions)

    def score(self, method: Method, model: KeptModel) -> MethodScores:
        """Look up each question with what the LLM writes for it by one method."""
        rows: list[tuple[float, list[bool]]] = []
        waited, texts, before = model.seconds, 0, model.tokens
        for question in self._questions:
            further = expand_query(question.text, method, model)
            texts += len(further)
            found = self._look_up(question.text, further)
            answered = [any(question.grades.get(place, 0) > 0 for place in found[:k]) for k in (1, 5, 20)]
            rows.append((graded_ndcg(found, question.grades, CUTOFF), answered))
        count = max(1, len(rows))
        first, five, twenty = (mean([float(answered[at]) for _, answered in rows]) for at in range(3))
        return MethodScores(
            method,
            ndcg_at_10=mean([ndcg for ndcg, _ in rows]),
            recall_at_1=first,
            recall_at_5=five,
            recall_at_20=twenty,
            texts=texts / count,
            tokens=(model.tokens - before) / count,
            llm_seconds=(model.seconds - waited) / count,
        )

    def _look_up(self, text: str, further: Sequence[FurtherText]) -> list[Place]:
        hits = self._retriever.retrieve(text, collection=self._collection, further=further).hits
        return list(dict.fromkeys(self._name(hit) for hit in hits))

    def _name(self, hit: Hit) -> Place:
        if self._passages is not None:
            return self._passages[hit.document.id], 0
        return hit.document.path, hit.chunk.first_page


@contextmanager
def open_pages(arguments: argparse.Namespace, settings: Settings) -> Iterator[Bench]:
    """Open the index of a folder with the questions that have gold pages."""
    asked = [question for question in read_questions(arguments.questions) if question.pages][: arguments.limit]
    questions = [Question(one.question, {(one.document, page): 1 for page in one.pages}) for one in asked]
    with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
        yield Bench(lectern.retriever, settings.collection, questions)


@contextmanager
def open_set(arguments: argparse.Namespace, settings: Settings) -> Iterator[Bench]:
    """Open the index of a set's passages with questions drawn from it."""
    beir = read_beir(arguments.beir)
    drawn = sample_questions(beir, arguments.limit)
    questions = [Question(one.text, {(id_, 0): grade for id_, grade in one.grades.items()}) for one in drawn]
    models = build_models(settings)
    with open_beir_index(beir, settings, models.embedder) as index:
        retriever = Retriever(
            searcher=CatalogueReader(index.engine, index.catalogue),
            vectors=index.vectors,
            embedder=models.embedder,
            reranker=models.reranker,
            combine=answer_probabilities,
        )
        yield Bench(retriever, COLLECTION, questions, index.passage_ids)


def print_scores(scores: Sequence[MethodScores], questions: int, console: Console) -> None:
    """Print a row for each method."""
    table = Table(*(field.name for field in dataclasses.fields(MethodScores)), title=f"{questions} questions")
    for row in scores:
        table.add_row(row.method, *(f"{value:.3f}" for value in dataclasses.astuple(row)[1:]))
    console.print(table)


def main() -> None:
    """Measure as the command line says and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.query_expansion", description=(__doc__ or "").split("\n", 1)[0])
    add_arguments(parser)
    arguments, settings, model = read_arguments(parser)
    try:
        with (open_set if arguments.beir else open_pages)(arguments, settings) as bench:
            scores = [bench.score(method, model) for method in get_args(Method)]
            questions = bench.count
    except LecternError as error:
        sys.exit(str(error))
    if arguments.json:
        json.dump([dataclasses.asdict(row) for row in scores], sys.stdout, indent=2)
    else:
        print_scores(scores, questions, Console())


if __name__ == "__main__":
    main()
