"""Scores what is answered, without an LLM, to questions that follow others: to such that lean on them and to such that
do not.

    python -m benchmarks.follow_up --beir DIR [--limit N] [--home DIR]

The set's questions must stand in the order of their documents, as SQuAD's do: each follows the one before it. A
question that shares a name with that one is made to lean on it by "it" in the name's place. Three ways to ask: the
question alone, the earlier question and it one after the other, and the product's way. Indexes below --home are those
of benchmarks.retrieval.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.evaluation.metrics import mean
from app.service.build_models import build_embedder, build_reranker
from app.settings import Settings, read_settings
from benchmarks.ablation import build_search
from benchmarks.answers import token_f1
from benchmarks.beir import BeirQuestion, BeirSet, read_beir
from benchmarks.beir_index import open_beir_index
from benchmarks.models import open_reader
from benchmarks.ranking import Search, draw, gold_passages
from benchmarks.reading import OPEN_PASSAGES, answered_questions, best_answer
from rag.errors import ConfigurationError, LecternError
from rag.follow_up import stand_alone
from rag.protocols import PassageReader
from rag.types import Message

ALONE = "alone"
BOTH = "both questions"
PRODUCT = "by the product"

WAYS: dict[str, Callable[[str, str], str]] = {
    ALONE: lambda earlier, question: question,
    BOTH: lambda earlier, question: f"{earlier} {question}",
    PRODUCT: lambda earlier, question: stand_alone(question, [Message("user", earlier)], None),
}
"""The text to search and read for, made of the earlier question and the question, by the name of the way."""

SAME_ANSWER_F1 = 0.5
"""From here on two answers count as one."""

_NAME = re.compile(r"(?<=\s)[A-Z][\w-]{3,}(?:\s+[A-Z][\w-]*|\s+\d+)*")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question as it is asked, the one before it, and what answers either."""

    text: str
    question: BeirQuestion
    earlier: BeirQuestion


@dataclass(frozen=True, slots=True)
class FollowUpScores:
    """Means over questions, 0 to 1."""

    found: float
    """Share with a passage that answers among the first OPEN_PASSAGES."""
    f1: float
    earlier_answered: float
    """Share whose answer is that of the earlier question."""


def own_questions(beir: BeirSet, limit: int | None) -> list[FollowUp]:
    """Return questions that were written to be understood alone, each after its neighbour."""
    pairs = pairwise(answered_questions(beir, None))
    return draw([FollowUp(question.text, question, earlier) for earlier, question in pairs], limit)


def leaning_questions(beir: BeirSet, limit: int | None) -> list[FollowUp]:
    """Return questions with "it" in place of a name that their neighbour has."""
    pairs = []
    for earlier, question in pairwise(answered_questions(beir, None)):
        shared = [name for name in _NAME.findall(question.text) if name in earlier.text]
        if shared and question.text != earlier.text:
            pairs.append(FollowUp(_with_pronoun(question.text, max(shared, key=len)), question, earlier))
    return draw(pairs, limit)


def score_follow_ups(
    beir: BeirSet, asked: Sequence[FollowUp], way: Callable[[str, str], str], search: Search, reader: PassageReader
) -> FollowUpScores:
    """Search and read for each question in one of WAYS."""
    found, f1, earlier_answered = [], [], []
    for one in asked:
        text = way(one.earlier.text, one.text)
        passages = [hit.chunk.text_to_embed for hit in search(text).hits[:OPEN_PASSAGES]]
        gold = [passage.text for passage in gold_passages(beir, one.question)]
        found.append(float(any(part[:50] in passage for part in gold for passage in passages)))
        answer = best_answer(reader, text, passages)
        f1.append(token_f1(answer, one.question.answers))
        is_right, is_earlier = f1[-1] >= SAME_ANSWER_F1, token_f1(answer, one.earlier.answers) >= SAME_ANSWER_F1
        earlier_answered.append(float(is_earlier and not is_right))
    return FollowUpScores(mean(found), mean(f1), mean(earlier_answered))


def _with_pronoun(question: str, name: str) -> str:
    place = re.search(rf"(?:\b(?:the|an?)\s+)?{re.escape(name)}(?P<owning>['’]s)?", question, re.IGNORECASE)
    assert place is not None
    return f"{question[: place.start()]}{'its' if place['owning'] else 'it'}{question[place.end() :]}"


def measure(folder: Path, settings: Settings, limit: int | None) -> Table:
    """Return a row for each kind of question and way to ask. Raises LecternError."""
    embedder, reader = build_embedder(settings), open_reader(settings, None)
    if reader is None:
        raise ConfigurationError("This copy of Lectern holds no reader.", "Install it from a release.")
    beir = read_beir(folder)
    kinds = {"of its own": own_questions(beir, limit), "leaning": leaning_questions(beir, limit)}
    table = Table("question", "asked", title=f"Follow-up questions, {beir.name}")
    for name in ("questions", f"found in {OPEN_PASSAGES}", "F1", "earlier one answered"):
        table.add_column(name, justify="right")
    home = settings.model_copy(update={"home": settings.home / beir.name})
    with open_beir_index(beir, home, embedder) as index:
        search = build_search(index, embedder, build_reranker(settings, reader))
        for kind, asked in kinds.items():
            for way, ask in WAYS.items():
                scores = score_follow_ups(beir, asked, ask, search, reader)
                numbers = (scores.found, scores.f1, scores.earlier_answered)
                table.add_row(kind, way, str(len(asked)), *(f"{number:.3f}" for number in numbers))
    return table


def main() -> None:
    """Score as the command line says and print a table."""
    parser = argparse.ArgumentParser(prog="benchmarks.follow_up", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--beir", type=Path, required=True, help="a set with answers, in the order of its documents")
    parser.add_argument("--limit", type=int, help="questions of each kind, drawn the same way every time")
    parser.add_argument("--home", type=Path, help="the folder of an index for each set, made where missing")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
            settings = read_settings(home=arguments.home or Path(name))
            Console().print(measure(arguments.beir, settings, arguments.limit))
    except LecternError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
