"""Recognises the forms in which LLMs write citation markers, and text that only looks like one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_NOUNS = (
    *("sources", "source", "src", "documents", "document", "docs", "doc", "passages", "passage", "excerpts", "excerpt"),
    *("references", "reference", "refs", "ref", "citations", "citation", "chunk", "context", "quellen", "quelle"),
    *("dokument", "fuentes", "fuente", "fonte", "fonti", "bron", "källa", "źródło", "источник", "来源", "出典", "资料"),
)
SPACE = "[ \t\u00a0]"
_LEAD = rf"(?:(?:see|cf\.|siehe|vgl\.|from|per){SPACE})?"
_NOUN = rf"(?:{'|'.join(_NOUNS)})[.:]{{0,2}}{SPACE}{{0,2}}[-_#]?{SPACE}?"
_JOIN = rf"{SPACE}{{0,2}}(?:,|;|&|/|\band\b|\bund\b|-|–|—){SPACE}{{0,2}}"
_LIST = rf"\^?\d{{1,3}}(?:{_JOIN}(?:(?:{_NOUN})|\^)?\d{{1,3}}){{0,12}}\^?"
_TAIL = r"(?:[:†|,][^\]】］)\n]{0,60})?"
_PLACE = (
    rf"(?:{SPACE}?†[^\]】］\n]{{0,60}}|:\d{{1,4}}(?:[-–]\d{{1,4}})?(?:†[^\]】］\n]{{0,60}})?"
    rf"|[,;:]?{SPACE}{{0,2}}(?:pp?\.|pages?\b|S\.|Seiten?\b|lines?\b|Zeilen?\b|L\d|§|sections?\b|sec\.|ch\.|chapter\b"
    rf"|para\b|Abschnitt\b)[^\]】］\n]{{0,60}})?"
)
"""A page or a line behind a number: "[1, p. 4]", "[1:4]", "[1†L3]"."""
_ANCHOR = rf"(?:{SPACE}?\(#[^)\s]{{0,60}}\))?"
_MARKER = re.compile(
    rf"(?:\[\[{SPACE}?{_LEAD}(?:{_NOUN})?(?P<double>{_LIST}(?:\]{SPACE}?[,;]?{SPACE}?\[{_LIST}){{0,12}})\]\]"
    rf"|\[\^?(?P<first>\d{{1,3}})\]{SPACE}?[-–—]{SPACE}?\[\^?(?P<last>\d{{1,3}})\]"
    rf"|[\[［]{SPACE}?{_LEAD}(?:(?P<plain>{_LIST}){_PLACE}|{_NOUN}(?P<named>{_LIST}){_TAIL}){SPACE}?[\]］]"
    rf"|【{SPACE}?(?:{_NOUN})?(?P<lenticular>{_LIST}){_TAIL}{SPACE}?】"
    rf"|\({SPACE}?{_LEAD}{_NOUN}(?P<round>{_LIST}){_TAIL}{SPACE}?\)"
    rf"|<{SPACE}?sup>{SPACE}?\[?(?P<raised>{_LIST})\]?{SPACE}?<{SPACE}?/sup>){_ANCHOR}",
    re.IGNORECASE,
)
MAX_MARKER = 400
"""More characters than any marker has; only text this close to the end can be an unfinished one."""
_MAX_RANGE = 20

_WORDS = (*_NOUNS, "see", "cf.", "siehe", "vgl.", "from", "per")
_STARTS = "|".join(
    re.escape(start)
    for start in sorted({word[:size] for word in _WORDS for size in range(1, len(word) + 1)}, reverse=True)
)
# Everything a marker can start with, so that nothing else is held back: (see the next page) streams at once.
_UNFINISHED = re.compile(
    rf"(?:[\[［【(]|\[\[){SPACE}?{_LEAD}(?:\^?|(?:{_STARTS})[.:]{{0,2}}{SPACE}{{0,2}}[-_#]?{SPACE}?\^?)"
    rf"(?:\d[^\]】］)\n]*(?:\](?:{SPACE}?[,;]?{SPACE}?\[[^\]\n]*)?)?)?\Z"
    rf"|<{SPACE}?(?:s|su|sup|sup>[^<\n]*|sup>[^<\n]*<{SPACE}?/?s?u?p?)?\Z",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    rf"{SPACE}?(?:[-–—]{SPACE}?(?:\[\^?\d{{0,3}})?|\((?:#[^)\s]{{0,60}})?|[-+*/%|&^:]?)\Z", re.IGNORECASE
)
"""What may still change how the marker before it is read: the end of a range, an anchor, an assignment."""

_ASSIGNED = re.compile(rf"{SPACE}?(?:[-+*/%|&^:]?=(?!>)|\+\+|--)|\.[a-z_]|->")
_IDENTIFIER = re.compile(r"(?:^|[^\w.])(?:[a-z]|\w*_\w*|[a-z]+[A-Z]\w*|[a-z]+\d+|\w+\.[a-z_]\w*)\Z|[)\]]\Z")
"""What a program's name looks like just before an index: one letter, snake_case, camelCase, a.b, f()."""

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = re.compile(rf"[{SUPERSCRIPTS}]{{1,3}}(?:[,˒⁻–][{SUPERSCRIPTS}]{{1,3}}){{0,8}}")
_UNITS = ("km", "cm", "mm", "dm", "nm", "ha", "mi", "ft", "yd", "in", "sec", "min", "kg", "mg", "co")
_BEFORE_RAISED = re.compile(r"[^\W\d_]{3,}\Z|[.,;:!?…)\]”\"'’»。]\Z")

