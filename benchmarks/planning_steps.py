"""Measures answers in steps: the gold pages that several look-ups find and that reach the prompt, beside one look-up.

    python -m benchmarks.planning_steps --home HOME --questions FILE --llm SPEC [--llm-base-url URL]
                                        [--calls N] [--limit N] [--cache DIR] [--json]
    python -m benchmarks.planning_steps --beir SET --home HOME --llm SPEC [--llm-base-url URL]
                                        [--limit N] [--pool N] ...

--home is the index of the folder that the questions are about, or is filled with the set. A question counts as
"some" at k when any of its gold pages, or passages, is among the first k different ones, and as "all" when all are. The
halves are the questions of even and of odd number: prompt and joining were tuned on the even ones. What the LLM replies
is kept in the folder --cache, with the seconds that it took.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from app.evaluation.evaluate import read_questions
from app.service.build_index import open_lectern
from app.service.build_models import build_models
from app.settings import Settings
from benchmarks.beir import read_beir
from benchmarks.beir_index import COLLECTION, open_beir_index
from benchmarks.kept_model import KeptModel, add_arguments, read_arguments
from benchmarks.ranking import sample_questions
from rag.errors import LecternError
from rag.pipeline import judge, threshold_for
from rag.planning.rounds import join_by_rounds, join_hits
from rag.planning.steps import Looked, StepLimits, StepLoop
from rag.planning.steps_mode import likelihood
from rag.planning.tools import Toolbox
from rag.prompt import build_prompt
from rag.protocols import PlanCatalogue
from rag.ranking import answer_probabilities
from rag.retrieval import Retrieval, Retriever
from rag.segments import join_segments
from rag.storage.catalogue.reader import CatalogueReader
from rag.types import Hit, Source

CUTOFFS = (5, 10, 20)

Place = tuple[str, int]
"""A document and a page of it, from 0; a passage of a set is page 0 of its own document."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its gold places, where one look-up and the steps ranked them, and what the steps took.

    A rank counts from 1, and is 0 where the place was not found; `prompt` says of each gold place whether it is in the
    final prompt, `refused` whether the question is refused before the LLM sees any of it.
    """

    question: str
    ranks: Mapping[str, tuple[int, ...]]
    prompt: Mapping[str, tuple[bool, ...]]
    refused: Mapping[str, bool]
    look_ups: int
    calls: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bench:
    """All that one question needs."""

    search: Callable[[str, Mapping[str, str]], Retrieval]
    choose: Callable[[Sequence[Hit]], list[Hit]]
    catalogue: CatalogueReader
    collection: str
    model: KeptModel
    limits: StepLimits
    source_chunks: int
    answer_tokens: int
    name: Callable[[Hit], Place]

    def ask(self, question: str, gold: Sequence[Place]) -> Asked:
        """Look a question up once and in steps."""
        started, waited = time.perf_counter(), self.model.seconds
        found = self._look_up(question)
        seconds = time.perf_counter() - started
        ranked = [[self.name(hit) for hit in one.hits] for one in found.retrievals]
        orders = {"look-up": list(dict.fromkeys(ranked[0])), "steps": join_by_rounds(ranked)}
        chosen = [self.choose(one.hits) for one in found.retrievals]
        sources = {"look-up": chosen[0], "steps": join_hits(chosen, limit=self.source_chunks)}
        kept = self.model.seconds - waited
        return Asked(
            question,
            {
                name: tuple(order.index(one) + 1 if one in order else 0 for one in gold)
                for name, order in orders.items()
            },
            {name: self._in_prompt(question, hits, gold) for name, hits in sources.items()},
            {
                "look-up": judge(question, found.retrievals[0].hits) < threshold_for(found.retrievals[0].hits),
                "steps": likelihood(found) < threshold_for(found.retrievals[0].hits),
            },
            len(found.planned),
            found.calls,
            found.usage.prompt_tokens + found.usage.completion_tokens,
            max(seconds, kept),
        )

    def _look_up(self, question: str) -> Looked:
        catalogue: PlanCatalogue = self.catalogue
        toolbox = Toolbox(collection=self.collection, catalogue=catalogue, search=self.search)
        running = StepLoop(self.model, self.limits).look_up(question, toolbox)
        while True:
            try:
                next(running)
            except StopIteration as ended:
                looked: Looked = ended.value
                return looked

    def _in_prompt(self, question: str, hits: Sequence[Hit], gold: Sequence[Place]) -> tuple[bool, ...]:
        sources = join_segments(hits, self.catalogue.load_pages)
        prompt = build_prompt(question, sources, self.model, answer_tokens=self.answer_tokens)
        read = {place for source in prompt.used for place in self._places(source, hits)}
        return tuple(one in read for one in gold)

    def _places(self, source: Source, hits: Sequence[Hit]) -> Iterator[Place]:
        names = {hit.document.id: self.name(hit)[0] for hit in hits}
        for span in source.spans:
            yield names[source.document.id], span.page


def ask_pages(arguments: argparse.Namespace, settings: Settings, model: KeptModel) -> list[Asked]:
    """Ask the questions about a folder's pages that have gold pages."""
    questions = [question for question in read_questions(arguments.questions) if question.pages][: arguments.limit]
    with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
        pipeline = lectern.ask_pipeline(None)
        bench = Bench(
            search=lambda text, filters: lectern.retriever.retrieve(
                text, collection=settings.collection, filters=filters
            ),
            choose=lambda hits: pipeline.choose(hits, settings.collection),
            catalogue=lectern.catalogue,
            collection=settings.collection,
            model=model,
            limits=limits_of(arguments, settings),
            source_chunks=settings.steps_source_chunks,
            answer_tokens=settings.answer_tokens,
            name=lambda hit: (hit.document.path, hit.chunk.first_page),
        )
        return [_said(bench.ask(one.question, [(one.document, page) for page in one.pages])) for one in questions]


