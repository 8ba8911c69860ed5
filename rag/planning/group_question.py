"""Reads questions that ask for a number, a sum or an average of each group: how many flats there are in each town."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.planning.group_words import GroupMark, find_marks
from rag.planning.record_question import RecordQuestion, Token, plain_question, read_record_question, tokens_of
from rag.planning.record_words import is_glue
from rag.words.language import guess_language

_NUMBER_OF = (
    (
        r"(?:(?:what (?:is|was|are|were)|what['’]s|give me|show(?: me)?|list|tell me) )?(?:the )?"
        r"(?:total )?(?:number|count) of (?:the |our |all )*",
        "How many ",
    ),
    (
        r"(?:(?:was ist|wie (?:hoch|groß) (?:ist|war)|nenne(?: mir)?|zeige?(?: mir)?|gib mir) )?(?:die )?"
        r"(?:gesamt|an)?zahl (?:(?:der|von|an|aller|unserer) )*",
        "Wie viele ",
    ),
    (
        r"(?:(?:quel est|quel était|donne-moi|donnez-moi|affiche[rz]?) )?(?:le )?nombre (?:total )?(?:de |des |d['’])",
        "Combien de ",
    ),
    (r"(?:(?:cuál es|dame|muestra) )?(?:el )?(?:número|cantidad) (?:total )?de (?:l[oa]s )?", "¿Cuántas "),
)
"""What opens a question for a number without asking how many -> what asks so."""
_SPENDS = re.compile(
    r"(?i)^\W*(?P<opens>what|was|qu[e'’]|qué)(?P<rest>.*(?<!\w)(?P<done>spen[dt]|paid|pay|cost|earned?|raised?|donated?"
    r"|ausgegeben|bezahlt|gekostet|eingenommen|gespendet|dépensé|payé|coûté|encaissé|gastado|gastamos|pagado|pagamos"
    r"|costado|costó|ingresado)(?!\w).*)$"
)
_PLAIN_VERBS = (
    (re.compile(r"(?i)(?<!\w)spend(?!\w)"), "spent"),
    (re.compile(r"(?i)(?<!\w)gesamt(?=\w{3})"), "gesamt "),
    (re.compile(r"(?i)(?<!\w)durchschnitts(?=\w{3})"), "durchschnittlich "),
    (re.compile(r"(?i)(?<!\w)(?:a-t-(?:il|elle|on)|ont-(?:ils|elles))(?!\w)"), "a"),
    (re.compile(r"(?i)(?<!\w)(?:hemos |han |se ha )?(?:gastamos|gastado|gastaron)(?!\w)"), "gastado"),
)
"""Words as they are written -> in the form in which they are read."""
_MUCH = {"what": "How much", "was": "Wie viel", "qu": "Combien", "qué": "Cuánto"}
_OF_MONEY = re.compile(
    r"(?i)(?<!\w)(?:costs?|expenses?|expenditures?|spending|revenues?|sales|turnover|income|takings|donations?|kosten"
    r"|ausgaben|einnahmen|umsatz|umsätze|spenden|erlöse|coûts?|dépenses|recettes|ventes|dons|gastos?|costes?|costos?"
    r"|ingresos|ventas|donaciones)(?!\w)"
)
"""What is spent or taken in, which is added up without a word for it."""
_IS = re.compile(
    r"(?i)^\W*(?:(?:what|how (?:much|high|large)) (?:is|are|was|were)|wie (?:hoch|groß|viel) (?:ist|sind|war|waren)"
    r"|was (?:ist|sind)|quel(?:le)?s? (?:est|sont|était)|cu[aá]l(?:es)? (?:es|son|fue|fueron)|show(?: me)?|give me)"
    r"(?!\w)"
)
_COMPUTE = {"de": "Berechne", "fr": "Combien", "es": "Cuánto"}
_MANY = {"de": "Wie viele", "fr": "Combien de", "es": "Cuántas"}
_IN_ALL = {"de": "insgesamt", "fr": "au total", "es": "en total"}
_ASKS = re.compile(
    r"(?i)^\W*(?:how|what|which|who|when|where|why|is|are|was|were|do|does|did|has|have|can|list|show|name|give|compute|group|split|break"
    r"|calculate|wie|was|welche\w*|wer|wann|wo|warum|ist|sind|hat|haben|nenne|liste|zeige?|berechne|combien|qu[ei]\w*"
    r"|quand|où|pourquoi|liste[rz]?|montre[rz]?|cu[aá]\w+|qu[eé]|qui[eé]n\w*|dónde|por qué|lista|muestra)(?!\w)"
)
_AND = re.compile(r"(?i)\s*(?:&|(?:and|und|et|y)(?!\w))\s*\w")
_EACH_ONE = re.compile(r"jede[rnm]? [a-zäöü]$")
"""What stands for each person where no noun follows: "hat jeder gearbeitet"."""
_LISTS = re.compile(
    r"(?i)^\W*(?:list|show(?: me)?|group|split|break down|breakdown of|liste|zeige?|gruppiere|listez|montre[rz]?"
    r"|regroupez?|lista|muestra|agrupa)(?: (?:all|alle|tous|toutes|todos|todas))?"
    r"(?: (?:the|our|die|unsere|les|nos|los|las))? "
)
_ANYBODY = Token("person", "person", 0)


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A way to read a question for groups: the words that name what is grouped by, and what is asked without them."""

    mark: GroupMark
    named: tuple[Token, ...]
    query: RecordQuestion
    is_open: bool = False
    """Whether no word of the question asks for a number or a sum."""


