"""Draws one page of a PDF as a PNG; meant to run inside a WorkerPool. Knows no other format."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ingest.parsers.pdfium import OpenError, open_pdfium
from rag.errors import ParseError


def draw_page(path: Path, number: int, scale: float, passwords: Sequence[str] = ()) -> bytes:
    """A page (0-based) as PNG, `scale` pixels for each point; large pages get fewer. Raises ParseError."""
    for password in ("", *passwords):
        try:
            with open_pdfium(path, password) as document:
                picture = document.render(number, scale=scale) if 0 <= number < document.page_count else None
        except OpenError:
            continue
        if picture is None:
            raise ParseError(f"Page {number + 1} of {path.name} cannot be drawn.", "Open the file itself.")
        encoded = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(picture.pixels[:, :, ::-1])).save(encoded, "PNG")
        return encoded.getvalue()
    raise ParseError(f"{path.name} cannot be opened.", "It may have changed: sync its folder again.")
