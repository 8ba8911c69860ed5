"""Finds the lists of those who were present at a meeting, and of those who were not, in its minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.planning.table_cells import Place
from rag.types import Page

_PRESENT = (
    r"(?:members |also |those |persons )?(?:present|in attendance|attending)|also there|(?:in the )?chair(?:man|woman"
    r"|person)?|vorsitz(?:ende[rn]?)?|attendees|attended by|attendance"
    r"|participants?|(?:anwesend|teilnehm)(?:ende?|er|erinnen|er(?:innen)?)?|anwesende(?: mitglieder)?"
    r"|(?:étaient |membres )?présente?s?|participants?|(?:miembros )?(?:asistentes|presentes)|participantes"
)
_ABSENT = (
    r"(?:apologies|regrets)(?: for absence| received)?|absent|excused|not present|(?:ent|un)schuldigt|abwesend(?:e)?"
    r"|(?:es )?fehl(?:t|en|end|te|ten)|absente?s?|excusée?s?|ausentes?|disculpad[oa]s"
)
_LIST = re.compile(rf"(?i)(?<![^\W\d_])(?:(?P<present>{_PRESENT})|(?P<absent>{_ABSENT}))\s*(?:\([^()\n]*\)\s*)?:")
_SENTENCES = tuple(
    (re.compile(pattern), is_present)
    for pattern, is_present in (
        (
            r"(?:[Pp]resent|[Ii]n attendance|[Tt]here) (?:were|was)\s+(?P<names>[A-Z][^.;:\n]+)"
            r"|(?:[Aa]nwesend|[Dd]abei) (?:waren|war)\s+(?P<names2>[A-ZÄÖÜ][^.;:\n]+)"
            r"|[Éé]taient présente?s\s+(?P<names3>[A-ZÉ][^.;:\n]+)"
            r"|[Ee]stuvieron presentes\s+(?P<names4>[A-ZÁÉ][^.;:\n]+)",
            True,
        ),
        (
            r"(?:[Aa]pologies|[Rr]egrets)(?: for absence)? (?:were |was |had been )?(?:received |sent |given "
            r"|noted |tendered )?"
            r"(?:from|by)\s+(?P<names>[^.;\n]+)",
            False,
        ),
        (r"(?:[Ee]s )?[Ff]ehlten(?: entschuldigt| unentschuldigt)?\s+(?P<names>[A-ZÄÖÜ][^.;:\n]+)", False),
        (r"(?:[Ss]e (?:sont|est) excusée?s?|[Éé]taient excusée?s?)\s*:?\s+(?P<names>[A-ZÉ][^.;\n]+)", False),
        (r"(?:[Ee]xcusaron su (?:ausencia|asistencia)|[Nn]o asistieron)\s*:?\s+(?P<names>[A-ZÉ][^.;\n]+)", False),
        (
            r"(?P<names>[A-ZÄÖÜÉ][^.;:\n]{2,120}?)\s+(?:(?:was|were|had been) (?:absent|excused|not present"
            r"|unable to attend)"
            r"|(?:could|did) not attend|(?:(?:had|has|have) )?sent (?:(?:his|her|their) )?(?:apologies|regrets)"
            r"|(?:had|has) apologised"
            r"|(?:war|waren|ist|sind) (?:abwesend|entschuldigt|verhindert|nicht anwesend)|(?:fehlte|fehlten)\b"
            r"|(?:était|étaient|est|sont) (?:absente?s?|excusée?s?)|(?:estuvo|estaba|estuvieron) ausentes?"
            r"|no asisti(?:ó|eron))",
            False,
        ),
        (
            r"(?P<names>[A-ZÄÖÜÉ][^.;:\n]{2,120}?)\s+(?:(?:was|were) (?:present|in attendance)|attended\b"
            r"|(?:war|waren) anwesend|nahm(?:en)? teil|(?:était|étaient) présente?s?|(?:estuvo|estuvieron) presentes?"
            r"|asisti(?:ó|eron)\b)",
            True,
        ),
        (
            r"(?P<names>[A-ZÄÖÜÉ][^.;:,\n]{2,60}?)\s+(?:welcomed|begrüßte|a (?:accueilli|salué)|accueille"
            r"|dio la bienvenida a)\s+(?P<names2>[A-ZÄÖÜÉ][^.;:\n]+)",
            True,
        ),
    )
)
"""Sentences that say who was there, or was not."""
_YES = re.compile(r"(?i)\s*(?:yes|y|x|ja|oui|sí|si|✓|✔)\s*")
_NO = re.compile(r"(?i)\s*(?:no|n|nein|non|-|–|—|✗|✘)\s*")
"""What the cells of a table say below "present" and "absent"."""
_SPLIT = re.compile(r"\s*(?:[,;\n•]|(?<!\w)(?:and|und|et|y|sowie|&)(?!\w)|[ \t]+[-–][ \t]+)\s*")
_ROLE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|^(?:also|as well as|the|both|[-*•]|\d+[.)])\s+|[:.]$")
_NAME = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Cllr|M|Mme|Sr|Sra|Don|Doña)\.? )*[A-ZÄÖÜÉÁÓÚÍŠŽ][\w'’.-]*"
    r"(?: (?:(?:de|van|von|der|la|le|du|del) )*[A-ZÄÖÜÉÁÓÚÍŠŽ][\w'’.-]*){0,3}"
)
_NOBODY = frozenset(
    {"none", "nobody", "keine", "niemand", "aucun", "personne", "ninguno", "ninguna", "nadie", "nil", "all"}
)

_END = re.compile(r"\n\s*\n|\n(?=[^\n:,]{1,40}:)|(?<=[a-zà-ÿ.]) (?=[A-ZÄÖÜ][^\W\d_]+(?: [^\W\d_]+)?:)")
"""Where a list ends: at an empty line, or before the next label."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """A list of names with its label: characters `start` to `end` of a page (0-based)."""

    is_present: bool
    page: int
    start: int
    end: int
    names: tuple[str, ...] = ()

    def holds(self, place: Place) -> bool:
        """Return whether a place lies within the list."""
        return place.page == self.page and self.start <= place.start and place.end <= self.end


def names_in(written: str) -> list[str]:
    """Return the names of a list, without titles' brackets and roles, in order."""
    found = []
    for part in _SPLIT.split(written):
        name = _ROLE.sub("", _ROLE.sub("", part).strip()).strip()
        if _NAME.fullmatch(name) and name.casefold() not in _NOBODY:
            found.append(name)
    return found


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
            names = tuple(names_in(page.text[match.end() : match.start() + len(text)]))
            found.append(
                Attendance(bool(match["present"]), page.number, match.start(), match.start() + len(text), names)
            )
        found += _in_table(page)
        found += _in_sentences(page, [one for one in found if one.page == page.number])
    return sorted(found, key=lambda one: (one.page, one.start))


