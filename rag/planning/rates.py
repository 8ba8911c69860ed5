"""Turns what is paid by the month into what is paid by the year: the figure is looked up, code computes."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from rag.planning.computed_answer import compose_answer
from rag.planning.looked_up import look_up_number
from rag.planning.planner import Answering, PlannedQuestion
from rag.planning.quantities import Quantity
from rag.planning.rate_query import IN_A_YEAR, RateQuery, stated_periods
from rag.planning.wording import Wording
from rag.protocols import DocumentCatalogue
from rag.retrieval import StageTimer
from rag.types import PlanStep


def answer_rate(asked: PlannedQuestion, query: RateQuery, catalogue: DocumentCatalogue) -> Answering:
    """Yield the step and what a figure of one period comes to in another, and return it with the figure's proof.

    Where it is stated for the period that is asked for, or for none, the question is looked up as it is.
    """
    timer = StageTimer()
    yield PlanStep(f"Looking up: {query.question}")
    found = look_up_number(asked, query.question, is_money=True)
    if found.problem or found.quantity is None or found.citation is None:
        return "No single figure was found that could be computed with, so it was looked up."
    stated = stated_periods(_around(found.citation.quote, found.quantity))
    if len(stated) != 1 or query.period in stated or not stated <= IN_A_YEAR.keys():
        return "The figure is not stated for another period, so it was looked up."
    timer.mark("look up")
    (given,) = stated
    wording = Wording(asked.text)
    times, parts = IN_A_YEAR[given], IN_A_YEAR[query.period]
    value = found.quantity.value * times / Decimal(parts)
    amount = wording.amount(found.quantity)
    factor = f" × {times // parts}" if times >= parts and times % parts == 0 else f" × {times} / {parts}"
    factor = f" / {parts // times}" if parts % times == 0 and parts > times else factor
    result = wording.amount(replace(found.quantity, value=value))
    before, after = wording.say(f"per {given}"), wording.say(f"per {query.period}")
    text = f"{amount} {before} [1]{factor} = {result} {after}."
    return (yield from compose_answer(text, [found.proof(1)], catalogue, milliseconds=timer.milliseconds))


def _around(quote: str, quantity: Quantity) -> str:
    """Return the sentence or the clause of a quote that says the figure."""
    parts = re.split(r"(?<=[.;])\s|,\s", quote)
    digits = str(quantity.value.to_integral_value())
    return next((part for part in parts if digits in re.sub(r"[.,\s'’]", "", part)), quote)