def read_group_choices(question: str) -> list[GroupChoice]:
    """Return the ways in which a question may be one for groups, those with more words for the group first."""
    text = plain_question(question)
    if text is None:
        return []
    marks = find_marks(text)
    found: list[GroupChoice] = []
    for mark in marks:
        if mark.is_rate and not mark.period:
            continue
        behind = text[mark.end :]
        least = 0 if mark.words and not _EACH_ONE.search(text[mark.start : mark.end + 1]) else -1
        for count in range(len(mark.words), least, -1):
            named = mark.words[:count]
            is_period = count == 1 and bool(mark.period)
            if named and not is_period and (is_glue(named[-1]) or re.search(r"\d", "".join(named))):
                continue
            rest = behind
            for word in named:
                rest = rest.lstrip()[len(word) :]
            if _AND.match(rest):
                # Of each trade and status is more than of each trade.
                continue
            rest = f"{text[: mark.start]} {rest}".strip(" ,:;")
            others = find_marks(rest)
            if any(one.is_sure and not one.is_rate for one in others):
                continue
            tokens = tokens_of(" ".join(named), has_names=False) if named else (_ANYBODY,)
            tokens = tokens or (Token(named[0], named[0], 0),)
            # Of each person and month is more than of each person.
            found += [
                GroupChoice(mark, tokens, query, is_open)
                for query, is_open in _queries(rest, text)
                if query.how == "average" or not any(one.period for one in others)
            ]
    return found


def _queries(rest: str, text: str) -> list[tuple[RecordQuestion, bool]]:
    """Return what a question without its group may ask, and whether it only may."""
    language = guess_language(text)
    for verb, plain in _PLAIN_VERBS:
        rest = verb.sub(plain, rest)
    for pattern, asks in _NUMBER_OF:
        if match := re.match(rf"(?i)^\W*{pattern}", rest):
            return [(one, False) for one in _read(f"{asks}{rest[match.end() :]}")]
    in_all = _IN_ALL.get(language, "in total")
    if match := _SPENDS.match(rest):
        much = _MUCH[match["opens"].casefold().strip("e'’")] if match["opens"].casefold() != "qué" else "Cuánto"
        rest = f"{much} {match['rest']}"
    query = read_record_question(rest)
    if query is not None and query.how in ("count", "sum", "average", "most", "least"):
        return [(_grouped(query), False)]
    is_of_money = _OF_MONEY.search(rest)
    if (match := _IS.match(rest)) or _ASKS.match(rest) is None:
        compute = _COMPUTE.get(language, "Calculate")
        plain = rest[match.end() :] if match else rest
        read = [(one, False) for one in _read(f"{compute} {plain}") if one.how in ("sum", "average")]
        if read:
            return read
        if is_of_money:
            other = _OF_MONEY.sub("cost", plain)
            return [(one, False) for said in (plain, other) for one in _read(f"{compute} {said} {in_all}")]
        if match is None:
            return [(one, True) for one in _read(f"{_MANY.get(language, 'How many')} {plain}")]
        return []
    if match := _LISTS.match(rest):
        return [(one, True) for one in _read(f"{_MANY.get(language, 'How many')} {rest[match.end() :]}")]
    if query is None or query.is_amount:
        return [(one, False) for one in _read(f"{rest} {in_all}") if one.how == "sum" and one.is_amount]
    return []


def _read(text: str) -> list[RecordQuestion]:
    query = read_record_question(text)
    return [_grouped(query)] if query is not None and query.how in ("count", "sum", "average") else []


def _grouped(query: RecordQuestion) -> RecordQuestion:
    return replace(query, is_grouped=True)
