"""Tells which of a sentence's values a question means: "GBP 150 per claim, for glass GBP 50"."""

from __future__ import annotations

import re

from rag.text import content_words

_PARTS = re.compile(r"[,;:](?=\s)|\s(?:and|but|und|aber|et|mais|y|pero)\s")


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
