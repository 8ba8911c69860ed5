"""Reads questions over the rows of one table: the cheapest, the average, the sum, how many, which of a sort."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.extraction.days import find_days
from rag.planning import row_words
from rag.planning.amount_bounds import Bound, find_bound
from rag.planning.date_ranges import DateRange, read_range
from rag.planning.row_words import How, Measure, terms
from rag.words.folding import fold
from rag.words.stop_words import RULED_STOP_WORDS

MAX_CHARACTERS = 200

_OPENS_DAYS = re.compile(
    r"(?i)(?<!\w)(?:(?P<before>older than|älter als|plus (?:ancien(?:ne)?s?|vieux|vieilles?) que|más (?:antigu"
    r"|viej)[oa]s? que)"
    r"|(?P<after>(?:newer|younger) than|(?:neuer|jünger) als|plus récente?s? que|más (?:nuev[oa]s|recientes) que)"
    r"|(?P<word>before|after|since|until|between|in|during|from|of|vor|nach|seit|ab|bis|zwischen|im jahre?|aus"
    r"|avant|après"
    r"|depuis|entre|en|de|antes del?|después del?|desde))\s+(?=.*\d)"
)  # fmt: skip
_OPENS_DAY = re.compile(r"(?i)(?<!\w)(?:on|dated|am|vom|le|du|el|del)(?: the)?\s*$")
_YEAR_ALONE = re.compile(r"(?<![\w.,€$£-])(?:19|20)\d\d(?![\w%€$£-]|[.,]\d)")
_SPELLED = frozenset(
    fold(word)
    for word in (
        "both", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "beide", "beiden", "zwei",
        "drei", "vier", "fünf",
        "sechs", "deux", "trois", "quatre", "cinq", "six", "ambos", "dos", "tres", "cuatro", "cinco", "seis",
    )
)  # fmt: skip
"""Numbers that only say how many of the named rows there are: "the two trips to Voss"."""
_WHOLE_YEAR = re.compile(
    r"(?i)\s+(?:in|over|during|for) the (?:whole|entire|full) year|\s+(?:im|über das) (?:ganze[ns]?|gesamte[ns]?) jahr"
    r"|\s+(?:sur|pendant|dans) toute l['’]année|\s+en todo el año"
)
"""What a table of a year is about as a whole."""
_MONEY_BEHIND = re.compile(r"(?i)\s*(?:[€$£%]|(?:euros?|eur|pounds?|dollars?)\b)")
_MAX_DAY_WORDS = 7
_PLURAL = re.compile(r"(?i)(?:s|x|en|er|e|people|children|men|women|gente)[?.,!]?$")
"""The end of a noun that may be a plural: only of several things is a table asked for a list."""
_PLURAL_VERB = re.compile(r"^\W*[Ww]elche \S+ (?:sind|haben|[a-zäöü]+en)\b")
"""The verb behind a German plural that has no ending of its own: "welche Artikel haben"."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A question over the rows of a table: what is done, and the words that name columns, rows and the table.

    `measures` are what a superlative may mean, in the order in which a table is looked through for their columns.
    `noun` holds the words behind "how many" or "list", which say what is counted or listed. Rows are bounded by
    `bound`, a number whose column `bound_words` name, and by `days` or years of a column. Of a question `is_negated`
    those rows are meant of which its words do not hold. `is_open` where it only asks which or who, and a passage may
    answer it as well.
    """

    how: How
    words: tuple[str, ...]
    measures: tuple[Measure, ...] = ()
    noun: tuple[str, ...] = ()
    bound: Bound | None = None
    bound_words: tuple[str, ...] = ()
    days: DateRange | None = None
    names_year: bool = False
    """Whether `days` are those of a year without a word for before or after, which may also be the table's own."""
    is_negated: bool = False
    is_open: bool = False

    @property
    def shown(self) -> str:
        """Return in words what is computed."""
        return {
            "often": "what stands in most rows of a table",
            "most": "the row with the largest value",
            "least": "the row with the smallest value",
            "average": "an average over the rows of a table",
            "sum": "a sum over the rows of a table",
            "count": "a count of the rows of a table",
            "list": "the rows of a table",
            "share": "a share of the rows of a table",
            "value": "the value of what a table lists",
        }[self.how]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds rows by numbers and days, and the text without it."""

    rest: str
    bound: Bound | None = None
    bound_words: tuple[str, ...] = ()
    days: DateRange | None = None
    names_year: bool = False


def read_rows(question: str) -> RowQuery | None:
    """Return what a question in English, German, French or Spanish asks over the rows of a table; None for others."""
    text = _WHOLE_YEAR.sub("", " ".join(question.split()))
    if len(text) > MAX_CHARACTERS:
        return None
    bounds = read_bounds(text)
    rest = bounds.rest
    if row_words.NO_ROWS.search(rest) or row_words.DUE_ON_ONE.search(rest):
        return None
    if row_words.ASKS_ONE.match(rest) and row_words.MOST_OFTEN.search(rest):
        noun = row_words.WHICH.match(rest)
        return _query("often", row_words.MOST_OFTEN.sub(" ", rest), bounds, noun=_words(noun["noun"]) if noun else ())
    if row_words.ASKS_ONE.match(rest) and (measured := _superlative(rest)) is not None:
        measures, left = measured
        noun = row_words.WHICH.match(rest)
        grouped = _words(noun["noun"]) if noun and row_words.ADDS_UP.search(rest) else ()
        if row_words.ASKS_WHO.match(rest) and row_words.ADDS_UP.search(rest):
            grouped = _words("people")
        return _query(measures[0][0], left, bounds, measures=measures, noun=grouped)
    asks_number = row_words.ASKS_NUMBER.match(rest) is not None
    if row_words.SHARE.search(rest) and (asks_number or row_words.SHARE.match(rest)):
        return _query("share", rest, bounds)
    if asks_number and row_words.AVERAGE.search(rest):
        return _query("average", rest, bounds)
    if row_words.VALUE.match(rest) and not _names_all(rest):
        return _query("value", row_words.VALUE_NAME.sub(" ", rest), bounds)
    if asks_number and (row_words.SUM.search(rest) or row_words.SPENT.match(rest)):
        return _query("sum", rest, bounds)
    if match := row_words.COUNT.match(rest):
        return _query("count", rest, bounds, noun=_words(match["noun"]))
    if match := row_words.LIST.match(rest):
        return _query("list", rest, bounds, noun=_words(match["noun"]))
    if (match := row_words.WHICH.match(rest)) and _is_plural(match["noun"], rest):
        return _query("list", rest, bounds, noun=_words(match["noun"]), is_open=True)
    is_bounded = bounds.bound is not None or bounds.days is not None or row_words.NOT.search(rest) is not None
    if row_words.ASKS_WHO.match(rest) and is_bounded:
        return _query("list", rest, bounds, noun=_words("people"), is_open=True)
    return None


def _is_plural(noun: str, text: str) -> bool:
    return _PLURAL.search(noun) is not None or _PLURAL_VERB.match(text) is not None


def _query(
    how: How,
    text: str,
    bounds: Bounds,
    *,
    noun: tuple[str, ...] = (),
    measures: tuple[Measure, ...] = (),
    is_open: bool = False,
) -> RowQuery:
    return RowQuery(
        how,
        _words(text, opens_question=True),
        measures,
        noun,
        bounds.bound,
        bounds.bound_words,
        bounds.days,
        bounds.names_year,
        row_words.NOT.search(text) is not None,
        is_open,
    )


def _superlative(text: str) -> tuple[tuple[Measure, ...], str] | None:
    """Return what a superlative measures, and the text without it; None where there is none."""
    of_persons = row_words.JOINS.search(text) is not None or (
        row_words.ASKS_WHO.match(text) is not None and row_words.MEMBER.search(text) is not None
    )
    for pattern, measures in (*(row_words.TENURE if of_persons else ()), *row_words.SUPERLATIVES):
        if match := re.search(rf"(?i)(?<!\w)(?:{pattern})(?!\w)", text):
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            is_tenure = of_persons and measures[0][1] == row_words.TIME
            return measures, row_words.JOINS.sub(" ", rest) if is_tenure else rest
    return None


def _names_all(text: str) -> bool:
    return row_words.SUM.search(row_words.VALUE_NAME.sub(" ", text)) is not None


def read_bounds(text: str) -> Bounds:
    """Return the numbers and days that bound what a question asks for, and the question without them."""
    for opening in _OPENS_DAYS.finditer(text):
        words = text[opening.end() :].split()
        for count in range(min(len(words), _MAX_DAY_WORDS), 0, -1):
            said = " ".join(words[:count]).strip(" ?.!,")
            relation = "before" if opening["before"] else "after" if opening["after"] else opening["word"]
            days = read_range(f"{relation} {said}")
            if days is not None and not _is_number(said, opening):
                rest = f"{text[: opening.start()]} {' '.join(words[count:])}"
                names_year = days == read_range(said)
                inner = _read_number_bound(" ".join(rest.split()))
                return Bounds(inner.rest, inner.bound, inner.bound_words, days, names_year)
    if len(found := find_days(text)) == 1 and found[0].other is None:
        before = _OPENS_DAY.search(text[: found[0].start])
        start = before.start() if before else found[0].start
        inner = _read_number_bound(" ".join(f"{text[:start]} {text[found[0].end :]}".split()))
        return Bounds(inner.rest, inner.bound, inner.bound_words, DateRange(found[0].day, found[0].day))
    if match := _YEAR_ALONE.search(text):
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        inner = _read_number_bound(" ".join(rest.split()))
        return Bounds(inner.rest, inner.bound, inner.bound_words, read_range(match[0]), True)
    return _read_number_bound(text)


def _is_number(said: str, opening: re.Match[str]) -> bool:
    """Return whether days are a number of something: "ab 2000 Euro"."""
    return _MONEY_BEHIND.match(opening.string[opening.end() + len(said) :]) is not None


def _read_number_bound(text: str) -> Bounds:
    bound = find_bound(text)
    if bound is None:
        return Bounds(text)
    unit = "" if bound.is_money else bound.unit
    behind = text[bound.end :].split()[:1]
    return Bounds(
        " ".join(f"{text[: bound.start]} {text[bound.end :]}".split()),
        bound,
        _words(f"{unit} {' '.join(behind)}"),
    )


def _words(text: str, *, opens_question: bool = False) -> tuple[str, ...]:
    """Return the words of a question that name something, stemmed, each once."""
    found: list[str] = []
    for match in re.finditer(r"[\w'’-]+", text):
        token = match[0]
        # A word for nothing much that has a capital within the question is a name or a German noun: "alle Einer".
        if fold(token) in _SPELLED:
            continue
        is_noun = token[0].isupper() and not (opens_question and match.start() < 2)
        if is_noun or fold(token) not in RULED_STOP_WORDS:
            found += terms(re.sub(r"(?i)^[ldnq]['’]", "", token).replace("-", " "))
    return tuple(dict.fromkeys(word for word in found if word not in row_words.ASKING))
