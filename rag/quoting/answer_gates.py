"""Tells which marked sentences answer a question all the same not, and why: those of another position, row or matter.

Each gate is a reason and a test. `Candidate` has what they look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.questions.constraints import find_constraints
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no, holds_kind, is_needed, lacks_name_or_code
from rag.quoting.asked_colour import lacks_colour
from rag.quoting.asked_event import is_of_another_event
from rag.quoting.asked_for_whom import is_for_others
from rag.quoting.asked_measure import is_of_another_dimension, lacks_duration, lacks_measure
from rag.quoting.asked_price import (
    asks_price,
    counts_no_money,
    is_of_another_payment,
    lacks_payment,
    lacks_price,
    lacks_price_column,
)
from rag.quoting.asked_rate import is_of_another_rate
from rag.quoting.asked_role import is_of_another_office, is_role_of_another, lacks_rank, lacks_role
from rag.quoting.asked_time import lacks_time_asked
from rag.quoting.asked_where import lacks_place
from rag.quoting.asked_who import lacks_person
from rag.quoting.candidate import Candidate
from rag.quoting.document_context import context_of
from rag.quoting.empty_columns import leaves_asked_empty
from rag.quoting.extremes import is_outranked
from rag.quoting.labels_asked import is_form_of_others
from rag.quoting.line_shapes import (
    answers_why_with_amount,
    is_head,
    is_no_sum,
    is_of_names_alone,
    is_only_a_name,
    labels_what_is_asked_of,
    lacks_degree,
    says_neither,
    says_when_not,
    tells_no_change,
    tells_no_death_cause,
)
from rag.quoting.named_headings import is_of_other_heading
from rag.quoting.named_subjects import acts_on_the_asked, is_of_another_person
from rag.quoting.neighbours import is_right_before
from rag.quoting.numbered_things import counts_nothing, is_of_another_letter
from rag.quoting.opposite_things import is_of_another_rank, is_of_opposite
from rag.quoting.other_groups import is_of_after, is_of_another_group, is_put_off
from rag.quoting.other_kinds import is_row_of_another_kind
from rag.quoting.other_places import is_of_another_day, is_of_another_place
from rag.quoting.own_words import own_share, shares_nothing
from rag.quoting.periods_asked import is_of_another_period, is_on_other_side, is_row_of_another_date
from rag.quoting.range_rows import range_key
from rag.quoting.sentence_parts import is_told_of_other_part
from rag.quoting.speakers import is_only_speaker
from rag.quoting.subjects_before import says_it_of_another
from rag.quoting.table_answer import covered_share, is_empty_cell, is_of_sibling, without_generic

MIN_UNSHARED = -2.0
"""Below it, a sentence without a word of the question answers nothing."""
OUTDONE_BY = 0.6
"""Share of the question's weight that another sentence must hold for one without any of it to be left out."""
MIN_SAYS_SO = -5.0
"""Below it, a sentence says whether something is so only where it has nearly all that the question names."""
SAID_SHARE = 0.75
"""Share of the question's weight that it holds then."""
MIN_WITHOUT_DEGREE = 6.0
"""Below it, a sentence that does not compare answers not which is the largest."""
MIN_WITHOUT_ROLE = 4.0
"""Below it, a sentence that does not name the position answers not who holds it."""
MIN_NOT_OUTDONE = 12.0
"""From this score on the reader is surer of its mark than words can be."""
_ASKS_NEXT = re.compile(
    r"\b(?:after|before|next|follow\w*|preced\w*|then|nach|vor|danach|nächste\w*|après|avant|suivante?|después|antes|siguiente)\b",
    re.IGNORECASE,
)
"""Words of questions that name one thing and ask for its neighbour."""
_ASKS_HOW_MUCH_IS = re.compile(r"(?i)^\W*(?:how much (?:is|are|was|were)|combien (?:est|sont)|cu[aá]nto es)\b")


@dataclass(frozen=True, slots=True)
class Gate:
    """Why a sentence is held back, as the end of "It ...", and whether it is."""

    reason: str
    holds_back: Callable[[Candidate], bool]


def _is_of_sibling(it: Candidate) -> bool:
    if it.is_by_words or not is_of_sibling(it.question, it.unit, it.weights):
        return False
    return not range_key(it.question, it.unit.header, it.unit.text)


