"""Measures whether a check mark can be trusted: false claims found, true ones doubted, wrong answers given.

    python -m benchmarks.trust --beir DIR --tables DIR [--limit N] [--without-reader] [--json]
        [--ask N] [--marked DIR] [--home DIR]
        [--cases DIR --llm PROVIDER:MODEL [--llm-base-url URL] [--llm-questions N]]

Each sentence of a passage is checked against it as it is, shortened, and with one thing swapped: a number, a name, a
date, a "not", a word, the value of the row below. `--beir` names a set of texts with questions, `--tables` one whose
passages hold tables (as LaTeX). `--ask` puts questions of the set to the product without an LLM, as they are and
without what answers them; `--marked` names a set that says which of its questions are answerable; `--cases` folders
with `docs/` and `questions.txt` (`benchmarks/llm_answers.py`) for an LLM. Every part is a function of its own; `main`
runs them in one go.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.evaluation.metrics import auroc, percentile
from app.service.build_models import build_embedder
from app.settings import read_settings
from benchmarks.beir import read_beir
from benchmarks.llm_answers import LlmScores, ask_llm, read_cases, score_llm
from benchmarks.models import open_reader
from benchmarks.reader import measure_reading
from benchmarks.reading import RefusalScores
from benchmarks.swaps import MadeClaim, make_claims
from benchmarks.withheld import FALSE_REFUSALS, WithheldScores, measure_withheld
from rag.citations.checker import check_citations
from rag.errors import LecternError
from rag.types import DocumentInfo, Source, Span, Verdict

Read = Callable[[str, Sequence[str]], Sequence[float]]


FALSE_ALARMS = 0.05
"""Share of true claims that a threshold on the verdict's probability may doubt, for the second count."""


@dataclass(frozen=True, slots=True)
class KindScore:
    """Of claims made in one way: how many there were, and how many of them the check did not support.

    `below` is how many had a probability below the one that doubts FALSE_ALARMS of all true claims.
    """

    kind: str
    is_true: bool
    claims: int
    doubted: int
    below: int

    @property
    def share(self) -> float:
        """Return the share that was not supported: detected where they are false, false alarms where they are true."""
        return self.doubted / self.claims if self.claims else 0.0


@dataclass(frozen=True, slots=True)
class ClaimScores:
    """The scores of each way of making claims, and the AUROC of the probability between true claims and false ones."""

    kinds: tuple[KindScore, ...]
    auroc: float


def score_swaps(claims: Sequence[MadeClaim], read: Read | None) -> ClaimScores:
    """Check each claim against its own passage and count those that are not supported, by how they were made."""
    judged = [(claim, *_judge(claim, read)) for claim in claims]
    true = [probability for claim, _, probability in judged if claim.is_true]
    false = [probability for claim, _, probability in judged if not claim.is_true]
    threshold = percentile(true, FALSE_ALARMS)
    scores = []
    for kind, is_true in dict.fromkeys((claim.kind, claim.is_true) for claim in claims):
        of_kind = [(supported, probability) for claim, supported, probability in judged if claim.kind == kind]
        doubted = sum(not supported for supported, _ in of_kind)
        below = sum(probability < threshold for _, probability in of_kind)
        scores.append(KindScore(kind, is_true, len(of_kind), doubted, below))
    return ClaimScores(tuple(scores), auroc(true, false))


def source_of(claim: MadeClaim) -> Source:
    """Return the passage of a claim as the source [1] of an answer."""
    passage = claim.passage
    document = DocumentInfo(1, "passage.txt", "", passage.title, "txt", "indexed")
    return Source(1, document, "", passage.text, (Span(0, 0, len(passage.text)),), 1.0)


def print_swaps(scores: ClaimScores, console: Console) -> None:
    """Print a row for each way of making claims."""
    table = Table("claims", "how made", title="Check of claims")
    for name in ("number", "not supported", f"below, at {FALSE_ALARMS:.0%} false alarms"):
        table.add_column(name, justify="right")
    totals = [
        KindScore(
            "all",
            is_true,
            *(sum(getattr(kind, name) for kind in scores.kinds if kind.is_true is is_true) for name in _COUNTED),
        )
        for is_true in (False, True)
    ]
    for kind in (*scores.kinds, *totals):
        below = f"{kind.below / max(kind.claims, 1):.1%}"
        table.add_row("true" if kind.is_true else "false", kind.kind, str(kind.claims), f"{kind.share:.1%}", below)
    console.print(table)
    console.print(f"AUROC of the probability between true and false claims: {scores.auroc:.3f}", highlight=False)


_COUNTED = ("claims", "doubted", "below")


