"""Reads what an Office file says that a picture shows: its alternative text."""

from __future__ import annotations

import re

from ingest.cleanup import one_line
from ingest.parsers.flow import FlowItem, paragraph
from ingest.parsers.open_xml import XmlElement

_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|wmf|emf|svg|webp)", re.IGNORECASE)
"""Names of files, which some programs write where the author gave no description."""


def description_items(properties: XmlElement | None) -> list[FlowItem]:
    """Return the alternative text of a picture or drawing, from its properties (`cNvPr`, `docPr`)."""
    if properties is None:
        return []
    text = one_line(properties.get("descr") or "")
    title = one_line(properties.get("title") or "")
    text = f"{title}: {text}" if title and text and title not in text else text or title
    return [paragraph(f"Picture: {text}")] if text and not _FILE_NAME.fullmatch(text) else []
