"""Tells whether a sentence speaks of somebody or something else in the place of what a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rag.questions.clauses import EVERY_STOP_WORD
from rag.questions.constraints import Constraint, find_constraints
from rag.quoting.answer_kind import asked_kind
from rag.quoting.asked_about import ALIKE, Embed
from rag.quoting.document_context import context_of
from rag.text import content_words
from rag.units import Unit
from rag.words.folding import fold
from rag.words.word_forms import is_said

_FULL_NAME = re.compile(r"(?<![\w'’])[A-ZÄÖÜÉ][\w'’-]+(?: [A-ZÄÖÜÉ]\.)?(?: (?:de|du|von|van|la))? [A-ZÄÖÜÉ][\w'’-]+")
_STANDS_FOR_NAME = re.compile(
    r"(?i)\b(?:he|she|his|her|him|they|their|i|my|we|our|us|you|your|er|ihm|ihr|ihre[mnrs]?|sein\w*|wir|il|elle|nous|vous"
    r"|son|sa|ses|él|ella|su|sus)\b"
)
_ASKS_WHOM = re.compile(
    r"(?i)^\W*whom? (?:do(?:es)?|did|will|has|have) (?P<who>(?:the |our )?[^?]+?) "
    r"(?P<verb>(?-i:[a-z]{3,}))(?: (?-i:[a-z]).*)?\W*$"
)
"""Asks for the one to whom somebody does something: "Who does Otterburn Lifts send for the inspection?"."""
_FRAME = re.compile(
    r"(?i)\b(?P<noun>[^\W\d_]{4,})\s(?P<joins>among|for|from|per|on|of|aus|von|für|über|pro|pour|par|sur|d[eu]s?|del|d['’]"
    r"|para|por|sobre)(?:\s|(?<=['’]))(?P<filler>(?:[^\W\d_]+(?:['’]s)?\s?){1,4})"
)
_DONE_IN = re.compile(
    r"\b(?P<deed>[a-z]+(?:ed|ld|nt|wn|en|ught|ilt)) (?:in|during) (?P<year>(?:19|20)\d\d)\b(?![./-]\d)"
)
"""What was done in a year: "recalled in 2022"."""
_ENDS_FILLER = re.compile(
    r"(?i)\b(?:of|for|per|among|in|on|at|to|from|with|and|or|is|are|was|were|has|have|will|von|für|pro|im|am|mit|und"
    r"|oder|ist|sind|wird|hat|pour|par|dans|sur|à|avec|et|ou|est|sont|passera|para|por|en|con|y|es|son|d[eu]s?|del)\b"
)


def is_of_another_person(question: str, unit: Unit) -> bool:
    """Return whether a question names somebody in full, and a sentence only others: what is said of them is not said of
    him. A pronoun before them may mean him, and where a name is asked for another one is the answer."""
    if unit.is_row or asked_kind(question) == "name":
        return False
    asked = [one.written for one in find_constraints(question) if one.kind == "name" and _is_subject(question, one)]
    around = f"{unit.heading}\n{unit.header}\n{unit.leans_on}\n{unit.text}"
    known = frozenset(content_words(f"{around}\n{context_of(unit.source)}"))
    other = next((it for it in _FULL_NAME.finditer(unit.text) if not _has_stop_word(it[0])), None)
    if other is None or _STANDS_FOR_NAME.search(unit.text[: other.start()]):
        return False
    return any(
        _FULL_NAME.fullmatch(name) and known.isdisjoint(content_words(name)) and name in unit.source.text
        for name in asked
    )


def _is_subject(question: str, name: Constraint) -> bool:
    """Return whether a question asks what somebody does, is or has: "What fee does Naoko Ito get?"."""
    written = re.escape(name.written.removesuffix("'s").removesuffix("’s"))
    return (
        re.search(rf"(?i)\b(?:do|does|did|is|are|was|were|has|had|will) {written}\b|{written}['’]s", question)
        is not None
    )


def _has_stop_word(name: str) -> bool:
    return any(fold(word) in EVERY_STOP_WORD for word in name.split())


def acts_on_the_asked(question: str, text: str, answer: str) -> bool:
    """Return whether it is asked whom somebody sends, and a sentence says what the answer does to that one: "The
    secretary will ring Otterburn Lifts."."""
    match = _ASKS_WHOM.match(question)
    if match is None or not answer or answer not in text:
        return False
    who = content_words(match["who"])
    words, (verb, *_) = content_words(text), [*content_words(match["verb"]), ""]
    if not who or not verb or is_said(verb, words) or who[-1] not in words:
        return False
    before, _, behind = text.partition(answer)
    return who[-1] in content_words(behind) and who[-1] not in content_words(before) and " by " not in behind