def _judge(claim: MadeClaim, read: Read | None) -> tuple[bool, float]:
    """Return whether a claim is supported, and the probability behind it."""
    # The marker goes before the full stop, so that a text that ends like an abbreviation is one sentence.
    said = f"{claim.text.rstrip('.')} [1]."
    checked = check_citations(said, [source_of(claim)], rectangles=lambda source, spans: (), read=read)
    return checked.verdict is Verdict.SUPPORTED, checked.probability


@dataclass(frozen=True, slots=True)
class TrustScores:
    """All that was measured in one run; None for what was not asked for."""

    claims: ClaimScores
    withheld: WithheldScores | None
    refusal: RefusalScores | None
    llm: LlmScores | None

    def as_json(self) -> dict[str, object]:
        """Return the scores as JSON takes them."""
        return asdict(self)


def print_scores(scores: TrustScores, console: Console) -> None:
    """Print the table of claims, and a line for each of the other measurements."""
    print_swaps(scores.claims, console)
    lines = []
    if one := scores.withheld:
        lines += [
            f"{one.name}, {one.questions} questions with and without what answers them. Wrong among given answers,",
            f"where {FALSE_REFUSALS:.0%} of the answerable are refused: {one.wrong_by_found:.1%} by the refusal's",
            f"probability, {one.wrong_by_answer:.1%} by the answer's; AUROC {one.auroc_by_found:.3f} and",
            f"{one.auroc_by_answer:.3f}. As shipped {one.wrong_as_shipped:.1%} are wrong,",
            f"{one.believed_as_shipped:.1%} of those shown as supported, and {one.refused_as_shipped:.1%} of the",
            "answerable refused.",
        ]
    if marked := scores.refusal:
        lines += [
            f"Marked questions: AUROC {marked.auroc:.3f}; refused {marked.right_refusals:.1%} of {marked.unanswerable}",
            f"unanswerable and {marked.false_refusals:.1%} of {marked.answerable} answerable.",
        ]
    if llm := scores.llm:
        lines += [
            f"{llm.llm}, {llm.questions} questions: {llm.right} right, {llm.refused} refused, {llm.wrong} wrong, of",
            f"these {llm.wrong_unmarked} without a mark. {llm.sentences} sentences: {llm.cited} supported,",
            f"{llm.attributed} of these cited by Lectern, {llm.marked} marked.",
        ]
    console.print("\n".join(lines), highlight=False)


def measure(arguments: argparse.Namespace, home: Path) -> TrustScores:
    """Measure what the command line asks for; indexes are kept in `home`. Raises LecternError."""
    settings = read_settings(home=home)
    reader = None if arguments.without_reader else open_reader(settings, None)
    claims = make_claims(read_beir(arguments.beir), read_beir(arguments.tables), limit=arguments.limit)
    withheld = refusal = llm = None
    if reader and arguments.ask:
        withheld = measure_withheld(arguments.beir, settings, build_embedder(settings), reader, limit=arguments.ask)
    if reader and arguments.marked:
        refusal = measure_reading(arguments.marked, settings, build_embedder(settings), reader, limit=None).refusal
    if arguments.cases:
        chosen = read_settings(
            home=home / "llm", workers=1, llm=arguments.llm, llm_base_url=arguments.llm_base_url, answer_tokens=160
        )
        llm = score_llm(ask_llm(read_cases(arguments.cases), chosen, arguments.llm_questions))
    return TrustScores(score_swaps(claims, reader.score if reader else None), withheld, refusal, llm)


def main() -> None:
    """Measure as the command line says and print tables or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.trust", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--beir", type=Path, required=True, help="a set of texts with questions")
    parser.add_argument("--tables", type=Path, required=True, help="a set whose passages hold tables")
    parser.add_argument("--limit", type=int, default=150, help="claims made in each way")
    parser.add_argument("--without-reader", action="store_true", help="judge claims by words alone, ask nothing")
    parser.add_argument("--ask", type=int, default=0, help="questions asked with and without what answers them")
    parser.add_argument("--marked", type=Path, help="a set that marks its questions as answerable or not")
    parser.add_argument("--home", type=Path, help="the folder of indexes, made where missing")
    parser.add_argument("--cases", type=Path, help="folders with docs/ and questions.txt, for an LLM")
    parser.add_argument("--llm", help="PROVIDER:MODEL, where the settings name none")
    parser.add_argument("--llm-base-url", help="address of an OpenAI-compatible server")
    parser.add_argument("--llm-questions", type=int, default=60, help="questions that the LLM is asked")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="lectern-benchmark-") as name:
            scores = measure(arguments, arguments.home or Path(name))
    except LecternError as error:
        sys.exit(str(error))
    if arguments.json:
        json.dump(scores.as_json(), sys.stdout, indent=2)
    else:
        print_scores(scores, Console())


if __name__ == "__main__":
    main()
