"""Reads questions for messages by who sent them and to whom: "How many e-mails did Ada send to Tom?"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.planning.date_ranges import DateRange, read_range
from rag.planning.phrases import Phrase

MAX_CHARACTERS = 200

_NOUN = r"(?:e-?mails?|mails?|messages?|nachrichten?|courriels?|correos?(?: electrónicos?)?|mensajes?)"
_MANY = r"(?P<count>how many|wie ?viele|combien d['’e] ?|cu[aá]nt[oa]s)"
_LIST = (
    r"(?P<list>which|what|list(?: all)?(?: the)?|show(?: me)?(?: all)?(?: the)?|welche|nenne(?: alle)?"
    r"|liste(?: alle)?|quels?|quelles?"
    r"|listez(?: tous)?(?: les)?|qu[eé]|lista(?: todos)?(?: los)?)"
)
_OPENING = rf"(?i)^\W*(?:{_MANY}|{_LIST})\s*{_NOUN}"
_SENT = r"sen[dt]|write|wrote|written"
_GOT = r"receive[d]?|get|got"
_WHEN = (
    r"(?P<when>(?:in|im|en|during|since|before|after|between|von|vor|nach|seit|zwischen|depuis|avant|après"
    r"|desde|entre)\s+.*\d.*)"
)
_NAME = r"(?P<{0}>[^\d?]+?)"
_FORMS: tuple[tuple[str, str], ...] = (
    (rf"{_OPENING} (?:did|does|do|has|have) {_NAME.format('who')} (?:{_SENT})(?: to {_NAME.format('to')})?", "sent"),
    (rf"{_OPENING} (?:did|does|do|has|have) {_NAME.format('who')} (?:{_GOT})(?: from {_NAME.format('from')})?", "got"),
    (
        rf"{_OPENING} (?:were |are |have been |went )?(?:sent |written )?(?:(?:from|by) {_NAME.format('who')})"
        rf"(?: (?:are there|were sent|were there))?(?: to {_NAME.format('to')})?(?: (?:are there|were sent"
        rf"|were there))?",
        "sent",
    ),
    (
        rf"{_OPENING} (?:were |are |have been |went )?(?:sent |written |addressed )?to {_NAME.format('who')}"
        rf"(?: (?:from|by) {_NAME.format('from')})?(?: (?:are there|were sent|were there))?",
        "got",
    ),
    (
        rf"{_OPENING} (?:hat|haben) {_NAME.format('who')}(?: an {_NAME.format('to')})?"
        r" (?:geschickt|gesendet|geschrieben|verschickt|versendet|versandt)",
        "sent",
    ),
    (rf"{_OPENING} (?:schrieb|schickte|sandte) {_NAME.format('who')}(?: an {_NAME.format('to')})?", "sent"),
    (
        rf"{_OPENING} (?:hat|haben) {_NAME.format('who')}(?: von {_NAME.format('from')})?"
        r" (?:bekommen|erhalten|empfangen)",
        "got",
    ),
    (rf"{_OPENING} (?:bekam|erhielt) {_NAME.format('who')}(?: von {_NAME.format('from')})?", "got"),
    (rf"{_OPENING} (?:sind |gibt es |kommen |stammen )?von {_NAME.format('who')}(?: an {_NAME.format('to')})?", "sent"),
    (rf"{_OPENING} (?:gingen|gehen|sind) an {_NAME.format('who')}", "got"),
    (
        rf"{_OPENING} (?:est-ce que )?{_NAME.format('who')} a(?:-t-(?:il|elle))? (?:envoyée?s?|écrite?s?)"
        rf"(?: à {_NAME.format('to')})?",
        "sent",
    ),
    (rf"{_OPENING} a (?:envoyée?s?|écrite?s?) {_NAME.format('who')}(?: à {_NAME.format('to')})?", "sent"),
    (
        rf"{_OPENING} {_NAME.format('who')} a(?:-t-(?:il|elle))? reçue?s?(?: de {_NAME.format('from')})?",
        "got",
    ),
    (rf"{_OPENING} a reçue?s? {_NAME.format('who')}(?: de {_NAME.format('from')})?", "got"),
    (
        rf"{_OPENING} (?:envió|escribió|mandó|ha enviado|ha escrito) {_NAME.format('who')}(?: a {_NAME.format('to')})?",
        "sent",
    ),
    (rf"{_OPENING} (?:recibió|ha recibido) {_NAME.format('who')}(?: de {_NAME.format('from')})?", "got"),
)
_ABOUT = (
    r"(?:about|concerning|regarding|on the subject of|über|zum thema|zu|wegen|sur|au sujet d[eu]|sobre|acerca del?)"
)
_PATTERNS = tuple(
    (re.compile(rf"{form}(?:\s+{_ABOUT} (?P<about>[^\d?]+?))?(?:\s+{_WHEN})?\W*$"), sort) for form, sort in _FORMS
)
_LEADING = re.compile(r"(?i)^(?:the|an?|das|die|der|den|dem|le|la|les|l['’]|el|los|las)\s*")
_MOST = re.compile(
    rf"(?i)^\W*(?:who (?:has )?(?P<sent>sent|wrote|written)|who (?:has )?(?:received"
    rf"|got)) the most {_NOUN}(?:\s+{_WHEN})?\W*$"
    rf"|^\W*wer hat die meisten {_NOUN}(?:\s+{_WHEN.replace('when', 'when2')})?"
    r" (?:(?P<sent2>geschickt|gesendet|geschrieben|verschickt)|bekommen|erhalten)\W*$"
    rf"|^\W*qui a (?:(?P<sent3>envoyé|écrit)|reçu) le plus (?:de |d['’]){_NOUN}\W*$"
    rf"|^\W*quién (?:(?P<sent4>envió|escribió|mandó)|recibió) (?:el mayor número de|más) {_NOUN}\W*$"
)
_NAMED = r"(?P<who>[A-ZÄÖÜÉ][^\d?]*?)"
_ON = r"(?:\s+(?P<on>(?i:on|in|am|im|le|en|el)\s.*\d.*|(?i:on|in|am|im|le|en|el)\s\d.*))?"
_WHOM = r"(?:(?i:to whom|to which people|an wen|à qui|a quién(?:es)?))"
_PEOPLE: tuple[tuple[re.Pattern[str], Literal["recipients", "senders"]], ...] = (
    (
        re.compile(
            rf"^\W*(?:{_WHOM} (?i:did|has|does|hat|a|ha) {_NAMED}(?i:(?:-t-(?:il|elle))? (?:write|written|e-?mail"
            rf"|mail|send (?:an? )?"
            r"(?:e-?)?(?:mails?|messages?)|geschrieben|gemailt|écrit|escrito))"
            rf"|{_WHOM} (?i:schrieb|escribió) (?P<who3>[A-ZÄÖÜÉ][^\d?]*?)"
            rf"|(?i:whom?) (?i:did) (?P<who2>[A-Z][^\d?]*?) (?i:write to|e-?mail)){_ON}\W*$"
        ),
        "recipients",
    ),
    (
        re.compile(
            r"^\W*(?i:who (?:has )?(?:wrote to|written to|e-?mailed|sent (?:an? )?(?:e-?)?(?:mails?|messages?) to)"
            rf"|wer (?:hat )?(?:schrieb )?an|qui a écrit à|quién (?:escribió"
            rf"|ha escrito) a) {_NAMED}(?i: geschrieben)?\W*$"
        ),
        "senders",
    ),
)
_ENDS: tuple[tuple[Literal["first", "last"], str], ...] = (
    (
        "first",
        r"first|oldest|earliest|erste[nrs]?|älteste[nrs]?|premier|premi[eè]re|plus ancien(?:ne)?|primer[oa]?"
        r"|más antiguo",
    ),
    (
        "last",
        r"last|newest|latest|most recent|letzte[nrs]?|neueste[nrs]?|jüngste[nrs]?|derni[eè]re?|plus récente?|último"
        r"|más reciente",
    ),
)
_END_FORMS = tuple(
    (
        how,
        re.compile(
            r"(?i)^\W*(?:(?:what|which|welches?|welche|quel(?:le)?|cu[aá]l|was) (?:is|was|ist|war|est|était|es|fue) "
            r"|show(?: me)? |who (?:sent|wrote) |wer (?:hat|schrieb|schickte) |qui a (?:envoyé|écrit) "
            r"|quién (?:envió|escribió) "
            r"|when was )?(?:the|our|die|das|le|la|el)?\s*"
            rf"(?:(?:{words})\s+{_NOUN}|{_NOUN} (?:le |la |el )?(?:{words}))(?:\s+(?:récente?"
            rf"|reciente))?(?:\s+(?:from|by|von|de) (?P<who>[^\d?,]+?))?"
            r"(?:\s+(?:to|an|à|a) (?P<to>[^\d?,]+?))?(?:,?\s+(?:and|und|et|y) .*)?(?:\s+(?:sent|geschickt"
            r"|geschrieben))?\W*$"
        ),
    )
    for how, words in _ENDS
)
_PRONOUN = re.compile(r"(?i)(?:we|i|you|they|he|she|it|us|me|there|wir|ich|ihr|man|nous|je|on|ils?|elles?|yo|nosotros)")


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """Messages that are counted or listed: by a sender, to a recipient, of some days; None for any.

    Of "most" those are told who sent, or received, the most of them.
    """

    how: Literal["count", "list", "most sent", "most received", "first", "last", "recipients", "senders"]
    sender: Phrase | None = None
    recipient: Phrase | None = None
    days: DateRange | None = None
    about: Phrase | None = None
    """Words that the messages name."""
    on: str = ""
    """A day of any year: "on 6 May"."""


def read_messages(question: str) -> MessageQuery | None:
    """Return what a question in English, German, French or Spanish asks of messages; None for any other question."""
    text = " ".join(question.split())
    if len(text) > MAX_CHARACTERS:
        return None
    if match := _MOST.match(text):
        said = match.groupdict()
        is_sent = any(said[name] for name in ("sent", "sent2", "sent3", "sent4"))
        return MessageQuery(
            "most sent" if is_sent else "most received", days=_days(said.get("when") or said.get("when2"))
        )
    for pattern, people in _PEOPLE:
        if match := pattern.match(text):
            said = match.groupdict()
            name = Phrase.read(said["who"] or said.get("who2") or said.get("who3") or "")
            if name is None or _PRONOUN.fullmatch(name.written.strip()):
                return None
            on = (said.get("on") or "").strip(" ?!.")
            sender, recipient = (name, None) if people == "recipients" else (None, name)
            return MessageQuery(people, sender, recipient, _days(on), on="" if _days(on) else on)
    for end, pattern in _END_FORMS:
        if match := pattern.match(text):
            sender, recipient = (Phrase.read(match[name]) if match[name] else None for name in ("who", "to"))
            return MessageQuery(end, sender, recipient)
    for pattern, sort in _PATTERNS:
        if match := pattern.match(text):
            said = match.groupdict()
            who, other = said["who"], said.get("to") or said.get("from")
            if _PRONOUN.fullmatch(who.strip()) or (said["when"] and _days(said["when"]) is None):
                return None
            names = (Phrase.read(who), Phrase.read(other) if other else None)
            sender, recipient = names if sort == "sent" else names[::-1]
            about = Phrase.read(_LEADING.sub("", said["about"])) if said["about"] else None
            return MessageQuery("count" if match["count"] else "list", sender, recipient, _days(said["when"]), about)
    return None


def _days(written: str | None) -> DateRange | None:
    return read_range(written) if written else None