def fills_otherwise(question: str, unit: Unit, embed: Embed | None) -> bool:
    """Return whether a sentence says the same of others than are asked about: of the share of women among officers
    where that among shore staff is asked for. Names and numbers, of which more is known elsewhere, do not count."""
    if unit.is_row:
        return False
    for filler, others in _filled_otherwise(question, unit):
        if not (embed and any(_are_alike(filler, other, embed) for other in others)):
            return True
    return False


def is_of_another_deed(question: str, unit: Unit, embed: Embed | None) -> bool:
    """Return whether a question names what was done in a year ("recalled in 2022"), and a sentence tells of that year
    what else was done ("sold in 2022"), with no word for what is asked about. Only with `embed`, which knows other
    words for the same."""
    if unit.is_row or embed is None:
        return False
    around = content_words(f"{unit.leans_on}\n{unit.text}")
    for match in _DONE_IN.finditer(question):
        deed = content_words(match["deed"])
        others = [it["deed"] for it in _DONE_IN.finditer(unit.text) if it["year"] == match["year"]]
        if not deed or not others or is_said(deed[0], around):
            continue
        return not any(_are_alike([match["deed"]], [other], embed) for other in others)
    return False


def is_told_of_others(question: str, unit: Unit) -> bool:
    """Return whether a sentence says the same of others than are asked about, in a source that speaks of those who are
    by the question's own words: no other words for them are to be expected."""
    if unit.is_row:
        return False
    known = content_words(unit.source.text)
    return any(all(is_said(word, known) for word in filler) for filler, _ in _filled_otherwise(question, unit))


def _filled_otherwise(question: str, unit: Unit) -> list[tuple[list[str], list[list[str]]]]:
    """Return, for each thing of which a question asks something, the things of which a sentence tells the same, where
    none of them is the one asked about: another word is their head, or they share none."""
    frames = _frames(question)
    told = _frames(unit.text) if frames else []
    asked = content_words(question)
    # What the whole document is called is said of all things in it.
    heading = "" if unit.heading == unit.source.document.title else unit.heading
    around = content_words(f"{heading}\n{unit.header}\n{unit.leans_on}\n{unit.text}")
    found = []
    for noun, joins, filler in frames:
        others = [other for it, by, other in told if (it, by) == (noun, joins) and other]
        is_other_head = not is_said(filler[-1], around) and not any(is_said(it[-1], asked) for it in others)
        if others and (is_other_head or not any(is_said(word, around) for word in filler)):
            found.append((filler, others))
    return found


def _frames(text: str) -> list[tuple[str, str, list[str]]]:
    """Return for "share of women among the officers" the stemmed nouns, each with the preposition and what follows."""
    found = []
    start = 0
    while match := _FRAME.search(text, start):
        start = match.start("filler")
        filler = " ".join(word for word in _ENDS_FILLER.split(match["filler"])[0].split() if not _has_stop_word(word))
        noun = content_words(match["noun"])
        # A name is said of a thing in many ways.
        if noun and content_words(filler) and not re.search(r"\b[A-ZÄÖÜÉ]", filler):
            found.append((noun[-1], match["joins"].casefold(), content_words(filler)))
    return found


def _are_alike(one: Sequence[str], other: Sequence[str], embed: Embed) -> bool:
    vectors = np.asarray(embed([" ".join(one), " ".join(other)]))
    return float(vectors[0] @ vectors[1]) >= ALIKE
