"""Scores retrieval: the order after each stage on sets in BEIR form, or pages beside a plain LangChain pipeline.

    python -m benchmarks.retrieval --beir DIR [--beir DIR ...] [--limit N] [--home DIR] [--weights FILE]
                                   [--depth N] [--without PART ...] [--ablation] [--json]
    python -m benchmarks.retrieval --folder DIR --questions FILE [--home DIR] [--store DIR] [--pipeline NAME] [--json]

On sets, passages are indexed as files are and ranked by their best chunk; an index below --home is kept and used
again. --without leaves parts out; --ablation leaves out each in turn. On pages, a question counts as found at k when
any of its gold pages is among the first k different pages (app.evaluation.metrics). An index at --home, or a plain
one at --store, is used when it is there and built there when not; without them both are temporary. The plain pipeline
reads only PDFs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.evaluation.evaluate import read_questions
from app.service.build_models import build_embedder, build_reranker
from app.settings import Settings, read_settings
from benchmarks.ablation import PARTS, RememberingReranker, build_search
from benchmarks.beir import read_beir
from benchmarks.beir_index import open_beir_index
from benchmarks.models import open_reader
from benchmarks.page_recall import PageScores, print_pages, score_lectern, score_plain
from benchmarks.processes import lectern_program
from benchmarks.ranking import FINAL, SetScores, average_sets, sample_questions, score_set
from rag.errors import LecternError
from rag.protocols import Embedder, Reranker
from rag.retrieval import RERANK_DEPTH

EVERYTHING: frozenset[str] = frozenset()
"""Nothing is left out: the product as it is."""


def measure_set(
    folder: Path,
    settings: Settings,
    embedder: Embedder,
    reranker: Reranker | None,
    *,
    limit: int | None = None,
    variants: Sequence[AbstractSet[str]] = (EVERYTHING,),
    depth: int = RERANK_DEPTH,
) -> list[SetScores]:
    """Index the set in `folder` below `settings.home` and score it once for each set of parts left out.

    Raises LecternError.
    """
    beir = read_beir(folder)
    questions = sample_questions(beir, limit)
    home = settings.model_copy(update={"home": settings.home / beir.name})
    if reranker is not None and len(variants) > 1:
        reranker = RememberingReranker(reranker)
    with open_beir_index(beir, home, embedder) as index:
        searches = [build_search(index, embedder, reranker, without=without, depth=depth) for without in variants]
        return [score_set(beir.name, questions, search, index.passage_ids) for search in searches]


def name_variant(without: AbstractSet[str]) -> str:
    """Return what is left out, in words."""
    return f"without {', '.join(part for part in PARTS if part in without)}" if without else "everything"


def print_sets(sets: Sequence[SetScores], console: Console) -> None:
    """Print the orders of each set and the mean times of its steps; the last line of several sets is their mean."""
    table = Table("set", "order", title="Retrieval of passages")
    for name in ("questions", "nDCG@10", "recall@10", "MRR@10"):
        table.add_column(name, justify="right")
    for one in sets:
        for order, scores in one.orders.items():
            numbers = (scores.ndcg_at_10, scores.recall_at_10, scores.mrr_at_10)
            table.add_row(one.name, order, str(one.questions), *(f"{number:.3f}" for number in numbers))
        table.add_section()
    console.print(table)
    for one in sets:
        steps = ", ".join(f"{step} {milliseconds:.1f}" for step, milliseconds in one.milliseconds.items())
        console.print(f"{one.name}, median milliseconds: {steps}", highlight=False)


def print_ablation(scores: dict[str, list[SetScores]], console: Console) -> None:
    """Print nDCG@10 of the final order, a row for each variant and a column for each set."""
    table = Table("parts", title="nDCG@10 of the final order")
    for one in next(iter(scores.values())):
        table.add_column(one.name, justify="right")
    for name, sets in scores.items():
        found = [one.orders.get(FINAL) for one in sets]
        table.add_row(name, *(f"{one.ndcg_at_10:.3f}" if one else "-" for one in found))
    console.print(table)


def score_sets(arguments: argparse.Namespace, home: Path) -> None:
    """Score sets in BEIR form as the command line says."""
    variants = [frozenset(arguments.without)]
    if arguments.ablation:
        variants = [EVERYTHING, *(frozenset({part}) for part in PARTS)]
    settings = read_settings(home=arguments.home or home)
    embedder = build_embedder(settings)
    reranker = build_reranker(settings, open_reader(settings, arguments.weights))
    measured = [
        measure_set(
            folder, settings, embedder, reranker, limit=arguments.limit, variants=variants, depth=arguments.depth
        )
        for folder in arguments.beir
    ]
    scores = {}
    for variant, sets in zip(variants, zip(*measured, strict=True), strict=True):
        scores[name_variant(variant)] = [*sets, average_sets(sets)] if len(sets) > 1 else list(sets)
    if arguments.json:
        json.dump({name: [one.as_json() for one in sets] for name, sets in scores.items()}, sys.stdout, indent=2)
    elif arguments.ablation:
        print_ablation(scores, Console())
    else:
        print_sets(next(iter(scores.values())), Console())


def score_pages(arguments: argparse.Namespace, temporary: Path) -> None:
    """Score pages of PDFs as the command line says."""
    home, store = arguments.home or temporary / "lectern", arguments.store or temporary / "plain"
    scores: dict[str, PageScores] = {}
    if arguments.pipeline != "plain":
        program = lectern_program(arguments.lectern)
        scores["lectern"] = score_lectern(arguments.folder, arguments.questions, home, program)
    if arguments.pipeline != "lectern":
        scores["plain"] = score_plain(arguments.folder, arguments.questions, store)
    if arguments.json:
        json.dump(scores, sys.stdout, indent=2)
    else:
        gold = sum(1 for question in read_questions(arguments.questions) if question.pages)
        print_pages(scores, gold, Console())


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.retrieval", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--beir", type=Path, action="append", help="a set in BEIR form; may be given again")
    parser.add_argument("--limit", type=int, help="questions of each set, drawn the same way every time")
    parser.add_argument("--without", choices=PARTS, action="append", default=[], help="a part to leave out")
    parser.add_argument("--ablation", action="store_true", help="leave out each part in turn")
    parser.add_argument("--depth", type=int, default=RERANK_DEPTH, help="hits that are reranked")
    parser.add_argument("--weights", type=Path, help="a reader's weights, instead of the shipped ones")
    parser.add_argument("--folder", type=Path, help="a folder of documents")
    parser.add_argument("--questions", type=Path, help="questions about it with gold pages")
    parser.add_argument("--home", type=Path, help="Lectern's index; with --beir, the folder of one for each set")
    parser.add_argument("--store", type=Path, help="the plain pipeline's Chroma directory")
    parser.add_argument("--pipeline", choices=("both", "lectern", "plain"), default="both")
    parser.add_argument("--lectern", type=Path, help="the lectern program to measure")
    parser.add_argument("--json", action="store_true")
    return parser


def main() -> None:
    """Score as the command line says and print a table or JSON."""
    parser = build_parser()
    arguments = parser.parse_args()
    if not arguments.beir and not (arguments.folder and arguments.questions):
        parser.error("name a set with --beir, or a folder and its questions with --folder and --questions")
    try:
        with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
            (score_sets if arguments.beir else score_pages)(arguments, Path(name))
    except LecternError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
