"""Makes a collection of letters, invoices, contracts, minutes and notes of which all is known that is asked of it."""

from __future__ import annotations

import random
from calendar import month_name
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SORTS = ("letter", "invoice", "contract", "minutes", "note")
PLURALS = {"letter": "letters", "invoice": "invoices", "contract": "contracts", "minutes": "minutes", "note": "notes"}
FOLDERS = {**PLURALS, "minutes": "meetings"}
FIRMS = ("Halyard & Sons Ltd", "Brennick Harbour Trust", "Corr Point Timber Company", "Ossel Valley Council")
SIGNERS = ("Ada Berg", "Ulf Ek", "Nora Pind", "Femi Ade")
THINGS = {
    "lift": ("the lift", "lifts", "the LIFT"),
    "winch": ("the winch", "winches", "a winch"),
    "fire drill": ("the fire drill", "fire drills", "fire-drills"),
    "colour chart": ("the colour chart", "color charts", "a colour chart"),
    "HX-2041": ("part HX-2041", "part HX2041", "part HX 2041"),
    "café": ("the café", "the cafe", "the CAFÉ"),
}
"""What documents name, each in spellings that mean the same."""
DECOYS = (
    "Building 39 has a new door.", "A fire was lit in the stove. The drill hung on the wall.", "The uplift was small.",
    "Part HX-2410 is out of stock.", "The charts of the colours lie in the office.", "The school drilled for water.",
)  # fmt: skip
FILLER = (
    "The weather was fair and the tide was low.", "The ferry left on time.", "Rope and paint lie in the store.",
    "The keys hang in the office.", "Coffee is served at ten.", "The gate is painted grey.",
)  # fmt: skip
GERMAN = "Das Wetter war gut und die Flut stand niedrig. Die Schlüssel hängen im Büro, und die Fähre fuhr pünktlich ab."


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document, and what is true of it."""

    path: str
    text: str
    sort: str
    mentions: frozenset[str]
    subject: str
    day: date
    firm: str
    signer: str
    end: date | None
    sublets: bool
    is_german: bool


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question, how it has to be decided, and the paths of the documents that are the answer."""

    text: str
    how: str
    answer: frozenset[str]


def make_documents(count: int, *, seed: int = 20) -> list[MadeDocument]:
    """Make documents, the same for the same seed."""
    draw = random.Random(seed)
    return [_make(number, draw) for number in range(count)]


def write_documents(documents: Sequence[MadeDocument], folder: Path) -> None:
    """Write each as a Markdown file."""
    for document in documents:
        file = folder / document.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document.text, encoding="utf-8")


def make_questions(documents: Sequence[MadeDocument]) -> list[MadeQuestion]:
    """Make forty questions that rules decide and one that only reading can, with the documents that answer each."""
    asked: list[tuple[str, str, Callable[[MadeDocument], bool]]] = [
        *((f"Which documents mention the {thing}?", "words", _mentions(thing)) for thing in THINGS),
        ('Which documents do not mention the "fire drill"?', "words", lambda one: "fire drill" not in one.mentions),
        ("How many documents mention the lift or the winch?", "words",
         lambda one: bool({"lift", "winch"} & one.mentions)),
        ("How many documents mention the lift and the winch?", "words", lambda one: {"lift", "winch"} <= one.mentions),
        ("Welche Dokumente erwähnen HX-2041?", "words", _mentions("HX-2041")),
        ("Quels documents mentionnent HX2041 ?", "words", _mentions("HX-2041")),
        ("¿Cuántos documentos mencionan HX 2041?", "words", _mentions("HX-2041")),
        *((f"How many {plural} are there?", "kind", _is(sort)) for sort, plural in PLURALS.items()),
        *((f"List all notes about the {thing}", "subject", _note_about(thing)) for thing in THINGS),
        *((f"How many documents are from {year}?", "date", _of_year(year)) for year in (2022, 2023, 2024)),
        ("Which invoices are from March 2023?", "date", lambda one: one.sort == "invoice" and _month(one) == (2023, 3)),
        ("Wie viele Rechnungen sind aus dem Jahr 2024?", "date",
         lambda one: one.sort == "invoice" and one.day.year == 2024),
        ("How many letters from 2022 mention the winch?", "date and words",
         lambda one: one.sort == "letter" and one.day.year == 2022 and "winch" in one.mentions),
        *((f"Which letters are signed by {name}?", "signature", _signed(name)) for name in SIGNERS[:2]),
        *((f"Which invoices are from {firm}?", "organisation", _from_firm(firm)) for firm in FIRMS[:2]),
        ("How many contracts end in 2025?", "end", lambda one: one.end is not None and one.end.year == 2025),
        ("Which contracts end before 2026?", "end", lambda one: one.end is not None and one.end.year < 2026),
        ("Combien de contrats se terminent en 2026 ?", "end", lambda one: one.end is not None and one.end.year == 2026),
        ("Which contracts end after 2026?", "end", lambda one: one.end is not None and one.end.year > 2026),
        ("How many minutes mention the café?", "words and kind",
         lambda one: one.sort == "minutes" and "café" in one.mentions),
        ("How many documents are in German?", "language", lambda one: one.is_german),
        ("Which documents in the folder notes mention the lift?", "folder",
         lambda one: one.sort == "note" and "lift" in one.mentions),
        ("List all contracts that allow subletting", "reading", lambda one: one.sublets),
    ]  # fmt: skip
    return [MadeQuestion(text, how, frozenset(one.path for one in documents if test(one))) for text, how, test in asked]


