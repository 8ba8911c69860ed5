"""Turns messages of Outlook (MSG) into ParsedDocuments, with what is attached to them."""

from __future__ import annotations

from collections.abc import Iterator
from email.parser import HeaderParser
from email.policy import default
from pathlib import Path

from oxmsg import Message
from oxmsg.domain import constants as c
from oxmsg.domain.model import StorageT
from oxmsg.storage import Storage

from ingest.cleanup import clean_text, one_line
from ingest.parsers.email import MAX_FORWARDED, MailParts, finish_mail
from ingest.parsers.flow import write_flow
from ingest.parsers.html.reader import read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.outlook_fields import INNER_HEADER, MESSAGE_HEADER, OTHER_HEADER, OutlookFields
from ingest.parsers.pages import TextBuilder
from ingest.parsers.rtf.compressed import decompress
from ingest.parsers.rtf.reader import RtfReader
from rag.types import BlockKind, ParsedDocument

OLDEST_YEAR = 1970

_MESSAGE = "__substg1.0_3701000D"
"""The storage of a message that is attached as such."""

_TO, _CC = 1, 2
"""Kinds of recipients; a third one is hidden from the others."""


def parse_msg(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a message of Outlook: head lines, text, and its attachments as pages of their own."""
    storage = Message.load(str(path))._storage
    parts = MailParts(TextBuilder(options.max_characters, path.name))
    subject, sender, created = _write_message(parts, storage, OutlookFields(storage, MESSAGE_HEADER))
    return finish_mail(path, options, parts, "msg", subject=subject, sender=sender, created=created)


def _write_message(parts: MailParts, storage: StorageT, fields: OutlookFields, depth: int = 0) -> tuple[str, str, str]:
    """Write a message and those attached to it, and collect its files; returns its subject, sender and day."""
    headers = {
        name.lower(): one_line(str(value))
        for name, value in HeaderParser(policy=default)
        .parsestr(fields.text(c.PID_TRANSPORT_MESSAGE_HEADERS).lstrip())
        .items()
    }
    sent = fields.time(c.PID_CLIENT_SUBMIT_TIME)
    if sent is not None and sent.year < OLDEST_YEAR:
        sent = None  # A draft has the first day that Windows counts.
    recipients = [
        OutlookFields(one, OTHER_HEADER, encoding=fields.encoding) for one in storage.iter_recipient_storages()
    ]
    subject, sender = one_line(fields.text(c.PID_SUBJECT)), headers.get("from") or _sender(fields)
    heads = (
        ("Subject", subject),
        ("From", sender),
        ("To", headers.get("to") or ", ".join(_named(one) for one in recipients if _kind(one) == _TO)),
        ("Cc", headers.get("cc") or ", ".join(_named(one) for one in recipients if _kind(one) == _CC)),
        ("Reply-To", headers.get("reply-to", "")),
        ("Date", headers.get("date") or (sent.isoformat(" ", "minutes") if sent else "")),
    )
    for name, value in heads:
        parts.builder.add(BlockKind.PARAGRAPH, f"{name}: {value}" if value else "")
    _write_body(parts.builder, fields)
    for attachment in storage.iter_attachment_storages():
        about = OutlookFields(attachment, OTHER_HEADER, encoding=fields.encoding)
        inner = next(_messages_in(attachment), None)
        if inner is not None and depth < MAX_FORWARDED:
            of_inner = OutlookFields(inner, INNER_HEADER, encoding=fields.encoding)
            title = f"Message inside: {one_line(of_inner.text(c.PID_SUBJECT))}"
            parts.builder.add(BlockKind.HEADING, title, level=min(depth + 1, 6))
            _write_message(parts, inner, of_inner, depth + 1)
        else:
            names = (c.PID_ATTACH_LONG_FILENAME, c.PID_ATTACH_FILENAME, c.PID_DISPLAY_NAME)
            name = next((named for id_ in names if (named := one_line(about.text(id_)))), "attachment")
            parts.attachments.append((name, about.data(c.PID_ATTACH_DATA_BINARY)))
    return subject, sender, sent.date().isoformat() if sent else ""


def _sender(fields: OutlookFields) -> str:
    """Return who sent a message; Outlook leaves out the address of people of the same house."""
    name = fields.text(c.PID_SENDER_NAME).strip()
    address = fields.text(c.PID_SENDER_EMAIL_ADDRESS) or fields.text(c.PID_SENDER_SMTP_ADDRESS)
    if address:
        return one_line(f'"{name}" <{address}>' if name else f"<{address}>")
    return one_line(fields.text(c.PID_SENT_REPRESENTING_NAME) or name)


def _named(recipient: OutlookFields) -> str:
    name = recipient.text(c.PID_DISPLAY_NAME)
    address = recipient.text(c.PID_SMTP_ADDRESS) or recipient.text(c.PID_EMAIL_ADDRESS)
    return one_line(f"{name} <{address}>" if address else name)


def _kind(recipient: OutlookFields) -> int:
    return recipient.integer(c.PID_RECIPIENT_TYPE) or _TO


def _messages_in(attachment: StorageT) -> Iterator[StorageT]:
    """Yield the message that an attachment is, where it is one."""
    inners = attachment.storages if isinstance(attachment, Storage) else ()
    yield from (inner for inner in inners if inner.name.upper() == _MESSAGE.upper())


def _write_body(builder: TextBuilder, fields: OutlookFields) -> None:
    plain = fields.text(c.PID_BODY)
    if plain.strip():
        for paragraph in clean_text(plain).split("\n\n"):
            builder.add(BlockKind.PARAGRAPH, paragraph)
    elif source := fields.text(c.PID_HTML):
        write_flow(builder, read_html(source).items)
    elif rtf := decompress(fields.data(c.PID_RTF_COMPRESSED)):
        write_flow(builder, RtfReader(rtf, "The message").read())
