"""Knows which fields verbs speak of: what weighs has a weight, what starts a first day, who was born a birth."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.planning.records import Field
from rag.planning.row_words import WEIGHT
from rag.quoting.events import events_in

_SPOKEN_OF = (
    (
        r"start\w*|begin\w*|beginn\w*|anfang|début|inicio|comienzo|valid from",
        r"start(?:s|ed)?|beg[iau]n(?:s|ning)?|beginnt|beginnen|begonnen|begann|commenc\w+|débute\w*|empiez\w+|empez\w+"
        r"|comienz\w+|comenz\w+",
    ),
    (
        r"end|ends|ende|fin|expiry\w*|expires?|ablauf\w*|vencimiento|término|valid until",
        r"end(?:s|ed)?|expir\w+|endet|enden|endete|ausläuft|finit|finissent|termine\w*|terminan?|acaban?|vencen?",
    ),
    (WEIGHT, r"weigh(?:s|ed)?|wiegt|wiegen|wog|pèsent?|pesan?"),
    (
        r"duration|time|dauer|zeit|durée|temps|duración|tiempo|length",
        r"lasts?|lasted|dauern?|dauerte|durent?|duran?|duró",
    ),
    (r"languages?|sprachen?|langues?|idiomas?", r"speaks?|spoke|spricht|sprechen|parlent?|hablan?"),
    (r"(?:driving )?licen[cs]e|führerschein|permis|permiso|carné", r"drives?|fährt|fahren|condui\w+|conducen?"),
    (
        r"address|city|town|street|residence|adresse|wohnort|ort|anschrift|ville|dirección|domicilio|ciudad|localidad",
        r"lives?|lived|wohnt|wohnen|habitent?|viven?|reside[ns]?",
    ),
    (
        r"employer|company|position|job|role|arbeitgeber|beruf|tätigkeit|employeur|poste|métier|empresa|puesto|cargo",
        r"works?|worked|arbeitet|arbeiten|travaillent?|trabajan?",
    ),
    (
        r"degree|education|university|studies|abschluss|studium|ausbildung|diplôme|études|formation|titulación|estudios",
        r"stud(?:y|ies|ied)|studiert\w*|étudi\w+|estudi\w+|graduated?",
    ),
    (
        r"teacher|lecturer|instructor|tutor|dozent\w*|lehrer\w*|enseignante?|profesora?|docente",
        r"teach\w*|taught|unterrichte\w*|enseigne\w*|imparte\w*|enseña\w*",
    ),
)
"""Patterns for the names of fields, and for the verbs in four languages that speak of what they state."""
_COMPILED = tuple((re.compile(rf"(?i)\b(?:{name})\b"), re.compile(rf"(?i)(?:{verbs})")) for name, verbs in _SPOKEN_OF)


@lru_cache(maxsize=1 << 10)
def _is_spoken_of(name: str, verb: str) -> bool:
    if any(called.search(name) and verbs.fullmatch(verb) for called, verbs in _COMPILED):
        return True
    return bool(events_in(name) & events_in(verb))


def speaks_of(one: Field, verb: str) -> bool:
    """Return whether a verb, as it is written, speaks of what a field states."""
    return any(_is_spoken_of(name, verb) for name in one.names)
