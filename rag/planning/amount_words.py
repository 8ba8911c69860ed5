"""Knows the figures that documents state once, such as rent, premium or deposit, by their words in four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rag.planning.rate_query import period_of

Measured = Literal["money", "time", "area"]
"""What a figure is measured in."""

_COMPOUND = r"(?:[^\W\d_]{3,}[-]?)?"
"""The first part of a German compound: Kaltmiete, Jahresbeitrag."""

_GROUPS: tuple[tuple[str, Measured, str], ...] = (
    ("rent", "money", rf"rents?|rental(?: fee| charge| price)?|{_COMPOUND}mieten?|mietzins|mietpreise?|{_COMPOUND}pacht"
     r"|pachtzins|loyers?|fermage|alquiler(?:es)?|rentas?|arriendos?"),
    ("premium", "money", rf"premiums?|{_COMPOUND}prämien?|versicherungsbeitr[aä]ge?|primes?|primas?"),
    ("deposit", "money", rf"deposits?|{_COMPOUND}kaution(?:en)?|mietsicherheit|dépôts?(?: de garantie)?|cautions?"
     r"|fianzas?|depósitos?"),
    ("down payment", "money", rf"down ?payments?|{_COMPOUND}anzahlung(?:en)?|acomptes?|anticipos?"),
    ("salary", "money", rf"salar(?:y|ies)|wages?|remunerations?|{_COMPOUND}gehalts?|{_COMPOUND}gehälter"
     rf"|{_COMPOUND}löhne|(?:{_COMPOUND})?lohn|{_COMPOUND}vergütung(?:en)?|salaires?|rémunérations?|salarios?|sueldos?|retribuci(?:ón|ones)"),
    ("excess", "money", r"excess(?:es)?|deductibles?|selbstbehalte?|selbstbeteiligung(?:en)?|franchises?|franquicias?"),
    ("sum insured", "money", r"sums? insured|insured sums?|versicherungssummen?|deckungssummen?|sommes? assurées?"
     r"|capital assuré|sumas? aseguradas?|capital asegurado"),
    ("donation", "money", rf"donations?|{_COMPOUND}spenden?|dons?|donaci(?:ón|ones)|donativos?"),
    ("grant", "money", rf"grants?|subsid(?:y|ies)|{_COMPOUND}zusch(?:uss|üsse)|fördersummen?|subventions?"
     r"|subvenci(?:ón|ones)"),
    ("penalty", "money", rf"penalt(?:y|ies)|fines?|{_COMPOUND}strafen?|bußgeld(?:er)?|pénalités?|amendes?|multas?"
     r"|penalizaci(?:ón|ones)"),
    ("budget", "money", rf"budgets?|{_COMPOUND}budgets?"),
    ("price", "money", rf"prices?|{_COMPOUND}preise?s?|prix|precios?"),
    ("rate", "money", r"(?:hourly|daily|day) rates?|(?:stunden|tages)s[aä]tze?|(?:taux|tarif) horaires?"
     r"|tarifas? por hora"),
    ("contribution", "money", rf"contributions?|{_COMPOUND}beitr[aä]ge?s?|cotisations?|contribuci(?:ón|ones)"),
    ("fee", "money", rf"fees?|charges?|dues|subscriptions?|retainers?|{_COMPOUND}gebühr(?:en)?|{_COMPOUND}honorare?s?"
     rf"|{_COMPOUND}entgelte?s?|{_COMPOUND}pauschalen?|frais|honoraires?|redevances?|abonnements?|cuotas?|tarifas?"
     r"|honorarios?|tasas?"),
    ("cost", "money", rf"costs?|{_COMPOUND}kosten|coûts?|cost[eo]s?"),
    ("notice period", "time", rf"notice periods?|periods? of notice|{_COMPOUND}kündigungsfrist(?:en)?|(?:délais? de )?"
     r"préavis|(?:plazos? de )?preaviso"),
    ("warranty", "time", r"warrant(?:y|ies)(?: periods?)?|guarantees?(?: periods?)?|garantiezeit(?:en)?|garantie"
     r"|gewährleistung(?:sfrist(?:en)?)?|(?:plazos? de )?garantía"),
    ("term", "time", rf"terms?|durations?|{_COMPOUND}laufzeit(?:en)?|durées?|duraci(?:ón|ones)|plazos?"),
    ("area", "area", rf"(?:floor |living )?(?:area|space)s?|{_COMPOUND}flächen?|surfaces?|superficies?"),
)  # fmt: skip
"""Name, what it is measured in, and its words; a longer name stands before a shorter one that it holds."""

_PERIOD_COMPOUNDS = {"month": "monats", "year": "jahres", "quarter": "quartals"}
_COMPOUND_BEFORE = re.compile(
    r"(?i)([^\W\d_]{3,})-?(?:mieten?|pacht|prämien?|kaution(?:en)?|anzahlung(?:en)?|geh[aä]lt(?:er|s)?|l[oö]hne?|vergütung(?:en)?"
    r"|spenden?|zusch(?:uss|üsse)|strafen?|budgets?|preise?s?|beitr[aä]ge?s?|gebühr(?:en)?|honorare?s?|entgelte?s?"
    r"|pauschalen?|kosten|frist(?:en)?|zeit(?:en)?|flächen?)$"
)
"""The first part of a German compound, which tells one figure from others of its sort."""

_STEMS = {
    "rent": "rent miet pacht loyer fermage alquiler arriendo",
    "premium": "premium prämie versicherungsbeitr prime prima",
    "deposit": "deposit kaution mietsicherheit dépôt caution fianza depósito",
    "down payment": "payment downpayment anzahlung acompte anticipo",
    "salary": "salar salair wage remuneration gehalt gehält lohn löhne vergütung rémunération sueldo retribuci",
    "excess": "excess deductible selbstbe franchise franquicia",
    "sum insured": "insured versicherungssumme deckungssumme assuré asegurad",
    "donation": "donation spende don donaci donativo",
    "grant": "grant subsid zuschuss zuschüsse fördersumme subvention subvenci",
    "penalty": "penalt fine strafe bußgeld pénalité amende multa penalizaci",
    "budget": "budget",
    "price": "price preis prix precio",
    "rate": "rate satz sätze taux tarif",
    "contribution": "contribution beitrag beiträg cotisation contribuci",
    "fee": "fee charge dues subscription retainer gebühr honorar honorair entgelt pauschale frais redevance abonnement"
    " cuota tarifa tasa",
    "cost": "cost kosten coût",
    "notice period": "notice kündigungsfrist préavis preaviso",
    "warranty": "warrant guarantee garanti gewährleistung garantía",
    "term": "term duration laufzeit durée duraci plazo",
    "area": "area space fläche surface superficie",
}
"""What every word for a figure has in it, in small letters: a text without any of these does not name it."""

_PAID_FOR = "rent premium fee price cost contribution"
"""What a document that is said to be dear or cheap asks for."""

_PERIODIC = (
    r"monthly|yearly|annual|quarterly|weekly|monatlich\w*|jährlich\w*|vierteljährlich\w*|wöchentlich\w*|mensuel\w*"
    r"|annuel\w*|trimestriel\w*|hebdomadaires?|mensual\w*|anual\w*|trimestral\w*|semanal\w*"
)
_PLAIN = (
    rf"{_PERIODIC}|the|an?|its|our|their|your|his|her|this|total|agreed|current|basic|base|gross|net|initial|contractual"
    r"|fixed|regular|standard|starting|full|agreed|of|in|as|for|and|or|is|at|on|to|with|no|plus|pays?|new|with|by|from"
    r"|initial|die|der|das|den|eine?r?n?|vereinbarte\w*|aktuelle\w*|gesamte\w*|als|und|von|zur|zum|an|für|feste\w*|le|la|les|l"
    r"|un|une|de|du|des|d|au|en|son|sa|actuel\w*|brute?|nette?|el|los|las|una?|del|al|su|y|con|actual|brut[oa]|net[oa]|por"
)
"""Words before a figure's name that make no other figure of it."""

