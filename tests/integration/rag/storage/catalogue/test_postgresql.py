"""The catalogue on PostgreSQL finds what SQLite finds, has one owner, and says what is wrong with a server."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text

from rag.errors import ConfigurationError, IndexLockedError, StoreError
from rag.storage.catalogue.checks import CatalogueChecks
from rag.storage.catalogue.dialects import postgresql_owner
from rag.storage.catalogue.dialects.choice import open_catalogue
from rag.storage.catalogue.dialects.postgresql_database import bind_home, open_engine, read_url
from rag.storage.catalogue.dialects.postgresql_owner import own_database
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.schema import SCHEMA_VERSION
from rag.storage.catalogue.writer import CatalogueWriter
from rag.types import Chunk, DocumentProfile, FileState, Page, ParsedDocument, Span, VectorKey
from tests.postgresql import Server

TEXTS = (
    ("en", "The bilge pump HX-2041 lies on shelf 3. The pump is red, and pumps are heavy."),
    ("en", "The hex nut DIN 934 M10 costs 1,234.50 crowns."),
    ("en", "4.2 Duties (a) The agent mends the roof. 4.2 (b) The tenant pays."),
    ("en", "Customer 1234567 owes 12 crowns; order 12-34568 is paid."),
    ("en", "The lamp of the lighthouse flashes. The lamp is old; a lamp, the lamp."),
    (
        "en",
        "Technology, technological biology, an apology. A nut, a lamp, a NUL \x00, a quote ' and a \\ in it.",
    ),
    ("de", "Die Kündigungsfristen beginnen am Monatsende."),
    ("de", "Die Häuser an der Hauptstraße haben neue Dächer."),
    ("fr", "Les navires étaient amarrés devant les entrepôts."),
    ("ru", "Катера стоят у новых причалов."),
    ("ar", "يَفْتَحُ مَكْتَبُ المِينَاءِ فِي السَّاعَةِ الثَّامِنَةِ."),
    ("hi", "नाव सुबह आठ बजे आती है।"),
    ("zh", "灯塔建于一八九一年，高二十四米。"),
    ("en", "word " * 200 + "w" * 5_000),
)
QUESTIONS = (
    "pump", "Where are the pumps kept?", "HX2041", "hx 2041", "DIN 934", "1234.5 crowns", "4.2 (b)", "12-34568",
    "lamp lighthouse", "lamps and nuts", "Kündigungsfrist", "Hausdach", "Straße", "navire", "катер", "مكتب الميناء",
    "नाव", "灯塔高", "word", "nothing of the kind", "", "'; DROP TABLE chunks", "a \\ b", "shelf 3 of the harbour",
    "technological biology apology",
)  # fmt: skip


def fill(writer: CatalogueWriter) -> list[int]:
    """Store the texts; returns the ids of their documents."""
    documents = []
    collection = writer.open_collection("default")
    folder = writer.open_folder(collection, Path("/documents"))
    index = writer.open_index(collection, "hash@1+chunks1")
    for number, (language, words) in enumerate(TEXTS):
        file = FileState(f"file {number}.txt", f"file {number}.txt".encode(), len(words), 1 << 60, f"{number}")
        document = writer.open_document(collection, folder, file)
        chunk = Chunk(0, words, f"Title {number}", "", (Span(0, 0, len(words)),))
        profile = DocumentProfile(language)
        parsed = ParsedDocument(f"Title {number}", "txt", (Page(0, words, ()),), profile=profile)
        key = VectorKey(index.space, f"{number}.{index.id}.{number}", 1)
        writer.commit_version(document, index.id, file, parsed, [chunk], key=key, names=f"file {number}")
        documents.append(document)
    return documents


@contextmanager
def opened(place: Path | URL) -> Iterator[Engine]:
    engine = open_catalogue(place)
    try:
        yield engine
    finally:
        engine.dispose()


def search_all(reader: CatalogueReader) -> list[list[tuple[str, float]]]:
    return [
        [(id_, round(score, 6)) for id_, score in reader.lexical_search("default", question, limit=10)]
        for question in QUESTIONS
    ]


def test_words_find_the_same_chunks_with_the_same_scores_as_in_sqlite(postgresql: Server, tmp_path: Path) -> None:
    found = []
    for place in (tmp_path / "catalogue.sqlite", postgresql.new_schema()):
        with opened(place) as engine:
            writer, reader = CatalogueWriter(engine, place), CatalogueReader(engine, place)
            documents = fill(writer)
            before = search_all(reader)
            writer.remove_documents([documents[0], documents[4]])
            CatalogueChecks(engine, place).rebuild_full_text()
            assert CatalogueChecks(engine, place).full_text_is_sound()
            found.append((before, search_all(reader)))
    in_sqlite, in_postgresql = found
    for place in range(2):
        by_question = zip(QUESTIONS, in_postgresql[place], in_sqlite[place], strict=True)
        assert [each for each in by_question if each[1] != each[2]] == []
    assert sum(map(bool, in_sqlite[0])) >= 18


def test_a_full_text_index_that_is_out_of_step_is_noticed_and_mended(postgresql: Server) -> None:
    url = postgresql.new_schema()
    with opened(url) as engine:
        fill(CatalogueWriter(engine, url))
        checks = CatalogueChecks(engine, url)
        assert checks.full_text_is_sound()
        postgresql.execute("UPDATE chunk_words SET words = 'other' WHERE chunk_id = 1", url)
        assert not checks.full_text_is_sound()
        postgresql.execute("DELETE FROM chunk_words WHERE chunk_id = 2", url)
        assert checks.count_chunks_without_words() == 1
        checks.rebuild_full_text()
        assert checks.full_text_is_sound()
        assert checks.count_chunks_without_words() == 0


def test_what_is_kept_in_memory_is_read_again_after_a_change_by_another_process(postgresql: Server) -> None:
    url = postgresql.new_schema()
    with opened(url) as engine, opened(url) as another:
        document, *_ = fill(CatalogueWriter(engine, url))
        reader = CatalogueReader(engine, url)
        first = reader.list_labels("default")
        assert reader.list_labels("default") is first
        CatalogueWriter(another, url).remove_documents([document])
        assert set(first) - set(reader.list_labels("default")) == {document}


# --- one owner ---


def test_a_catalogue_has_one_owner_who_is_named(postgresql: Server) -> None:
    url = postgresql.new_schema()
    with (
        opened(url) as engine,
        opened(url) as another,
        own_database(engine, url, "sync letters", wait_seconds=0),
        pytest.raises(IndexLockedError, match=r"in use by `lectern sync letters` \(process \d+ on "),
        own_database(another, url, "serve", wait_seconds=0),
    ):
        pass
    with opened(url) as engine, own_database(engine, url, "serve", wait_seconds=0):
        fill(CatalogueWriter(engine, url))


OWNER = """
import sys, time
from rag.storage.catalogue.dialects import postgresql_owner
from rag.storage.catalogue.dialects.choice import open_catalogue
from rag.storage.catalogue.dialects.postgresql_database import read_url
from rag.storage.catalogue.dialects.postgresql_owner import own_database
url = read_url(sys.argv[1])
with own_database(open_catalogue(url), url, "serve", wait_seconds=0):
    print("mine", flush=True)
    time.sleep(600)
