"""Finds the figures that documents without a common form state each: of one unit, or of what they count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.extraction.quantities import CURRENCIES, UNITS, is_currency
from rag.planning.document_totals import read_total
from rag.planning.loose_documents import LooseDocument
from rag.planning.loose_facts import Fact
from rag.planning.record_kin import is_kin
from rag.planning.record_words import COST
from rag.planning.row_words import terms
from rag.words.dates import MONTHS
from rag.words.stop_words import RULED_STOP_WORDS

MIN_DOCUMENTS = 3
"""Documents that state a figure of some unit, from which on it is computed over them."""
MIN_TOLD = 0.6
"""Share of these of which it has to be told which of their figures is meant."""
MIN_NAMING = 2
"""Documents in which a word has to stand beside a figure, to be a name of it."""
MIN_WORD = 4
"""Letters of a word by which figures are known as one: kalt, Kaltmiete."""
_NAMES = {
    "money": "amount Betrag montant importe",
    "kg": "weight Gewicht poids peso",
    "m²": "area Wohnfläche surface superficie size Größe Fläche taille tamaño",
    "minutes": "duration Dauer durée duración",
    "days": "duration Dauer durée duración",
    "months": "duration Dauer durée duración",
    "%": "share Anteil part porcentaje",
    "km": "distance Entfernung distance distancia",
}
"""Unit -> what a figure in it is called in English, German, French and Spanish, and further names."""
_UNIT_WORDS = [form for units in (CURRENCIES, UNITS) for forms in units.values() for form in forms.split()]
_NO_NAMES = frozenset(terms(" ".join([*MONTHS, *_UNIT_WORDS, *RULED_STOP_WORDS])))
"""Stems of words that stand beside many figures and say nothing of them."""


@dataclass(frozen=True)
class Figure:
    """What documents state each: its names, its unit, of each document by its id the fact that tells it, and all facts
    of this unit that it states."""

    names: tuple[str, ...]
    unit: str
    told: Mapping[int, Fact]
    every: Mapping[int, Sequence[Fact]]


def find_figures(read: Sequence[LooseDocument], aside: Sequence[LooseDocument]) -> Iterator[list[Figure]]:
    """Yield the figures of each unit, and of each thing that is counted: the main one, and those that a word names.

    Of the documents `aside` it is not told whether they are meant.
    """
    units = Counter(unit for one in read for unit in {fact.unit for fact in one.figures})
    for unit in [unit for unit, count in units.items() if count >= MIN_DOCUMENTS]:
        facts = {one.document.id: [fact for fact in one.figures if fact.unit == unit] for one in read}
        if is_currency(unit):
            facts |= {one.document.id: [total] for one in read if (total := total_of(one, unit)) is not None}
        figures = _figures_of(unit, {id_: found for id_, found in facts.items() if found})
        others = {one.document.id: [fact for fact in one.figures if fact.unit == unit] for one in aside}
        yield _with_others(figures, others)
    stems = Counter(stem for one in read for stem in {word for fact in one.counts for word in fact.words} - _NO_NAMES)
    seen: set[frozenset[int]] = set()
    for stem in [stem for stem, count in stems.items() if count >= MIN_DOCUMENTS]:
        counted = {one.document.id: [fact for fact in one.counts if stem in fact.words] for one in read}
        counted = {id_: found for id_, found in counted.items() if found}
        if frozenset(counted) not in seen:
            seen.add(frozenset(counted))
            others = {one.document.id: [fact for fact in one.counts if stem in fact.words] for one in aside}
            yield _with_others(_figures_of("", counted, (stem,)), others)


def _with_others(figures: Sequence[Figure], others: Mapping[int, Sequence[Fact]]) -> list[Figure]:
    """Return figures with what is stated by documents of which it is not told whether they are meant."""
    stated = {id_: found for id_, found in others.items() if found}
    return [replace(figure, every={**figure.every, **stated}) for figure in figures]


def total_of(one: LooseDocument, unit: str = "") -> Fact | None:
    """Return what a document labels as its total in a currency, or in none that it names; None where it labels none."""
    total = read_total(one.document, one.pages)
    if total is None or total.doubt or (unit and total.quantity.unit not in (unit, "")):
        return None
    place, quantity = total.place, replace(total.quantity, unit=unit)
    words = frozenset(terms(re.sub(r"[\d.,]+", " ", total.page.text[place.start : place.end])))
    written = next((fact.text for fact in one.figures if fact.quantity == quantity), f"{quantity.value:f}")
    return Fact(written, total.page, place.start, place.end, words, quantity, unit, is_labelled=True, is_total=True)


def _figures_of(unit: str, facts: Mapping[int, Sequence[Fact]], names: tuple[str, ...] = ()) -> list[Figure]:
    facts = {id_: held for id_, found in facts.items() if (held := [one for one in found if not one.is_aside])}
    of_period = _of_common_period(facts)
    told = {id_: fact for id_, found in of_period.items() if (fact := _one_of(found)) is not None}
    counts = Counter(word for fact in told.values() for word in _names_of(fact))
    shared = [word for word, count in counts.most_common() if count >= MIN_NAMING and word not in COST]
    for id_, found in of_period.items():
        if id_ not in told and (fact := _one_of([one for one in found if _is_named(one, shared)])) is not None:
            told[id_] = fact
    made = []
    if len(told) >= max(MIN_DOCUMENTS - 1, MIN_TOLD * len(facts)):
        own = f"{_NAMES.get('money' if is_currency(unit) else unit, '')} {UNITS.get(unit, '')}".split()
        made.append(Figure(tuple(dict.fromkeys([*own, *names, *shared])), unit, told, facts))
    return [*made, *_by_words(unit, facts, told, shared)]


def _of_common_period(facts: Mapping[int, Sequence[Fact]]) -> dict[int, Sequence[Fact]]:
    """Return the figures of the period that most documents name: of each month, say; else those that name none."""
    periods = Counter(period for found in facts.values() for period in {fact.period for fact in found})
    period, count = periods.most_common(1)[0] if periods else ("", 0)
    if not period or count < MIN_TOLD * len(facts):
        return dict(facts)
    return {
        id_: [one for one in found if one.period == period] or [one for one in found if not one.period]
        for id_, found in facts.items()
    }


def _by_words(
    unit: str, facts: Mapping[int, Sequence[Fact]], told: Mapping[int, Fact], shared: Sequence[str]
) -> Iterator[Figure]:
    """Yield the figures that a word names which stands beside them in several documents: the deposit, the tax."""
    counts = Counter(word for found in facts.values() for word in {word for fact in found for word in _names_of(fact)})
    for word in [word for word, count in counts.items() if count >= MIN_NAMING and word not in shared]:
        named = {id_: [one for one in found if word in one.words] for id_, found in facts.items()}
        of_word = {id_: fact for id_, found in named.items() if (fact := _one_of(found)) is not None}
        if len(of_word) >= MIN_NAMING and any(told.get(id_) is not fact for id_, fact in of_word.items()):
            yield Figure((word,), unit, of_word, facts)


def _names_of(fact: Fact) -> frozenset[str]:
    return frozenset(word for word in fact.words if word.isalpha() and len(word) > 2 and word not in _NO_NAMES)


def _is_named(fact: Fact, words: Iterable[str]) -> bool:
    own = _names_of(fact)
    return any(is_kin(word, one) or one.startswith(word) for word in words if len(word) >= MIN_WORD for one in own)


def _one_of(facts: Sequence[Fact]) -> Fact | None:
    """Return the one figure that some facts are, else the one that is called a total; None where they differ."""
    for found in (facts, [one for one in facts if one.is_total]):
        if len({one.quantity.value for one in found if one.quantity is not None}) == 1:
            return next((one for one in found if one.is_labelled), found[0])
    return None
