"""Tells whether the label of a name says that it is another's than is asked for: "Insured by: ..." answers no "who"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from rag.quoting.answer_kind import asked_kind
from rag.text import content_words
from rag.types import Vectors
from rag.units import Unit
from rag.words.word_forms import is_said

ALIKE = 0.5
"""Cosine of a label and a question from which the label may be another word for what is asked."""

_LABEL = re.compile(r"[^\w]*(?P<label>[^:|\n]{2,40}?)\s?:\s+\S")
_SAYS_WHO = frozenset(content_words("name person contact nom nombre kontakt ansprechpartner"))


def labels_another(question: str, unit: Unit, embed: Callable[[Sequence[str]], Vectors] | None) -> bool:
    """Return whether it is asked who does something, and a value stands behind a label that has no word of the question
    and none alike; without `embed` only words of one family are alike."""
    match = _LABEL.match(unit.text)
    if asked_kind(question) != "name" or unit.is_row or match is None:
        return False
    label, asked = content_words(match["label"]), content_words(question)
    if set(label) <= _SAYS_WHO or any(is_said(word, asked) for word in label):
        return False
    if embed is None or not label:
        return True
    vectors = np.asarray(embed([match["label"], question]))
    return float(vectors[0] @ vectors[1]) < ALIKE