"""


def test_who_waits_takes_over_from_an_owner_that_is_killed(postgresql: Server) -> None:
    url = postgresql.new_schema()
    address = url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", OWNER, address], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "mine\n"
        with opened(url) as engine:
            with pytest.raises(IndexLockedError), own_database(engine, url, "sync", wait_seconds=0):
                pass
            owner.send_signal(signal.SIGKILL)
            with own_database(engine, url, "sync", wait_seconds=30):
                fill(CatalogueWriter(engine, url))


def test_an_owner_stays_one_when_the_server_is_restarted(postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_owner, "LOOKS_EACH_SECONDS", 0.05)
    url = postgresql.new_schema()
    with opened(url) as engine, opened(url) as another, own_database(engine, url, "serve", wait_seconds=0):
        writer = CatalogueWriter(engine, url)
        writer.open_collection("default")
        postgresql.stop()
        time.sleep(0.2)  # The owner finds nobody at first.
        postgresql.start()
        until = time.monotonic() + 60
        while not _has_lock(another):
            assert time.monotonic() < until, "the lock was not taken again"
            time.sleep(0.05)
        with pytest.raises(IndexLockedError), own_database(another, url, "sync", wait_seconds=0):
            pass
        writer.open_collection("letters")
        assert len(CatalogueReader(engine, url).list_collections()) == 2


def _has_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        held = connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
        return int(held.scalar_one()) > 0


def test_an_owner_that_lost_its_place_writes_no_more(postgresql: Server) -> None:
    url = postgresql.new_schema()
    with opened(url) as engine, own_database(engine, url, "serve", wait_seconds=0):
        writer = CatalogueWriter(engine, url)
        writer.open_collection("default")
        postgresql.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with opened(url) as another, own_database(another, url, "sync", wait_seconds=30):
            with pytest.raises(StoreError, match="Another process owns the catalogue"):
                writer.open_collection("letters")
            assert [info.name for info in CatalogueReader(engine, url).list_collections()] == ["default"]


def test_a_catalogue_whose_vectors_are_in_one_home_is_not_used_from_another(postgresql: Server) -> None:
    url = postgresql.new_schema()
    with opened(url) as engine:
        for _ in range(2):
            bind_home(engine, url, "harbour:/srv/lectern")
        with pytest.raises(StoreError, match="in another home: harbour:/srv/lectern"):
            bind_home(engine, url, "island:/srv/lectern")


# --- servers that fail ---


def test_a_connection_that_is_lost_in_a_transaction_leaves_nothing_half_done(postgresql: Server) -> None:
    url = postgresql.new_schema()
    with opened(url) as engine:
        writer, reader = CatalogueWriter(engine, url), CatalogueReader(engine, url)
        fill(writer)
        before = search_all(reader)

        def lose_the_connection() -> None:
            with writer._transaction() as connection:
                connection.execute(text("DELETE FROM chunks"))
                own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                postgresql.execute(f"SELECT pg_terminate_backend({own})")
                connection.execute(text("DELETE FROM documents"))

        with pytest.raises(StoreError, match="was stopped"):
            lose_the_connection()
        assert search_all(reader) == before


def test_a_database_that_cannot_be_used_is_told_with_the_remedy(postgresql: Server) -> None:
    newer, foreign, locked = postgresql.new_schema(), postgresql.new_schema(), postgresql.new_schema()
    open_catalogue(newer).dispose()
    postgresql.execute(f"UPDATE catalogue_state SET schema_version = {SCHEMA_VERSION + 1}", newer)
    postgresql.execute("CREATE TABLE documents (id integer)", foreign)
    postgresql.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    postgresql.execute("CREATE ROLE visitor LOGIN")
    for url, reason, remedy in (
        (postgresql.url("missing"), "has no such database", "createdb"),
        (postgresql.url("latin"), "has the encoding LATIN1", "UTF8"),
        (postgresql.url().set(username="nobody-here"), "does not accept the user", "catalogue_url"),
        (locked.set(username="visitor"), "has no schema for the user", "owner"),
        (locked.update_query_dict({"options": "-cdefault_transaction_read_only=on"}), "is read-only", "primary"),
        (foreign, "has tables of another program: documents", "search_path"),
        (newer, "was made by a newer Lectern", "Install that version"),
        (read_url("postgresql://tests@127.0.0.1:1/lectern"), "cannot be reached", "Check that the server runs"),
    ):
        with pytest.raises(StoreError, match=reason) as raised:
            open_catalogue(url)
        assert remedy in raised.value.remedy
        assert "Traceback" not in raised.value.reason


@pytest.mark.parametrize(
    "address", ["", "lectern", "mysql://host/lectern", "postgresql://host", "postgresql://host:x/y"]
)
def test_an_address_that_is_none_is_told(address: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(ConfigurationError, match="catalogue_url"):
        read_url(address)


def test_a_password_is_in_no_message(postgresql: Server) -> None:
    url = read_url("postgresql://tests:secret-word@127.0.0.1:1/lectern")
    with pytest.raises(StoreError) as raised:
        open_catalogue(url)
    assert "secret-word" not in str(raised.value)
    assert open_engine(url) is not None
