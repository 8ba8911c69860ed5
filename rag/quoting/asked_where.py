"""Tells whether a question asks where something is, and a sentence names no place."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import MONTH, WEEKDAY
from rag.units import Unit

_ASKS_WHERE = re.compile(
    r"(?i)^\W*(?:(?:and|und|et|y) )?(?:where|wo|où|dónde|adónde|wohin)\b(?! (?:possible|applicable))"
)
_NO_PLACE = rf"(?!(?:the |the \d|le |la |el |den |dem |der )?(?:\d|(?:{MONTH}|{WEEKDAY})(?!\w)))"
_PLACE = re.compile(
    rf"(?i)\b(?:in|into|inside|on|onto|at|to|from|near|by|behind|under|above|below|beside|opposite|between|outside|via|through"
    rf"|im|am|auf|an|bei|beim|vom|aus|nach|zu[mr]?|ins|neben|hinter|unter|über|vor|gegenüber|zwischen"
    rf"|à|au|aux|dans|chez|en|sur|sous|derrière|devant|entre|près|vers|en face"
    rf"|junto|bajo|detrás|frente|hacia|hasta|desde)\s+{_NO_PLACE}[^\W\d_]"
    r"|\b(?:here|there|nowhere|everywhere|anywhere|online|upstairs|downstairs|abroad|home|hier|dort|nirgends|überall|ici|là"
    r"|partout|aquí|allí|street|road|room|floor|building|straße|raum|rue|salle|étage|calle|sala|www\.|page|section)\b"
)
_NAME_WITHIN = re.compile(r"(?<=[a-zäöüßéèêñ,] )[A-ZÄÖÜÉ]\w+")


def asks_where(question: str) -> bool:
    """Return whether a question in English, German, French or Spanish asks where something is."""
    return _ASKS_WHERE.search(question) is not None


def lacks_place(question: str, unit: Unit) -> bool:
    """Return whether a question in English, German, French or Spanish asks where something is, and a sentence, no row
    and no label, has neither a word for a place nor a name within it."""
    if unit.is_row or ":" in unit.text or not asks_where(question):
        return False
    return _PLACE.search(unit.text) is None and _NAME_WITHIN.search(unit.text) is None
