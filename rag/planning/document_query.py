"""Reads questions over all documents: "how many contracts end in 2025", "list all notes about the lift"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.date_ranges import DateRange, read_range
from rag.planning.document_nouns import NOUN, DocumentSort, sort_of
from rag.planning.phrases import Phrase
from rag.planning.quantities import currency_code
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
    r"|in (?:which|what|welche[nmr])|which|what|welche[rnms]?|in welchen|quel(?:le)?s?|dans quels|qu[eé]|cu[aá]les"
    r"|en qu[eé]"
)
_BETWEEN = (
    r"(?:(?:of|von) )?(?:(?:the|our|my|these|all|alle[nr]?|die|der|unsere[rn]?|les|des|nos|l[oa]s"
    r"|nuestr[oa]s|different) )*"
)
_OPENING = re.compile(
    rf"(?i)^[¿\s]*(?:(?P<counts>{_COUNTS})|(?:{_LISTS}))\s*{_BETWEEN}(?:(?P<year>(?:19|20)\d\d) )?"
    rf"(?:(?P<language>english|german|french|spanish|italian|dutch) )?(?P<noun>{NOUN})(?=[\s?.,]|$)(?P<rest>.*)$",
    re.DOTALL,
)
_FILLER = re.compile(
    r"(?i)^[\s,]*(?:(?:that|which|who|do|does|did|are|is|were|was|have|been|there|we have|you have|in total|die"
    r"|welche|sind"
    r"|gibt es|wurden|haben wir|qui|sont|ont été|est-ce que|y a-t-il|il y a|que|están|fueron|hay|tenemos|of them"
    r"|in (?:the|this|my|our) (?:collection|library|index|archive)|indexed)(?=[\s?.,]|$)[\s,]*)*"
)
_CLAUSE = re.compile(r"(?i)^[\s,]*(?:that|which|whose|die|deren|qui|que|dont|cuy[oa]s?)\s")
_CONNECTOR = re.compile(
    r"(?i)(?:[\s,]|\b(?:and|that|which|but|also|are|is|were|was|und|die|sind|wurden|et|qui|sont|y|que|están"
    r"|fueron)\b)+$"
)
_NOT = r"(?:(?P<no>(?:do(?:es)?|did|are|is|were|was)(?: not|n['’]t)|not|never|nicht|ne|n['’]|no)\s*)?"
_WORD = (
    r"(?:the |das |die |le |la |l['’]|el |la )?(?:exact )?(?:words?|phrases?|terms?|names?|expressions?|wort"
    r"|wörter|begriff|ausdruck|namen?|mots?|termes?|expression|palabras?|términos?|nombre)"
)

_VERBS: dict[str, str] = {
    "mention": (
        r"(?:mention|refer to|cite|quote)(?:s|ed|ing)?(?: to)?|contain(?:s|ing)?|(?:include|have|has|use|hold|with"
        r"|name)s?(?= (?:the )?"
        r"(?:exact )?(?:words?|phrases?|terms?|names?|expressions?)\b|\s*[\"“])|erwähnen|erwähnt|enthalten|enthält"
        r"|nennen|mit dem wort|mentionnent|citent|contiennent"
        r"|évoquent|comportent|mencionan|citan|contienen|nombran"
    ),
    "about": (
        r"(?:talk|speak|are|is)? ?about|concern(?:s|ing)?|deal(?:s|ing)? with|regarding|handeln von|handelt von|über"
        r"|betreffen|zum thema|parlent d(?:e|u|es)|parlent d['’]|portent sur|concernent|traitent d(?:e|u|es)|sur"
        r"|au sujet d(?:e|u|es)"
        r"|hablan de|tratan (?:de|sobre)|sobre|acerca de"
    ),
    "signed": (
        r"(?:are |is |were |was |been )?signed by|bear(?:s)? the signature of|(?:sind "
        r"|wurden )?von(?= .+ (?:unterschrieben|unterzeichnet))"
        r"|(?:sont |ont été )?sign[ée]e?s par|(?:están |fueron )?firmad[oa]s por"
    ),
    "ends": (
        r"(?:will )?(?:end|expire|run out|terminate|lapse|finish)s?|(?:are|is) due|ending|expiring|enden|endet"
        r"|ablaufen|laufen"
        r"|auslaufen|se terminent|expirent|finissent|prennent fin|arrivent à échéance|terminan|vencen|acaban|expiran"
    ),
    "starts": (
        r"(?:will )?(?:start|begin|commence|take effect)s?|starting|beginning|beginnen|anfangen|commencent|débutent"
        r"|empiezan|comienzan"
    ),
}
_VERB_STARTS = {name: re.compile(rf"(?i)(?<!\w){_NOT}(?P<verb>{verb})(?!\w)") for name, verb in _VERBS.items()}
_PREPOSITIONAL = re.compile(
    r"(?i)(?:(?P<language>(?:written )?in (?:english|german|french|spanish|italian|dutch)|auf (?:deutsch|englisch"
    r"|französisch|spanisch)"
    r"|en (?:anglais|allemand|français|espagnol|inglés|alemán|francés|español))(?!\w)"
    r"|(?P<folder>(?:in|from|under|aus|im|dans|en) (?:the |dem |le |la |el )?(?:folder|directory|ordner|verzeichnis"
    r"|dossier|carpeta) )"
    r"|(?P<pages>(?:(?:with|have|has|having|are|is|of|mit|de|con) )?(?:(?P<more>more than|longer than|over|mehr als"
    r"|länger als|plus de|más de)"
    r"|(?P<fewer>fewer than|less than|shorter than|under|weniger als|moins de|menos de)|(?P<least>at least"
    r"|mindestens|au moins|al menos))"
    r" (?P<number>\d{1,5}) (?:pages?|seiten|páginas)(?!\w))"
    r"|(?P<currency>(?:(?:made out |paid |payable |written )?(?:in|en) )(?:euros?|eur|€|(?:us )?dollars?|usd"
    r"|\$|pounds?|gbp"
    r"|£|(?:swiss )?francs?|chf|kronor|kroner|sek|nok|dkk|yen|jpy|livres|francos?|dólares|libras)(?!\w))"
    r"|(?P<dated>(?:dated|written|sent|made|issued|datiert|datés?|datées?|fechad[oa]s)?\s*(?:in|on|of|from|before"
    r"|after|since|until|between|by"
    r"|vom|von|aus|vor|nach|seit|bis|zwischen|im|du|de|d['’]|avant|après|depuis|entre|antes del?|después del?|desde"
    r"|hasta|del)\s)"
    r"|(?P<addressee>(?:(?:billed|addressed|sent|made out|written|issued) (?:to|for)|to|an|à|para)\s+)"
    r"|(?P<organisation>(?:from|by|with|of|von|de|par|del?|por) ))"
)
_LANGUAGES = {
    "en": "english englisch anglais inglés", "de": "german deutsch allemand alemán",
    "fr": "french französisch français francés", "es": "spanish spanisch espagnol español",
    "it": "italian", "nl": "dutch",
}  # fmt: skip
_QUOTED = re.compile(r"[\"“„«]\s*(.+?)\s*[\"”“»]")
_LEADING = re.compile(
    rf"(?i)^(?:{_WORD}(?=\s|[\"“„«]|:)\s*:?\s*|(?:the|an?|any|some|our|dem|den|das|die|der|einen?|les?|la|l['’]"
    rf"|des?|du|une?|el|l[oa]s|una?)\s+|[ld]['’])*"
)
_TRAILING = re.compile(
    r"(?i)(?:\s+(?:in (?:the|this|my|our) (?:collection|library|index|archive)|"
    r"at all|anywhere|by name|or not|please|bitte))*[\s?!.,;]*$"
)
_SIGNED_BEHIND = re.compile(r"(?i)\s+(?:unterschrieben|unterzeichnet)$")
_ENDS_BEHIND = re.compile(r"(?i)\s+aus$")
_STANDS_BEHIND = re.compile(
    r"(?i)\b(?:and|that|which|but|und|die|et|qui|y|que)(?:\s+(?:are|is|were|was|sind|sont|están))?\s+$"
)
_WRITTEN = re.compile(r"(?i)^(?:dated|written|sent|made|issued|datiert|dat[ée]e?s?|fechad[oa]s)\s+")
_FROM = re.compile(r"(?i)^(?:from|von|aus|desde|de|of)\s+")
_NAME_BEFORE = re.compile(r"(?i)(?:from|by|of|von|de|del|du)\s")
_PASSIVE = re.compile(
    r"(?i)^\s+(?:(?:is|are|was|were) (?:there )?(?P<what>.+?) (?:mentioned|named|cited|referred to"
    r"|(?P<about>discussed|dealt with))"
    r"|(?:wird|werden|wurde|wurden|ist|sind) (?P<what2>.+?) (?:erwähnt|genannt)"
    r"|(?:est|sont|était|étaient) (?:mentionnée?s?|citée?s?) (?P<what3>.+?))$"
)
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
    rest = _TRAILING.sub("", _as_active(opening["rest"]))
    filler = _FILLER.match(rest)
    body = rest[filler.end() :] if filler else rest
    conditions = list(_fixed(opening["year"], opening["language"]))
    conditions += _read_conditions(body)
    subject = " ".join(f"{opening['noun']} {rest}".split())
    return DocumentQuery(
        noun=opening["noun"],
        sort=sort_of(opening["noun"]),
        conditions=tuple(conditions),
        counts=bool(opening["counts"]),
        subject=subject,
        insists=bool(opening["insists"]),
        has_clause=bool(_CLAUSE.match(rest)),
    )


def _as_active(rest: str) -> str:
    """Return what stands behind "in which minutes" as it is said of the documents: "is the lift mentioned" becomes
    "mention the lift"."""
    match = _PASSIVE.match(rest.rstrip(" ?.!"))
    if match is None:
        return rest
    verb = "are about" if match["about"] else "mention"
    return f" {verb} {match['what'] or match['what2'] or match['what3']}"


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
    starts = _starts(body)
    if not starts or _CONNECTOR.sub("", body[: starts[0][0]]).strip():
        return [Condition("read", body, value=body)]
    conditions: list[Condition] = []
    for (start, after, name, no), (end, *_) in zip(starts, [*starts[1:], (len(body), 0, "", False)], strict=True):
        written = _CONNECTOR.sub("", body[start:end]).strip()
        rest = _CONNECTOR.sub("", body[after:end])
        condition = _make(name, written, body[start:after], rest, no)
        if condition is None:
            return [Condition("read", body, value=body)]
        conditions.append(condition)
    return conditions


def _starts(body: str) -> list[tuple[int, int, str, bool]]:
    """Return where conditions begin: start, end of the word that opens it, its sort, and whether it is negated."""
    quoted = [match.span() for match in _QUOTED.finditer(body)]
    found: list[tuple[int, int, str, bool]] = []
    for name, pattern in _VERB_STARTS.items():
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
        behind_preposition = bool(chosen) and chosen[-1][2] not in _VERBS
        verb = next((one for one in found if one[0] == at), None)
        if verb and (is_open or behind_preposition or not chosen) and (not chosen or at >= chosen[-1][1]):
            chosen.append(verb)
            at = verb[1]
            continue
        preposition = _PREPOSITIONAL.match(body, at) if is_open and _stands_alone(body, at, chosen) else None
        if preposition and (name := _name_of(preposition, body)):
            chosen.append((at, preposition.end(), name, False))
            at = preposition.end()
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
    if match["addressee"]:
        return "mention" if _CAPITALISED.match(body[match.end() :]) else ""
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
    if name in ("mention", "about", "signed"):
        rest = _SIGNED_BEHIND.sub("", rest) if name == "signed" else rest
        any_of = _phrases(rest)
        kind: ConditionKind = "mention" if name == "mention" else "about" if name == "about" else "signed"
        return Condition(kind, written, any_of=any_of, is_negated=no) if any_of else None
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
    match = _PREPOSITIONAL.match(written)
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
    return next(code for code, names in _LANGUAGES.items() if asked in names.split())
