"""Puts what takes the place of an answer before it: "now leaves at 7:45 instead of 8:15"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.extractive import Extract
from rag.quoting.answer_gates import own_share
from rag.quoting.table_answer import without_generic
from rag.units import Unit

MIN_SHARE = 0.3
"""Share of the question's weight that the sentence must hold which says what is so now, and no less than the other."""

_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|no longer|not any ?more|statt|anstelle von|anstatt|nicht mehr|au lieu d[eu]"
    r"|et non plus"
    r"|en lugar de|en vez de|ya no)\s+(?:at |on |by |um |am |à |a )?(?P<old>[^.;]{1,60})",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:moved|changed|raised|increased|rises|reduced|lowered|cut|shifted|postponed|extended|verlegt|verschoben|erhöht"
    r"|gesenkt|déplacée?|reportée?|portée?|aplazad[oa]|trasladad[oa]|subid[oa])\b[^.;]{0,40}?"
    r"\b(?:from|von|vom|de|du|del?)\s+(?P<old>[^.;]{1,40}?)\s+(?:to|auf|à|au|al?)\s",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?i)\b(?:rejected|refused|declined|withdrawn|abgelehnt|zurückgezogen|rejetée?|refusée?|rechazad[oa]|rechazó)\b"
)


def put_newer_first(extracts: Sequence[Extract], units: Sequence[Unit], weights: Mapping[str, float]) -> list[Extract]:
    """Return the extracts; behind a sentence that says that another value took the place of the first one's answer."""
    if not extracts or not extracts[0].answer:
        return list(extracts)
    focus = without_generic(weights)
    first = next((unit for unit in units if unit.place == extracts[0].place), None)
    least = max(MIN_SHARE, own_share(first, focus) if first else 0.0)
    old = " ".join(extracts[0].answer.split()).casefold()
    for unit in units:
        match = _INSTEAD.search(unit.text) or _MOVED.search(unit.text)
        if match is None or _FAILED.search(unit.text):
            continue
        if _holds(match["old"], old) and own_share(unit, focus) >= least:
            newer = Extract.of(unit, extracts[0].score)
            return [newer, *(one for one in extracts if one.place != newer.place)]
    return list(extracts)


def _holds(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?![\w.,:]\d|\w)", " ".join(text.split()).casefold()) is not None
