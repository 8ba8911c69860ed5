"""Holds the options of a parser."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """Limits and passwords for one file; `passwords` pairs a glob on the file's name or path with a password."""

    passwords: tuple[tuple[str, str], ...] = ()
    max_pages: int = 20_000
    max_characters: int = 50_000_000
    ocr: bool = True
    ocr_models: tuple[str, ...] = ("",)
    """Recognition models for OCR as ONNX files; "" is the one that comes along."""
    ocr_seconds: float = 120.0
    """Pages that are still pictures after as long are left out with a warning; keep it below the file's time limit."""
    depth: int = 0
    """The number of files that the file is inside of: 2 for an attachment of a mail in an archive."""

    def passwords_for(self, path: Path) -> list[str]:
        """Return the passwords whose pattern fits the file's name or the end of its path, in the order given."""
        found = []
        for pattern, password in self.passwords:
            if fnmatch(path.name, pattern) or fnmatch(str(path), pattern) or fnmatch(str(path), f"*/{pattern}"):
                found.append(password)
        return found