PLAIN_BEFORE = re.compile(rf"(?i)(?:{_PLAIN})")
SIDE_BEFORE = re.compile(
    r"(?i)(?:late|reminder|processing|cancellation|admin(?:istration)?|handling|damage|delivery|overdue|extra|additional"
    r"|penalty|mahn|bearbeitungs|storno|verspätungs|zusatz)"
)
"""Words before or within a figure's name that make a side fee of it."""

_MODIFIERS = (
    rf"(?:(?:{_PERIODIC}|basic|base|gross|net|cold|warm|security|tenancy|rental|insurance|membership|entrance|entry|admission"
    r"|registration|management|maintenance|service|licen[cs]e|annual|purchase|sale|selling|contract|starting|agreed|brutto"
    r"|netto|d['’]assurance|d['’]entrée|d['’]adhésion|d['’]achat|de vente|bruto?|brute?|nette?|neto) )"
)
_OF_FIELD = re.compile(
    rf"(?i)(?<![^\W\d_])(?P<modifiers>{_MODIFIERS}{{0,2}})(?:"
    + "|".join(f"(?P<g{at}>{words})" for at, (_, _, words) in enumerate(_GROUPS))
    + rf")(?![^\W\d_])(?P<behind>(?: (?:{_PERIODIC}|d['’]assurance|d['’]adhésion|d['’]achat|brute?|nette?|bruto?|neto"
    r"|de seguro|de compra))*)"
)


