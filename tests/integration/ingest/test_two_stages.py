"""A sync makes documents searchable by their words first, and embeds them after that, each text once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.service.build_index import Lectern
from app.settings import read_settings
from ingest import embedding, windows
from ingest.embedding import EmbeddingProgress
from ingest.report import SyncProgress
from rag.protocols import MayGoOn, always
from rag.retrieval import DENSE, LEXICAL, Retrieval
from rag.types import Vectors
from tests.fakes import HashEmbedder
from tests.integration.inspection import index_content
from tests.integration.opening import open_index_of

LAMP = "The lamp of the lighthouse flashes three times every twenty seconds. "
BREAD = "The bakery on Harbour Street opens at six and sells seaweed bread. "
FERRY = "The ferry to the island leaves at noon and comes back at dusk. "


class CountingEmbedder(HashEmbedder):
    """Remembers the texts that it embedded."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.batches: list[int] = []

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        self.texts += texts
        self.batches.append(len(texts))
        return super().embed_passages(texts, may_go_on)

    def has_embedded(self, count: int, *, seconds: float = 30) -> bool:
        """Wait until so many texts are embedded."""
        until = time.monotonic() + seconds
        while len(self.texts) < count and time.monotonic() < until:
            time.sleep(0.01)
        return len(self.texts) >= count


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@contextmanager
def opened(home: Path, embedder: CountingEmbedder) -> Iterator[Lectern]:
    settings = read_settings(home=home, workers=1, reranker="off")
    with open_index_of(settings, embedder=embedder) as lectern:
        yield lectern


@pytest.fixture
def lectern(home: Path, embedder: CountingEmbedder) -> Iterator[Lectern]:
    with opened(home, embedder) as lectern:
        yield lectern


def retrieve(lectern: Lectern, question: str, collection: str = "default") -> Retrieval:
    return lectern.retriever.retrieve(question, collection=collection)


def stages_of(found: Retrieval) -> set[str]:
    return {stage for hit in found.hits for stage in hit.stages} & {DENSE, LEXICAL}


def embedded(lectern: Lectern) -> dict[str, bool]:
    return {document.path: document.is_embedded for document in lectern.catalogue.list_documents("default")}


def test_words_answer_before_anything_is_embedded_and_say_so(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path, home: Path
) -> None:
    (folder / "light.txt").write_text(LAMP)
    report = lectern.ingest.sync(folder, collection="default", words_only=True)
    assert (report.added, report.to_embed, report.embedded) == (["light.txt"], 1, 0)
    assert embedder.texts == []
    found = retrieve(lectern, "How often does the lamp flash?")
    assert stages_of(found) == {LEXICAL}
    assert found.notices[0].startswith("1 of 1 searched documents are found by their words only so far")
    assert lectern.catalogue.list_collections()[0].words_only == 1
    assert embedded(lectern) == {"light.txt": False}

    assert lectern.ingest.embed().embedded == 1
    found = retrieve(lectern, "How often does the lamp flash?")
    assert (stages_of(found), found.notices) == ({DENSE, LEXICAL}, ())
    assert embedded(lectern) == {"light.txt": True}
    assert set(index_content(home, lectern.vectors)) == {"light.txt"}


def test_the_next_sync_embeds_what_the_last_one_left(lectern: Lectern, folder: Path) -> None:
    (folder / "light.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default", words_only=True)
    report = lectern.ingest.sync(folder, collection="default")
    assert (report.unchanged, report.embedded, report.to_embed) == (1, 1, 0)


def test_both_stages_show_their_progress_and_the_report_is_there_between_them(lectern: Lectern, folder: Path) -> None:
    (folder / "light.txt").write_text(LAMP)
    (folder / "bread.txt").write_text(BREAD)
    told: list[object] = []
    lectern.ingest.sync(
        folder, collection="default", on_progress=told.append, on_words=lambda report: told.append(report.to_embed)
    )
    between = told.index(2)
    steps = [step for step in told if isinstance(step, SyncProgress)]
    assert [(step.files_done, step.chunks_to_embed) for step in steps[:between]] == [(0, 0), (1, 0), (2, 0)]
    embedding_steps = [(step.files_done, step.chunks_embedded, step.chunks_to_embed) for step in steps[between:]]
    assert (embedding_steps[0], embedding_steps[-1]) == ((2, 0, 2), (2, 2, 2))


def test_a_changed_document_has_only_its_changed_chunks_embedded(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path, home: Path
) -> None:
    path = folder / "log.txt"
    path.write_text("\n\n".join([LAMP * 20, BREAD * 20, FERRY * 20]))
    whole = lectern.ingest.sync(folder, collection="default").embedded
    embedder.texts.clear()
    path.write_text("\n\n".join([LAMP * 20, BREAD * 20, FERRY.replace("noon", "ten") * 20]))
    report = lectern.ingest.sync(folder, collection="default")
    assert 0 < len(embedder.texts) < whole
    assert all("leaves at ten" in text or "seaweed bread" in text for text in embedder.texts)
    assert not any("lighthouse" in text for text in embedder.texts)
    assert report.embedded == len(embedder.texts)
    assert "leaves at ten" in " ".join(index_content(home, lectern.vectors)["log.txt"])


def test_the_same_file_in_another_collection_is_not_embedded_again(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path
) -> None:
    (folder / "light.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default")
    embedder.texts.clear()
    report = lectern.ingest.sync(folder, collection="second")
    assert (report.added, report.embedded, report.to_embed, embedder.texts) == (["light.txt"], 0, 0, [])
    assert stages_of(retrieve(lectern, "lamp", "second")) == {DENSE, LEXICAL}


