"""Tells which marked sentences answer a question all the same not: those of another position, row or matter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from rag.extractive import Extract
from rag.questions.constraints import asks_for_clause, find_constraints, is_negated, negated_words
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no, holds_kind, is_needed, lacks_name_or_code
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
from rag.quoting.asked_role import is_role_of_another, lacks_role
from rag.quoting.asked_time import lacks_time_asked
from rag.quoting.asked_where import lacks_place
from rag.quoting.document_context import context_of
from rag.quoting.empty_columns import leaves_asked_empty
from rag.quoting.extremes import is_outranked
from rag.quoting.labelled import labelled_parts
from rag.quoting.labels_asked import is_form_of_others
from rag.quoting.named_headings import is_of_other_heading
from rag.quoting.named_subjects import acts_on_the_asked, is_of_another_person
from rag.quoting.neighbours import gives_cause, is_right_before
from rag.quoting.numbered_things import counts_nothing, is_of_another_letter
from rag.quoting.opposite_things import is_of_opposite
from rag.quoting.other_groups import is_of_after, is_of_another_group, is_put_off
from rag.quoting.other_kinds import is_row_of_another_kind
from rag.quoting.other_places import is_of_another_day, is_of_another_place
from rag.quoting.periods_asked import is_of_another_period, is_on_other_side, is_row_of_another_date
from rag.quoting.range_rows import range_key
from rag.quoting.speakers import is_only_speaker
from rag.quoting.table_answer import (
    GENERIC_WORDS,
    LABEL_WORDS,
    abbreviated_words,
    covered_share,
    is_empty_cell,
    is_of_sibling,
    without_generic,
)
from rag.quoting.table_cells import columns_of
from rag.text import content_words, sentence_spans
from rag.units import Unit
from rag.words.word_forms import is_said

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
_ASKS_WHO_IS = re.compile(
    r"(?i)^\W*(?:(?:who|what) (?:is|are|was|were)|(?:wer|was) (?:ist|sind|war|waren)|qui (?:est|sont|était)"
    r"|qui[eé]n(?:es)? (?:es|son|era|fue))\b"
)
_ASKS_WHO_SIGNED = re.compile(
    r"(?i)\b(?:writ\w+|wrote|sign\w*|sen[dt]s?|from|authors?|by whom|contact\w*|call|turn to|address\w*|schr[ei]+b\w*"
    r"|geschrieben|unterschr\w+|unterzeichn\w*|absender\w*|verfass\w*|autor\w*|wenden|écri\w*|auteur|adresser"
    r"|escri\w*|firm\w*|envi\w*|dirig\w*)\b"
)
"""Asks for whom a letter is from, or to whom one turns: a name alone tells it."""
MAX_NAME = 4
"""Words of a line that is only a name."""
MIN_TOLD = 2
"""Longer words in small letters that a line must have to tell why something is so."""
_DEGREE = (
    r"cheapest|dearest|largest|biggest|greatest|smallest|highest|lowest|longest|shortest|oldest|newest|latest|earliest|heaviest"
    r"|lightest|fastest|slowest|deepest|tallest|most|least|fewest|günstigste|teuerste|größte|kleinste|höchste|niedrigste"
)
_ASKS_DEGREE = re.compile(
    rf"(?i)\b(?:{_DEGREE})\w*\b(?! (?:recent|likely|often|of the time))"
    r"|^\W*which\b.*\b(?:ends?|starts?|begins?|expires?|arrives?|leaves?) (?:first|last|soonest)\b"
    r"|^\W*which\b.* (?:is|are|costs?|lasts?|weighs?|has|have) (?:more|less|fewer|\w{3,}er)(?: than .*)?\W*$"
)
_COMPARES = re.compile(
    rf"(?i)\b(?:{_DEGREE}|maximum|minimum|record|more than any|at most|at least|first|last|only|[^\W\d]{{3,}}est)\w*\b"
)
_ASKS_SUM = re.compile(r"(?i)\b(?:sum of (?:all |the )?[^?]*s\b|average|on average|mean (?:of|value))")
"""Asks for what several figures make together, which one of them is not."""
_ADDS_UP = re.compile(
    r"(?i)\b(?:total\w*|sums?|average\w*|mean|altogether|in all|together|combined|typical\w*|usual\w*)\b"
)
_ASKS_ALL_TOGETHER = re.compile(
    r"(?i)\b(?:how (?:much|many)|wie ?viele?|combien|cu[aá]nt[oa]s?)\b[^?]*\b(?:together|altogether|combined|in all"
    r"|all (?:the )?[a-z]+s|zusammen|insgesamt|alle[rn]? [^\W\d_]+ zusammen|ensemble|au total|en tout|tou(?:te)?s les"
    r"|juntos|juntas|en total|tod[oa]s l[oa]s)\b"
)
"""Asks what the rows of a table make together, which one of them is not."""
_ASKS_CHANGE = re.compile(
    r"(?i)\bby how much\b|\bum wie ?viel\b|\bde combien\b|\ben cu[aá]nto\b"
    r"|\bhow much\b[^?]*\b(?:rises?|rose|risen|raised|increased?|grow|grown|go(?:es)? up|gone? down|fall|fell|fallen"
    r"|drop|dropped|decreased?|reduced)\b"
)
_CHANGES = re.compile(
    r"(?i)%|\b(?:ris(?:es?|en|ing)|rose|rais\w+|increas\w+|gr[oe]w\w*|higher|more|less|lower\w*|fall\w*|fell"
    r"|drop\w*|decreas\w+|reduc\w+|declin\w+|per ?cent|percent\w*|points?|up|down|by|instead"
    r"|from [^.]{1,30} to|chang\w+|adjust\w+|prozent|um|erhöh\w*|steig\w*|stieg\w*|sink\w*|sank\w*|mehr|weniger"
    r"|augment\w+|hausse|baisse\w*|passe|sub[eioí]\w*|aument\w+|baj\w+)\b"
)
"""Words of which a sentence that tells by how much something has changed has one."""
_TOTAL_ROW = re.compile(r"(?i)\W*(?:gesamt\w*|summe|zwischensumme|somme|sous-total|suma|subtotal\w*|all)\b")
_ASKS_HOW_MUCH_IS = re.compile(r"(?i)^\W*(?:how much (?:is|are|was|were)|combien (?:est|sont)|cu[aá]nto es)\b")


def answers(
    question: str,
    extract: Extract,
    unit: Unit,
    units: Sequence[Unit],
    weights: Mapping[str, float],
    *,
    is_by_words: bool = False,
) -> bool:
    """Return whether a marked sentence can answer a question; `weights` are those of the question's content words.

    One that was chosen by words and cosines, which know other languages, need not share the words of this one.
    """
    is_sibling = (
        not is_by_words and is_of_sibling(question, unit, weights) and not range_key(question, unit.header, unit.text)
    )
    if (
        is_sibling
        or is_empty_cell(question, unit)
        or is_of_another_period(question, unit)
        or is_row_of_another_date(question, unit)
        or is_on_other_side(question, unit.text)
    ):
        return False
    if leaves_asked_empty(question, unit) or _is_of_other_part(question, unit) or _is_head(unit, units):
        return False
    shown = f"{unit.heading}\n{unit.header}\n{unit.text}"
    if not is_by_words and is_of_another_payment(question, f"{shown}\n{unit.leans_on}\n{context_of(unit.source)}"):
        return False
    if lacks_payment(question, unit.text) or counts_no_money(question, unit.header, unit.text):
        return False
    if asks_price(question) and lacks_price(question, f"{unit.header}\n{unit.text}" if unit.is_row else unit.text):
        return False
    if _is_price_of_nothing_named(question, extract, unit, weights, is_by_words=is_by_words):
        return False
    if unit.is_row and (lacks_price_column(question, unit.header, unit.text) or counts_nothing(question, unit.text)):
        return False
    if not unit.is_row and _ASKS_HOW_MUCH_IS.search(question) and lacks_price(question, unit.text):
        return False
    if extract.score < MIN_WITHOUT_ROLE and lacks_name_or_code(question, f"{unit.header}\n{unit.text}".strip()):
        return False
    if asks_yes_or_no(question) and not unit.is_row and _is_of_names(unit.text):
        return False
    if _labels_what_is_asked_of(question, unit) or _is_only_a_name(question, unit, weights):
        return False
    if is_by_words and (is_for_others(question, unit) or is_form_of_others(question, unit)):
        return False
    if lacks_measure(question, shown) or is_of_another_dimension(question, shown):
        return False
    if lacks_place(question, unit):
        return False
    if lacks_duration(question, f"{unit.header}\n{unit.leans_on}\n{unit.text}"):
        return False
    if lacks_time_asked(question, f"{shown}\n{unit.leans_on}"):
        return False
    if is_of_another_rate(question, f"{unit.header}\n{unit.text}", unit.leans_on, unit.heading):
        return False
    if not is_by_words and asks_yes_or_no(question) and _shares_nothing(unit, weights):
        return False
    if is_of_another_event(question, unit, is_by_words=is_by_words) or is_of_opposite(
        question, f"{unit.header}\n{unit.text}"
    ):
        return False
    if _says_when_not(question, unit):
        return False
    if not unit.is_row and _ASKS_CHANGE.search(question) and not _CHANGES.search(unit.text):
        return False
    if is_role_of_another(question, unit) or (
        not is_by_words and extract.score < MIN_WITHOUT_ROLE and lacks_role(question, unit)
    ):
        return False
    if is_only_speaker(question, extract, unit) or is_of_other_heading(question, unit, units):
        return False
    if is_of_another_person(question, unit) or acts_on_the_asked(question, unit.text, extract.answer):
        return False
    if _ASKS_SUM.search(question) and not (unit.is_row or _ADDS_UP.search(unit.text)):
        return False
    if unit.is_row and _ASKS_ALL_TOGETHER.search(question) and not _is_sum_row(question, unit):
        return False
    if is_outranked(question, unit, units):
        return False
    if is_by_words:
        return True
    focus = without_generic(weights) or weights  # "May I keep a dog?" names a dog alone.
    if extract.score < MIN_SAYS_SO and asks_yes_or_no(question) and covered_share(unit, focus) < SAID_SHARE:
        return False
    if extract.score < MIN_WITHOUT_DEGREE and _lacks_degree(question, unit):
        return False
    if any(constraint.is_hard for constraint in find_constraints(question)):
        return True
    if extract.score < MIN_UNSHARED and _shares_nothing(unit, weights):
        return False
    if asked_kind(question) == "cause" and _is_of_names_alone(unit):
        return False
    return bool(_ASKS_NEXT.search(question)) or not _is_outdone(question, extract, unit, units, weights)


def _is_head(unit: Unit, units: Sequence[Unit]) -> bool:
    """Return whether a row names the columns of the rows below it, and so says nothing of any of them."""
    is_over = (other.header == unit.text and other.source.document.id == unit.source.document.id for other in units)
    return unit.is_row and not unit.header and any(is_over)


def _is_sum_row(question: str, unit: Unit) -> bool:
    """Return whether a row adds others up, or is the only thing named of which everything together is asked."""
    names, values = columns_of(unit.header, unit.text)
    key = next(filter(None, values), "")
    asked = frozenset(content_words(question))
    named = frozenset(content_words(key))
    return bool(
        _ADDS_UP.search(f"{unit.header}\n{unit.text}")
        or _TOTAL_ROW.match(key)
        or (named and named <= asked)
        or len(names) < 2
    )


def _is_of_other_part(question: str, unit: Unit) -> bool:
    """Return whether a sentence is of another group, kind, place, day or holder of a position than a question names."""
    return (
        is_of_another_group(question, unit)
        or is_of_after(question, unit)
        or is_put_off(question, unit.text)
        or is_row_of_another_kind(question, unit)
        or is_of_another_place(question, unit)
        or is_of_another_day(question, unit)
        or is_of_another_letter(question, unit)
    )


def _is_of_names_alone(unit: Unit) -> bool:
    """Return whether a line is made of names and figures, with no word of a cause: it tells not why something is so."""
    if unit.header or gives_cause(f"{unit.leans_on}\n{unit.text}"):
        return False
    return len(re.findall(r"(?<!\w)[a-zäöüßàâçéèêíñóôú]{4,}", unit.text)) < MIN_TOLD


def _says_when_not(question: str, unit: Unit) -> bool:
    """Return whether a question asks when something is so, and a sentence says when it is not."""
    if asked_kind(question) != "time" or is_negated(question) or unit.is_row:
        return False
    denied = negated_words(unit.text) - GENERIC_WORDS
    return bool(denied & frozenset(content_words(question)))


def _shares_nothing(unit: Unit, weights: Mapping[str, float]) -> bool:
    """Return whether neither a sentence nor what stands over it in the text has a word that the question names."""
    return not without_generic(weights).keys() & {
        *unit.words,
        *content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}"),
    }


def _is_price_of_nothing_named(
    question: str, extract: Extract, unit: Unit, weights: Mapping[str, float], *, is_by_words: bool
) -> bool:
    """Return whether it is asked what something costs, and a sentence with an amount speaks of nothing that the
    question names."""
    if is_by_words or unit.is_row or not asks_price(question) or extract.score >= MIN_NOT_OUTDONE:
        return False
    return _shares_nothing(unit, weights)


def _lacks_degree(question: str, unit: Unit) -> bool:
    """Return whether a question asks for the largest of several, and a sentence compares nothing."""
    match = _ASKS_DEGREE.search(question)
    if match is None or unit.is_row or re.search(r"(?i)\bat (?:most|least)\b", question):
        return False
    return not _COMPARES.search(f"{unit.heading}\n{unit.header}\n{unit.leans_on}\n{unit.text}")


def _labels_what_is_asked_of(question: str, unit: Unit) -> bool:
    """Return whether a line is a label, which the question does not have, with a name that the question has: "Client:
    Ann Orr" tells nothing else of Ann Orr."""
    parts = None if asks_yes_or_no(question) else labelled_parts(unit)
    if parts is None or (_ASKS_WHO_IS.search(question) and not unit.is_row):
        return False
    if not all(word[0].isupper() for word in parts[1].split()):
        return False
    asked = frozenset(content_words(question))
    label, value = (frozenset(content_words(part)) for part in parts)
    is_named = value <= asked or (unit.is_row and label & LABEL_WORDS and value & asked)
    return bool(label and value) and bool(is_named) and not any(is_said(word, asked) for word in label)


