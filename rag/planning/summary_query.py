"""Reads requests for a summary: of which document, of which of its sections, or of all that is selected."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class SummaryQuery:
    """What is to be summarised: the words for a document, "" for all that are selected, and those for a section."""

    document: str
    section: str = ""


_REQUESTS = (
    re.compile(
        r"(?i)^(?:please\s+|can you\s+|could you\s+)?(?:summari[sz]e|sum up|(?:(?:give|write)(?: me)?\s+)?(?:a\s+"
        r"|the\s+)?"
        r"(?:(?:short|brief|concise)\s+)?summary of|(?:bitte\s+)?(?:eine\s+)?zusammenfassung (?:von|des|der)"
        r"|résume[rz]?"
        r"|(?:fais(?:-moi)?\s+|donne(?:-moi)?\s+)?(?:un\s+)?résumé (?:de|du|des)|resume|resumir"
        r"|(?:haz(?:me)?\s+|dame\s+)?(?:un\s+)?resumen (?:de|del))\s+(?P<rest>.+?)[\s.?!]*$"
    ),
    re.compile(r"(?i)^(?:bitte\s+)?fasse?\s+(?:mir\s+)?(?:bitte\s+)?(?P<rest>.+?)\s+zusammen[\s.?!]*$"),
)
_SECTION = re.compile(
    r"(?i)^(?:the |den |das |die |la |le |el )?(?:section|chapter|part|clause|abschnitt|kapitel|teil|chapitre"
    r"|partie|sección|capítulo)"
    r"\s+(?:on\s+|über\s+)?(?P<section>.+?)\s+(?:of|in|from|von|aus|des|der|de|du|del|en)\s+(?P<document>.+)$"
)
_NAMED_SECTION = re.compile(
    r"(?i)^(?:the |den |das |die |la |le |el )?[\"“„](?P<section>[^\"”“]+)[\"”“]\s+(?:of|in|from|von|aus|de|du|del"
    r"|en)\s+(?P<document>.+)$"
)
_ALL = re.compile(
    r"(?i)^(?:all|every|everything|this|these|the|my|our|alle|dieses?|das|die|tous|toutes|ce|ces|le|les|todos?"
    r"|todas?|este|estos|los|el)?"
    r"(?:\s+(?:the|of the|die|les|los))?\s*(?:documents?|files?|collection|texts?|selection|reports?|dokumente?"
    r"|dateien|sammlung|fichiers?"
    r"|documentos?|archivos?|colección)?$"
)
_ARTICLE = re.compile(
    r"(?i)^(?:the |den |das |die |der |dem |la |le |les |l['’]|el |los )?(?:(?:document|file|report|dokument|datei"
    r"|fichier|documento|archivo)\s+)?"
)


def read_summary(question: str) -> SummaryQuery | None:
    """Return what a request in English, German, French or Spanish asks a summary of; None where it asks for none."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS:
        return None
    match = next((match for pattern in _REQUESTS if (match := pattern.match(text))), None)
    if match is None:
        return None
    rest = match["rest"].strip()
    if section := _SECTION.match(rest) or _NAMED_SECTION.match(rest):
        return SummaryQuery(_name_of(section["document"]), section["section"].strip('"“”„ '))
    return SummaryQuery(_name_of(rest))


def _name_of(words: str) -> str:
    if _ALL.match(words):
        return ""
    return _ARTICLE.sub("", words).strip('"“”„ ')
