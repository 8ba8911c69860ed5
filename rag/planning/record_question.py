"""Reads from a question what is asked of records: which, how many, a sum, the most, who has several;
and of which days."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from rag.planning import record_words as words
from rag.planning import row_words
from rag.planning.amount_bounds import Bound, find_bound
from rag.planning.date_ranges import DateRange
from rag.planning.rate_query import find_period
from rag.planning.row_query import read_bounds
from rag.planning.row_words import terms
from rag.words.dates import MONTH_PATTERN, MONTHS
from rag.words.language import guess_language
from rag.words.number_words import NUMBER_WORDS

MAX_CHARACTERS = 180
LAST_YEAR = 2040
"""Years up to which a number of four digits is taken for one."""

How = Literal["list", "count", "share", "sum", "average", "most", "least", "repeated", "often"]
Asks = Literal["", "who", "whose", "when"]
Measure = Literal["", "money", "time", "day", "size"]

_TELLS = re.compile(
    r"(?i)(?<!\w)(?:why|how do|how can|explain|warum|pourquoi|por qué|difference|unterschied|différence|diferencia"
    r"|compared?|vergleiche?"
    r"|should|must|may (?:i|we|you)|can (?:i|we)|if|wenn|falls|si(?= )|change[ds]?|rise|rose|second|third|zweit\w+"
    r"|dritt\w+|deuxième"
    r"|how often|wie oft|mean(?:s|ing)?|(?:last|this|next) (?:week|month|year|quarter)|today|yesterday|tomorrow"
    r"|(?:letzte[nrms]?|diese[nrms]?|nächste[nrms]?) (?:woche|monat|jahr)|heute|gestern|morgen"
    r"|(?:semaine|année|mois) (?:dernière?|prochaine?)|cette (?:semaine|année)|ce mois|aujourd['’]hui|hier|demain"
    r"|(?:semana|mes|año) (?:pasad[oa]|próxim[oa])|est[ea] (?:semana|mes|año)|hoy|ayer|mañana)(?!\w)"
)
"""What asks for an explanation, a change or a rule, or of a time that depends on the day, and nothing over records."""
_OF_ONE = re.compile(
    r"(?i)^\W*(?:(?:what|was|que|qué) (?:do|does|did|kostet|zahlt|coûte|paie|cuesta|paga)(?!\w)"
    r"|what (?:is|was) the (?!.*(?:\b(?:most|least|best|worst|first|last)\b|est\b))[^?]{2,40}? (?:of|for) an? \w)"
)
"""What one of them costs, or does, is looked up."""
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*(?:\d+)?")
_ELIDED = re.compile(r"(?i)^[ldnqcsj]['’]|^qu['’]|['’]s$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question: its stem, how it is written, and what stands before it of what denies."""

    stem: str
    written: str
    at: int
    is_name: bool = False
    """Whether it has a capital within the question."""


@dataclass(frozen=True, slots=True)
class MonthRange:
    """Months from `first` to `last`, of any year where `year` is 0."""

    first: int
    last: int
    year: int = 0

    def holds(self, days: DateRange) -> bool:
        """Return whether all days of a stretch are of these months."""
        if self.year and days.first.year != self.year:
            return False
        return days.first.year == days.last.year and self.first <= days.first.month and days.last.month <= self.last


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """What is asked of records. `tokens` are the words that say of which, in order; `marks` the places of words that
    deny something, or say that it is missing."""

    how: How
    tokens: tuple[Token, ...]
    asks: Asks = ""
    measure: Measure = ""
    is_amount: bool = False
    """Whether it asks how much."""
    bound: Bound | None = None
    bound_words: tuple[str, ...] = ()
    days: DateRange | None = None
    months: MonthRange | None = None
    marks: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    is_owed: bool = False
    scales: tuple[row_words.Measure, ...] = ()
    """What a superlative measures, by patterns for the names of fields: the youngest by age, or by birth."""
    is_grouped: bool = False
    """Whether it is asked of each group of them."""


def read_record_question(question: str) -> RecordQuestion | None:
    """Return what a question in English, German, French or Spanish asks over records; None for any other."""
    text = plain_question(question)
    if text is None or _TELLS.search(text) or row_words.DUE_ON_ONE.search(text):
        return None
    opened = _opened(text)
    if opened is None:
        return None
    how, asks, rest, is_amount = opened
    rest = plain_bounds(rest)
    measure: Measure = ""
    scales: tuple[row_words.Measure, ...] = ()
    months, rest = _months(rest)
    if match := words.REPEATED.search(rest):
        how, rest = "repeated", _without(rest, match)
    elif match := row_words.MOST_OFTEN.search(rest):
        how, rest = "often", _without(rest, match)
    elif row_words.SHARE.search(_PERCENTAGE.sub(" ", rest)):
        how, rest = "share", row_words.SHARE.sub(" ", re.sub(r"(?i),? in (?:per ?cent|prozent)", " ", rest))
    elif (is_amount or how in ("list", "count")) and (match := _AVERAGE.search(rest) or row_words.AVERAGE.search(rest)):
        how, rest = "average", _without(rest, match)
    elif how == "count" and (match := row_words.SUM.search(rest)):
        rest = _without(rest, match)
    elif (superlative := _superlative(rest)) is not None:
        how, measure, rest, scales = superlative
    elif (is_amount or (how == "list" and find_bound(rest) is None)) and _SUM.search(rest):
        how, rest = "sum", _SUM.sub(" ", rest)
    is_owed = is_amount and words.OWED.search(rest) is not None
    if is_owed:
        how, rest = "sum", words.OWED.sub(" ", rest)
    if is_amount and how == "list":
        is_of_months = months is not None and months.first != months.last
        if not is_of_months and not _TRANSACTED.search(rest):
            return None
        how, measure = "sum", measure if is_of_months else "money"
        rest = rest if is_of_months else _TRANSACTED.sub(" ", rest)
    which = _which(rest, months, has_names=guess_language(text) != "de")
    return replace(which, how=how, asks=asks, measure=measure, is_amount=is_amount, is_owed=is_owed, scales=scales)


