"""Turns e-mails (EML, EMLX, MBOX) and saved pages (MHT) into ParsedDocuments, with what is attached to them."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers.calendar import write_calendar
from ingest.parsers.containers import InnerFiles, join_files
from ingest.parsers.finishing import finish_document
from ingest.parsers.flow import write_flow
from ingest.parsers.html.document import parse_page
from ingest.parsers.html.reader import read_html
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.spaced_tables import part_tables
from ingest.parsers.text import decode
from ingest.titles import choose_title
from rag.errors import ParseError
from rag.text import words_of
from rag.types import BlockKind, ParsedDocument

MAX_FORWARDED = 20
"""Messages within messages within messages that are read."""

MAX_MESSAGES = 20_000
MAX_MAILBOX_BYTES = 512 * 1024**2

HTML_COVERAGE = 0.6
"""A plain text with less than this of the words of the HTML beside it only says that there is HTML."""

HEADS = ("Subject", "From", "To", "Cc", "Reply-To", "Date")
SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})


@dataclass(slots=True)
class MailParts:
    """The parts of a message: its texts, in `builder`, and its attachments by name."""

    builder: TextBuilder
    attachments: list[tuple[str, bytes]] = field(default_factory=list)


def parse_eml(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an e-mail: the subject is its title, the sender its author; attachments are pages of their own."""
    return _parse_message(path, path.read_bytes(), options, "eml")