def _lacks_money(it: Candidate) -> bool:
    if lacks_payment(it.question, it.unit.text) or counts_no_money(it.question, it.unit.header, it.unit.text):
        return True
    if asks_price(it.question) and lacks_price(it.question, it.headed if it.unit.is_row else it.unit.text):
        return True
    if it.unit.is_row:
        return lacks_price_column(it.question, it.unit.header, it.unit.text)
    return _ASKS_HOW_MUCH_IS.search(it.question) is not None and lacks_price(it.question, it.unit.text)


def _is_price_of_nothing_named(it: Candidate) -> bool:
    if it.is_by_words or it.unit.is_row or not asks_price(it.question) or it.extract.score >= MIN_NOT_OUTDONE:
        return False
    return shares_nothing(it.unit, it.weights)


def _is_of_other_role(it: Candidate) -> bool:
    if any(test(it.question, it.unit) for test in (is_role_of_another, lacks_rank, is_of_another_office)):
        return True
    is_doubted = not it.is_by_words and it.extract.score < MIN_WITHOUT_ROLE
    return is_doubted and lacks_role(it.question, it.unit)


def _says_too_little(it: Candidate) -> bool:
    focus = without_generic(it.weights) or it.weights  # "May I keep a dog?" names a dog alone.
    if it.extract.score >= MIN_SAYS_SO or not asks_yes_or_no(it.question):
        return False
    return covered_share(it.unit, focus) < SAID_SHARE


def _is_outdone(it: Candidate) -> bool:
    """Return whether a sentence has no word that the question names while another one, that may answer it, has most of
    them.

    One that the reader is sure of may go on with what the sentence before it says: "Use the other stop instead."
    """
    if it.extract.score >= MIN_NOT_OUTDONE or _ASKS_NEXT.search(it.question):
        return False
    focus = without_generic(it.weights)
    if not focus or it.unit.is_row or own_share(it.unit, it.weights):
        return False
    kind = asked_kind(it.question)
    better = [
        other
        for other in it.units
        if other.is_telling
        and not other.is_heading
        and own_share(other, focus) >= OUTDONE_BY
        and not (kind and is_needed(kind) and not holds_kind(f"{other.header}\n{other.text}", kind))
        and not lacks_measure(it.question, f"{other.heading}\n{other.header}\n{other.text}")
    ]
    return bool(better) and not (it.extract.score > 0 and any(is_right_before(other, it.unit) for other in better))


