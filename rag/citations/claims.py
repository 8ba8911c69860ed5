"""Cuts an answer into the claims that its citation markers vouch for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.citations.markers import Marker
from rag.text import content_words, sentence_spans

MIN_CLAIM = 2
"""A clause with fewer content words is judged with the clause before it."""

_LIST_MARK = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*•–]\s+|\d{1,2}[.)]\s+)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the part of it that a group of markers vouches for, and those markers' numbers."""

    sentence: str
    text: str
    numbers: tuple[int, ...]


def read_claims(text: str, markers: Sequence[Marker]) -> list[Claim]:
    """Return the cited claims in order. A marker right after a full stop belongs to the sentence before it."""
    if not markers:
        return []
    spans = _attach_leading_markers(text, sentence_spans(text), markers)
    claims = []
    for start, end in spans:
        inside = [marker for marker in markers if start <= marker.start < end]
        if inside:
            claims += _claims_of_sentence(text, start, end, inside)
    return claims


def _attach_leading_markers(
    text: str, spans: Sequence[tuple[int, int]], markers: Sequence[Marker]
) -> list[tuple[int, int]]:
    attached: list[tuple[int, int]] = []
    ends = {marker.start: marker.end for marker in markers}
    for start, end in spans:
        at = start
        while at in ends or (at > start and at < end and text[at] in " \t"):
            at = ends.get(at, at + 1)
        if at > start and attached and "\n" not in text[attached[-1][1] : start]:
            attached[-1] = (attached[-1][0], at)
            start = at
        if text[start:end].strip():
            attached.append((start, end))
    return attached


def _claims_of_sentence(text: str, start: int, end: int, markers: Sequence[Marker]) -> list[Claim]:
    groups = [[markers[0]]]
    for marker in markers[1:]:
        if text[groups[-1][-1].end : marker.start].strip(" \t,;") == "":
            groups[-1].append(marker)
        else:
            groups.append([marker])
    sentence = _plain(_without(text, start, end, markers))
    claims: list[Claim] = []
    begin = start
    for group in groups:
        clause = _plain(_without(text, begin, group[-1].end, markers))
        if len(groups) == 1:
            clause = sentence
        elif len(content_words(clause)) < MIN_CLAIM:
            clause = _plain(_without(text, start, group[-1].end, markers))
        if len(content_words(clause)) < MIN_CLAIM:
            clause = sentence
        claims.append(Claim(sentence, clause, tuple(dict.fromkeys(marker.number for marker in group))))
        begin = group[-1].end
    return claims


def _without(text: str, start: int, end: int, markers: Sequence[Marker]) -> str:
    kept = []
    for marker in markers:
        if start <= marker.start < end:
            kept.append(text[start : marker.start].rstrip(" "))
            start = marker.end
    kept.append(text[start:end])
    return "".join(kept)


def _plain(text: str) -> str:
    """Return one line without list marks and emphasis."""
    return " ".join(_EMPHASIS.sub("", _LIST_MARK.sub("", text)).split())
