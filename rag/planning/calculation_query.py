"""Reads questions that ask for something to be computed: a formula, growth, a sum over documents, a difference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.amount_query import read_amount_query
from rag.planning.change_query import ChangeQuery, read_field_change
from rag.planning.counts_query import CountsQuery, read_counts
from rag.planning.formulas import Formula, Operand, Term, find_figure, find_formula, find_operand
from rag.planning.rate_query import RateQuery, read_rate
from rag.planning.row_query import RowQuery
from rag.planning.totals_query import AggregateQuery, read_totals_query
from rag.questions.constraints import years_in

MAX_CHARACTERS = 1200
"""Of a question; those of analysts explain what they ask for at length."""


@dataclass(frozen=True, slots=True)
class FormulaQuery:
    """A formula asked for of some years; of several, with `averages`, their mean. No year means the newest."""

    formula: Formula
    years: tuple[int, ...]
    averages: bool = False
    about: str = ""
    """The words behind the formula's name that say whose it is, or of which part."""

    @property
    def is_figure(self) -> bool:
        """Return whether it is a figure as a statement has it, and nothing is computed."""
        return not self.formula.below and len(self.formula.above) == 1


@dataclass(frozen=True, slots=True)
class GrowthQuery:
    """The change of a figure between two years, in percent or, without `in_percent`, as an amount."""

    operand: Operand
    first: int
    last: int
    in_percent: bool = True
    about: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceQuery:
    """How much more one thing is than another: two questions that a look-up answers with a number each.

    `items` are the things of which the one with the more, or the less, is asked for.
    """

    first: str
    second: str
    how: Literal["difference", "ratio", "change", "more", "less"] = "difference"
    items: tuple[str, ...] = ()


CalculationQuery = (
    FormulaQuery | GrowthQuery | AggregateQuery | DifferenceQuery | RowQuery | RateQuery | CountsQuery | ChangeQuery
)

