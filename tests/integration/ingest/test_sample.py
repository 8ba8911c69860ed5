"""Checks the sample documents themselves: formats, traps, and that every gold answer is where it is said to be."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pypandoc
import pypdfium2
import pytest

from tests.paths import CHECKOUT

DATA = CHECKOUT / "data"
SAMPLE = DATA / "sample"
SOURCE = DATA / "sample_source"
FORMATS = {"pdf", "docx", "pptx", "xlsx", "csv", "html", "md", "txt", "eml", "epub", "odt", "rtf"}
SCAN = "harbour-commissioners-1911.pdf"
QUESTIONS = [json.loads(line) for line in (SOURCE / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
ANSWERABLE = [question for question in QUESTIONS if question["document"]]


def _pdf_pages(path: Path) -> list[str]:
    if path.name == SCAN:
        return (SOURCE / "texts" / "commissioners-1911.txt").read_text(encoding="utf-8").split("<<<page>>>")
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def _docx_pages(path: Path) -> list[str]:
    document = docx.Document(str(path))
    rows = [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return ["\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows])]


def _slide_text(slide: Any) -> str:
    lines = []
    for shape in slide.shapes:
        if shape.has_table:
            lines += [" ".join(cell.text for cell in row.cells) for row in shape.table.rows]
        elif shape.has_text_frame:
            lines.append(shape.text_frame.text)
    return "\n".join(lines)


def _pptx_pages(path: Path) -> list[str]:
    return [_slide_text(slide) for slide in pptx.Presentation(str(path)).slides]


def _xlsx_pages(path: Path) -> list[str]:
    workbook = openpyxl.load_workbook(path)
    return [
        "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in sheet.iter_rows(values_only=True))
        for sheet in workbook.worksheets
    ]


def _plain_page(path: Path) -> list[str]:
    return [path.read_text(encoding="utf-8")]


def _pandoc_page(path: Path) -> list[str]:
    return [pypandoc.convert_file(str(path), "plain", format=path.suffix[1:], extra_args=["--wrap=none"])]


READERS: dict[str, Callable[[Path], list[str]]] = {
    ".pdf": _pdf_pages,
    ".docx": _docx_pages,
    ".pptx": _pptx_pages,
    ".xlsx": _xlsx_pages,
    ".epub": _pandoc_page,
    ".odt": _pandoc_page,
    ".rtf": _pandoc_page,
}


def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(text)).replace("\u2019", "'")


def test_there_is_a_document_of_every_supported_format_and_nothing_else() -> None:
    assert {path.suffix[1:] for path in SAMPLE.iterdir()} == FORMATS


def test_question_ids_are_unique_and_some_questions_have_no_answer() -> None:
    ids = [question["id"] for question in QUESTIONS]
    assert len(set(ids)) == len(ids)
    assert len(ANSWERABLE) >= 25
    assert all(question["pages"] == [] for question in QUESTIONS if question["document"] is None)
    assert len(QUESTIONS) - len(ANSWERABLE) >= 3


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_the_evidence_stands_on_the_gold_page(question: dict[str, Any]) -> None:
    path = SAMPLE / question["document"]
    pages = READERS.get(path.suffix, _plain_page)(path)
    gold = _normal("\n".join(pages[page] for page in question["pages"]))
    assert question["evidence"]
    for evidence in question["evidence"]:
        assert _normal(evidence) in gold


def test_every_document_has_a_question() -> None:
    asked = {question["document"] for question in ANSWERABLE}
    assert {path.name for path in SAMPLE.iterdir()} == asked


def test_the_scan_has_pictures_and_no_text() -> None:
    with pypdfium2.PdfDocument(SAMPLE / SCAN) as document:
        assert len(document) == 2
        assert all(page.get_textpage().count_chars() == 0 for page in document)
        assert all(len(list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) == 1 for page in document)


def test_the_handbook_has_an_outline_and_page_labels() -> None:
    with pypdfium2.PdfDocument(SAMPLE / "harbour-handbook-2024.pdf") as document:
        assert [document.get_page_label(page) for page in range(4)] == ["i", "ii", "1", "2"]
        entries = {bookmark.get_title(): bookmark.get_dest().get_index() for bookmark in document.get_toc()}
    assert entries["2 The lighthouse on Carrow Head"] == 3
    assert len(entries) == 11


def test_the_samples_come_out_the_same_twice(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
        subprocess.run([sys.executable, SOURCE / "make_samples.py", folder], check=True, timeout=120)
    made = sorted(path.name for path in folders[0].iterdir())
    assert len(made) == 10
    assert set(made) <= {path.name for path in SAMPLE.iterdir()}
    for name in made:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
