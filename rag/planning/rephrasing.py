"""Turns questions that say something of a person or a thing around, so that they say it of the documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DID = r"(?:did|does|do|has|have|had|hat|haben|hatte)"
_SIGNED = r"(?:sign(?:ed)?|unterschrieben|unterzeichnet)"

_SENT = r"(?:gestellt|ausgestellt|geschickt|gesendet|versandt|geschrieben|gegangen)"


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of documents: as a condition that rules can read, and as it is shown to people."""

    condition: str
    shown: str


# What stands behind "in which minutes" -> the condition with the words of the group {it}, and how it is shown.
_FORMS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(rf"(?i)^\s+(?:{pattern})$"), condition, shown)
    for pattern, condition, shown in (
        (
            r"(?:ging|geht|handelte) es (?:um|von) (?P<it>.+)|wurde (?P<it2>.+?) (?:besprochen|behandelt|diskutiert)",
            "über {it}",
            "",
        ),
        (
            r"(?:a-t-on|avons-nous|ont-ils) (?:parlé|discuté) d(?:e|u|es) ?(?P<it>.+)|il (?:est"
            r"|était) question d(?:e|u|es) ?(?P<it2>.+)",
            "sur {it}",
            "",
        ),
        (r"se (?:trató|habló|discutió) (?:de |del |sobre )?(?P<it>.+)", "sobre {it}", ""),
        (r"(?:is|are|was|were) (?:there )?(?P<it>.+?) (?:discussed|dealt with|talked about)", "are about {it}", ""),
        (
            r"(?:is|are|was|were) (?:there )?(?P<it>.+?) (?:mentioned|named|cited|referred to)|(?:does|do|did) "
            r"(?P<it2>.+?) (?:appear|occur|come up)|(?:appears|occurs) (?P<it3>.+?)",
            "mention {it}",
            "",
        ),
        (
            r"(?:gingen|gehen|wurden|sind|haben wir) (?P<year>(?:19|20)\d\d) (?P<to>an|von) (?P<it>.+?)"
            rf"(?: {_SENT})?",
            "aus {year} {to} {it}",
            "",
        ),
        (rf"(?:wurden|sind|haben wir) (?P<to>an|von) (?P<it>.+?) {_SENT}", "{to} {it}", ""),
        (r"(?:wird|werden|wurde|wurden|ist|sind) (?P<it>.+?) (?:erwähnt|genannt)", "erwähnen {it}", ""),
        (r"(?:kommt|kommen|steht|stehen) (?P<it>.+?)(?: vor)?", "erwähnen {it}", ""),
        (
            r"(?:est|sont|était|étaient) (?:mentionnée?s?|citée?s?) (?P<it>.+?)"
            r"|(?P<it2>.+?) (?:est|sont)(?:-(?:il|elle|ils|elles))? (?:mentionnée?s?|citée?s?)",
            "mentionnent {it}",
            "",
        ),
        (
            r"se (?:menciona|mencionan|nombra|cita|habla de) (?:a |al )?(?P<it>.+?)|aparece[n]? (?P<it2>.+?)",
            "mencionan {it}",
            "",
        ),
        (
            r"(?:was|is|did) (?P<it>.+?) (?:in the chair|chair(?:man|person|woman)?|take the chair|preside)"
            r"|(?:were|was) chaired by (?P<it2>.+)|(?:hatte|führte|leitete) (?P<it3>.+?)(?: den vorsitz)?"
            r"|(?:était|a été) présidée?s? par (?P<it4>.+)|(?:presidió|dirigió) (?P<it5>.+)",
            "with the chair of {it}",
            "chaired by {it}",
        ),
        (
            r"(?:hat|haben) (?P<it>(?!wir\b|ihr\b|sie\b|ich\b)[A-ZÄÖÜ].+?) (?:uns |mir )?(?:gestellt|ausgestellt"
            r"|geschickt|gesendet"
            r"|geschrieben)",
            "von {it}",
            "",
        ),
        (
            r"(?:did|has|have) (?P<it>(?!we\b|you\b|they\b|i\b|it\b|he\b|she\b)[A-Z].+?) (?:sent?|issued?"
            r"|bill(?:ed)?|written|write)"
            r"(?: (?:to )?us| me)?",
            "from {it}",
            "",
        ),
        (
            r"(?P<it>[A-ZÉ].+?) (?:nous )?a(?:-t-(?:il|elle))? (?:nous )?(?:envoyée?s?|émise?s?|adressée?s?)",
            "de {it}",
            "",
        ),
        (r"(?:nos )?(?:envió|emitió|ha enviado|ha emitido) (?P<it>[A-ZÁÉ].+)", "de {it}", ""),
        (rf"{_DID} (?P<it>.+?) {_SIGNED}", "are signed by {it}", "signed by {it}"),
        (
            r"(?P<it>.+?) a(?:-t-(?:il|elle))? signée?s?|a signée?s? (?P<it2>.+?)",
            "sont signés par {it}",
            "signés par {it}",
        ),
        (r"(?:ha firmado|firmó|firma) (?P<it>.+?)", "están firmados por {it}", "firmados por {it}"),
        (
            r"(?:was|were|is) (?P<it>.+?) (?:absent(?: from)?|not (?:present|there|at)(?: at)?|missing(?: from)?"
            r"|excused)"
            r"|did (?P<it2>.+?) (?:miss|not attend|send (?:his |her |their )?apologies(?: for)?)",
            "with the absence of {it}",
            "with {it} absent",
        ),
        (
            r"(?:war|waren|ist) (?P<it>.+?) (?:abwesend|entschuldigt|nicht (?:anwesend|dabei|da))|(?:fehlte|fehlten)"
            r" (?P<it2>.+?)|hat (?P<it3>.+?) gefehlt",
            "with the absence of {it}",
            "mit {it} als abwesend",
        ),
        (
            r"(?P<it>.+?) (?:était|a été|fut|est)(?:-(?:il|elle))? (?:absente?|excusée?)"
            r"|(?:était|est) (?:absente?|excusée?) (?P<it2>.+?)",
            "with the absence of {it}",
            "avec {it} absent",
        ),
        (
            r"(?:estuvo|estaba) ausente (?P<it>.+?)|faltó (?P<it2>.+?)|no (?:estuvo|estaba|asistió) (?P<it3>.+?)",
            "with the absence of {it}",
            "con {it} ausente",
        ),
        (
            r"(?:was|were|is) (?P<it>.+?) (?:present|in attendance|there|attending)"
            r"|(?:did|does) (?P<it2>.+?) (?:attend|take part(?: in)?|participate(?: in)?)"
            r"|(?:has|had) (?P<it3>.+?) (?:attended|taken part(?: in)?)|(?:attended by|were attended by) (?P<it4>.+?)",
            "with the presence of {it}",
            "with {it} present",
        ),
        (
            r"(?:war|waren|ist) (?P<it>.+?) (?:anwesend|dabei|zugegen)|(?:nahm|nahmen) (?P<it2>.+?) teil"
            r"|hat (?P<it3>.+?) teilgenommen",
            "with the presence of {it}",
            "mit {it} als anwesend",
        ),
        (
            r"(?P<it>.+?) (?:était|a été|fut|est)(?:-(?:il|elle))? présente?|(?:était|est) présente? (?P<it2>.+?)"
            r"|(?P<it3>.+?) a(?:-t-(?:il|elle))? participé",
            "with the presence of {it}",
            "avec {it} présent",
        ),
        (
            r"(?:estuvo|estaba) presente (?P<it>.+?)|(?:estuvo|estaba) (?P<it2>.+?) presente"
            r"|(?:asistió|participó) (?P<it3>.+?)",
            "with the presence of {it}",
            "con {it} presente",
        ),
    )
)


def as_condition(rest: str) -> Told:
    """Return what stands behind the word for documents as it is said of them: "is the lift mentioned" becomes
    "mention the lift", "did Ada Berg sign" becomes "signed by Ada Berg"."""
    for pattern, condition, shown in _FORMS:
        if (match := pattern.match(rest.rstrip(" ?.!"))) is not None:
            words = match.groupdict()
            words["it"] = next(said for name, said in words.items() if name.startswith("it") and said)
            return Told(f" {condition.format(**words)}", f" {(shown or condition).format(**words)}")
    return Told(rest, rest)