_ASKS_VALUE = re.compile(
    r"(?i)\b(?:what|calculate|compute|determine|how (?:high|large|big|much|many)|roughly|give|tell me|berechne"
    r"|wie (?:hoch|groß|viel)"
    r"|was (?:ist|war)|quel(?:le)?s?|calcule[rz]?|cu[aá]l(?:es)?|calcula)\b"
)
_EXPLAINS = re.compile(
    r"(?i)\b(?:why|warum|pourquoi|por qué|what (?:is meant|does .{1,60} mean|drove|caused|explains)|how (?:is|are"
    r"|was) .{1,60} defined|define|"
    r"definition|improv\w+|healthy|requirements?|adjustments?|warum|bedeutet)\b"
)
_OWNER = re.compile(
    r"(?i)['’]s?\b|\b(?:the|of|for|der|die|das|des|von|le|la|du|de|el|del|our|its|their|unser\w*"
    r"|notre|nuestr[oa])\b"
)
_DEFINITION = re.compile(r"(?i)\b(?:is|are) (?:defined|calculated) as\b|\bdefine\b|:\s*\(|\bdefined as\b")
_PARTS = re.compile(r"[.?;:]\s")
_AVERAGE = re.compile(
    r"(?i)\b(?:\d|two|three|four|five)[- ]years? average|average (?:over|of) the (?:last|past)"
    r"|\baverage\b"
)
_RANGE = re.compile(r"(?i)(?:FY)?\s?((?:19|20)\d\d)\s?(?:-|–|to|through|bis|à|a)\s?(?:FY)?\s?((?:19|20)\d\d)")
_YEAR_NEXT = r"(?=(?:the\s+)?(?:fiscal\s+|financial\s+)?(?:years?\s+)?(?:FY\s?)?'?(?:19|20)?\d\d\b)"
_GROWTH = re.compile(
    r"(?i)(?<![%\w])(?:(?P<percent>growth(?: rate)?|(?:%|percent(?:age)?) (?:change|increase|decrease)|wachstum"
    r"|croissance"
    r"|crecimiento)|(?P<change>change|increase|decrease|veränderung|anstieg|variation|évolution|variación))"
    r"\s+(?:of|in|des?r?|von|de la|du|de|del)\s+(?:the\s+|our\s+|its\s+|total\s+)*(?P<what>[^\d?]{3,60}?)"
    rf"\s+(?:from|between|since|von|zwischen|entre|de|desde|in|over)\s+{_YEAR_NEXT}(?P<behind>[^?]*)"
)
_GROWTH_AFTER = re.compile(
    r"(?i)(?:(?:the|total|what is|what was|(?:19|20)\d\d|['’]s)\s+)(?P<what>[^\W\d](?:[^\W\d]|['’ -]){2,40}?)"
    r"\s+(?:growth(?: rate)?|wachstum)\b(?P<behind>[^?]*)"
)
_LEADING = re.compile(r"(?i)^(?:(?:what|is|was|the|total|unadjusted|of|in)\s+)*")
_QUALIFIED = re.compile(
    r"(?i)\b(?:change|increase|decrease|difference|improvement|growth|impact|effects?|components?|sources?|target"
    r"|adjusted|unlevered"
    r"|levered|segment|and|over|proportion|ratio of|compared?|than|between)\b[^,]*$|%\s*$"
)
"""Before a formula's name: it is then asked for as a part of something else."""
_WHOLE_BEFORE = re.compile(
    r"(?i)(?:^|['’]s?|\b(?:the|of|in|was|were|is|are|much|our|its|their|der|die|das|war|waren|ist|sind|le|la|les|el|los))\s*"
    r"(?:(?:the|total|overall|consolidated|unadjusted|reported|annual|net|year[- ]end"
    r"|(?:FY|fiscal(?: year)?)?\s?'?(?:19|20)\d\d(?:['’]s)?)\s+)*$"
)
"""Before a figure's name: the whole is meant, and no part of it such as the revenue of advertising."""
_NON_STANDARD = re.compile(
    r"(?i)(?<![^\W_])(?P<name>(?:adjusted|core|organic|underlying|normali[sz]ed)\s(?:non[- ]gaap\s)?"
    r"(?:(?:net|operating|gross|income|profit|earnings|sales|revenues?|ebitda?|free|cash|flow|eps)\b\s?)+)"
)
"""Measures of a company's own, which its tables name as it does: "adjusted EBITDA"."""
_GAAP = re.compile(r"(?i)\bnon[- ]gaap\b")
_BELONGS_TO_OWNERS = re.compile(
    r"(?i)^\s+attributable to (?:the )?(?:share|stock)?(?:holders|owners|company)(?: of the (?:parent|company))?\b"
)
_COMPARES = re.compile(
    r"(?i)\b(?:compare[ds]?|growth|grow|grew|change[ds]?|rise|rose|fall|fell|increased?|decreased?|per|share of"
    r"|percent(?:age)? of|ratio|margin|more|less|higher|lower|segments?|forecast|expected|budget(?:ed)?|plan(?:ned)?"
    r"|guidance|target)\b|%"
)
_ENDS_NAME = re.compile(
    r"(?i)^\s*(?:\([^()]*\)\s*)?(?:ratio\s*)?(?:$|[?.,;:(]|(?:(?:of|for|in|at|as of|during|from|by|von|der|des|im"
    r"|für|de|du|en|del|pour)\b))"
)
_PART_OF_YEAR = re.compile(
    r"(?i)\b(?:quarter\w*|quartal\w*|trimestr\w*|months?|monat\w*|mois|mes(?:es)?|[qh][1-4]"
    r"|[1-4]q)\b"
)
_ABOUT = re.compile(
    r"(?i)(?:^|\s)(?:of|for|from|in|at|by|von|der|des|für|de|du|del|pour)\s+(?:the\s+)?(?P<name>[^\W\d][^\d?.,;:()]*)"
)
_NO_NAME = re.compile(
    r"(?i)\b(?:fiscal|financial|calendar|years?|end|company|group|firm|(?:in )?(?:units|percents?|percentage|usd"
    r"|millions|thousands)(?: of)?"
    r"|and|round|to|from|between|fy|the|as|of|quarters?|gesch(?:ä|ae)ftsjahr|jahr|unternehmens?|exercice|année|año"
    r"|ejercicio|société|empresa)\b"
)
_MORE = re.compile(
    r"(?i)^how (?P<how>much|many|far|long|tall|high|heavy|old|deep|wide)?\s?(?P<degree>more|less|fewer|longer"
    r"|higher|taller|heavier|older"
    r"|larger|bigger|deeper|wider|faster)\s+(?P<body>.+?)\s+than\s+(?P<other>.+?)\s*\??$"
)
_BETWEEN = re.compile(
    r"(?i)^(?:what (?:is|was) )?(?:the )?difference between (?:the )?(?P<first>.+?) and (?:the )?(?P<second>.+?)\s*\??$"
)
_RATIO = re.compile(
    r"(?i)^(?:what (?:is"
    r"|was) )?(?:the )?ratio of (?:the )?(?P<first>.+?) to (?:the )?(?P<second>.+?)\s*\??$"
)
_FROM_TO = (
    r"(?:from|between) (?:FY ?)?(?P<first>(?:19|20)\d\d) (?:to|and|until) (?:FY ?)?(?P<last>(?:19|20)\d\d)\s*\??$"
)
_MOVES = (
    r"(?:rise|risen|increased?|grow|grown|gone? up|climb|fall|fallen|drop(?:ped)?|decreased?|declined?"
    r"|gone? down|go down"
    r"|changed?|develop(?:ed)?|differ)"
)
_CHANGES = (
    re.compile(
        rf"(?i)^by (?:how many percent|what percent(?:age)?|how much percent) (?:did|has|have|does) (?:the "
        rf"|our )?(?P<what>.+?) {_MOVES} {_FROM_TO}"
    ),
    re.compile(rf"(?i)^(?:by )?how (?:much )?(?:did|has|have|does) (?:the |our )?(?P<what>.+?) {_MOVES} {_FROM_TO}"),
    re.compile(
        rf"(?i)^(?:what (?:is|was) )?(?:the )?(?:change|rise|increase|decrease|difference) (?:of"
        rf"|in) (?:the )?(?P<what>.+?) {_FROM_TO}"
    ),
)
_MOVES_DE = r"(?:gestiegen|gesunken|gefallen|gewachsen|verändert|erhöht|verringert|zugenommen|abgenommen)"
_CHANGES_ABROAD = (
    (
        re.compile(
            r"(?i)^(?:um )?wie ?(?:viel|stark) (?:stieg|sank|fiel|wuchs|änderte sich|erhöhte sich|ist|hat sich|hat) "
            r"(?P<what>.+?) (?:von|zwischen) (?P<first>(?:19|20)\d\d) (?:auf|bis|und|zu) "
            rf"(?P<last>(?:19|20)\d\d)(?: {_MOVES_DE})?\s*\??$"
        ),
        "Wie hoch war {what} {year}?",
    ),
    (
        re.compile(
            r"(?i)^de combien (?:a (?:augmenté|baissé|diminué|changé)|ont (?:augmenté|baissé)) (?P<what>.+?) "
            r"(?:de|entre) (?P<first>(?:19|20)\d\d) (?:à|et) (?P<last>(?:19|20)\d\d)\s*\??$"
        ),
        "Combien {what} en {year} ?",
    ),
    (
        re.compile(
            r"(?i)^¿?(?:en )?cu[aá]nto (?:subió|bajó|aumentó|creció|cambió|disminuyó) (?P<what>.+?) "
            r"(?:de|entre|desde) (?P<first>(?:19|20)\d\d) (?:a|y|hasta) (?P<last>(?:19|20)\d\d)\s*\??$"
        ),
        "¿Cuánto {what} en {year}?",
    ),
)
"""A change between two years in other languages, and how the figure of one is asked for."""
_ONE_YEAR = re.compile(r"(?:FY)?(?:19|20)\d\d")
_COMPARED = {
    "longer": "long", "higher": "high", "taller": "tall", "heavier": "heavy", "older": "old", "deeper": "deep",
    "wider": "wide", "faster": "fast", "larger": "large", "bigger": "big",
}  # fmt: skip


