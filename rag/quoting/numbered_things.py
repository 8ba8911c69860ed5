"""Keeps what is said of one of several things with a number apart: flat 3 is not flat 5, Years 4 to 6 hold Year 5."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.questions.clauses import EVERY_STOP_WORD, without_clauses
from rag.quoting.answer_kind import holds_kind
from rag.quoting.asked_measure import TIME_UNITS
from rag.quoting.document_context import context_of
from rag.quoting.table_cells import split_cells
from rag.text import content_words
from rag.units import Unit
from rag.words.dates import without_dates
from rag.words.folding import fold, fold_signs
from rag.words.word_forms import is_said

_HOUR_OF_DAY = re.compile(
    r"(?i)\b\d{1,2}(?:[:.]\d\d)?\s*(?:noon|a\.?m\b\.?|p\.?m\b\.?|uhr|o['’]clock)|\b\d{1,2}:\d\d\b"
)
MAX_NUMBERS = 200
"""Numbers of a range; a longer one counts something else."""

_TO = r"(?:-|–|to|through|bis|à|a|al|au)"
_JOIN = rf"(?:\s*(?:,|&|and|or|und|oder|et|ou|y|o)\s*|\s*{_TO}\s*)"
_NUMBERED = re.compile(
    r"(?<![\w-])(?P<noun>[^\W\d_]{3,})\s+(?:(?:no\b\.?|nr\b\.?|n[°º]|number|nummer|numéro|número|#)\s*)?"
    rf"(?P<numbers>\d{{1,4}}(?:{_JOIN}\d{{1,4}})*)(?![\w%°€$£]|[.,:/-]\d|\s?[€$£%°])",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?<![\w-])(?P<noun>(?i:[^\W\d_]{3,})) (?P<letter>[A-Z])(?![\w'’-]|\.\w)")
"""One of several things that are told apart by a letter: Hall C, Block B."""
_ASKS_COUNT = re.compile(r"(?i)^\W*(?:how many|wie ?viele|combien d(?:e |['’])|cuánt[oa]s)\s*(?P<noun>[^\W\d_]+)")
_MONEY = re.compile(
    r"(?i)[€$£]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:[€$£]|(?:euros?|eur|gbp|usd|chf|pounds?|dollars?|francs?|cents?|pence)\b)"
    r"|\b(?:euros?|pounds?|dollars?|francs?|cents?|pence)\b"
)
_COUNTED = re.compile(
    rf"\s*(?:{TIME_UNITS}|people|persons?|times|pieces?|euros?|pounds?|dollars?|cents?|pence|percent|per cent|personen"
    r"|personnes|personas|mal|fois|veces|stück\w*|prozent|uhr|o['’]clock|am|pm|kg|km|cm|mm|m|g|l)\b",
    re.IGNORECASE,
)
_NO_THING = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|okt|dez|mai|mär|avr|juin|juil|août|fév|déc|ene|abr|ago|dic)\w*"
    r"|pages?|seiten?|páginas?|section|clause|article|artikel|absatz|paragraph|ziffer|punkt|number|nummer|numéro|número"
    r"|cost\w*|pay\w*|take\w*|need\w*|give\w*|least|most|than|about|around|nearly|approximately|another|first|last|next",
    re.IGNORECASE,
)
"""Words before a number that is not the name of a thing: of dates, pages, clauses and counts."""


@lru_cache(maxsize=1 << 10)
def numbered_things(text: str) -> dict[str, frozenset[int]]:
    """Return the nouns that a text writes a number behind, stemmed, each with all the numbers; "Years 1 to 3" has
    three."""
    found: dict[str, set[int]] = {}
    for match in _NUMBERED.finditer(text):
        noun = match["noun"]
        if fold(noun) in EVERY_STOP_WORD or _NO_THING.fullmatch(noun) or _COUNTED.match(text, match.end()):
            continue
        for stem in content_words(noun)[:1]:
            found.setdefault(stem, set()).update(_numbers(match["numbers"]))
    return {noun: frozenset(numbers) for noun, numbers in found.items() if numbers}


def counts_nothing(question: str, row: str) -> bool:
    """Return whether a question asks how many of something there are, and all figures of a row are amounts of money,
    days and hours, or numbers of other things: "Stalls rows 1 to 8 | £38"."""
    match = _ASKS_COUNT.match(question)
    if match is None or _MONEY.search(question):
        return False
    asked = content_words(match["noun"])
    cells = [
        _NUMBERED.sub(
            lambda it: it[0] if content_words(it["noun"])[:1] == asked[:1] else " ",
            _MONEY.sub(" ", _HOUR_OF_DAY.sub(" ", without_dates(cell))),
        )
        for cell in split_cells(row)
    ]
    return cells != split_cells(row) and not holds_kind("\n".join(cells), "amount")


def _numbers(written: str) -> Iterator[int]:
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    joins = re.findall(r"(?<=\d)\D+(?=\d)", written)
    for at, number in enumerate(numbers):
        yield number
        if at and re.fullmatch(rf"(?i)\s*{_TO}\s*", joins[at - 1]) and 0 < number - numbers[at - 1] <= MAX_NUMBERS:
            yield from range(numbers[at - 1] + 1, number)


def _asked(question: str) -> dict[str, frozenset[int]]:
    """Return the numbered things that a question names; its clauses are looked for by themselves."""
    things = numbered_things(without_clauses(fold_signs(question)))
    return {noun: numbers for noun, numbers in things.items() if max(numbers) < 1900}


def sources_of_the_number(question: str, cut: Sequence[list[Unit]]) -> list[list[Unit]]:
    """Return, of sources cut into units, those that may be about the numbered thing that a question names: not those
    whose document, or that themselves, name others of its sort alone. Things that no source numbers do not count."""
    left = list(cut)
    for noun, numbers in _asked(question).items():
        left = [
            units
            for units in left
            if not _is_other(numbered_things(context_of(units[0].source)).get(noun), numbers)
            and (
                _is_named(context_of(units[0].source), noun, numbers)
                or not _is_other(numbered_things(units[0].source.text).get(noun), numbers)
            )
        ]
    return left


def fits_number(question: str, unit: Unit) -> bool:
    """Return whether a sentence or row may be about the numbered thing that a question names: neither it nor the
    heading above it names others of its sort alone."""
    for noun, numbers in _asked(question).items():
        for text in (unit.text, unit.heading):
            told = numbered_things(text).get(noun)
            if told is not None:
                if _is_other(told, numbers):
                    return False
                break
    return True


def of_the_list_asked(question: str, units: Sequence[Unit]) -> list[bool]:
    """Return which units can be the numbered item that a question names, where lists number their items anew: of "step
    4" below several headings those below the headings that the question names, if it names any of them."""
    kept = [True] * len(units)
    asked = frozenset(content_words(question))
    for noun, numbers in _asked(question).items():
        places = [at for at, unit in enumerate(units) if _opens_with(unit, noun, numbers)]
        shares = {at: _share_named(_nearest_heading(units, at), asked - {noun}) for at in places}
        best = max(shares.values(), default=0.0)
        if best and len({_nearest_heading(units, at) for at in places}) > 1:
            kept = [keeps and shares.get(at, best) == best for at, keeps in enumerate(kept)]
    return kept


