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
_ASKS_WHICH = re.compile(
    r"(?i)^\W*(?:which|what|welche[rsnm]?|quel(?:le)?s?|qué) (?P<noun>(?!are|was|were|does|did|has)[^\W\d_]{4,})\b"
)
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
    """Return whether it is asked who does something, or which thing of a sort, and a value stands behind a label
    that has no word of the question and none alike; without `embed` only words of one family are alike."""
    match = _LABEL.match(unit.text)
    parts = labelled_parts(unit) if unit.is_row else None
    is_asked = asked_kind(question) == "name" or _ASKS_WHICH.match(question) is not None
    if not is_asked or (unit.is_row and parts is None) or (match is None and parts is None):
        return False
    written = parts[0] if parts else match["label"] if match else ""
    label, asked = content_words(written), content_words(question)
    if set(label) <= _SAYS_WHO or any(is_said(word, asked) for word in label):
        return False
    if embed is None or not label:
        return True
    vectors = np.asarray(embed([written, question]))
    return float(vectors[0] @ vectors[1]) < ALIKE


def is_form_of_others(question: str, unit: Unit) -> bool:
    """Return whether it is asked which thing of a sort somebody has ("quelle note"), and a line of labels with their
    values has no word for the sort: it names him, and tells something else of him."""
    match = _ASKS_WHICH.match(question)
    if match is None or unit.is_row or _LABEL.match(unit.text) is None:
        return False
    known = content_words(f"{unit.heading}\n{unit.text}")
    return not any(is_said(word, known) for word in content_words(match["noun"]))
