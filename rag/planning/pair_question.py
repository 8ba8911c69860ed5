"""Reads questions that hold a figure of two named things against each other: "Is A's deposit higher than B's?"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.amount_words import AmountField, find_field
from rag.planning.open_question import MEASURES, NOT_SAID, PAYS
from rag.planning.row_words import terms
from rag.words.folding import fold

MAX_CHARACTERS = 160

Asks = Literal["is more", "is less", "more", "less", "both"]
"""Whether the first is more, which of both is more, or only what both are."""

_MORE = (
    r"more expensive|dearer|higher|larger|bigger|greater|longer|later|more|teurer|höher|größer|länger|mehr"
    r"|plus (?:ch(?:er|ère)s?|élevée?s?|haute?s?|grande?s?|longue?s?)|plus|más (?:car[oa]s?|alt[oa]s?|larg[oa]s?"
    r"|elevad[oa]s?|grandes?)|más|mayor"
)
_LESS = (
    r"less expensive|cheaper|lower|smaller|shorter|less|billiger|günstiger|niedriger|kleiner|kürzer|geringer|weniger"
    r"|moins (?:ch(?:er|ère)s?|élevée?s?|haute?s?|grande?s?|longue?s?)|moins|plus (?:basse?s?|courte?s?|petite?s?)"
    r"|más (?:barat[oa]s?|baj[oa]s?|cort[oa]s?|pequeñ[oa]s?)|menos|menor"
)
_COMPARED = rf"(?:(?P<less>{_LESS})|(?P<more>{_MORE}))"
_THAN = r"(?:than|als|que)"
_IS_THAN = re.compile(
    rf"(?i)^(?:is|are|was|were|does|do|did|ist|sind|war|waren|hat|est-ce que|es|son|era)\s+(?P<first>.+?)\s+"
    rf"(?:cost\s+|have\s+(?:a\s+)?|est\s+|es\s+)?{_COMPARED}(?: [^\W\d_]+)?\s+{_THAN}\s+(?P<second>.+)$"
)
_FIRST_IS = re.compile(
    rf"(?i)^(?P<first>(?:the|le|la|l['’]|el|der|die|das) .+?)\s+"
    r"(?:est-(?:il|elle)|es|est|is|coûte(?:-t-(?:il|elle))?)\s+"
    rf"{_COMPARED}\s+que\s+(?P<second>.+)$"
)
_CONVERSE = re.compile(rf"(?i)^(?:es|era|cuesta)\s+{_COMPARED}\s+(?P<first>.+?)\s+que\s+(?P<second>.+)$")
_WHICH_OF = re.compile(
    rf"(?i)^(?:which|what|who|was|welche[rs]?|wer|quel(?:le)?|lequel|laquelle|qu['’]est-ce qui|qui|qué|cuál)\b"
    rf"(?P<subject>.*?)\b{_COMPARED}(?P<behind>[^,:]*?)(?:[,:]\s*|\s(?=[^,:]*$))"
    r"(?P<first>[^,:]+?)\s+(?:or|oder|ou|o)\s+(?P<second>[^,:]+)$"
)
_COMPARE = re.compile(
    r"(?i)^(?:please )?(?:compare|vergleiche?n?(?: sie)?|compare[rz]?|compara(?:r)?)\s+(?P<first>.+?)\s+"
    r"(?:and|with|to|und|mit|et|avec|y|con)\s+(?P<second>.+)$"
)
_DEAR = re.compile(r"(?i)expensive|cheaper|dearer|teurer|billiger|günstiger|ch(?:er|ère)|car[oa]|barat[oa]")
_BETWEEN = re.compile(
    r"(?i)^(?:(?:what(?: is|['’]?s| was)|wie (?:groß|hoch) ist|was ist|quelle est|cu[aá]l es) )?(?:the |der |la )?"
    r"(?:difference between|unterschied zwischen|différence entre|diferencia entre)\s+(?P<first>.+?)\s+"
    r"(?:and|und|et|y)\s+(?P<second>.+)$"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things: the words by which it is named, stemmed, and as they are written."""

    stems: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class PairQuestion:
    """Two named things, the figure that is held against each other, and what is asked of both.

    The words of the first side may also name the figure: the documents tell.
    """

    first: Side
    second: Side
    asks: Asks
    field: AmountField | None = None
    is_money: bool = False


def read_pair(question: str) -> PairQuestion | None:
    """Return the two things that a question compares; None for any other question."""
    text = " ".join(question.split()).strip(" ?!.¿¡")
    if len(text) > MAX_CHARACTERS or re.search(r"(?i)(?<!\w)(?:19|20)\d\d(?!\w)", text):
        return None
    for pattern in (_IS_THAN, _CONVERSE, _FIRST_IS, _WHICH_OF, _COMPARE, _BETWEEN):
        if (match := pattern.match(text)) is not None:
            return _pair(match, text)
    return None


def _pair(match: re.Match[str], text: str) -> PairQuestion | None:
    said = match.groupdict()
    subject = said.get("subject") or ""
    asks: Asks = "both"
    if match.re not in (_COMPARE, _BETWEEN):
        is_less = bool(said["less"])
        asks = ("less" if is_less else "more") if match.re is _WHICH_OF else ("is less" if is_less else "is more")
    first, second = f"{match['first']}", match["second"]
    named = find_field(f"{subject} {first}") or find_field(second)
    field = named[2] if named is not None else None
    one, other = _side(first), _side(second)
    if not one.stems or not other.stems:
        return None
    is_money = PAYS.search(text) is not None or _DEAR.search(text) is not None
    return PairQuestion(one, other, asks, field, is_money)


def _side(written: str) -> Side:
    named = find_field(written)
    kept = f"{written[: named[0]]} {written[named[1] :]}" if named is not None else written
    stems: list[str] = []
    words: list[str] = []
    for match in re.finditer(r"[^\W_][\w&-]*", kept):
        token = re.sub(r"(?i)^[ldnq]['’]", "", match[0])
        if fold(token) in NOT_SAID or PAYS.fullmatch(token) or token.casefold() in ("one", "that", "those"):
            continue
        found = [stem for stem in terms(token.replace("-", " ")) if stem not in MEASURES]
        if found:
            stems += found
            words.append(token)
    return Side(tuple(dict.fromkeys(stems)), " ".join(words))