def is_of_another_letter(question: str, unit: Unit) -> bool:
    """Return whether a question names one of several things by a letter ("Hall C"), and a sentence or row names by
    letters only others of its sort."""
    told = f"{unit.heading}\n{unit.header}\n{unit.text}"
    for match in _LETTERED.finditer(question):
        letters = {it["letter"] for it in _LETTERED.finditer(told) if it["noun"].casefold() == match["noun"].casefold()}
        if letters and match["letter"] not in letters:
            return True
    return False


def _opens_with(unit: Unit, noun: str, numbers: frozenset[int]) -> bool:
    match = _NUMBERED.match(unit.text)
    return (
        match is not None
        and content_words(match["noun"])[:1] == [noun]
        and bool(numbers & {*_numbers(match["numbers"])})
    )


def _nearest_heading(units: Sequence[Unit], at: int) -> str:
    """Return the heading above a unit: one that numbers nothing itself, as items that look like headings do."""
    for unit in reversed(units[:at]):
        if unit.is_heading and not _NUMBERED.match(unit.text):
            return unit.text
        if unit.heading and not _NUMBERED.match(unit.heading):
            return unit.heading
    return units[at].source.section.rpartition(" > ")[2]


def _share_named(heading: str, asked: frozenset[str]) -> float:
    words = content_words(heading)
    return sum(is_said(word, asked) for word in words) / len(words) if words else 0.0


def _is_named(text: str, noun: str, numbers: frozenset[int]) -> bool:
    return bool(numbered_things(text).get(noun, frozenset()) & numbers)


def _is_other(told: frozenset[int] | None, asked: frozenset[int]) -> bool:
    return bool(told) and not (told or frozenset()) & asked
