"""Finds what a question demands to the letter (identifiers, clauses, dates, years, negation) and whether text meets it.

Written forms that mean the same are equal: HX2041 and HX-2041, 4.2(b) and "4.2 ... (b)", 1,234.50 and 1234.5,
3 May 2024 and 2024-05-03, FY22 and fiscal 2022, full- and half-width digits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from rag.questions.clauses import find_clauses, says_nothing_else, units_in_clause, without_clauses, without_document
from rag.text import content_words
from rag.words.dates import find_dates, find_periods
from rag.words.days import find_days, holds_day, names_other_day
from rag.words.folding import fold, fold_signs
from rag.words.language import guess_language
from rag.words.stop_words import ENGLISH
from rag.words.weekdays import weekdays_in

Kind = Literal["identifier", "clause", "date", "day", "year", "number", "weekday", "acronym", "name"]

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

NEGATED_REACH = 40
"""Characters behind "not" within which the word that it denies stands."""

MIN_IDENTIFIER_DIGITS = 5
"""Plain numbers of so many digits and more name something; shorter ones do behind a word such as "order"."""

_IDENTIFIER = re.compile(
    r"\b[A-Z]{1,3}\d{1,3}(?:[.,]\d+)? ?[x×] ?\d{1,4}(?:[.,]\d+)?\b"
    r"|(?<![\w.])(?=[\w./-]*\d)(?=[\w./-]*[^\W\d_])[^\W_]+(?:[-./_][^\W_]+)*(?![\w])"
    r"|\b[A-Z]{1,5}[ -]\d{1,8}(?:[-./][^\W_]+)*\b(?![.,]\d)"
)
_LETTER_BEHIND = re.compile(r"\b([A-Z]{2,5}-?\d{2,8}) ([A-Z])(?=\W*$)")
"""QZT-1108 A: an identifier and its last letter, at the end of a question."""
_NUMBERED_NAME = re.compile(r"(?<=[^\W_] )[A-ZÄÖÜ][a-zäöüéß]+ (\d{1,4})(?![\w%]|[.,:]\d| ?[€$£%])")
"""Van 9, Gate 3: one of several that share a name."""
_MEASURE = re.compile(
    r"\d+(?i:st|nd|rd|th|s|er|e|m|km|cm|mm|kg|g|l|h|am|pm)"
    r"|\d{1,3}-(?:(?:year|month|week|day|hour|minute|seat|page)s?(?:-olds?)?|[Jj]ährig\w*|(?:monat|woch|wöch|tag|täg|stünd)[ilens]+\w*)"
)
"""Numbers with what they count or measure: "20 kg", "a 9-year-old", "einen 20-Jährigen"."""
_NAMED_NUMBER = re.compile(
    r"(?i)\b(?:order|invoice|contract|article|item|part|form|room|berth|notice|permit|licen[cs]e|case|file|model|policy"
    r"|number|no\.?|nr\.?|n[°º]|nummer|auftrag|rechnung|bestellung|vertrag|facture|commande|pedido|factura|#"
    r"|version|versión|release|revision|edition|line|linie|ligne|línea|bus|route|platform"
    r"|phase|stage|zone|chapter|level|gleis|quai|andén)"
    r"(?:\s*(?:no\b\.?|nr\b\.?|n[°º]|number|nummer|:|#))*\s*(\d[\d.-]*(?:[a-z]\b)?)"
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,'\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?(?![\w])")
_YEAR = re.compile(r"(?<![\w.,-])(?:19|20)\d{2}(?![\w]|[.,]\d)")
_NAME = re.compile(r"(?<=[^\W\d_A-Z,] )[A-ZÄÖÜÉ][\w'’-]+(?:[ -](?:(?:of|de|du|la|and) )?[A-ZÄÖÜÉ0-9][\w'’-]*)*")
_ACRONYM = re.compile(
    r"(?!(?:US|USA|UK|EU|UN|UNO|USSR|WWI{1,2}|TV|PC|AD|BC|CEO|CFO|CTO|COO|OK|ID|HQ|FAQ|AI|IT|VAT)$)[A-Z]{2,5}"
)
"""But for those that nearly everybody writes in another way as well."""
_CAPITALISES_NOUNS = re.compile(r"\b(?:der|die|das|den|dem|wie|wo|wer|wann|was|ist|wird|im|eine?[rnms]?)\b")
"""German words: where they stand, a capital does not tell a name. In English, "was" and "die" are others."""
_GENERAL_NAME = re.compile(
    r"(?i).*(?:ish|[nl]ese|i[ac]n|ean|can|m[ae]n|ench|utch|eek|ic|ism|[ao]li|indi|celsius|fahrenheit|kelvin|euros?|god)s?(?:['’]s)?"
)
"""Names of languages, peoples, units and the like, which a question may say of what goes without saying in a text."""
_LIKE = 0.7
"""From this ratio of difflib on, one word may be another with a typing error or in another language's spelling."""
_TURN = r"(?:switch|turn|power|put)(?:e[sd]|s|ed|ing|ned|ning)?\b[^.,;]{0,30}?\b"
_OPPOSITES = tuple(
    (re.compile(rf"(?i)\b(?:{one})\b"), re.compile(rf"(?i)\b(?:{other})\b"))
    for one, other in (
        (rf"{_TURN}on", rf"{_TURN}off"),
        (r"einschalt\w*|eingeschaltet|schalte\w* .{0,40} ein", r"ausschalt\w*|ausgeschaltet|schalte\w* .{0,40} aus"),
        (r"arriv(?:es?|ed|als?|ing)", r"depart(?:s|ed|ures?|ing)?|leaves?|leaving"),
        (r"opens?|opening|opened", r"closes?|closing|closed|shuts?"),
        (r"starts?|begins?|beginning", r"ends?|ending|finish(?:es)?|expires?|expiry"),
        (r"minimum|at least|least", r"maximum|at most|most"),
        (r"buyers?|purchasers?", r"sellers?|vendors?"),
        (r"landlords?|lessors?", r"tenants?|lessees?"),
        (r"lenders?|creditors?", r"borrowers?|debtors?"),
        (r"employers?", r"employees?"),
        (r"entrances?|entry", r"exits?"),
        (r"vermieter(?:in)?s?", r"mieter(?:in)?s?"),
        (r"arrendadora?", r"arrendatari[oa]"),
    )
)
"""Words of which one says the opposite of the other, or names the other side."""
_NEGATION = re.compile(
    r"(?i)\b(?:not(?! (?:only|just))|never|cannot|without|except|excluded?|forbidden|prohibited|nobody|nothing|nicht"
    r"|niemals|nie|kein\w*|ohne|verboten|untersagt|pas|jamais|aucune?|interdite?s?|nunca|ning[uú]na?"
    r"|prohibid[oa]s?)\b|n['’]t\b|\bno (?!\.|\d)"
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that a passage has to name: its canonical form, and how the question writes it."""

    kind: Kind
    value: str
    written: str

    @property
    def shape(self) -> str:
        """Return the pattern that it shares with others of its sort: another order's number, another year."""
        if self.kind != "identifier":
            return self.kind
        return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", self.value))

    @property
    def is_hard(self) -> bool:
        """Return whether text that does not name it cannot answer: an identifier or a clause has no other name."""
        return self.kind in ("identifier", "clause")

    @property
    def binds_sentences(self) -> bool:
        """Return whether a sentence must name it where one of its neighbours does; a row always must."""
        return self.is_hard or self.kind in ("weekday", "day")


@lru_cache(maxsize=64)
def find_constraints(question: str) -> tuple[Constraint, ...]:
    """Return what a question names to the letter, in its order."""
    text = _LETTER_BEHIND.sub(r"\1-\2", fold_signs(question))
    found: list[Constraint] = []
    for clause in find_clauses(text):
        found.append(Constraint("clause", clause.value, clause.written))
    rest = without_document(without_clauses(text)) if found else text
    for date in find_dates(rest):
        found.append(Constraint("date", date.day.isoformat(), rest[date.start : date.end].strip()))
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + " " * (date.end - date.start) + rest[date.end :]
    for month, day, start, end in sorted(find_days(rest), key=lambda one: -one[2]):
        found.append(Constraint("day", f"{month:02}-{day:02}", rest[start:end].strip()))
        rest = rest[:start] + " " * (end - start) + rest[end:]
    periods = {str(period.year) for period in find_periods(rest)}
    found += [Constraint("year", year, year) for year in sorted(periods)]
    for pattern in (_NAMED_NUMBER, _IDENTIFIER, _NUMBERED_NAME):
        for match in pattern.finditer(rest):
            written = match[match.lastindex or 0].rstrip(".-")
            if not _is_period(written) and not _MEASURE.fullmatch(written):
                found.append(Constraint("identifier", _compact(written), written))
                rest = rest.replace(match[0], " " * len(match[0]))
    for match in _NUMBER.finditer(rest):
        digits = re.sub(r"\D", "", match[0])
        if _YEAR.fullmatch(match[0]):
            found.append(Constraint("year", match[0], match[0]))
        elif match[0].isdigit() and len(digits) >= MIN_IDENTIFIER_DIGITS:
            found.append(Constraint("identifier", digits, match[0]))
        elif len(digits) > 2:
            found.append(Constraint("number", canonical_number(match[0]), match[0]))
    found += [Constraint("weekday", str(day), DAY_NAMES[day]) for day in sorted(weekdays_in(rest))]
    if guess_language(question) == "en" or not _CAPITALISES_NOUNS.search(question):
        names = [
            part for match in _NAME.finditer(rest) for part in _without_acronym(match[0]) if not find_periods(part)
        ]
        found += [Constraint("acronym" if _ACRONYM.fullmatch(name) else "name", fold(name), name) for name in names]
    unique = {(it.kind, it.value): it for it in reversed(found)}
    return tuple(reversed(unique.values()))


def _without_acronym(name: str) -> list[str]:
    """Return the parts of "IBAN of Nordlys": an acronym and the name behind it."""
    match = re.match(r"(?P<acronym>[A-Z]{2,5}) (?:of|for|de|du|von) (?:the |la )?(?P<rest>.+)", name)
    return [match["acronym"], match["rest"]] if match and _ACRONYM.fullmatch(match["acronym"]) else [name]


def names_something(question: str) -> bool:
    """Return whether a question holds a word that says something, an identifier, a date or a year: not "is it", "7"."""
    return any(not word[0].isdigit() for word in content_words(question)) or bool(find_constraints(question))


def asks_for_clause(question: str) -> bool:
    """Return whether a question names a clause, and asks nothing but what it says."""
    constraints = find_constraints(question)
    if not constraints or any(constraint.kind != "clause" for constraint in constraints):
        return False
    rest = fold_signs(question)
    for constraint in constraints:
        rest = rest.replace(constraint.written, " ")
    return says_nothing_else(rest)


def is_negated(text: str) -> bool:
    """Return whether a text says that something is not so, or asks what is not so."""
    return bool(_NEGATION.search(text))


def negated_words(text: str) -> frozenset[str]:
    """Return the words that a text says "not" or "no" of, stemmed: the first that says something behind it."""
    behind = (content_words(text[match.end() : match.end() + NEGATED_REACH])[:1] for match in _NEGATION.finditer(text))
    return frozenset(word for words in behind for word in words)


def opposites_in(question: str) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """Return which of two opposites a question names, each with the other: to switch off and on."""
    return [
        (asked, other)
        for pair in _OPPOSITES
        for asked, other in (pair, pair[::-1])
        if asked.search(question) and not other.search(question)
    ]


def names_constraint(text: str, constraint: Constraint) -> bool:
    """Return whether a text names what a constraint demands, in any of its written forms."""
    text = fold_signs(text)
    if constraint.kind == "name":
        return bool(re.search(rf"\b{re.escape(constraint.value)}", fold(text)))
    if constraint.kind == "acronym":
        return bool(re.search(rf"\b{constraint.value}s?\b", fold(text))) or _spells_out(text, constraint.value)
    if constraint.kind == "identifier":
        return constraint.value in _identifiers(text)
    if constraint.kind == "date":
        return any(date.day.isoformat() == constraint.value for date in find_dates(text))
    if constraint.kind == "day":
        month, day = map(int, constraint.value.split("-"))
        return holds_day(text, month, day)
    if constraint.kind == "weekday":
        return int(constraint.value) in weekdays_in(text)
    if constraint.kind == "year":
        return constraint.value in years_in(text)
    if constraint.kind == "number":
        return constraint.value in {canonical_number(match[0]) for match in _NUMBER.finditer(text)}
    return any(clause.value == constraint.value for clause in find_clauses(text))


def is_like_nothing(constraint: Constraint, words: Collection[str]) -> bool:
    """Return whether a name of a person, firm, place or thing is like none of the folded words of some texts.

    One of a longer name's words is enough to be like it.
    """
    if constraint.kind != "name" or _GENERAL_NAME.fullmatch(constraint.written):
        return False
    parts = [part for part in re.findall(r"[^\W_]+", constraint.value) if len(part) > 2 and part not in ENGLISH]
    if not parts or any(word.startswith(part[:4]) for part in parts for word in words):
        return False
    return not any(get_close_matches(part, words, n=1, cutoff=_LIKE) for part in parts)


def names_another(text: str, constraint: Constraint) -> bool:
    """Return whether a text names something else of the same sort: another order's number, another year."""
    text = fold_signs(text)
    if constraint.kind == "identifier":
        named = _numbers_of_things(text) if constraint.value.isdigit() else _identifiers(text)
        shapes = {Constraint("identifier", value, "").shape for value in named if value != constraint.value}
        return constraint.shape in shapes
    if constraint.kind == "year":
        return bool(years_in(text) - {constraint.value})
    if constraint.kind == "date":
        return any(date.day.isoformat() != constraint.value for date in find_dates(text))
    if constraint.kind == "day":
        month, day = map(int, constraint.value.split("-"))
        return names_other_day(text, month, day)
    if constraint.kind == "weekday":
        return bool(weekdays_in(text) - {int(constraint.value)})
    return False


def units_that_meet(units: Sequence[str], constraint: Constraint, *, context: str, rows: Sequence[bool]) -> list[bool]:
    """Return for each unit of a text (a sentence, or a table row with its head) whether it is about the constraint.

    A sentence is about what it names, and about what was named last before it. A row is about what it names itself.
    `context` is what stands over all units: title, path and section. `rows` tells which units are rows.
    """
    if constraint.kind == "clause":
        return units_in_clause(units, constraint.value, constraint.written, context)
    over_all = names_constraint(context, constraint)
    in_scope = over_all
    met: list[bool] = []
    for unit, is_row in zip(units, rows, strict=True):
        if names_constraint(unit, constraint):
            in_scope = in_scope if is_row else True
            met.append(True)
        elif is_row:
            told = _without_bare_numbers(unit) if constraint.kind == "year" else unit
            met.append(over_all and not names_another(told, constraint))
        else:
            if names_another(unit, constraint):
                in_scope = False
            met.append(in_scope)
    return met


def _without_bare_numbers(row: str) -> str:
    """Return the last line of a row with its head, without cells behind the first that are plain numbers: of "Fuel |
    1450 | 1980" none is a year."""
    separator = "|" if "|" in row else "\t"
    first, *others = row.rpartition("\n")[2].split(separator)
    return separator.join([first, *(cell for cell in others if not cell.strip().isdigit())])


def canonical_number(written: str) -> str:
    """Return a number without separators of thousands and trailing zeros: "1,234.50" and "1.234,5" are 1234.5."""
    digits = re.sub(r"[\s'\u202f\u00a0]", "", written)
    if digits.count(",") and digits.count("."):
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
        digits = digits.replace("." if decimal == "," else ",", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    digits = digits.replace(",", ".")
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole


def years_in(text: str) -> set[str]:
    """Return the years that a text names, also as FY22 or within dates."""
    return {
        *_YEAR.findall(text),
        *(str(period.year) for period in find_periods(text)),
        *(str(date.day.year) for date in find_dates(text)),
    }


def _identifiers(text: str) -> set[str]:
    identifiers = [match[0] for match in _IDENTIFIER.finditer(text)]
    found = {_compact(written) for written in identifiers}
    # "M6 x 25" is M6 as well.
    found |= {_compact(re.split(r"(?<=\d) ?[x×] ?(?=\d)", written)[0]) for written in identifiers}
    # "10-K/A" also names 10-K, "DIN 934-M10" both DIN 934 and M10: parts count on their own.
    for mark in "/-":
        parts = [part for written in identifiers for part in written.split(mark)]
        found |= {_compact(part) for part in parts if re.search(r"\d", part) and re.search(r"[^\W\d_]", part)}
    # "77-3150" is one number, and its parts are others.
    found |= {_compact(match[0]) for match in re.finditer(r"(?<![\w.])\d+(?:[-/]\d+)+(?!\w)", text)}
    return found | {match[0] for match in re.finditer(r"(?<![\w.:])\d+(?![\w]|:\d)", text)}


def _numbers_of_things(text: str) -> set[str]:
    """Return the plain numbers of a text that name something; amounts, counts and years do not."""
    named = {_compact(match[1].rstrip(".-")) for match in _NAMED_NUMBER.finditer(text)}
    cells = {cell.strip() for cell in re.split(r"[|\t]", text)} if "|" in text or "\t" in text else set()
    long = {match[0] for match in re.finditer(rf"(?<![\w.,])\d{{{MIN_IDENTIFIER_DIGITS},}}(?![\w]|[.,]\d)", text)}
    return named | {cell for cell in cells if cell.isdigit()} | long


def _spells_out(text: str, acronym: str) -> bool:
    """Return whether the initials of words in a row, with or without the small ones, are those of an acronym."""
    words = re.findall(r"[^\W\d_]+", fold(text))
    telling = [word for word in words if word not in ENGLISH]
    return any(acronym in "".join(word[0] for word in some) for some in (words, telling))


def _is_period(text: str) -> bool:
    return bool(find_periods(text)) or bool(re.fullmatch(r"(?i)[qth][1-4]", text))


def _compact(written: str) -> str:
    return re.sub(r"[\W_]", "", written.replace("×", "x")).casefold()
