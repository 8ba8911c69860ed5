"""Titles tell documents apart, and file names can be searched."""

from __future__ import annotations

import pytest

from ingest.titles import choose_title, words_of_name


@pytest.mark.parametrize(
    "metadata",
    ["", "untitled", "Untitled-2", "Microsoft Word - report.doc", "report_final.docx", "C:\\temp\\x", "42",
     "Slide 1", "PowerPoint Presentation", "\ufffd\ufffdab", "a8f3e2b91c44", "Document1", "https://example.org/a b"],
)  # fmt: skip
def test_a_meaningless_metadata_title_gives_way_to_the_heading(metadata: str) -> None:
    assert choose_title(metadata, "Tide tables for Orlick", "x.pdf") == "Tide tables for Orlick"


def test_a_sensible_metadata_title_wins() -> None:
    assert choose_title("Annual Report 2023 of Acme", "Contents", "x.pdf") == "Annual Report 2023 of Acme"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("harbour-handbook_2024.pdf", "harbour handbook 2024"),
        ("ACTIVISIONBLIZZARD_2019_10K.pdf", "ACTIVISIONBLIZZARD 2019 10K"),
        ("quarterlyReportFinal.docx", "quarterly Report Final"),
        ("8K_dated-2022-05-20.pdf", "8K dated 2022-05-20"),
    ],
)
def test_without_title_and_heading_the_file_name_is_made_readable(name: str, title: str) -> None:
    assert choose_title("untitled", "Table of Contents", name) == title


def test_the_words_of_a_name_hold_it_whole_split_and_with_form_numbers_both_ways() -> None:
    words = words_of_name("filings/ACTIVISIONBLIZZARD_2019_10K.pdf").split()
    assert {"ACTIVISIONBLIZZARD_2019_10K", "ACTIVISIONBLIZZARD", "2019", "10K", "10-K"} <= set(words)
    assert "pdf" not in words


def test_a_name_with_line_breaks_and_undecodable_bytes_becomes_printable() -> None:
    title = choose_title("", "", "bad\nname\udcff_x.txt")
    assert title.isprintable()
    assert "bad name" in title
