"""Tells whether a sentence is about another place than a question names, or its document about another day or month."""

from __future__ import annotations

import re

from rag.questions.constraints import find_constraints, names_constraint
from rag.quoting.answer_kind import MONTH, WEEKDAY, asked_kind
from rag.quoting.document_context import context_of
from rag.text import content_words, sentence_spans
from rag.units import Unit
from rag.words.dates import MONTHS, find_dates
from rag.words.folding import fold

MAX_LABEL = 40
"""Characters of the label of a value."""

_AT_PLACE = re.compile(
    rf"\b(?i:in|at|near|à|en)\s+(?P<place>(?!(?i:{MONTH}|{WEEKDAY})(?!\w))"
    r"[A-ZÄÖÜÉ][^\W\d_]{2,}(?: [A-ZÄÖÜÉ][^\W\d_]+)*)(?![\w'’])"
)
_LABELLED = re.compile(rf"[^\W_][^:.|\n]{{1,{MAX_LABEL}}}?\s?:\s+\S")
_DATELINE = re.compile(
    rf"\W*[A-ZÄÖÜÉ][^\W\d_]+(?: [A-ZÄÖÜÉ][^\W\d_]+)*, (?:(?:the|den|le|el|am) )?"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)? (?:de )?(?i:{MONTH})(?!\w)"
)
"""Opens a letter with the place and the day: "Granada, 17 March"."""
_FROM_TO = re.compile(
    r"\b(?:19|20)\d\d\W{1,3}(?:\w{1,3}\W)?(?:19|20)\d\d\b|\b1[1-8]\d\d\W{1,3}(?:\w{1,3}\W)?1[1-9]\d\d\b"
)
"""From one year to another, between which many days lie."""
_IN_MONTH = re.compile(r"\b(?:in|im|during|en|au mois de)\s+(?P<month>[^\W\d_]{3,})(?!\w)")


def is_of_another_place(question: str, unit: Unit) -> bool:
    """Return whether a question asks what was so in a place, and a sentence stands in a letter from another that does
    not name it; or it is named elsewhere in the document, and a paragraph was last in another place, or a label stands
    beside a sentence that tells the matter of that place."""
    asked = [match["place"] for match in _AT_PLACE.finditer(question)]
    if unit.is_row:
        return False
    near = fold(f"{unit.text}\n{unit.header}\n{unit.heading}\n{unit.leans_on}\n{context_of(unit.source)}")
    text = unit.source.text
    for place in asked:
        name = fold(place)
        if name in near:
            continue
        if name not in fold(text):
            if _DATELINE.match(text):
                return True
            continue
        opens = text.rfind("\n\n", 0, unit.start) + 1
        before = text[opens : unit.start]
        told = [match["place"] for match in _AT_PLACE.finditer(before)]
        if told and name not in fold(before):
            return True
        if _LABELLED.match(unit.text) and _tells_of(question, place, text):
            return True
    return False


def _tells_of(question: str, place: str, text: str) -> bool:
    """Return whether a sentence of a text names a place together with something else that a question names."""
    asked = frozenset(content_words(question)) - frozenset(content_words(place))
    sentences = (text[start:end] for start, end in sentence_spans(text))
    return any(
        place in sentence and sentence.rstrip().endswith(".") and asked & frozenset(content_words(sentence))
        for sentence in sentences
    )


def is_of_another_day(question: str, unit: Unit) -> bool:
    """Return whether a question names a day, or a month, and the document of a sentence or row only one other: what it
    tells was not then. When something was is asked of one day and told with another."""
    if asked_kind(question) == "time" or _FROM_TO.search(unit.text):
        return False
    whole = f"{context_of(unit.source)}\n{unit.source.text}"
    days = {date.day for date in find_dates(whole)}
    if len(days) != 1:
        return False
    asked = [one for one in find_constraints(question) if one.kind == "date"]
    if asked:
        return not any(names_constraint(whole, one) for one in asked)
    months = {number for match in _IN_MONTH.finditer(question) for number in _months_in(match["month"])}
    return bool(months) and not months & (_months_in(whole) | {day.month for day in days})


def _months_in(text: str) -> set[int]:
    return {MONTHS[word] for word in re.findall(r"[^\W\d_]+", fold(text)) if word in MONTHS}
