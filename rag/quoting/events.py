"""Knows verbs of events in several languages: which words tell that something opens, was sold or has died."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

from rag.text import content_words, words_of

_EVENTS = (
    r"sign(?:s|ed|ing)?(?! off)|signature|unterschrieben|unterzeichnet|unterschreib\w*|sign(?:ée?s?|er|é)"
    r"|firm(?:ó|ad[oa]|ar)",
    r"terminat\w+|cancel\w*|rescind\w*|withdrawn|gekündigt|kündig\w*|storniert|résili\w+|annul\w+",
    r"approv\w+|sign(?:s|ed|ing)? off|adopt(?:s|ed)|accept(?:s|ed)|agreed|passed|carried"
    r"|genehmigt|beschlossen|verabschiedet|angenommen|approuv\w+|adopté\w*|aprob\w+|aprueb\w+",
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
    r"sent|sends?|dispatch\w*|shipp?ed|geschickt|gesendet|verschickt|envoy\w+|enviad[oa]|envió",
    r"arriv\w+|kommt an|ankunft|angekommen|lleg\w+|deliver\w*|geliefert|liefer\w+|livr\w+|entreg\w+",
    r"re-?open\w*|wieder(?:er)?öff\w+|wieder geöffnet|rouv\w+|réouv\w+|reabr\w+|reabiert\w+|reapertura",
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
OPENS, CLOSES = 5, 6
"""Numbers of the events "opens" and "closes"."""
BORN, DIED = 17, 18
"""Numbers of the events "is born" and "dies"."""


@lru_cache(maxsize=1 << 10)
def events_in(text: str) -> frozenset[int]:
    """Return the numbers of the events of which a text has a word; a question is asked for each row of its tables."""
    return frozenset(number for number, pattern in enumerate(_PATTERNS) if pattern.search(text))


def words_of_events(text: str, events: AbstractSet[int]) -> set[str]:
    """Return the words of a text that tell of some events, stemmed."""
    return {word for written in words_of(text) if events_in(written) & events for word in content_words(written)}
