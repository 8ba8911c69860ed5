"""Tells whether a sentence tells of another event than a question asks about: it opens, and does not close."""

from __future__ import annotations

import re

from rag.quoting.answer_kind import asked_kind
from rag.text import content_words
from rag.units import Unit
from rag.words.number_words import NUMBER_WORDS
from rag.words.word_forms import is_of_family

_EVENTS = (
    r"sign(?:s|ed|ing)?|signature|unterschrieben|unterzeichnet|unterschreib\w*|sign(?:ée?s?|er|é)|firm(?:ó|ad[oa]|ar)",
    r"terminat\w+|cancel\w*|rescind\w*|withdrawn|gekündigt|kündig\w*|storniert|résili\w+|annul\w+",
    r"approv\w+|adopt(?:s|ed)|accept(?:s|ed)|agreed|passed|carried|genehmigt|beschlossen|verabschiedet|angenommen"
    r"|approuv\w+|adopté\w*|aprob\w+|aprueb\w+",
    r"reject\w*|refus\w+|declin\w+|abgelehnt|rejet\w+|rechaz\w+",
    r"elect(?:s|ed)?|appoint(?:s|ed)?|chosen|gewählt|ernannt|élue?s?|nommée?s?|elegid[oa]s?|eligió|nombrad[oa]s?",
    r"open(?:s|ed|ing)?|inaugurat\w+|öffnet|geöffnet|eröffnet|offen|öffnungs\w*|ouv(?:re|rent|ert\w*|ertures?)|abr(?:e|en|ió)"
    r"|abiert[oa]s?|apertura|inaugur\w+",
    r"clos(?:es?|ed|ing)|shut(?:s|ting)?|schließt|geschlossen|schliesst|schließ\w*|ferm(?:e|ent|ée?s?|eture)|cierr[ae]n?"
    r"|cerrad[oa]s?|cerró|cierre",
    r"found(?:ed|ing)|establish\w*|set up|created|incorporated|gegründet|gründ\w+|fond(?:ée?s?|ation)|cré(?:ée?s?"
    r"|ation)|fundad[oa]|fundó|cread[oa]|creó",
    r"(?<!the )(?<!a )(?<!our )(?<!this )(?<!that )(?<!each )buil[dt]\w*"
    r"|construct\w*|erected|gebaut|erbaut|errichtet|baute\w*|constru\w+|bâtie?s?|levantad[oa]",
    r"demolish\w*|torn down|destroy\w*|abgerissen|zerstört|démoli\w*|détrui\w+|demolid[oa]|destru\w+",
    r"repair\w*|renovat\w*|restor(?:ed|ation)|refurbish\w*|repariert\w*|renoviert|saniert|répar\w+|rénov\w+|repar\w+|renovad[oa]",
    r"bought|buy(?:s|ing)?|purchas\w*|acquir\w+|gekauft|kauft\w*|erworben|achet\w+|acquis\w*|compr(?:ó|ad[oa]|ar)",
    r"sold|sell(?:s|ing)?|sale|verkauft\w*|verkauf|vend(?:us?|ues?|re|ió|id[oa])|venta|vente",
    r"deliver\w*|geliefert|liefer\w+|livr\w+|entreg\w+",
    r"sent|sends?|dispatch\w*|shipp?ed|geschickt|gesendet|verschickt|envoy\w+|enviad[oa]|envió",
    r"arriv\w+|kommt an|ankunft|angekommen|lleg\w+",
    r"depart\w*|leav(?:es?|ing)|left|fährt ab|abfahrt|abgefahren|part(?:ent|ie|ir)|départ|sal(?:e|en|ió|ida)",
    r"born|birth|geboren|geburt\w*|née?s?|naissance|nac(?:ió|id[oa])",
    r"die[ds]?|death|deceased|gestorben|starb\w*|verstorben|mort\w*|décéd\w+|muri\w+|fallec\w+",
    r"published|publication|c(?:ome|omes|ame|oming) out|erschein\w*|sort(?:i[er]?|ira)"
    r"|veröffentlicht|erschienen|publi(?:ée?s?|cad[oa]|có)|paru\w*",
    r"inspect\w*|examined|tested|surveyed|geprüft|kontrolliert|contrôl\w+|inspeccion\w+|revis(?:ad[oa]|ó|ión)",
    r"install\w*|eingebaut|installiert|montiert|instal\w+",
    r"brok\w+ in\w*|break-ins?|stolen|burgl\w+|robbed|eingebrochen|einbruch|gestohlen|cambriol\w+|volée?s?|robad[oa]"
    r"|robo",
    r"retir\w+|pensioniert|in rente|retrait\w+|jubil\w+",
    r"married|marri\w+|wedding|geheiratet|heirat\w*|hochzeit|mari(?:ée?s?|age)|casad[oa]s?|boda",
)
"""Verbs of events in English, German, French and Spanish: each line has the words for one of them."""
_PATTERNS = tuple(re.compile(rf"(?i)\b(?:{words})\b") for words in _EVENTS)
_OPENS, _CLOSES = 5, 6
_TIME = re.compile(
    r"(?i)\d{1,2}(?:[.:h]\d\d)?|\b(?:noon|midday|midnight|mittag|mitternacht|midi|minuit|mediodía|medianoche|dusk|dawn"
    + "".join(rf"|{word}" for word in NUMBER_WORDS)
    + r")\b"
)


