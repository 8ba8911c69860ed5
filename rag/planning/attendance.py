"""Finds the lists of those who were present at a meeting, and of those who were not, in its minutes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.planning.table_cells import Place
from rag.types import Page

_PRESENT = (
    r"(?:members |also |those |persons )?(?:present|in attendance|attending)|attendees|attended by|attendance"
    r"|participants?|(?:anwesend|teilnehm)(?:ende?|er|erinnen|er(?:innen)?)?|anwesende(?: mitglieder)?"
    r"|(?:étaient |membres )?présente?s?|participants?|(?:miembros )?(?:asistentes|presentes)|participantes"
)
_ABSENT = (
    r"(?:apologies|regrets)(?: for absence| received)?|absent|excused|not present|(?:ent|un)schuldigt|abwesend(?:e)?"
    r"|(?:es )?fehl(?:t|en|end|te|ten)|absente?s?|excusée?s?|ausentes?|disculpad[oa]s"
)
_LIST = re.compile(rf"(?i)(?<![^\W\d_])(?:(?P<present>{_PRESENT})|(?P<absent>{_ABSENT}))\s*(?:\([^()\n]*\)\s*)?:")
_END = re.compile(r"\n\s*\n|\n(?=[^\n:,]{1,40}:)|(?<=[a-zà-ÿ.]) (?=[A-ZÄÖÜ][^\W\d_]+(?: [^\W\d_]+)?:)")
"""Where a list ends: at an empty line, or before the next label."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """A list of names with its label: characters `start` to `end` of a page (0-based)."""

    is_present: bool
    page: int
    start: int
    end: int

    def holds(self, place: Place) -> bool:
        """Return whether a place lies within the list."""
        return place.page == self.page and self.start <= place.start and place.end <= self.end


def find_attendance(pages: Sequence[Page]) -> list[Attendance]:
    """Return the lists of those who were present and of those who were absent, in order."""
    found: list[Attendance] = []
    for page in pages:
        starts = list(_LIST.finditer(page.text))
        for at, match in enumerate(starts):
            limit = starts[at + 1].start() if at + 1 < len(starts) else len(page.text)
            # The names may begin below their label.
            begin = match.end() + len(page.text[match.end() :]) - len(page.text[match.end() :].lstrip())
            ending = _END.search(page.text, begin, limit)
            end = ending.start() if ending else limit
            text = page.text[match.start() : end].rstrip()
            found.append(Attendance(bool(match["present"]), page.number, match.start(), match.start() + len(text)))
    return found
