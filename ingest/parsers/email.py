"""Turns an e-mail into a ParsedDocument. Reads no attachment."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from ingest.cleanup import clean_text, one_line
from ingest.parsers.attachments import attachment_warning
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.text import decode
from ingest.titles import choose_title
from rag.types import BlockKind, ParsedDocument


def parse_eml(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an e-mail: the subject is its title, the sender its author; attachments are named in a warning."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    builder = TextBuilder(options.max_characters, path.name)
    subject = _header(message, "subject")
    sender = _header(message, "from")
    for name, value in (
        ("Subject", subject),
        ("From", sender),
        ("To", _header(message, "to")),
        ("Date", _header(message, "date")),
    ):
        builder.add(BlockKind.PARAGRAPH, f"{name}: {value}" if value else "")
    _add_body(builder, message)
    return ParsedDocument(
        title=choose_title(subject, "", path.name),
        file_type="eml",
        pages=builder.pages(),
        sections=builder.sections(),
        author=sender,
        created=_day(message),
        warnings=_attachments(message),
    )


def _add_body(builder: TextBuilder, message: EmailMessage) -> None:
    """The plain body, else the HTML one: mail programs write both with the same words."""
    plain = _part_text(message, "plain")
    if plain.strip():
        for paragraph in clean_text(plain).split("\n\n"):
            builder.add(BlockKind.PARAGRAPH, paragraph)
        return
    source = _part_text(message, "html")
    if source.strip():
        # imported here: a plain mail needs none of the office libraries
        from ingest.parsers.elements import read_html
        from ingest.parsers.office import add_pieces

        add_pieces(builder, read_html(source))


def _part_text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError, AssertionError, AttributeError):
        payload = part.get_payload(decode=True)
        return decode(payload)[0] if isinstance(payload, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return one_line(str(message.get(name, "")))
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""  # the standard library fails on some malformed headers


def _day(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _attachments(message: EmailMessage) -> tuple[str, ...]:
    names = []
    for part in message.walk():
        name = part.get_filename()
        if part.get_content_disposition() == "attachment" or (name and not part.is_multipart()):
            names.append(one_line(str(name)) if name else "one without a name")
    return attachment_warning(names)
