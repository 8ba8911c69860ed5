"""Tells head lines of mails ("Date: ...", "Dear Ivo,") from sentences, and which of them a question asks for."""

from __future__ import annotations

import re

_FIELDS: dict[str, tuple[str, str]] = {
    "from": (
        r"from|von|de|expéditeur|remitente|absender|sender",
        r"sent|send|wrote|write|sender|from|author(?= of (?:the|this|that) (?:e-?mail|mail|message|letter))"
        r"|absender|schrieb|geschrieben|schickt\w*|gesendet|écrit|envoyé|escribió|envió",
    ),
    "to": (
        r"to|an|à|a|para|destinataire|empfänger|recipients?|reply-to|antwort an",
        r"to whom|recipients?|receive\w*|addressed|sent to|written to|empfänger|wem|an wen|gerichtet|destinataire"
        r"|a quién|repl\w+|answers? to|antwort\w*",
    ),
    "cc": (r"b?cc|copie|kopie|copia", r"cop(?:y|ies|ied)|cc|kopie|copie|copia"),
    "date": (
        r"date|datum|sent|gesendet|envoyé|fecha|enviado",
        r"(?:when|what (?:day|date)|wann|quand|cuándo)\b.*\b(?:sent|send|mail|e-mail|email|message|letter|wrote|written"
        r"|dated|geschickt|gesendet|geschrieben|nachricht|brief|envoy\w+|écrit|carta|correo|enviad\w+)|dated?\b.*\b"
        r"(?:mail|message|letter|brief)",
    ),
    "subject": (r"subject|betreff|objet|asunto|re|aw", r"subject|betreff|objet|asunto|about what|worum|title"),
    "attachment": (
        r"attachments?|anhang|anhänge|anlagen?|pièces? jointes?|adjuntos?",
        r"attach\w*|anhang|anlage\w*|joint\w*|adjunt\w*",
    ),
}
_HEAD_LINE = re.compile(r"[^\S\n]*(?P<name>[A-Za-zÄÖÜäöüÀ-ÿ -]{1,16}?)\s?:[^\S\n]")
_NAMES = {field: re.compile(rf"(?:{names})", re.IGNORECASE) for field, (names, _) in _FIELDS.items()}
_ASKS = {field: re.compile(rf"\b(?:{asks})\b", re.IGNORECASE | re.DOTALL) for field, (_, asks) in _FIELDS.items()}


_GREETS = re.compile(
    r"(?i)(?:dear|hello|hi|hey|good (?:morning|afternoon|evening)|sehr geehrte[rs]?|liebe[rs]?|hallo"
    r"|guten (?:tag|morgen)|chère?s?|bonjour|estimad[oa]s?|hola|(?:best|kind|warm) regards|yours \w+|sincerely"
    r"|mit freundlichen grüßen"
    r"|cordialement|saludos)\b[^.!?:;\n]{0,48}[,!]?"
)


def is_greeting(text: str) -> bool:
    """Return whether a line opens or closes a letter ("Dear Ivo,") and says nothing else."""
    return bool(_GREETS.fullmatch(text.strip())) and (text.rstrip()[-1] in ",!" or len(text.split()) <= 3)


def head_field(text: str) -> str:
    """Return the field of a mail that a line gives ("from", "to", "cc", "date", "subject", "attachment"); "" for other
    text."""
    match = _HEAD_LINE.match(text)
    if match is None:
        return ""
    return next((field for field, names in _NAMES.items() if names.fullmatch(match["name"].strip())), "")


def asks_for_field(question: str, field: str) -> bool:
    """Return whether a question asks for what a field of a mail says."""
    return bool(_ASKS[field].search(question))
