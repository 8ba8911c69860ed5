"""What stands in a document stands in the index, unaltered and beside what it is about: one sync of all cases."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.settings import read_settings
from ingest.parsers import ocr
from ingest.report import SyncReport
from tests.integration.ingest.cases import CASES, Case, make_links, make_text_files
from tests.integration.inspection import opened_stores
from tests.integration.opening import open_index_of
from tests.paths import CHECKOUT

DOCUMENTS = CHECKOUT / "tests" / "data" / "cases"


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index holds, by the folder of the case: chunks with their headers, and pages, each on one line."""

    report: SyncReport
    passages: Mapping[str, list[str]]
    pages: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    folder = tmp_path_factory.mktemp("cases") / "documents"
    shutil.copytree(DOCUMENTS, folder)
    make_text_files(folder / "37-text-files-with-other-extensions")
    make_links(folder / "38-symlinked-copies")
    settings = read_settings(home=folder.parent / "home", workers=2)
    with open_index_of(settings) as lectern:
        report = lectern.ingest.sync(folder, collection="default")
    joins = "JOIN generations ON generations.id = generation_id JOIN documents ON documents.id = document_id"
    return Indexed(
        report,
        read_texts(settings.home, f"SELECT path, chunks.header || ' ' || chunks.text FROM chunks {joins}"),
        read_texts(settings.home, f"SELECT path, pages.text FROM pages {joins}"),
    )


def read_texts(home: Path, query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with opened_stores(home) as stores:
        for path, text in stores.query(query):
            found.setdefault(path.partition("/")[0], []).append(" ".join(text.split()))
    return found


def test_every_file_of_the_cases_is_read(indexed: Indexed) -> None:
    pictures = [] if ocr.is_available() else ["receipt.jpg", "receipt.png"]
    assert [Path(file.path).name for file in indexed.report.failed] == pictures


def test_names_of_one_file_are_read_once(indexed: Indexed) -> None:
    assert len(indexed.pages["38-symlinked-copies"]) == 1
    assert len([path for path, _ in indexed.report.skipped if path.startswith("38")]) == 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_stands_in_the_document_stands_in_the_index(indexed: Indexed, case: Case) -> None:
    if case.name.startswith("52") and not ocr.is_available():
        pytest.skip("the OCR package is not installed")
    passages, pages = indexed.passages[case.name], " ".join(indexed.pages[case.name])
    for parts in case.together:
        assert any(all(part in passage for part in parts) for passage in passages), parts
    for form in case.nowhere:
        assert form not in pages, form
        assert not [passage for passage in passages if form in passage]
