"""Turns RTF files into ParsedDocuments."""

from __future__ import annotations

from pathlib import Path

from ingest.parsers.finishing import finish_document
from ingest.parsers.flow import set_contents_aside, settle_pages, write_flow
from ingest.parsers.options import ParseOptions
from ingest.parsers.pages import TextBuilder
from ingest.parsers.properties import Properties, iso_day
from ingest.parsers.rtf.reader import RtfReader
from ingest.parsers.text import MAX_FILE_BYTES
from ingest.parsers.unread import MIN_MISSING, unread_warning
from rag.errors import ParseError
from rag.types import ParsedDocument


def parse_rtf(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse an RTF file: pages where page breaks are recorded or set, else one."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ParseError(f"{path.name} is larger than {MAX_FILE_BYTES // 1024**2} MiB.", "Split the file.")
    reader = RtfReader(path.read_bytes(), path.name)
    items = reader.read()
    builder = TextBuilder(options.max_characters, path.name)
    write_flow(builder, set_contents_aside(settle_pages(items)))
    properties = Properties(reader.title, reader.author, iso_day(reader.created))
    warnings = unread_warning(reader.unread if len(reader.unread) >= MIN_MISSING else ())
    return finish_document(builder, path, "rtf", properties, page_word="page", warnings=warnings)
