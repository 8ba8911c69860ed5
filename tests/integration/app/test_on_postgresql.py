"""The whole way on a catalogue in PostgreSQL: sync, search, ask, change, remove, verify."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.service.build_index import Lectern, open_catalogue_reader
from app.service.verify import verify_index
from rag.errors import IndexLockedError
from tests.integration.conftest import OpenLectern
from tests.postgresql import Server

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
BAKERY = "The bakery\n\nThe bakery on Harbour Street opens at six and sells seaweed bread.\n"
QUESTION = "How often does the lamp of the lighthouse flash?"


def hits(lectern: Lectern) -> list[tuple[str, float]]:
    found = lectern.retriever.retrieve(QUESTION, collection="default").hits
    return [(hit.chunk.text, round(hit.score, 4)) for hit in found]


def test_a_folder_is_synced_asked_and_kept_true_as_on_sqlite(
    postgresql: Server, open_index: OpenLectern, home: Path, folder: Path
) -> None:
    address = postgresql.new_schema().render_as_string(hide_password=False)
    found = []
    for given in ({}, {"home": home.with_name("another"), "catalogue_url": address}):
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
                settings = lectern.settings
                # Another home on the same database is kept out, and lists are read beside it.
                with (
                    pytest.raises(IndexLockedError, match="in use by `lectern test`"),
                    open_index(home=home, catalogue_url=address),
                ):
                    pass
                (info,) = open_catalogue_reader(settings).list_collections()
                assert (info.documents, info.chunks) == (1, 1)
                assert not (settings.home / "catalogue.sqlite").exists()
    assert found[0] == found[1]
    assert "nine times" in found[1][1][0][0]
