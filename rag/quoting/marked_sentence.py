"""Finds the sentence or row in which a passage reader has marked the answer, and how the answer is shown before it."""

from __future__ import annotations

import re

from rag.extractive import Extract
from rag.questions.constraints import find_constraints
from rag.quoting.asked_where import asks_where, lacks_place
from rag.quoting.excerpts import Excerpt
from rag.quoting.form_boxes import chosen_options
from rag.quoting.sentence_parts import is_of_other_part
from rag.quoting.table_cells import pick_cell, split_cells
from rag.text import content_words
from rag.types import Reading
from rag.units import Unit

MAX_NAMED = 3
"""Sentences of a clause that is quoted from its beginning where no answer is marked in it."""
MAX_ANSWER = 12
"""Words of an answer that is shown before its sentence; a longer one is the sentence."""
MAX_OF_SENTENCE = 0.8
_FULL_STOP = re.compile(r"(?:(?<=[\d)\]%])|(?<=[^\W\d_]{5}))\.$")
"""At the end of a sentence, not of an abbreviation."""
_STRUCK = re.compile(r"\(struck out: [^()]*\)\s*")


def marked_sentence(question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
    """Return the sentence around the words that a reader marked in an excerpt."""
    start, end = excerpt.range_of(reading.start, reading.end)
    source = excerpt.source
    around = [candidate for candidate in excerpt.units if candidate.start <= start < candidate.end]
    if not around or not around[0].is_telling:
        return None
    best = around[0]
    last = excerpt.range_of(reading.end - 1, reading.end)[1]
    if last > best.end and (other := _more_asked_for(question, best, excerpt, start, last)):
        best, start = other, other.start
    answer = _FULL_STOP.sub("", source.text[start : min(end, best.end)].strip()) if end > start else ""
    answer = without_struck(answer, best.text)
    if answer and best.text.startswith((f"{answer}.", f"{answer})")):
        # The number of a clause or of an item is no answer.
        answer = ""
    if not any(word[0].isdigit() for word in answer.split()) and not content_words(answer):
        # Nor is a "not" alone.
        answer = ""
    if chosen := chosen_options(best.text):
        answer = "; ".join(chosen)
    elif best.is_row and (cell := pick_cell(question, best.header, best.text)):
        answer = cell
    elif best.is_row and len(cells := split_cells(answer)) > 1:
        # Of several cells none is named; the first one says what the row is about.
        others = cells[1:] if split_cells(best.text)[0].endswith(cells[0]) else cells
        answer = others[0] if len(others) == 1 else ""
    if not best.is_row and is_of_other_part(question, best.text, answer):
        answer = ""
    is_short = len(answer.split()) <= MAX_ANSWER and len(answer) < MAX_OF_SENTENCE * len(best.text)
    is_sure = reading.confidence > 0 or best.is_row
    return Extract.of(best, reading.relevance + reading.confidence, answer if is_short and is_sure else "")


def without_struck(answer: str, sentence: str) -> str:
    """Return an answer without what is struck out in its sentence; "" where nothing is left of it."""
    rest = _STRUCK.sub("", answer).strip()
    return "" if any(rest and rest in struck for struck in _STRUCK.findall(sentence)) else rest


def _more_asked_for(question: str, first: Unit, excerpt: Excerpt, start: int, end: int) -> Unit | None:
    """Return, of words marked from `start` to `end`, over a sentence's end, the sentence that shares more with the
    question; or as much, where a place is asked for and it is marked as a whole, and the first in part."""
    asked = frozenset(content_words(question))
    further = [unit for unit in excerpt.units if first.start < unit.start < end and unit.is_telling]
    other = max(further, key=lambda unit: len(unit.words & asked), default=None)
    shared = len(first.words & asked)
    if other is None or len(other.words & asked) < shared:
        return None
    if len(other.words & asked) > shared:
        return other
    is_whole = end >= other.end - 1 and start > first.start
    return other if is_whole and asks_where(question) and not lacks_place(question, other) else None


def named_to_the_letter(question: str, excerpt: Excerpt, reading: Reading) -> Extract | None:
    """Return the first sentence or row of an excerpt that holds nothing but what the question names to the letter."""
    if len(excerpt.units) > MAX_NAMED or not any(constraint.is_hard for constraint in find_constraints(question)):
        return None
    unit = next((unit for unit in excerpt.units if unit.is_telling), None)
    cell = pick_cell(question, unit.header, unit.text) if unit and unit.is_row else ""
    return Extract.of(unit, reading.relevance, cell) if unit else None