_AGGREGATES = {
    "sum": "a sum over documents",
    "average": "an average over documents",
    "most": "the document with the largest total",
    "least": "the document with the smallest total",
    "share": "a share of documents",
}
_FIELDS = {
    "sum": "a sum over documents",
    "average": "an average over documents",
    "most": "the document that states the largest figure",
    "least": "the document that states the smallest figure",
    "each": "a figure that each of some documents states",
}


def read_calculation(question: str) -> CalculationQuery | None:
    """Return what a question asks to be computed; None where it asks for nothing that rules can compute."""
    if len(question) > MAX_CHARACTERS:
        return None
    text = " ".join(question.split())
    return (
        read_totals_query(text)
        or _sure_amounts(text)
        or read_counts(text)
        or _read_difference(text)
        or _read_formula(text)
        or _read_growth(text)
        or _read_change(text)
        or read_field_change(text)
        or read_rate(text)
        or _read_figure(text)
    )


def _sure_amounts(text: str) -> AggregateQuery | None:
    """Return what is asked of a figure of documents that the question names."""
    query = read_amount_query(text)
    return query if query is not None and query.is_sure else None


def describe(query: CalculationQuery) -> str:
    """Return in words what is computed."""
    if isinstance(query, FormulaQuery):
        return f"the {query.formula.name}"
    if isinstance(query, GrowthQuery):
        return f"the change of the {query.operand.name}"
    if isinstance(query, AggregateQuery):
        return (_AGGREGATES if query.field is None else _FIELDS)[query.how]
    if isinstance(query, RowQuery):
        return query.shown
    if isinstance(query, CountsQuery):
        return "the difference of two counts"
    if isinstance(query, ChangeQuery):
        return f"the change of the {query.field.written}"
    if isinstance(query, RateQuery):
        return f"an amount by the {query.period}"
    return f"the {query.how} of two figures" if query.items else f"a {query.how} of two figures"


