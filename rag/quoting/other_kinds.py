"""Tells whether a sentence or row is of another of several kinds of a thing than a question names: the standard key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from rag.questions.clauses import EVERY_STOP_WORD
from rag.quoting.answer_kind import MONTH
from rag.quoting.asked_about import ALIKE, Embed
from rag.quoting.asked_measure import TIME_UNITS
from rag.quoting.document_context import context_of
from rag.quoting.table_answer import GENERIC_WORDS
from rag.quoting.table_cells import split_cells
from rag.text import content_words
from rag.units import Unit
from rag.words.folding import fold
from rag.words.language import guess_language, language_of_passage
from rag.words.word_forms import is_said

MIN_KINDS = 2
"""Kinds of a thing that a sentence tells apart where it does not speak of the one that is asked about."""
MAX_KEY = 6
"""Words of a cell that names something."""
MIN_PART = 5
"""Letters of a word that stands for a part of a compound."""

_VERSION = re.compile(
    r"(?i)\b(?P<noun>[^\W\d_]{3,})\s+(?:(?:for|of|in|with|to|from|version|release|für|von|mit|pour|de|para|v\.?)\s+){0,2}v?"
    rf"(?P<number>\d+(?:\.\d+)+)(?![\w%°€$£]|[.,:/-]\d|\s?(?:[€$£%°]|{TIME_UNITS}|(?:µ|m|c|k)?[gml]\b|{MONTH}|uhr|euros?))"
)
_REACHES = re.compile(
    r"(?i)\d\+|\b(?:newer|later|above|higher|older|earlier|below|lower|up to|at least|minimum|from|since|before|until"
    r"|ab|bis|mindestens|höher|neuer|älter|seit|vor|dès|depuis|jusqu\w*|au moins|ou plus|supérieure?|à partir|desde"
    r"|hasta|al menos|posterior|anterior)\b"
)
"""Says that what is told of one version holds of others as well: "Python 3.10 or newer"."""
_OF_THING = re.compile(
    r"(?i)\b(?P<noun>[^\W\d_]{4,}) (?:of|for|on|von|vom|für|der|des|de|du|d['’]|pour|del|para)(?: |(?<=['’]))"
    r"(?:(?:the|an?|our|die|das|den|dem|eine[rnms]?|l[ae]s?|l['’]|une?|el|los|una?) ?)?"
    r"(?P<filler>[^\W\d_]{4,}(?: [^\W\d_]{3,})?)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NO_KIND = frozenset(
    content_words(
        "new old current next last first same whole entire main full own usual normal average annual yearly monthly"
        " weekly daily total maximum minimum max min highest lowest largest smallest exact official actual different"
        " other following single possible available local good best more less own"
    )
)
"""Words before a thing that do not tell one kind of it from others."""


@lru_cache(maxsize=1 << 10)
def _versions(text: str) -> dict[str, frozenset[str]]:
    """Return the nouns behind which a text names numbers with dots, stemmed, each with these numbers."""
    found: dict[str, set[str]] = {}
    for match in _VERSION.finditer(text):
        for noun in content_words(match["noun"])[:1]:
            found.setdefault(noun, set()).add(match["number"])
    return {noun: frozenset(numbers) for noun, numbers in found.items()}


def is_of_another_version(question: str, text: str) -> bool:
    """Return whether a question names a version behind a noun ("support for 4.2"), and a text only others behind the
    same noun, and of no range of them."""
    told = {} if _REACHES.search(text) else _versions(text)
    return any(
        noun in told and not any(re.search(rf"(?<![\d.]){re.escape(it)}(?!\.?\d)", text) for it in numbers)
        for noun, numbers in _versions(question).items()
    )


@lru_cache(maxsize=1 << 10)
def _kinds(text: str) -> dict[str, frozenset[str]]:
    """Return the words of a text that stand right behind another one, stemmed, each with those before it; "" stands for
    none."""
    found: dict[str, set[str]] = {}
    before, end = "", -1
    for match in _WORD.finditer(text):
        word = match[0]
        stems = [] if fold(word) in EVERY_STOP_WORD else content_words(word)
        stem = stems[0] if stems else ""
        if stem:
            touches = text[end : match.start()] in (" ", "-", "\n")
            found.setdefault(stem, set()).add(before if touches else "")
        before, end = stem, match.end()
    return {word: frozenset(others) for word, others in found.items()}


def is_of_another_kind(question: str, unit: Unit, embed: Embed | None) -> bool:
    """Return whether a question names one kind of a thing ("an enterprise key"), and a sentence tells of two others and
    more ("with a standard key ..., with a premium key ..."), with no word for the one that is asked about."""
    if unit.is_row:
        return False
    told = _kinds(unit.text)
    around = content_words(f"{unit.heading}\n{unit.header}\n{unit.leans_on}\n{unit.text}\n{context_of(unit.source)}")
    for thing, kinds in _kinds(question).items():
        others = told.get(thing, frozenset())
        if thing in GENERIC_WORDS or len(others) < MIN_KINDS or "" in others:
            continue
        asked = [kind for kind in kinds if kind and kind not in _NO_KIND and kind not in GENERIC_WORDS]
        if asked and not any(is_said(kind, around) for kind in asked):
            return not (embed and _are_alike(asked, sorted(others), embed))
    return False


def _are_alike(some: Sequence[str], others: Sequence[str], embed: Embed) -> bool:
    vectors = np.asarray(embed([*some, *others]))
    return bool((vectors[: len(some)] @ vectors[len(some) :].T).max() >= ALIKE)


def is_row_of_another_kind(question: str, unit: Unit) -> bool:
    """Return whether a question asks for something of a thing ("the annual fee of the liability insurance"), and a cell
    of a row names the same of another ("Annual fee household"), with no word for the one that is asked about."""
    language = language_of_passage(unit.source.text, unit.source.document.profile.language)
    if not unit.is_row or language not in ("", guess_language(question)):
        return False
    asked = content_words(question)
    around = content_words(f"{unit.text}\n{unit.header}\n{unit.heading}\n{context_of(unit.source)}")
    for noun, filler in _of_phrases(question):
        if any(_is_held(word, around) for word in filler):
            continue
        for cell in split_cells(unit.text):
            named = [word for word in content_words(_without_stop_words(cell)) if not word[0].isdigit()]
            if noun in named and 1 < len(named) <= MAX_KEY and not all(_is_held(word, asked) for word in named):
                return True
    return False


def _of_phrases(question: str) -> list[tuple[str, list[str]]]:
    """Return for "the fee of the new insurance" the stemmed word "fee" with the words of what it is asked for."""
    found = []
    for match in _OF_THING.finditer(question):
        noun, filler = content_words(match["noun"]), content_words(_without_stop_words(match["filler"]))
        if noun and filler and noun[-1] not in GENERIC_WORDS:
            found.append((noun[-1], filler))
    return found


def _without_stop_words(text: str) -> str:
    return " ".join(word for word in re.findall(r"[^\W_]+", text) if fold(word) not in EVERY_STOP_WORD)


def _is_held(word: str, words: Sequence[str]) -> bool:
    """Return whether a stemmed word is among some, in another form or as a part of a compound."""
    if is_said(word, words):
        return True
    return any(
        min(len(word), len(it)) >= MIN_PART
        and (word.startswith(it) or word.endswith(it) or it.startswith(word) or it.endswith(word))
        for it in words
    )
