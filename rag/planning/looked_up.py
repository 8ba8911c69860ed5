"""Looks up a question whose answer is a number, and reads the number and its unit out of the quoted words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.planning.computed_answer import Proof
from rag.planning.planner import PlannedQuestion
from rag.planning.quantities import CURRENCY_CODES, Quantity, read_quantities
from rag.types import Answer, Citation, Source, Verdict

_QUOTED = re.compile(r'^(?P<short>[^"\n]{1,120}): "')
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer to one look-up: its short words where they are known, its number, its proof; why there is none.

    `problem` is the name of a text of `Wording`.
    """

    question: str
    text: str = ""
    quantity: Quantity | None = None
    citation: Citation | None = None
    source: Source | None = None
    problem: str = ""

    def proof(self, number: int) -> Proof:
        """Return the words that carry the answer as source `number`. Only where there is a citation."""
        assert self.source is not None
        assert self.citation is not None
        source = replace(self.source, number=number)
        start = max(source.text.find(self.citation.quote), 0)
        return Proof(source, start, start + len(self.citation.quote))


def look_up(asked: PlannedQuestion, question: str, documents: Sequence[int] | None = None) -> LookedUp:
    """Answer a question without an LLM from some documents; its first quote counts."""
    answer = asked.look_up(question, documents).answer
    if answer.refused or not answer.citations:
        return LookedUp(question, problem="nothing found")
    citation = answer.citations[0]
    source = next(one for one in answer.sources if one.number == citation.number)
    if not citation.supported or (answer.verdict not in (Verdict.SUPPORTED, Verdict.PARTLY)):
        return LookedUp(question, _short(answer), None, citation, source, "not surely")
    return LookedUp(question, _short(answer), None, citation, source)


def look_up_number(
    asked: PlannedQuestion, question: str, documents: Sequence[int] | None = None, *, is_money: bool = False
) -> LookedUp:
    """Answer a question with the number of its first quote; `problem` says where there is none, or more than one.

    With `is_money` an amount of money counts before other numbers.
    """
    found = look_up(asked, question, documents)
    if found.problem or found.citation is None:
        return found
    quantities = _numbers(found.text)
    if not quantities:
        quantities = _numbers(found.citation.quote)
    money = [quantity for quantity in quantities if quantity.unit in CURRENCY_CODES]
    quantities = money if is_money and money else quantities
    if not quantities:
        return replace(found, problem="no number")
    if len(quantities) > 1:
        return replace(found, problem="several numbers")
    (quantity,) = quantities
    if not quantity.unit:
        quantity = replace(quantity, unit=_unit_in(found.citation.quote, quantity))
    return replace(found, quantity=quantity)


def _short(answer: Answer) -> str:
    match = _QUOTED.match(answer.text)
    return match["short"] if match else ""


def _numbers(text: str) -> list[Quantity]:
    """Return the numbers of a text that are no years."""
    return [quantity for start, end, quantity in read_quantities(text) if not _YEAR.fullmatch(text[start:end].strip())]


def _unit_in(quote: str, quantity: Quantity) -> str:
    """Return the unit that a number has where it is quoted; "" for none."""
    units = {other.unit for other in _numbers(quote) if other.value == quantity.value}
    return units.pop() if len(units) == 1 else ""
