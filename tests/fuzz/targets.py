"""What must hold of whatever bytes a parser is given."""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path

from ingest.parsing import ParseOptions, parse_file
from rag.errors import LecternError, ParseError

OWN_CODE = tuple(f"{Path(__file__).resolve().parents[2] / name}/" for name in ("ingest", "rag"))

OPTIONS = ParseOptions(ocr=False, max_pages=200, max_characters=2_000_000)
"""Without OCR, whose network takes seconds a page and is fed by pixels alone."""


def try_bytes(content: bytes, extension: str) -> None:
    """Read bytes as such a file. Raises AssertionError where neither a sound document nor a reason comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{extension}"
        path.write_bytes(content)
        refusal = None
        try:
            document = parse_file(path, OPTIONS)
        except ParseError as error:
            refusal = error
    if refusal is not None:
        assert refusal.remedy
        assert path.name in refusal.reason
        assert not (place := own_fault(refusal)), f"{refusal.reason} Raised by our own code: {place}"
        return
    assert document.title
    for page in document.pages:
        page.text.encode()
        edges = [edge for block in page.blocks for edge in (block.start, block.end)]
        assert edges == sorted(edges)
        assert not edges or edges[-1] <= len(page.text)


def own_fault(refusal: ParseError) -> str:
    """Where our own code stumbled over a file that was then called damaged; "" where a library did, or it was meant."""
    cause = refusal.__cause__
    if cause is None or isinstance(cause, LecternError | OSError):
        return ""
    last = traceback.extract_tb(cause.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}, {cause!r}" if last.filename.startswith(OWN_CODE) else ""
