"""Another embedder, or another way of reading, builds a second index of the whole collection beside the first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.service.build_index import Lectern
from app.settings import read_settings
from ingest.report import SyncProgress
from rag.types import Vector
from tests.fakes import HashEmbedder
from tests.integration.engines import IS_ON
from tests.integration.inspection import index_content
from tests.integration.opening import open_index_of


class OtherEmbedder(HashEmbedder):
    """Another space: vectors of the two do not compare."""

    fingerprint = "hash@2"

    def embed_question(self, text: str) -> Vector:
        return super().embed_question(text)[::-1].copy()


@contextmanager
def opened(home: Path, embedder: HashEmbedder | None = None, **given: Any) -> Iterator[Lectern]:
    settings = read_settings(home=home, workers=1, reranker="off", **given)
    with open_index_of(settings, embedder=embedder) as lectern:
        yield lectern


def found(lectern: Lectern, question: str = "letter herring") -> set[str]:
    return {hit.document.path for hit in lectern.retriever.retrieve(question, collection="default").hits}


def made_with(lectern: Lectern) -> str:
    index = lectern.catalogue.find_index("default")
    assert index is not None
    return index.embedder


@pytest.fixture
def folders(tmp_path: Path, home: Path) -> tuple[Path, Path]:
    """Two folders of one collection, indexed with the first embedder."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, names in ((one, ("a", "b", "c")), (two, ("x", "y"))):
        folder.mkdir()
        for name in names:
            (folder / f"{name}.txt").write_text(f"The letter {name} speaks of herring. " * 20)
    with opened(home) as lectern:
        lectern.ingest.sync(one, collection="default")
        lectern.ingest.sync(two, collection="default")
    return one, two


ALL = {"a.txt", "b.txt", "c.txt", "x.txt", "y.txt"}


def test_the_old_index_answers_until_the_new_one_holds_every_folder_and_then_is_gone(
    home: Path, folders: tuple[Path, Path]
) -> None:
    seen: list[tuple[str, set[str]]] = []
    with opened(home, OtherEmbedder()) as lectern:

        def look(progress: SyncProgress) -> None:
            seen.append((made_with(lectern), found(lectern)))

        lectern.ingest.sync(folders[0], collection="default", on_progress=look)
        assert {index for index, _ in seen} == {"hash@1"}
        assert all(documents == ALL for _, documents in seen)
        assert (made_with(lectern), found(lectern)) == ("hash@2", ALL)
        assert len(lectern.vectors.spaces()) == 1
        assert IS_ON or len([path for path in (home / "chroma").iterdir() if path.is_dir()]) == 1
        assert set(index_content(home, lectern.vectors)) == ALL


def test_a_change_that_was_stopped_goes_on_where_it_was(home: Path, folders: tuple[Path, Path]) -> None:
    stop = threading.Event()
    with opened(home, OtherEmbedder()) as lectern:

        def stop_after_one(progress: SyncProgress) -> None:
            if progress.files_done == 1:
                stop.set()

        with pytest.raises(KeyboardInterrupt):
            lectern.ingest.sync(folders[0], collection="default", on_progress=stop_after_one, interrupt=stop)
        assert (made_with(lectern), found(lectern)) == ("hash@1", ALL)
        report = lectern.ingest.sync(folders[0], collection="default")
        assert len(report.changed) < 3, "what was embedded already is not embedded again"
        assert (made_with(lectern), found(lectern)) == ("hash@2", ALL)


def test_a_change_that_is_taken_back_half_way_notices_what_changed_meanwhile(
    home: Path, folders: tuple[Path, Path]
) -> None:
    (folders[0] / "a.txt").write_text("The letter a speaks of mackerel now. " * 20)
    stop = threading.Event()
    with opened(home, OtherEmbedder()) as lectern, pytest.raises(KeyboardInterrupt):
        lectern.ingest.sync(
            folders[0], collection="default", on_progress=lambda step: step.files_done and stop.set(), interrupt=stop
        )
    with opened(home) as lectern:
        lectern.ingest.sync(folders[0], collection="default")
        texts = index_content(home, lectern.vectors)
        assert "mackerel" in "".join(texts["a.txt"])
        assert "herring" not in "".join(texts["a.txt"])
        assert found(lectern) == ALL


def test_a_folder_that_is_away_is_embedded_from_the_catalogue(home: Path, folders: tuple[Path, Path]) -> None:
    folders[1].rename(folders[1].with_name("away"))
    with opened(home, OtherEmbedder()) as lectern:
        lectern.ingest.sync(folders[0], collection="default")
        assert (made_with(lectern), found(lectern)) == ("hash@2", ALL)
        folders[1].with_name("away").rename(folders[1])
        assert lectern.ingest.sync(folders[1], collection="default").unchanged == 2


def test_a_folder_that_is_away_when_the_reading_changes_is_read_once_it_is_back(
    home: Path, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders[1].rename(folders[1].with_name("away"))
    monkeypatch.setattr("ingest.pipeline.PARSER_VERSION", 99)
    with opened(home) as lectern:
        lectern.ingest.sync(folders[0], collection="default")
        assert found(lectern) == ALL
        folders[1].with_name("away").rename(folders[1])
        assert set(lectern.ingest.sync(folders[1], collection="default").changed) == {"x.txt", "y.txt"}
        assert {document.state for document in lectern.catalogue.list_documents("default")} == {"indexed"}


def test_a_file_renamed_during_the_change_answers_all_the_time(home: Path, folders: tuple[Path, Path]) -> None:
    (folders[0] / "a.txt").rename(folders[0] / "renamed.txt")
    renamed = ALL - {"a.txt"} | {"renamed.txt"}
    seen: list[set[str]] = []
    with opened(home, OtherEmbedder()) as lectern:
        lectern.ingest.sync(folders[0], collection="default", on_progress=lambda step: seen.append(found(lectern)))
        assert all(documents == renamed for documents in seen)
        assert found(lectern) == renamed


def test_a_query_during_the_swap_sees_one_index_whole(
    home: Path, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The swap happens after the search and before what was found is loaded."""
    with opened(home, OtherEmbedder()) as lectern:
        load, swapped = lectern.catalogue.load_chunks, threading.Event()

        def swap_then_load(collection: str, ids: list[str]) -> object:
            if not swapped.is_set():
                swapped.set()
                lectern.ingest.sync(folders[0], collection="default")
                assert made_with(lectern) == "hash@2"
            return load(collection, ids)

        monkeypatch.setattr(lectern.catalogue, "load_chunks", swap_then_load)
        assert found(lectern) == ALL
        assert swapped.is_set()


def test_a_folder_that_may_not_be_read_any_more_moves_along_from_the_catalogue(
    home: Path, folders: tuple[Path, Path]
) -> None:
    allowed, closed = folders
    (closed / "x.txt").write_text("The letter x speaks of treason. " * 20)
    with opened(home, OtherEmbedder(), folder_roots=[allowed]) as lectern:
        lectern.ingest.sync(allowed, collection="default")
        assert (made_with(lectern), found(lectern)) == ("hash@2", ALL)
        content = index_content(home, lectern.vectors)
    assert set(content) == ALL
    assert not any("treason" in text for texts in content.values() for text in texts)
