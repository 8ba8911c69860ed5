"""Reads what a short document states, in whatever form: amounts, measures, what it counts, and days, each with what is
said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.extraction.days import find_days
from rag.extraction.quantities import UNITS, canonical_unit
from rag.extraction.values import Conventions
from rag.planning.document_values import TIMES, Value, read_document_values
from rag.planning.quantities import Quantity
from rag.planning.row_words import terms
from rag.text import sentence_around
from rag.types import Page
from rag.words.number_words import NUMBER_WORDS

Role = Literal["", "due", "begin", "end", "next"]

MAX_LABEL_WORDS = 5
_FORMER = re.compile(
    r"(?i)(?<!\w)(?:withdrawn|no longer|instead of|previous(?:ly)?|former(?:ly)?|last (?:year|month|time)"
    r"|the year before|first (?:figure|estimate|price)|quoted?|estimated?|offer(?:ed)?|zurückgezogen|nicht mehr|statt"
    r"|bisher\w*|früher\w*|(?:letzte[ns]|vorige[ns]) (?:jahr|monat)|vorjahr\w*|angebot\w*|geschätzt"
    r"|l['’](?:an|année) (?:dernier|dernière|passée?)|au lieu d[eu]|auparavant|précédent\w*|estimé\w*"
    r"|el año (?:pasado|anterior)|en (?:lugar|vez) de|antes|anterior(?:es)?|estimad[oa])(?!\w)"
)
"""What tells that a figure held before, or was only thought of."""
_TOTAL = re.compile(
    r"(?i)(?<!\w)(?:total|in all|altogether|amount due|to pay|balance due|gesamt\w*|summe|insgesamt|(?:zu )?zahlen"
    r"|rechnungsbetrag|endbetrag|zahlbetrag|ttc|net à payer|à payer|montant dû|importe total|a pagar)(?!\w)"
)
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("next", re.compile(r"(?i)(?<!\w)(?:next|nächste\w*|prochaine?s?|próxim[oa]s?)(?!\w)[^.;\n]*$")),
    (
        "due",
        re.compile(
            r"(?i)(?<!\w)(?:due|pay(?:able|ment)?|settle\w*|fällig\w*|zahlbar|zahlungsziel|überweisen|zahlen(?! wir)"
            r"|échéance|régler|payer|payable|vencimiento|vence|pagar|pagader[oa])(?!\w)(?:[^.;\n]|\.(?=\d)){0,40}$"
        ),
    ),
    (
        "end",
        re.compile(
            r"(?i)(?<!\w)(?:until|till?|to|through|ends?(?: on)?|end(?:ing)? date|expir\w+(?: on)?|expiry|last day"
            r"|runs? out(?: on)?|bis(?: zum)?|endet(?: am)?|läuft aus am|ende|ablauf|letzter tag|jusqu['’]au|au|fin"
            r"|dernier jour|prend fin le|hasta(?: el)?|al|termina(?: el)?)[\s:.|]*$"
        ),
    ),
    (
        "begin",
        re.compile(
            r"(?i)(?<!\w)(?:from|since|start(?:s|ing|ed)?(?: (?:on|date))?|begin(?:s|ning)?(?: on)?|commenc\w+"
            r"|first day|available(?: from)?|ab(?: dem)?|vom|seit(?: dem)?|beginn\w*(?: am)?"
            r"|frei(?: ab| wird sie am)?|bezugsfrei ab|erster tag|depuis(?: le)?|du|à (?:partir du|compter du)|dès le"
            r"|début|premier jour|desde(?: el)?|del|inicio|a partir del|comienza(?: el)?)[\s:.|]*$"
        ),
    ),
)
"""What stands before a day that something is due, ends, begins, or comes again: the first that fits counts."""
_SPELLED = sorted(NUMBER_WORDS, key=len, reverse=True)
_COUNTED = re.compile(
    rf"(?<![\w.,/€$£-])(?P<number>\d{{1,3}}(?:[.,  ]\d{{3}})+|\d+|(?i:{'|'.join(map(re.escape, _SPELLED))}))"
    r"[  \n](?P<noun>[^\W\d_]{4,})(?![\w’'])"
)
_LABELLED = re.compile(
    r"(?m)^[ \t*•-]*(?P<label>[^\W\d_][^:|\t\n]{1,60}?)[ \t*]*(?::|\||\t)[ \t*]*(?P<number>\d[\d., ]*?)[ \t*]*$"
)
MIN_LINE_WORDS = 5
_PART = re.compile(
    r"(?i)(?<!\w)(?:je|each at|à raison de|a razón de|dont|y compris|davon|darunter|including|of which|incl\."
    r"|de (?:los|las) cuales|incluid[oa]s?)\s$"
)
"""What stands before the price of one piece, or a part of an amount."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or a day that a document states, and the stems of the words that say what it is.

    `unit` is that of an amount; of what is counted, and of a number behind a label, it is "". `role` is that of a day.
    """

    text: str
    page: Page
    start: int
    end: int
    words: frozenset[str]
    quantity: Quantity | None = None
    unit: str = ""
    period: str = ""
    role: Role = ""
    is_labelled: bool = False
    is_total: bool = False
    is_aside: bool = False
    """Whether it held before, was only thought of, or is the price of one piece or a part."""


def read_figures(pages: Sequence[Page], *, decimal_mark: str) -> list[Fact]:
    """Return the numbers with units that a document states, in order; `decimal_mark` is that of its language."""
    values = read_document_values(pages, decimal_mark=decimal_mark)
    found = [_figure(value) for value in values if "\n" not in value.written]
    known = {(id(one.page), one.start) for one in found}
    return [*found, *(one for one in _by_label(pages, decimal_mark) if (id(one.page), one.start) not in known)]


def _by_label(pages: Sequence[Page], decimal_mark: str) -> Iterator[Fact]:
    """Yield the numbers behind a label that is their unit: "Kilos | 1.650"."""
    for page in pages:
        for match in _LABELLED.finditer(page.text):
            unit = canonical_unit(match["label"].strip())
            number = _number(match["number"], decimal_mark)
            if unit in UNITS and unit not in TIMES and number is not None:
                words = frozenset(terms(match["label"]))
                written = f"{match['number']} {match['label'].strip()}"
                quantity = Quantity(number, unit)
                yield Fact(written, page, *match.span(), words, quantity, unit, is_labelled=True)


def _figure(value: Value) -> Fact:
    page = value.page
    begin, end = value.place.start, value.place.end
    said = page.text[slice(*sentence_around(page.text, begin, end))]
    at = page.text.find(value.written, begin)
    is_aside = (
        bool(value.per)
        or _PART.search(page.text[max(0, at - 12) : at]) is not None
        or _FORMER.search(value.said) is not None
        or _is_taken_back(said)
    )
    return Fact(
        value.written,
        page,
        begin,
        end,
        value.words,
        value.quantity,
        value.quantity.unit,
        value.period,
        is_labelled=bool(value.label),
        is_total=_TOTAL.search(value.said) is not None,
        is_aside=is_aside,
    )


def _is_taken_back(sentence: str) -> bool:
    return re.search(r"(?i)(?<!\w)(?:withdrawn|zurückgezogen|retirée?s?|retirad[oa]s?)(?!\w)", sentence) is not None


def read_counts(pages: Sequence[Page]) -> list[Fact]:
    """Return the numbers without units: of what is counted, and behind labels."""
    found = []
    for page in pages:
        for match in _COUNTED.finditer(page.text):
            number = _number(match["number"])
            if number is not None and ("\n" not in match[0] or _is_broken_line(page.text, match.start())):
                words = frozenset(terms(match["noun"]))
                begin, end = sentence_around(page.text, *match.span())
                found.append(Fact(match[0], page, begin, end, words, Quantity(number, "")))
        decimal = Conventions.of(page.text).decimal_mark
        for match in _LABELLED.finditer(page.text):
            label = match["label"].strip()
            number = _number(match["number"], decimal)
            if number is not None and len(label.split()) <= MAX_LABEL_WORDS:
                words = frozenset(terms(label.replace("-", " ")))
                quantity = Quantity(number, "")
                found.append(Fact(match["number"], page, *match.span(), words, quantity, is_labelled=True))
    return found


def _is_broken_line(text: str, at: int) -> bool:
    """Return whether the line of a place is one of a paragraph that goes on in the next: no row, label or heading."""
    line = text[text.rfind("\n", 0, at) + 1 : (text + "\n").find("\n", at)]
    return "|" not in line and ":" not in line and len(line.split()) >= MIN_LINE_WORDS


def _number(written: str, decimal: str = "") -> Decimal | None:
    if (spelled := NUMBER_WORDS.get(written.casefold())) is not None:
        return Decimal(spelled) if spelled > 1 else None
    plain = re.sub(r"[ \u00a0\u202f]", "", written.strip())
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) and not (decimal and decimal in plain):
        plain = re.sub(r"[.,]", "", plain)
    return Decimal(plain.replace(",", ".")) if re.fullmatch(r"\d+(?:[.,]\d+)?", plain) else None


def read_days(pages: Sequence[Page], *, day_first: bool | None) -> list[Fact]:
    """Return the days that a document names, in order, each with its role."""
    found = []
    for page in pages:
        for one in find_days(page.text, day_first=day_first):
            if one.other is not None:
                continue
            begin, end = sentence_around(page.text, one.start, one.end)
            line = page.text.rfind("\n", 0, one.start) + 1
            before = page.text[max(begin, line, one.start - 60) : one.start]
            role: Role = next((role for role, pattern in _ROLES if pattern.search(before)), "")
            words = frozenset(terms(before.replace("-", " ")))
            is_labelled = re.search(r"[:|\t][ \t*]*$", before) is not None
            found.append(
                Fact(page.text[one.start : one.end], page, begin, end, words, role=role, is_labelled=is_labelled)
            )
    return found
