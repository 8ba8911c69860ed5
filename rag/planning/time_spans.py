"""Computes how long something takes by the days or times of day that one named document gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rag.planning.computed_answer import compose_answer
from rag.planning.document_values import TIME_UNITS, Value
from rag.planning.open_amounts import Read
from rag.planning.open_question import SUMS_SAID, read_words
from rag.planning.pairs import is_in
from rag.planning.payment_status import payment_status
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import Quantity
from rag.planning.row_fit import meets
from rag.planning.row_words import terms
from rag.planning.table_cells import Place
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.text import sentence_around
from rag.words.dates import find_dates

MAX_CHARACTERS = 160
NOT_TOLD = "No one document tells the days or times, so it was looked up."

_BETWEEN = re.compile(
    r"(?i)^\W*(?:how many days|wie ?viele tage|combien de jours|cu[aá]ntos d[ií]as)\b[^?]*?"
    r"\b(?:between|zwischen|entre)\s+"
    r"(?P<first>.+?)\s+(?:and|und|et|y)\s+(?P<second>.+?)\W*$"
)
_LASTS = re.compile(
    r"(?i)^\W*(?:how (?:long|much time) (?:does|did|do|is|was|will)\s+(?P<en>.+?)(?: (?:take|last|run)s?)?"
    r"|wie lange (?:dauerte?|geht|braucht)\s+(?P<de>.+?)"
    r"|(?:combien de temps (?:dure|prend|faut-il)|quelle est la durée d[eu])\s+"
    r"(?P<fr>.+?)|cu[aá]nto (?:tiempo )?(?:dura|duró|tarda|lleva)\s+(?P<es>.+?))\W*$"
)
_PAYMENT = ("pay", "zahl", "bezahl", "paie", "pai", "pag", "regl")


@dataclass(frozen=True, slots=True)
class SpanQuestion:
    """How long it is between two events that one document dates, or how long something takes, its events "".

    `is_sum` where all the times that a document gives for it are added up.
    """

    words: tuple[str, ...]
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    is_sum: bool = False


def read_span(question: str) -> SpanQuestion | None:
    """Return the stretch of time that a question asks for; None for any other question."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS:
        return None
    if (match := _BETWEEN.match(text)) is not None:
        first, second = (tuple(word.stem for word in read_words(match[side])) for side in ("first", "second"))
        return SpanQuestion((*first, *second), first, second)
    match = _LASTS.match(text)
    if match is None:
        return None
    what = next(match[language] for language in ("en", "de", "fr", "es") if match[language])
    said = SUMS_SAID.search(text)
    words = tuple(word.stem for word in read_words(SUMS_SAID.sub(" ", what)))
    return SpanQuestion(words, is_sum=said is not None) if words else None


def answer_span(
    asked: PlannedQuestion, query: SpanQuestion, documents: Sequence[Read], catalogue: DocumentCatalogue
) -> Answering:
    """Return how long it is, with the words that give its beginning and its end; where none does, why."""
    timer = StageTimer()
    wording = Wording(asked.text)
    one = _named(query, documents)
    told = None if one is None else _between(query, one, wording) if query.first else _lasting(query, one, wording)
    timer.mark("look through")
    if one is None or told is None:
        return NOT_TOLD
    text, places = told
    proofs = [one.proof(place, number) for number, place in enumerate(places, 1)]
    return (yield from compose_answer(text, proofs, catalogue, milliseconds=timer.milliseconds))


def _named(query: SpanQuestion, documents: Sequence[Read]) -> Read | None:
    """Return the one document whose names hold most of a question's words; of words that tell how long, all."""
    counts = [sum(is_in(stem, one.names) for stem in query.words) for one in documents]
    most = max(counts, default=0)
    best = [one for one, count in zip(documents, counts, strict=True) if count == most]
    least = 1 if query.first else max(1, len(query.words) - 1)
    return best[0] if len(best) == 1 and most >= least else None


def _lasting(query: SpanQuestion, one: Read, wording: Wording) -> tuple[str, list[Place]] | None:
    """Return how long something takes: all its times together, or from its first time of day to its last."""
    times = [value for value in one.values if value.quantity.unit in TIME_UNITS]
    if query.is_sum:
        return _sum(one, [value for value in times if value.label], wording)
    if times or (clock := one.clock_duration) is None:
        return None
    return f"{one.document.path} [1]{wording.colon} {_hours(clock.quantity, wording)}.", [clock.place]


def _sum(one: Read, times: Sequence[Value], wording: Wording) -> tuple[str, list[Place]] | None:
    labels = {value.label for value in times}
    if len(times) < 2 or len(labels) != len(times) or len({value.quantity.unit for value in times}) != 1:
        return None
    parts = [f"{value.label} {wording.number(value.quantity.value)} [{at}]" for at, value in enumerate(times, 1)]
    total = Quantity(sum((value.quantity.value for value in times), Decimal(0)), times[0].quantity.unit)
    text = f"{one.document.path}{wording.colon} {' + '.join(parts)} = {wording.amount(total)}."
    return text, [value.place for value in times]


def _hours(quantity: Quantity, wording: Wording) -> str:
    """Return minutes as people say them: "3 h 28 min"."""
    hours, minutes = divmod(int(quantity.value), 60)
    written = " ".join(f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min")) if count)
    return f"{written} ({wording.amount(quantity)})" if hours else wording.amount(quantity)


def _between(query: SpanQuestion, one: Read, wording: Wording) -> tuple[str, list[Place]] | None:
    """Return the days from one event to the other, each dated once in the document."""
    found = []
    for stems in (query.first, query.second):
        own = [stem for stem in stems if not is_in(stem, one.names)]
        days = _days_of(one, own)
        if len({day for day, _ in days}) != 1:
            return None
        found.append(days[0])
    (first, place), (second, other) = found
    count = wording.amount(Quantity(Decimal(abs((second - first).days)), "days"))
    text = f"{wording.day(first)} [1] – {wording.day(second)} [2]{wording.colon} {count}."
    return (text, [place, other]) if first != second else None


def _days_of(one: Read, stems: Sequence[str]) -> list[tuple[date, Place]]:
    """Return the days in whose line or clause most of some words stand, the others at the beginning of the document; of
    a payment, the day on which it came."""
    if not stems:
        return []
    status = payment_status(one.pages)
    found: list[tuple[int, date, Place]] = []
    for page in one.pages:
        for day in find_dates(page.text):
            begin, _ = sentence_around(page.text, day.start, day.end)
            begin = max(begin, page.text.rfind("\n", 0, day.start) + 1)
            words = frozenset(terms(page.text[begin : day.start]))
            place = Place(page.number, begin, max(day.end, begin + 1))
            is_paid = (
                status is not None
                and status[0]
                and status[1].page == page.number
                and status[1].start <= day.start < status[1].end
            )
            held = [stem for stem in stems if meets(stem, words) or (is_paid and stem.startswith(_PAYMENT))]
            if held and all(stem in held or is_in(stem, one.head) for stem in stems):
                found.append((len(held), day.day, place))
    most = max((held for held, _, _ in found), default=0)
    return [(day, place) for held, day, place in found if held == most]