def test_a_text_that_two_new_documents_share_is_embedded_once(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path
) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "notice.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default", words_only=True)
    assert len({chunk.embedding_hash for chunk in chunks_of(lectern)}) in (1, 2)
    lectern.ingest.embed()
    assert len(embedder.texts) == len({chunk.embedding_hash for chunk in chunks_of(lectern)})


def test_what_was_embedded_a_moment_ago_and_is_not_stored_yet_is_not_embedded_again(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW_CHUNKS", 1)
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default", words_only=True)
    report = lectern.ingest.embed()
    assert len(embedder.texts) == len({chunk.embedding_hash for chunk in chunks_of(lectern)})
    assert report.embedded + report.reused == 3


def test_cores_that_reading_leaves_embed_what_is_read_already(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path, home: Path
) -> None:
    (folder / "light.txt").write_text("\n\n".join(f"Entry {number}. {LAMP * 12}" for number in range(20)))
    first = lectern.ingest.sync(folder, collection="default", words_only=True).to_embed
    index = lectern.catalogue.find_index("default")
    assert index is not None
    embedder.batches.clear()
    with lectern.embedding.beside_reading("default") as ahead:
        ahead.start(index)
        ahead.cores.leave(1)
        assert embedder.has_embedded(first)
        assert max(embedder.batches) <= windows.TEXTS_PER_CORE
        assert embedded(lectern) == {"light.txt": False}
        (folder / "bread.txt").write_text(BREAD)
        lectern.ingest.sync(folder, collection="default", words_only=True)
        report = lectern.embedding.run(ahead=ahead)
    assert (report.embedded, report.left) == (first + 1, 0)
    assert len(embedder.texts) == len(set(embedder.texts)) == first + 1
    assert set(index_content(home, lectern.vectors)) == {"bread.txt", "light.txt"}


def test_nothing_is_embedded_while_reading_needs_all_cores(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path
) -> None:
    (folder / "light.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default", words_only=True)
    index = lectern.catalogue.find_index("default")
    assert index is not None
    with lectern.embedding.beside_reading("default") as ahead:
        ahead.start(index)
        assert not embedder.has_embedded(1, seconds=0.3)
    assert embedder.texts == []
    assert embedded(lectern) == {"light.txt": False}


def chunks_of(lectern: Lectern) -> list[embedding.Chunk]:
    return [
        chunk
        for document in lectern.catalogue.list_documents("default")
        for _, chunk in lectern.catalogue.load_document_chunks("default", document.id)
    ]


def test_a_long_document_that_was_cut_off_goes_on_where_it_was(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW_CHUNKS", 4)
    monkeypatch.setattr(embedding, "WINDOWS_AHEAD", 1)
    text = "\n\n".join(f"Entry {number} of the log. {LAMP * 12}" for number in range(30))
    (folder / "log.txt").write_text(text)
    total = lectern.ingest.sync(folder, collection="default", words_only=True).to_embed
    assert total > 16
    stop = threading.Event()

    def stop_after_two_windows(progress: EmbeddingProgress) -> None:
        if progress.done >= 8:
            stop.set()

    with pytest.raises(KeyboardInterrupt):
        lectern.ingest.embed(on_progress=stop_after_two_windows, interrupt=stop)
    assert embedded(lectern) == {"log.txt": False}
    embedder.texts.clear()
    assert lectern.ingest.embed().left == 0
    assert len(embedder.texts) <= total - 8
    assert len(index_content(home, lectern.vectors)["log.txt"]) == total


def test_a_document_that_is_removed_while_it_is_embedded_leaves_no_vectors(
    lectern: Lectern, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW_CHUNKS", 1)
    (folder / "bread.txt").write_text(BREAD)
    (folder / "light.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default", words_only=True)
    ids = {document.path: document.id for document in lectern.catalogue.list_documents("default")}

    def remove(progress: EmbeddingProgress) -> None:
        if not progress.done:
            lectern.ingest.remove(list(ids.values())[:1])

    lectern.ingest.embed(on_progress=remove)
    assert len(index_content(home, lectern.vectors)) == 1
    assert retrieve(lectern, "lamp bread").notices == ()


def test_a_document_that_somebody_asks_about_is_embedded_first(
    lectern: Lectern, embedder: CountingEmbedder, folder: Path
) -> None:
    for number in range(6):
        (folder / f"log{number}.txt").write_text(f"Entry {number}. {LAMP}")
    lectern.ingest.sync(folder, collection="default", words_only=True)
    ids = {document.path: document.id for document in lectern.catalogue.list_documents("default")}
    lectern.foreground.note_asked_about([ids["log2.txt"]])
    lectern.ingest.embed()
    order = sorted(
        range(6), key=lambda number: next(at for at, text in enumerate(embedder.texts) if f"Entry {number}" in text)
    )
    assert order[0] == 2


def test_embedding_gives_way_to_another_sync_and_goes_on_later(lectern: Lectern, folder: Path) -> None:
    (folder / "light.txt").write_text(LAMP)
    report = lectern.ingest.sync(folder, collection="default", stop_embedding=lambda: True)
    assert report.to_embed + report.embedded == 1
    lectern.ingest.embed()
    assert not lectern.ingest.has_to_embed()


def test_an_index_of_another_reading_that_was_taken_back_does_not_answer(
    lectern: Lectern, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "light.txt").write_text(LAMP)
    lectern.ingest.sync(folder, collection="default")
    before = lectern.catalogue.find_index("default")
    with monkeypatch.context() as other_reading:
        other_reading.setattr("ingest.pipeline.PARSER_VERSION", 99)
        (folder / "bread.txt").write_text(BREAD)
        lectern.ingest.sync(folder, collection="default", words_only=True)
    lectern.ingest.sync(folder, collection="default")
    assert lectern.catalogue.find_index("default") == before
    assert embedded(lectern) == {"bread.txt": True, "light.txt": True}
