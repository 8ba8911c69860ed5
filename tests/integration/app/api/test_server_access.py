"""Retrieval across users: whatever a token asks the real server, it learns nothing of others' collections."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest

from app.state.tokens import Role
from tests.integration.serving import Served, serving

MINE, HIDDEN, NOWHERE = "letters", "mergers", "nowhere"

PRIVATE = ("mergers", "takeover", "zanzibar")
"""The hidden collection's name, and words of its document's name and text."""

OPEN = {"/healthz", "/readyz"}


@dataclass(frozen=True)
class Scene:
    """A server with two collections, clients with a token for one of them and without any, and a hidden document."""

    served: Served
    limited: httpx.Client
    nobody: httpx.Client
    paths: dict[str, list[str]]
    hidden_id: int
    own_id: int
    hidden_job: str
    hidden_run: int

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        return self.limited.request(method, path, **how)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    base = tmp_path_factory.mktemp("across")
    for collection, name, text in (
        (MINE, "harbour", "The lamp of the lighthouse flashes three times every twenty seconds."),
        (HIDDEN, "takeover", "The lamp of the lighthouse in Zanzibar flashes once; the takeover is planned for May."),
    ):
        (base / collection).mkdir()
        (base / collection / f"{name}.txt").write_text(text)
    with serving(base / "home", reranker="off") as served:
        served.sync(base / MINE, MINE)
        hidden_job = served.sync(base / HIDDEN, HIDDEN)["id"]
        documents = {
            collection: served.client.get(f"/collections/{collection}/documents").json()["documents"][0]["id"]
            for collection in (MINE, HIDDEN)
        }
        past = served.client.get("/runs").json()["runs"]
        (hidden_run,) = [run["id"] for run in past if run["collection"] == HIDDEN]
        described = served.client.get("/openapi.json").json()["paths"]
        paths = {path: [method.upper() for method in methods] for path, methods in described.items()}
        secret = served.tokens.add("limited", role=Role.ADMIN, collections=[MINE, "planned"])
        headers = {"Authorization": f"Bearer {secret}"}
        with (
            httpx.Client(base_url=served.url, headers=headers, timeout=60) as limited,
            httpx.Client(base_url=served.url) as nobody,
        ):
            yield Scene(served, limited, nobody, paths, documents[HIDDEN], documents[MINE], hidden_job, hidden_run)


MAKING = ("/collections/{name}/documents", "/collections/{name}/links")
"""Paths by which a collection is made that is new."""


def bodies_for(path: str, collection: str) -> dict[str, Any]:
    """A well-formed request, so that an answer tells of rights and not of form."""
    if path.endswith("/documents"):
        return {"files": {"file": ("new.txt", b"Some new text.")}}
    if path == "/v1/chat/completions":
        messages = [{"role": "user", "content": "When does the lamp flash?"}]
        return {"json": {"model": f"lectern/{collection}", "messages": messages}}
    if path == "/v1/responses":
        return {"json": {"model": f"lectern/{collection}", "input": "When does the lamp flash?"}}
    return {
        "json": {
            "/search": {"question": "When does the lamp flash?", "collection": collection},
            "/ask": {"question": "When does the lamp flash?", "collection": collection, "explain": True},
            "/feedback": {"question": "When?", "rating": "up", "collection": collection},
            "/sync": {"folder": "/nowhere", "collection": collection},
            "/collections/{name}/links": {"url": "http://127.0.0.1:9/letter.txt"},
            "/collections/{name}/documents/{id}/why": {"question": "When does the lamp flash?"},
            "/collections/{name}/evaluation-questions": {"questions": [{"question": "When?"}]},
        }.get(path, {})
    }


def fill(path: str, collection: str, id_: int) -> str:
    named = path.replace("{name}", collection).replace("{id}", str(id_)).replace("{number}", "0")
    named = named.replace("{question}", "1").replace("{evaluation}", "1")
    return named.replace("{model}", f"lectern/{collection}")


def test_without_a_token_no_route_but_the_probes_answers(scene: Scene) -> None:
    asked = 0
    for path, methods in scene.paths.items():
        for method in methods:
            how = bodies_for(path, MINE) if method == "POST" else {}
            answer = scene.nobody.request(method, fill(path, MINE, scene.own_id), **how)
            assert (answer.status_code == 401) == (path not in OPEN), f"{method} {path}: {answer.status_code}"
            asked += 1
    assert asked > 15
    assert scene.nobody.get("/openapi.json").status_code == 401


def test_every_route_answers_for_a_hidden_collection_as_for_one_that_does_not_exist(scene: Scene) -> None:
    asked = []
    for path, methods in scene.paths.items():
        for method in methods:
            answers = []
            for collection in (HIDDEN, NOWHERE, "planned"):
                how = bodies_for(path, collection) if method == "POST" else {}
                if "{name}" not in path and "{model}" not in path and collection not in json.dumps(how.get("json", {})):
                    continue
                if path in MAKING and method == "POST" and collection == "planned":
                    continue  # This one may be made.
                answer = scene.request(method, fill(path, collection, scene.hidden_id), **how)
                answers.append((answer.status_code, answer.text.replace(collection, "X")))
            assert len(set(answers)) <= 1, f"{method} {path}: {answers}"
            if answers:
                assert answers[0][0] in (403, 404), f"{method} {path}: {answers[0]}"
                asked.append(f"{method} {path}")
    assert {"POST /search", "POST /ask", "POST /v1/chat/completions", "DELETE /collections/{name}"} <= set(asked)


def test_a_hidden_document_cannot_be_had_through_a_collection_of_ones_own(scene: Scene) -> None:
    asked = 0
    for path, methods in scene.paths.items():
        if "{id}" not in path or "{name}" not in path:
            continue
        for method in methods:
            answers = {
                (answer.status_code, re.sub(rf"\b{id_}\b", "X", answer.text))
                for id_ in (scene.hidden_id, 987_654)
                for how in [bodies_for(path, MINE) if method == "POST" else {}]
                for answer in [scene.request(method, fill(path, MINE, id_), **how)]
            }
            assert len(answers) == 1, f"{method} {path}: {answers}"
            assert answers.pop()[0] == 404
            asked += 1
    assert asked >= 4


def test_no_answer_holds_a_word_of_a_hidden_collection(scene: Scene) -> None:
    answers = []
    for path, methods in scene.paths.items():
        for method in methods:
            if method == "DELETE":
                continue
            how = bodies_for(path, MINE) if method == "POST" else {}
            answers.append(scene.request(method, fill(path, MINE, scene.own_id), **how))
    for filters in ({}, {"document": "*"}, {"title": "take*"}, {"folder": "*"}):
        asked = {"question": "What is planned for May?", "collection": MINE, "filters": filters}
        answers.append(scene.request("POST", "/search", json=asked))
        answers.append(scene.request("POST", "/ask", json={**asked, "explain": True}))
        answers.append(scene.request("POST", "/ask", json={**asked, "stream": True}))
    answers.append(scene.request("GET", f"/jobs/{scene.hidden_job}"))
    answers.append(scene.request("GET", f"/runs/{scene.hidden_run}"))
    answers.append(scene.request("GET", "/runs?limit=1000"))
    answers.append(scene.request("GET", "/openapi.json"))
    assert sum(answer.status_code == 200 for answer in answers) > 15
    for answer in answers:
        found = [word for word in PRIVATE if word in answer.text.casefold()]
        assert found == [], f"{answer.request.method} {answer.request.url}: {answer.text[:500]}"


def test_the_hidden_collection_is_all_there_after_that(scene: Scene) -> None:
    secret = scene.served.tokens.add("auditor")
    headers = {"Authorization": f"Bearer {secret}"}
    answer = scene.nobody.post(
        "/search", json={"question": "Where is the takeover?", "collection": HIDDEN}, headers=headers
    )
    assert "Zanzibar" in answer.json()["hits"][0]["text"]


def test_a_token_for_reading_changes_nothing(scene: Scene) -> None:
    secret = scene.served.tokens.add("reader")
    headers = {"Authorization": f"Bearer {secret}"}
    for method, path, how in (
        ("POST", f"/collections/{MINE}/documents", bodies_for("/documents", MINE)),
        ("DELETE", f"/collections/{MINE}/documents/{scene.own_id}", {}),
        ("DELETE", f"/collections/{MINE}", {}),
        ("POST", "/sync", bodies_for("/sync", MINE)),
    ):
        answer = scene.nobody.request(method, path, headers=headers, **how)
        assert answer.status_code == 403, f"{method} {path}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
    listed = scene.nobody.get(f"/collections/{MINE}/documents", headers=headers).json()["documents"]
    assert "harbour.txt" in [document["document"] for document in listed]


def test_an_upload_that_may_not_be_made_is_refused_before_its_body_is_sent(scene: Scene) -> None:
    secret = scene.served.tokens.add("looker")
    host, port = scene.served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"POST /collections/{MINE}/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
            f"Authorization: Bearer {secret}\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 403 ")


def test_the_openai_client_is_refused_in_its_own_form(scene: Scene) -> None:
    url = f"{scene.served.url}/v1"
    with (
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="This token is not valid here") as refused,
    ):
        client.models.list()
    assert (refused.value.code, refused.value.type) == ("invalid_api_key", "invalid_request_error")
    with (
        openai.OpenAI(base_url=url, api_key=scene.served.tokens.add("chatter"), max_retries=0) as known,
        pytest.raises(openai.APIStatusError, match="larger than 16 MB") as too_large,
    ):
        known.chat.completions.create(model="m", messages=[{"role": "user", "content": "a" * (17 << 20)}])
    assert (too_large.value.status_code, too_large.value.type) == (413, "invalid_request_error")


def test_metrics_count_for_a_limited_token_what_is_in_its_collections(scene: Scene) -> None:
    secret = scene.served.tokens.add("counting", role=Role.READ)
    headers = {"Authorization": f"Bearer {secret}"}

    def counted(metric: str, client: httpx.Client) -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(f"{metric}_total{{"))

    with httpx.Client(base_url=scene.served.url, headers=headers, timeout=60) as unlimited:
        before = {client: counted("lectern_answers", client) for client in (unlimited, scene.limited)}
        for client, collection in ((unlimited, HIDDEN), (scene.limited, MINE)):
            asked = {"question": "When does the lamp flash?", "collection": collection}
            assert client.post("/ask", json=asked).status_code == 200
        assert counted("lectern_answers", unlimited) == before[unlimited] + 2
        assert counted("lectern_answers", scene.limited) == before[scene.limited] + 1
        assert counted("lectern_syncs", unlimited) > counted("lectern_syncs", scene.limited) > 0
    own = scene.limited.get("/metrics").text
    assert "lectern_ready" in own
    assert "lectern_requests" not in own
