"""Reads questions over the rows of one table: the cheapest, the average, the sum, how many, all of a sort."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.text import content_words

How = Literal["most", "least", "average", "sum", "count", "list"]

MAX_CHARACTERS = 200

_PRICE = r"price|cost|costs|amount|fee|preis|kosten|betrag|gebühr|prix|coût|montant|tarif|precio|coste|importe|tarifa"
_TIME = r"year|date|since|day|built|from|jahr|datum|seit|baujahr|année|date|año|fecha"
_LARGE = "highest|largest|biggest|greatest|most|höchste[nrsm]?|größte[nrsm]?|meiste[n]?|plus (?:haute?|grande?)|mayor"
_SMALL = "lowest|smallest|least|fewest|niedrigste[nrsm]?|kleinste[nrsm]?|wenigste[n]?|plus (?:basse?|petite?)|menor"
_SUPERLATIVES: tuple[tuple[str, How, str], ...] = (
    (r"least expensive|cheapest|günstigste[nrsm]?|billigste[nrsm]?|moins chère?|más barat[oa]", "least", _PRICE),
    (r"most expensive|dearest|priciest|teuerste[nrsm]?|plus chère?|más car[oa]", "most", _PRICE),
    (r"newest|latest|most recent|neueste[nrsm]?|plus récente?|más reciente", "most", _TIME),
    (r"oldest|earliest|älteste[nrsm]?|früheste[nrsm]?|plus ancienne?|más antigu[oa]", "least", _TIME),
    (r"heaviest|schwerste[nrsm]?|plus lourde?", "most", "weight|mass|gewicht|poids|peso"),
    (r"lightest|leichteste[nrsm]?|plus légère?", "least", "weight|mass|gewicht|poids|peso"),
    (r"tallest", "most", "height|höhe|hauteur|altura"),
    (r"longest|längste[nrsm]?|plus longue?", "most", "length|duration|days|hours|minutes|länge|dauer|longueur|durée"),
    (
        r"shortest|kürzeste[nrsm]?|plus courte?",
        "least",
        "length|duration|days|hours|minutes|länge|dauer|longueur|durée",
    ),
    (r"fastest|schnellste[nrsm]?", "most", "speed|knots|km/h|geschwindigkeit|vitesse"),
    (r"deepest|tiefste[nrsm]?", "most", "depth|tiefe|profondeur"),
    (_LARGE, "most", ""),
    (_SMALL, "least", ""),
)
_ASKS_ONE = re.compile(
    r"(?i)^\W*(?:which|what|who|where|welche[rsnm]?|was|wer|quel(?:le)?s?|qui|qué|quién|cuál(?:es)?|name|tell me)\b"
)
_AVERAGE = re.compile(r"(?i)\b(?:average|mean|durchschnittlich\w*|durchschnitt|mittelwert|moyenne?s?|promedio|media)\b")
_SUM = re.compile(
    r"(?i)\b(?:in total|total|sum|altogether|all together|combined|insgesamt|summe|gesamt\w*|au total|somme"
    r"|en total|suma)\b"
)
_ASKS_NUMBER = re.compile(
    r"(?i)^\W*(?:what|how (?:much|many|high|long)|calculate|compute|wie (?:viele?|hoch|lange?)|was"
    r"|quel(?:le)?s?|combien"
    r"|cuál|cuánt[oa]s?)\b"
)
_COUNT = re.compile(r"(?i)^\W*(?:how many|count (?:all )?(?:the )?|wie ?viele|combien de|cuánt[oa]s) (?P<noun>[^?]+)")
_LIST = re.compile(
    r"(?i)^\W*(?:please )?(?:list|name|enumerate|show(?: me)?|give me|nenne|liste?|zeige?|listez|lista)"
    r"(?: (?:all|every|alle|toutes|tous|todos|todas))?(?: of)?(?: (?:the|our|die|les|los|las))? (?P<noun>[^?]+)"
)
_NO_ROWS = re.compile(
    r"(?i)\b(?:why|warum|pourquoi|difference|compared?|than|change[ds]?|rise|rose|increased?|growth)\b"
)
_ASKING = frozenset(
    content_words(
        "which what who list all name show give tell many much average mean total sum altogether combine count number"
        " there calculate compute durchschnitt insgesamt viele gibt es value wie hoch ist der die das war were have has"
    )
)
"""Words of such a question that name neither a row nor a column."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A question over the rows of a table: what is done, and the words that name columns, rows and the table.

    `measure` is a pattern for the name of the column that a superlative means ("cheapest": a price), "" for none.
    `noun` holds the words behind "how many" or "list", which say what is counted or listed.
    """

    how: How
    words: tuple[str, ...]
    measure: str = ""
    noun: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Return in words what is computed."""
        return {
            "most": "the row with the largest value",
            "least": "the row with the smallest value",
            "average": "an average over the rows of a table",
            "sum": "a sum over the rows of a table",
            "count": "a count of the rows of a table",
            "list": "the rows of a table",
        }[self.how]


def read_rows(question: str) -> RowQuery | None:
    """Return what a question in English, German, French or Spanish asks over the rows of a table; None for others."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS or _NO_ROWS.search(text):
        return None
    if _ASKS_ONE.match(text):
        for pattern, how, measure in _SUPERLATIVES:
            if match := re.search(rf"(?i)\b(?:{pattern})\b", text):
                rest = f"{text[: match.start()]} {text[match.end() :]}"
                return RowQuery(how, _words(rest), measure)
    if _ASKS_NUMBER.match(text) and (match := _AVERAGE.search(text)):
        return RowQuery("average", _words(text))
    if _ASKS_NUMBER.match(text) and _SUM.search(text):
        return RowQuery("sum", _words(text))
    if match := _COUNT.match(text):
        return RowQuery("count", _words(text), noun=_words(match["noun"]))
    if match := _LIST.match(text):
        return RowQuery("list", _words(text), noun=_words(match["noun"]))
    return None


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in content_words(text) if word not in _ASKING))
