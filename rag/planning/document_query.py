"""Reads questions over all documents: "how many contracts end in 2025", "list all notes about the lift"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from rag.extraction.quantities import find_quantities
from rag.planning.amount_bounds import Bound, find_bound
from rag.planning.amount_words import AmountField, find_field
from rag.planning.condition_words import LANGUAGES, PAID_BEFORE, PREPOSITIONAL, UNPAID_BEFORE, VERB_STARTS, VERBS, WORD
from rag.planning.date_ranges import DateRange, read_range
from rag.planning.document_nouns import ANY, HAVE_TOTALS, NOUN, DocumentSort, sort_of
from rag.planning.phrases import Phrase
from rag.planning.quantities import currency_code
from rag.planning.rephrasing import as_condition
from rag.text import content_words
from rag.words.dates import MONTHS

ConditionKind = Literal[
    "mention",
    "about",
    "signed",
    "ends",
    "starts",
    "dated",
    "period",
    "language",
    "folder",
    "organisation",
    "pages",
    "currency",
    "amount",
    "present",
    "absent",
    "chaired",
    "paid",
    "unpaid",
    "figure",
    "read",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a document must meet.

    `any_of` are phrases of which all of one inner tuple must stand in it; `days`, `month` and `pages` (least, most)
    bound dates and lengths; `value` is a language, a folder, a name, or for "read" the words of the condition.
    """

    kind: ConditionKind
    written: str
    any_of: tuple[tuple[Phrase, ...], ...] = ()
    days: DateRange | None = None
    month: int = 0
    """1 to 12: of any year."""
    pages: tuple[int, int] = (0, 0)
    bound: Bound | None = None
    """Of the total that a document asks for, or of `field`."""
    field: AmountField | None = None
    """A figure that a document states."""
    value: str = ""
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """A list or a count of documents: of one sort, which meet all conditions. `subject` is what is listed, in words."""

    noun: str
    sort: DocumentSort
    conditions: tuple[Condition, ...]
    counts: bool
    subject: str
    insists: bool = False
    """Whether it tells to list them, and does not only ask which they are."""
    has_clause: bool = False
    """Whether the conditions stand in a clause of their own ("that allow subletting")."""


MAX_CHARACTERS = 400
"""Of a question; a longer one tells a story and asks for no list."""

