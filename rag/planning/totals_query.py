"""Reads questions about the totals of documents: their sum, average, the largest, and the share of some of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.document_nouns import HAVE_TOTALS, plural_of
from rag.planning.document_query import DocumentQuery, read_document_query
from rag.planning.order_query import superlative_forms

_ASKS = (
    r"(?:what (?:is|was|are)|calculate|compute|give me|tell me|wie hoch (?:ist|war|sind)|was (?:ist|war)|berechne"
    r"|quel(?:le)? est|calcule[rz]?|cu[aá]l es|calcula)?\s*(?:the|die|der|das|den|la|le|l['’]|el|our|unsere?)?\s*"
)
_SUM = (
    r"(?:sum|total(?: (?:amount|value|sum|cost))?|gesamt(?:summe|betrag|wert|kosten)?|summe|somme|montant total|suma"
    r"|importe total)"
)
_AVERAGE = (
    r"(?:average(?: (?:amount|value|total|cost))?|mean|durchschnitt|mittelwert|durchschnittlichen? (?:betrag|wert)"
    r"|durchschnittliche (?:höhe|summe)|moyenne|montant moyen|promedio|media|importe (?:medio|promedio))"
)
_OF_TOTALS = re.compile(
    rf"(?i)^[¿\s]*{_ASKS}(?:(?P<sum>{_SUM})|(?P<average>{_AVERAGE}))\s+"
    r"(?:of|over|for|aller|der|von|über|des|de|del?)\s+(?P<rest>.+)$"
)
_COMPOUND = re.compile(
    rf"(?i)^[¿\s]*{_ASKS}(?:(?:(?P<sum>total|overall|combined)|(?P<average>average|mean))"
    r"\s+(?P<noun>invoice|receipt|order|offer|quotation)(?:\s+(?:amount|total|value|sum|price))?"
    r"|(?:(?P<sum2>gesamte[rn]?)|(?P<average2>durchschnittliche[rn]?))\s+(?P<noun2>rechnung|bestellung)s"
    r"(?:betrag|summe|höhe|wert))(?P<rest>(?:\s.*)?)$"
)
_ADDING_UP = re.compile(
    r"(?i)^[¿\s]*(?:how much|what) (?:do|did|does|have) (?P<en>.+?) (?:add up to|amount to|come to|total|cost"
    r"|sum up to)(?: in total| altogether| all together| together)?$"
    r"|^(?:wie ?viel|was) (?:machen|ergeben|kosten|betragen) (?P<de>.+?) (?:zusammen|insgesamt)(?: aus)?$"
    r"|^wie hoch sind (?P<de2>.+?) (?:zusammen|insgesamt)$|^auf wie ?viel belaufen sich (?P<de3>.+)$"
    r"|^(?:à combien s['’]élèvent|combien (?:font|coûtent)) (?P<fr>.+?)(?: au total| ensemble)?$"
    r"|^[¿\s]*(?:cu[aá]nto (?:suman|cuestan)|a cu[aá]nto ascienden) (?P<es>.+?)(?: en total| juntas| juntos)?$"
)
_SHARE = re.compile(
    r"(?i)^[¿\s]*(?:(?:what|which) (?:percentage|percent|per cent|share|proportion|fraction|part) of (?P<en>.+)"
    r"|(?:wie ?viel prozent|welcher (?:an)?teil) (?:der|aller|von) (?P<de>.+)"
    r"|quel(?:le)? (?:pourcentage|part|proportion) (?:des|de) (?P<fr>.+)"
    r"|qué (?:porcentaje|parte|proporción) de (?P<es>.+))$"
)
_ALL = re.compile(
    r"(?i)^(?:(?:all|every|alle[nr]?|sämtliche[nr]?|toutes|tous|todas|todos)\s+)?(?:of\s+)?"
    r"(?:(?:the|our|my|die|der|unsere[nr]?|les|des|nos|las|los|nuestr[oa]s)\s+)?"
)
_IDENTIFIED = re.compile(r"(?i)^\W*(?:no\.?|nr\.?|n°|number|nummer|#)?\s*[\w/-]*\d")
_LARGEST = (
    r"highest|largest|biggest|most expensive|dearest|höchste[nrsm]?|größte[nrsm]?|teuerste[nrsm]?"
    r"|plus (?:élevée?|haute?|grande?|grosse?|chère?)|más (?:alt[oa]|elevad[oa]|grande|car[oa])|mayor"
)
_SMALLEST = (
    r"lowest|smallest|cheapest|least expensive|niedrigste[nrsm]?|kleinste[nrsm]?|günstigste[nrsm]?|billigste[nrsm]?"
    r"|plus (?:basse?|petite?)|moins (?:élevée?|chère?)|más (?:baj[oa]|pequeñ[oa]|barat[oa])|menor"
)
_EXTREMES = superlative_forms(
    f"{_LARGEST}|{_SMALLEST}",
    measured="(?:total|amount|sum|value|price|betrag|gesamtbetrag|summe|wert|preis|montant(?: total)?|total|importe"
    "(?: total)?)",
)

How = Literal["sum", "average", "most", "least", "share"]


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """What is computed of the totals of documents; of a "share" the number of documents that meet the conditions."""

    documents: DocumentQuery
    how: How


def read_totals_query(text: str) -> AggregateQuery | None:
    """Return what a question asks of the totals of documents; None where it asks for anything else."""
    text = text.rstrip(" ?.!")
    if match := _COMPOUND.match(text):
        noun = plural_of(match["noun"] or match["noun2"])
        return _query(f"{noun}{match['rest']}", "sum" if match["sum"] or match["sum2"] else "average")
    if match := _OF_TOTALS.match(text):
        return _query(match["rest"], "sum" if match["sum"] else "average")
    if match := _ADDING_UP.match(text):
        return _query(next(rest for rest in match.groups() if rest), "sum")
    if match := _SHARE.match(text):
        return _query(next(rest for rest in match.groups() if rest), "share")
    match = next((found for form in _EXTREMES if (found := form.match(text))), None)
    if match is None:
        return None
    how: How = "most" if re.fullmatch(rf"(?i)(?:{_LARGEST})", match["order"]) else "least"
    return _query(f"{plural_of(match['noun'])}{match['rest']}", how)


def _query(written: str, how: How) -> AggregateQuery | None:
    documents = read_document_query(f"list all {_ALL.sub('', written)}")
    if documents is None or any(condition.kind == "read" for condition in documents.conditions):
        return None
    if how == "share":
        return AggregateQuery(documents, how) if documents.conditions else None
    is_plural = documents.noun.casefold().endswith(("s", "en", "x", "te"))
    behind = documents.subject[len(documents.noun) :]
    if not documents.sort.kinds or not is_plural or _IDENTIFIED.match(behind):
        return None
    if how in ("most", "least") and not documents.sort.kinds <= HAVE_TOTALS:
        return None
    return AggregateQuery(documents, how)
