"""Makes the generated documents of data/sample from the texts beside this script, the same bytes on every run.

    python data/sample_source/make_samples.py [FOLDER]

FOLDER is data/sample when left out. The csv, eml, html, md and txt samples are written by hand and not made here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from office_samples import make_ferry_workbook, make_minutes, make_slides, make_with_pandoc
from pdf_samples import make_article, make_handbook, make_tide_tables
from scan_sample import make_scan

SAMPLE = Path(__file__).parent.parent / "sample"


def make_samples(folder: Path) -> None:
    """Write every generated document into `folder`, over those that are there."""
    make_handbook(folder / "harbour-handbook-2024.pdf")
    make_article(folder / "storm-petrels-article.pdf")
    make_tide_tables(folder / "tide-tables-2024.pdf")
    make_scan(folder / "harbour-commissioners-1911.pdf")
    make_minutes(folder / "council-minutes-2024-03.docx")
    make_slides(folder / "tidal-energy-report.pptx")
    make_ferry_workbook(folder / "ferry-timetable-and-fares.xlsx")
    make_with_pandoc("keepers.md", folder / "keepers-of-carrow-head.epub")
    make_with_pandoc("cooperative-rules.md", folder / "energy-cooperative-rules.odt")
    make_with_pandoc("school-weather-diary.md", folder / "school-weather-diary-1963.rtf")


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
