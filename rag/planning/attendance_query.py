"""Reads questions for who was at a meeting, who was not, and how often: "Who was absent on 3 March?"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.document_query import DocumentQuery, read_document_query
from rag.words.dates import MONTH_PATTERN
from rag.words.number_words import NUMBER_WORDS

MAX_CHARACTERS = 200

_ABSENT = (
    r"(?:(?:was|were|is) )?(?:absent|excused|missing|away|not (?:present|there|in attendance))|sent (?:(?:his|her"
    r"|their) )?apologies"
    r"|apologi[sz]ed|did not attend|(?:has |have )?missed|(?:war(?:en)? |hat )?(?:abwesend|entschuldigt"
    r"|nicht (?:anwesend|dabei))"
    r"|(?:hat )?fehlten?|(?:hat )?gefehlt|(?:était|étaient|est|a été|s['’]est) (?:absente?s?|excusée?s?)"
    r"|(?:estuvo|estaba|estuvieron) ausentes?|faltó|faltaron|no asisti(?:ó|eron)|excusó su (?:ausencia|asistencia)"
)
_PRESENT = (
    r"(?:(?:was|were|is) )?(?:present|in attendance|there)|attended|took part(?: in)?|(?:war(?:en)? "
    r"|hat )?(?:anwesend|dabei|teilgenommen)"
    r"|nahm(?:en)?|(?:était|étaient|est|a été) présente?s?|a participé|(?:estuvo|estaba|estuvieron) presentes?"
    r"|asisti(?:ó|eron)"
)
_MEETING = (
    r"(?:meetings?|minutes|sitzung(?:en)?|treffen|versammlung(?:en)?|réunions?|séances?|reuni(?:ón|ones)"
    r"|actas?|sesi(?:ón|ones))"
)
_AT = (
    r"(?:at|from|in|on|for|during|bei|an|in|auf|von|à|lors de|dans|en|a)?\s*(?:the |our |der |die |den |dem |la "
    r"|le |les |las?"
    r"|los? |el )?"
)
_KIND = (
    r"(?:(?P<ordinal>(?P<last>last|latest|most recent|letzten?|dernière|última)|(?P<first>first|ersten?|première"
    r"|primera)) )?"
    r"(?:(?P<month>[^\W\d_]+ (?:19|20)\d\d) )?(?:(?:committee|board|council|team|club|general|annual|staff) )?"
)
_WHO = r"(?i)^\W*(?:who|which members|wer|qui|quién(?:es)?)\s+"
_ONE = re.compile(
    rf"{_WHO}(?:(?P<absent>{_ABSENT})|(?P<present>{_PRESENT}))\s+(?P<rest>{_AT}{_KIND}(?:{_MEETING}\b.*|(?=\d"
    rf"|\w+ \d).*\d.*?|{MONTH_PATTERN}))"
    r"(?:\s+(?:teil|anwesend|abwesend|entschuldigt))?\W*$"
)
_ONE_GERMAN = re.compile(
    rf"(?i)^\W*wer\s+(?:war|hat|nahm)\s+(?P<rest>{_AT}(?:{_MEETING}\b.*?|am \d.*?"
    rf"|(?:im )?{MONTH_PATTERN}(?: \d{{4}})?))\s+(?:(?P<absent>abwesend"
    rf"|entschuldigt|gefehlt"
    r"|nicht (?:anwesend|dabei))|(?P<present>anwesend|dabei|teilgenommen|teil))\W*$"
)
_MOST = re.compile(
    rf"{_WHO}(?:(?P<absent>{_ABSENT})|(?P<present>{_PRESENT}))\s+(?:the )?(?:(?:most|am) (?:often|frequently"
    rf"|häufigsten|öftesten)"
    rf"|most(?: {_MEETING})?|le plus (?:souvent|de réunions)|más (?:veces|a menudo|reuniones))\W*$"
    r"|(?i:^\W*wer\s+(?:war|hat|fehlte)\s+am (?:häufigsten|öftesten)\s*(?:(?P<absent2>abwesend|entschuldigt|gefehlt|)"
    r"|(?P<present2>anwesend|dabei))\W*$)"
    rf"|(?i:^\W*who (?:(?P<absent3>missed)|(?P<present3>attended)) the most {_MEETING}\W*$)"
    r"|(?i:^\W*qui a été le plus souvent (?:(?P<absent4>absente?|excusée?)|(?P<present4>présente?))\W*$)"
)
_ALL = re.compile(
    rf"{_WHO}(?:was|were|war|a été|était|estuvo)?\s*(?:present|attended|at|anwesend|assisté|présent|asistió|bei)\s*"
    rf"(?:at |bei |à |en |a )?(?:all|every|each|allen?|jeder|toutes?|chaque|todas?|cada)"
    rf"(?: (?:of the|the|les|las|los|the))?\s+{_MEETING}(?:\s+(?:anwesend|dabei|teilgenommen))?\W*$"
)
_TIMES = re.compile(
    r"(?i)^\W*(?:how (?:often|many times)|wie oft|combien de fois|cu[aá]ntas veces)\s+(?:(?:was|were|has|had|did"
    r"|hat|war|est-ce que|estuvo"
    rf"|faltó|asistió)\s+)?(?P<who>[^\d?]+?)\s*(?:been )?(?:(?P<absent>{_ABSENT}|miss(?: a meeting)?)"
    rf"|(?P<present>{_PRESENT}|attend)"
    rf"(?: (?:a|the) meetings?)?)?\W*$"
)


_OFTEN = re.compile(
    rf"{_WHO}(?:(?P<absent>{_ABSENT})|(?P<present>{_PRESENT}))\s+{_AT}(?:(?P<over>more than|mehr als|plus d(?:e |['’])"
    r"|más de)|at least|mindestens|au moins|al menos|(?P<some>several|mehreren?|plusieurs|varias))\s*"
    rf"(?P<count>\w+)?(?: (?:of the|the|der|des|de las))?\s*{_MEETING}(?:\s+\w+)?\W*$"
)
_NOBODY = re.compile(
    rf"(?i)^\W*(?:(?:(?:at|in|from|bei|an|à|en) )?(?:which|what|welche[rnm]?|quelles?|qu[eé]) {_MEETING}|when|wann"
    rf"|quand|cu[aá]ndo)"
    r" (?:(?:was|were|is) (?:nobody|no one|no-one|none)(?: \w+)?|(?:war|fehlte|waren) niemand(?: \w+)?|(?:did|had"
    r"|has) (?:everybody|everyone|all)"
    r"(?: \w+)?|(?:were|was) (?:all|everybody|everyone)(?: \w+)? (?:present|there)|waren alle (?:da|anwesend|dabei)"
    r"|personne n['’](?:était|a été) absent|tout le monde était (?:présent|là)|nadie (?:faltó|estuvo ausente)"
    r"|no faltó nadie"
    r"|estuvieron todos(?: presentes)?)\W*$"
)
_ONES = frozenset({"one", "once", "a", "einer", "einem", "eine", "ein", "une", "un", "una", "uno"})
Which = Literal["", "first", "last"]


@dataclass(frozen=True, slots=True)
class AttendanceQuery:
    """Who was present or absent: at the meetings of `minutes`, most often, at all of them, or how often `who` was.

    For "nobody" those meetings are told of from which nobody was absent.
    """

    how: Literal["who", "most", "all", "times", "nobody", "often"]
    is_present: bool
    minutes: DocumentQuery
    who: str = ""
    least: int = 0
    """For "often" at how many meetings at least."""
    which: Which = ""
    """Of the meetings in order of their days the one that is meant; "" for all."""


def read_attendance(question: str) -> AttendanceQuery | None:
    """Return what a question in English, German, French or Spanish asks of who was at meetings; None for any other."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS:
        return None
    every = read_document_query("list all minutes")
    assert every is not None
    if _NOBODY.match(text):
        return AttendanceQuery("nobody", False, every)
    if _ALL.match(text):
        return AttendanceQuery("all", True, every)
    if (match := _OFTEN.match(text)) and (least := _least(match)):
        return AttendanceQuery("often", bool(match["present"]), every, least=least)
    if match := _MOST.match(text):
        return AttendanceQuery(
            "most", not any(said for name, said in match.groupdict().items() if name[:6] == "absent"), every
        )
    if (match := _TIMES.match(text)) and (match["absent"] or match["present"]):
        return AttendanceQuery("times", bool(match["present"]), every, match["who"].strip())
    if match := _ONE.match(text) or _ONE_GERMAN.match(text):
        minutes = _minutes(match["rest"])
        which: Which = "last" if match["last"] else "first" if match["first"] else ""
        return AttendanceQuery("who", bool(match["present"]), minutes, which=which) if minutes else None
    return None


