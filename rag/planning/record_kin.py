"""Tells whether the words of a question are those of a field or of a value of records."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.planning.records import Cell, Field
from rag.planning.row_fit import meets
from rag.planning.row_words import terms

MIN_KIN = 4
"""Letters at the beginning that two words of one family share: inspected, inspector."""

_SHORT = (
    "max=maximum min=minimum temp=temperature avg=average qty=quantity amt=amount dept=department tel=telephone"
    " wt=weight pcs=pieces no=number approx=approximate est=estimated"
)
ABBREVIATED = {
    short: long for short, _, word in (pair.partition("=") for pair in _SHORT.split()) for long in terms(word)
}
"""Short forms in the heads of tables -> the stems of the whole words."""

_TOTAL = re.compile(r"(?i)(?:grand |gesamt|rechnungs|end|montant |importe )?(?:total|summe|betrag|amount|total\w*)\b")


def is_of_money(one: Field) -> bool:
    return (len(one.unit) == 3 and one.unit.isupper()) or any(
        name.split()[-1:] and name.split()[-1].strip("()[]") in ("GBP", "EUR", "USD", "CHF", "£", "€", "$")
        for name in one.names
    )


def kind_of(one: Field) -> str:
    if one.kind == "number":
        return "time" if one.unit in ("minutes", "days", "months", "hours") else "money" if is_of_money(one) else ""
    return one.kind


def names_word(one: Field, stem: str) -> bool:
    return any(is_kin(word, stem) for name in one.words for word in name)


def main_amount(fields: Sequence[Field]) -> Field | None:
    """Return the amount that a record is about: its total."""
    money = [one for one in fields if is_of_money(one)]
    totals = [
        one
        for one in money
        if any(
            re.match(
                r"(?i)(?:grand |gesamt|rechnungs|end|montant |importe )?(?:total|summe|betrag|amount|total\w*)\b", name
            )
            for name in one.names
        )
    ]
    chosen = totals or money
    return chosen[0] if len(chosen) == 1 else None


def is_kin(word: str, other: str) -> bool:
    """Return whether two stems are of one family, or say the same in another language."""
    if word == other or meets(other, frozenset((word,))) or ABBREVIATED.get(word) == other:
        return True
    shared = 0
    for one, two in zip(word, other, strict=False):
        if one != two:
            break
        shared += 1
    return shared >= MIN_KIN and shared >= min(len(word), len(other)) - 2 and shared >= 0.5 * max(len(word), len(other))


def is_begun(stem: str, cell: frozenset[str]) -> bool:
    """Return whether a word of a cell is the beginning of a verb: corte, cortaron."""
    return any(len(one) >= MIN_KIN and stem.startswith(one) and len(stem) - len(one) <= MIN_KIN for one in cell)


def holds_all(cell: Cell, stems: Sequence[str]) -> bool:
    return all(stem in cell.words or (len(stem) > MIN_KIN and meets(stem, cell.words)) for stem in stems)


def stems_of(text: str) -> frozenset[str]:
    return frozenset(terms(re.sub(r"[-_()/,:*]", " ", text)))