_WORD_BEFORE = re.compile(r"([^\W\d_]{3,})[ \t-]+$")


@dataclass(frozen=True, slots=True)
class AmountField:
    """A figure that a document states: its name as a question writes it, and the words for it in any language.

    `modifiers` are the words of the question that tell it from others of its sort: "purchase" of the purchase price.
    `period` is what it is asked by: "month" for the monthly rent, "" where the question does not say.
    """

    written: str
    group: str
    measured: Measured
    modifiers: tuple[str, ...] = ()
    period: str = ""
    required: tuple[str, ...] = ()
    """Words of the question without which another figure is meant: "mooring" of the mooring fee."""

    def may_be_in(self, text: str) -> bool:
        """Return whether a text can name the figure at all: most cannot, and are told so at once."""
        lower = text.lower()
        return any(stem in lower for stem in _stems(self.group))

    def pattern(self) -> re.Pattern[str]:
        """Return a pattern that finds the figure's name in text."""
        return _pattern(self.group)


def find_field(text: str) -> tuple[int, int, AmountField] | None:
    """Return the first figure that a text names, and the characters that it takes; None where it names none."""
    match = _OF_FIELD.search(text)
    if match is None:
        return None
    at = _group_at(match)
    compound = _COMPOUND_BEFORE.match(match[f"g{at}"])
    said = f"{match['modifiers']}{match['behind']} {compound[1] if compound else ''}".split()
    periods = [period for word in said if (period := period_of(word) or period_of_compound(word))]
    modifiers = tuple(word.casefold() for word in said if not (period_of(word) or period_of_compound(word)))
    name, measured, _ = _GROUPS[at]
    start, end = match.span()
    field = AmountField(text[start:end].strip(), name, measured, modifiers, periods[0] if periods else "")
    return start, end, field


def with_required(text: str, start: int, end: int, field: AmountField) -> tuple[int, AmountField]:
    """Return a figure with the word before its name, which tells it from others, and where that word begins."""
    match = _WORD_BEFORE.search(text, 0, start)
    if match is None or PLAIN_BEFORE.fullmatch(match[1]):
        return start, field
    required = (*field.required, match[1].casefold())
    return match.start(1), replace(field, written=" ".join(text[match.start(1) : end].split()), required=required)


def period_of_compound(word: str) -> str:
    """Return the period of which a German compound begins with the name: "month" for Monatsmiete; "" for none."""
    return next((name for name, first in _PERIOD_COMPOUNDS.items() if word.casefold().startswith(first)), "")


def price_field(written: str) -> AmountField:
    """Return the figure by which a document is dear or cheap: its rent, premium, fee or price."""
    return AmountField(written, _PAID_FOR, "money")


def other_field(field: AmountField, text: str) -> bool:
    """Return whether a text names another figure than a field."""
    names = _names(field.group)
    for match in _OF_FIELD.finditer(text):
        name = _GROUPS[_group_at(match)][0]
        if name not in names and not _is_kin(name, field.group):
            return True
    return False


def _group_at(match: re.Match[str]) -> int:
    """Return the place in `_GROUPS` of the figure that a match of `_OF_FIELD` names."""
    return next(at for at in range(len(_GROUPS)) if match[f"g{at}"])


def _is_kin(one: str, other: str) -> bool:
    """Return whether two figures may be called the same: a contribution is a fee as well."""
    kin = frozenset({"fee", "contribution", "cost", "price", "rate"})
    return one in kin and other in kin


def _names(group: str) -> set[str]:
    """Return the names of the figures that a group is about."""
    names = {group} | (set(group.split(" ")) if group == _PAID_FOR else set())
    return names | {"fee", "contribution"} if group in ("fee", "contribution") else names


@lru_cache(maxsize=64)
def _stems(group: str) -> tuple[str, ...]:
    return tuple(stem for name in sorted(_names(group)) if name in _STEMS for stem in _STEMS[name].split())


@lru_cache(maxsize=64)
def _pattern(group: str) -> re.Pattern[str]:
    names = _names(group)
    words = "|".join(words for name, _, words in _GROUPS if name in names)
    return re.compile(rf"(?i)(?<![^\W\d_])(?:{words})(?![^\W\d_])")