def plain_bounds(text: str) -> str:
    """Return a text whose bounds are in figures: "more than 3", "since 1 January 2023"."""
    text = _SPELLED_BOUND.sub(lambda match: f"{match[1]} {NUMBER_WORDS[match[2].casefold()]}", text)
    return _YEAR_EDGE.sub(
        lambda match: f"{match['word']} {'1 January' if match['start'] else '31 December'} {match['year']}", text
    )


def plain_question(question: str) -> str | None:
    """Return a question in one line without the marks around it; None for one too long to be read by rules."""
    text = " ".join(question.split()).strip(" ?!.¿¡")
    return text if len(text) <= MAX_CHARACTERS else None


def read_side(text: str, *, language: str) -> RecordQuestion:
    """Return of which records one side of a comparison is, and of which days."""
    months, rest = _months(text, is_bare=True)
    return replace(_which(rest, months, has_names=language != "de"), is_amount=True)


def _which(rest: str, months: MonthRange | None, *, has_names: bool) -> RecordQuestion:
    """Return of which records a text is: its bounds, its words, and what it denies."""
    period = find_period(rest)
    if period is not None:
        rest = f"{rest[: period[0]]} {rest[period[1] :]}"
    bounds = read_bounds(rest) if months is None else None
    bound: Bound | None = None
    bound_words: tuple[str, ...] = ()
    days: DateRange | None = None
    if bounds is not None and bounds.names_year and bounds.days is not None and bounds.days.first.year > LAST_YEAR:
        # The number of an invoice, and no year.
        bounds = None
    if bounds is not None:
        rest, bound, bound_words, days = bounds.rest, bounds.bound, bounds.bound_words, bounds.days
    marks = tuple(match.start() for pattern in (words.NOT, words.EXCEPT) for match in pattern.finditer(rest))
    missing = tuple(match.start() for match in words.MISSING.finditer(rest))
    plain = words.MISSING.sub(lambda match: " " * len(match[0]), rest)
    for pattern in (words.NOT, words.EXCEPT):
        plain = pattern.sub(lambda match: " " * len(match[0]), plain)
    return RecordQuestion(
        "sum",
        tokens_of(plain, has_names=has_names),
        bound=bound,
        bound_words=bound_words,
        days=days,
        months=months,
        marks=marks,
        missing=missing,
    )


_TRANSACTED = re.compile(
    r"(?i)(?<!\w)(?:donated|raised|collected|given|received|spent|earned|taken in|gespendet|gesammelt|eingenommen"
    r"|ausgegeben|donné|récolté|collecté|dépensé|encaissé|donado|recaudado|gastado|ingresado)(?!\w)"
)
"""What was done with money more than once: how much that was is the sum of all times."""
_PERCENTAGE = re.compile(r"(?i)\d ?(?:%|per ?cent|prozent|pour ?cent|por ciento)|percentage points?|prozentpunkte?")
_SPELLED_BOUND = re.compile(
    r"(?i)(?<!\w)(more than|less than|fewer than|at least|at most|over|under|mehr als|weniger als|mindestens|höchstens"
    r"|über|unter|plus de|moins de|au moins|au plus|más de|menos de|al menos|como máximo)"
    rf" ({'|'.join(word for word, value in NUMBER_WORDS.items() if value > 1 and word != 'once')})"
    r"(?! (?:fois|veces|times)\b)(?!\w)"
)
_YEAR_EDGE = re.compile(
    r"(?i)(?<!\w)(?P<word>since|after|before|from|until|seit|nach|vor|bis|depuis|après|avant|desde|antes|después)"
    r"(?: de(?:l|s)?)? (?:(?:the|le|la|el) )?(?:(?P<start>start|beginning|anfang|beginn|début|inicio|principios"
    r"|comienzos?)|end|ende|fin(?:al(?:es)?)?)(?: of| des jahres| de(?:l año)?| l['’]année)* (?P<year>(?:19|20)\d\d)"
    r"(?!\w)"
)
_BARE_MONTH = re.compile(
    rf"(?i)(?<![\w.-])(?<!\d )(?P<month>{MONTH_PATTERN})(?: (?P<year>(?:19|20)\d\d))?(?![\w.]|,? \d)"
)
_AVERAGE = re.compile(
    r"(?i)(?<!\w)(?:on average|average|im durchschnitt|durchschnitt|im (?:schnitt|mittel)|en moyenne|de media)(?!\w)"
)
_SUM = re.compile(
    r"(?i)(?<!\w)(?:in total|total|sum|altogether|(?:all )?together|combined|in all|add(?:s|ed)? up(?: to)?"
    r"|insgesamt|summe|gesamt\w*|zusammen"
    r"|au total|en tout|totale?s?|somme|ensemble|en total|en conjunto|suman?|overall"
    r"|(?:from|over|across|during|for) (?:all|the (?:half|whole|full))(?: of)?(?: the)?(?: \w+)?(?: months?"
    r"| years?| weeks?| quarters?)?)(?!\w)"
)


