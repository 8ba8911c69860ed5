"""Turns messages of Outlook (MSG) into ParsedDocuments, with what is attached to them."""

from __future__ import annotations

from pathlib import Path

from oxmsg import Message

from ingest.cleanup import clean_text, one_line
from ingest.parsers.email import MailParts, finish_mail
from ingest.parsers.flow import write_flow
from ingest.parsers.html.reader import read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from rag.types import BlockKind, ParsedDocument

OLDEST_YEAR = 1970


def parse_msg(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a message of Outlook: head lines, text, and its attachments as pages of their own."""
    message = Message.load(str(path))
    headers = {name.lower(): one_line(str(value)) for name, value in (message.message_headers or {}).items()}
    sent = message.sent_date
    if sent is not None and sent.year < OLDEST_YEAR:
        sent = None  # A draft has the first day that Windows counts.
    recipients = [
        one_line(f"{recipient.name} <{recipient.email_address}>" if recipient.email_address else recipient.name or "")
        for recipient in message.recipients
    ]
    subject, sender = one_line(message.subject or ""), one_line(message.sender or headers.get("from", ""))
    parts = MailParts(TextBuilder(options.max_characters, path.name))
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
        name = one_line(attachment.file_name or "") or "attachment"
        parts.attachments.append((name, (attachment.file_bytes or b"") if attachment.attached_by_value else b""))
    created = sent.date().isoformat() if sent else ""
    return finish_mail(path, options, parts, "msg", subject=subject, sender=sender, created=created)


def _write_body(builder: TextBuilder, message: Message) -> None:
    plain = message.body or ""
    if plain.strip():
        for paragraph in clean_text(plain).split("\n\n"):
            builder.add(BlockKind.PARAGRAPH, paragraph)
    elif source := message.html_body:
        write_flow(builder, read_html(source).items)
