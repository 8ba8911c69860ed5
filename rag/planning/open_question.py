"""Reads questions that compute over a figure of any name: "Quelle recette demande la cuisson la plus longue ?"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, cast

from rag.planning.amount_query import BY_PRICE, COMPOUND, GLUE, HOWS, OPENED, SUMS
from rag.planning.amount_words import AmountField, find_field, price_field
from rag.planning.rate_query import IN_A_YEAR, find_period
from rag.planning.row_words import terms
from rag.words.dates import MONTHS
from rag.words.folding import fold
from rag.words.language import guess_language
from rag.words.stop_words import RULED_STOP_WORDS

MAX_CHARACTERS = 160

OpenHow = Literal["most", "least", "sum", "average"]

PAYS = re.compile(
    r"(?i)(?<!\w)(?:pay|paid|pays|paying|spend|spent|costs?|zahle?n?|zahlst|bezahle?n?|kosten|kostet|pay(?:er|ons|ez)"
    r"|coûte(?:nt)?|pag(?:o|amos|ar|an)|cuestan?|come to|suman)(?!\w)"
)
_FASTEST = re.compile(
    r"(?i)(?<!\w)(?:(?:the )?(?:fastest|quickest)|(?:am )?schnellste[nrsm]?|(?:(?:le|la|les) )?plus rapides?"
    r"|(?:(?:el|la|los|las) )?más rápid[oa]s?)(?!\w)"
)
_LONGEST = re.compile(
    r"(?i)(?<!\w)(?:(?:the )?longest|(?:am )?längste[nrsm]?|(?:(?:le|la|les) )?plus (?:longue?s?|longtemps)"
    r"|(?:(?:el|la|los|las) )?más (?:larg[oa]s?|tiempo)|(?:the )?shortest|(?:am )?kürzeste[nrsm]?"
    r"|(?:(?:le|la|les) )?plus courte?s?|(?:(?:el|la|los|las) )?más cort[oa]s?)(?!\w)"
)
_BOTH = re.compile(
    r"(?i)(?<!\w)(?:both|(?:the )?two|(?:die )?beiden?|(?:die )?zwei|(?:les )?deux|amb[oa]s|(?:l[oa]s )?dos"
    r"|(?:the )?three|(?:die )?drei|(?:les )?trois|(?:l[oa]s )?tres)(?!\w)"
)
_THREE = re.compile(r"(?i)three|drei|trois|tres")
_WHICH = (
    r"(?:which|what|whats|what['’]s|welche[rsnm]?|quel(?:le)?s?|qu[eé]|cu[aá]l(?:es)?)"
    r"(?: (?:is|are|was|of|est|sont|es|son|ist|sind|the|my|our|la|le|les|el|los|las|die|der|das|den|de|des|von"
    r"|unsere[rn]?|nos|notre))*"
)
_ALL = (
    r"(?:all|every|each|any|both|alle[nr]?|aller|sämtliche[nr]?|jede[rsnm]?|tous|toutes|todos|todas|cada|chaque|beiden?"
    r"|of the|der|des|de l[oa]s|los|las|les|two|three|dos|deux|zwei)"
    r"(?: (?:of|the|my|our|their|die|der|den|les|des|mes|nos|los|las|mis|nuestr[oa]s|meine[rn]?|unsere[rn]?"
    r"|dos|deux|trois"
    r"|quatre|cinq|six|sept|huit|neuf|dix|tres|cuatro|cinco|seis|siete|ocho|zwei|drei|vier|fünf|two|three|four|five|\d+))*"
)
_THING = tuple(
    re.compile(rf"(?i)(?<!\w){opening}\s+(?P<noun>[^\W\d_][\w-]*)(?: (?P<next>[^\W\d_][\w-]*))?")
    for opening in (f"^\\W*(?:\\w+ )?{_WHICH}", _ALL)
)
_OWED = re.compile(
    r"(?i)(?<!\w)(?:(?:is |are )?still (?:outstanding|open|unpaid|owed|due|to (?:be paid|pay))"
    r"|(?:left|still have) to pay"
    r"|still owe|noch (?:offen|unbezahlt|(?:zu )?(?:be)?zahlen|bezahlt werden)|reste(?:-t-il)? à (?:payer|régler)"
    r"|(?:falta|queda|debo)(?: todavía| aún)? (?:por )?pagar|pendiente de pago)(?!\w)"
)
"""What is asked for is the sum of what is not paid yet."""
_TAIL = re.compile(
    r"(?i)^(?P<main>.+?),? (?:and|und|et|y) (?P<tail>(?:(?:for|to|by|für|an|von|pour|à|de|para|a) )?"
    r"(?:who|whom|whose|when|where|which|what|wer|wen|wem|wann|wo|qui|quand|où|qui[eé]n|cu[aá]ndo|d[oó]nde)\b.*)$"
)
"""A second question about the one that the first finds: "and who was it for"."""
_EXPLAINS = re.compile(
    r"(?i)(?<!\w)(?:why|how do|explain|warum|pourquoi|por qué|than|als(?= \w+[?.]?$)|difference|unterschied|différence"
    r"|diferencia|if|wenn|when|wann|quand|cuándo|allowed|may|must|can|darf|muss|kann|peut|doit|puede|debe|before|after"
    r"|vor|nach|avant|après|antes|después|without|ohne|sans|sin|not|nicht|keine?[nrsm]?|pas|except|außer|sauf|excepto|meant?"
    r"|second|third|zweit\w+|dritt\w+|deuxième|troisième|segund[oa]|tercer[oa]?|top|change[ds]?|rise|rose"
    r"|compared?|vergleiche?|compare[rz]?|compara)(?!\w)|n['’]t(?!\w)|does .* mean"
)
_MEASURE_WORDS = """
time times length duration amount amounts figure value cost costs price money sum total period long dauer zeit betrag
beträge wert summe temps durée montant montants somme valeur tiempo duración importe importes suma cantidad valor take
takes need needs require requires ask asks brauchen braucht benötigt dauert dauern kosten demande demandent faut prend
prennent lleva llevan dura necesita tarda pay pays paying would cost do doing run runs come adding altogether together
whats us im jahr year month monat mois mes año an monthly yearly annual spend list my me their they der
"""
MEASURES = frozenset(terms(_MEASURE_WORDS))
"""Words that say that something is measured, and not what."""
NOT_SAID = RULED_STOP_WORDS | GLUE


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question that names a figure, the documents, or which of them are meant."""

    stem: str
    written: str
    may_be_thing: bool = False
    """Whether it stands where the documents are named: "which flat", "all the invoices"."""
    is_name: bool = False
    """Whether it has a capital within the question."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What is computed, of what figure: a known `field`, or what `words` name. `measured` is "" where any fits.

    `count` is how many documents the question says there are; 0 for any number.
    """

    how: OpenHow
    words: tuple[Word, ...]
    measured: str = ""
    field: AmountField | None = None
    period: str = ""
    count: int = 0
    is_owed: bool = False
    """Whether only what is not paid yet counts."""
    tail: str = ""
    """What else is asked of the one that is found."""

    @property
    def shown(self) -> str:
        """Return in words what is computed."""
        names = {"most": "the largest of", "least": "the smallest of", "sum": "a sum over", "average": "an average of"}
        return f"{names[self.how]} what documents state"


