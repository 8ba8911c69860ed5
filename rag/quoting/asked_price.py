"""Tells whether a question asks for a price, and whether a text may give one."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import MONTH
from rag.words.dates import find_dates

_ASKS_PRICE = re.compile(
    r"(?i)\bhow much (?:is|are|does|do|did|was|were)\b.*|\bcosts?\b|\bprice\b|\bwas koste\w*|\bwie ?viel koste\w*"
    r"|\bwie teuer\b|\bcombien (?:coûte|coûtent)\b|\bcuánto cuesta\w*"
)
_PRICE = re.compile(
    r"(?i)[€$£]|\b(?:eur|usd|gbp|chf|euros?|pounds?|dollars?|francs?|cents?|pence|franken|free|kostenlos|gratis"
    r"|gratuite?s?|nothing|charge|dearer|cheaper|twice|double|half|nichts|umsonst)\b|\d[.,]\d\d(?!\d)|\d(?:,\d{3})+|\b(?:million|billion)"
)
_NO_PRICE = re.compile(
    r"(?i)\b[\w./]*\d[\w./]*-[\w./-]+|\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b"
    rf"|\d{{1,2}}\.?\s*(?:de )?{MONTH}(?!\w)|\b{MONTH}\s+\d{{1,2}}\b"
    r"|(?:\d+\s*(?:a|to|bis|à|[-–])\s*)?\d+\.?\s*(?:a\.?m|p\.?m|h|uhr|hours?|horas?|heures?|stunden?|days?|tagen?|jours?|días?|weeks?|months?|years?"
    r"|monate?n?|mois|meses|jahre?n?|ans|años?)\b"
)
"""Numbers that are no amounts of money: identifiers, times, lengths of time."""


def asks_price(question: str) -> bool:
    """Return whether a question asks what something costs, and for nothing else that "how much" may mean."""
    return re.search(r"(?i)\b(?:costs?|koste\w*|coûte\w*|cuesta\w*)\b", question) is not None and bool(
        _ASKS_PRICE.search(question)
    )


def lacks_price(question: str, text: str) -> bool:
    """Return whether a question asks what something costs, and a text has no number that may be an amount of money."""
    if _ASKS_PRICE.search(question) is None or _PRICE.search(text) is not None:
        return False
    rest = text
    for date in reversed(find_dates(text)):
        rest = rest[: date.start] + rest[date.end :]
    return re.search(r"\d", _NO_PRICE.sub("", rest)) is None
