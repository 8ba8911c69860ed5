"""Finds which of some things starts or ends first or last by the days that their documents give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.planning.decisions import first_day, last_day
from rag.planning.document_order import compose_order, say_first
from rag.planning.open_amounts import MIN_SHARE, MIN_STATING, Read, of_thing
from rag.planning.open_question import Word, read_words
from rag.planning.order_query import BEGINS, ENDS, FIRST, LAST, RUN_ORDERS, Order
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.table_cells import Place, proven_cell, proven_row
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer

MAX_CHARACTERS = 120
MAX_DAYS = 2
"""Days that a document gives of which the first may be its beginning and the second its end."""
NOT_KNOWN = "The documents do not tell the days."

_ASKS = re.compile(
    rf"(?i)^\W*(?:which|what|who|welche[rsnm]?|was|wer|quel(?:le)?s?|qui|qu[eé]|cu[aá]l)\b(?P<noun>.*?)\s"
    rf"(?:(?P<ends>{ENDS})|(?P<begins>{BEGINS}))\s+(?:(?P<first>{FIRST})|(?P<last>{LAST}))(?: (?:aus|ab|an))?\W*$"
)


@dataclass(frozen=True, slots=True)
class DayOrder:
    """By what things are put in order, and the words for them: one at most, none for all."""

    order: Order
    words: tuple[Word, ...] = ()


def read_day_order(question: str) -> DayOrder | None:
    """Return what "which course starts last" puts in order; None for any other question."""
    text = " ".join(question.split())
    match = _ASKS.match(text) if len(text) <= MAX_CHARACTERS else None
    if match is None:
        return None
    words = read_words(match["noun"])
    return DayOrder(RUN_ORDERS[bool(match["first"]), bool(match["ends"])], words) if len(words) <= 1 else None


def answer_day_order(
    asked: PlannedQuestion, query: DayOrder, documents: Sequence[Read], catalogue: DocumentCatalogue
) -> Answering:
    """Return the first or last with its day, and a row for each document; where too few tell, why it is no question
    for this mode."""
    timer = StageTimer()
    wording = Wording(asked.text)
    ends = query.order.startswith("ends")
    dated = [one for one in documents if one.days]
    for word in query.words:
        chosen = of_thing(word, dated, documents)
        if chosen is None:
            return NOT_KNOWN
        dated = chosen
    known = {one.document.id: day for one in dated if (day := (last_day if ends else first_day)(one.pages))}
    if _is_by_position(dated, known, is_end=ends):
        known = {one.document.id: day for one in dated if (day := _by_position(one, is_end=ends))}
    dated = [one for one in dated if one.document.id in known or one.document.profile.kind != "e-mail"]
    told = [one for one in dated if one.document.id in known]
    unknown = [one for one in dated if one.document.id not in known]
    if len(told) < MIN_STATING or len(told) < MIN_SHARE * len(dated):
        return NOT_KNOWN
    told.sort(key=lambda one: known[one.document.id][0], reverse=query.order.endswith("last"))
    best = known[told[0].document.id][0]
    first = [one for one in told if known[one.document.id][0] == best]
    proofs = [one.proof(known[one.document.id][1], number) for number, one in enumerate(first, 1)]
    names = f" {wording.say('and')} ".join(f"{one.document.path} [{number}]" for number, one in enumerate(first, 1))
    noun = wording.say("documents")
    text = say_first(query.order, names, len(first), f"{wording.number(len(told))} {noun}", best, wording)
    rows = [
        proven_row(one.document.path, proven_cell(catalogue, one.document, known[one.document.id][1])) for one in told
    ]
    apart = [
        proven_row(
            one.document.path,
            proven_cell(catalogue, one.document, one.days[0][1], verdict=None, note=wording.say("undated")),
        )
        for one in unknown
    ]
    return (
        yield from compose_order(text, proofs, rows, apart, noun, catalogue, wording, milliseconds=timer.milliseconds)
    )


def _by_position(one: Read, *, is_end: bool) -> tuple[date, Place] | None:
    days = one.days
    if not days or len(days) > MAX_DAYS or (is_end and len(days) < MAX_DAYS):
        return None
    return days[-1] if is_end else days[0]


def _is_by_position(documents: Sequence[Read], known: dict[int, tuple[date, Place]], *, is_end: bool) -> bool:
    """Return whether the documents whose words tell the day all give it first, or last, among few days: then others of
    them give it there as well, whatever their words are."""
    found = [
        (known[one.document.id][0], _by_position(one, is_end=is_end)) for one in documents if one.document.id in known
    ]
    agreeing = [(day, other) for day, other in found if other is not None]
    return len(agreeing) > 1 and all(day == other[0] for day, other in agreeing)