def _in_table(page: Page) -> Iterator[Attendance]:
    """Yield the names below the columns of a table for those who were there and those who were not, cell by cell."""
    columns: list[bool | None] = []
    at = 0
    for line in page.text.splitlines(keepends=True):
        cells = [(match.start(), match[0]) for match in re.finditer(r"[^|\t\n]+", line)]
        heads = [_column(cell) for _, cell in cells]
        if len(cells) > 1 and any(head is not None for head in heads):
            columns = heads
        elif not re.search(r"[|\t]", line) and not names_in(line):
            columns = []
        else:
            if len(cells) == len(columns) and (marked := _marked(cells, columns)) is not None:
                is_there, (start, cell) = marked
                begin = at + start + len(cell) - len(cell.lstrip())
                yield Attendance(is_there, page.number, begin, at + len(line.rstrip()), tuple(names_in(cell)))
                at += len(line)
                continue
            for (start, cell), is_present in zip(cells, columns, strict=False):
                names = tuple(names_in(cell))
                if names and is_present is not None:
                    begin = at + start + len(cell) - len(cell.lstrip())
                    yield Attendance(is_present, page.number, begin, begin + len(cell.strip()), names)
        at += len(line)


def _marked(cells: Sequence[tuple[int, str]], columns: Sequence[bool | None]) -> tuple[bool, tuple[int, str]] | None:
    """Return whether the one whom a row names was there, where a column of it says yes or no; None for any other."""
    answers = [
        (column == (_YES.fullmatch(cell) is not None))
        for (_, cell), column in zip(cells, columns, strict=True)
        if column is not None and (_YES.fullmatch(cell) or _NO.fullmatch(cell))
    ]
    named = [one for one, column in zip(cells, columns, strict=True) if column is None and names_in(one[1])]
    return (answers[0], named[0]) if len(answers) == 1 and named else None


def _column(cell: str) -> bool | None:
    """Return whether a column is of those who were there, or of those who were not; None for any other."""
    if re.fullmatch(rf"(?i)\s*(?:{_PRESENT})\s*", cell):
        return True
    return False if re.fullmatch(rf"(?i)\s*(?:{_ABSENT})\s*", cell) else None


def _in_sentences(page: Page, lists: Sequence[Attendance]) -> Iterator[Attendance]:
    """Yield what sentences say of who was there, where no list says it."""
    for pattern, is_present in _SENTENCES:
        for match in pattern.finditer(page.text):
            is_listed = any(one.start < match.end() and match.start() < one.end for one in lists)
            # Who welcomed the others was there as well.
            said = ", ".join(value for name, value in match.groupdict().items() if name.startswith("names") and value)
            names = tuple(names_in(said))
            if names and not is_listed:
                yield Attendance(is_present, page.number, match.start(), match.end(), names)
