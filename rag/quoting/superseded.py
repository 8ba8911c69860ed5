"""Puts what takes the place of an answer before it: "now leaves at 7:45 instead of 8:15"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from rag.extractive import Extract
from rag.questions.constraints import find_constraints
from rag.quoting.answer_kind import AnswerKind, asked_kind, holds_kind
from rag.quoting.neighbours import gives_cause
from rag.quoting.own_words import own_share
from rag.quoting.table_answer import without_generic
from rag.text import content_words
from rag.units import Unit
from rag.words.dates import find_dates

MAX_DAY = 30
"""Characters of a day that is written out."""
MIN_SHARE = 0.3
"""Share of the question's weight that the sentence must hold which says what is so now, and no less than the other."""

_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|no longer|not any ?more|statt|anstelle von|anstatt|nicht mehr|au lieu d[eu]"
    r"|et non plus"
    r"|en lugar de|en vez de|ya no)\s+(?:at |on |by |um |am |à |a )?(?P<old>[^.;]{1,60})",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:moved|changed|raised|increased|rises|reduced|lowered|cut|shifted|postponed|extended|verlegt|verschoben|erhöht"
    r"|gesenkt|déplacée?|reportée?|portée?|aplazad[oa]|trasladad[oa]|subid[oa])\b[^.;]{0,40}?"
    r"\b(?:from|von|vom|de|du|del?)\s+(?P<old>[^.;]{1,40}?)\s+(?:to|auf|à|au|al?)\s",
    re.IGNORECASE,
)
_VALID_FROM = re.compile(
    r"(?i)\b(?:(?:valid|effective|in force|appl(?:y|ies)|comes? into force) (?:from|as of|as from|since|on)"
    r"|effective:?|(?:gültig|gilt|gelten|in kraft|wirksam) (?:ab|seit|vom|am)(?: dem)?"
    r"|(?:valables?|applicables?|en vigueur) (?:à partir du|depuis le|dès le|le|à compter du)"
    r"|(?:válid[oa]s?|vigentes?|en vigor) (?:desde|a partir)(?: el| del)?)\s"
)
"""Stands before the day from which a document holds."""
_NOTE_MARK = re.compile(r"\[(?:foot|end)?note [^\]]{1,8}\]|[¹²³⁴-⁹]+")
_HOLDS_NOW = re.compile(
    r"(?i)\b(?:out of date|outdated|superseded|corrected|correction|erratum|no longer|meanwhile|in the meantime|now"
    r"|revised|since (?:then|the|\d)|veraltet|überholt|berichtigt|inzwischen|mittlerweile|jetzt|nunmehr|nicht mehr"
    r"|seit (?:dem|der|\d)|périmée?|corrigée?|désormais|entre-temps|maintenant|depuis|ne [^.]* plus|obsolet[oa]"
    r"|corregid[oa]|ahora|ya no|desde)\b"
)
"""Says that something is otherwise by now."""
_FAILED = re.compile(
    r"(?i)\b(?:rejected|refused|declined|withdrawn|abgelehnt|zurückgezogen|rejetée?|refusée?|rechazad[oa]|rechazó)\b"
)


def put_newer_first(extracts: Sequence[Extract], units: Sequence[Unit], weights: Mapping[str, float]) -> list[Extract]:
    """Return the extracts; behind a sentence that says that another value took the place of the first one's answer."""
    if not extracts or not extracts[0].answer:
        return list(extracts)
    focus = without_generic(weights)
    first = next((unit for unit in units if unit.place == extracts[0].place), None)
    least = max(MIN_SHARE, own_share(first, focus) if first else 0.0)
    old = " ".join(extracts[0].answer.split()).casefold()
    for unit in units:
        match = _INSTEAD.search(unit.text) or _MOVED.search(unit.text)
        if match is None or _FAILED.search(unit.text):
            continue
        if _holds(match["old"], old) and own_share(unit, focus) >= least:
            newer = Extract.of(unit, extracts[0].score)
            return [newer, *(one for one in extracts if one.place != newer.place)]
    return list(extracts)


def put_valid_first(
    question: str, extracts: Sequence[Extract], units: Sequence[Unit], beside: Mapping[int, str]
) -> list[Extract]:
    """Return the extracts, of documents with one title those first that are valid from a later day; as they are where
    the question names a day or a year. `beside` is, by document, what else was found of it."""
    if any(one.kind in ("date", "day", "year") for one in find_constraints(question)):
        return list(extracts)
    sources = {unit.source.number: unit.source for unit in units}
    days: dict[int, date] = {}
    for extract in extracts:
        source = sources.get(extract.number)
        text = f"{source.text}\n{beside.get(source.document.id, '')}" if source else ""
        found = [day for match in _VALID_FROM.finditer(text) if (day := _day_at(text, match.end())) is not None]
        if found:
            days[extract.number] = max(found)
    titles = {sources[number].document.title.casefold() for number in days}
    if len(days) < max(2, len(extracts)) or len(titles) != 1:
        return list(extracts)
    return sorted(extracts, key=lambda extract: days[extract.number], reverse=True)


def _day_at(text: str, start: int) -> date | None:
    """Return the day that a text writes right at some place; None where it writes none there."""
    dates = find_dates(text[start : start + MAX_DAY])
    return dates[0].day if dates and dates[0].start <= 1 else None


def with_notes(question: str, extracts: Sequence[Extract], units: Sequence[Unit]) -> list[Extract]:
    """Return the extracts with the note that the first one refers to behind it, where that speaks of the same and holds
    a thing of the kind asked for; before it, where it says that another value holds now, or why something is so."""
    first = next((unit for unit in units if extracts and unit.place == extracts[0].place), None)
    marks = _NOTE_MARK.findall(first.text) if first is not None else []
    kind = asked_kind(question)
    if first is None or not marks:
        return list(extracts)
    asked = frozenset(content_words(question))
    for unit in units:
        opening = _NOTE_MARK.match(unit.text)
        if opening is None or opening[0] not in marks or unit.source.document.id != first.source.document.id:
            continue
        told = unit.text[opening.end() :]
        if (
            unit.place == first.place
            or not _may_replace(told, extracts[0].answer, kind)
            or not unit.words & first.words & asked
        ):
            continue
        note = Extract.of(unit, extracts[0].score)
        rest = [one for one in extracts if one.place != note.place]
        is_cause = kind == "cause" and gives_cause(told) and not gives_cause(first.text)
        return [note, *rest] if is_cause or _HOLDS_NOW.search(told) else [rest[0], note, *rest[1:]] if rest else [note]
    return list(extracts)


def _may_replace(told: str, answer: str, kind: AnswerKind | None) -> bool:
    """Return whether a note holds a thing of the kind asked for, or a figure as the answer does."""
    if kind is not None:
        return holds_kind(told, kind)
    return bool(re.search(r"\d", answer) and re.search(r"\d", told))


def _holds(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?![\w.,:]\d|\w)", " ".join(text.split()).casefold()) is not None
