"""Reads a PDF's pages one by one, by OCR where a page is only a picture. Knows no blocks."""

from __future__ import annotations

import time

from ingest.parsers import ocr
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdfium import PdfiumDocument, RawPage

MAX_LISTED = 20
EMPTY_PAGE = RawPage([], 0)


class PageReader:
    """Reads pages in any order and remembers which it could not."""

    def __init__(self, document: PdfiumDocument, options: ParseOptions) -> None:
        self._document = document
        self._recognises = options.ocr and ocr.is_available()
        self._seconds_left = options.ocr_seconds
        self._damaged: list[int] = []
        self._unread: list[int] = []

    def read(self, number: int) -> RawPage:
        """The words of a page (0-based); of a picture only while OCR is there and has time left."""
        raw = self._document.read_page(number)
        if raw is None:
            self._damaged.append(number)
            return EMPTY_PAGE
        if has_usable_text(raw) or not self._document.has_content(number):
            return raw
        return self._recognise(number) or raw

    def warnings(self) -> tuple[str, ...]:
        """What was left out, in words for the user."""
        found = []
        if self._damaged:
            found.append(f"Damaged and left out: {_list_pages(self._damaged)}.")
        if self._unread:
            found.append(f"Pictures that were not read: {_list_pages(self._unread)}.")
        return tuple(found)

    def _recognise(self, number: int) -> RawPage | None:
        if not self._recognises or self._seconds_left <= 0:
            self._unread.append(number)
            return None
        started = time.monotonic()
        picture = self._document.render(number, scale=ocr.PIXELS_PER_POINT)
        recognised = ocr.read_picture(picture) if picture is not None else None
        self._seconds_left -= time.monotonic() - started
        return recognised


def has_usable_text(raw: RawPage) -> bool:
    """Whether a page has words, in fonts that say which letters they are."""
    text = "".join(word.text for line in raw.lines for word in line.words)
    unknown = sum("\ue000" <= character <= "\uf8ff" or character in "\ufffd\x00" for character in text)
    return bool(text) and unknown * 2 < len(text)


def _list_pages(numbers: list[int]) -> str:
    """Pages as people count them, the first few by number."""
    shown = ", ".join(str(number + 1) for number in numbers[:MAX_LISTED])
    more = f" and {len(numbers) - MAX_LISTED} more" if len(numbers) > MAX_LISTED else ""
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{more}"
