"""Reads questions for the newest, oldest, longest or shortest of some documents, and for which ends or begins first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.document_nouns import NOUN

Order = Literal["newest", "oldest", "longest", "shortest", "ends first", "ends last", "begins first", "begins last"]

_ORDERS: tuple[tuple[Order, str], ...] = (
    ("newest", r"newest|latest|most recent|neueste[nrsm]?|jüngste[nrsm]?|plus récente?|más reciente"),
    ("oldest", r"oldest|earliest|älteste[nrsm]?|plus ancienne?|más antigu[oa]"),
    ("longest", r"longest|längste[nrsm]?|plus longue?|más larg[oa]"),
    ("shortest", r"shortest|kürzeste[nrsm]?|plus courte?|más cort[oa]"),
)
_ANY = "|".join(words for _, words in _ORDERS)
_ARTICLE = r"(?:the |our |my |das |die |der |le |la |el |l['’])?"
_REST = r"(?P<rest>(?: (?:of|from|about|on|in|for|to|by|von|über|aus|sur|de|sobre)\b.*?)?)"
_FORMS = (
    re.compile(
        rf"(?i)^\W*(?:which|what|welche[rs]?|quel(?:le)?|qué|cuál)(?: (?:is|are|was|ist|est|es))? {_ARTICLE}"
        rf"(?P<order>{_ANY}) (?P<noun>{NOUN}){_REST}\W*$"
    ),
    re.compile(
        rf"(?i)^\W*(?:which|what|welche[rs]?|quel(?:le)?|qué|cuál)(?: of {_ARTICLE})? ?(?P<noun>{NOUN}){_REST} "
        rf"(?:is|was|ist|est|es) {_ARTICLE}(?P<order>{_ANY})(?: one)?\W*$"
    ),
    re.compile(rf"(?i)^\W*quel(?:le)? est {_ARTICLE}(?P<noun>{NOUN}) {_ARTICLE}(?P<order>{_ANY}){_REST}\W*$"),
)
_FIRST = r"(?P<first>first|earliest|soonest|zuerst|am frühesten|als erste[rs]?|en premier|le plus tôt|primero|antes)"
_LAST = r"(?P<last>last|latest|zuletzt|am spätesten|als letzte[rs]?|en dernier|le plus tard|el último|más tarde)"
_ENDS = r"(?P<ends>ends?|expires?|runs? out|endet|läuft|se termine|prend fin|expire|termina|vence)"
_BEGINS = r"(?P<begins>begins?|starts?|commences?|beginnt|commence|débute|empieza|comienza)"
_DAYS = re.compile(
    rf"(?i)^\W*(?:which|what|welche[rs]?|quel(?:le)?|qué|cuál)(?: of {_ARTICLE})? ?(?P<noun>{NOUN}){_REST} "
    rf"(?:{_ENDS}|{_BEGINS}) (?:the )?(?:{_FIRST}|{_LAST})(?: aus| ab)?\W*$"
)


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """The first or last of some documents: the words for them, and by what they are put in order."""

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
    """Return what is asked for by "which is the newest invoice" or "which lease ends first"; None for any other
    question."""
    text = " ".join(question.split())
    if days := _DAYS.match(text):
        return OrderQuery(_order_of_days(days), f"{days['noun']}{days['rest']}".strip())
    match = next((match for form in _FORMS if (match := form.match(text))), None)
    if match is None:
        return None
    order = next(order for order, words in _ORDERS if re.fullmatch(rf"(?i)(?:{words})", match["order"]))
    return OrderQuery(order, f"{match['noun']}{match['rest']}".strip())


def _order_of_days(match: re.Match[str]) -> Order:
    if match["ends"]:
        return "ends first" if match["first"] else "ends last"
    return "begins first" if match["first"] else "begins last"
