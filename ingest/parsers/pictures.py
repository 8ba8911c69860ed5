"""Turns pictures (PNG, JPEG, TIFF, WebP, GIF, BMP, HEIC) into ParsedDocuments by OCR, as scanned pages are read."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import PIL.Image
import PIL.ImageOps
import PIL.ImageSequence

from ingest.parsers import ocr
from ingest.parsers.options import ParseOptions
from ingest.parsers.pdf.document import parse_pdf
from rag.errors import ParseError
from rag.types import ParsedDocument

FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "WEBP", "GIF", "BMP")
HEIF_PACKAGE = "pillow_heif"
"""Decodes what telephones of Apple write; read where it is installed, as its codecs are not ours to hand on."""

MAX_PIXELS = 100_000_000
"""Of a frame, before it is decoded: an A3 page scanned at 600 dots per inch has 70 million."""

MAX_FRAMES = 500
LONG_EDGE = 2_000
"""Pixels of a page's longer edge that OCR is given at most: print of eight points on A4 has 18 of them in height."""

DOTS_PER_INCH = 72 * ocr.PIXELS_PER_POINT
QUALITY = 95


def parse_picture(path: Path, options: ParseOptions) -> ParsedDocument:
    """Parse a picture: a page for each frame. Raises ParseError when OCR is not there or finds no words."""
    if not (options.ocr and ocr.is_available()):
        raise ParseError(
            f"{path.name} is a picture, and OCR, which reads pictures, is not installed or turned off.",
            "Install the rapidocr package, and leave the setting `ocr` on.",
        )
    with as_pdf(path) as (converted, cut):
        try:
            document = parse_pdf(converted, options)
        except ParseError as error:
            if "no text layer" in error.reason or "no words" in error.reason:
                raise ParseError(
                    f"OCR found no words in {path.name}.", "Remove it, or replace it with a sharper picture."
                ) from error
            raise ParseError(error.reason.replace(converted.name, path.name), error.remedy) from error
    notes = (f"Only the first {MAX_FRAMES} pictures in it were read.",) if cut else ()
    return replace(
        document,
        file_type=path.suffix.lower().lstrip("."),
        page_word="page" if len(document.pages) > 1 else "",
        created="",
        warnings=(*document.warnings, *notes),
    )


@contextmanager
def as_pdf(path: Path) -> Iterator[tuple[Path, bool]]:
    """Give a PDF with a page for each frame of a picture, upright, and whether there were more. Raises ParseError.

    It is gone when the context ends.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        target = Path(scratch, f"{path.stem[:60]}.pdf")
        try:
            with warnings.catch_warnings():
                # Pillow warns of fewer pixels than it refuses; both are over our own limit.
                warnings.simplefilter("ignore")
                cut = _convert(path, target)
        except (ParseError, MemoryError):
            raise
        except PIL.Image.DecompressionBombError as error:
            raise _too_many_pixels(path) from error
        except Exception as error:  # Pillow's decoders raise nearly anything on a broken file.
            raise ParseError(
                f"{path.name} is damaged or not a picture ({type(error).__name__}).",
                "Open it in its own program and save it again.",
            ) from error
        yield target, cut


def _convert(path: Path, target: Path) -> bool:
    PIL.Image.init()  # Else only the most usual formats are known.
    formats = [name for name in FORMATS if name in PIL.Image.OPEN]
    if find_spec(HEIF_PACKAGE):
        import_module(HEIF_PACKAGE).register_heif_opener()
        formats.append("HEIF")
    with PIL.Image.open(path, formats=formats) as opened:
        for number, frame in enumerate(PIL.ImageSequence.Iterator(opened)):
            if number >= MAX_FRAMES:
                return True
            if frame.width * frame.height > MAX_PIXELS:
                raise _too_many_pixels(path)
            page = upright_on_white(frame)
            density = DOTS_PER_INCH * max(1.0, max(page.size) / LONG_EDGE)
            page.save(target, "PDF", resolution=density, quality=QUALITY, append=number > 0, title="")
            if opened.format == "GIF":
                break  # The further frames of an animation show the same again.
    return False


def _too_many_pixels(path: Path) -> ParseError:
    return ParseError(
        f"{path.name} has more than {MAX_PIXELS // 1_000_000} million pixels.", "Scale it down, or split it."
    )


def upright_on_white(frame: PIL.Image.Image) -> PIL.Image.Image:
    """Return a frame upright, on white where it is transparent, in RGB."""
    upright = PIL.ImageOps.exif_transpose(frame)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        solid = upright.convert("RGBA")
        white = PIL.Image.new("RGBA", solid.size, "white")
        return PIL.Image.alpha_composite(white, solid).convert("RGB")
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        return PIL.ImageOps.autocontrast(upright.point(lambda value: value / 256).convert("L")).convert("RGB")
    return upright.convert("RGB")