_COUNTS = (
    r"(?:and )?(?:how many|what (?:is the )?number of|count(?: all)?(?: of)?(?: the)?|wie ?viele|anzahl der"
    r"|zähle(?: alle)?"
    r"|combien de|combien d['’]|nombre de|compte[rz]?(?: (?:tous|toutes))?(?: les)?|cu[aá]nt[oa]s|n[uú]mero de"
    r"|cuenta(?: (?:todos|todas))?(?: l[oa]s)?)"
)
_LISTS = (
    r"(?P<insists>(?:please )?(?:list|show(?: me)?|find|name|give me(?: a list of)?|enumerate|liste|nenne|zeige?|finde"
    r"|listez|montre[rz]?|trouve[rz]?|énumère|lista|listar|muestra|encuentra|enumera)"
    r"(?: (?:all|every|alle|tous|toutes|todos|todas))?(?: (?:of|von))?)"
    r"|(?:in|at|from) (?:which|what)|(?:in|bei|an|zu|aus|von) welche[nmr]|which|what|welche[rnms]?"
    r"|quel(?:le)?s?|(?:dans|à|de) quel(?:le)?s?|qu[eé]"
    r"|cu[aá]les|(?:en|a|de) qu[eé]"
)
_BETWEEN = (
    r"(?:(?:of|von) )?(?:(?:the|our|my|these|all|alle[nr]?|die|der|unsere[rn]?|les|des|nos|l[oa]s"
    r"|nuestr[oa]s|different) )*"
)
_OPENING = re.compile(
    rf"(?i)^[¿\s]*(?:(?P<counts>{_COUNTS})|(?:{_LISTS}))\s*{_BETWEEN}(?:(?P<year>(?:19|20)\d\d) )?"
    rf"(?:(?:(?P<unpaid>{UNPAID_BEFORE})|(?P<paid>{PAID_BEFORE})) )?(?:(?P<language>english|german|french|spanish"
    rf"|italian|dutch) )?(?P<noun>{NOUN})(?=[\s?.,]|$)(?P<rest>.*)$",
    re.DOTALL,
)
_FILLER = re.compile(
    r"(?i)^[\s,]*(?:(?:that|which|who|do|does|did|are|is|were|was|have|been|there|we have|you have|in total|die"
    r"|welche|sind"
    r"|come|comes|came|kommen|stammen|vient|viennent|proviennent|vienen|proceden|son|están|gibt es|wurden"
    r"|haben wir|qui|sont|ont été|est-ce que|y a-t-il|il y a|que|están|fueron|hay|tenemos|of them"
    r"|in (?:the|this|my|our) (?:collection|library|index|archive)|indexed)(?=[\s?.,]|$)[\s,]*)*"
)
_CLAUSE = re.compile(r"(?i)^[\s,]*(?:that|which|whose|die|deren|qui|que|dont|cuy[oa]s?)\s")
_CONNECTOR = re.compile(
    r"(?i)(?:[\s,]|\b(?:and|that|which|but|also|are|is|were|was|und|die|sind|wurden|et|qui|sont|y|que|están"
    r"|fueron)\b)+$"
)
_QUOTED = re.compile(r"[\"“„«]\s*(.+?)\s*[\"”“»]")
_LEADING = re.compile(
    rf"(?i)^(?:{WORD}(?=\s|[\"“„«]|:)\s*:?\s*|(?:the|an?|any|some|our|dem|den|das|die|der|einen?|les?|la|l['’]"
    rf"|des?|du|une?|el|l[oa]s|una?)\s+|[ld]['’])*"
)
_TRAILING = re.compile(
    r"(?i)(?:\s+(?:in (?:the|this|my|our) (?:collection|library|index|archive)|"
    r"at all|anywhere|by name|or not|please|bitte))*[\s?!.,;]*$"
)
_SIGNED_BEHIND = re.compile(r"(?i)\s+(?:unterschrieben|unterzeichnet)$")
_ENDS_BEHIND = re.compile(r"(?i)\s+aus$")
_HAS = re.compile(
    r"(?i)^\s*(?:(?:that|which|die|welche|qui|que)\s+)?(?:have|has|having|with|state|mit|haben|hat|avec|ont|a|con|tienen|tiene)\s+"
)
_OF = re.compile(r"(?i)\s*(?:(?:of|is|von|de|d['’]|es|ist|est)\s*)?")
_STANDS_BEHIND = re.compile(
    r"(?i)\b(?:and|that|which|but|und|die|et|qui|y|que)(?:\s+(?:are|is|were|was|sind|sont|están))?\s+$"
)
_WRITTEN = re.compile(r"(?i)^(?:dated|written|sent|made|issued|datiert|dat[ée]e?s?|fechad[oa]s)\s+")
_FROM = re.compile(r"(?i)^(?:from|von|aus|desde|de|of)\s+")
_DATE_BEHIND = re.compile(
    r"(?i)\s+(?P<tail>(?:in|from|of|since|before|after|during|until|between|aus|von|vom|im|vor|nach|seit|bis|zwischen"
    r"|en|de|du|desde|avant|après|depuis|entre|antes de|después de|del) .+)$"
)
_NAMING: dict[str, ConditionKind] = {
    "mention": "mention",
    "addressee": "mention",
    "about": "about",
    "signed": "signed",
    "present": "present",
    "absent": "absent",
    "chaired": "chaired",
}
"""Conditions that name words or names -> what is looked for."""
_STATUSES: tuple[Literal["unpaid", "paid"], ...] = ("unpaid", "paid")
_NAME_BEFORE = re.compile(r"(?i)(?:from|by|of|von|de|del|du)\s")
_OR = re.compile(r"(?i) +(?:or|oder|ou|o) +")
_AND = re.compile(r"(?i) +(?:and|und|et|y) +")
_HELD_SPACE = "\ue000"
_CAPITALISED = re.compile(
    r"[A-ZÄÖÜÉ0-9][\w&.'’-]*(?:[ ,]+(?:(?:and|&|und|et|y|of|de|von|du)[ ])?[A-ZÄÖÜÉ0-9][\w&.'’-]*)*[ ?.!]*"
)


