"""Mends PDFs that pdfium refuses to open: junk before the header, an empty owner password."""

from __future__ import annotations

import io
import mmap
from pathlib import Path

import pypdf

HEADER = b"%PDF-"
MAX_JUNK = 1 << 20
"""A header further into the file than this is that of a PDF inside another file."""


def without_junk(path: Path) -> bytes:
    """Return the file from its header on, or b"" when it begins with it or has none."""
    with path.open("rb") as stream:
        if stream.seek(0, io.SEEK_END) == 0:
            return b""
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            start = content.find(HEADER, 0, MAX_JUNK)
            return content[start:] if start > 0 else b""


def decrypted(path: Path, password: str) -> bytes:
    """Return the file without its encryption, or b"" when the password is neither its user's nor its owner's."""
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if not reader.is_encrypted or not reader.decrypt(password):
            return b""
        opened = io.BytesIO()
        pypdf.PdfWriter(clone_from=reader).write(opened)
        return opened.getvalue()
    except MemoryError:
        raise
    except Exception:  # pypdf raises many kinds on damaged files; what it cannot mend stays refused
        return b""
