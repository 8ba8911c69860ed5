"""Measures what joining chunks into segments brings into the sources, for each pair of its two parameters.

    python -m benchmarks.segments QUESTIONS.jsonl --home HOME [--collection NAME] [--json]

HOME holds an index that `lectern sync` made of the questions' documents. A question has `document` and `pages`; its
`evidence`, texts that prove the answer, may be given. The retrieval is the product's and runs once a question.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.evaluation.evaluate import GoldQuestion, read_questions
from app.evaluation.metrics import mean
from app.service.build_index import Lectern, open_lectern
from app.settings import read_settings
from rag.errors import LecternError
from rag.pipeline import SOURCE_CHUNKS
from rag.retrieval import COMBINED
from rag.segments import Choice, choose_chunks
from rag.text import content_words
from rag.types import Chunk, Hit

WORTHLESS = (0.003, 0.01, 0.02, 0.05, 0.1, 0.3)
LENGTHS = (1, 2, 4, 6, 10)
Choose = Callable[[Sequence[Hit]], Choice]


@dataclass(frozen=True, slots=True)
class SegmentScores:
    """Means over questions of what one way to choose brings into the sources."""

    name: str
    chunks: float
    any_page: float
    """Share of questions of which a gold page is among the sources."""
    pages: float
    """Share of a question's gold pages that are."""
    evidence: float
    """Share of the words of the evidence that are in the sources from the gold pages; nan without evidence."""


def score_choices(
    questions: Sequence[GoldQuestion], evidence: Sequence[str], lectern: Lectern, collection: str
) -> list[SegmentScores]:
    """Ask every question once, and choose in every way from what was found. Raises LecternError."""
    found = [
        [hit for hit in lectern.retriever.retrieve(gold.question, collection=collection).hits if COMBINED in hit.stages]
        for gold in questions
    ]
    scores = []
    for name, choose in _ways():
        chosen = [_chunks(lectern, collection, choose(hits)) for hits in found]
        rows = list(zip(questions, evidence, chosen, strict=True))
        scores.append(
            SegmentScores(
                name,
                chunks=mean([float(len(chunks)) for chunks in chosen]),
                any_page=mean([float(bool(_pages(gold, chunks))) for gold, _, chunks in rows]),
                pages=mean([len(_pages(gold, chunks)) / len(gold.pages) for gold, _, chunks in rows]),
                evidence=mean([_covered(gold, text, chunks) for gold, text, chunks in rows if text]),
            )
        )
    return scores


def _ways() -> Iterator[tuple[str, Choose]]:
    yield f"best {SOURCE_CHUNKS}", lambda hits: Choice(tuple(hits[:SOURCE_CHUNKS]), ())
    for longest in LENGTHS:
        for worthless in WORTHLESS:
            yield f"at most {longest}, worthless {worthless}", _way(longest, worthless)


def _way(longest: int, worthless: float) -> Choose:
    return lambda hits: choose_chunks(hits, budget=SOURCE_CHUNKS, worthless=worthless, longest=longest)


def _chunks(lectern: Lectern, collection: str, choice: Choice) -> list[tuple[str, Chunk]]:
    """Return the chosen chunks with the paths of their documents."""
    between = lectern.catalogue.load_chunks(collection, choice.between).values()
    chosen = [(hit.document.path, hit.chunk) for hit in choice.hits]
    return [*chosen, *((document.path, chunk) for document, chunk in between)]


def _pages(gold: GoldQuestion, chunks: Sequence[tuple[str, Chunk]]) -> set[int]:
    """Return the gold pages that the chunks touch."""
    touched = {
        page
        for path, chunk in chunks
        if path.endswith(gold.document)
        for page in range(chunk.first_page, chunk.last_page + 1)
    }
    return touched & set(gold.pages)


def _covered(gold: GoldQuestion, evidence: str, chunks: Sequence[tuple[str, Chunk]]) -> float:
    """Return the share of the words of the evidence that the chunks of the gold pages hold."""
    wanted = frozenset(content_words(evidence))
    texts = [chunk.text for path, chunk in chunks if _pages(gold, [(path, chunk)])]
    return len(wanted & frozenset(content_words(" ".join(texts)))) / len(wanted) if wanted else 1.0


def _read_evidence(file: Path) -> list[str]:
    """Return the evidence of each question, joined; "" where there is none."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return ["\n".join(json.loads(line).get("evidence") or ()) for line in lines]


def main() -> int:
    """Measure what the command line names; 2 with a message when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segments", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--collection", default="default")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    options = parser.parse_args()
    try:
        questions = read_questions(options.questions)
        evidence = _read_evidence(options.questions)
        asked = [(gold, text) for gold, text in zip(questions, evidence, strict=True) if gold.pages]
        settings = read_settings(home=options.home)
        with open_lectern(settings, "benchmark", wait_seconds=0) as lectern:
            scores = score_choices(
                [gold for gold, _ in asked], [text for _, text in asked], lectern, options.collection
            )
    except LecternError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        json.dump([asdict(one) for one in scores], sys.stdout, indent=2)
        return 0
    table = Table("sources", title=f"What the sources hold, {len(asked)} questions")
    for column in ("chunks", "any gold page", "gold pages", "evidence"):
        table.add_column(column, justify="right")
    for one in scores:
        table.add_row(one.name, f"{one.chunks:.1f}", f"{one.any_page:.3f}", f"{one.pages:.3f}", f"{one.evidence:.3f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
