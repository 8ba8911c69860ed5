"""Tells whether a question asks for a time of day, or when something is, and a text gives none."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import HOUR, MONTH, WEEKDAY, asked_kind
from rag.quoting.asked_measure import TIME_UNITS

_ASKS_CLOCK = re.compile(r"(?i)\b(?:what time|which hour|um wie ?viel uhr|à quelle heure|a qué hora)\b")
_BEFORE_HOUR = (
    r"at|from|until|till|by|before|after|between|around|about|and|to|um|ab|bis|von|vor|nach|gegen|zwischen|und|à|dès|de"
    r"|avant|après|vers|et|a las?|desde las?|hasta las?|las?"
)
_CLOCK = re.compile(
    r"(?i)(?<![\d.])\d{1,2}\s?[:.h]\s?\d{2}(?![\d.])"
    rf"|\b\d{{1,2}}\s?(?:a\.?m|p\.?m|h(?:rs?)?)\b|\b{HOUR}\s?(?:uhr|o['’]clock|heures?)\b"
    rf"|\b(?:half|quarter|twenty|ten|five|halb|viertel)(?: past| to| vor| nach)? {HOUR}\b"
    rf"|\b(?:{_BEFORE_HOUR})\s+{HOUR}(?!\d|[.,]\d|\w|\s+(?:{TIME_UNITS})\b"
    rf"|\.?\s*(?:(?:st|nd|rd|th)\b|{MONTH}(?!\w)))"
    r"|\b(?:noon|midday|midnight|dawn|dusk|sunrise|sunset|mittags?|mitternacht|midi|minuit|mediodía|medianoche"
    r"|morning|afternoon|evening|night|morgens?|vormittags?|nachmittags?|abends?|matin|après-midi|soir|mañana|tarde"
    r"|noche|any ?time|round the clock|all day|always|24 hours|rund um die uhr|jederzeit|à toute heure"
    r"|(?:hours?|minutes?) (?:before|after|later))\b"
)
_ASKS_WHEN = re.compile(
    r"(?i)^\W*(?:(?:and|so|und|et|y) )?(?:when|wann|quand|cuándo) "
    r"(?!.*\b(?:can|may|must|should|do (?:i|we|you)|darf|muss|soll)\b)"
)
_LASTS = re.compile(
    r"(?i)\b(?:for|über|während|pendant|durante)? ?(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    rf"|ein\w*|zwei|drei|vier|fünf|sechs|une?|deux|trois|una?|dos|tres) (?:{TIME_UNITS})\b"
    rf"|\b(?:\w+er|opening|working|office|business) (?:{TIME_UNITS})\b|\b(?:{TIME_UNITS}) (?:a|per|each|every) \w+"
)
"""How long something lasts, which says not when it is."""
_RELATES = re.compile(
    r"(?i)\b(?:after|before|within|once|when(?:ever)?|as soon as|until|till|ago|later|earlier|every|each|daily|weekly"
    r"|monthly|yearly|annual\w*|always|never|immediately|at once|now|already|today|tomorrow|yesterday|while|during"
    r"|(?:start|beginning|end) of|nach|vor|binnen|innerhalb|sobald|wenn|bis|jede[nrms]?|täglich|sofort|après|avant|dès"
    r"|lorsque|quand|sous|dans les|jusqu\w*|chaque|tous|tout|después|antes|cuando|dentro|hasta|cada)\b"
)
_POINTS = re.compile(
    rf"(?i)\d|\b(?:{MONTH})(?!\w)|\b(?:{WEEKDAY})\b"
    r"|\b(?:spring|summer|autumn|fall|winter|easter|christmas|whitsun|lent|advent|new year|weekend|half[- ]term|century"
    r"|frühjahr|frühling|sommer|herbst|ostern|pfingsten|weihnachten|wochenende|printemps|été|automne|hiver|pâques|noël"
    r"|siècle|primavera|verano|otoño|invierno|navidad|pascua|siglo)\b"
)


def lacks_time_asked(question: str, text: str) -> bool:
    """Return whether a question in English, German, French or Spanish asks at what time of day something is, and a text
    names none; or when it is, and a text says no more than how long it lasts."""
    if _ASKS_CLOCK.search(question):
        return not _CLOCK.search(text)
    if asked_kind(question) != "time" or not _ASKS_WHEN.search(question):
        return False
    if _RELATES.search(text) or _CLOCK.search(text):
        return False
    return not _POINTS.search(_LASTS.sub(" ", text))
