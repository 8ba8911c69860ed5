"""Tells whether a sentence is about the opposite of a thing that a question names: the new pontoon, not the old one."""

from __future__ import annotations

import re

from rag.text import content_words

_SETS = (
    ("old", "new"),
    ("full", "half"),
    ("single", "double", "twin"),
    ("small", "medium", "large", "big"),
    ("short", "long"),
    ("indoor", "outdoor"),
    ("upper", "lower"),
    ("front", "back", "rear"),
    ("left", "right"),
    ("north", "south", "east", "west"),
    ("northern", "southern", "eastern", "western"),
    ("first", "second", "third", "last"),
    ("domestic", "foreign", "international"),
    ("private", "commercial", "public"),
    ("winter", "summer", "spring", "autumn"),
    ("morning", "afternoon", "evening"),
    ("red", "blue", "green", "yellow", "black", "white"),
    ("adult", "child"),
    ("internal", "external"),
)
"""Words of which one stands before a thing and tells it from the others."""
MAX_CELL = 6
"""Words of a cell that names something."""
_TOLD = re.compile(r"\b([A-Za-z]+)(?=[ -]([A-Za-z]{3,}))")
_RANKS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last"
_ASKS_RANK = re.compile(
    r"(?i)\b(?:c[oa]mes?|was|were|is|finish(?:ed)?|placed|w[io]ns?|g[eo]ts?|took|takes?) (?:in )?(?:the )?"
    rf"(?P<rank>{_RANKS})\b"
)
"""Asks who came second, or won the third prize."""
_PLACES = (("private", "home", "personal"), ("work", "office", "business"))
"""Words that say the same of an address or a number, in two sets."""
_LIES = re.compile(r"(?i)\b(?:in|to|on|from|of) the (north|south|east|west)\b")
_OTHERS = {
    word: frozenset(other for words in _SETS if word in words for other in words if other != word)
    | frozenset(
        other for words in _PLACES if word not in words for other in words if word in {*_PLACES[0], *_PLACES[1]}
    )
    for word in {word for words in (*_SETS, *_PLACES) for word in words}
}


def is_of_opposite(question: str, text: str) -> bool:
    """Return whether a question names a thing by a word such as "old", and a text names the thing by another such word
    alone."""
    for word, thing in _told_things(question):
        told = [before for before, other in _told_things(text) if other == thing]
        if told and word not in told and _OTHERS[word] & set(told) and not re.search(rf"(?i)\b{word}\b", text):
            return True
    return _is_cell_of_opposite(question, text) or _lies_opposite(question, text)


def _lies_opposite(question: str, text: str) -> bool:
    """Return whether a question names what lies in the south, and a text only what lies in the north."""
    asked = {match[1].casefold() for match in _LIES.finditer(question)}
    told = {match[1].casefold() for match in _LIES.finditer(text)}
    return bool(asked and told) and asked.isdisjoint(told)


def _is_cell_of_opposite(question: str, text: str) -> bool:
    """Return whether a cell names, anywhere in it, a thing of a question by another such word: "Discs front"."""
    cells = re.split(r"[|\t\n]", text) if "|" in text or "\t" in text else []
    for match in _TOLD.finditer(question):
        word = match[1].casefold()
        things = content_words(match[2])
        if word not in _OTHERS or re.search(rf"(?i)\b{word}\b", text):
            continue
        for cell in cells:
            named = re.findall(r"[a-z]+", cell.casefold())
            if len(named) <= MAX_CELL and _OTHERS[word] & set(named) and set(things) & set(content_words(cell)):
                return True
    return False


def _told_things(text: str) -> list[tuple[str, str]]:
    """Return the words of `_SETS` in a text, each with the stemmed word behind it."""
    return [
        (match[1].casefold(), words[0])
        for match in _TOLD.finditer(text)
        if match[1].casefold() in _OTHERS and (words := content_words(match[2]))
    ]


def is_of_another_rank(question: str, text: str) -> bool:
    """Return whether it is asked who came second, and a text has the third and not the second."""
    asked = _ASKS_RANK.search(question)
    told = {match[0].lower() for match in re.finditer(rf"(?i)\b(?:{_RANKS})\b", text)} if asked else set()
    return asked is not None and bool(told) and asked["rank"].lower() not in told
