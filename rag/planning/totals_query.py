"""Reads questions about the totals of documents: their sum, average, the largest, and the share of some of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.amount_words import AmountField, price_field
from rag.planning.document_nouns import HAVE_TOTALS, is_plural, plural_of
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
_BILLED = re.compile(
    r"^[¿\s]*(?:(?i:how much (?:money )?(?:did|has|have)) (?P<en>(?:the )?[A-Z].+?) (?i:bill|billed|charge|charged"
    r"|invoice|invoiced|ask(?:ed)?"
    r" for)(?i: us)?(?i: in total| altogether| in all)?(?P<when> (?i:in|during) \d{4})?"
    r"|(?i:wie ?viel hat) (?P<de>(?:(?i:die|der|das) )?[A-ZÄÖÜ].+?) (?i:uns )?(?i:insgesamt "
    r"|zusammen )?(?i:berechnet|in rechnung gestellt|verlangt)"
    r"|(?i:combien) (?P<fr>[A-ZÉ].+?) (?i:nous )?(?i:a(?:-t-(?:il|elle))? (?:nous )?facturé)(?i: au total| en tout)?"
    r"|(?i:cu[aá]nto (?:nos )?(?:ha facturado|facturó)) (?P<es>[A-ZÁÉ].+?)(?i: en total)?)$"
)
_OWED = re.compile(
    r"(?i)^[¿\s]*(?:how much (?:money )?(?:is|do we|have we)? ?(?:still )?(?:is )?(?:outstanding|open|unpaid|owed?"
    r"|to be paid)(?: in total| altogether| in all)?"
    r"|wie ?viel (?:geld )?ist (?:insgesamt )?(?:noch )?(?P<de>offen|unbezahlt|zu (?:be)?zahlen)"
    r"|wie hoch sind die offenen (?:beträge|posten)"
    r"|combien (?:reste-t-il|nous reste-t-il|reste) (?P<fr>à (?:payer|régler))(?: en tout| au total)?"
    r"|cu[aá]nto (?P<es>queda por pagar|falta por pagar)(?: en total)?)$"
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
    r"|plus (?:élevée?|haute?|grande?|grosse?|ch(?:er|ère))|más (?:alt[oa]|elevad[oa]|grande|car[oa])|mayor"
)
_SMALLEST = (
    r"lowest|smallest|cheapest|least expensive|niedrigste[nrsm]?|kleinste[nrsm]?|günstigste[nrsm]?|billigste[nrsm]?"
    r"|plus (?:basse?|petite?)|moins (?:élevée?|ch(?:er|ère))|más (?:baj[oa]|pequeñ[oa]|barat[oa])|menor"
)
_EXTREMES = superlative_forms(
    f"{_LARGEST}|{_SMALLEST}",
    measured="(?:total|amount|sum|value|price|betrag|gesamtbetrag|summe|wert|preis|montant(?: total)?|total|importe"
    "(?: total)?)",
)

_BY_PRICE = re.compile(
    r"(?i)most expensive|dearest|cheapest|least expensive|teuerste\w?|günstigste\w?|billigste\w?|(?:plus"
    r"|moins) ch(?:er|ère)"
    r"|más (?:car|barat)[oa]"
)

How = Literal["sum", "average", "most", "least", "share", "each"]


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """What is computed of the totals of documents, or of another figure that each of them states.

    Of a "share" it is the number of documents that meet the conditions; for "each" the figures are listed. A query that
    `is_sure` names the documents; of another one the documents tell whether it is meant of them. `thing` is what a
    document is of, in the question's word: the flat with the highest rent.
    """

    documents: DocumentQuery
    how: How
    field: AmountField | None = None
    is_sure: bool = True
    thing: str = ""


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
    if match := _BILLED.match(text):
        return _billed(match)
    if match := _OWED.match(text):
        said = match.groupdict()
        names = "offene Rechnungen" if said["de"] else "factures impayées" if said["fr"] else ""
        return _query(names or ("facturas sin pagar" if said["es"] else "unpaid invoices"), "sum")
    if match := _SHARE.match(text):
        return _query(next(rest for rest in match.groups() if rest), "share")
    match = next((found for form in _EXTREMES if (found := form.match(text))), None)
    if match is None:
        return None
    how: How = "most" if re.fullmatch(rf"(?i)(?:{_LARGEST})", match["order"]) else "least"
    is_by_price = _BY_PRICE.fullmatch(match["order"]) is not None
    return _query(f"{plural_of(match['noun'])}{match['rest']}", how, is_by_price=is_by_price)


def _billed(match: re.Match[str]) -> AggregateQuery | None:
    """Return the sum of the invoices from somebody."""
    invoices = {"en": "invoices from", "de": "Rechnungen von", "fr": "factures de", "es": "facturas de"}
    language, name = next((code, match[code]) for code in invoices if match[code])
    name = re.sub(r"(?i)^(?:the|die|der|das|les?|la|el) ", "", name)
    return _query(f"{invoices[language]} {name}{match['when'] or ''}", "sum")


def _query(written: str, how: How, *, is_by_price: bool = False) -> AggregateQuery | None:
    documents = read_document_query(f"list all {_ALL.sub('', written)}")
    if documents is None or any(condition.kind == "read" for condition in documents.conditions):
        return None
    if how == "share":
        return AggregateQuery(documents, how) if documents.conditions else None
    behind = documents.subject[len(documents.noun) :]
    if not documents.sort.kinds or not is_plural(documents.noun) or _IDENTIFIED.match(behind):
        return None
    if documents.sort.kinds <= HAVE_TOTALS:
        return AggregateQuery(documents, how)
    if documents.sort.called or "contract" in documents.sort.kinds:
        return AggregateQuery(documents, how, price_field("")) if how == "sum" or is_by_price else None
    return None if how in ("most", "least") else AggregateQuery(documents, how)