def read_document_query(question: str) -> DocumentQuery | None:
    """Return the list or count of documents that a question asks for; None where it asks for anything else."""
    if len(question) > MAX_CHARACTERS or (opening := _OPENING.match(" ".join(question.split()))) is None:
        return None
    told = as_condition(opening["rest"])
    rest = _TRAILING.sub("", told.condition)
    filler = _FILLER.match(rest)
    body = rest[filler.end() :] if filler else rest
    conditions = list(_fixed(opening["year"], opening["language"]))
    conditions += [Condition(kind, opening[kind]) for kind in _STATUSES if opening[kind]]
    conditions += _read_conditions(body)
    sort = sort_of(opening["noun"])
    if any(condition.kind in ("amount", *_STATUSES) for condition in conditions) and not _have_totals(sort):
        conditions = [Condition("read", body, value=body)]
    status = next((opening[kind] for kind in _STATUSES if opening[kind]), "")
    subject = " ".join(f"{status} {opening['noun']} {_TRAILING.sub('', told.shown)}".split())
    return DocumentQuery(
        noun=opening["noun"],
        sort=sort,
        conditions=tuple(conditions),
        counts=bool(opening["counts"]),
        subject=subject,
        insists=bool(opening["insists"]),
        has_clause=bool(_CLAUSE.match(rest)),
    )


def read_conditions(rest: str) -> list[Condition]:
    """Return the conditions that stand behind the word for what is listed; none where there are no words."""
    return _read_conditions(without_filler(as_condition(f" {rest}").condition))


def without_filler(rest: str) -> str:
    """Return the words behind what is listed without those that only say that there is such: "y a-t-il"."""
    said = _TRAILING.sub("", rest)
    filler = _FILLER.match(said)
    return said[filler.end() :] if filler else said


def is_sure(query: DocumentQuery) -> bool:
    """Return whether a question can only be meant over all documents.

    One that only reading can decide ("which policies apply to visitors") mostly has its answer in a single passage.
    """
    if not query.conditions:
        return query.counts or query.insists
    if any(condition.kind == "read" for condition in query.conditions):
        return query.insists and query.has_clause
    return True


def every_document() -> DocumentQuery:
    """Return the query for all documents there are."""
    return DocumentQuery("documents", ANY, (), counts=False, subject="documents", insists=True)


def read_by_words(which: str, *, counts: bool) -> DocumentQuery:
    """Return the query for documents of which only reading tells whether they are the ones that some words mean."""
    return DocumentQuery("documents", ANY, (Condition("read", which, value=which),), counts, which, insists=True)


def without_conditions(query: DocumentQuery, is_left_out: Callable[[Condition], bool]) -> DocumentQuery:
    """Return a query without some of its conditions."""
    return replace(query, conditions=tuple(one for one in query.conditions if not is_left_out(one)))


def by_words(query: DocumentQuery) -> DocumentQuery | None:
    """Return a query for the documents that have all the words of what the given one looks for, wherever they stand;
    None where that asks for nothing else, or where words in quotation marks are meant as they are."""
    loose = [_by_words(one) for one in query.conditions]
    if all(new is one for new, one in zip(loose, query.conditions, strict=True)):
        return None
    return replace(query, conditions=tuple(loose))


def _by_words(condition: Condition) -> Condition:
    if condition.kind not in ("mention", "about") or condition.is_negated or _QUOTED.search(condition.written):
        return condition
    any_of = tuple(
        tuple(one for phrase in phrases for word in content_words(phrase.written) if (one := Phrase.read(word)))
        for phrases in condition.any_of
    )
    if not all(any_of) or (condition.kind == "mention" and any_of == condition.any_of):
        return condition
    return replace(condition, kind="mention", any_of=any_of)


def _have_totals(sort: DocumentSort) -> bool:
    return bool(sort.kinds) and sort.kinds <= HAVE_TOTALS


def _fixed(year: str | None, language: str | None) -> list[Condition]:
    found = []
    if year and (days := read_range(year)):
        found.append(Condition("dated", year, days=days))
    if language:
        found.append(Condition("language", language, value=_language_code(language)))
    return found


def _read_conditions(body: str) -> list[Condition]:
    """Return the conditions that stand behind the word for the documents; one to be read where they are not plain."""
    if not body.strip():
        return []
    if (figure := _figure(body)) is not None:
        return [figure]
    starts = _starts(body)
    if not starts or _CONNECTOR.sub("", body[: starts[0][0]]).strip():
        return [Condition("read", body, value=body)]
    conditions: list[Condition] = []
    for (start, after, name, no), (end, *_) in zip(starts, [*starts[1:], (len(body), 0, "", False)], strict=True):
        written = _CONNECTOR.sub("", body[start:end]).strip()
        rest = _CONNECTOR.sub("", body[after:end])
        rest, *behind = _cut_off(name, body[start:after], rest)
        condition = _make(name, written, body[start:after], rest, no)
        if condition is None:
            return [Condition("read", body, value=body)]
        conditions.append(condition)
        for more in behind:
            conditions += _read_conditions(more)
    return conditions


