"""Compares two counts: the accidents of one year with those of another, each counted as a question of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountsQuery:
    """Two questions for a number of things, and what each is told by: the years, or the words that differ."""

    questions: tuple[str, str]
    items: tuple[str, str]


_YEAR = r"(?:19|20)\d\d"
_MORE = (
    re.compile(
        rf"(?i)^\W*how many (?:more|fewer|less) (?P<what>.+?) (?:in|during|from|of) (?P<first>{_YEAR}) than (?:in "
        rf"|during |from |of )?"
        rf"(?P<last>{_YEAR})\W*$"
    ),
    re.compile(
        rf"(?i)^\W*(?:were|are|was|is) there (?:more|fewer|less|as many) (?P<what>.+?) (?:in|during|from"
        rf"|of) (?P<first>{_YEAR})"
        rf" (?:than|as) (?:in |during |from |of )?(?P<last>{_YEAR})\W*$"
    ),
    re.compile(
        rf"(?i)^\W*(?:compare|what is the difference between) the number of (?P<what>.+?) (?:in|of|from"
        rf"|between) (?P<first>{_YEAR})"
        rf" (?:and|with|to) (?:in )?(?P<last>{_YEAR})\W*$"
    ),
)
_MORE_DE = (
    re.compile(
        rf"(?i)^\W*wie ?viele? (?:mehr|weniger) (?P<what>.+?) (?:im jahr |in )?(?P<first>{_YEAR}) als (?:im jahr "
        rf"|in )?(?P<last>{_YEAR})\W*$"
    ),
    re.compile(
        rf"(?i)^\W*gab es (?:im jahr |in )?(?P<first>{_YEAR}) (?:mehr|weniger) (?P<what>.+?) als (?:im jahr "
        rf"|in )?(?P<last>{_YEAR})\W*$"
    ),
)
_MORE_FR = (
    re.compile(
        rf"(?i)^\W*combien (?:de|d['’]) ?(?P<what>.+?) (?:de )?(?:plus"
        rf"|moins) (?:y a-t-il eu )?en (?P<first>{_YEAR}) qu['’]?e? ?n? ?(?P<last>{_YEAR})\W*$"
    ),
    re.compile(
        rf"(?i)^\W*y a-t-il eu (?:plus|moins) (?:de "
        rf"|d['’])(?P<what>.+?) en (?P<first>{_YEAR}) qu['’]en (?P<last>{_YEAR})\W*$"
    ),
)
_MORE_ES = (
    re.compile(
        rf"(?i)^\W*¿?cu[aá]nt[oa]s (?P<what>.+?) (?:más"
        rf"|menos) (?:hubo )?en (?P<first>{_YEAR}) que en (?P<last>{_YEAR})\W*$"
    ),
    re.compile(rf"(?i)^\W*¿?hubo (?:más|menos) (?P<what>.+?) en (?P<first>{_YEAR}) que en (?P<last>{_YEAR})\W*$"),
)
_FORMS = (
    (_MORE, "How many {what} in {year}?", "How many {what} are from {year}?"),
    (_MORE_DE, "Wie viele {what} {year}?", "Wie viele {what} sind aus {year}?"),
    (_MORE_FR, "Combien de {what} en {year} ?", "Combien de {what} sont de {year} ?"),
    (_MORE_ES, "¿Cuántos {what} en {year}?", "¿Cuántos {what} son de {year}?"),
)
_SAID = re.compile(
    r"(?i)\s+(?:(?:were|are|was) (?:there|recorded|reported|received|sent|written|made|held|sold)|did we (?:have"
    r"|get|receive|send|write"
    r"|make|record)|happened|occurred|gab es|hatten wir|y a-t-il eu|hubo)$"
)


def read_counts(text: str) -> CountsQuery | None:
    """Return the two counts that "how many more accidents were there in 2024 than in 2023" compares; None else."""
    for patterns, question, _ in _FORMS:
        for pattern in patterns:
            if match := pattern.match(" ".join(text.split())):
                what = _SAID.sub("", match["what"].strip())
                years = (match["first"], match["last"])
                first, last = (question.format(what=what, year=year) for year in years)
                return CountsQuery((first, last), years)
    return None
