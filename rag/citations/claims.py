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


_COURTESY = re.compile(
    r"(?i)^(?:(?:hello|hi|hey|dear \w+|good (?:morning|afternoon|evening|day)|thanks?(?: you)?(?: (?:so"
    r"|very) much)?(?: for "
    r"(?:asking|your question|the question))?|you(?:'re|’re| are) welcome|sure(?: thing)?|certainly"
    r"|of course|absolutely"
    r"|great question|good question|no problem|yes|no|ok(?:ay)?|sorry|i(?:'m|’m| am) sorry|(?:here"
    r"|this) (?:is|are) "
    r"(?:the|your|an?) (?:answer|summary|overview|list|information|details)[^.:]*|based on the (?:given "
    r"|provided )?"
    r"(?:sources?|documents?|passages?|context|information)(?: provided)?|according to the (?:sources?"
    r"|documents?|context)"
    r"|let me know|feel free[^.]*|i hope[^.]*|please let[^.]*|if you (?:have|need)[^.]*"
    r"|happy to help[^.]*|hallo|guten "
    r"(?:tag|morgen|abend)|danke[^.]*|gern(?:e| geschehen)?|bitte|nat(?:ü|ue)rlich|klar|ja|nein|bonjour"
    r"|merci[^.]*|oui|non"
    r"|hola|gracias[^.]*|s[ií]|de nada)\b[\s,.!:;–—-]*)+"
)
_NO_ANSWER = re.compile(
    r"(?i)^(?!.*\b(?:but|however|although|aber|jedoch|mais|pero)\b).*?(?:\bi (?:do not|don['’]t) (?:know"
    r"|have)\b"
    r"|\bi (?:could|can) ?(?:not|n['’]t) (?:find|answer|determine|tell|provide|help|locate)\b|\bi(?:['’]m"
    r"| am) (?:not able|"
    r"unable|not sure)\b|\b(?:sources?|documents?|passages?|context|texts?"
    r"|excerpts?)\b[^.]{0,30}\b(?:do(?:es)? not|don['’]t"
    r"|doesn['’]t)\b[^.]{0,20}\b(?:mention|say|contain|provide|specify|state|include|answer|give|discuss"
    r"|cover)\b"
    r"|\b(?:is|are) (?:not|nowhere) (?:mentioned|specified|stated|provided|given|found|included"
    r"|available)\b[^.]{0,30}"
    r"\b(?:sources?|documents?|passages?|context|texts?|excerpts?)\b|\bthere is no (?:information|mention"
    r"|answer)\b"
    r"|\bno information\b|\b(?:dokumente?|quellen?)\b[^.]{0,30}\b(?:kein\w*|nicht|nichts)\b|\bich (?:weiß"
    r"|weiss) (?:es )?nicht"
    r"|\bje ne sais pas|\bno lo s[eé]\b)"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the part of it that a group of markers vouches for, and those markers' numbers."""

    sentence: str
    text: str
    numbers: tuple[int, ...]


def sentences_with_markers(text: str, markers: Sequence[Marker]) -> list[tuple[int, int]]:
    """Return the ranges of the sentences of a text; a marker right after a full stop belongs to the one before it."""
    return _attach_leading_markers(text, sentence_spans(text), markers)


def read_claims(text: str, start: int, end: int, markers: Sequence[Marker]) -> list[Claim]:
    """Return the claims of the sentence at `start` to `end`, one for each group of its markers; empty without any."""
    inside = [marker for marker in markers if start <= marker.start < end]
    return _claims_of_sentence(text, start, end, inside) if inside else []


def plain_sentence(text: str, start: int, end: int, markers: Sequence[Marker]) -> str:
    """Return a sentence on one line, without its markers, list marks and emphasis."""
    inside = [marker for marker in markers if start <= marker.start < end]
    return _plain(_without(text, start, end, inside))


def claims_something(sentence: str) -> bool:
    """Return whether a plain sentence says something about the world that a source could carry.

    Greetings, thanks, offers, questions, introductions of lists, and what says that there is no answer, do not.
    """
    said = sentence.strip().strip("\"'“”*_ ")
    if said.endswith(("?", "？")) or _NO_ANSWER.search(said):
        return False
    rest = _COURTESY.sub("", said)
    if re.search(r"\d", rest):
        return True
    if said.endswith((":", "：")):
        return False
    return len(content_words(rest)) >= (1 if rest == said and len(said) > 2 else MIN_CLAIM)


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
