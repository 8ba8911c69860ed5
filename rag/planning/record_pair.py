"""Computes the difference between what two records state, or two months of rows: "more in January than in June"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.planning.quantities import CalculationError, Quantity, common_unit
from rag.planning.record_answer import Told
from rag.planning.record_conditions import Condition
from rag.planning.record_fit import RecordFit, fit_records
from rag.planning.record_question import RecordQuestion, plain_question, read_side
from rag.planning.records import Field, Records
from rag.planning.wording import Wording
from rag.types import DocumentInfo, Page
from rag.words.language import guess_language

_ASKS = re.compile(
    r"(?i)(?<!\w)(?:(?:what (?:is|was) the )?difference|by how (?:much|many)|how (?:much|many) (?:more|less|fewer"
    r"|higher|lower|longer|larger)"
    r"|um wie ?viel(?= (?:ist|sind|war|waren|liegt|liegen|kostet|kosten|übersteigt)\b)"
    r"|(?:um )?wie ?viel(?:e)? (?:mehr|weniger|höher|niedriger|länger|kürzer|größer|kleiner|teurer|billiger"
    r"|älter)?|unterschied|différence|de combien"
    r"|combien .{0,30}(?:plus|moins)|diferencia|(?:en )?cu[aá]nt[oa]s? .{0,30}(?:más|menos|mayor|menor|supera))(?!\w)"
)
_COMPARES = re.compile(
    r"(?i)(?<!\w)(?:more|less|fewer|higher|lower|longer|shorter|larger|bigger|smaller|dearer|cheaper|older|mehr"
    r"|weniger|höher|niedriger|länger|kürzer"
    r"|größer|kleiner|teurer|billiger|plus|moins|élevée?|longue?|chère?|más|menos|mayor|menor|alt[oa]|larg[oa]"
    r"|car[oa]|drop(?:ped)?|f[ae]ll|rise|rose"
    r"|grow|grew|increased?|decreased?|gefallen|gestiegen|fiel|stieg|sank|baissé|augmenté|bajó|subió"
    r"|in (?:the )?(?=\w))(?!\w)"
)
_BETWEEN = re.compile(
    r"(?i)^(?P<all>.*?)(?<!\w)(?:between|zwischen|entre)\s+(?P<first>.+?)\s+(?:and|und|et|y)\s+(?P<second>.+)$"
)
_THAN = re.compile(
    r"(?i)^(?P<first>.+?)\s+(?:than|als|que|qu['’]|dépasse(?:-t-(?:elle|il))?|exceeds?"
    r"|supera(?: a)?)\s+(?P<second>.+)$"
)
_FROM = re.compile(
    r"(?i)^(?P<all>.*?)(?<!\w)(?:from|von|de|desde)\s+(?P<first>\w+)\s+(?:to|bis|zu|à|a|hasta)\s+(?P<second>\w+)$"
)


@dataclass(frozen=True)
class RecordPair:
    """Two sides of a difference, each of some records."""

    first: RecordQuestion
    second: RecordQuestion


def read_record_pair(question: str) -> RecordPair | None:
    """Return the two sides of which a question asks the difference; None for any other question."""
    text = plain_question(question)
    if text is None or not _ASKS.search(text):
        return None
    language = guess_language(text)
    plain = _ASKS.sub(" ", text)
    for pattern in (_BETWEEN, _FROM, _THAN):
        if match := pattern.match(plain.strip()):
            parts = match.groupdict()
            first = f"{parts.get('all') or ''} {parts['first']}"
            sides = [
                read_side(_COMPARES.sub(" ", side).strip(), language=language) for side in (first, parts["second"])
            ]
            return RecordPair(sides[0], sides[1]) if all(_says(side) for side in sides) else None
    return None


def _says(side: RecordQuestion) -> bool:
    return bool(side.tokens or side.months or side.days)


@dataclass(frozen=True)
class PairFit:
    """The records of both sides, and the field of which the difference is asked."""

    sides: tuple[RecordFit, RecordFit]
    measured: Field


def find_pair(
    pair: RecordPair,
    made: Sequence[Records],
    documents: Sequence[DocumentInfo],
    pages: Mapping[int, Sequence[Page]],
) -> PairFit | None:
    """Return the records of which a difference is asked; None where a side is not one record, or rows of one."""
    for records in made:
        fits = [fit_records(side, records, documents, pages) for side in (pair.first, pair.second)]
        first, second = fits
        if first is None or second is None or not second.conditions:
            continue
        second.conditions = [*second.conditions, *_inherited(first, second)]
        measured = list(first.measured) or list(second.measured)
        if len(measured) != 1 or measured[0].kind != "number":
            continue
        kept = [fit.told() for fit in (first, second)]
        if any(not of_side for of_side, _ in kept) or kept[0] == kept[1]:
            continue
        if any(open_ if records.is_of_rows else len(of_side) != 1 for of_side, open_ in kept):
            continue
        return PairFit((replace(first, measured=measured), replace(second, measured=measured)), measured[0])
    return None


def _inherited(first: RecordFit, second: RecordFit) -> list[Condition]:
    """Return what holds of the second side as well: the building, where only the months differ."""
    own_days = any(one.is_day for one in second.conditions)
    own_names = any(not one.is_day for one in second.conditions)
    return [one for one in first.conditions if not (own_days if one.is_day else own_names)]


def tell_pair(fit: PairFit, wording: Wording) -> tuple[str, list[Told]] | None:
    """Return both figures and their difference in words, and what holds their proofs; None where one is missing."""
    told = Told(fit.sides[0], wording)
    other = Told(fit.sides[1], wording, proofs=told.proofs)
    shown: list[str] = []
    amounts: list[Quantity] = []
    for one in (told, other):
        total = one.sum_of(one.kept, fit.measured)
        if total is None:
            return None
        marks = "".join(one.cite(record, record.cells.get(fit.measured.at)) for record in one.kept)
        names = one.name(one.kept[0]) if len(one.kept) == 1 else wording.say("all rows", count=len(one.kept))
        shown.append(f"{names} {wording.amount(total)} {marks}")
        amounts.append(total)
    try:
        unit = common_unit(amounts)
    except CalculationError:
        return None
    by = wording.amount(Quantity(abs(amounts[0].value - amounts[1].value), unit))
    text = wording.say(
        "pair",
        opening="",
        figures=f"{fit.measured.name}{wording.colon} {', '.join(shown)}",
        difference=f"{wording.say('difference')}{wording.colon} {by}",
    )
    return text, [told, other]