_WAS_COSTS = re.compile(r"(?i)^\W*was (?P<verb>koste(?:te)?n|machen|ergeben)\b")
_OPENINGS: tuple[tuple[re.Pattern[str], How, Asks], ...] = (
    (words.COUNTS, "count", ""),
    (words.WHO, "list", "who"),
    (words.WHOSE, "list", "whose"),
    (words.WHEN, "list", "when"),
)


def _opened(text: str) -> tuple[How, Asks, str, bool] | None:
    """Return what the first words of a question ask, what follows them, and whether it asks how much."""
    for pattern, how, asks in _OPENINGS:
        if match := pattern.match(text):
            return how, asks, text[match.end() :], False
    if match := words.AMOUNT.match(text):
        return "list", "", f"{_size(match[0])} {text[match.end() :]}", True
    if (match := _WAS_COSTS.match(text)) and _SUM.search(text):
        return "list", "", text[match.start("verb") :], True
    if match := words.WHICH.match(text):
        is_amount = re.match(r"(?i)^\W*(?:what|qu[eé]|cu[aá]l|quel(?:le)?)\b", text) is not None and (
            _SUM.search(text) is not None
            or _AVERAGE.search(text) is not None
            or row_words.AVERAGE.search(text) is not None
        )
        if not is_amount and _OF_ONE.match(text):
            return None
        return "list", "", text[match.end() :], is_amount
    if match := words.LISTS.match(text):
        return "list", "", text[match.end() :], False
    return None


def _size(opening: str) -> str:
    return "groß" if re.search(r"(?i)large|big|groß", opening) else ""


def _superlative(text: str) -> tuple[How, Measure, str, tuple[row_words.Measure, ...]] | None:
    """Return whether the most or the least is asked for, what it measures, the text without its word, and how the
    fields are called that measure it."""
    if match := words.PAID_BEST.search(text):
        return "most", "money", _without(text, match), ()
    if match := words.LONGEST.search(text):
        return "most", "time", _without(text, match), ()
    if match := words.LAST.search(text):
        return "most", "day", _without(text, match), ()
    if match := words.FIRST.search(text):
        return "least", "day", _without(text, match), ()
    for pattern, measures in row_words.SUPERLATIVES:
        if match := re.search(rf"(?i)(?<!\w)(?:{pattern})(?!\w)", text):
            how, measured = measures[0]
            measure: Measure = "money" if measured == row_words.PRICE else ""
            return how, measure, _without(text, match), measures
    if match := words.THE_MOST.search(text):
        return "least" if match["least"] else "most", "", _without(text, match), ()
    return None


def _months(text: str, *, is_bare: bool = False) -> tuple[MonthRange | None, str]:
    """Return the months that a text names without their days, and the text without them; with `is_bare` also one that
    no preposition opens."""
    if match := words.MONTHS_BETWEEN.search(text):
        first, last = (MONTHS[match[name].casefold()] for name in ("first", "last"))
        if first <= last:
            return MonthRange(first, last, int(match["year"] or 0)), _without(text, match)
    for match in words.MONTH_ALONE.finditer(text):
        name = (match["month"] or match["before"]).casefold()
        if (
            name in MONTHS
            and not re.match(r"\.?,?(?: de| of)? (?:19|20)\d\d|\.? \d", text[match.end() :])
            and not re.search(r"\d\.? $", text[: match.start()])
        ):
            return MonthRange(MONTHS[name], MONTHS[name]), _without(text, match)
    if is_bare and (match := _BARE_MONTH.search(text)):
        month = MONTHS[match["month"].casefold()]
        return MonthRange(month, month, int(match["year"] or 0)), _without(text, match)
    return None, text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def tokens_of(text: str, *, has_names: bool) -> tuple[Token, ...]:
    """Return the words of a text that name something, in order; a capital tells names where `has_names`."""
    found: list[Token] = []
    text = re.sub(r"(?<=\w)-(?=\w)", " ", text)
    for match in _TOKEN.finditer(text):
        written = _ELIDED.sub("", match[0])
        is_name = written[:1].isupper()
        if not written or (words.is_glue(written) and not (is_name and match.start())) or written in ("I", "It"):
            continue
        found += [Token(stem, written, match.start(), is_name and has_names) for stem in terms(written)]
    return tuple(found)
