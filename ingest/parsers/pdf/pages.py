"""Reads a PDF's pages one by one, by OCR where the text of a page is missing or noise."""

from __future__ import annotations

import time

from ingest.parsers import ocr
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdf.pdfium import PdfiumDocument
from ingest.parsers.pdf.words import EMPTY_PAGE, RawPage
from ingest.parsers.readability import is_readable, word_share
from rag.errors import LibraryError

MAX_LISTED = 20

STAMP_WORDS = 30
"""A page with fewer words that is mostly picture may be a scan with a stamp or a page number laid over it."""

PICTURE_SHARE = 0.5
DOUBTFUL = 0.8
"""Clean print is read with a confidence of 0.95 and more; below this, words are wrong here and there."""


class PageReader:
    """Reads pages in any order and remembers which it could not, and which it had to recognise."""

    def __init__(self, document: PdfiumDocument, options: ParseOptions) -> None:
        self._document = document
        self._recognises = options.ocr and ocr.is_available()
        self.ocr_failure: LibraryError | None = None
        """Why OCR could not be used, where it is installed and broken."""
        self._models = options.ocr_models
        self._seconds_left = options.ocr_seconds
        self._damaged: list[int] = []
        self._unread: list[int] = []
        self._blank: list[int] = []
        self._confidences: dict[int, float] = {}

    def read(self, number: int) -> RawPage:
        """Return the words of a page (0-based); of a picture only while OCR is there and has time left."""
        raw = self._document.read_page(number)
        if raw is None:
            self._damaged.append(number)
            return EMPTY_PAGE
        words = raw.words
        readable = is_readable(words)
        if readable and (len(words) >= STAMP_WORDS or self._document.picture_share(number) < PICTURE_SHARE):
            return raw
        if not words and not self._document.has_content(number):
            self._blank.append(number)
            return raw
        recognised = self._recognise(number, note=not readable)
        if recognised is None or not _is_better(recognised.page.words, words, readable=readable):
            return raw
        self._confidences[number] = recognised.confidence
        return recognised.page

    @property
    def has_blank_pages_only(self) -> bool:
        """Return whether nothing at all is drawn on any of the pages that were read."""
        return len(self._blank) == self._document.page_count

    @property
    def is_out_of_time(self) -> bool:
        """Return whether pages were left unread because OCR had no time left."""
        return self._recognises and bool(self._unread)

    def warnings(self) -> tuple[str, ...]:
        """Return what was left out or recognised, in words for the user."""
        found = []
        if self._damaged:
            found.append(f"Damaged and left out: {_list_pages(self._damaged)}.")
        if self._unread:
            reason = f" {self.ocr_failure}" if self.ocr_failure else ""
            found.append(f"Without usable text and not read by OCR: {_list_pages(self._unread)}.{reason}")
        if self._confidences:
            mean = sum(self._confidences.values()) / len(self._confidences)
            found.append(f"Read by OCR with a confidence of {mean:.0%}: {_list_pages(list(self._confidences))}.")
        doubtful = [number for number, confidence in self._confidences.items() if confidence < DOUBTFUL]
        if doubtful:
            least = min(self._confidences[number] for number in doubtful)
            found.append(f"Words may be wrong (confidence down to {least:.0%}): {_list_pages(doubtful)}.")
        return tuple(found)

    def _recognise(self, number: int, *, note: bool) -> ocr.Recognised | None:
        if self._recognises and self._seconds_left > 0:
            started = time.monotonic()
            picture = self._document.render(number, scale=ocr.PIXELS_PER_POINT)
            try:
                return ocr.read_picture(picture, self._models) if picture is not None else None
            except LibraryError as error:
                self._recognises, self.ocr_failure = False, error
            finally:
                self._seconds_left -= time.monotonic() - started
        if note:
            self._unread.append(number)
        return None


def _is_better(recognised: list[str], layer: list[str], *, readable: bool) -> bool:
    """Return whether OCR gave more than the text layer has: twice the words of a readable one, better words than
    noise."""
    if readable:
        return len(recognised) > 2 * len(layer)
    return bool(recognised) and (not layer or word_share(" ".join(recognised)) > word_share(" ".join(layer)))


def _list_pages(numbers: list[int]) -> str:
    """Return pages as people count them, the first few by number."""
    shown = ", ".join(str(number + 1) for number in numbers[:MAX_LISTED])
    more = f" and {len(numbers) - MAX_LISTED} more" if len(numbers) > MAX_LISTED else ""
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{more}"
