"""Tells whether the label of a name says that it is another's than is asked for: "Insured by: ..." answers no "who"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from rag.quoting.answer_kind import asked_kind
from rag.quoting.labelled import labelled_parts
from rag.text import content_words
from rag.types import Vectors
from rag.units import Unit
from rag.words.word_forms import is_said

ALIKE = 0.5
"""Cosine of a label and a question from which the label may be another word for what is asked."""

_LABEL = re.compile(r"[^\w]*(?P<label>[^:|\n]{2,40}?)\s?:\s+\S")
_SAYS_WHO = frozenset(content_words("name person contact nom nombre kontakt ansprechpartner"))


_ASKS_ROLE = re.compile(
    r"(?i)^\W*(?:who (?:is|was|are|were)|wer (?:ist|war)|qui (?:est|était)|qui[eé]n (?:es|era)) "
    r"(?:[^?]+['’]s |(?:the|our|my|der|die|unser\w*|le|la|l['’]|notre|el|nuestr[oa]) ?)"
    r"(?P<role>[^\W\d_]+(?: [^\W\d_]+)?)\W*$"
)
"""Asks who holds a position: "Who is Callum's doctor?"."""


def lacks_role_label(question: str, unit: Unit) -> bool:
    """Return whether it is asked who is somebody's doctor, and a name stands behind a label of something else."""
    match, parts = _ASKS_ROLE.match(question), labelled_parts(unit)
    if match is None or parts is None or not re.search(r"[^\W\d_]", parts[0]):
        return False
    around = content_words(f"{unit.text}\n{unit.heading}\n{unit.header}")
    return not any(is_said(word, around) for word in content_words(match["role"]))


def labels_another(question: str, unit: Unit, embed: Callable[[Sequence[str]], Vectors] | None) -> bool:
    """Return whether it is asked who does something, and a value stands behind a label that has no word of the question
    and none alike; without `embed` only words of one family are alike."""
    match = _LABEL.match(unit.text)
    parts = labelled_parts(unit) if unit.is_row else None
    if asked_kind(question) != "name" or (unit.is_row and parts is None) or (match is None and parts is None):
        return False
    written = parts[0] if parts else match["label"] if match else ""
    label, asked = content_words(written), content_words(question)
    if set(label) <= _SAYS_WHO or any(is_said(word, asked) for word in label):
        return False
    if embed is None or not label:
        return True
    vectors = np.asarray(embed([written, question]))
    return float(vectors[0] @ vectors[1]) < ALIKE