def parse_emlx(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a message of Apple Mail: its length in a first line, the message, then a list of properties."""
    first, _, rest = path.read_bytes().partition(b"\n")
    length = int(first) if first.strip().isdigit() and len(first) < 20 else len(rest)
    return _parse_message(path, rest[:length], options, "emlx")


def _parse_message(path: Path, content: bytes, options: ParseOptions, file_type: str) -> ParsedDocument:
    message = message_from_bytes(content, policy=policy.default)
    parts = MailParts(TextBuilder(options.max_characters, path.name))
    write_message(parts, message)
    return finish_mail(
        path,
        options,
        parts,
        file_type,
        subject=header(message, "subject"),
        sender=header(message, "from"),
        created=_day(message),
    )


def finish_mail(
    path: Path, options: ParseOptions, parts: MailParts, file_type: str, *, subject: str, sender: str, created: str
) -> ParsedDocument:
    """Return the document of a message: its own page, then those of its attachments."""
    inner = InnerFiles(options)
    if parts.attachments:
        parts.builder.add(BlockKind.PARAGRAPH, f"Attachments: {', '.join(name for name, _ in parts.attachments)}")
        parts.builder.end_page("message")
        for name, content in parts.attachments:
            inner.read(name, content)
    pages, sections = join_files(parts.builder.pages(), parts.builder.sections(), inner)
    return ParsedDocument(
        title=choose_title(subject, "", path.name),
        file_type=file_type,
        pages=tuple(pages),
        sections=tuple(sections),
        author=sender,
        created=created,
        page_word="part" if len(pages) > 1 else "",
        warnings=inner.summary(),
    )


def parse_mbox(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a mailbox: each message is a page under its subject, its attachments the pages after it."""
    if path.stat().st_size > MAX_MAILBOX_BYTES:
        raise ParseError(
            f"{path.name} is larger than {MAX_MAILBOX_BYTES // 1024**2} MiB.",
            "Split the mailbox, or export its messages.",
        )
    inner = InnerFiles(options)
    for number, content in enumerate(_split_mailbox(path.read_bytes())):
        if number >= MAX_MESSAGES:
            inner.warnings.append(f"Only the first {MAX_MESSAGES} messages were read.")
            break
        message = message_from_bytes(content, policy=policy.default)
        parts = MailParts(TextBuilder(options.max_characters - inner.characters, path.name))
        write_message(parts, message)
        subject = header(message, "subject") or "without a subject"
        inner.add(subject, ParsedDocument(title=subject, file_type="eml", pages=parts.builder.pages()))
        for name, attached in parts.attachments:
            inner.read(name, attached, level=2)
    return ParsedDocument(
        title=choose_title("", "", path.name),
        file_type="mbox",
        pages=tuple(inner.pages),
        sections=tuple(inner.sections),
        page_word="message",
        warnings=inner.summary(),
    )


def _split_mailbox(content: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox: each begins behind a line "From ..."; ">From" stands for one in a text."""
    start = 0
    data = content if content.startswith(b"From ") else b"From -\n" + content
    while start < len(data):
        head = data.find(b"\n", start)
        following = data.find(b"\nFrom ", start)
        end = following + 1 if following >= 0 else len(data)
        if head >= 0 and (message := data[head + 1 : end]).strip():
            yield message.replace(b"\n>From ", b"\nFrom ")
        start = end


def parse_mht(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a web page saved with its pictures in one file; only the page is read."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            return parse_page(path, part_text(part), options)
    texts = [part_text(part) for part in message.walk() if part.get_content_maintype() == "text"]
    if not any(text.strip() for text in texts):
        raise ParseError(f"{path.name} has no page in it.", "Save the page again, as HTML or PDF.")
    builder = TextBuilder(options.max_characters, path.name)
    for text in texts:
        _write_text(builder, text)
    return finish_document(builder, path, "mht")


# --- a message ---


def write_message(parts: MailParts, message: Message, depth: int = 0) -> None:
    """Write the head lines and the texts of a message, and of those that it forwards, and collect its attachments."""
    for name in HEADS:
        if value := header(message, name):
            parts.builder.add(BlockKind.PARAGRAPH, f"{name}: {value}")
    _write_part(parts, message, depth)


def _write_part(parts: MailParts, part: Message, depth: int) -> None:
    kind = part.get_content_type()
    if kind == "message/rfc822" or (kind.startswith("message/") and part.is_multipart()):
        _write_inner_message(parts, part, depth)
    elif kind == "multipart/alternative" and part.is_multipart():
        _write_alternative(parts, part, depth)
    elif part.is_multipart():
        for child in part.iter_parts() if isinstance(part, EmailMessage) else ():
            _write_part(parts, child, depth)
    elif _is_attachment(part):
        _attach(parts, part)
    elif kind == "text/html":
        write_flow(parts.builder, read_html(part_text(part)).items)
    elif kind == "text/calendar":
        write_calendar(parts.builder, part_text(part))
    elif part.get_content_maintype() == "text" or kind.startswith("message/"):
        _write_text(parts.builder, part_text(part))
    else:
        _attach(parts, part)


def _write_inner_message(parts: MailParts, part: Message, depth: int) -> None:
    """Write a forwarded message under its own head lines; a delivery report is blocks of lines."""
    payload = part.get_payload()
    for message in payload if isinstance(payload, list) else ():
        if depth >= MAX_FORWARDED or not isinstance(message, Message):
            return
        if part.get_content_type() == "message/rfc822":
            parts.builder.add(
                BlockKind.HEADING, f"Message inside: {header(message, 'subject')}", level=min(depth + 1, 6)
            )
            write_message(parts, message, depth + 1)
        else:
            lines = "\n".join(f"{name}: {one_line(str(value))}" for name, value in message.items())
            parts.builder.add(BlockKind.PARAGRAPH, f"{lines}\n{part_text(message)}".strip())


def _write_alternative(parts: MailParts, part: Message, depth: int) -> None:
    """Write the plain one of several forms of the same message, or another where the plain one hardly says anything."""
    children = list(part.iter_parts()) if isinstance(part, EmailMessage) else []
    texts = [(child, _words(child)) for child in children if _has_text(child)]
    if not texts:
        for child in children:
            _write_part(parts, child, depth)
        return
    best, words = texts[0]
    for child, others in texts[1:]:
        if len(words & others) < HTML_COVERAGE * len(others):
            best, words = child, others
    _write_part(parts, best, depth)
    for child in children:  # Files may be packed together with one of the forms.
        if child is not best:
            for inner in child.walk():
                if inner.get_content_type() == "text/calendar":  # It says when, which the others may leave out.
                    write_calendar(parts.builder, part_text(inner))
                elif not inner.is_multipart() and _is_attachment(inner):
                    _attach(parts, inner)


def _has_text(part: Message) -> bool:
    return any(inner.get_content_type() in ("text/plain", "text/html", "text/enriched") for inner in part.walk())


def _words(part: Message) -> set[str]:
    found: set[str] = set()
    for inner in part.walk():
        if inner.get_content_type() == "text/html":
            for item in read_html(part_text(inner)).items:
                found.update(words_of(getattr(item, "text", "")))
        elif inner.get_content_type() == "text/plain":
            found.update(words_of(part_text(inner)))
    return found


def _write_text(builder: TextBuilder, text: str) -> None:
    for paragraph in re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        for kind, part in part_tables(paragraph):
            builder.add(kind, part)


def _is_attachment(part: Message) -> bool:
    if part.get_content_disposition() == "attachment":
        return True
    return bool(_file_name(part)) and part.get_content_type() not in ("text/plain", "text/html")


def _attach(parts: MailParts, part: Message) -> None:
    """Collect an attachment; signatures and pictures that only adorn the text are left alone."""
    kind = part.get_content_type()
    is_adornment = part.get_content_maintype() == "image" and part.get("content-id") is not None
    payload = part.get_payload(decode=True)
    if kind in SIGNATURES or (is_adornment and part.get_content_disposition() != "attachment"):
        return
    name = _file_name(part) or f"attachment{mimetypes.guess_extension(kind) or ''}"
    parts.attachments.append((name, payload if isinstance(payload, bytes) else b""))


def _file_name(part: Message) -> str:
    try:
        return one_line(str(part.get_filename() or ""))
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""  # The standard library fails on some malformed names.


def part_text(part: Message) -> str:
    """Return the text of a part in the charset that it declares, or guessed where it declares none or a wrong one."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(payload or "") if not part.is_multipart() else ""
    try:
        charset = part.get_content_charset() or ""
        if charset and charset not in ("us-ascii", "ascii"):
            return payload.decode(charset)
    except (LookupError, ValueError, AttributeError, TypeError):
        pass
    return decode(payload)[0]


def header(message: Message, name: str) -> str:
    """Return a head line of a message in one line, or ""."""
    try:
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        if any("\udc80" <= character <= "\udcff" for character in str(raw)):  # Bytes that no charset is declared for.
            return one_line(decode(str(raw).encode("utf-8", "surrogateescape"))[0])
        return one_line(str(message.get(name, "")))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""  # The standard library fails on some malformed headers.


def _day(message: Message) -> str:
    try:
        return parsedate_to_datetime(header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""
