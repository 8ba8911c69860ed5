"""Draws the minute of 1911 as a scan: pictures of pages, a little crooked and dirty, with no text layer."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from text_blocks import TEXTS

PIXELS = (1240, 1754)
"""A4 at 150 dots per inch."""
FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
LINE_PITCH = 45
TILTS = (1.1, -0.8)
"""Degrees by which each page lies crooked on the glass."""


def make_scan(path: Path) -> None:
    """One picture for each page of the minute, and nothing else in the PDF but its title."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle("Minute of the Harbour Commissioners, 21 February 1911 (scan)")
    pages = (TEXTS / "commissioners-1911.txt").read_text(encoding="utf-8").split("<<<page>>>\n")
    for number, (text, tilt) in enumerate(zip(pages, TILTS, strict=True)):
        canvas.drawImage(ImageReader(_scan(text, tilt, seed=1911 + number)), 0, 0, *A4)
        canvas.showPage()
    canvas.save()


def _scan(text: str, tilt: float, seed: int) -> BytesIO:
    random = np.random.default_rng(seed)
    page = Image.new("L", PIXELS, 238)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONT, 36)
    for number, line in enumerate(text.splitlines()):
        corner = (215 + int(random.integers(-2, 3)), 130 + number * LINE_PITCH)
        draw.text(corner, line, font=font, fill=int(random.integers(25, 70)))
    page = page.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=225)
    page = page.filter(ImageFilter.GaussianBlur(0.8))
    grain = random.normal(0, 7, size=(PIXELS[1], PIXELS[0]))
    shade = np.linspace(-14, 6, PIXELS[0])
    dirty = np.clip(np.asarray(page, dtype=np.float64) + grain + shade, 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(dirty).save(file, "JPEG", quality=42)
    file.seek(0)
    return file
