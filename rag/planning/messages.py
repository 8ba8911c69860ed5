"""Finds the messages in documents, with who sent each and to whom: e-mails, mailboxes and threads in text files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.planning.phrases import Phrase
from rag.planning.table_cells import Place
from rag.types import DocumentInfo, Page
from rag.words.dates import find_dates
from rag.words.folding import fold

_SENDER = r"from|von|de|absender|expéditeur|remitente|sender"
_RECIPIENT = r"to|an|à|a|para|empfänger|destinataire|destinatario"
_COPY = r"cc|copy|kopie|copie|copia"
_SUBJECT = r"subject|betreff|objet|asunto"
_OTHER = r"bcc|date|datum|fecha|sent|gesendet|envoyé|enviado|reply-to|re"
_HEAD_LINE = re.compile(
    rf"(?i)[ \t]*(?:\*\*|#+ )?(?:(?P<sender>{_SENDER})|(?P<recipient>{_RECIPIENT})|(?P<copy>{_COPY})"
    rf"|(?P<subject>{_SUBJECT})|(?P<other>{_OTHER}))"
    r"[ \t]*(?:\*\*)?[ \t]?:[ \t]*(?:\*\*)?[ \t]*(?P<value>[^\n]*)"
)
_QUOTED_ABOVE = re.compile(
    r"(?i)(?:original message|forwarded|weitergeleitet|ursprüngliche|message d['’]origine|mensaje original"
    r"|transféré)[^\n]*\s*$"
)
MAX_HEAD_LINES = 14
_MAIL_TYPES = frozenset({"eml", "emlx", "msg", "mbox"})


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its head, and the words there for who sent it, to whom, and to whom a copy went."""

    document: DocumentInfo
    page: Page
    start: int
    end: int
    sender: str
    recipients: str
    copies: str = ""
    body: str = ""
    subject: str = ""

    @property
    def place(self) -> Place:
        """Return where the head stands."""
        return Place(self.page.number, self.start, self.end)

    @property
    def head(self) -> str:
        """Return the head as it is written."""
        return self.page.text[self.start : self.end]

    @property
    def moment(self) -> tuple[str, str]:
        """Return the day and the time of the head, which sort as messages were sent."""
        clock = re.search(r"(?<!\d)\d{1,2}:\d\d(?::\d\d)?", self.head)
        return self.day, clock[0].rjust(8, "0") if clock else ""

    @property
    def shown(self) -> str:
        """Return what the message is called: its subject where it has one, and its document."""
        return f"“{self.subject}” ({self.document.path})" if self.subject else self.document.path

    @property
    def day(self) -> str:
        """Return the day of the head in ISO 8601; "" where it gives none."""
        days = find_dates(self.head)
        return days[0].day.isoformat() if days else ""


def find_messages(document: DocumentInfo, pages: Sequence[Page]) -> Iterator[Message]:
    """Yield the messages of a document, in order; what is quoted or forwarded in one is none."""
    for page in pages:
        found = list(_on_page(document, page))
        ends = [*(message.start for message in found[1:]), len(page.text)]
        for message, end in zip(found, ends, strict=True) if found else ():
            yield replace(message, body=page.text[message.end : end])


def _on_page(document: DocumentInfo, page: Page) -> Iterator[Message]:
    is_mail = document.file_type in _MAIL_TYPES
    at = 0
    lines = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+|(?<=\n)(?=\n)", page.text)]
    while at < len(lines):
        message, at = _message_at(document, page, lines, at)
        if message is not None:
            yield message
        if is_mail:
            # What stands further down a mail is quoted.
            return


def is_person(name: Phrase, written: str) -> bool:
    """Return whether the sender or the recipients of a message have a name, as a name or within an address."""
    if any(True for _ in name.find(written)):
        return True
    letters = re.sub(r"[^a-z0-9]", "", fold(written.partition("<")[2] or written).partition("@")[0])
    wanted = "".join(name.words)
    return len(wanted) > 4 and letters == wanted


def name_of(written: str) -> str:
    """Return the name of a sender without the address: "Ada Berg" of "Ada Berg <ada@kestrel.example>"."""
    name = re.sub(r"[<(\[][^<>()\[\]]*[>)\]]", "", written).strip(" \"'*,;")
    return name or written.strip(" <>")


def _message_at(
    document: DocumentInfo, page: Page, lines: Sequence[tuple[int, int]], at: int
) -> tuple[Message | None, int]:
    """Return the message whose head begins at a line, and the line behind it."""
    found: dict[str, list[str]] = {}
    last = at
    for number in range(at, min(at + MAX_HEAD_LINES, len(lines))):
        start, end = lines[number]
        if start == end and found:
            continue
        match = _HEAD_LINE.fullmatch(page.text[start:end])
        if match is None or not match.lastgroup:
            break
        sort = next(name for name in ("sender", "recipient", "copy", "subject", "other") if match[name])
        found.setdefault(sort, []).append(match["value"])
        last = number + 1
    if "sender" not in found or len(found) < 2 or last - at < 2:
        return None, at + 1
    if _QUOTED_ABOVE.search(page.text[: lines[at][0]][-120:]):
        return None, last
    start, end = lines[at][0], lines[last - 1][1]
    return (
        Message(
            document, page, start, end,
            " ".join(found["sender"]), ", ".join(found.get("recipient", ())), ", ".join(found.get("copy", ())),
            subject=" ".join(found.get("subject", ())),
        ),
        last,
    )  # fmt: skip
