"""Tells for what unit a question wants a rate ("per week"), and whether a text gives one for another unit alone."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import asks_yes_or_no

_PER = (
    r"(?:\b(?:per|an?|each|every|for (?:a|one|the)|pro|je|jede[rnms]?|im|am|die|par|chaque|au|por|cada|al|a la|à la"
    r"|la)\s+(?:whole |full |ganze[rn]? |single )?|\bin der |\bl['’]|/\s?)"
)
_UNITS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (
        ("hour", r"hours?|hrs?|h|stunde|heure|hora", r"hourly|stündlich\w*|horaire"),
        ("day", r"days?|tag|jour|journée|día", r"daily|täglich\w*|quotidien\w*|journali\w+|diari[oa]"),
        ("night", r"nights?|nacht|nuit|nuitée|noche", r"nightly"),
        ("week", r"weeks?|woche|semaine|semana", r"weekly|wöchentlich\w*|hebdomadaires?|semanal\w*"),
        ("weekend", r"weekends?|wochenende|week-end|fin de semana", r""),
        ("month", r"months?|(?:calendar )?month|pcm|monat|mois|mes", r"monthly|pcm|monatlich\w*|mensuel\w*|mensual\w*"),
        ("quarter", r"quarters?|quartal|trimestre", r"quarterly|vierteljährlich\w*|trimestriel\w*|trimestral\w*"),
        (
            "year",
            r"years?|annum|jahr|an|année|año|season|saison|temporada",
            r"yearly|annual(?:ly)?|p\.a\.|jährlich\w*|annuel\w*|anual\w*",
        ),
    ),
    (
        ("person", r"persons?|head|people|guest|participant|person|kopf|gast|personne|participant|persona", r""),
        ("room", r"rooms?|zimmer|chambre|habitación", r""),
        ("group", r"groups?|gruppe|groupe|grupo", r""),
    ),
    (
        ("km", r"km|kilomet(?:re|er)|kilomètre|kilómetro", r""),
        ("mile", r"miles?|meile|milla", r""),
    ),
    (
        ("kg", r"kg|kilo(?:gram(?:me|m)?)?|kilogramo", r""),
        ("tonne", r"tonn?e?s?|t|tonelada", r""),
        ("g", r"100 ?g|gram(?:me)?|gramm|gramo", r""),
    ),
    (
        ("litre", r"lit(?:re|er|ro)|l", r""),
        ("bottle", r"bottle|flasche|bouteille|botella", r""),
        ("glass", r"glass|glas|verre|copa|vaso", r""),
    ),
)
"""Units of one sort: what is given for one of them says nothing of what is asked for another."""
_SORTS = tuple(
    tuple(
        (name, re.compile(rf"(?i){_PER}(?:{names})\b(?!\s*\d)" + (rf"|\b(?:{words})(?!\w)" if words else "")))
        for name, names, words in units
    )
    for units in _UNITS
)


def is_of_another_rate(question: str, *texts: str) -> bool:
    """Return whether a question asks for something per week, and what is given is per night alone.

    Of the texts, nearest first, the first that names a unit of that sort counts.
    """
    if asks_yes_or_no(question):
        return False
    for units in _SORTS:
        asked = _named(units, question)
        given = next(filter(None, (_named(units, text) for text in texts)), frozenset[str]())
        if asked and given and not asked & given:
            return True
    return False


def _named(units: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in units if pattern.search(text))
