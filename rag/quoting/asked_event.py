"""Tells whether a sentence tells of another event than a question asks about: it opens, and does not close."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import asked_kind, asks_yes_or_no
from rag.quoting.events import BORN, CLOSES, DIED, OPENS, events_in
from rag.text import content_words
from rag.units import Unit
from rag.words.number_words import NUMBER_WORDS
from rag.words.word_forms import is_of_family

_TIME = re.compile(
    r"(?i)\d{1,2}(?:[.:h]\d\d)?|\b(?:noon|midday|midnight|mittag|mitternacht|midi|minuit|mediodía|medianoche|dusk|dawn"
    + "".join(rf"|{word}" for word in NUMBER_WORDS)
    + r")\b"
)


def is_of_another_event(question: str, unit: Unit, *, is_by_words: bool = False) -> bool:
    """Return whether it is asked when something was or who did it, and a sentence tells so of another event, or of
    nothing that the question names.

    Opening hours from one time to another also tell when something closes. A sentence that was chosen by words and
    cosines may be in another language and name things by other words.
    """
    kind = asked_kind(question)
    if unit.is_row:
        return kind == "time" and _is_row_of_another(question, unit)
    asked = events_in(question)
    if kind is None and asked & {BORN, DIED} == {DIED} and not asks_yes_or_no(question):
        # "What did he die of?": that he was born tells nothing of it.
        return events_in(f"{unit.leans_on}\n{unit.text}") & {BORN, DIED} == {BORN}
    if kind not in ("time", "name"):
        return False
    if not asked:
        return False
    around = f"{unit.heading}\n{unit.header}\n{unit.leans_on}"
    told = events_in(unit.text)
    if told and not asked & told and not asked & events_in(around):
        return not (asked | told <= {OPENS, CLOSES} and len(_TIME.findall(unit.text)) > 1)
    return not is_by_words and bool(asked & told) and _names_other_things(question, f"{around}\n{unit.text}")


def _is_row_of_another(question: str, unit: Unit) -> bool:
    """Return whether the columns of a row are of other events ("Sent"), and nothing in it is of one asked about."""
    asked, told = events_in(question), events_in(unit.header)
    if not asked or not told or asked & told:
        return False
    return not asked & events_in(f"{unit.heading}\n{unit.leans_on}\n{unit.source.section}\n{unit.text}")


def tells_same_event(question: str, text: str) -> bool:
    """Return whether a text tells of an event that a question asks about, in whatever words."""
    return bool(events_in(question) & events_in(text))


def tells_asked_event(question: str, unit: Unit | None) -> bool:
    """Return whether it is asked when something was, and a sentence, or the head of a row, tells of it."""
    return (
        unit is not None
        and asked_kind(question) == "time"
        and tells_same_event(question, f"{unit.header}\n{unit.text}" if unit.is_row else unit.text)
    )


def asks_hours(question: str) -> bool:
    """Return whether a question asks whether or when something is open."""
    asked = events_in(question)
    return bool(asked) and asked <= {OPENS, CLOSES} and asked_kind(question) in (None, "time")


def gives_hours(text: str) -> bool:
    """Return whether a text tells from when to when something is open."""
    return len(re.findall(r"\d{1,2}(?:[.:]\d\d|\s?h\b|\s?(?:am|pm|uhr)\b)", text, re.IGNORECASE)) > 1


def _names_other_things(question: str, text: str) -> bool:
    """Return whether a text has none of what an English question tells an event of: "When was the budget signed?"."""
    match = _OF_THING.match(question)
    things = [word for word in content_words(match["thing"]) if not word[0].isdigit()] if match else []
    known = content_words(text)
    return bool(things) and not any(word == other or is_of_family(word, other) for word in things for other in known)


_OF_THING = re.compile(
    r"(?i)^\W*when (?:was|were|is|are|did|does|do|will) (?:the|our|this|that) (?P<thing>[^?]+?) [^\s?]+\W*$"
)
