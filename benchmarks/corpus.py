"""Copies the PDFs of a folder to a place where they may be changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pypdfium2


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of copies, with the number of files and of pages that pypdfium2 counts in them."""

    folder: Path
    files: int
    pages: int


def copy_corpus(source: Path, target: Path, limit_pages: int | None) -> Corpus:
    """Copy the PDFs below `source` in name order, leaving out each that would pass `limit_pages` in all."""
    files = pages = 0
    for path in sorted(source.rglob("*.pdf")):
        count = _page_count(path)
        if limit_pages is not None and pages + count > limit_pages:
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        files += 1
        pages += count
    return Corpus(target, files, pages)


def change_one_file(folder: Path) -> Path:
    """Append a comment to the first PDF, which changes its bytes and nothing that is read."""
    path = min(folder.rglob("*.pdf"))
    with path.open("ab") as file:
        file.write(b"\n%changed\n")
    return path


def rename_one_file(folder: Path) -> Path:
    """Give the last PDF another name."""
    path = max(folder.rglob("*.pdf"))
    return path.rename(path.with_stem(f"{path.stem}-renamed"))


def _page_count(path: Path) -> int:
    try:
        with pypdfium2.PdfDocument(path) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0