_OF_ALL = (
    Gate("is of another thing of the same sort", _is_of_sibling),
    Gate("is an empty cell", lambda it: is_empty_cell(it.question, it.unit)),
    Gate("is of another period", lambda it: is_of_another_period(it.question, it.unit)),
    Gate("is the row of another date", lambda it: is_row_of_another_date(it.question, it.unit)),
    Gate("is of the other side of a day or year", lambda it: is_on_other_side(it.question, it.unit.text)),
    Gate("leaves empty what is asked for", lambda it: leaves_asked_empty(it.question, it.unit)),
    Gate("is of another group", lambda it: is_of_another_group(it.question, it.unit)),
    Gate("is of the time after", lambda it: is_of_after(it.question, it.unit)),
    Gate("is of what was put off", lambda it: is_put_off(it.question, it.unit.text)),
    Gate("is the row of another kind", lambda it: is_row_of_another_kind(it.question, it.unit)),
    Gate("is of another place", lambda it: is_of_another_place(it.question, it.unit)),
    Gate("is of another day", lambda it: is_of_another_day(it.question, it.unit)),
    Gate("says it of something else in the same sentence", lambda it: is_told_of_other_part(it.question, it.unit)),
    Gate("is of another letter or number", lambda it: is_of_another_letter(it.question, it.unit)),
    Gate("names the columns of a table", lambda it: is_head(it.unit, it.units)),
    Gate(
        "is of another payment",
        lambda it: not it.is_by_words and is_of_another_payment(it.question, f"{it.led}\n{context_of(it.unit.source)}"),
    ),
    Gate("gives no amount of money", _lacks_money),
    Gate("is the price of nothing that is named", _is_price_of_nothing_named),
    Gate("counts nothing", lambda it: it.unit.is_row and counts_nothing(it.question, it.unit.text)),
    Gate(
        "gives no name or code",
        lambda it: it.extract.score < MIN_WITHOUT_ROLE and lacks_name_or_code(it.question, it.headed.strip()),
    ),
    Gate("names no colour", lambda it: lacks_colour(it.question, it.headed)),
    Gate(
        "names nobody", lambda it: not it.is_by_words and lacks_person(it.question, f"{it.unit.leans_on}\n{it.headed}")
    ),
    Gate("says neither yes nor no", lambda it: says_neither(it.question, it.unit)),
    Gate("is labelled otherwise", lambda it: labels_what_is_asked_of(it.question, it.unit)),
    Gate("is only a name", lambda it: is_only_a_name(it.question, it.unit, it.weights)),
    Gate("is for others", lambda it: it.is_by_words and is_for_others(it.question, it.unit)),
    Gate("is a form of others", lambda it: it.is_by_words and is_form_of_others(it.question, it.unit)),
    Gate("gives no such measure", lambda it: lacks_measure(it.question, it.introduced)),
    Gate("measures something else", lambda it: is_of_another_dimension(it.question, it.shown)),
    Gate("gives no place", lambda it: lacks_place(it.question, it.unit)),
    Gate(
        "gives no length of time",
        lambda it: lacks_duration(it.question, f"{it.unit.header}\n{it.unit.leans_on}\n{it.unit.text}"),
    ),
    Gate("gives no such time", lambda it: lacks_time_asked(it.question, it.led)),
    Gate(
        "is of another rate",
        lambda it: is_of_another_rate(it.question, it.headed, it.unit.leans_on, it.unit.heading),
    ),
    Gate(
        "has no word of the question",
        lambda it: not it.is_by_words and asks_yes_or_no(it.question) and shares_nothing(it.unit, it.weights),
    ),
    Gate(
        "is of another event",
        lambda it: is_of_another_event(it.question, it.unit, is_by_words=it.is_by_words),
    ),
    Gate("is of the opposite", lambda it: is_of_opposite(it.question, it.headed)),
    Gate("says when it is not so", lambda it: says_when_not(it.question, it.unit)),
    Gate("tells of no change", lambda it: tells_no_change(it.question, it.unit)),
    Gate("is of another position", _is_of_other_role),
    Gate("names only who speaks", lambda it: is_only_speaker(it.question, it.extract, it.unit)),
    Gate("stands below another heading", lambda it: is_of_other_heading(it.question, it.unit, it.units)),
    Gate("is of another person", lambda it: is_of_another_person(it.question, it.unit)),
    Gate("says it of another", lambda it: says_it_of_another(it.question, it.unit, it.units)),
    Gate(
        "is done to what is asked about",
        lambda it: acts_on_the_asked(it.question, it.unit.text, it.extract.answer),
    ),
    Gate("is one of what is added up", lambda it: is_no_sum(it.question, it.unit)),
    Gate("tells not what it died of", lambda it: tells_no_death_cause(it.question, it.headed)),
    Gate(
        "tells how much and not why",
        lambda it: answers_why_with_amount(it.question, it.extract.answer, it.unit.text),
    ),
    Gate("is of another rank", lambda it: is_of_another_rank(it.question, it.headed)),
    Gate("is outranked by another", lambda it: is_outranked(it.question, it.unit, it.units)),
)

_OF_READ = (
    Gate("says too little of what is asked", _says_too_little),
    Gate(
        "compares nothing",
        lambda it: it.extract.score < MIN_WITHOUT_DEGREE and lacks_degree(it.question, it.unit),
    ),
)
"""For what the reader marked."""

_WITHOUT_NUMBER = (
    Gate(
        "has no word of the question",
        lambda it: it.extract.score < MIN_UNSHARED and shares_nothing(it.unit, it.weights),
    ),
    Gate("tells of no cause", lambda it: asked_kind(it.question) == "cause" and is_of_names_alone(it.unit)),
    Gate("says less than another sentence", _is_outdone),
)
"""For what the reader marked where the question names nothing to the letter, which the sentence then has."""


def held_back_by(it: Candidate) -> str:
    """Return why a marked sentence cannot answer, as the end of "It ..."; "" where nothing speaks against it."""
    gates = _OF_ALL if it.is_by_words else (*_OF_ALL, *_OF_READ)
    if not it.is_by_words and not any(constraint.is_hard for constraint in find_constraints(it.question)):
        gates = (*gates, *_WITHOUT_NUMBER)
    return next((gate.reason for gate in gates if gate.holds_back(it)), "")
