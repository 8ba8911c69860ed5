"""Reads what people wrote about the cells of an Excel workbook."""

from __future__ import annotations

from ingest.cleanup import one_line
from ingest.parsers.open_xml import Package
from ingest.parsers.sheets.book import REFERENCE, column_number
from ingest.parsers.sheets.strings import rich_text
from ingest.parsers.sheets.xml import descendants

_THREADED = "[Threaded comment]"
"""The beginning of a comment that older programs show in place of a thread."""


def read_comments(package: Package, part: str) -> dict[tuple[int, int], str]:
    """Return what people wrote about cells: (row, column) -> text with its author; threads in the order they were
    written."""
    found: dict[tuple[int, int], str] = {}
    for target in package.related(part, "comments"):
        root = package.xml(target)
        for comment in descendants(root, "comment") if root is not None else ():
            text = next((rich_text(body) for body in comment.iter("{*}text")), "")
            if text.startswith(_THREADED):
                text = text.partition("Comment:")[2]
            _keep(found, comment.get("ref"), text)
    threads: dict[tuple[int, int], str] = {}
    for target in package.related(part, "threadedComment"):
        root = package.xml(target)
        for comment in descendants(root, "threadedComment") if root is not None else ():
            text = "".join(body.text or "" for body in comment.iter("{*}text"))
            _keep(threads, comment.get("ref"), text)
    return {**found, **threads}


def _keep(found: dict[tuple[int, int], str], reference: str | None, text: str) -> None:
    match = REFERENCE.fullmatch((reference or "").partition(":")[0])
    words = one_line(text)
    if match and words:
        place = int(match[2]), column_number(match[1])
        found[place] = f"{found[place]} / {words}" if place in found else words
