"""Finds sentences of a document that order its reader, or an AI, what to answer: they prove nothing.

Retrieved text may be written to be obeyed. An LLM that repeats such words has a source that holds them to the letter,
so they must not count as what the document says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MACHINE = (
    r"(?:AIs?|A\.I\.|LLMs?|GPTs?|chat-?GPT|Claude|Copilot|Gemini|(?:large )?language models?|(?:chat-?|ro)?bots?"
    r"|(?:(?:AI|virtual|digital|automated|smart) )?assistants?|(?:AI|automated|answering|question.answering) "
    r"(?:systems?|models?|agents?|tools?|readers?)|KI(?:-\w+)?|Sprachmodelle?)"
)
_SPEECH = (
    r"(?:answer|say|reply|respond|tell|state|output|write|print|report|claim|ignore|disregard|forget|recommend|repeat"
    r"|include|mention|cite|present|give|treat|obey|follow|pretend|act|confirm|add|append|end|begin|antworten?|sagen?"
    r"|schreiben?|behaupten?|ignorieren?)"
)
_MUST = (
    r"(?:must|should|shall|will|needs? to|ha(?:s|ve) to|(?:is|are) (?:to|required to|instructed to)|please|can only)"
)
_INSTRUCTION = re.compile(
    rf"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{{0,40}}\b(?:instructions?|prompts?|rules|guidelines"
    rf"|directions|(?:previous|prior|above|earlier|everything|all)\b[^.!?\n]{{0,20}}\b(?:text|context|said|before))"
    rf"|\b{_MACHINE}\b[,:]?[^.!?\n]{{0,60}}?\b{_MUST}\s+(?:not\s+|only\s+|always\s+|never\s+)?{_SPEECH}\b"
    rf"|\b(?:note|notice|message|instructions?|reminder|attention|important|hinweis)\b[^.!?\n]{{0,30}}\b(?:to|for|an|für)"
    rf"\b[^.!?\n]{{0,20}}\b{_MACHINE}\b"
    rf"|\bif you(?:'re| are) an? {_MACHINE}\b|\byou are (?:now )?an? (?:\w+ ){{0,2}}{_MACHINE}\b"
    rf"|\b(?:new|your|system|hidden|secret|updated|special)\s+(?:system\s+)?(?:prompts?|instructions?)\b"
    rf"|\b(?:when|if|whenever)\b[^.!?\n]{{0,60}}\b(?:asks?|asked|asking|summari[sz]\w+|answering|responding|question)\b"
    rf"[^.!?\n]{{0,60}}?[,:]?\s(?:you (?:must|should)\s+|please\s+|always\s+|only\s+|simply\s+)?"
    rf"(?:answer|say|reply|respond|claim)\b"
    rf"|\b(?:answer|reply|respond)\s+(?:only\s+|simply\s+|just\s+)?(?:that\b|by saying\b|[\"“']"
    rf"|with\s+(?:the\s+(?:single\s+|following\s+)?(?:words?|sentence|phrase|text|number)\b|nothing\b|only\b|just\b|[\"“']))"
    rf"|\b(?:every|each|all|the) answers?\b[^.!?\n]{{0,30}}\b(?:must|should|shall|has to|have to)\s+"
    rf"(?:read|say|begin|end|be)\b"
    rf"|(?:^|[.!?:\n]\s*)(?:always|just|only|now)\s+(?:say|write|answer|reply|respond|claim)\b"
    rf"|\b(?:vergiss|ignorier\w*|missachte\w*)\b[^.!?\n]{{0,30}}\b(?:anweisung|anleitung|regel|vorgabe)\w*"
    rf"|\bantworte\b[^.!?\n]{{0,20}}\b(?:nur|mit|dass)\b"
    rf"|\b(?:do not|don't|never)\s+(?:mention|reveal|disclose|tell|cite|answer|quote)\b[^.!?\n]{{0,40}}\b(?:user|this"
    rf"|instructions?|prompt|source|reader)\b"
    r"|\bthe (?:only |correct |right |true |real )*answer\b[^.!?\n]{0,80}\bis\b[^\n]{0,200}\[\d{1,3}\]",
    re.IGNORECASE | re.MULTILINE,
)
TAINTED = 3
"""Sentences after an order, in the same paragraph, that are taken to be part of it."""


def is_instruction(text: str) -> bool:
    """Return whether a sentence orders its reader, or an AI, what to answer."""
    return _INSTRUCTION.search(text) is not None


def find_instructions(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Return for each sentence of a text (its range) whether it is an order, or goes on with one in its paragraph."""
    found: list[bool] = []
    left = 0
    end_before = 0
    for start, end in spans:
        if "\n\n" in text[end_before:start]:
            left = 0
        if is_instruction(text[start:end]):
            left = TAINTED + 1
        found.append(left > 0)
        left -= 1
        end_before = end
    return found