def _is_only_a_name(question: str, unit: Unit, weights: Mapping[str, float]) -> bool:
    """Return whether a line is the name of somebody of whom nothing there says what is asked, as below a letter."""
    if unit.is_row or asked_kind(question) != "name" or _ASKS_WHO_SIGNED.search(question):
        return False
    words = unit.text.strip(" .,*_-").split()
    is_name = 1 < len(words) <= MAX_NAME and all(word[:1].isupper() for word in words) and ":" not in unit.text
    return is_name and _shares_nothing(unit, weights)


def says_nothing_new(question: str, unit: Unit) -> bool:
    """Return whether a sentence holds no word that the question does not hold: "Invoice No: 5501"."""
    return (
        bool(unit.words)
        and not (asks_yes_or_no(question) or is_negated(unit.text) or asks_for_clause(question))
        and unit.words <= frozenset(content_words(question))
    )


def _is_outdone(
    question: str, extract: Extract, unit: Unit, others: Sequence[Unit], weights: Mapping[str, float]
) -> bool:
    """Return whether a sentence has no word that the question names while another one, that may answer it, has most of
    them.

    One that the reader is sure of may go on with what the sentence before it says: "Use the other stop instead."
    """
    if extract.score >= MIN_NOT_OUTDONE:
        return False
    focus = without_generic(weights)
    if not focus or unit.is_row or own_share(unit, weights):
        return False
    kind = asked_kind(question)
    better = [
        other
        for other in others
        if other.is_telling
        and not other.is_heading
        and own_share(other, focus) >= OUTDONE_BY
        and not (kind and is_needed(kind) and not holds_kind(f"{other.header}\n{other.text}", kind))
        and not lacks_measure(question, f"{other.heading}\n{other.header}\n{other.text}")
    ]
    return bool(better) and not (extract.score > 0 and any(is_right_before(other, unit) for other in better))