_ROUND = re.compile(r"\(\d{1,3}(?:, ?\d{1,3}){0,5}\)(?: ?\(\d{1,3}(?:, ?\d{1,3}){0,5}\)){0,5}")
_ROUND_UNFINISHED = re.compile(r"\(\d{0,3}(?:, ?\d{0,3}){0,5}\Z")
_ROUND_GOES_ON = re.compile(r"(?: ?\(?[\d, ]{0,24}|[.;!?])\Z")
_ENDS_CLAUSE = re.compile(r"[.;!?…。](?=\s|\Z)|\s*\n|\s*\Z")
_COUNTED = re.compile(
    r"(?:equations?|eqn?|formula|fig(?:ure)?|table|steps?|items?|options?|cases?|notes?|sections?|clause|art(?:icle)?"
    r"|(?:sub-?)?para(?:graph)?|rules?|condition|line|row|column|page|number|no|nr|points?|part|absatz|satz|ziffer"
    r"|gleichung|abbildung|tabelle|schritt|in|of|by|from|to|see|under|per|with|and|or|is|are|equals|at|[\w.-]*\d|)"
)
"""The last word before a number in round brackets that counts something else than sources."""


@dataclass(frozen=True, slots=True)
class Form:
    """A marker at some place of a text: the numbers it names, as they are listed, and where it ends."""

    numbers: tuple[int, ...]
    end: int
    is_index: bool = False
    """It looks like a marker and is the index of an array, an interval or a link."""


def read_form(text: str, at: int, before: str) -> Form | None:
    """Return the bracketed or raised marker that begins at `at`; `before` is what stands just before it."""
    match = _MARKER.match(text, at)
    if match is None:
        return None
    if match["first"]:
        numbers = _listed_numbers(f"{match['first']}-{match['last']}")
    else:
        numbers = _listed_numbers(next(group for group in match.groups() if group))
    rest = text[match.end() : match.end() + 8]
    is_glued = bool(before) and not before[-1].isspace()
    is_index = rest[:1] == "(" or (0 in numbers and (len(numbers) > 1 or (is_glued and before[-1].isalnum())))
    if match["plain"] and text[at] == "[":
        glued_range = is_glued and before[-1].isalnum() and ":" in match.group()
        named = is_glued and _IDENTIFIER.search(before) is not None
        is_index = is_index or glued_range or named or _is_assigned(rest, is_glued=is_glued)
    return Form(tuple(numbers), match.end(), is_index)


