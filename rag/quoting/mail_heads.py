"""Answers what the head of a mail says: who sent it, to whom, with a copy to whom, when, under which subject."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.extractive import Extract
from rag.questions.clauses import EVERY_STOP_WORD
from rag.quoting.head_lines import head_field
from rag.text import content_words
from rag.units import Unit
from rag.words.folding import fold
from rag.words.stop_words import ASKING_WORDS
from rag.words.word_forms import is_of_family

MIN_SHARE = 0.5
"""Share of the question's other words that a mail must hold."""

_MAIL = (
    r"e-?mails?|mails?|messages?|letters?|note|reply|replies|response|nachricht(?:en)?|brief\w*|schreiben|antwort"
    r"|courriels?|lettres?|réponse|correos?|mensajes?|cartas?|respuesta"
)
_WRITE = (
    r"(?:sends?|sent|write|wrote|written|writes|mail(?:ed)?|e-?mail(?:ed)?|repl(?:y|ied)|answer(?:ed)?|forward(?:ed)?"
    r"|schr(?:ieb\w*|eib\w*)|geschrieben|geschickt|schickte\w*|gesendet|sandte\w*|geantwortet|antwortete\w*|écrit|envoyée?"
    r"|répondu|écri\w+|envoi\w+|escri\w+|envi\w+|mand\w+|respond\w+|dated|datiert|datée?)"
)
_WHEN = (
    r"when|(?:on )?(?:what|which) (?:day|date)|what time|wann|an welchem tag|quand|quel jour|cuándo|qué día|qué fecha"
)
_DID = (
    r"(?:did|was|were|is|does|hat|haben|wurden?|war|ist|schrieb\w*|schickte\w*|a|ont|fue|se|ha|han|envi\w+|escri\w+"
    r"|mand\w+)"
)
"""What has to be sent some day is asked with other words."""
_ASKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(rf"(?i)^\W*(?:{form})"))
    for field, form in (
        (
            "cc",
            r"(?:who|to whom|wer|an wen|qui|à qui|quién|a quién)\b.*\b(?:cop(?:y|ied|ies)|cc|kopie|copie|copia)\b"
            r"|cc\b",
        ),
        ("date", rf"(?:{_WHEN})\W+{_DID}\b.*\b(?:{_WRITE}|{_MAIL})\b"),
        (
            "to",
            rf"(?:to whom|an wen|wem|à qui|a quién)\b.*\b(?:{_WRITE}|{_MAIL})\b"
            rf"|who (?:got|gets|received?|was sent|is the recipient of)\b.*\b(?:{_MAIL})\b"
            rf"|wer (?:bekam|erhielt|bekommt|hat)\b.*\b(?:{_MAIL})\b"
            rf"|who (?:did|does|was|is)\b.*\b(?:{_WRITE})\b.*\bto\b",
        ),
        (
            "from",
            rf"(?:by whom|from whom|von wem|de qui|de quién)\b.*\b(?:{_WRITE}|{_MAIL})\b"
            rf"|(?:who|wer|qui|quién)\b.*\b{_WRITE}\b.*\b(?:{_MAIL}|to|that|about|dass|über|que|sobre|an|à|a|para)\b"
            rf"|who is the sender of\b|who is the author of (?:the|this|that) (?:\S+ )?(?:{_MAIL})\b"
            r"|(?:wer ist )?der absender|(?:qui est )?l['’]expéditeur"
            r"|(?:quién es )?el remitente",
        ),
        (
            "subject",
            r"(?:what|which|wie|was|quel|cuál|qué)\b.*\b(?:subject|betreff|objet|asunto)\b",
        ),
    )
)
_SAID = re.compile(
    rf"(?i)\b(?:{_WRITE}|{_MAIL}|subject|betreff|objet|asunto|cop(?:y|ied|ies)|cc|kopie|copie|copia|got|get|receiv\w*)\b"
)
_SAYS_NOTHING = EVERY_STOP_WORD.union(*ASKING_WORDS.values())
_NAME = r"[A-ZÄÖÜÉ][\w-]+(?: [A-ZÄÖÜÉ][\w-]+)*"
_SENDER = re.compile(
    rf"\b(?:did|does|has|had|hat|haben|a|ha|Mr|Ms|Mrs|Frau|Herr)\s+(?:(?:Mr|Ms|Mrs|Frau|Herr)\.? )?({_NAME})"
    rf"|\b({_NAME})['’]s?\b|\b(?:from|by|von|de|par)\s+(?:(?:Mr|Ms|Mrs|Frau|Herr)\.? )?({_NAME})"
)
_RECIPIENT = re.compile(rf"\b(?:to|an|à|a|para)\s+(?:(?:Mr|Ms|Mrs|Frau|Herr)\.? )?({_NAME})")


@dataclass(frozen=True, slots=True)
class _Mail:
    """The lines of a mail's head by their field, and the words of the whole of it."""

    lines: Mapping[str, Unit]
    words: frozenset[str]

    def says(self, field: str, name: str) -> bool:
        line = self.lines.get(field)
        return line is not None and any(part in fold(line.text) for part in fold(name).split() if len(part) > 2)


def find_head_line(question: str, cut: Sequence[Sequence[Unit]]) -> Extract | None:
    """Return the line of a mail's head that a question asks for, of the one mail that it means; None where it asks for
    no such thing, or more than one mail may be meant.

    `cut` holds the units of each source.
    """
    field = next((name for name, form in _ASKS if form.search(question)), "")
    mails = [mail for units in cut if (mail := _mail_of(units))] if field else []
    if not mails:
        return None
    senders = [next(filter(None, match.groups())) for match in _SENDER.finditer(question)]
    recipients = [match[1] for match in _RECIPIENT.finditer(question)]
    senders = [name for name in senders if name not in recipients]
    fitting = [
        mail
        for mail in mails
        if field in mail.lines
        and all(mail.says("from", name) for name in senders if any(one.says("from", name) for one in mails))
        and all(mail.says("to", name) for name in recipients if any(one.says("to", name) for one in mails))
    ]
    told = question
    for name in (*senders, *recipients):
        told = told.replace(name, " ")
    rest = [word for word in content_words(_SAID.sub(" ", told)) if word not in _SAYS_NOTHING]
    shares = [_share(rest, mail) for mail in fitting]
    best = max(shares, default=0.0)
    if not fitting or best < MIN_SHARE or (not rest and not senders and not recipients):
        return None
    lines = [mail.lines[field] for mail, share in zip(fitting, shares, strict=True) if share == best]
    if len({line.text for line in lines}) != 1:
        return None
    value = lines[0].text.partition(":")[2].strip()
    return Extract.of(lines[0], 0.0, value) if value else None


def _share(words: Sequence[str], mail: _Mail) -> float:
    held = sum(any(word == other or is_of_family(word, other) for other in mail.words) for word in words)
    return held / len(words) if words else 1.0


def _mail_of(units: Sequence[Unit]) -> _Mail | None:
    """Return the head of a mail that a source begins; None for other text."""
    lines: dict[str, Unit] = {}
    for unit in units:
        if field := head_field(unit.text):
            lines.setdefault(field, unit)
    if "from" not in lines or len(lines) < 2:
        return None
    return _Mail(lines, frozenset(word for unit in units for word in unit.words))
