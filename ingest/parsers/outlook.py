"""Turns messages of Outlook (MSG) into ParsedDocuments, with what is attached to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.domain.constants import PID_RTF_COMPRESSED, PID_SENDER_NAME
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from ingest.cleanup import clean_text, one_line
from ingest.parsers.email import MAX_FORWARDED, MailParts, finish_mail
from ingest.parsers.flow import write_flow
from ingest.parsers.html.reader import read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.rtf.compressed import decompress
from ingest.parsers.rtf.reader import RtfReader
from rag.types import BlockKind, ParsedDocument

OLDEST_YEAR = 1970

_MESSAGE = "__substg1.0_3701000D"
"""The storage of a message that is attached as such."""

_INNER_HEADER = 24
"""The bytes before the properties of an attached message ([MS-OXMSG] 2.4.1.2); those of the outer one have 32."""


class _InnerMessage(Message):
    """A message that is attached to another."""

    @property
    def properties(self) -> Properties:
        """Return the properties of this message."""
        return Properties(self._storage, properties_header_offset=_INNER_HEADER)


def parse_msg(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a message of Outlook: head lines, text, and its attachments as pages of their own."""
    message = Message.load(str(path))
    parts = MailParts(TextBuilder(options.max_characters, path.name))
    subject, sender, created = _write_message(parts, message)
    return finish_mail(path, options, parts, "msg", subject=subject, sender=sender, created=created)


def _write_message(parts: MailParts, message: Message, depth: int = 0) -> tuple[str, str, str]:
    """Write a message and those attached to it, and collect its files; returns its subject, sender and day."""
    headers = {name.lower(): one_line(str(value)) for name, value in (message.message_headers or {}).items()}
    sent = message.sent_date
    if sent is not None and sent.year < OLDEST_YEAR:
        sent = None  # A draft has the first day that Windows counts.
    recipients = [
        one_line(f"{recipient.name} <{recipient.email_address}>" if recipient.email_address else recipient.name or "")
        for recipient in message.recipients
    ]
    subject, sender = one_line(message.subject or ""), _sender(message)
    heads = (
        ("Subject", subject),
        ("From", sender),
        ("To", headers.get("to") or ", ".join(recipients)),
        ("Cc", headers.get("cc", "")),
        ("Reply-To", headers.get("reply-to", "")),
        ("Date", headers.get("date") or (sent.isoformat(" ", "minutes") if sent else "")),
    )
    for name, value in heads:
        parts.builder.add(BlockKind.PARAGRAPH, f"{name}: {value}" if value else "")
    _write_body(parts.builder, message)
    for attachment in message.attachments:
        inner = next(_messages_in(attachment), None)
        if inner is not None and depth < MAX_FORWARDED:
            title = f"Message inside: {one_line(inner.subject or '')}"
            parts.builder.add(BlockKind.HEADING, title, level=min(depth + 1, 6))
            _write_message(parts, inner, depth + 1)
        else:
            parts.attachments.append((one_line(attachment.file_name or "") or "attachment", _content(attachment)))
    return subject, sender, sent.date().isoformat() if sent else ""


def _sender(message: Message) -> str:
    """Return who sent a message; Outlook leaves out the address of people of the same house."""
    return one_line(message.sender or message.properties.str_prop_value(PID_SENDER_NAME) or "")


def _messages_in(attachment: Attachment) -> Iterator[Message]:
    """Yield the message that an attachment is, where it is one."""
    storage = attachment._storage
    for inner in storage.storages if isinstance(storage, Storage) else ():
        if inner.name.upper() == _MESSAGE.upper():
            yield _InnerMessage(inner)


def _content(attachment: Attachment) -> bytes:
    try:
        return attachment.file_bytes or b""
    except KeyError:  # The property names a stream that is not there.
        return b""


def _write_body(builder: TextBuilder, message: Message) -> None:
    plain = message.body or ""
    if plain.strip():
        for paragraph in clean_text(plain).split("\n\n"):
            builder.add(BlockKind.PARAGRAPH, paragraph)
    elif source := message.html_body:
        write_flow(builder, read_html(source).items)
    elif rtf := decompress(message.properties.binary_prop_value(PID_RTF_COMPRESSED) or b""):
        write_flow(builder, RtfReader(rtf, "The message").read())
