"""Tells by the shape of a line what it cannot answer: heads of tables, names alone, labels, single rows of a sum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.extractive import Extract
from rag.questions.constraints import asks_for_clause, is_negated, negated_words
from rag.quoting.answer_kind import asked_kind, asks_yes_or_no
from rag.quoting.labelled import labelled_parts
from rag.quoting.neighbours import gives_cause
from rag.quoting.own_words import shares_nothing
from rag.quoting.table_answer import GENERIC_WORDS, LABEL_WORDS
from rag.quoting.table_cells import columns_of, split_cells
from rag.text import content_words
from rag.units import Unit
from rag.words.word_forms import is_said

MAX_NAME = 4
"""Words of a line that is only a name."""
_DIES_OF = re.compile(r"(?i)\b(?:what (?:did|does|do|had) [^?]+ (?:die|died) of|(?:how|why) did [^?]+ die)\b")
_DEATH_CAUSE = re.compile(
    r"(?i)\b(?:died? (?:of|from|in|after|when|while|as)|death|kill\w*|disease|illness|ill|sick\w*|caus\w+|drown\w*"
    r"|because|accident\w*|starv\w+|fro(?:ze|zen)|poison\w*|fever|infection|cancer|heart|stroke|fell|fall|shot|hit"
    r"|eaten|old age)\b"
)
MIN_REMARK = 3
"""Words of a cell that may tell why something is so."""
MIN_TOLD = 2
"""Longer words in small letters that a line must have to tell why something is so."""
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


def is_head(unit: Unit, units: Sequence[Unit]) -> bool:
    """Return whether a row names the columns of the rows below it, and so says nothing of any of them."""
    is_over = (other.header == unit.text and other.source.document.id == unit.source.document.id for other in units)
    return unit.is_row and not unit.header and any(is_over)


def is_no_sum(question: str, unit: Unit) -> bool:
    """Return whether a sum or an average is asked for, and a sentence gives none, or one row of what is added up."""
    if _ASKS_SUM.search(question) and not (unit.is_row or _ADDS_UP.search(unit.text)):
        return True
    return unit.is_row and _ASKS_ALL_TOGETHER.search(question) is not None and not _is_sum_row(question, unit)


def tells_no_change(question: str, unit: Unit) -> bool:
    """Return whether it is asked by how much something has changed, and a sentence speaks of no change."""
    return not unit.is_row and _ASKS_CHANGE.search(question) is not None and not _CHANGES.search(unit.text)


def lacks_degree(question: str, unit: Unit) -> bool:
    """Return whether a question asks for the largest of several, and a sentence compares nothing."""
    match = _ASKS_DEGREE.search(question)
    if match is None or unit.is_row or re.search(r"(?i)\bat (?:most|least)\b", question):
        return False
    return not _COMPARES.search(f"{unit.heading}\n{unit.header}\n{unit.leans_on}\n{unit.text}")


def says_when_not(question: str, unit: Unit) -> bool:
    """Return whether a question asks when something is so, and a sentence says when it is not."""
    if asked_kind(question) != "time" or is_negated(question) or unit.is_row:
        return False
    denied = negated_words(unit.text) - GENERIC_WORDS
    return bool(denied & frozenset(content_words(question)))


def is_of_names_alone(unit: Unit) -> bool:
    """Return whether a line is made of names and figures, with no word of a cause: it tells not why something is so."""
    if gives_cause(f"{unit.leans_on}\n{unit.text}"):
        return False
    if unit.is_row:
        return all(len(cell.split()) < MIN_REMARK for cell in split_cells(unit.text))
    if unit.header:
        return False
    return len(re.findall(r"(?<!\w)[a-zäöüßàâçéèêíñóôú]{4,}", unit.text)) < MIN_TOLD


def tells_no_death_cause(question: str, text: str) -> bool:
    """Return whether it is asked what somebody died of, and a text says at most that he died."""
    return _DIES_OF.search(question) is not None and _DEATH_CAUSE.search(text) is None


def answers_why_with_amount(question: str, answer: str, sentence: str) -> bool:
    """Return whether it is asked why something is so, and what is marked opens with an amount ("148 kilos"), in a
    sentence without a word of a cause."""
    if asked_kind(question) != "cause" or gives_cause(sentence):
        return False
    return re.match(r"[€£$]?\d[\d.,]*\s?[^\W\d_]*%?(?=\W|$)", answer) is not None


def has_no_cell_asked(question: str, extract: Extract, unit: Unit) -> bool:
    """Return whether a row of names and figures is quoted of which no cell is the one asked for: it is about what the
    question names, and may tell something else of it. A remark in a cell may answer anything."""
    if not unit.is_row or not unit.header or extract.answer or asks_yes_or_no(question):
        return False
    cells = split_cells(unit.text)
    return len(cells) > MIN_REMARK and all(len(cell.split()) <= MIN_REMARK for cell in cells)


def labels_what_is_asked_of(question: str, unit: Unit) -> bool:
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


def is_only_a_name(question: str, unit: Unit, weights: Mapping[str, float]) -> bool:
    """Return whether a line is the name of somebody of whom nothing there says what is asked, as below a letter."""
    if unit.is_row or asked_kind(question) != "name" or _ASKS_WHO_SIGNED.search(question):
        return False
    words = unit.text.strip(" .,*_-").split()
    is_name = 1 < len(words) <= MAX_NAME and all(word[:1].isupper() for word in words) and ":" not in unit.text
    return is_name and shares_nothing(unit, weights)


def says_nothing_new(question: str, unit: Unit) -> bool:
    """Return whether a sentence holds no word that the question does not hold: "Invoice No: 5501"."""
    return (
        bool(unit.words)
        and not (asks_yes_or_no(question) or is_negated(unit.text) or asks_for_clause(question))
        and unit.words <= frozenset(content_words(question))
    )


def says_neither(question: str, unit: Unit) -> bool:
    """Return whether something is asked to be so or not, and a line is made of names and numbers, as an address is."""
    if unit.is_row or not asks_yes_or_no(question):
        return False
    words = [word for word in re.findall(r"[^\W_]+", unit.text) if len(word) > 3 or word[0].isdigit()]
    is_sentence = unit.text.rstrip().endswith((".", "!")) or any(word[0].islower() for word in words)
    return len(words) > 1 and not is_sentence


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
