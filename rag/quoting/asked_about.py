"""Tells which words of a question nothing in a sentence, or around it, speaks of: another matter than was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from rag.questions.constraints import find_constraints
from rag.quoting.answer_kind import MONTH, WEEKDAY
from rag.quoting.asked_measure import gives_measure
from rag.quoting.document_context import context_of
from rag.quoting.table_answer import GENERIC_WORDS, LABEL_WORDS, abbreviated_words, words_met
from rag.quoting.table_cells import columns_of
from rag.text import content_words, sentence_spans, words_of
from rag.types import Vectors
from rag.units import Unit
from rag.words.folding import fold
from rag.words.stop_words import ENGLISH
from rag.words.word_forms import is_said

Embed = Callable[[Sequence[str]], Vectors]

MAX_QUESTION = 14
"""Words of a question that names one thing; longer ones tell a story around it."""
ALIKE = 0.61
"""Cosine of two words from which one may stand for the other: salary and wage 0.72, lift and elevator 0.62; interest
and deposit 0.53, goals and points 0.48 (all-MiniLM-L6-v2). Siblings such as oak and walnut are alike as well."""
MIN_WITHOUT_MATTER = 9.0
"""Below it, a sentence that does not speak of what is asked for ("the interest on the deposit") answers nothing."""
MIN_WITHOUT_PRICED = 12.0
"""The same where it is asked what something costs, and nothing in its source speaks of that thing."""
MIN_WITHOUT_WORD = 3.0
"""Below it, nor does one where a word that narrows it ("for legal protection"), or most of them, is nowhere in its
document."""
MAX_COMPARED = 80
"""Words around a sentence that are compared in meaning."""

_END = (
    r"(?=\s+(?:of|for|on|in|at|to|from|per|when|if|that|by|after|before|during|under|between|with|about|called|due|and"
    r"|or)\b|\s*\W*$)"
)
_OF = r"(?:(?:date|number|name|amount|total|value|place|year|kind|type|level|sum)s? of (?:the |an? |our )?)?"
"""Before what is asked for: "the date of birth"."""
_MATTERS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"^\W*(?:what|which)(?:\s+(?:is|are|was|were|will be)|['’]s)\s+(?:(?:(?! of )[^?])+?['’]s?\s+)"
        rf"{_OF}(?P<np>[^?]+?){_END}",
        rf"^\W*(?:what|which)(?:\s+(?:is|are|was|were|will be)|['’]s)\s+"
        rf"(?:(?:the|our|your|my|an?|any|his|her|their|its)\s+)?{_OF}(?P<np>[^?]+?){_END}",
        r"^\W*what\s+(?P<np>[a-z]+(?: [a-z]+)?)\s+(?:is|are|was|were|do|does|did|has|have|can|may|must)\b",
        r"^\W*how many\s+(?P<np>[^?]+?)\s+(?:is|are|was|were|do|does|did|has|have|had|can|may|must|will|should|of|in"
        r"|on|at|for|there)\b",
        r"^\W*(?:the\s+)?(?P<np>(?!who|what|when|where|which|how|why|is|are|do|does|did|can|may|has|have)[a-z]+"
        r"(?: [a-z]+)?)(?=\s+(?:of|for)\b)",
    )
)
_NARROWS = re.compile(
    r"(?i)^\W*(?:what|who|when|where|how [a-z]+)\s+(?:is|are|was|were)\s+[^?]*?\b(?:of|for|on) (?:the |an? |our |my )?"
    r"((?:[^\W_]+ ?){1,3})\W*$"
)
"""Says at its end for whom or what something is asked: "for legal protection"."""
_COSTS = re.compile(
    r"(?i)^\W*how (?:much|long|high) (?:is|are|was|were) (?:the |an? |our |your )?(?:[^?]+?['’]s )?"
    rf"(?P<np>[^?]+?){_END}"
    r"|^\W*(?:how much|what) (?:do(?:es)?|did|will) (?:the |an? |our |your )?(?P<priced>[^?]+?)"
    r"(?= (?:of|for|in|with)\b[^?]* cost\b| costs?\b)"
    r"|^\W*(?:was|wie ?viel) kostete?n? (?:der|die|das|den|ein\w*|unser\w*) (?P<de>[^?]+?)"
    r"(?= (?:an|in|im|für|pro|je|am|mit|von|vom|bei)\b|\W*$)"
    r"|^\W*combien (?:coûte(?:nt)?|a coûté|ont coûté) (?:l[ae]s?|une?|des|notre|l['’]) ?(?P<fr>[^?]+?)"
    r"(?= (?:à|au|pour|par|en|dans|de|du)\b|\W*$)"
    r"|^\W*cu[aá]nto (?:cuestan?|costó|costaron) (?:el|l[ao]s?|una?|nuestr\w+) (?P<es>[^?]+?)"
    r"(?= (?:en|para|por|al|con|de|del)\b|\W*$)"
)
_IN_WHICH = re.compile(
    r"(?i)^\W*(?:on|in|at|under|by|from|for) (?:which|what) (?!year|month|week|day|time|date)(?P<np>[a-z]+) "
    r"(?:is|are|was|were|do|does|did|has|have|can|will)\b"
)
_HAS_ARTICLE = re.compile(r"(?i)(?:\b(?:the|our|your|my|an?|any|his|her|their|its)|['’]s?)\s+$")
_ASKS_LIMIT = re.compile(
    r"(?i)\b(?:deadline|due date|closing date|cut-off(?: date)?|last day|latest date|time limit|expiry date)\b"
)
"""Asks until when something is to be done, which a text says with other words."""
_SAYS_LIMIT = re.compile(
    r"(?i)\b(?:by|until|till|before|no later than|not later than|at the latest|within|closes?|ends?|expires?|due|up to"
    rf"|on or before)\b[^.;]*(?:\d|\b(?:{WEEKDAY}|{MONTH}|noon|midday|midnight)\b)|\bdeadline\b"
)
_NO_NOUN = re.compile(
    r"(?i)(?:(?!indeed|seed|need|speed|feed|breed|children|women|men|garden|kitchen|oxygen|hydrogen|token|chicken)"
    r"[a-z]{2,}(?:ed|en)|[a-z]{3,}ly|often|sometimes|always|still|never|not|done|made|known|kept|held|sold|paid|sent"
    r"|left)\b"
)
"""How what stands behind "what is" begins where it is no noun: "often misunderstood as", "located in"."""
_CLAUSE_BEHIND = re.compile(
    r"(?<!al)(?<!ic)(?<!ous)(?<!ive)(?<=[a-z]) (?:[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)* [a-z]+(?:s|ed)\b"
    r"|(?:you|they|we|he|she|it|I|one)\b).*"
)
"""A name or pronoun behind the noun, which opens a clause: "the position | Derek Wolfe plays currently"."""
_NO_MATTER = frozenset(
    content_words(
        "name kind type sort whole entire full thing reason purpose meaning way part answer rule time day date about"
        " happen bring back let want term word phrase title theory view opinion problem issue topic subject theme idea"
        " result score wrong good valid"
    )
)
"""Words that ask for something without saying what."""


def asked_matter(question: str) -> str:
    """Return of "What is the annual interest on the deposit?" the words "annual interest"; "" where a question, in
    English, does not say so what it asks for."""
    for form in _MATTERS:
        if match := form.match(question):
            named = match["np"].strip()
            if match.start("np") and _NO_NOUN.match(named) and not _HAS_ARTICLE.search(question[: match.start("np")]):
                return ""
            return _CLAUSE_BEHIND.sub("", named)
    return ""


_COUNTS = re.compile(
    r"(?i)^\W*how (?:much|many)\s+(?P<np>[a-z]+(?: [a-z]+)?)\s+(?:is|are|was|were|do|does|did|has|have|had|can|may|must"
    r"|will|should|[a-z]{3,}ed|took|came|went|got|made|ran|fell|lost|won|left|slept|died|paid|sold|met)\b"
)


def counted_matter(question: str) -> str:
    """Return of "How much notice do I have to give?" the stemmed word "notice"; "" for other questions."""
    match = _COUNTS.match(question)
    words = [word for word in content_words(match["np"]) if _tells(word)] if match else []
    return words[-1] if words else ""


def numbered_place_asked(question: str) -> re.Pattern[str] | None:
    """Return for "In which drawer are the screws?" a pattern for "drawer 31"; None for other questions."""
    match = _IN_WHICH.match(question)
    words = content_words(match["np"]) if match else []
    return re.compile(rf"\b(?i:{re.escape(words[-1])}\w*) (?:no\.? ?)?(?:\d|[A-Z]\b)") if words else None


def _has_columns(unit: Unit) -> bool:
    return unit.is_row and len(columns_of(unit.header, unit.text)[0]) > 1


def _column_matter(question: str, score: float) -> str:
    """Return what a column of a row would have to be called to answer: of "How much gas did ..." the gas, of "On which
    floor is ..." the floor, where the reader is not sure of its mark."""
    match = _IN_WHICH.match(question) if score < 0 else None
    words = content_words(match["np"]) if match else []
    return words[-1] if words else counted_matter(question)


