"""A collection's embedder follows from the languages of its documents, and changes with them at the next sync."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ingest.embedders import EmbedderModels, EmbeddersByLanguage
from ingest.report import SyncReport
from tests.fakes import HashEmbedder, WordTokenizer
from tests.integration.killing import Index, opened

ENGLISH_TEXT = "The harbour master keeps the key of the lamp room in the second drawer of his desk, and counts it."
GERMAN_TEXT = "Der Hafenmeister verwahrt den Schlüssel der Lampenkammer in der zweiten Schublade seines Schreibtischs."


class ForAllLanguages(HashEmbedder):
    fingerprint = "all@1+prompts"


EMBEDDERS = EmbeddersByLanguage(
    EmbedderModels("english", HashEmbedder(), WordTokenizer()),
    ForAllLanguages.fingerprint,
    lambda: EmbedderModels("multilingual", ForAllLanguages(), WordTokenizer()),
)


def write(folder: Path, names: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.txt").write_text(f"{text}\n\n{name.upper()} {text}", encoding="utf-8")


def sync(index: Index, folder: Path, interrupt: threading.Event | None = None) -> SyncReport:
    def stop_after_one(progress: object) -> None:
        if interrupt is not None and progress.files_done == 1:  # type: ignore[attr-defined]
            interrupt.set()

    return index.ingest.sync(folder, collection="default", on_progress=stop_after_one, interrupt=interrupt)


def made_with(index: Index) -> str:
    found = index.catalogue.find_index("default")
    assert found is not None
    return found.embedder


def test_a_new_collection_in_another_language_has_the_embedder_for_all_from_the_start(home: Path, folder: Path) -> None:
    write(folder, "abc", GERMAN_TEXT)
    with opened(home, HashEmbedder(), EMBEDDERS) as index:
        report = sync(index, folder)
        assert made_with(index) == "all@1"
        assert len(report.added) == 3
        assert len(index.vectors.spaces()) == 1, "nothing was embedded with the other one"
        assert report.embedder == "multilingual"
        assert "3 of 3 documents are not in English (de 3)" in report.embedder_note


def test_an_english_collection_has_the_english_one_and_nothing_is_said_of_it(home: Path, folder: Path) -> None:
    write(folder, "abc", ENGLISH_TEXT)
    with opened(home, HashEmbedder(), EMBEDDERS) as index:
        report = sync(index, folder)
        assert (made_with(index), report.embedder, report.embedder_note) == ("hash@1", "english", "")


def test_documents_in_another_language_that_come_later_change_the_embedder_at_the_next_sync(
    home: Path, folder: Path
) -> None:
    write(folder, "abc", ENGLISH_TEXT)
    with opened(home, HashEmbedder(), EMBEDDERS) as index:
        sync(index, folder)
        write(folder, "xyz", GERMAN_TEXT)
        announced = sync(index, folder)
        assert made_with(index) == "hash@1"
        assert "the next sync embeds this collection anew with multilingual" in announced.embedder_note
        stop = threading.Event()
        with pytest.raises(KeyboardInterrupt):
            sync(index, folder, stop)
        assert made_with(index) == "hash@1", "the old index answers until the new one is complete"
        changed = sync(index, folder)
        assert made_with(index) == "all@1"
        assert len(changed.changed) < 6, "what the stopped sync embedded is not embedded again"
        listed = {document.id for document in index.catalogue.list_documents("default")}
        assert len(listed) == 6
        assert set(index.writer.documents_in(index.writer.indexes()[0][1].id)) == listed


def test_a_preview_of_a_sync_counts_what_the_other_embedder_makes_necessary(home: Path, folder: Path) -> None:
    write(folder, "ab", ENGLISH_TEXT)
    with opened(home, HashEmbedder(), EMBEDDERS) as index:
        sync(index, folder)
        write(folder, "xy", GERMAN_TEXT)
        sync(index, folder)
        assert len(index.ingest.preview(folder, collection="default").changed) == 4