def _mentions(thing: str) -> Callable[[MadeDocument], bool]:
    return lambda one: thing in one.mentions


def _is(sort: str) -> Callable[[MadeDocument], bool]:
    return lambda one: one.sort == sort


def _note_about(thing: str) -> Callable[[MadeDocument], bool]:
    return lambda one: one.sort == "note" and one.subject == thing


def _of_year(year: int) -> Callable[[MadeDocument], bool]:
    return lambda one: one.day.year == year


def _signed(name: str) -> Callable[[MadeDocument], bool]:
    return lambda one: one.sort == "letter" and one.signer == name


def _from_firm(firm: str) -> Callable[[MadeDocument], bool]:
    return lambda one: one.sort == "invoice" and one.firm == firm


def _month(one: MadeDocument) -> tuple[int, int]:
    return one.day.year, one.day.month


def _make(number: int, draw: random.Random) -> MadeDocument:
    sort = SORTS[number % len(SORTS)]
    day = date(draw.choice((2022, 2023, 2024)), draw.randint(1, 12), draw.randint(1, 28))
    firm, signer, subject = draw.choice(FIRMS), draw.choice(SIGNERS), draw.choice(list(THINGS))
    passing = frozenset(draw.sample(list(THINGS), draw.choice((0, 0, 1, 2)))) - {subject}
    is_german = sort == "note" and draw.random() < 0.2
    is_named = sort == "note" or draw.random() < 0.3
    body = draw.sample(FILLER, 3) + draw.sample(DECOYS, 2)
    body += [f"Somebody asked about {draw.choice(THINGS[thing])} in passing." for thing in sorted(passing)]
    draw.shuffle(body)
    if is_german:  # Its German comes first: by that it is known.
        body = [GERMAN, *(f"Jemand fragte nach {draw.choice(THINGS[thing])}." for thing in sorted(passing))]
    end = (
        date(draw.choice((2025, 2026, 2027)), draw.randint(1, 12), draw.randint(1, 28)) if sort == "contract" else None
    )
    sublets = sort == "contract" and draw.random() < 0.3
    opening = draw.choice(THINGS[subject]) if is_named else ""
    text = _write(sort, number, day, firm, signer, opening, " ".join(body), end, sublets=sublets)
    return MadeDocument(
        path=f"{FOLDERS[sort]}/{sort}-{number:04}.md",
        text=text,
        sort=sort,
        mentions=passing | ({subject} if is_named else set()),
        subject=subject if is_named else "",
        day=day,
        firm=firm,
        signer=signer,
        end=end,
        sublets=sublets,
        is_german=is_german,
    )


def _write(
    sort: str,
    number: int,
    day: date,
    firm: str,
    signer: str,
    opening: str,
    body: str,
    end: date | None,
    *,
    sublets: bool,
) -> str:
    written = f"{day.day} {month_name[day.month]} {day.year}"
    named = f"This is about {opening}. It is about {opening} only.\n\n" if opening else ""
    if sort == "letter":
        return f"{firm}\n\n{written}\n\nDear Sir,\n\n{named}{body}\n\nYours sincerely,\n\n{signer}\n"
    if sort == "invoice":
        return f"# Invoice {number}\n\n{firm}\n\nDate: {written}\n\n{named}{body}\n\nTotal: {number + 100}.00 EUR\n"
    if sort == "contract":
        assert end is not None
        ends = f"It ends on {end.day} {month_name[end.month]} {end.year}."
        letting = "The tenant may sublet the place." if sublets else "The tenant may not sublet the place."
        return f"# Contract {number}\n\nMade on {written} with {firm}.\n\n{ends}\n\n{letting}\n\n{named}{body}\n"
    if sort == "minutes":
        return f"# Minutes of the meeting of {written}\n\nPresent: {signer}.\n\n{named}{body}\n"
    if body.startswith(GERMAN):
        about = f"Es geht um {opening}, und nur um {opening}." if opening else ""
        return f"# Notiz {number}\n\nGeschrieben am {day:%d.%m.%Y}.\n\n{about}\n\n{body}\n"
    return f"# Note {number}\n\nWritten on {written}.\n\n{named}{body}\n"
