"""Reads a PDF's pages one by one, by OCR where the text of a page is missing, noise or not what is drawn."""

from __future__ import annotations

import time

from ingest.parsers import ocr
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdf.layer import LayerJudge, can_judge, is_same_text, overrule
from ingest.parsers.pdf.page_notes import PageNotes
from ingest.parsers.pdf.pdfium import PagePicture, PdfiumDocument
from ingest.parsers.pdf.words import EMPTY_PAGE, Line, RawPage, turn_box
from ingest.parsers.readability import is_readable, word_share
from rag.errors import LibraryError
from rag.page_layout import UNITS_PER_POINT

STAMP_WORDS = 30
"""A page with fewer words that is mostly picture may be a scan with a stamp or a page number laid over it."""

PICTURE_SHARE = 0.5
SAMPLED_LINES = 4
"""So many long lines of an invisible layer are compared with the picture that it lies over, once a document."""


class PageReader:
    """Reads pages in any order and remembers which it could not, and which it had to recognise."""

    def __init__(self, document: PdfiumDocument, options: ParseOptions) -> None:
        self._document = document
        self._recognises = options.ocr and ocr.is_available()
        self.ocr_failure: LibraryError | None = None
        """Why OCR could not be used, where it is installed and broken."""
        self._models = options.ocr_models
        self._seconds_left = options.ocr_seconds
        self._judge = LayerJudge()
        self._trusts_layers: bool | None = None
        """True once the text of a scan was compared with its picture and found to be what is drawn."""
        self._notes = PageNotes()

    def read(self, number: int) -> RawPage:
        """Return the words of a page (0-based); of a picture only while OCR is there and has time left."""
        raw = self._document.read_page(number)
        if raw is None:
            self._notes.damaged.append(number)
            return EMPTY_PAGE
        words = raw.words
        if not is_readable(words):
            return self._read_unreadable(number, raw)
        doubtful = raw.wrong_fonts or self._judge.is_doubtful(words)
        if doubtful or (raw.unseen and can_judge(raw, self._models) and not self._is_layer_true(number, raw)):
            return self._compare(number, raw)
        if len(words) < STAMP_WORDS and self._document.picture_share(number) >= PICTURE_SHARE:
            return self._read_beside_stamp(number, raw)
        return raw

    @property
    def has_blank_pages_only(self) -> bool:
        """Return whether nothing at all is drawn on any of the pages that were read."""
        return len(self._notes.blank) == self._document.page_count

    @property
    def has_damaged_pages_only(self) -> bool:
        """Return whether no page could be loaded but blank ones."""
        return len(self._notes.blank) + len(self._notes.damaged) == self._document.page_count

    @property
    def has_form(self) -> bool:
        """Return whether the document has a form to fill in."""
        return self._document.form.is_there

    def attachments(self) -> list[str]:
        """Return the names of the files inside the document."""
        return self._document.attachments()

    @property
    def is_out_of_time(self) -> bool:
        """Return whether pages were left unread because OCR had no time left."""
        return self._recognises and bool(self._notes.unread)

    def warnings(self) -> tuple[str, ...]:
        """Return what was left out or recognised, in words for the user."""
        return self._notes.describe(self.ocr_failure)

    def _read_unreadable(self, number: int, raw: RawPage) -> RawPage:
        """Return a page without text, or with noise for it, as OCR reads it where it reads something better."""
        words = raw.words
        if not words and not self._document.has_content(number):
            self._notes.blank.append(number)
            return raw
        recognised = self._recognise(number)
        if recognised is None:
            self._notes.unread.append(number)
        elif _is_better(recognised.page.words, words):
            self._notes.confidences[number] = recognised.confidence
            return recognised.page
        elif words:
            self._notes.noise.append(number)
        return raw

    def _read_beside_stamp(self, number: int, raw: RawPage) -> RawPage:
        """Return a page that is mostly picture as OCR reads it, where that is more than the few words of its text."""
        recognised = self._recognise(number)
        if recognised is None:
            self._notes.pictures.append(number)
        elif len(recognised.page.words) > 2 * len(raw.words):
            self._notes.confidences[number] = recognised.confidence
            return recognised.page
        return raw

    def _compare(self, number: int, raw: RawPage) -> RawPage:
        """Return a page whose text may not be what is drawn, corrected by OCR."""
        recognised = self._recognise(number) if can_judge(raw, self._models) else None
        if recognised is None:
            self._notes.unchecked.append(number)
            return raw
        page = overrule(raw, recognised)
        if page is None:
            self._document.fonts.trust(raw.wrong_fonts)
            return raw
        self._notes.overruled.append(number)
        self._notes.confidences[number] = recognised.confidence
        return page

    def _is_layer_true(self, number: int, raw: RawPage) -> bool:
        """Return whether the unseen text of a scan is what its picture shows, by a few lines of the first such page."""
        if self._trusts_layers is None and self._recognises and self._seconds_left > 0:
            started = time.monotonic()
            picture = self._document.render(number, scale=ocr.PIXELS_PER_POINT)
            try:
                self._trusts_layers = picture is None or self._are_lines_drawn(raw, picture)
            except LibraryError as error:
                self._recognises, self.ocr_failure = False, error
            finally:
                self._seconds_left -= time.monotonic() - started
        return self._trusts_layers is not False

    def _are_lines_drawn(self, raw: RawPage, picture: PagePicture) -> bool:
        """Return whether OCR reads a sample of the longest lines where they are said to be."""
        chosen = sorted(raw.lines, key=lambda line: -len(line.words))[:SAMPLED_LINES]
        read = ocr.read_strips(picture, [_box_of(line) for line in chosen], self._models)
        written = ("".join(word.text for word in line.words) for line in chosen)
        return 2 * sum(map(is_same_text, read, written)) >= len(chosen)

    def _recognise(self, number: int) -> ocr.Recognised | None:
        """Return what OCR reads on a page; None where it cannot, or has no time left."""
        if not self._recognises or self._seconds_left <= 0:
            return None
        started = time.monotonic()
        picture = self._document.render(number, scale=ocr.PIXELS_PER_POINT)
        try:
            return ocr.read_picture(picture, self._models) if picture is not None else None
        except LibraryError as error:
            self._recognises, self.ocr_failure = False, error
            return None
        finally:
            self._seconds_left -= time.monotonic() - started


def _is_better(recognised: list[str], layer: list[str]) -> bool:
    """Return whether OCR gave better words than noise, or any where there were none."""
    if not recognised or not layer:
        return bool(recognised)
    return is_readable(recognised) or word_share(" ".join(recognised)) > word_share(" ".join(layer))


def _box_of(line: Line) -> tuple[float, float, float, float]:
    """Return a line's box in points of user space."""
    boxes = [turn_box(word[2:6], line.turns) for word in line.words]
    edges = (min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes))
    left, bottom, right, top = (edge / UNITS_PER_POINT for edge in (*edges, max(box[3] for box in boxes)))
    return left, bottom, right, top
