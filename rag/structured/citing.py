"""Finds for each field of an answer in JSON the words of a source that carry its value."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.citations.claims import Claim
from rag.citations.evidence import CheckedClaim, Evidence
from rag.citations.scope import QuestionScope
from rag.structured.written import WrittenField, WrittenJson
from rag.types import AnsweredField, Citation, PageRectangle, Source, Span, Vectors, Verdict

NOT_FOUND = "No source was found that carries this value."
NOT_ABOUT = "The value stands in a source, which is about something else than the question names."


def cite_fields(
    written: WrittenJson,
    sources: Sequence[Source],
    *,
    question: str,
    rectangles: Callable[[Source, Sequence[Span]], tuple[PageRectangle, ...]],
    embed: Callable[[Sequence[str]], Vectors] | None,
    read: Callable[[str, Sequence[str]], Sequence[float]] | None,
) -> tuple[AnsweredField, ...]:
    """Judge each field that says something, as sentences of an answer are judged; one that is null says nothing."""
    evidence = Evidence(sources, rectangles=rectangles, embed=embed, read=read)
    scope = QuestionScope(question)
    said = [one for one in written.fields if one.value not in (None, "")]
    return tuple(_judge(one, evidence, scope, question if len(said) == 1 else "") for one in said)


def verdict_of(fields: Sequence[AnsweredField]) -> Verdict | None:
    """Return the verdict on all fields together; None where none says anything."""
    if not fields:
        return None
    supported = sum(one.verdict is Verdict.SUPPORTED for one in fields)
    if supported == len(fields):
        return Verdict.SUPPORTED
    return Verdict.PARTLY if supported else Verdict.UNSUPPORTED


def _judge(field: WrittenField, evidence: Evidence, scope: QuestionScope, question: str) -> AnsweredField:
    nearest: CheckedClaim | None = None
    for sentence in _sentences(field, question):
        for number in evidence.find_sources(sentence):
            checked = evidence.check(Claim(sentence, sentence, (number,)))
            if nearest is None or checked.probability > nearest.probability:
                nearest = checked
        if nearest is not None and nearest.is_supported:
            break
    if nearest is None:
        return AnsweredField(field.path, field.start, field.end, Verdict.UNSUPPORTED, reason=NOT_FOUND)
    is_about = all(
        scope.holds(nearest.claim.text, evidence.items[citation.number], unit)
        for citation, unit in zip(nearest.citations, nearest.units, strict=True)
    )
    if nearest.is_supported and is_about:
        verdict, reason = Verdict.SUPPORTED, ""
    elif nearest.is_supported:
        verdict, reason = Verdict.PARTLY, NOT_ABOUT
    else:
        verdict, reason = Verdict.UNSUPPORTED, nearest.reason or NOT_FOUND
    citations = tuple(_as_field(one, field, supported=verdict is Verdict.SUPPORTED) for one in nearest.citations)
    return AnsweredField(field.path, field.start, field.end, verdict, reason, nearest.probability, citations)


def _as_field(citation: Citation, field: WrittenField, *, supported: bool) -> Citation:
    sentence = f"{field.label}: {_shown(field)}"
    return replace(citation, sentence=sentence, supported=supported, attributed=True)


def _sentences(field: WrittenField, question: str) -> list[str]:
    """Return the claims that a field may be, the nearest to its words first."""
    shown = _shown(field)
    named = [f"{field.label}: {shown}"]
    if isinstance(field.value, str) and len(field.value.split()) > 1:
        named.append(shown)
    # The only field of an answer is what was asked for, whatever it is called.
    return [*named, f"{question} {shown}"] if question else named


def _shown(field: WrittenField) -> str:
    if isinstance(field.value, bool):
        return "yes" if field.value else "no"
    return field.value if isinstance(field.value, str) else json.dumps(field.value)
