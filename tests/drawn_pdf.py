"""Writes PDFs of drawn pages: text, pictures and paths, in PDF's own operators."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

BARS = "".join(
    f"0.2 0.4 0.8 rg {120 + 60 * at} 400 40 {height} re f\n" for at, height in enumerate((60, 110, 150, 190))
)
"""A chart of four bars, from 120 to 340 and 400 to 590."""

RULED_TABLE = "".join(f"72 {600 - 20 * row} m 400 {600 - 20 * row} l S\n" for row in range(8)) + "".join(
    f"{72 + 82 * column} 460 m {72 + 82 * column} 600 l S\n" for column in range(5)
)


def picture_at(left: float, bottom: float, width: float, height: float) -> str:
    """The page's picture in a box."""
    return f"q {width} 0 0 {height} {left} {bottom} cm /Im Do Q\n"


def words(text: str, left: float = 72, bottom: float = 740) -> str:
    """A line of text."""
    return f"BT /F 12 Tf {left} {bottom} Td ({text}) Tj ET\n"


def write_pdf(path: Path, pages: Sequence[str], *, shade: int = 90) -> Path:
    """Write pages of operators; their picture is a slope of grey from `shade` on."""
    pixels = bytes((shade + x + y) % 256 for y in range(64) for x in range(64))
    image = zlib.compress(pixels)
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * at) for at in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /XObject /Subtype /Image /Width 64 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(image), image),
    ]
    for at, drawn in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> /XObject << /Im 4 0 R >> >> >>" % (6 + 2 * at)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn.encode("latin-1")))
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(written)
    return path
