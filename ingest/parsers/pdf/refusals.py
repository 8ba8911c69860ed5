"""Says why no words were found in a PDF that opens."""

from __future__ import annotations

from pathlib import Path

from ingest.cleanup import one_line
from ingest.parsers import ocr
from ingest.parsers.attachments import attachment_warning
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdf.pages import PageReader
from rag.errors import ParseError, UnsettledFileError


def explain_no_words(path: Path, options: ParseOptions, reader: PageReader) -> ParseError:
    """Return the error for a PDF without words; it is an UnsettledFileError where a repair of OCR may help."""
    name = path.name
    more = "".join(f" {warning}" for warning in attachment_warning(list(map(one_line, reader.attachments()))))
    if reader.ocr_failure is not None:
        return UnsettledFileError(
            f"{name} has no text layer, and its pages could not be read by OCR. {reader.ocr_failure.reason}",
            reader.ocr_failure.remedy,
        )
    if reader.has_blank_pages_only:
        remedy = "Save what is attached to it in the folder." if more else "Remove it, or replace it with a good copy."
        return ParseError(f"{name} has nothing on its pages.{more}", remedy)
    if reader.has_damaged_pages_only:
        return ParseError(
            f"{name} is damaged: none of its pages can be loaded.{more}",
            "Open it in a PDF viewer and save it again, or replace it with a good copy.",
        )
    fields = " The fields of its form are empty." if reader.has_form else ""
    if reader.is_out_of_time:
        return ParseError(
            f"{name} has no text layer, and OCR found no words in the {options.ocr_seconds:.0f} seconds it had."
            f"{fields}{more}",
            "Raise the setting `seconds_per_file`, or split the file.",
        )
    if options.ocr and ocr.is_available():
        remedy = "Remove it, or fill the form in." if fields else "Remove it, or replace it with a sharper scan."
        return ParseError(f"{name} has no text layer, and OCR found no words on its pages.{fields}{more}", remedy)
    if options.ocr:
        remedy = "Install the rapidocr package so that Lectern reads pictures, or run the file through other OCR."
    else:
        remedy = "Set `ocr` to true, or run the file through other OCR."
    return ParseError(f"{name} has no text layer: its pages are pictures or drawings.{fields}{more}", remedy)