def says_matter(unit: Unit, word: str) -> bool:
    """Return whether a sentence, its row's head or what it leans on has a stemmed word or one of its family."""
    return is_said(word, _content(f"{unit.text}\n{unit.header}\n{unit.leans_on}"))


def is_of_other_matter(question: str, score: float, unit: Unit, beside: Mapping[int, str], embed: Embed | None) -> bool:
    """Return whether a question asks for something that a marked sentence, its headings and its row's head do not speak
    of in any words, or names something that nothing found of its document knows.

    `score` is that of the mark; `beside` is, by document, what was found of it; without `embed`
    only words of one family are alike.
    """
    if any(constraint.kind == "clause" for constraint in find_constraints(question)):
        return False
    least = MIN_WITHOUT_PRICED if _COSTS.match(question) else MIN_WITHOUT_MATTER
    if score >= least or len(question.split()) > MAX_QUESTION:
        return False
    own = _words_around(unit)
    matter = [word for word in content_words(asked_matter(question)) if _tells(word)]
    asked = [word for word in content_words(question) if _tells(word)]
    known = own | abbreviated_words(asked, unit.words) | words_met(question, f"{unit.heading}\n{unit.text}")
    if costs := _COSTS.match(question):
        around = known | _content(_before(unit) if costs["priced"] else unit.source.text)
        priced = next(filter(None, costs.groups()))
        matter = [word for word in content_words(priced) if _tells(word) and not is_said(word, around)]
    says_limit = _ASKS_LIMIT.search(question) and _SAYS_LIMIT.search(unit.text)
    if _has_columns(unit) and not matter and (column := _column_matter(question, score)) and _tells(column):
        matter = [column]
    if matter and not is_said(matter[-1], known) and not says_limit:
        written = _written(question, matter[-1])
        if not gives_measure(written, unit.text) and not (embed and _has_alike(written, unit, embed)):
            return True
    if score >= MIN_WITHOUT_WORD or len(asked) < 2:
        return False
    around = known | _content(f"{beside.get(unit.source.document.id, '')}\n{unit.source.text}")
    narrowing = frozenset(word for match in _NARROWS.finditer(question) for word in content_words(match[1]))
    missing = [
        word
        for word in asked
        if not is_said(word, around)
        and not gives_measure(_written(question, word), unit.text)
        and (word in narrowing or not (embed and _has_alike(_written(question, word), unit, embed)))
    ]
    return 2 * len(missing) > len(asked) or not narrowing.isdisjoint(missing)