def _is_assigned(rest: str, *, is_glued: bool) -> bool:
    """Return whether what follows a marker makes it an index: an assignment, or an attribute of what it stands at."""
    return (is_glued or not rest.startswith((".", "->"))) and _ASSIGNED.match(rest) is not None


def is_unfinished(text: str, at: int) -> bool:
    """Return whether what begins at `at` and reaches the end of the text may become a marker."""
    return len(text) - at < MAX_MARKER and _UNFINISHED.match(text, at) is not None


def may_go_on(text: str, end: int, before: str) -> bool:
    """Return whether what follows a marker that ends at `end` is too short to tell how it is read."""
    is_attribute = text[end:] in (".", "-") and bool(before) and not before[-1].isspace()
    return is_attribute or _GOES_ON.match(text, end) is not None


def read_raised(text: str, at: int, before: str, known: Collection[int], *, final: bool) -> Form | None:
    """Return the superscripts at `at` as a marker, where they name sources and are no exponent; None where not.

    An empty form (it ends at `at`) says that more must come to tell.
    """
    match = _RAISED.match(text, at)
    if match is None:
        return None
    if not final and len(text) - match.end() < 2:
        return Form((), at)
    word = re.search(r"[^\W\d_]*\Z", before)
    if not _BEFORE_RAISED.search(before) or (word is not None and word.group().casefold() in _UNITS):
        return None
    digits = "".join(str(SUPERSCRIPTS.find(mark)) if mark in SUPERSCRIPTS else mark for mark in match.group())
    numbers = _listed_numbers(digits.replace("˒", ",").replace("⁻", "-"))
    if len(digits) > 1 and digits.isdigit() and int(digits) not in known:
        numbers = [int(digit) for digit in digits]
    return Form(tuple(numbers), match.end()) if all(number in known for number in numbers) else None


def read_round(text: str, at: int, before: str, known: Collection[int], *, final: bool) -> Form | None:
    """Return "(1)" at `at` as a marker, where it ends a clause and counts nothing else; None where not.

    An empty form (it ends at `at`) says that more must come to tell.
    """
    match = _ROUND.match(text, at)
    if match is None:
        return Form((), at) if not final and _ROUND_UNFINISHED.match(text, at) else None
    if not final and _ROUND_GOES_ON.match(text, match.end()):
        return Form((), at)
    numbers = tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", match.group())))
    said = before.rstrip(" \t\u00a0")
    word = re.search(r"[\w.-]*\Z", said.casefold())
    last_word = word.group().strip(".") if word else ""
    ends_sentence = said[-1:] in ".!?…"
    counts = not ends_sentence and _COUNTED.fullmatch(last_word) is not None
    is_glued = said == before and not ends_sentence
    fits = all(number in known for number in numbers) and said.strip() != "" and said[-1] not in "\n=+*/<>§:,;([-"
    if not fits or counts or is_glued or not _ENDS_CLAUSE.match(text, match.end()):
        return None
    return Form(numbers, match.end())


def _listed_numbers(listing: str) -> list[int]:
    """Return the numbers of "1, 3-5" in order, each once; a range that runs backwards or far is taken as its two
    ends."""
    found: list[int] = []
    ranged = False
    for part in re.findall(r"\d+|[-–—]", re.sub(rf"(?i){_NOUN}", " ", listing)):
        if not part.isdigit():
            ranged = bool(found)
            continue
        number = int(part)
        if ranged and 0 < number - found[-1] <= _MAX_RANGE:
            found.extend(range(found[-1] + 1, number))
        found.append(number)
        ranged = False
    return list(dict.fromkeys(found))
