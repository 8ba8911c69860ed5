"""The commands on one collection, as people and programs meet them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import HashEmbedder
from tests.integration.running import run_command


def test_a_collection_is_made_renamed_described_and_deleted_once_that_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LECTERN_HOME", str(home))
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: HashEmbedder())
    made = run_command("collection", "create", "letters", "--description", "By post")
    assert (made.code, "There is a collection letters now" in made.text) == (0, True)
    assert "already" in run_command("collection", "create", "letters").text
    assert run_command("collection", "rename", "letters", "post", "--json").json["name"] == "post"
    assert run_command("collection", "describe", "post", "Letters").code == 0
    (listed,) = run_command("collections", "--json").json["collections"]
    assert (listed["name"], listed["description"]) == ("post", "Letters")
    assert run_command("collection", "delete", "post", typed="n\n").code == 1
    assert run_command("collections", "--json").json["collections"] == [listed]
    assert "is deleted" in run_command("collection", "delete", "post", typed="y\n").text
    assert run_command("collection", "delete", "post", "--yes").code == 2
    assert run_command("collections", "--json").json == {"collections": []}