def is_of_another_event(question: str, unit: Unit, *, is_by_words: bool = False) -> bool:
    """Return whether it is asked when something was or who did it, and a sentence tells so of another event, or of
    nothing that the question names.

    Opening hours from one time to another also tell when something closes. A sentence that was chosen by words and
    cosines may be in another language and name things by other words.
    """
    kind = asked_kind(question)
    if unit.is_row:
        return kind == "time" and _is_row_of_another(question, unit)
    if kind not in ("time", "name"):
        return False
    asked = _events_in(question)
    if not asked:
        return False
    around = f"{unit.heading}\n{unit.header}\n{unit.leans_on}"
    told = _events_in(unit.text)
    if told and not asked & told and not asked & _events_in(around):
        return not (asked | told <= {_OPENS, _CLOSES} and len(_TIME.findall(unit.text)) > 1)
    return not is_by_words and bool(asked & told) and _names_other_things(question, f"{around}\n{unit.text}")


def _is_row_of_another(question: str, unit: Unit) -> bool:
    """Return whether the columns of a row are of other events ("Sent"), and nothing in it is of one asked about."""
    asked, told = _events_in(question), _events_in(unit.header)
    if not asked or not told or asked & told:
        return False
    return not asked & _events_in(f"{unit.heading}\n{unit.leans_on}\n{unit.source.section}\n{unit.text}")


def tells_same_event(question: str, text: str) -> bool:
    """Return whether a text tells of an event that a question asks about, in whatever words."""
    return bool(_events_in(question) & _events_in(text))


def asks_hours(question: str) -> bool:
    """Return whether a question asks whether or when something is open."""
    asked = _events_in(question)
    return bool(asked) and asked <= {_OPENS, _CLOSES} and asked_kind(question) in (None, "time")


def gives_hours(text: str) -> bool:
    """Return whether a text tells from when to when something is open."""
    return len(re.findall(r"\d{1,2}(?:[.:]\d\d|\s?h\b|\s?(?:am|pm|uhr)\b)", text, re.IGNORECASE)) > 1


def _names_other_things(question: str, text: str) -> bool:
    """Return whether a text has none of what an English question tells an event of: "When was the budget signed?"."""
    match = _OF_THING.match(question)
    things = [word for word in content_words(match["thing"]) if not word[0].isdigit()] if match else []
    known = content_words(text)
    return bool(things) and not any(word == other or is_of_family(word, other) for word in things for other in known)


_OF_THING = re.compile(
    r"(?i)^\W*when (?:was|were|is|are|did|does|do|will) (?:the|our|this|that) (?P<thing>[^?]+?) [^\s?]+\W*$"
)


def _events_in(text: str) -> set[int]:
    return {number for number, pattern in enumerate(_PATTERNS) if pattern.search(text)}
