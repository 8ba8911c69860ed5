"""Leaves out what is said of another than the question names: "She carries 140 passengers" below another ship's name.

A sentence that opens with "she", "its" or "their" is about the one whose name stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.questions.constraints import find_constraints
from rag.text import content_words
from rag.units import Place, Unit
from rag.words.word_forms import is_said

_OPENS_WITH_PRONOUN = re.compile(
    r"(?:it|its|they|their|he|his|she|her|er|sein\w*|sie|ihre?\w?|il|elle|ils|elles|sa|ses|leurs?)\b", re.IGNORECASE
)
_OPENING_NAME = re.compile(
    r"[•▪*–-]?\s*(?:(?:[Tt]he|[Tt]his|[Oo]ur|D(?:er|ie|as)|L[ae]s?|El|Los) )?"
    r"(?P<name>[A-ZÄÖÜÉ][\w'’-]+(?: [A-ZÄÖÜÉ][\w'’-]+){0,3})(?P<behind>[ ,:(]|$)"
)
_STANDS_FOR_NAME = re.compile(r"(?i)\b(?:he|she|it|his|her|its|him|they|their|them|who|whose|which)\b")


def leaning_on_others(question: str, units: Sequence[Unit]) -> set[Place]:
    """Return the places of the sentences of a source that lean on another name than the question's; none where no
    sentence of the source has the question's."""
    names = _names_of(question)
    if not any(_names(unit, name) for unit in units for name in names):
        return set()
    return {unit.place for unit in units if _leans_on_another(unit, names)}


def says_it_of_another(question: str, unit: Unit, units: Sequence[Unit]) -> bool:
    """Return whether a sentence opens with a name that the question does not have, and says of that one what is asked
    of a name that opens another sentence of the document: "Augusta was bought from Jost Harmsen." for Beatrix."""
    opening = None if unit.is_row or unit.is_heading else _opening_name(unit)
    names = _names_of(question) if opening else []
    if not opening or any(is_said(word, content_words(question)) for word in content_words(opening)):
        return False
    around = content_words(f"{unit.text}\n{unit.heading}\n{unit.header}\n{unit.source.section}\n{unit.leans_on}")
    rest = unit.text[unit.text.index(opening) + len(opening) :]
    asked = [name for name in names if not any(is_said(word, around) for word in content_words(name))]
    if not asked or len(asked) < len(names) or _STANDS_FOR_NAME.search(rest):
        return False
    said = set(content_words(question)) - {word for name in names for word in content_words(name)}
    if not any(is_said(word, content_words(rest)) for word in said):
        return False
    openings = {
        other for it in units if it.source.document.id == unit.source.document.id and (other := _opening_name(it))
    }
    return all(any(set(content_words(name)) <= set(content_words(other)) for other in openings) for name in asked)


def _names_of(question: str) -> list[str]:
    return [
        one.written.removesuffix("'s").removesuffix("’s") for one in find_constraints(question) if one.kind == "name"
    ]


def _names(unit: Unit, name: str) -> bool:
    return _has(f"{unit.text}\n{unit.header}", name)


def _has(text: str, name: str) -> bool:
    words = content_words(text)
    return all(is_said(word, words) for word in content_words(name))


def _leans_on_another(unit: Unit, names: Collection[str]) -> bool:
    if not unit.leans_on or _OPENS_WITH_PRONOUN.match(unit.text) is None:
        return False
    around = f"{unit.text}\n{unit.leans_on}\n{unit.heading}\n{unit.header}"
    if any(is_said(word, content_words(around)) for name in names for word in content_words(name)):
        return False
    return _opening_name_in(unit.leans_on, unit.source.text) is not None


def _opening_name(unit: Unit) -> str | None:
    return _opening_name_in(unit.text, unit.source.text)


def _opening_name_in(sentence: str, text: str) -> str | None:
    """Return the name that a sentence opens with: words that the text has nowhere in small letters."""
    match = _OPENING_NAME.match(sentence)
    if match is None:
        return None
    first = match["name"].split()[0]
    if re.search(rf"\b{re.escape(first.lower())}\b", text) or len(content_words(first)) == 0:
        return None
    return match["name"]
