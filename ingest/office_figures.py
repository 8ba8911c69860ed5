"""Decodes the pictures of presentations and Word files; meant to run inside a WorkerPool."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import PIL.Image

from ingest.parsers.open_xml import DAMAGED, Package
from ingest.parsers.pdf.figures import MAX_FIGURES, MIN_HEIGHT, MIN_WIDTH
from ingest.parsers.pictures import FORMATS, MAX_PIXELS, upright_on_white
from ingest.parsers.placed_pictures import PlacedPicture, placed_pictures
from rag.errors import ParseError


def office_pictures(path: Path) -> Iterator[tuple[int, PIL.Image.Image]]:
    """Yield the pictures of a file with the 0-based page or slide of each, in RGB.

    Small ones, those in formats of drawings (EMF, WMF, SVG) and damaged ones are passed over. Raises ParseError.
    """
    try:
        with Package(path) as package:
            counts: dict[int, int] = {}
            for placed in placed_pictures(package, path):
                if _is_small(placed) or counts.get(placed.page, 0) >= MAX_FIGURES:
                    continue
                if (picture := _decode(package, placed.part)) is not None:
                    counts[placed.page] = counts.get(placed.page, 0) + 1
                    yield placed.page, picture
    except DAMAGED as error:
        raise ParseError(f"{path.name} cannot be opened.", "It may have changed: sync its folder again.") from error


def _is_small(placed: PlacedPicture) -> bool:
    return 0 < placed.width < MIN_WIDTH or 0 < placed.height < MIN_HEIGHT


def _decode(package: Package, part: str) -> PIL.Image.Image | None:
    PIL.Image.init()  # Else only the most usual formats are known.
    formats = [name for name in FORMATS if name in PIL.Image.OPEN]
    try:
        with warnings.catch_warnings():
            # Pillow warns of fewer pixels than it refuses; both are over our own limit.
            warnings.simplefilter("ignore")
            with PIL.Image.open(io.BytesIO(package.read(part)), formats=formats) as opened:
                return upright_on_white(opened) if opened.width * opened.height <= MAX_PIXELS else None
    except MemoryError:
        raise
    except Exception:  # Pillow's decoders raise nearly anything on a broken file; the others of the file are read.
        return None
