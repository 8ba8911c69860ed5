"""Reads questions for the newest, oldest, longest or shortest of some documents, and for the one that ends first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.document_nouns import NOUN, plural_of

Order = Literal["newest", "oldest", "longest", "shortest", "ends first", "ends last", "begins first", "begins last"]

_ORDERS: tuple[tuple[Order, str], ...] = (
    ("newest", r"newest|latest|most recent|neueste[nrsm]?|jüngste[nrsm]?|plus récente?|más reciente"),
    ("oldest", r"oldest|earliest|älteste[nrsm]?|plus ancienne?|más antigu[oa]"),
    ("longest", r"longest|längste[nrsm]?|plus longue?|más larg[oa]"),
    ("shortest", r"shortest|kürzeste[nrsm]?|plus courte?|más cort[oa]"),
)
_ASKS_WHICH = r"(?i)^\W*(?:which|what|welche[rs]?|quel(?:le)?|qué|cuál)"
_ARTICLE = r"(?:the |our |my |das |die |der |le |la |el |l['’])?"
_REST = r"(?P<rest>(?: (?:of|from|about|on|in|for|to|by|von|an|über|aus|sur|de|à|sobre|para|del)\b.*?)?)"
ENDS = (
    r"(?:ends?|ended|expires?|expired|runs? out|terminates?|finish(?:es)?|endet|endete|läuft|se termine|expire|finit"
    r"|prend fin|arrive à échéance|termina|vence|acaba|expira|finaliza)"
)
BEGINS = (
    r"(?:starts?|started|begins?|began|commence[sd]?|beginnt|begann|startet|commence|débute|empieza|comienza"
    r"|empezó|comenzó)"
)
FIRST = (
    r"(?:(?:the )?first|(?:the )?earliest|(?:the )?soonest|zuerst|als erste[rs]?|am (?:frühesten|ehesten)|en premier"
    r"|la? première?|le premier|le plus tôt|primero|antes|(?:el|la) primer[oa])"
)
LAST = (
    r"(?:(?:the )?last|(?:the )?latest|zuletzt|als letzte[rs]?|am spätesten|en dernier|le plus tard|(?:el|la) últim[oa]"
    r"|últim[oa]|más tarde|al final)"
)
_RUNS = re.compile(
    rf"{_ASKS_WHICH}(?: of {_ARTICLE})? ?(?P<noun>{NOUN}){_REST} (?:(?P<ends>{ENDS})|(?P<begins>{BEGINS}))"
    rf" (?:(?P<first>{FIRST})|(?P<last>{LAST}))(?: (?:aus|ab))?\W*$"
)


_WHEN = re.compile(
    r"(?i)^\W*(?:when (?:was|is|did)|wann (?:war|ist|fand)|quand (?:a eu lieu|était|est)|cu[aá]ndo (?:fue|es"
    r"|tuvo lugar))"
    rf" {_ARTICLE}(?:(?P<newest>last|latest|most recent|newest|letzte[rs]?|neueste[rs]?|dernière?|última|último)"
    r"|(?P<oldest>first|earliest|oldest|erste[rs]?|früheste[rs]?|première?|primera?|primer))"
    rf" (?:(?:committee|board|council|team|club|general|annual) )?(?P<noun>{NOUN})(?P<rest>)(?: (?:held|take place"
    rf"|statt|written|sent))?\W*$"
)


RUN_ORDERS: dict[tuple[bool, bool], Order] = {
    (True, True): "ends first",
    (False, True): "ends last",
    (True, False): "begins first",
    (False, False): "begins last",
}
"""Whether the first is asked for, and whether the one to end -> by what documents are put in order."""


def superlative_forms(words: str, *, measured: str = "") -> tuple[re.Pattern[str], ...]:
    """Return patterns of questions for the document that is the most of something.

    `words` is a pattern of superlatives, the group `order`; `noun` is the word for the documents, `rest` what bounds
    them. With `measured`, a pattern of what is largest, "which invoice has the highest total" is one too.
    """
    is_most = rf"(?:is|was|ist|war|est|es) (?:{_ARTICLE}|am )(?P<order>{words})(?: one)?"
    has_most = rf"(?:has|had|hat|a|tiene) {_ARTICLE}(?:{measured} )?{_ARTICLE}(?P<order>{words})(?: {measured})?"
    behind = rf"(?: {measured})?" if measured else ""
    forms = [
        rf"{_ASKS_WHICH}(?: (?:is|are|was|ist|war|est|es))? {_ARTICLE}(?P<order>{words}) (?P<noun>{NOUN}){behind}"
        rf"{_REST}\W*$",
        rf"{_ASKS_WHICH}(?: of {_ARTICLE})? ?(?P<noun>{NOUN}){_REST} {is_most}\W*$",
        rf"(?i)^\W*(?:quel(?:le)? est|cu[aá]l es|cu[aá]l fue) {_ARTICLE}(?P<noun>{NOUN}) {_ARTICLE}(?P<order>{words})"
        rf"{_REST}\W*$",
    ]
    if measured:
        forms.append(rf"{_ASKS_WHICH}(?: of {_ARTICLE})? ?(?P<noun>{NOUN}){_REST} {has_most}\W*$")
    return tuple(map(re.compile, forms))


_FORMS = superlative_forms("|".join(words for _, words in _ORDERS))


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """The first or last of some documents: the words for them, in the plural, and by what they are put in order."""

    order: Order
    documents: str

    @property
    def is_by_days(self) -> bool:
        """Return whether it is asked which ends or begins first or last."""
        return " " in self.order

    @property
    def shown(self) -> str:
        """Return in words what is asked of the documents."""
        return self.order if self.is_by_days else f"is the {self.order}"


def read_order(question: str) -> OrderQuery | None:
    """Return what is asked for by "which is the newest invoice"; None for any other question."""
    text = " ".join(question.split())
    if (runs := _RUNS.match(text)) is not None:
        return _query(RUN_ORDERS[bool(runs["first"]), bool(runs["ends"])], runs)
    if (when := _WHEN.match(text)) is not None:
        return _query("newest" if when["newest"] else "oldest", when)
    match = next((match for form in _FORMS if (match := form.match(text))), None)
    if match is None:
        return None
    return _query(next(order for order, words in _ORDERS if re.fullmatch(rf"(?i)(?:{words})", match["order"])), match)


def _query(order: Order, match: re.Match[str]) -> OrderQuery:
    return OrderQuery(order, f"{plural_of(match['noun'])}{match['rest']}".strip())
