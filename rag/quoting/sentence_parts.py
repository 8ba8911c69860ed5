"""Tells which part of a sentence a question means: "GBP 150 per claim, for glass GBP 50"."""

from __future__ import annotations

import re

from rag.questions.constraints import is_negated
from rag.quoting.answer_kind import asked_kind, holds_kind, is_needed
from rag.text import content_words
from rag.units import Unit

_PARTS = re.compile(r"[,;:](?=\s)|\s(?:and|but|und|aber|et|mais|y|pero)\s")
_DIGIT = re.compile(r"\d")
_ENDS_PART = re.compile(r";\s+")
_NAME = re.compile(r"(?<=\w )[A-ZÄÖÜÉ][\w'’-]+(?: [A-ZÄÖÜÉ][\w'’-]+)+")
"""Two words with capital letters or more, within a question."""
_LEFT_OUT = re.compile(
    r"(?i)\((?:but |aber |mais |pero )?(?:not|nicht|pas|no)(?: (?:for|in|on|at|für|im|in|pour|dans|para|en))?"
    r"(?: (?:the|an?|der|die|das|den|dem|les?|la|el|los|las))? (?P<thing>[^()]{3,40})\)"
)
"""What a sentence is not said of: "The studio (not the main stage) is 38 an hour."."""


def is_of_other_part(question: str, sentence: str, answer: str) -> bool:
    """Return whether an amount stands in one part of a sentence, and what tells it from the others, which the question
    names, in another part with an amount of its own."""
    if not answer or not re.search(r"\d", answer):
        return False
    asked = frozenset(content_words(question))
    parts = [part for part in _PARTS.split(sentence) if re.search(r"\d", part)]
    own = [part for part in parts if answer in part]
    if len(own) != 1 or len(parts) < 2:
        return False
    words = {part: asked & set(content_words(part)) for part in parts}
    shared = {word for word in asked if sum(word in held for held in words.values()) > 1}
    others = [words[part] - shared - words[own[0]] for part in parts if part != own[0]]
    return any(others) and not any(word[0].isdigit() for held in others for word in held)


def is_told_of_other_part(question: str, unit: Unit) -> bool:
    """Return whether an amount or a time is asked for of something named, and the part of a sentence that names it has
    none, or the sentence says in brackets that it is not said of that."""
    kind = asked_kind(question)
    if kind is None or not is_needed(kind) or unit.is_row or is_negated(question):
        return False
    asked = frozenset(content_words(question))
    if any(frozenset(content_words(match["thing"])) <= asked for match in _LEFT_OUT.finditer(unit.text)):
        return True
    parts = _ENDS_PART.split(unit.text)
    for name in _NAME.findall(question) if len(parts) > 1 else []:
        words = frozenset(content_words(name))
        naming = [part for part in parts if words <= frozenset(content_words(part))]
        others = [part for part in parts if part not in naming]
        if naming and not any(holds_kind(part, kind) for part in naming):
            return True
        if naming and any(map(_DIGIT.search, others)) and not any(map(_DIGIT.search, naming)):
            return True
    return False
