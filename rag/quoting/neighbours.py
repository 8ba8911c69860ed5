"""Finds the sentences around a quote, and quotes with it the one that it cannot be understood without, or its cause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.extractive import Extract
from rag.quoting.answer_kind import asked_kind, holds_kind
from rag.units import LEANS_BACK, MAX_EXTRACT, Unit

_THEREFORE = re.compile(
    r"\b(?:therefore|thus|hence|consequently|for this reason|deshalb|daher|darum|deswegen|donc|c'est pourquoi"
    r"|por eso|por lo tanto)\b",
    re.IGNORECASE,
)
_MORE_CAUSES = re.compile(
    r"(?i), as (?!well|usual|of|for|in|at|from|soon|long|far)"
    r"|\b(?:to (?:avoid|prevent|protect|keep|save|make sure)|owing to|on account of|thanks to"
    r"|grund|gründe|um \S+ (?:\S+ )?zu|wegen|motifs?|raisons?|pour (?:éviter|ne pas)|suite à|faute de"
    r"|motivos?|razón|razones"
    r"|para (?:evitar|no|que)|a consecuencia|ya que|puesto que|por falta)\b"
)
"""Further words of a cause or a purpose, of which some have other meanings as well."""
_ELSE = re.compile(
    r"(?:nobody|no ?one|none|nothing|everybody|everyone|anybody|anyone|all others?|niemand (?:sonst|anderes)"
    r"|alle anderen|personne d['’]autre|tous les autres|nadie más|todos los demás)\b.{0,8}",
    re.IGNORECASE,
)
"""An answer that says only that it is none of those that were named before."""


def gives_cause(text: str) -> bool:
    """Return whether a text has a word of a cause or a purpose."""
    return holds_kind(text, "cause") or _MORE_CAUSES.search(text) is not None


def is_right_before(other: Unit, unit: Unit) -> bool:
    """Return whether a sentence stands right before another one in a paragraph."""
    return other.source is unit.source and _touch(other, other.end, unit.start)


def sentence_before(extract: Extract, units: Sequence[Unit]) -> Unit | None:
    """Return the sentence right before a quote in its paragraph; None before a heading, a row or nothing."""
    before = [it for it in units if it.source.number == extract.number and it.end <= extract.start]
    last = max(before, key=lambda it: it.start, default=None)
    return last if last is not None and not last.is_heading and _touch(last, last.end, extract.start) else None


def sentence_behind(extract: Extract, units: Sequence[Unit]) -> Unit | None:
    """Return the sentence right behind a quote in its paragraph; None where there is none."""
    behind = [it for it in units if it.source.number == extract.number and it.start >= extract.end]
    after = min(behind, key=lambda it: it.start, default=None)
    return after if after is not None and not after.is_heading and _touch(after, extract.end, after.start) else None


def _touch(unit: Unit, start: int, end: int) -> bool:
    """Return whether a sentence, no row, has nothing but space within its paragraph between it and a quote."""
    between = unit.source.text[start:end]
    return start <= end and not unit.is_row and not between.strip() and "\n\n" not in between


def with_cause(question: str, extract: Extract, units: Sequence[Unit]) -> Extract:
    """Return the quote with the sentence before it where it is asked why, and the quote says "therefore"."""
    if asked_kind(question) != "cause" or not _THEREFORE.search(extract.text):
        return extract
    before = sentence_before(extract, units)
    return _joined(before, extract) if before else extract


def with_cause_behind(question: str, extract: Extract, units: Sequence[Unit]) -> Extract:
    """Return the quote with the sentence behind it where it is asked why, and only that one gives a cause."""
    if asked_kind(question) != "cause" or extract.header or gives_cause(extract.text):
        return extract
    after = sentence_behind(extract, units)
    if after is None or not gives_cause(after.text):
        return extract
    return replace(extract, text=after.source.text[extract.start : after.end], end=after.end, answer="")


def with_sentence_before(extract: Extract, units: Sequence[Unit]) -> Extract:
    """Return the quote with the sentence right before it where it leans on that one; its answer goes where it names
    only the others."""
    before = sentence_before(extract, units) if LEANS_BACK.search(extract.text) else None
    if before is None or extract.end - before.start > MAX_EXTRACT:
        return extract
    return _joined(before, extract, answer="" if _ELSE.fullmatch(extract.answer) else extract.answer)


def _joined(before: Unit, extract: Extract, *, answer: str = "") -> Extract:
    text = before.source.text[before.start : extract.end]
    return replace(extract, text=text, start=before.start, answer=answer)