def _read_formula(text: str) -> FormulaQuery | None:
    asked = _DEFINITION.split(text)[0]
    part = next((part for part in _PARTS.split(asked) if find_formula(part)), "")
    formula = find_formula(part)
    if formula is None or not _ASKS_VALUE.search(part) or _EXPLAINS.search(part):
        return None
    name = formula.pattern.search(part)
    assert name is not None
    if _QUALIFIED.search(part[: name.start()]) or not _ENDS_NAME.match(part[name.end() :]):
        return None
    if not _OWNER.search(part) and not years_in(part):
        return None  # "What is working capital?" asks for a definition.
    years = _years(asked)
    is_average = _AVERAGE.search(asked) is not None
    if _PART_OF_YEAR.search(part) or (len(years) > 1) != is_average:
        return None
    return FormulaQuery(formula, years, is_average, _about(part[name.end() :]))


def _read_figure(text: str) -> FormulaQuery | None:
    """Return the figure of a year's statements that is asked for: "the FY2016 COGS for Microsoft"."""
    for part in _PARTS.split(_DEFINITION.split(text)[0]):
        years = _years(part)
        if len(years) != 1 or not _ASKS_VALUE.search(part) or _is_of_part(part):
            continue
        named = find_figure(part)
        if named is None:
            if (measure := _NON_STANDARD.search(part)) is None:
                continue
            name = " ".join(_GAAP.sub(" ", measure["name"]).split())
            named = measure.start("name"), measure.end("name"), Operand(name, (name,), "income")
        start, end, operand = named
        before, behind = part[:start], _BELONGS_TO_OWNERS.sub("", part[end:])
        if _WHOLE_BEFORE.search(before) and _ENDS_NAME.match(behind):
            return FormulaQuery(Formula(operand.name, "", (Term(operand),)), years, about=_about(behind))
    return None


def _is_of_part(text: str) -> bool:
    """Return whether a figure is asked for of a part of the year, compared, explained or expected."""
    return any(pattern.search(text) for pattern in (_EXPLAINS, _PART_OF_YEAR, _AVERAGE, _COMPARES))


def _read_growth(text: str) -> GrowthQuery | None:
    asked = text.split("? ")[0]
    match = _GROWTH.search(asked) or _GROWTH_AFTER.search(asked)
    years = sorted({int(year) for year in years_in(asked)})
    if match is None or len(years) != 2 or not _ASKS_VALUE.search(asked) or _EXPLAINS.search(asked):
        return None
    operand = find_operand(_LEADING.sub("", match["what"]))
    if operand is None or "%" in match["what"] or _PART_OF_YEAR.search(asked):
        return None
    in_percent = not match.groupdict().get("change") or re.search(r"(?i)percent|%|\brate\b", text) is not None
    return GrowthQuery(operand, years[0], years[1], in_percent, _about(match["behind"]))


def _about(behind: str) -> str:
    """Return whom or what a figure is asked for by the words behind its name: "Block" of "for Block in 2020"."""
    names = [_NO_NAME.sub(" ", match["name"]) for match in _ABOUT.finditer(behind.split("(")[0])]
    return " ".join(" ".join(name.split()) for name in names if name.split()).strip()


_WHICH_MORE = re.compile(
    r"(?i)^\W*(?:which|who|what)(?: (?!one)[^\W\d_]+| one| of (?:them|the two))? (?P<verb>(?!i|ha|wa|doe)[a-z]{2,}?)s"
    r" (?P<degree>more|less)(?P<what>(?: [^\W\d_]+)?), (?P<first>[^,]+) or (?P<second>[^,?]+)\W*$"
)
"""Which of two things does more: "Which crane lifts more, the blue one or the red one?"."""


