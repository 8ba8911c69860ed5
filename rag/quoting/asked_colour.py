"""Tells whether a text names a colour where one is asked for."""

from __future__ import annotations

import re

_ASKS_COLOUR = re.compile(
    r"(?i)^\W*(?:(?:of|in) )?(?:(?:what|which) colou?rs?\b|welche farben?\b"
    r"|(?:de )?quelles? couleurs?\b|de qué color(?:es)?\b)"
)
_COLOURS = re.compile(
    r"(?i)\b(?:black|white|gr[ae]y|red|blue|green|yellow|orange|brown|pink|purple|violet|turquoise|beige|cream|ivory|gold(?:en)?"
    r"|silver|bronze|copper|navy|scarlet|crimson|maroon|amber|ochre|olive|teal|lilac|mauve|magenta|cyan|tan|khaki|transparent|clear"
    r"|colou?rless|dark|light|pale|schwarz|weiß|weiss|grau|rot|blau|grün|gelb|braun|rosa|lila|türkis|farblos|hell|dunkel"
    r"|noir|blanc|blanche|gris|rouge|bleu|vert|jaune|brun|marron|rose|doré|argenté|negr|roj|azul|verde|amarill"
    r"|naranja|marrón|rosad|morad|dorad|platead)\w*|\b[A-Za-z]+(?:ish|farben)\b|\b(?:RAL|NCS|Pantone) ?\d"
)


def lacks_colour(question: str, text: str) -> bool:
    """Return whether a question asks for a colour, in one of four languages, and a text names none."""
    return _ASKS_COLOUR.match(question) is not None and _COLOURS.search(text) is None
