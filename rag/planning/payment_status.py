"""Tells by a document's own words whether it is paid: a status, a note of payment, a word such as unpaid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.planning.table_cells import Place
from rag.types import Page

_UNPAID = re.compile(
    r"(?i)\b(?:unpaid|not (?:yet )?(?:been )?paid|outstanding|overdue|still (?:open|due|owed)|unbezahlt|noch offen"
    r"|nicht bezahlt"
    r"|nicht beglichen|überfällig|impayée?|non (?:payée?|réglée?)|pas (?:encore )?(?:été )?(?:payée?|réglée?)"
    r"|en souffrance"
    r"|impagad[ao]|sin pagar|pendiente(?: de pago)?|no (?:ha sido |se ha |ha |he |hemos |han |está )?pagad[ao])\b"
    r"|\b(?:no (?:payment|money) (?:has|have|had|was) |keine zahlung (?:ist )?(?:ein|er)|aucun paiement n"
    r"|ningún pago (?:ha|se))"
    r"|\b(?:paid|settled|bezahlt|beglichen|payée?|réglée?|acquittée?|pagad[ao]|abonad[ao])[ \t]*[:|?]+[ \t]*"
    r"(?:no\b|not yet|nein\b|noch nicht|non\b|pas encore|todavía no|aún no)"
    r"|(?:status|stand|zahlung\w*|payment|paiement|état|statut|estado|pago)[ \t]*[:|][ \t]*(?:open|offen|pending"
    r"|due|ausstehend"
    r"|en attente|ouvert|abierto|no\b|nein\b|non\b)"
)
_PAID = re.compile(
    r"(?i)(?<!to be )(?<!must be )(?<!not )(?<!if )(?<!until )(?<!be )\b(?:paid(?! (?:within|by \d|in \d|before))"
    r"|settled"
    r"|payment received|received with thanks|(?:money|payment) (?:has )?(?:arrived|come in|reached us)"
    r"|bezahlt|beglichen|zahlung erhalten|zahlungseingang|payée?|réglée?"
    r"|acquittée?"
    r"|pagad[ao]|abonad[ao])\b"
)
_NEGATED = re.compile(r"(?i)\b(?:un|not|nicht|non|pas|sin|no|never|noch)\b[^.\n]{0,16}$")


def payment_status(pages: Sequence[Page]) -> tuple[bool, Place] | None:
    """Return whether a document says that it is paid, and where; None where it says neither, or both."""
    found: dict[bool, Place] = {}
    for page in pages:
        unpaid = list(_UNPAID.finditer(page.text))
        for match in unpaid:
            found.setdefault(False, Place(page.number, *_line(page.text, match.start(), match.end())))
        for match in _PAID.finditer(page.text):
            is_within = any(one.start() <= match.start() < one.end() for one in unpaid)
            if not is_within and _NEGATED.search(page.text[max(0, match.start() - 24) : match.start()]) is None:
                found.setdefault(True, Place(page.number, *_line(page.text, match.start(), match.end())))
    return next(iter(found.items())) if len(found) == 1 else None


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the line that holds the characters `start` to `end`, up to a length that can be quoted."""
    first = text.rfind("\n", 0, start) + 1
    last = (text + "\n").find("\n", end)
    return max(first, start - 200), min(last, end + 200)