SUMS_SAID = re.compile(r"(?i)(?<!\w)(?:in total|altogether|in all|insgesamt|zusammen|en tout|au total|en total)(?!\w)")


def read_open_question(question: str) -> OpenQuestion | None:
    """Return what a question computes over documents; None where it asks for anything else.

    Which of its words name the figure and which the documents, the documents tell.
    """
    text = " ".join(question.split()).strip(" ?!.¿¡")
    if len(text) > MAX_CHARACTERS:
        return None
    if tail := _TAIL.match(text):
        query = read_open_question(tail["main"])
        return replace(query, tail=tail["tail"]) if query is not None and query.how in ("most", "least") else None
    if _EXPLAINS.search(text):
        return None
    opened = COMPOUND.sub(lambda match: OPENED[match[1].casefold()], text)
    owed = _OWED.search(opened)
    found = _how(opened) if owed is None else ("sum", *owed.span(), "money")
    if found is None:
        return None
    how, start, end, measured = found
    said = re.escape(opened[start:end])
    rest = re.sub(rf"(?<!\w){said}(?!\w)", " ", opened) if end > start else opened
    period = find_period(rest)
    if period is not None and period[2] in IN_A_YEAR:
        rest = f"{rest[: period[0]]} {rest[period[1] :]}"
    named = find_field(rest)
    field = None
    if named is not None and named[2].group != "term":
        field = named[2]
        measured = measured or field.measured
        rest = f"{rest[: named[0]]} {rest[named[1] :]}"
        if field.group in ("price", "cost", "fee") and not field.modifiers:
            field = replace(price_field(field.written), period=field.period)
    elif measured == "money" or (how in ("sum", "least", "most") and PAYS.search(text)):
        field, measured = price_field(""), "money"
    if re.search(r"\d", rest) or any(fold(word) in MONTHS for word in re.findall(r"[^\W\d_]{3,}", rest)):
        return None
    both = _BOTH.search(rest)
    words = read_words(rest, has_names=guess_language(text) != "de")
    if owed is not None:
        # "How much is still to be paid in total": all other words say of what.
        words = tuple(word for word in words if not SUMS.fullmatch(word.written))
    elif field is None and not words:
        return None
    asked_by = period[2] if period is not None and period[2] in IN_A_YEAR else ""
    if field is not None:
        field = replace(field, period=field.period or asked_by)
    return OpenQuestion(
        how,
        words,
        measured,
        field,
        asked_by,
        0 if both is None else 3 if _THREE.search(both[0]) else 2,
        owed is not None,
    )


def _how(text: str) -> tuple[OpenHow, int, int, str] | None:
    """Return what is computed, the characters that say so, and the measure that they imply."""
    if match := _FASTEST.search(text):
        return "least", *match.span(), "time"
    for how, pattern in HOWS:
        if how not in ("each", "share") and (match := pattern.search(text)):
            measured = "money" if BY_PRICE.search(match[0]) else "time" if _LONGEST.fullmatch(match[0]) else ""
            return cast(OpenHow, how), *match.span(), measured
    if (match := _BOTH.search(text)) and PAYS.search(text):
        return "sum", match.end(), match.end(), "money"
    return None


def read_words(text: str, *, has_names: bool = False) -> tuple[Word, ...]:
    """Return the words of a question that name something; those with a capital are names where `has_names`."""
    matches = [match for pattern in _THING for match in pattern.finditer(text)]
    things = {word.casefold() for match in matches for word in (match["noun"], match["next"]) if word}
    found: dict[str, Word] = {}
    for match in re.finditer(r"[^\W_][\w&-]*", text):
        token = re.sub(r"(?i)^[ldnq]['’]", "", match[0])
        stems = terms(token.replace("-", " "))
        is_capital = token[0].isupper() and match.start() > 1
        if not is_capital and (fold(token) in NOT_SAID or PAYS.fullmatch(token) or _BOTH.fullmatch(token)):
            continue
        for stem in stems:
            if stem not in MEASURES:
                found.setdefault(stem, Word(stem, token, token.casefold() in things, is_capital and has_names))
    return tuple(found.values())
