"""Finding a local Ollama's models over a real socket."""

from __future__ import annotations

import json
import socket
import time
from threading import Thread
from typing import Any

import pytest

from rag.errors import ModelError
from rag.models.llm import ollama_models
from rag.models.llm.ollama_models import context_length, find_chat_model, list_models
from tests.llm_servers import ollama_server, openai_server

NOWHERE = "http://127.0.0.1:9"
GB = 1_000_000_000


def listed(name: str, *, day: int = 1, size: int = 2 * GB, family: str = "llama") -> dict[str, Any]:
    modified = f"2026-01-{day:02}T00:00:00Z"
    return {"name": name, "model": name, "modified_at": modified, "size": size, "details": {"family": family}}


def choose(*models: dict[str, Any]) -> str | None:
    with ollama_server(models=models) as server:
        return find_chat_model(server.url)


def test_the_newest_chat_model_is_chosen() -> None:
    assert choose(listed("old", day=1), listed("new", day=9), listed("middle", day=5)) == "new"


def test_an_embedding_model_is_never_chosen() -> None:
    assert choose(listed("nomic-embed-text", day=9), listed("x", family="nomic-bert", day=8)) is None
    assert choose(listed("bge-m3:latest", day=9), listed("llama3.2:3b", day=1)) == "llama3.2:3b"


def test_a_model_that_runs_on_another_machine_is_never_chosen() -> None:
    assert choose(listed("gpt-oss:120b-cloud"), listed("renamed", size=384)) is None


def test_a_model_too_large_for_most_machines_gives_way_to_one_that_fits() -> None:
    assert choose(listed("huge", size=70 * GB, day=9), listed("small", day=1)) == "small"
    assert choose(listed("huge", size=70 * GB, day=9), listed("big", size=40 * GB)) == "big"


def test_an_ollama_without_models_gives_none() -> None:
    assert choose() is None


def test_where_nothing_listens_is_no_ollama() -> None:
    assert find_chat_model(NOWHERE) is None


def test_an_ollama_that_is_busy_is_waited_for_and_one_that_says_nothing_is_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = json.dumps({"models": [listed("small")]})
    said = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"

    def answer_late() -> None:
        time.sleep(3 * ollama_models.FIND_SECONDS)
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(said.encode())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        busy = Thread(target=answer_late)
        busy.start()
        assert find_chat_model(url) == "small"
        busy.join()
        monkeypatch.setattr(ollama_models, "FOUND_SECONDS", 0.1)
        assert find_chat_model(url) is None


def test_only_this_machine_is_asked_when_no_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://192.0.2.1:11434")
    monkeypatch.setattr(ollama_models, "DEFAULT_URL", NOWHERE)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9"):
        list_models()


def test_another_kind_of_server_is_not_taken_for_ollama() -> None:
    with openai_server() as server:
        assert find_chat_model(server.url) is None
        with pytest.raises(ModelError, match="is not Ollama"):
            list_models(server.url)


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    assert choose(listed("small")) == "small"


def test_the_context_of_a_model_is_what_its_file_says() -> None:
    with ollama_server(context_length=40960) as server:
        assert context_length("llama3.2:3b", server.url) == 40960


def test_an_unreachable_ollama_is_named_without_its_password() -> None:
    with pytest.raises(ModelError) as caught:
        context_length("x", "http://me:hunter2@127.0.0.1:9")
    assert "Cannot connect to Ollama at http://127.0.0.1:9" in caught.value.reason
    assert "hunter2" not in str(caught.value)
