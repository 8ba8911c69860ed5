"""Reads questions for the newest, oldest, longest or shortest of some documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.document_nouns import NOUN

Order = Literal["newest", "oldest", "longest", "shortest"]

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


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """The first or last of some documents: the words for them, and by what they are put in order."""

    order: Order
    documents: str


def read_order(question: str) -> OrderQuery | None:
    """Return what is asked for by "which is the newest invoice"; None for any other question."""
    match = next((match for form in _FORMS if (match := form.match(" ".join(question.split())))), None)
    if match is None:
        return None
    order = next(order for order, words in _ORDERS if re.fullmatch(rf"(?i)(?:{words})", match["order"]))
    return OrderQuery(order, f"{match['noun']}{match['rest']}".strip())
