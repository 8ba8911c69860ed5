"""What `lectern verify` finds in an index that was broken on purpose, and what it mends."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.service.lock import own_index
from rag.protocols import Embedder, MayGoOn, always
from rag.types import Vectors
from tests.fakes import HashEmbedder
from tests.integration.conftest import OpenLectern
from tests.integration.engines import IS_ON
from tests.integration.inspection import index_content, lose_vectors, opened_stores

TEXTS = {
    "light": "The lamp of the lighthouse flashes three times every twenty seconds.\n",
    "bakery": "The bakery on Harbour Street opens at six and sells seaweed bread.\n",
    "ferry": "The ferry leaves the pier at nine on weekdays.\n",
}


class CountingEmbedder(HashEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        self.texts.extend(texts)
        return super().embed_passages(texts, may_go_on)


class Outcome:
    """What the command said in JSON."""

    def __init__(self, code: int, output: str) -> None:
        self.code = code
        self.json: dict[str, Any] = json.loads(output)
        self.kinds = sorted(problem["what"] for problem in self.json.get("problems", ()))


Verify = Callable[..., Outcome]


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return HashEmbedder()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> CountingEmbedder:
    counting = CountingEmbedder()
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: counting)
    return counting


@pytest.fixture
def indexed(folder: Path, home: Path, open_index: OpenLectern) -> Path:
    """An index of three documents of one chunk each."""
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text)
    with open_index() as lectern:
        assert not lectern.ingest.sync(folder, collection="default").failed
    return home


@pytest.fixture
def verify(indexed: Path, counting: CountingEmbedder) -> Verify:
    def run(*arguments: str) -> Outcome:
        result = CliRunner().invoke(cli, ["verify", "--home", str(indexed), "--json", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Outcome(result.exit_code, result.stdout)

    return run


def execute(home: Path, *statements: str) -> None:
    with opened_stores(home) as stores:
        for statement in statements:
            stores.query(statement)


def drop_vectors(home: Path, *, of: str) -> None:
    with opened_stores(home) as stores:
        rows = stores.query(
            "SELECT indexes.space, vector_key FROM generations JOIN documents ON documents.id = document_id "
            "JOIN indexes ON indexes.id = index_id WHERE path = :path",
            path=of,
        )
        for space, key in rows:
            stores.vectors.delete(space, [f"{key}:0"])


def test_a_sound_index_is_in_order(verify: Verify, indexed: Path, counting: CountingEmbedder) -> None:
    assert (verify().code, verify("--repair").json) == (0, {"problems": [], "found": 0, "repaired": 0})
    result = CliRunner().invoke(cli, ["verify", "--home", str(indexed)])
    assert result.output == "Catalogue, full-text index, vectors and folders agree.\n"
    assert counting.texts == []


def test_a_lost_vector_is_found_and_only_it_is_made_again(
    verify: Verify, indexed: Path, counting: CountingEmbedder
) -> None:
    drop_vectors(indexed, of="ferry.txt")
    found = verify()
    assert (found.code, found.kinds, found.json["repaired"], counting.texts) == (1, ["vectors missing"], 0, [])
    assert found.json["problems"][0]["found"] == "1 chunks of 1 documents have no vector."
    repaired = verify("--repair")
    assert (repaired.code, repaired.json["repaired"]) == (1, 1)
    assert len(counting.texts) == 1
    assert "ferry leaves" in counting.texts[0]
    assert verify().code == 0
    assert len(index_content(indexed)) == 3


def test_a_lost_vector_index_is_made_again_whole(verify: Verify, indexed: Path, counting: CountingEmbedder) -> None:
    lose_vectors(indexed)
    assert verify("--repair").kinds == ["vectors missing"]
    assert len(counting.texts) == 3
    assert verify().code == 0


def test_vectors_without_a_chunk_and_spaces_without_an_index_are_deleted(verify: Verify, indexed: Path) -> None:
    made = HashEmbedder().embed_passages(["stray"])
    with opened_stores(indexed) as stores:
        (space,) = stores.vectors.spaces()
        stores.vectors.add(space, ["99.1.stray:0"], [99], made)
        stores.vectors.add("collection-7-index-9", ["1.9.stray:0"], [1], made)
    assert (verify().code, verify().kinds) == (1, ["vectors left over"] * 2)
    assert verify("--repair").json["repaired"] == 2
    assert verify().code == 0
    assert len(index_content(indexed)) == 3


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM chunk_words",
        "DELETE FROM chunk_words WHERE chunk_id = (SELECT min(id) FROM chunks)",
        "UPDATE chunk_words SET words = 'ghost'::tsvector WHERE chunk_id = (SELECT min(id) FROM chunks)",
        "UPDATE catalogue_state SET word_count = word_count + 1",
    ]
    if IS_ON
    else [
        "INSERT INTO chunk_words(chunk_words) VALUES ('delete-all')",
        "DELETE FROM chunk_words_docsize WHERE id = (SELECT min(id) FROM chunks)",
        "INSERT INTO chunk_words(rowid, text, header, names) VALUES (4711, 'ghost', '', '')",
        "INSERT INTO chunk_words(chunk_words, rowid, text, header, names) "
        "SELECT 'delete', id, text, header, names FROM chunks LIMIT 1",
    ],
)
def test_a_full_text_index_out_of_step_is_made_anew(verify: Verify, indexed: Path, damage: str) -> None:
    execute(indexed, damage)
    assert (verify().code, set(verify().kinds)) == (1, {"full-text index"})
    repaired = verify("--repair")
    assert (repaired.code, repaired.json["found"]) == (1, repaired.json["repaired"])
    assert verify().code == 0
    index_content(indexed)


def test_words_of_another_text_are_noticed(verify: Verify, indexed: Path) -> None:
    if not IS_ON:
        execute(indexed, "DROP TRIGGER chunk_words_update")
    execute(indexed, "UPDATE chunks SET text = 'The pier is closed.' WHERE id = (SELECT max(id) FROM chunks)")
    assert verify().json["problems"][0]["found"] == "Its words are not those of the chunks."
    verify("--repair")
    assert verify().code == 0


def test_a_document_with_lost_pages_is_reported_and_not_touched(verify: Verify, indexed: Path) -> None:
    execute(indexed, "DELETE FROM pages WHERE generation_id = (SELECT min(id) FROM generations)")
    for _ in range(2):
        outcome = verify("--repair")
        assert (outcome.code, outcome.kinds, outcome.json["repaired"]) == (1, ["incomplete document"], 0)


def test_files_that_are_gone_or_changed_are_reported_only(verify: Verify, folder: Path, indexed: Path) -> None:
    (folder / "ferry.txt").unlink()
    (folder / "bakery.txt").write_text("The bakery is closed.\n")
    os.utime(folder / "light.txt", ns=(1, 1))
    before = index_content(indexed)
    outcome = verify("--repair")
    assert (outcome.code, outcome.kinds, outcome.json["repaired"]) == (1, ["file changed", "file gone"], 0)
    assert {problem["where"] for problem in outcome.json["problems"]} == {"default: ferry.txt", "default: bakery.txt"}
    assert index_content(indexed) == before


def test_an_unmounted_folder_is_one_problem(verify: Verify, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    assert verify().kinds == ["folder gone"]


def test_documents_that_failed_are_reported(
    verify: Verify, folder: Path, indexed: Path, open_index: OpenLectern
) -> None:
    (folder / "empty.txt").write_text("")
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
    outcome = verify()
    assert (outcome.code, outcome.kinds) == (1, ["failed document"])
    assert outcome.json["problems"][0]["found"]


def test_an_index_of_another_embedder_is_not_mixed(verify: Verify, indexed: Path, counting: CountingEmbedder) -> None:
    drop_vectors(indexed, of="light.txt")
    execute(indexed, "UPDATE indexes SET fingerprint = 'other@2+' || fingerprint")
    outcome = verify("--repair")
    assert (outcome.code, outcome.json["repaired"], counting.texts) == (1, 0, [])
    assert "made with other@2" in outcome.json["problems"][0]["remedy"]


@pytest.mark.embedded_only("reads or damages files of the index")
def test_a_damaged_catalogue_is_a_problem_and_nothing_is_written(verify: Verify, indexed: Path) -> None:
    catalogue = indexed / "catalogue.sqlite"
    content = catalogue.read_bytes()
    catalogue.write_bytes(content[:4096] + b"Z" * (len(content) - 4096))
    damaged = catalogue.read_bytes()
    outcome = verify("--repair")
    assert (outcome.code, set(outcome.kinds)) == (1, {"damaged file"})
    assert catalogue.read_bytes() == damaged


def test_an_index_in_use_cannot_be_verified(verify: Verify, indexed: Path) -> None:
    with own_index(indexed, "serve", wait_seconds=0):
        in_use = verify()
    assert (in_use.code, "in use by `lectern serve`" in in_use.json["error"]["reason"]) == (2, True)


@pytest.mark.embedded_only("an index that is not there is told by its file")
def test_an_index_that_is_not_there_cannot_be_verified(tmp_path: Path) -> None:
    missing = CliRunner().invoke(cli, ["verify", "--home", str(tmp_path / "nowhere")])
    assert missing.exit_code == 2