def _figure(body: str) -> Condition | None:
    """Return the condition that "have a notice period of three months" or "with a rent over 900 EUR" is; None else."""
    opening = _HAS.match(body)
    named = find_field(body) if opening else None
    if opening is None or named is None or _LEADING.sub("", body[opening.end() : named[0]]).strip():
        return None
    rest = body[named[1] :].strip(" ?.!")
    bound = find_bound(rest)
    if bound is not None and _OF.fullmatch(rest[: bound.start]) and not rest[bound.end :].strip(" ?.!"):
        return Condition("figure", body, bound=bound, field=named[2])
    quantities = find_quantities(rest)
    if len(quantities) != 1 or not _OF.fullmatch(rest[: quantities[0].start]) or rest[quantities[0].end :].strip():
        return None
    one = quantities[0]
    return Condition("figure", body, bound=Bound(0, 0, one.number, one.number, True, one.unit), field=named[2])


def _cut_off(name: str, opening: str, rest: str) -> list[str]:
    """Return the words of one condition, and those of the next where it stands behind them without a joint: "from
    Halyard & Sons in 2024", "of 2024 to Tarn Architects"."""
    if name in ("organisation", "addressee", "signed", "present", "absent"):
        for match in _DATE_BEHIND.finditer(rest):
            if read_range(match["tail"]) is not None or _days_or_month(match["tail"]) is not None:
                return [rest[: match.start()], match["tail"]]
    if name == "dated" and (found := _days_or_month(opening + rest)) is not None:
        words = _WRITTEN.sub("", opening + rest).split()
        if len(words) > found[2]:
            begin = len(opening.split()) - len((opening + rest).split()) + len(words)
            kept = found[2] - begin
            return [" ".join(rest.split()[:kept]), " ".join(rest.split()[kept:])]
    return [rest]


def _starts(body: str) -> list[tuple[int, int, str, bool]]:
    """Return where conditions begin: start, end of the word that opens it, its sort, and whether it is negated."""
    quoted = [match.span() for match in _QUOTED.finditer(body)]
    found: list[tuple[int, int, str, bool]] = []
    for name, pattern in VERB_STARTS.items():
        for match in pattern.finditer(body):
            if not any(start < match.start() < end for start, end in quoted):
                found.append((match.start(), match.end(), name, bool(match["no"])))
    found.sort(key=lambda one: (one[0], -one[1]))
    chosen: list[tuple[int, int, str, bool]] = []
    at = 0
    while at < len(body):
        before = body[:at]
        is_open = not _CONNECTOR.sub("", before).strip() or (
            bool(_CONNECTOR.search(before)) and before.rstrip() != before
        )
        behind_preposition = bool(chosen) and chosen[-1][2] not in VERBS
        verb = next((one for one in found if one[0] == at), None)
        if verb and (is_open or behind_preposition or not chosen) and (not chosen or at >= chosen[-1][1]):
            chosen.append(verb)
            at = verb[1]
            continue
        preposition = PREPOSITIONAL.match(body, at) if is_open and _stands_alone(body, at, chosen) else None
        if preposition and (name := _name_of(preposition, body)):
            chosen.append((at, preposition.end(), name, False))
            # A bound of an amount begins with its number, and takes no word for itself.
            at = max(preposition.end(), at + 1)
            continue
        at += 1
    return chosen


def _stands_alone(body: str, at: int, chosen: list[tuple[int, int, str, bool]]) -> bool:
    """Return whether a preposition can open a condition: at the beginning, or behind "and" or "that are"."""
    before = body[:at]
    if not before.strip() or not chosen:
        return True
    return bool(_STANDS_BEHIND.search(before))


def _name_of(match: re.Match[str], body: str) -> str:
    if match["language"]:
        return "language"
    if match["folder"]:
        return "folder"
    if match["currency"]:
        return "currency"
    if match["amount"] is not None:
        return "amount" if find_bound(body[match.end() :]) is not None else ""
    if match["addressee"]:
        return "addressee" if _CAPITALISED.match(body[match.end() :]) else ""
    if match["pages"]:
        return "pages"
    rest = body[match.end() :]
    if match["dated"] and _days_or_month(match[0] + rest):
        return "dated"
    is_name = match["organisation"] or _NAME_BEFORE.fullmatch(match[0])
    return "organisation" if is_name and _CAPITALISED.match(rest) else ""


