"""Finds in a question by what its answer is to be grouped: "per town", "each inspector", "je Kategorie"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.row_words import PERSONS, SUPERLATIVES, terms
from rag.words.dates import MONTH_PATTERN
from rag.words.number_words import NUMBER_WORDS

Mark = Literal["each", "per", "by"]

MAX_CHARACTERS = 180
MAX_NAMED = 5
"""Words behind "each" that may name what is grouped by."""

_BEFORE = (
    r"(?:for|in|of|by|from|to|at|with|on|für|im|bei|von|an|zu|aus|auf|pour|dans|de|à|par|chez|para|en|a|por|con|nach)"
)
_OF_THE = r"(?:(?: of| von| de)?(?: (?:the|our|these|der|unserer|les|nos|los|las|nuestr[oa]s)| des))?"
_EACH = re.compile(
    rf"(?i)(?<![\w'’])(?P<before>{_BEFORE} )?(?:each and every|each|every|jede[rnsm]?|chacune?|chaque"
    rf"|cada(?: un[oa]?(?= de))?){_OF_THE} (?=\w)"
)
_PER = re.compile(r"(?<![\w'’])(?:[Pp]er|[Pp]ro|[Jj]e(?= [A-ZÄÖÜ])) (?=[^\W\d])")
_BY = re.compile(
    r"(?i)(?<![\w'’])(?:(?:grouped |broken down |split |listed |aufgeteilt |groupée?s? |agrupad[oa]s )?"
    r"(?:by|nach|par|por|selon|según))(?: the| der| la| el| le)? (?=[^\W\d])"
)
_EVERYONE = re.compile(
    r"(?i)(?<!\w)(?:by |for |of |to |pour |à |de |por |para )?(?:everyone|everybody|each(?= \w*[.?]?$)"
    r"|chacune?(?! des)|cada un[oa](?! de))(?!\w)"
)
_MARKS: tuple[tuple[re.Pattern[str], Mark], ...] = (
    (_EACH, "each"),
    (_PER, "per"),
    (_BY, "by"),
    (_EVERYONE, "each"),
)
_TIMES = (
    r"years?|annum|quarters?|months?|weeks?|days?|nights?|hours?|minutes?|seconds?|weekdays?|weekends?"
    r"|jahr\w*|quartal\w*|monat\w*|woche\w*|tage?s?|nacht|stunden?|minuten?"
    r"|ans?|années?|trimestres?|mois|semaines?|jours?|nuits?|heures?|minutes?"
    r"|años?|mes(?:es)?|semanas?|días?|noches?|horas?|minutos?"
    rf"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|{MONTH_PATTERN}"
    r"|time|mal|fois|vez"
)
_UNITS = (
    r"cent|ciento|prozent|kilo\w*|kg|km|kwh|met(?:re|er)s?|lit(?:re|er)s?|tonnes?|tons?|miles?|gramm?e?s?|m²|m2|m3|m³"
    r"|square|cubic|quadratmeter|kubikmeter|mètres?|litres?|metros?|litros?|percent|capita|head|kopf|nase|tête"
    r"|qué|que|favor|ejemplo|exemple|beispiel|example|post|mail|e-mail|email|courrier|correo"
)
_RATE = re.compile(
    rf"(?i)(?:(?:\d[\d.,]*|{'|'.join(NUMBER_WORDS)}|other|second|third|few|single|calendar|half) )?"
    rf"(?:{_TIMES}|{_UNITS})(?![\w-])"
)
"""What a rate is told by, and no group: kilometres per hour."""
PERSON = PERSONS | frozenset(
    terms("person persona personne mitarbeiter mitarbeiterin employee colleague everyone everybody kollege")
)
"""Stems of words for any person."""
_PERIODS = {
    "year": r"years?|jahr\w*|ans?|années?|años?",
    "quarter": r"quarters?|quartal\w*|trimestres?",
    "month": r"months?|monat\w*|mois|mes(?:es)?",
    "day": r"days?|dates?|tag\w*|jours?|días?",
}
_ASKS_COUNT = re.compile(
    r"(?i)(?<!\w)(?:how many|number of|count of|wie ?viele[nr]?|(?:an)?zahl|combien d(?:e |['’])|combien y a-t-il"
    r"|nombre d(?:e |es |['’])|cu[aá]nt[oa]s|número de|cantidad de)"
)
_ASKS_SUM = re.compile(
    r"(?i)(?<!\w)(?:total\w*|sum|summe|gesamt\w*|insgesamt|somme|suma|spen[dt]|ausgegeben|ausgaben|einnahmen|dépensé"
    r"|dépenses|gastamos|gastado|gastos|average|mean|durchschnitt\w*|moyenne?|promedio|media"
    r"|(?:how much|what) (?:do|does|did) (?:each|every)|was (?:kostet|zahlt) jede\w*|combien (?:coûte|paie) chaque"
    r"|cuánto (?:cuesta|paga) cada)(?!\w)"
)
_TELLS_LIST = re.compile(
    r"(?i)^\W*(?:please )?(?:list|show|give me|liste|nenne|zeige?|listez|montre[rz]?|lista|muestra|enumera)(?!\w)"
)
_COUNTS_UNITS = re.compile(
    r"(?i)(?:how many|wie ?viele|combien d(?:e |['’])|cu[aá]nt[oa]s) ?(?:\w+ )?(?:times|hours?|days?|weeks?|minutes?|km"
    r"|kilomet\w+|miles|kwh|lit\w+|kilos?|kg|euros?|pounds?|dollars?|people|persons?|stunden|tage|wochen|minuten|liter"
    r"|personen|heures|jours|semaines|kilomèt\w+|personnes|fois|horas|días|semanas|kilómet\w+|personas|veces)(?!\w)"
)
"""What so many of there may be in each year or month, as a rate."""
_SPENT = re.compile(r"(?i)(?<!\w)(?:spen[dt]|ausgegeben|dépensé|gastamos|gastado)(?!\w)")
_ASKS_MOST = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(words for words, _ in SUPERLATIVES)})(?!\w)")
_DONE = re.compile(r"(?i)(?:\w{2,}(?:ed|en|ée?s?|ie?s|ues?|ad[oa]s?|id[oa]s?)|paid|sent|made|done|went|go|come|came)")
"""How a word ends that says what is done by something: paid by card."""
_EVERY = re.compile(
    r"(?i)(?<!\w)(?:each|every\w*|all|both|jede\w*|alle\w*|beide\w*|chaque|chacune?|tou(?:s|tes)|cada|tod[oa]s)(?!\w)"
)
_TELLS_TO_LIST = re.compile(r"(?i)(?:list|show|name|give me|liste|nenne|zeige?|montre[rz]?|lista)")
_ENDS_NAME = re.compile(
    r"(?i)(?<!\w)(?:per|pro|je|par|por|by|nach|each|every|jede\w*|chaque|cada|and|und|et|y|did|do(?:es)?|ha(?:s|ve|d)"
    r"|is|are|was|were|that|which)(?!\w)"
)
"""What stands behind the name of a group and is no part of it."""
_TIME_BEHIND = re.compile(r"(?i)(?:in|during|for|en|im|für|pendant|durante|since|from|and|und|et|y)\b")


@dataclass(frozen=True, slots=True)
class GroupMark:
    """Where a question says by what its answer is grouped: characters `start` to `end` are the word for "each", and
    `words` those behind it that may name the group."""

    mark: Mark
    start: int
    end: int
    words: tuple[str, ...]
    is_rate: bool
    """Whether it may be a rate: per month, per kilo."""
    is_sure: bool
    """Whether it can mean no other thing than groups."""

    @property
    def period(self) -> str:
        """Return the stretch of time that is grouped by; "" for none."""
        first = self.words[0] if self.words else ""
        return next((name for name, said in _PERIODS.items() if re.fullmatch(rf"(?i)(?:{said})", first)), "")


def find_marks(text: str) -> list[GroupMark]:
    """Return where a question in English, German, French or Spanish says by what its answer is grouped, in order."""
    found: dict[int, GroupMark] = {}
    for pattern, mark in _MARKS:
        for match in pattern.finditer(text):
            if any(one.start <= match.start() < one.end for one in found.values()):
                continue
            made = _mark_at(text, match, mark)
            if made is not None:
                found[match.start()] = made
    return [found[start] for start in sorted(found)]


def asks_for_groups(text: str) -> GroupMark | None:
    """Return what a question for a number, a sum or an average surely groups its answer by; None where it may not."""
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS:
        return None
    counts = _ASKS_COUNT.search(text) is not None
    others = (_ASKS_SUM.search(text), _ASKS_MOST.search(text), _TELLS_LIST.match(text))
    if not counts and not any(others):
        return None
    # A number of things, or what is spent, is no rate that is fixed for each month.
    is_of_times = (counts and _COUNTS_UNITS.search(text) is None) or _SPENT.search(text) is not None
    for one in find_marks(text):
        is_of_persons = any(stem in PERSON for word in one.words[:1] for stem in terms(word))
        may_be_rate = one.is_rate and not (one.period and is_of_times)
        if one.is_sure and not may_be_rate and (counts or not is_of_persons or one.mark == "each"):
            return one
    return None


def says_each(noun: str, quote: str) -> bool:
    """Return whether a text says something of every one of what a noun names, or of them all by its plural."""
    if _EVERY.search(quote):
        return True
    stem = re.escape(noun)
    if noun and re.search(rf"(?i)(?<!\w)(?:per|pro|je|par|por|an?|eine?|une?|una|/) ?{stem}(?!\w)", quote):
        return True
    # Two inspectors are not each of them.
    counted = rf"(?:\d|(?<!\w)(?:{'|'.join(NUMBER_WORDS)}))\s+{stem}"
    is_plural = re.search(rf"(?i)(?<!\w){stem}(?:s|es|e|n|en|er)(?!\w)", quote) is not None
    return bool(noun) and is_plural and re.search(rf"(?i){counted}", quote) is None


def _mark_at(text: str, match: re.Match[str], mark: Mark) -> GroupMark | None:
    before, behind = text[: match.start()].strip(" ,¿"), text[match.end() :]
    stretch = re.split(r"[,;:?!()]|\.(?:\s|$)", behind, maxsplit=1)[0]
    every = stretch.split()
    words = tuple(_ENDS_NAME.split(stretch, maxsplit=1)[0].split()[:MAX_NAMED])
    if match.re is _EVERYONE:
        return GroupMark(mark, match.start(), match.end(), (), is_rate=False, is_sure=bool(before))
    if not words:
        return None
    is_rate = _RATE.match(stretch) is not None
    if mark == "each":
        # "List every invoice" asks for a list of them.
        opens = not before or _TELLS_TO_LIST.fullmatch(before)
        if opens and not match["before"]:
            return None
    if mark != "by":
        return GroupMark(mark, match.start(), match.end(), words, is_rate=is_rate, is_sure=True)
    last = before.rpartition(" ")[2]
    is_german = re.search(r"(?i)nach ?$", match[0].strip()) is not None
    is_name = words[0][:1].isupper() and not is_german
    if is_name or not before:
        return None
    is_bare = len(every) == 1 or _TIME_BEHIND.match(every[1]) is not None
    is_whole = (
        is_bare
        and not _DONE.fullmatch(last)
        and not is_german
        and not match[0].rstrip().endswith((" la", " el", " le", " the"))
    )
    return GroupMark(mark, match.start(), match.end(), words, is_rate=is_rate, is_sure=is_whole)
