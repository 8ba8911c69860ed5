"""Recognises an amount stated in another scale: "$1.2 billion" for "1,234" in a table in millions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text import normalise_number, numbers

_SCALES = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12}
_SCALED = re.compile(
    r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)[ -]?(thousand|million|mn|m|billion|bn|b|trillion)\b", re.IGNORECASE
)
_TABLE_UNITS = (1.0, 1e3, 1e6)
"""Units that a bare number may be counted in: tables name their unit once, far from the number."""
_MIN_STEPS = 10.0
"""A number of fewer rounding steps than this is too coarse to be recognised: anything rounds to "1 billion"."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as `rag.text.numbers` writes it, and the units it may be counted in."""

    number: str
    units: tuple[float, ...]


def read_amounts(text: str) -> tuple[Amount, ...]:
    """Return every amount in `text`, each once; one with a scale word has just that unit."""
    scaled = {Amount(normalise_number(digits), (_SCALES[scale.casefold()],)) for digits, scale in _SCALED.findall(text)}
    bare = {Amount(number, _TABLE_UNITS) for number in numbers(_SCALED.sub(" ", text))}
    return tuple(sorted(scaled | bare, key=lambda amount: (amount.number, amount.units)))


def restate_amounts(claim: str, amounts: Sequence[Amount]) -> str:
    """Write each scaled amount of `claim` as the number among `amounts` that it stands for, where there is one."""

    def restate(match: re.Match[str]) -> str:
        number = _find(match.group(1).replace(",", ""), _SCALES[match.group(2).casefold()], amounts)
        return number or match.group()

    return _SCALED.sub(restate, claim)


def misscaled_numbers(claim: str, amounts: Sequence[Amount]) -> set[str]:
    """Return the numbers of `claim` whose scale word disagrees with every amount of the same digits."""
    return {
        normalise_number(digits)
        for digits, scale in _SCALED.findall(claim)
        if _find(digits.replace(",", ""), _SCALES[scale.casefold()], amounts) is None
    }


def _find(digits: str, scale: float, amounts: Sequence[Amount]) -> str | None:
    """Return the amount equal to `digits` times `scale` when rounded to as many decimals; an exact one first."""
    half_step = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    wanted = float(digits)
    found: list[tuple[float, str]] = []
    for amount in amounts:
        if amount.number.count(".") > 1:
            continue
        for unit in amount.units:
            distance = abs(float(amount.number) * unit / scale - wanted)
            exact = amount.number == normalise_number(digits) and distance < 1e-9
            if exact or (distance <= half_step * (1 + 1e-9) and wanted >= _MIN_STEPS * half_step):
                found.append((distance, amount.number))
    return min(found)[1] if found else None
