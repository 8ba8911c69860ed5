"""Tells a sentence that does not say what a question is about, where its document says that elsewhere by this word.

"The late fee for books is 20 cents" may not tell the late fee for board games, if games stand in another line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.extractive import Extract
from rag.quoting.document_context import context_of
from rag.quoting.neighbours import sentence_before
from rag.quoting.table_answer import without_generic
from rag.text import content_words
from rag.units import Unit
from rag.words.word_forms import is_said

MIN_WEIGHT = 0.15
"""Share of the question's weight of a word that says what it is about."""
_THING = re.compile(
    r"(?i)(?:\b(?:the|an?|of|for|in|on|at|to|by|with|from|our|my|your|his|her|their|each|this|that)|['’]s) "
    r"(?P<np>(?:[^\W_][\w'’-]*\s?){1,3})"
)
"""Words behind an article or a preposition, one of which is the name of a thing."""
_NOTE = re.compile(r"\[(?:foot|end)?note\b")
"""Opens a note: what it is about stands where it is marked."""
_LAST = re.compile(r"(?P<np>[^\W_][\w'’-]*)\W*$")


def leaves_thing_out(question: str, unit: Unit, every: Sequence[Unit], weights: Mapping[str, float]) -> bool:
    """Return whether a sentence, with all that stands over it, lacks the word for a thing that a question names and
    another sentence or row of its document has, while it shares other words with the question. `weights` are those of
    the question's content words."""
    focus = without_generic(weights)
    if unit.is_row or _NOTE.match(unit.text) or not any(is_said(word, unit.words) for word in focus):
        return False
    before = sentence_before(Extract.of(unit, 0.0), every)
    around = content_words(
        f"{unit.text}\n{unit.header}\n{unit.heading}\n{unit.leans_on}\n{context_of(unit.source)}"
        f"\n{before.text if before else ''}"
    )
    things = {word for word in _things_in(question) if focus.get(word, 0.0) >= MIN_WEIGHT}
    missing = [word for word in things if not is_said(word, around)]
    others = [it for it in every if it.source.document.id == unit.source.document.id and it.place != unit.place]
    return any(is_said(word, other.words) for word in missing for other in others)


def _things_in(question: str) -> set[str]:
    matches = [*_THING.finditer(question), *_LAST.finditer(question)]
    return {word for match in matches for word in content_words(match["np"])}
