"""Tells by the words of a question whether it takes several look-ups: two questions, or figures that make another."""

from __future__ import annotations

import re

from rag.words.dates import find_periods

_ASKING = (
    r"(?:what|who|whom|whose|when|where|which|why|how|was|wer|wann|wo|welche[rsmn]?|warum|wie|wieviel|quel(?:le)?s?|qui"
    r"|quand|où|pourquoi|comment|combien|qué|quién|cuándo|dónde|cuál(?:es)?|cuánt[oa]s?|cómo)"
)
_TWO_QUESTIONS = re.compile(
    rf"(?i)^\W*(?:\w+\s+){{0,2}}?{_ASKING}\b.{{8,}}?(?:[,;?]?\s(?:and|und|et|y)|\?)\s+(?P<second>{_ASKING}\b.{{8,}})"
)
_LEANING = re.compile(
    r"(?i)\b(?:it|its|they|their|them|theirs|this|that|these|those|he|she|his|her|him|there|es|er|sie|ihn|ihm"
    r"|ihre?[nmrs]?"
    r"|seine?[nmrs]?|dies\w*|das|dort|il|elle|ils|elles|son|sa|ses|leurs?|ce|cela|su|sus|eso|esto)\b"
)
"""Words of a second question that lean on the first: one passage mostly answers both."""
_FORMULA = re.compile(
    r"(?i)(?<!what) (?:is|are) defined as\b|(?<!be )\bdivided by\b|\bdefiniert als\b"
    r"|\bgeteilt durch\b|\bdivisé par\b|\bdividido (?:por|entre)\b"
    r"|\bminus\b|\bas an? (?:%|percent(?:age)?) of\b|[\w)]\s/\s\("
)
_OPERATION = re.compile(
    r"(?i)\b(?:ratio|turnover|margin|growth|growth rate|change|increase|decrease|decline|difference|average|mean|sum"
    r"|total|percentage|per ?cent|compare[ds]?|times as|verhältnis|wachstum|veränderung|unterschied|durchschnitt"
    r"|summe|anteil|croissance|différence|moyenne|somme|variation|crecimiento|diferencia|promedio|suma|variación)\b"
)

TWO_QUESTIONS_REASON = "It asks for two things, each of which is looked up."
FORMULA_REASON = "It takes several figures, each of which is looked up."
PERIODS_REASON = "It takes figures of several years, each of which is looked up."


def why_several(question: str) -> str:
    """Return why a question takes several look-ups, in words for people; "" for one that a single one may answer."""
    both = _TWO_QUESTIONS.search(question)
    if both and not _LEANING.search(both["second"]):
        return TWO_QUESTIONS_REASON
    if _FORMULA.search(question):
        return FORMULA_REASON
    if _OPERATION.search(question) and len(find_periods(question)) > 1:
        return PERIODS_REASON
    return ""