_GOES_ON = re.compile(r"(?i)\b(?:instead|otherwise|in (?:this|that|such a) case|stattdessen|andernfalls|sonst|sinon)\b")


def _gone_on_from(unit: Unit) -> str:
    """Return the sentence before one that goes on with it ("Please use the other stop instead."), else ""."""
    if unit.is_row or not _GOES_ON.search(unit.text):
        return ""
    spans = [(start, end) for start, end in sentence_spans(unit.source.text) if end <= unit.start]
    return unit.source.text[slice(*spans[-1])] if spans else ""


def own_share(unit: Unit, focus: Mapping[str, float]) -> float:
    """Return the share of a question's weight that a sentence holds, or what it leans on or its heading, unless that
    names the whole document."""
    heading = set(content_words(unit.heading)).difference(content_words(unit.source.document.title))
    above = f"{unit.header}\n{unit.leans_on}\n{_gone_on_from(unit)}"
    words = {*unit.words, *heading, *content_words(above)}
    words |= abbreviated_words(list(focus), unit.words)
    return sum(weight for word, weight in focus.items() if is_said(word, words))


def _is_of_names(text: str) -> bool:
    """Return whether a text is made of names and numbers alone, as an address is: it says neither yes nor no."""
    words = [word for word in re.findall(r"[^\W_]+", text) if len(word) > 3 or word[0].isdigit()]
    return len(words) > 1 and not text.rstrip().endswith((".", "!")) and not any(word[0].islower() for word in words)


def named_beside(unit: Unit, focus: Mapping[str, float], named: AbstractSet[str]) -> float:
    """Return the share of a question's weight that is of names which a sentence lacks and its document has."""
    words = {*unit.words, *content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}")}
    return sum(weight for word, weight in focus.items() if word in named and not is_said(word, words))