def _read_difference(text: str) -> DifferenceQuery | None:
    if match := _MORE.match(text):
        return _more(match)
    if match := _WHICH_MORE.match(text):
        verb = re.sub(r"ie$", "y", match["verb"])
        asked = [f"How much{match['what']} does {match[name]} {verb}?" for name in ("first", "second")]
        items = (match["first"], match["second"])
        return DifferenceQuery(asked[0], asked[1], "more" if match["degree"].casefold() == "more" else "less", items)
    for pattern, how in ((_BETWEEN, "difference"), (_RATIO, "ratio")):
        match = pattern.match(text)
        if match and (pair := _shared(match["first"], match["second"])):
            first, second = pair
            return DifferenceQuery(
                f"What is the {first}?", f"What is the {second}?", "difference" if how == "difference" else "ratio"
            )
    return None


def _more(match: re.Match[str]) -> DifferenceQuery | None:
    """Return the two questions of "how much more does A cost than B"."""
    degree, body, other = match["degree"].casefold(), match["body"], match["other"]
    if re.match(r"(?i)(?:in|on|at|before|after|last|this|expected|planned|\d)", other):
        return None
    asks = f"How {_COMPARED[degree]}" if degree in _COMPARED else f"How {match['how'] or 'much'}"
    verb = re.match(
        r"(?i)(?P<noun>(?:(?!does|did|do|is|are|was|were|has|have)\w+ )*)(?P<verb>does|did|do|is|are"
        r"|was|were) (?P<rest>.+)$",
        body,
    )
    if verb is None:
        return None
    rest = verb["rest"].split()
    noun = f" {verb['noun'].strip()}" if verb["noun"] else ""
    if noun and verb["verb"].casefold() in ("is", "are", "was", "were"):
        return None  # "How much more expensive is": of an adjective no number is asked.
    if verb["verb"].casefold() in ("is", "are", "was", "were"):
        return DifferenceQuery(
            f"{asks}{noun} {verb['verb']} {' '.join(rest)}?", f"{asks}{noun} {verb['verb']} {other}?"
        )
    if len(rest) < 2:
        return None
    action = rest[-1]
    return DifferenceQuery(
        f"{asks}{noun} {verb['verb']} {' '.join(rest)}?", f"{asks}{noun} {verb['verb']} {other} {action}?"
    )


def _read_change(text: str) -> DifferenceQuery | None:
    """Return the two questions of "how much did the fee rise from 2022 to 2024", the later year first."""
    for pattern, question in _CHANGES_ABROAD:
        if found := pattern.match(text):
            first, last = sorted((found["first"], found["last"]))
            asked = [question.format(what=found["what"].strip(), year=year) for year in (last, first)]
            return DifferenceQuery(asked[0], asked[1], "change")
    match = next((match for pattern in _CHANGES if (match := pattern.match(text))), None)
    if match is None or re.search(r"(?i)\b(?:from|by|due|attributable|excluding)\b", match["what"]):
        return None
    first, last = sorted((match["first"], match["last"]))
    what = match["what"].strip()
    return DifferenceQuery(f"What is the {what} in {last}?", f"What is the {what} in {first}?", "change")


def _shared(first: str, second: str) -> tuple[str, str] | None:
    """Return both sides of "the price of A and B" or "the 2022 and 2023 revenue" with what they share in each."""
    if _ONE_YEAR.fullmatch(second) and len(_ONE_YEAR.findall(first)) == 1:
        return first, _ONE_YEAR.sub(second, first)
    if of := re.match(r"(?i)(?P<what>.+? (?:of|in|for|at)) (?P<name>.+)$", first):
        is_whole = re.match(r"(?i).+? (?:of|in|for|at) ", second) is not None
        return first, second if is_whole else f"{of['what']} {second}"
    if re.fullmatch(r"(?:FY)?\d{2,4}", first) and (named := re.match(r"((?:FY)?\d{2,4}) (.+)$", second)):
        return f"{named[2]} in {first}", f"{named[2]} in {named[1]}"
    return None


def _years(text: str) -> tuple[int, ...]:
    if match := _RANGE.search(text):
        first, last = int(match[1]), int(match[2])
        if first <= last <= first + 20:
            return tuple(range(first, last + 1))
    return tuple(sorted({int(year) for year in years_in(text)}))
