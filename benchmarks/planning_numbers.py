"""Measures numeric answers: right, wrong and refused by one look-up, by steps, and as the rules choose.

    python -m benchmarks.planning_numbers --home HOME --questions FILE --llm SPEC [--llm-base-url URL]
                                          [--limit N] [--seconds S] [--answer-tokens N] [--source-chunks N] [--json]

--home is the index of the folder that the questions are about. Of the questions only those with a number for their
answer are asked, in order, until --seconds are over. An answer is right where one of its numbers that do not stand in
the question is the true one: as it is rounded there, or in thousands, millions or percent of it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.client.local import LocalClient
from app.settings import Settings, read_settings
from rag.errors import LecternError
from rag.planning.modes import Mode, choose_mode
from rag.types import Answer, Question, Verdict

WAYS = (Mode.LOOK_UP.value, Mode.STEPS.value, "")
"""The mode that is asked for; "" has the rules choose."""

_NUMBER = re.compile(r"\(?-?\d[\d,]*(?:\.\d+)?\)?")
_MARKER = re.compile(r"\[\d{1,3}\]")
SCALES = (1.0, 100.0, 1_000.0, 1_000_000.0)


@dataclass(frozen=True, slots=True)
class AskedNumber:
    """One question in one way: what came of it, and what it took."""

    question: str
    way: str
    mode: str
    true: str
    text: str
    outcome: str
    """"right", "wrong", "no number", "refused" or "failed"."""
    is_supported: bool
    tokens: int
    seconds: float


def read_number(text: str) -> float | None:
    """Return a number that stands alone, but for signs of currency and percent; None for anything else."""
    plain = re.sub(r"(?i)\b(?:usd|million|billion|thousand)\b|[$€£%,\s]", "", text).rstrip(".")
    try:
        return float(plain)
    except ValueError:
        return None


def numbers_of(text: str) -> Iterator[tuple[float, int]]:
    """Yield the numbers in a text, each with its decimal places; one in brackets is negative."""
    for match in _NUMBER.finditer(_MARKER.sub("", text)):
        written = match[0].strip("()").replace(",", "")
        value = float(written)
        yield (-value if match[0].startswith("(") and match[0].endswith(")") else value), len(written.partition(".")[2])


def is_right(answer: str, true: str, question: str) -> bool:
    """Return whether an answer has the true number, rounded as it is there or as the truth is."""
    wanted = read_number(true)
    assert wanted is not None
    places = len(true.rstrip("%").partition(".")[2])
    asked = {value for value, _ in numbers_of(question)}
    for value, written in numbers_of(answer):
        step = 10.0 ** -min(places, written)
        for scale in SCALES:
            off = min(abs(abs(value) - abs(wanted) * scale), abs(abs(value) * scale - abs(wanted)))
            if value not in asked and off <= step / 2 + 1e-9:
                return True
    return False


def judge(answer: Answer, true: str, question: str) -> str:
    """Return what became of a question."""
    if answer.error:
        return "failed"
    if answer.refused:
        return "refused"
    if is_right(answer.text, true, question):
        return "right"
    has_number = any(True for _ in numbers_of(answer.text))
    return "wrong" if has_number else "no number"


def ask_numbers(
    settings: Settings, questions: Sequence[tuple[str, str]], *, seconds: float, show: Console
) -> list[AskedNumber]:
    """Ask each question in each way; no further question is begun once the seconds are over."""
    until, asked = time.monotonic() + seconds, []
    with LocalClient(settings, "benchmark", wait_seconds=0) as client:
        for text, true in questions:
            if time.monotonic() >= until:
                break
            for way in WAYS:
                if way == "" and choose_mode(text).mode in (Mode.LOOK_UP, Mode.STEPS):
                    # It is what one of the others is: that answer stands for both.
                    same = next(one for one in reversed(asked) if one.way == choose_mode(text).mode.value)
                    asked.append(AskedNumber(**{**asdict(same), "way": ""}))
                    continue
                started = time.perf_counter()
                with client.ask(Question(text, settings.collection, mode=way)) as answering:
                    answer = answering.answer
                tokens = answer.usage.prompt_tokens + answer.usage.completion_tokens
                one = AskedNumber(
                    text,
                    way,
                    answer.mode,
                    true,
                    answer.text,
                    judge(answer, true, text),
                    answer.verdict is Verdict.SUPPORTED,
                    tokens,
                    round(time.perf_counter() - started, 1),
                )
                asked.append(one)
                show.print(f"{one.outcome} ({one.way or one.mode}, {one.seconds} s, true {true}): {text[:80]}")
    return asked


def read_questions(file: Path) -> list[tuple[str, str]]:
    """Return the questions whose answer is a number, each with it."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [(row["question"], row["answer"]) for row in rows if read_number(row["answer"]) is not None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--llm", required=True)
    parser.add_argument("--llm-base-url", default="")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--answer-tokens", type=int, default=256)
    parser.add_argument("--source-chunks", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    settings = read_settings(
        home=given.home,
        llm=given.llm,
        llm_base_url=given.llm_base_url,
        llm_timeout_seconds=900,
        answer_tokens=given.answer_tokens,
        source_chunks=given.source_chunks,
        steps_source_chunks=given.source_chunks,
    )
    questions = read_questions(given.questions)[: given.limit]
    try:
        asked = ask_numbers(settings, questions, seconds=given.seconds, show=Console(stderr=True))
    except LecternError as error:
        print(error.reason, error.remedy, file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps([asdict(one) for one in asked]))
    else:
        _print(asked, Console())
    return 0


def _print(asked: Sequence[AskedNumber], console: Console) -> None:
    table = Table("way", title=f"{len({one.question for one in asked})} questions with a number for their answer")
    outcomes = ("right", "wrong", "no number", "refused", "failed")
    for name in (*outcomes, "wrong, supported", "tokens", "seconds"):
        table.add_column(name, justify="right")
    for way in WAYS:
        of_it = [one for one in asked if one.way == way]
        counts = [sum(one.outcome == outcome for one in of_it) for outcome in outcomes]
        unmarked = sum(one.outcome == "wrong" and one.is_supported for one in of_it)
        each = max(1, len(of_it))
        table.add_row(
            way or "as the rules choose",
            *map(str, (*counts, unmarked, sum(one.tokens for one in of_it) // each)),
            f"{sum(one.seconds for one in of_it) / each:.0f}",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