def ask_set(arguments: argparse.Namespace, settings: Settings, model: KeptModel) -> list[Asked]:
    """Ask questions of a set whose answers take several passages."""
    beir = read_beir(arguments.beir)
    if arguments.pool:
        drawn = sample_questions(beir, arguments.pool)
        kept = {id_ for question in drawn for id_ in question.grades}
        passages = {id_: passage for id_, passage in beir.passages.items() if id_ in kept}
        beir = dataclasses.replace(beir, passages=passages, questions=tuple(drawn))
    questions = sample_questions(beir, arguments.limit)
    models = build_models(settings)
    with open_beir_index(beir, settings, models.embedder) as index:
        catalogue = CatalogueReader(index.engine, index.catalogue)
        retriever = Retriever(
            searcher=catalogue,
            vectors=index.vectors,
            embedder=models.embedder,
            reranker=models.reranker,
            combine=answer_probabilities,
        )
        bench = Bench(
            search=lambda text, filters: retriever.retrieve(text, collection=COLLECTION),
            choose=lambda hits: list(hits[: settings.source_chunks]),
            catalogue=catalogue,
            collection=COLLECTION,
            model=model,
            limits=limits_of(arguments, settings),
            source_chunks=settings.steps_source_chunks,
            answer_tokens=settings.answer_tokens,
            name=lambda hit: (index.passage_ids[hit.document.id], 0),
        )
        return [
            _said(bench.ask(one.text, [(id_, 0) for id_, grade in one.grades.items() if grade > 0]))
            for one in questions
        ]


def limits_of(arguments: argparse.Namespace, settings: Settings) -> StepLimits:
    """Return the limits of a plan: the settings', with the number of calls that is measured, and no limit of time."""
    calls = arguments.calls or settings.steps_calls
    return StepLimits(settings.steps_look_ups, calls, settings.steps_tokens, seconds=3_600)


def _said(asked: Asked) -> Asked:
    print(asked.question[:70], dict(asked.ranks), file=sys.stderr)
    return asked


def summarise(rows: Sequence[Asked], way: str) -> dict[str, float]:
    """Return the shares of questions with some and with all gold places among the first, and in the prompt."""
    found: dict[str, float] = {}
    for k in CUTOFFS:
        within = [[0 < rank <= k for rank in row.ranks[way]] for row in rows]
        found[f"some in first {k}"] = sum(map(any, within)) / len(rows)
        found[f"all in first {k}"] = sum(map(all, within)) / len(rows)
    found["some in the prompt"] = sum(any(row.prompt[way]) for row in rows) / len(rows)
    found["all in the prompt"] = sum(all(row.prompt[way]) for row in rows) / len(rows)
    found["refused unseen"] = sum(row.refused[way] for row in rows) / len(rows)
    return found


def print_scores(rows: Sequence[Asked], console: Console) -> None:
    """Print both ways for all questions and for each half, then what the steps took."""
    halves = {"all": rows, "even": rows[::2], "odd": rows[1::2]}
    table = Table("gold places", title=f"{len(rows)} questions")
    for half, part in halves.items():
        for way in ("look-up", "steps"):
            table.add_column(f"{half} ({len(part)})\n{way}", justify="right")
    columns = [summarise(part, way) for part in halves.values() for way in ("look-up", "steps")]
    for name in columns[0]:
        table.add_row(name, *(f"{column[name]:.3f}" for column in columns))
    console.print(table)
    means = {
        name: sum(getattr(row, name) for row in rows) / len(rows) for name in ("look_ups", "calls", "tokens", "seconds")
    }
    console.print("a question:", ", ".join(f"{value:.1f} {name}" for name, value in means.items()), highlight=False)


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.planning_steps", description=(__doc__ or "").split("\n", 1)[0])
    add_arguments(parser)
    parser.add_argument("--calls", type=int, help="times that the LLM is asked what to look up")
    parser.add_argument("--pool", type=int, help="of a set only the passages that are judged for so many questions")
    return parser


def main() -> None:
    """Measure as the command line says and print a table or JSON."""
    arguments, settings, model = read_arguments(build_parser())
    try:
        rows = (ask_set if arguments.beir else ask_pages)(arguments, settings, model)
    except LecternError as error:
        sys.exit(str(error))
    if arguments.json:
        json.dump([dataclasses.asdict(row) for row in rows], sys.stdout, indent=2)
    else:
        print_scores(rows, Console())


if __name__ == "__main__":
    main()