def _before(unit: Unit) -> str:
    """Return the sentence right before one in its paragraph, "" where there is none."""
    text = unit.source.text
    spans = [(start, end) for start, end in sentence_spans(text) if end <= unit.start]
    is_near = bool(spans) and not unit.is_row and "\n\n" not in text[spans[-1][1] : unit.start]
    return text[slice(*spans[-1])] if is_near else ""


def _tells(word: str) -> bool:
    return not word[0].isdigit() and word not in GENERIC_WORDS and word not in LABEL_WORDS and word not in _NO_MATTER


def _words_around(unit: Unit) -> frozenset[str]:
    return _content(f"{unit.text}\n{unit.header}\n{unit.heading}\n{unit.leans_on}\n{context_of(unit.source)}")


@lru_cache(maxsize=1 << 10)
def _content(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def _written(question: str, word: str) -> str:
    """Return a content word as a question writes it."""
    return next((written for written in words_of(question) if word in content_words(written)), word)


def _has_alike(word: str, unit: Unit, embed: Embed) -> bool:
    """Return whether a word around a sentence means much the same as one of a question."""
    text = f"{unit.text}\n{unit.header}\n{unit.heading}\n{unit.leans_on}\n{unit.source.section}"
    others = [it for it in dict.fromkeys(words_of(fold(text))) if it not in ENGLISH and not it[0].isdigit()]
    others = [it for it in others if len(it) > 1][:MAX_COMPARED]
    if not others:
        return False
    vectors = np.asarray(embed([fold(word), *others]))
    return bool((vectors[1:] @ vectors[0]).max() >= ALIKE)