def _least(match: re.Match[str]) -> int:
    """Return at how many meetings at least; 0 where no number is said that is known."""
    if match["some"]:
        return 2
    said = (match["count"] or "").casefold()
    number = int(said) if said.isdigit() else 1 if said in _ONES else NUMBER_WORDS.get(said, 0)
    return number + bool(match["over"]) if number else 0


def _minutes(rest: str) -> DocumentQuery | None:
    """Return the minutes of the meeting that is named: by its day, its month or another condition."""
    opening = re.match(rf"(?i)^{_AT}{_KIND}(?:{_MEETING}\s*)?", rest)
    assert opening is not None
    behind = rest[opening.end() :].strip(" ?.")
    behind = f"{opening['month'] or ''} {behind}".strip()
    if re.fullmatch(rf"(?i)(?:in |im |en )?{MONTH_PATTERN}", behind):
        behind = f"in {behind.split()[-1]}"
    behind = re.sub(r"(?i)^(?:held )?(?:on|am|vom|du|del|le|el) (?:the )?", "on ", behind)
    if re.match(r"\d|[^\W\d_]+ \d", behind):
        behind = f"of {behind}" if re.match(r"(?i)on |in |of |from ", behind) is None else behind
    query = read_document_query(f"list all minutes {behind}".strip())
    if query is None or any(
        condition.kind not in ("dated", "period", "mention", "organisation") for condition in query.conditions
    ):
        return None
    return query
