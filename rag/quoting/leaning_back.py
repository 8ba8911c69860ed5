"""Quotes with a sentence the one before it, where it cannot be understood alone: "Nobody else may drive it"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.extractive import Extract
from rag.units import LEANS_BACK, MAX_EXTRACT, Unit

_ELSE = re.compile(
    r"(?:nobody|no ?one|none|nothing|everybody|everyone|anybody|anyone|all others?|niemand (?:sonst|anderes)"
    r"|alle anderen|personne d['’]autre|tous les autres|nadie más|todos los demás)\b.{0,8}",
    re.IGNORECASE,
)
"""An answer that says only that it is none of those that were named before."""


def with_sentence_before(extract: Extract, units: Sequence[Unit]) -> Extract:
    """Return the quote with the sentence right before it where it leans on that one; its answer goes where it names
    only the others."""
    if not LEANS_BACK.search(extract.text):
        return extract
    before = [it for it in units if it.source.number == extract.number and it.end <= extract.start]
    last = before[-1] if before else None
    if last is None or last.is_row or last.is_heading or extract.end - last.start > MAX_EXTRACT:
        return extract
    source = last.source.text
    if source[last.end : extract.start].strip(" \n") or "\n\n" in source[last.end : extract.start]:
        return extract
    answer = "" if _ELSE.fullmatch(extract.answer) else extract.answer
    return replace(extract, text=source[last.start : extract.end], start=last.start, answer=answer)
