"""The whole way on PostgreSQL and a Chroma server: sync, search, ask, change, remove, verify."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from app.backup.create import write_backup
from app.backup.restore import restore
from app.cli.backup import complete_index
from app.service.build_index import Lectern, open_catalogue_reader
from app.service.build_migration import migrate
from app.service.build_places import service_place
from app.service.build_vectors import check_vector_server
from app.service.verify import verify_index
from app.state.tokens import Role, TokenStore
from rag.errors import IndexLockedError, StoreError, VectorsAwayError
from rag.storage import vectors_server
from tests.chroma import Server as ChromaServer
from tests.chroma import running_chroma
from tests.integration.conftest import OpenLectern
from tests.postgresql import Server

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
BAKERY = "The bakery\n\nThe bakery on Harbour Street opens at six and sells seaweed bread.\n"
QUESTION = "How often does the lamp of the lighthouse flash?"


def hits(lectern: Lectern) -> list[tuple[str, float]]:
    found = lectern.retriever.retrieve(QUESTION, collection="default").hits
    return [(hit.chunk.text, round(hit.score, 4)) for hit in found]


def test_a_folder_is_synced_asked_and_kept_true_as_in_a_home(
    postgresql: Server, chroma: ChromaServer, open_index: OpenLectern, home: Path, folder: Path
) -> None:
    address = postgresql.new_schema().render_as_string(hide_password=False)
    servers = {"catalogue_url": address, "chroma_url": chroma.url}
    found = []
    for given in ({}, {"home": home.with_name("another"), **servers}):
        (folder / "light.txt").write_text(LIGHTHOUSE)
        (folder / "bakery.txt").write_text(BAKERY)
        with open_index(**given) as lectern:
            report = lectern.ingest.sync(folder, collection="default")
            assert (sorted(report.added), report.failed) == (["bakery.txt", "light.txt"], [])
            asked = list(lectern.ask_pipeline(None).ask(QUESTION, collection="default"))
            assert "three times" in str(asked)
            before = hits(lectern)
            (folder / "light.txt").write_text(LIGHTHOUSE.replace("three", "nine"))
            (folder / "bakery.txt").unlink()
            report = lectern.ingest.sync(folder, collection="default")
            assert (report.changed, report.removed) == (["light.txt"], ["bakery.txt"])
            assert list(verify_index(lectern, repair=False)) == []
            found.append((before, hits(lectern)))
            if given:
                # Another home on the same database is kept out, and lists are read beside it.
                with (
                    pytest.raises(IndexLockedError, match="in use by `lectern test`"),
                    open_index(home=home, **servers),
                ):
                    pass
                (info,) = open_catalogue_reader(lectern.settings).list_collections()
                assert (info.documents, info.chunks) == (1, 1)
                assert {path.name for path in lectern.settings.home.iterdir()}.isdisjoint(
                    {"catalogue.sqlite", "chroma"}
                )
    assert found[0] == found[1]
    assert "nine times" in found[1][1][0][0]
    # A third home goes on where the second one stopped: nothing is read or embedded anew.
    with open_index(home=home.with_name("third"), **servers) as lectern:
        report = lectern.ingest.sync(folder, collection="default")
        assert (report.unchanged, report.embedded) == (1, 0)
        assert hits(lectern) == found[1][1]


@pytest.mark.embedded_only("names the servers itself")
def test_words_answer_while_the_vector_server_is_away_and_a_sync_goes_on_when_it_is_back(
    open_index: OpenLectern, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_server, "PAUSES_SECONDS", (0.01,))
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with running_chroma(tmp_path / "served") as server, open_index(chroma_url=server.url) as lectern:
        lectern.ingest.sync(folder, collection="default")
        assert lectern.servers() == {"vectors": "ok"}
        server.kill()
        assert lectern.servers() == {"vectors": "away"}
        with pytest.raises(VectorsAwayError, match="does not answer"):
            check_vector_server(lectern.settings)
        found = lectern.retriever.retrieve(QUESTION, collection="default")
        assert "three times" in found.hits[0].chunk.text
        assert any("does not answer" in notice and "Only words" in notice for notice in found.notices)
        (folder / "bakery.txt").write_text(BAKERY)
        with pytest.raises(VectorsAwayError, match="does not answer"):
            lectern.ingest.sync(folder, collection="default")
        server.start()
        report = lectern.ingest.sync(folder, collection="default")
        assert (report.added, report.embedded) == (["bakery.txt"], 1)
        assert list(verify_index(lectern, repair=False)) == []


@pytest.mark.embedded_only("names the servers itself")
def test_an_index_moves_to_servers_and_back_without_reading_a_file_anew(
    postgresql: Server, chroma: ChromaServer, open_index: OpenLectern, home: Path, folder: Path
) -> None:
    address = postgresql.new_schema().render_as_string(hide_password=False)
    servers = {"catalogue_url": address, "chroma_url": chroma.url}
    (folder / "light.txt").write_text(LIGHTHOUSE)
    (folder / "gone.txt").write_text("The pier\n\nThe pier is closed.\n")
    (folder / "bakery.txt").write_text(BAKERY)
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
        gone = next(info.id for info in lectern.catalogue.list_documents("default") if info.path == "gone.txt")
        lectern.ingest.remove([gone], keep_out=False)
        before = hits(lectern)
        settings = lectern.settings
    for name in ("kept", "revoked"):
        with closing(TokenStore(service_place(settings))) as tokens:
            tokens.add(name, role=Role.READ)
    with closing(TokenStore(service_place(settings))) as tokens:
        tokens.revoke("revoked")
        known = tokens.list_tokens()

    # Cut off in the middle, it is no index yet, and the next try goes on.
    def stop(what: str, done: int, total: int) -> None:
        if what == "chunks":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(settings, [address, chroma.url], stop)
    with pytest.raises(StoreError, match="was cut off"), open_index(**servers):
        pass
    there = migrate(settings, [address, chroma.url], lambda *told: None)
    assert (there.rows["documents"], there.rows["chunks"], there.vectors) == (2, 2, 2)
    with pytest.raises(StoreError, match="holds an index already"):
        migrate(settings, [address, chroma.url], lambda *told: None)
    assert there.state == 2
    (home / "catalogue.sqlite").rename(home / "old.sqlite")
    (home / "service.sqlite").rename(home / "old-service.sqlite")
    (home / "chroma").rename(home / "old")
    with open_index(**servers) as lectern:
        report = lectern.ingest.sync(folder, collection="default")
        # The removed file is new, under an id that no other document had; the others are as they were.
        assert (report.unchanged, report.added, report.embedded) == (2, ["gone.txt"], 1)
        assert max(info.id for info in lectern.catalogue.list_documents("default")) > 3
        assert list(verify_index(lectern, repair=False)) == []
        assert next(hit for hit in hits(lectern) if "pier" not in hit[0]) == before[0]
        settings, moved = lectern.settings, hits(lectern)
    with closing(TokenStore(service_place(settings))) as tokens:
        assert tokens.list_tokens() == known
        tokens.add("new", role=Role.READ)
    back = migrate(settings, ["home"], lambda *told: None)
    assert (back.rows["documents"], back.vectors) == (3, 3)
    with closing(TokenStore(home / "service.sqlite")) as tokens:
        assert [token.name for token in tokens.list_tokens()] == ["kept", "new", "revoked"]
    with open_index() as lectern:
        assert hits(lectern) == moved
        assert list(verify_index(lectern, repair=False)) == []
        report = lectern.ingest.sync(folder, collection="default")
        assert (report.unchanged, report.embedded) == (3, 0)


@pytest.mark.embedded_only("names the servers itself")
def test_a_restored_home_has_vectors_of_its_own_in_the_server(
    chroma: ChromaServer, open_index: OpenLectern, home: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with open_index(chroma_url=chroma.url) as lectern:
        lectern.ingest.sync(folder, collection="default")
        before, settings = hits(lectern), lectern.settings
    write_backup(home, tmp_path / "backup")
    with open_index(chroma_url=chroma.url) as lectern:
        (folder / "light.txt").write_text(BAKERY)
        lectern.ingest.sync(folder, collection="default")
    complete = partial(complete_index, settings, moves=[], quiet=True)
    restore(tmp_path / "backup", home, force=True, complete=complete)
    with open_index(chroma_url=chroma.url) as lectern:
        lectern.ingest.recover()
        lectern.ingest.embed()
        assert hits(lectern) == before
        problems = {problem.what for problem in verify_index(lectern, repair=False)}
        assert problems == {"file changed"}
