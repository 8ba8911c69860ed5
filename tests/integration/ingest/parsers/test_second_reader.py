"""A file on which the reader of its format fails is read by unstructured, and says so."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from ingest.parsers.options import ParseOptions
from ingest.parsers.second_reader import SECOND_READ
from ingest.parsing import parse_file
from rag.errors import ParseError


def fail(path: Path, options: ParseOptions) -> None:
    raise KeyError("word/odd.xml")


def test_a_word_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    document.add_heading("Berths", level=1)
    document.add_paragraph("A berth costs 32 crowns a night.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "to 8 m", "18.50"
    document.save(str(tmp_path / "berths.docx"))
    monkeypatch.setattr("ingest.parsers.docx.document.parse_docx", fail)
    read = parse_file(tmp_path / "berths.docx", ParseOptions())
    assert "A berth costs 32 crowns a night." in read.pages[0].text
    assert "to 8 m | 18.50" in read.pages[0].text
    assert [section.title for section in read.sections] == ["Berths"]
    assert read.warnings == (SECOND_READ,)


def test_a_web_page_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ferry.html").write_text(
        "<html><body><h1>Ferry</h1><p>The crossing takes 55 minutes.</p></body></html>"
    )
    monkeypatch.setattr("ingest.parsers.html.document.parse_html", fail)
    read = parse_file(tmp_path / "ferry.html", ParseOptions())
    assert "The crossing takes 55 minutes." in read.pages[0].text
    assert read.warnings == (SECOND_READ,)


def test_what_neither_reads_is_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ferry.html").write_text("<html><body></body></html>")
    monkeypatch.setattr("ingest.parsers.html.document.parse_html", fail)
    with pytest.raises(ParseError, match=r"damaged .* \(KeyError\)"):
        parse_file(tmp_path / "ferry.html", ParseOptions())
