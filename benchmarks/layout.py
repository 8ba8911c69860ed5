"""Compares the order in which pages are read with the known one, and with pdfium's plain text.

    python -m benchmarks.layout [FOLDER ...] [--pages N]

An order is as good as the share of the neighbouring words of the truth that are neighbours in what was read.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pypdfium2
from rich.console import Console
from rich.table import Table

from benchmarks.layout_pages import PAGES, make_page
from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from rag.errors import ParseError

DIFFERENT = 0.98
"""Pages that keep fewer of pdfium's neighbours than this were read in another order."""


@dataclass(frozen=True, slots=True)
class FolderOrder:
    """The distance of Lectern's order from pdfium's on a folder's pages with text."""

    name: str
    pages: int
    different: int
    kept: float
    """Mean share of pdfium's neighbours that are kept."""


def kept_neighbours(truth: Sequence[str], read: Sequence[str]) -> float:
    """Return the share of the neighbouring words of `truth` that are neighbours in `read`, 0 to 1."""
    wanted, found = Counter(pairwise(truth)), Counter(pairwise(read))
    total = sum(wanted.values())
    return (wanted & found).total() / total if total else 1.0


def plain_words(path: Path) -> Iterator[list[str]]:
    """Yield the words of each page as pdfium gives them."""
    document = pypdfium2.PdfDocument(path)
    try:
        for page in document:
            text_page = page.get_textpage()
            yield text_page.get_text_range().split()
            text_page.close()
            page.close()
    finally:
        document.close()


def measure_made_pages() -> Iterator[tuple[str, float, float]]:
    """Return (layout, Lectern's share, pdfium's share) for each page of known order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        for name in PAGES:
            truth = make_page(name, path)
            (page,) = parse_file(path, ParseOptions(ocr=False)).pages
            yield name, kept_neighbours(truth, page.text.split()), kept_neighbours(truth, next(plain_words(path)))


def measure_folder(folder: Path, most_pages: int) -> FolderOrder:
    """Compare the first `most_pages` pages of each PDF of a folder."""
    shares: list[float] = []
    for path in sorted(folder.glob("*.pdf")):
        try:
            pages = parse_file(path, ParseOptions(ocr=False)).pages[:most_pages]
        except ParseError:
            continue
        for page, plain in zip(pages, plain_words(path), strict=False):
            if plain:
                shares.append(kept_neighbours(plain, page.text.split()))
    different = sum(share < DIFFERENT for share in shares)
    return FolderOrder(folder.name, len(shares), different, sum(shares) / max(len(shares), 1))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.layout", description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--pages", type=int, default=50, help="pages of each file at most")
    arguments = parser.parse_args()
    console = Console()
    table = Table("layout", "Lectern", "pdfium", title="Neighbouring words kept", title_justify="left")
    for name, ours, plain in measure_made_pages():
        table.add_row(name, f"{ours:.3f}", f"{plain:.3f}")
    console.print(table)
    if arguments.folders:
        table = Table("folder", "pages", "read otherwise", "pdfium's neighbours kept")
        for folder in arguments.folders:
            found = measure_folder(folder, arguments.pages)
            table.add_row(found.name, str(found.pages), str(found.different), f"{found.kept:.3f}")
        console.print(table)


if __name__ == "__main__":
    main()
