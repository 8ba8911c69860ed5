"""What any catalogue promises to the pipelines: run on the fake in dicts, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import URL

from ingest.embedders import EmbedderModels, OneEmbedder
from ingest.embedding import DocumentEmbedding
from ingest.parsers.options import ParseOptions
from ingest.pipeline import IngestPipeline
from ingest.protocols import Catalogue
from ingest.stages import ReadSettings
from rag.errors import ConfigurationError, NotFoundError
from rag.protocols import Searcher
from rag.storage.catalogue.dialects.choice import open_catalogue
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.writer import CatalogueWriter
from rag.types import Chunk, DocumentLabel, FileState, IndexInfo, Page, ParsedDocument, Span, VectorKey
from tests.fake_catalogue import DictCatalogue, DictSearcher
from tests.fakes import DictIndex, HashEmbedder, WordTokenizer

ROOT = Path("/documents")
FIRST, SECOND = "hash@1+chunks1", "hash@2+chunks1"


@dataclass
class Filled:
    """A catalogue with one collection, folder and index."""

    catalogue: Catalogue
    searcher: Searcher
    collection: int
    folder: int
    index: IndexInfo

    def add(self, path: str, *texts: str, index: IndexInfo | None = None) -> int:
        """Index a file of one page whose chunks are these texts."""
        index = index or self.index
        file = file_of(path, "\n".join(texts))
        document = self.catalogue.open_document(self.collection, self.folder, file)
        key = VectorKey(index.space, f"{document}.{index.id}.{file.sha256}", len(texts))
        self.catalogue.announce_vectors(key)
        parsed = ParsedDocument(Path(path).stem, "txt", (Page(0, "\n".join(texts), ()),))
        chunks = [Chunk(number, text, path, "", (Span(0, 0, len(text)),)) for number, text in enumerate(texts)]
        self.catalogue.commit_version(document, index.id, file, parsed, chunks, key=key, names=path)
        return document

    def state(self, path: str, index: IndexInfo | None = None) -> tuple[str, int | None]:
        record = self.catalogue.known_files(self.folder, (index or self.index).id)[path.encode()]
        return record.state, record.version_index

    def found(self, question: str, **how: object) -> list[str]:
        hits = self.searcher.lexical_search("default", question, limit=10, **how)  # type: ignore[arg-type]
        chunks = self.searcher.load_chunks("default", [id_ for id_, _ in hits])
        return [chunks[id_][1].text for id_, _ in hits]


def file_of(path: str, text: str) -> FileState:
    return FileState(path, path.encode(), len(text), 1, f"{abs(hash(text)):x}")


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Filled]:
    fake = DictCatalogue()
    parts: tuple[Catalogue, Searcher] = (fake, DictSearcher(fake))
    engine = None
    if request.param != "fake":
        place: Path | URL = tmp_path / "catalogue.sqlite"
        if request.param == "postgresql":
            place = request.getfixturevalue("postgresql").new_schema()
        engine = open_catalogue(place)
        parts = (CatalogueWriter(engine, place), CatalogueReader(engine, place))
    catalogue, searcher = parts
    collection = catalogue.open_collection("default")
    folder = catalogue.open_folder(collection, ROOT)
    yield Filled(catalogue, searcher, collection, folder, catalogue.open_index(collection, FIRST))
    if engine is not None:
        engine.dispose()


# --- collections, folders, indexes ---


def test_what_is_opened_twice_is_one(filled: Filled) -> None:
    catalogue, collection = filled.catalogue, filled.collection
    assert catalogue.open_collection("default") == catalogue.find_collection("default") == collection
    assert catalogue.open_folder(collection, ROOT) == filled.folder
    assert catalogue.folder_roots(collection) == {ROOT: filled.folder}
    assert catalogue.open_index(collection, FIRST) == catalogue.find_index(collection, FIRST) == filled.index
    assert catalogue.find_collection("another") is None
    assert catalogue.find_index(collection, SECOND) is None


def test_the_first_index_answers_until_another_takes_over(filled: Filled) -> None:
    catalogue, collection = filled.catalogue, filled.collection
    document = filled.add("a.txt", "the lamp flashes")
    old = catalogue.vector_keys(filled.index.id)[document]
    second = catalogue.open_index(collection, SECOND)
    assert (filled.index.is_active, second.is_active) == (True, False)
    assert not catalogue.is_complete(collection, second.id)
    filled.add("a.txt", "the lamp flashes", index=second)
    assert catalogue.is_complete(collection, second.id)
    assert filled.searcher.find_index("default") == filled.index
    catalogue.activate_index(collection, second.id)
    assert catalogue.active_index(collection) == replace(second, is_active=True)
    assert catalogue.live_spaces() == {second.space}
    assert [key.key for key in catalogue.journalled_vectors()] == [old.key]
    assert filled.found("lamp") == ["the lamp flashes"]


def test_a_collection_goes_with_all_that_is_in_it(filled: Filled) -> None:
    filled.add("a.txt", "the lamp flashes")
    assert filled.catalogue.delete_collection("default") == [filled.index.space]
    assert filled.catalogue.find_collection("default") is None
    assert filled.catalogue.live_spaces() == set()
    assert [key.space for key in filled.catalogue.journalled_vectors()] == [filled.index.space]
    for act in (filled.catalogue.delete_collection, filled.searcher.find_index, filled.searcher.list_labels):
        with pytest.raises(NotFoundError):
            act("default")


# --- documents ---


def test_a_file_is_failed_until_a_version_of_it_is_stored(filled: Filled) -> None:
    document = filled.catalogue.open_document(filled.collection, filled.folder, file_of("a.txt", ""))
    assert filled.state("a.txt") == ("failed", None)
    assert filled.add("a.txt", "the lamp flashes") == document
    assert filled.state("a.txt") == ("indexed", filled.index.id)
    assert filled.catalogue.documents_in(filled.index.id) == [document]


def test_a_stored_version_can_be_read_back(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp flashes", "three times")
    parsed, chunks, key = filled.catalogue.load_version(document, filled.index.id)
    assert (parsed.title, [page.text for page in parsed.pages]) == ("a", ["the lamp flashes\nthree times"])
    assert [chunk.text for chunk in chunks] == ["the lamp flashes", "three times"]
    assert filled.catalogue.vector_keys(filled.index.id) == {document: key}
    assert key.count == 2


def test_a_new_version_takes_the_place_of_the_old_one_whose_vectors_are_to_go(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp flashes")
    old = filled.catalogue.vector_keys(filled.index.id)[document]
    filled.add("a.txt", "the horn sounds")
    assert filled.found("lamp") == []
    assert filled.found("horn") == ["the horn sounds"]
    assert filled.searcher.load_chunks("default", old.ids) == {}
    assert filled.catalogue.journalled_vectors() == [old]
    filled.catalogue.clear_journal([old])
    assert filled.catalogue.journalled_vectors() == []


def test_vectors_that_were_announced_and_never_referred_to_are_remembered(filled: Filled) -> None:
    key = VectorKey(filled.index.space, "1.1.abc", 2)
    filled.catalogue.announce_vectors(key)
    assert filled.catalogue.journalled_vectors() == [key]


def test_a_failure_leaves_the_last_good_version_answering(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp flashes")
    filled.catalogue.record_failure(document, attempt="1.1", reason="It is damaged.", remedy="Repair it.")
    assert filled.state("a.txt") == ("stale", filled.index.id)
    record = filled.catalogue.known_files(filled.folder, filled.index.id)[b"a.txt"]
    assert (record.failed_attempt, record.reason, record.remedy) == ("1.1", "It is damaged.", "Repair it.")
    assert filled.found("lamp") == ["the lamp flashes"]
    filled.catalogue.touch(document, replace(file_of("a.txt", "the lamp flashes"), mtime_ns=2))
    record = filled.catalogue.known_files(filled.folder, filled.index.id)[b"a.txt"]
    assert (record.state, record.reason, record.mtime_ns) == ("indexed", "", 2)


def test_a_renamed_document_keeps_its_chunks_and_takes_the_place_of_a_failed_one(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp flashes")
    filled.catalogue.open_document(filled.collection, filled.folder, file_of("b.txt", ""))
    filled.catalogue.rename(document, file_of("b.txt", "the lamp flashes"), "b")
    known = filled.catalogue.known_files(filled.folder, filled.index.id)
    assert {path: record.document_id for path, record in known.items()} == {b"b.txt": document}
    assert filled.found("lamp") == ["the lamp flashes"]
    label = DocumentLabel("a b.txt", path="b.txt", folder="/documents", file_type="txt")
    assert filled.searcher.list_labels("default") == {document: label}


def test_a_removed_document_is_gone_or_kept_out(filled: Filled) -> None:
    gone, out = filled.add("gone.txt", "the lamp"), filled.add("out.txt", "the lamp")
    filled.catalogue.remove_documents([gone])
    filled.catalogue.remove_documents([out], keep_out=True)
    known = filled.catalogue.known_files(filled.folder, filled.index.id)
    assert {path: record.state for path, record in known.items()} == {b"out.txt": "removed"}
    assert filled.found("lamp") == []
    assert len(filled.catalogue.journalled_vectors()) == 2
    assert filled.catalogue.erase_traces()


def test_a_run_can_be_recorded_also_of_a_sync_that_could_not_begin(filled: Filled) -> None:
    first = filled.catalogue.start_run(filled.collection, ROOT)
    filled.catalogue.finish_run(first, filled.folder, outcome="done", report="{}")
    second = filled.catalogue.start_run(filled.collection, ROOT)
    filled.catalogue.finish_run(second, None, outcome="failed", report="{}")
    assert second != first


# --- what a question reads ---


def test_any_of_the_words_is_enough_and_the_better_match_comes_first(filled: Filled) -> None:
    filled.add("a.txt", "the lamp of the lighthouse flashes", "the bakery opens at six", "a lighthouse")
    assert filled.found("lamp lighthouse")[0] == "the lamp of the lighthouse flashes"
    assert set(filled.found("lamp lighthouse")) == {"the lamp of the lighthouse flashes", "a lighthouse"}
    assert filled.found("submarine") == []
    assert filled.found("") == []
    assert filled.searcher.lexical_search("default", "lighthouse", limit=1)[0][1] > 0
    assert len(filled.searcher.lexical_search("default", "lighthouse", limit=1)) == 1


@pytest.mark.parametrize("question", ['"lamp', "lamp AND NOT", "NEAR( lamp", "lamp*", "text: lamp", "lamp'); --"])
def test_a_question_is_words_and_no_syntax(filled: Filled, question: str) -> None:
    filled.add("a.txt", "the lamp flashes")
    assert filled.found(question) == ["the lamp flashes"]


def test_a_search_among_named_documents_finds_theirs_only(filled: Filled) -> None:
    filled.add("a.txt", "the lamp")
    second = filled.add("b.txt", "a lamp")
    assert filled.found("lamp", document_ids=[second]) == ["a lamp"]
    assert filled.found("lamp", document_ids=[]) == []


def test_documents_are_found_by_their_fields(filled: Filled) -> None:
    first, second = filled.add("notes/a.txt", "the lamp"), filled.add("b.txt", "a lamp")
    find = filled.searcher.find_documents
    assert sorted(find("default", {})) == sorted([first, second])
    assert find("default", {"document": "NOTES/*"}) == [first]
    assert find("default", {"document": "*.txt", "title": "b"}) == [second]
    assert find("default", {"type": "pdf"}) == []
    with pytest.raises(ConfigurationError, match="colour"):
        find("default", {"colour": "red"})


def test_pages_are_read_by_number(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp")
    assert filled.searcher.load_pages(document, [0, 7]) == {0: Page(0, "the lamp", ())}
    assert filled.searcher.load_pages(999, [0]) == {}


# --- the pipeline on any catalogue ---


def pipeline_on(catalogue: Catalogue, vectors: DictIndex) -> IngestPipeline:
    def refuse() -> object:
        raise AssertionError("no file is to be read")

    return IngestPipeline(
        catalogue=catalogue,
        vectors=vectors,
        embedders=OneEmbedder(EmbedderModels("hash", HashEmbedder(), WordTokenizer())),
        settings=ReadSettings(1, 60, 1 << 30, 1 << 20, 64, ParseOptions()),
        open_pool=refuse,  # type: ignore[arg-type]
    )


def embedding_on(catalogue: Catalogue, vectors: DictIndex) -> DocumentEmbedding:
    return DocumentEmbedding(catalogue=catalogue, vectors=vectors, find_embedder=lambda index: HashEmbedder())


def test_lost_vectors_are_made_again_from_the_catalogue(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp", "flashes")
    vectors = DictIndex()
    embedding = embedding_on(filled.catalogue, vectors)
    embedding.mark_lost()
    assert [version.document_id for version in filled.catalogue.unembedded()] == [document]
    assert embedding.run().embedded == 2
    key = next(iter(filled.catalogue.vector_keys(filled.index.id).values()))
    assert sorted(vectors.ids(filled.index.space)) == key.ids


def test_a_removal_deletes_the_vectors_too(filled: Filled) -> None:
    document = filled.add("a.txt", "the lamp")
    key = filled.catalogue.vector_keys(filled.index.id)[document]
    vectors = DictIndex()
    chunks = filled.catalogue.load_version(document, filled.index.id)[1]
    vectors.add(key.space, key.ids, [document], HashEmbedder().embed_passages([chunk.text for chunk in chunks]))
    pipeline_on(filled.catalogue, vectors).remove([document])
    assert vectors.ids(key.space) == filled.catalogue.journalled_vectors() == []
    assert filled.state("a.txt") == ("removed", None)


def test_a_preview_tells_what_a_sync_would_do(filled: Filled, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "new.txt").write_text("the lamp")
    preview = pipeline_on(filled.catalogue, DictIndex()).preview
    report = preview(folder, collection="default")
    assert (report.added, report.dry_run) == (["new.txt"], True)
    with pytest.raises(ConfigurationError, match="may not be called"):
        preview(folder, collection="../evil")
