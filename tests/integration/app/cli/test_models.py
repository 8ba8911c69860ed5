"""`lectern models`: what is here and what is known, fetched from a hub over a real socket, and removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.models.llm.known_models import find_known, known_as_of, known_models
from tests.gguf_files import gguf_file
from tests.hub_server import hub_server
from tests.integration.running import run_command

NAME = "qwen2.5-0.5b"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the folder that tests share: a model in it would answer in all of them."""
    monkeypatch.setenv("LECTERN_MODEL_CACHE", str(tmp_path / "models"))


def test_a_model_is_listed_fetched_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = find_known("gemma-3-4b")
    files = {f"{known.repository}/{known.file}": gguf_file()}
    files[f"{known.repository}/{known.projector}"] = gguf_file({"general.architecture": "clip"})
    folder = tmp_path / "models" / "llm"
    with hub_server(files) as hub:
        monkeypatch.setenv("LECTERN_MODEL_HUB", hub.url)
        listed = run_command("models", "list", "--home", tmp_path)
        assert known_as_of() in listed.text
        assert all(model.name in listed.text for model in known_models())
        got = run_command("models", "get", "gemma-3-4b", "--home", tmp_path)
        assert (got.code, "lectern ask --llm gguf:gemma-3-4b" in got.text) == (0, True)
        asked = len(hub.ranges)
        assert "was here already" in run_command("models", "get", "gemma-3-4b", "--home", tmp_path).text
        assert len(hub.ranges) == asked
    (model,) = json.loads(run_command("models", "list", "--home", tmp_path, "--json").output)["models"]
    assert (model["llm"], model["sees_images"], model["title"]) == ("gguf:gemma-3-4b", True, "Tiny")
    assert run_command("models", "remove", "gguf:gemma-3-4b", "--home", tmp_path).code == 0
    assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == []


def test_what_came_of_a_broken_download_is_removed_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = find_known(NAME)
    with hub_server({f"{known.repository}/{known.file}": gguf_file(tensors=4000)}) as hub:
        monkeypatch.setenv("LECTERN_MODEL_HUB", hub.url)
        hub.breaks_after = 1000
        broken = run_command("models", "get", NAME, "--home", tmp_path)
    assert (broken.code, "By hand: save" in broken.text) == (2, True)
    assert run_command("models", "remove", NAME, "--home", tmp_path).code == 0
    missing = run_command("models", "remove", NAME, "--home", tmp_path)
    assert (missing.code, "There is no model" in missing.text) == (2, True)


def test_a_model_in_parts_is_removed_and_the_parts_of_another_stay(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "llm"
    folder.mkdir(parents=True)
    for name in ("tiny", "tiny-large"):
        for number in (1, 2):
            (folder / f"{name}-0000{number}-of-00002.gguf").write_bytes(gguf_file({"split.count": 2}))
    assert run_command("models", "remove", "tiny-00001-of-00002", "--home", tmp_path).code == 0
    assert sorted(path.name for path in folder.glob("*.gguf")) == [
        "tiny-large-00001-of-00002.gguf",
        "tiny-large-00002-of-00002.gguf",
    ]


def test_a_file_elsewhere_is_not_removed_and_an_unknown_name_not_fetched(tmp_path: Path) -> None:
    elsewhere = tmp_path / "own.gguf"
    elsewhere.write_bytes(gguf_file())
    refused = run_command("models", "remove", elsewhere, "--home", tmp_path / "home")
    assert (refused.code, elsewhere.exists()) == (2, True)
    for odd in ("x" * 300, "..", "../own", "a\0b"):
        refused = run_command("models", "remove", odd, "--home", tmp_path / "home")
        assert (refused.code, elsewhere.exists()) == (2, True)
    unknown = run_command("models", "get", "gpt-5", "--home", tmp_path / "home")
    assert (unknown.code, f"Known: {known_models()[0].name}" in unknown.text) == (2, True)