def _range_at(text: str) -> tuple[DateRange | None, int]:
    """Return the longest stretch of days that a text begins with, and how many of its words it takes."""
    words = text.split()
    for count in range(min(len(words), 9), 0, -1):
        if days := read_range(" ".join(words[:count])):
            return days, count
    return None, 0


def _days_or_month(text: str) -> tuple[DateRange | None, int, int] | None:
    """Return the days, or the month of any year, of which a document is, and the words they take: "from May 2024"."""
    text = _WRITTEN.sub("", text.strip())
    span, words = _range_at(_FROM.sub("in ", text))
    if span is not None:
        return span, 0, words
    named = text.split()[1:2]
    month = MONTHS.get(named[0].casefold().strip("."), 0) if named else 0
    return (None, month, 2) if month else None


def _make(name: str, written: str, opening: str, rest: str, no: bool) -> Condition | None:
    if name in _NAMING:
        rest = _SIGNED_BEHIND.sub("", rest) if name == "signed" else rest
        any_of = _phrases(rest)
        return Condition(_NAMING[name], written, any_of=any_of, is_negated=no) if any_of else None
    if name in _STATUSES:
        status: ConditionKind = "unpaid" if (name == "unpaid") != no else "paid"
        return None if rest.strip(" ?.!") else Condition(status, written)
    if name == "amount":
        bound = find_bound(rest)
        is_all = bound is not None and not (rest[: bound.start] + rest[bound.end :]).strip(" ?.!")
        is_fitting = bound is not None and (bound.is_money or not bound.unit)
        return Condition("amount", written, bound=bound) if is_all and is_fitting else None
    if name in ("ends", "starts"):
        rest = _ENDS_BEHIND.sub("", rest)
        days, count = _range_at(rest)
        is_whole = days is not None and count == len(rest.split())
        return (
            Condition("ends" if name == "ends" else "starts", written, days=days, is_negated=no) if is_whole else None
        )
    if name == "dated":
        found = _days_or_month(opening + rest)
        is_whole = found is not None and found[2] == len(_WRITTEN.sub("", opening + rest).split())
        return Condition("dated", written, days=found[0], month=found[1]) if found and is_whole else None
    if name == "language":
        return None if rest.strip() else Condition("language", written, value=_language_code(opening))
    if name == "currency":
        return None if rest.strip() else Condition("currency", written, value=currency_code(opening.split()[-1]))
    if name == "folder":
        return Condition("folder", written, value=rest.strip(" \"'“”?.")) if rest.strip() else None
    if name == "organisation":
        value = rest.strip(" ?.!")
        phrase = Phrase.read(value)
        return Condition("organisation", written, any_of=((phrase,),), value=value) if phrase else None
    return None if rest.strip() else _pages(opening)


def _pages(written: str) -> Condition | None:
    match = PREPOSITIONAL.match(written)
    if match is None or not match["number"]:
        return None
    number = int(match["number"])
    bounds = (number + 1, 10**9) if match["more"] else (1, number - 1) if match["fewer"] else (number, 10**9)
    return Condition("pages", written, pages=bounds)


def _phrases(text: str) -> tuple[tuple[Phrase, ...], ...]:
    """Return the phrases of "X or Y" and "X and Y": of the one any, of the other all."""
    text = text.strip(" ?!.,;:")
    alternatives = _OR.split(_held(text))
    any_of = []
    for alternative in alternatives:
        parts = [Phrase.read(_cut(part)) for part in _AND.split(alternative)]
        phrases = tuple(phrase for phrase in parts if phrase)
        if len(phrases) != len(parts):
            return ()
        any_of.append(phrases)
    return tuple(any_of)


def _held(text: str) -> str:
    """Return a text in which nothing within quotation marks is cut: spaces there become another sign."""
    return _QUOTED.sub(lambda match: match[0].replace(" ", _HELD_SPACE), text)


def _cut(part: str) -> str:
    part = _LEADING.sub("", part.strip())
    quoted = _QUOTED.fullmatch(part.strip())
    return (quoted[1] if quoted else part).replace(_HELD_SPACE, " ").strip('"“”„«» ')


def _language_code(words: str) -> str:
    asked = words.casefold().split()[-1]
    return next(code for code, names in LANGUAGES.items() if asked in names.split())
