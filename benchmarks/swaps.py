"""Makes claims from passages by code, true ones and ones in which one thing was swapped."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.beir import BeirPassage, BeirSet
from rag.text import STOP_WORDS, sentence_spans

KINDS = ("number", "name", "date", "negation", "phrase", "row")
"""What is swapped in a false claim."""

_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]|[.,]\d)")
_YEAR = re.compile(r"(?<![\w.,-])(?:1[5-9]|20)\d\d(?![\w-]|[.,]\d)")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)(?= \d| of|,)"
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*")
_PHRASE = re.compile(r"(?:(?<= the )|(?<= a )|(?<= an )|(?<= of )|(?<= and )|(?<= in )|(?<= to ))[a-z]{5,}(?=[ ,.])")
_HELPS = re.compile(r"\b(?:is|was|were|are|has|had|can|could|will|would|did|should|must)\b(?! not)")
_DENIES = re.compile(r"\b(is|was|were|are|has|had|can|could|will|would|did|should|must) not\b ?")
_TABLE = re.compile(r"\\begin\{tabular\}\{[^\n]*\}(.*?)\\end\{tabular\}", re.DOTALL)
_LABEL = re.compile(r"[^\W\d_]{3}")
_AMOUNT = re.compile(r"[$€£]? ?-?\d[\d,.]* ?[%a-zA-Z]{0,9}")
_QUESTION_WORDS = re.compile(
    r"(?i)\b(?:what|which|who|whom|whose|when|where|why|how (?:many|much|long|often)|how|did|does|do)\b ?"
)


@dataclass(frozen=True, slots=True)
class MadeClaim:
    """A claim, the passage that it is to be checked against, and whether it is true; `kind` says how it was made."""

    kind: str
    text: str
    passage: BeirPassage
    is_true: bool


def make_claims(text_set: BeirSet, table_set: BeirSet, *, limit: int, seed: int = 19) -> list[MadeClaim]:
    """Return up to `limit` claims of each kind, the same every time; rows come from the tables of `table_set`."""
    passages = [passage for passage in text_set.passages.values() if len(passage.text) > 200]
    randomness = random.Random(seed)
    randomness.shuffle(passages)
    made: list[MadeClaim] = []
    for kind, swap in _SWAPS.items():
        made += _take(_swapped(kind, swap, passages, random.Random(f"{seed}{kind}")), limit)
    made += _take(_whole(passages, randomness), limit)
    made += _take(_shortened(passages, randomness), limit)
    made += _take(_answered(text_set, randomness), limit)
    rows = list(_rows(table_set, random.Random(seed)))
    for kind in ("row", "row as it is"):
        made += [claim for claim in rows if claim.kind == kind][:limit]
    return made


def _take(claims: Iterator[MadeClaim], limit: int) -> list[MadeClaim]:
    return [claim for claim, _ in zip(claims, range(limit), strict=False)]


def _sentences(passage: BeirPassage) -> list[str]:
    found = [" ".join(passage.text[start:end].split()) for start, end in sentence_spans(passage.text)]
    return [one for one in found if 7 <= len(one.split()) <= 35 and one[0].isupper() and one.endswith(".")]


Swap = Callable[[str, str, str, random.Random], str | None]
"""(sentence, its passage, another passage, randomness) -> the sentence with one thing swapped."""


def _swapped(kind: str, swap: Swap, passages: Sequence[BeirPassage], randomness: random.Random) -> Iterator[MadeClaim]:
    for at, passage in enumerate(passages):
        sentences = _sentences(passage)
        randomness.shuffle(sentences)
        for sentence in sentences:
            claim = swap(sentence, passage.text, passages[at - 1].text, randomness)
            # What stands in the passage all the same is no swap.
            if claim and claim != sentence and claim.rstrip(".") not in passage.text:
                yield MadeClaim(kind, claim, passage, is_true=False)
                break


def _exchange(pattern: re.Pattern[str]) -> Swap:
    """Return a swap of what fits a pattern for something else that does: half the time of the same passage."""

    def swap(sentence: str, passage: str, other: str, randomness: random.Random) -> str | None:
        places = [place for place in pattern.finditer(sentence) if place.group() not in STOP_WORDS]
        if not places:
            return None
        place = randomness.choice(places)
        sources = [passage, other] if randomness.random() < 0.5 else [other, passage]
        for source in sources:
            written = sorted({found.group() for found in pattern.finditer(source)} - {place.group()})
            written = [one for one in written if one not in sentence and place.group() not in one]
            if written:
                return sentence[: place.start()] + randomness.choice(written) + sentence[place.end() :]
        return None

    return swap


def _swap_date(sentence: str, passage: str, other: str, randomness: random.Random) -> str | None:
    if place := _YEAR.search(sentence):
        year = str(int(place.group()) + randomness.choice([-11, -3, -2, -1, 1, 2, 3, 10]))
        return sentence[: place.start()] + year + sentence[place.end() :]
    return _exchange(_MONTH)(sentence, passage, other, randomness)


def _swap_negation(sentence: str, passage: str, other: str, randomness: random.Random) -> str | None:
    if place := _DENIES.search(sentence):
        return sentence[: place.start()] + place.group(1) + " " + sentence[place.end() :]
    if place := _HELPS.search(sentence):
        return sentence[: place.end()] + " not" + sentence[place.end() :]
    return None


_SWAPS: dict[str, Swap] = {
    "number": _exchange(_NUMBER),
    "name": _exchange(_NAME),
    "date": _swap_date,
    "negation": _swap_negation,
    "phrase": _exchange(_PHRASE),
}


def _whole(passages: Sequence[BeirPassage], randomness: random.Random) -> Iterator[MadeClaim]:
    for passage in passages:
        if sentences := _sentences(passage):
            yield MadeClaim("word for word", randomness.choice(sentences), passage, is_true=True)


def _shortened(passages: Sequence[BeirPassage], randomness: random.Random) -> Iterator[MadeClaim]:
    """Sentences without what stands in brackets, between commas or after the last comma."""
    for passage in passages:
        for sentence in _sentences(passage):
            short = re.sub(r" \([^)]*\)|, [^,]{4,60},(?= [a-z])", "", sentence)
            short = re.sub(r", (?:which|where|who|while|with|although|as|including)\b[^,]*\.$", ".", short)
            if short != sentence and len(short.split()) >= 6:
                yield MadeClaim("shortened", short, passage, is_true=True)
                break


def _answered(beir: BeirSet, randomness: random.Random) -> Iterator[MadeClaim]:
    """Questions without their question words, with their answers behind them."""
    questions = [question for question in beir.questions if question.answers and question.grades]
    randomness.shuffle(questions)
    for question in questions:
        gold = max(question.grades, key=lambda id_: question.grades[id_])
        if question.grades[gold] > 0 and gold in beir.passages:
            said = _QUESTION_WORDS.sub("", question.text, count=2).strip(" ?")
            yield MadeClaim("question with its answer", f"{said}: {question.answers[0]}.", beir.passages[gold], True)


def _rows(beir: BeirSet, randomness: random.Random) -> Iterator[MadeClaim]:
    """Cells of tables with what their row and column are called, and those of the row above or below in their place."""
    for passage in beir.passages.values():
        for number, written in enumerate(_TABLE.findall(passage.text)):
            rows = _cells(written)
            if len(rows) < 4 or len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
                continue
            column = randomness.randrange(1, len(rows[0]))
            at = randomness.randrange(1, len(rows) - 1)
            row, neighbour = rows[at], rows[at + 1]
            value, wrong = row[column], neighbour[column]
            is_told = all(_LABEL.search(label) for label in (row[0], neighbour[0], rows[0][column]))
            are_amounts = _AMOUNT.fullmatch(value) and _AMOUNT.fullmatch(wrong)
            if not is_told or not are_amounts or wrong in " ".join(row) or row[0] == neighbour[0]:
                continue
            table = BeirPassage(f"{passage.id}-{number}", passage.title, "\n".join(" | ".join(row) for row in rows))
            named = f"{row[0]}: {rows[0][column]} is"
            yield MadeClaim("row", f"{named} {wrong}.", table, is_true=False)
            yield MadeClaim("row as it is", f"{named} {value}.", table, is_true=True)


def _cells(written: str) -> list[list[str]]:
    lines = [line for line in re.split(r"\\\\\s*", written) if "&" in line]
    return [
        [re.sub(r"\\[a-z]+|[{}$\\|\n]", "", cell).strip() for cell in re.split(r"(?<!\\)&", line)] for line in lines
    ]
