"""What Ollama says beside an answer: capabilities, thoughts, errors in the stream, memory, accounts, loading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from rag.errors import ModelError
from rag.models.llm import ChatModel, open_chat_model
from rag.models.llm.ollama_models import find_chat_model, list_capable_models
from rag.models.llm.providers import THINKING_TOKENS
from rag.types import Message, ModelChunk
from tests.llm_servers import SAYS_ERROR, ModelServer, ollama_server, status

QUESTION = [Message("user", "What is the capital of France?")]
THOUGHTS = "They ask for a capital. It is Paris."


@contextmanager
def opened(name: str, *, idle_seconds: float | None = None, **script: Any) -> Iterator[tuple[ChatModel, ModelServer]]:
    with (
        ollama_server(model=name, **script) as server,
        closing(open_chat_model(f"ollama:{name}", base_url=server.url, retries=2, idle_seconds=idle_seconds)) as model,
    ):
        yield model, server


def ask(model: ChatModel) -> list[ModelChunk]:
    return list(model.stream(QUESTION, max_tokens=64))


def failure_of(model: ChatModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        ask(model)
    assert "France" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "architecture", "asked_for"),
    [("gpt-oss:20b", "gptoss", "low"), ("own/renamed", "gptoss", "low"), ("qwen3:4b-thinking-2507", "qwen3", True)],
)
def test_a_model_that_cannot_but_think_has_room_for_it_and_its_thoughts_are_not_shown(
    name: str, architecture: str, asked_for: str | bool
) -> None:
    script = {"capabilities": ("completion", "thinking"), "architecture": architecture, "thinks": THOUGHTS}
    with opened(name, answer="Paris [1].", **script) as (model, server):
        assert "".join(piece.text for piece in ask(model)) == "Paris [1]."
    (asked,) = server.chats
    assert asked.body["think"] == asked_for
    assert asked.body["options"]["num_predict"] == 64 + THINKING_TOKENS


@pytest.mark.parametrize("capabilities", [("completion", "thinking"), ("completion",), None])
def test_a_model_that_can_be_told_not_to_think_is_told(capabilities: tuple[str, ...] | None) -> None:
    with opened("qwen3:4b", architecture="qwen3", capabilities=capabilities) as (model, server):
        ask(model)
    assert server.chats[0].body["think"] is False
    assert server.chats[0].body["options"]["num_predict"] == 64


def test_an_error_in_the_middle_of_an_answer_is_told_as_one() -> None:
    with opened("small", answer="Paris is", failures=[SAYS_ERROR]) as (model, server):
        failure = failure_of(model)
    assert "broke off in the middle" in failure.reason
    assert "ollama:small at http://127.0.0.1" in failure.reason
    assert "Ollama's log" in failure.remedy
    assert len(server.chats) == 1


def test_too_little_memory_is_told_with_what_ollama_says_of_it_and_not_tried_again() -> None:
    said = '{"error": "model requires more system memory (8.1 GiB) than is available (7.3 GiB)"}'
    with opened("large", failures=[status(500, body=said)] * 3) as (model, server):
        failure = failure_of(model)
    assert failure.reason.endswith("It needs 8.1 GiB, and 7.3 GiB are free.")
    assert "smaller model" in failure.remedy
    assert len(server.chats) == 1


@pytest.mark.parametrize(
    ("code", "body", "said", "remedy"),
    [
        (401, '{"error": "unauthorized", "signin_url": "https://ollama.com/connect?k=1"}', "an account", "signin"),
        (403, '{"error": "this model requires a subscription"}', "may not use", "ollama.com/settings"),
    ],
)
def test_a_cloud_model_that_is_not_allowed_says_what_to_do(code: int, body: str, said: str, remedy: str) -> None:
    with opened("gpt-oss:120b-cloud", failures=[status(code, body=body)]) as (model, _):
        failure = failure_of(model)
    assert said in failure.reason
    assert remedy in failure.remedy
    assert "connect?k=" not in str(failure), "the address signs in whoever opens it"


def test_how_long_it_is_kept_in_memory_is_said_only_where_a_setting_says_it() -> None:
    for seconds, kept in ((None, None), (0.0, 0), (1800.0, 1800)):
        with opened("small", idle_seconds=seconds) as (model, server):
            ask(model)
        assert server.chats[0].body.get("keep_alive") == kept


def test_the_time_for_loading_is_told_with_the_last_piece() -> None:
    with opened("small", load_seconds=12.5) as (model, _):
        pieces = ask(model)
    assert [piece.loading_seconds for piece in pieces] == [*[0.0] * (len(pieces) - 1), 12.5]


def listed(name: str, *, day: int = 1) -> dict[str, Any]:
    modified = f"2026-01-{day:02}T00:00:00Z"
    return {"name": name, "model": name, "modified_at": modified, "size": 2_000_000_000, "details": {"family": "llama"}}


def test_capabilities_decide_what_can_chat_and_see_whatever_its_name() -> None:
    can = {"my-minilm": ("completion", "vision"), "granite:30m": ("embedding",), "flux": ("image",)}
    models = [listed("flux", day=9), listed("granite:30m", day=8), listed("my-minilm", day=2)]
    with ollama_server(models=models, capabilities_of=can) as server:
        told = {model.name: (model.can_chat, model.sees_images) for model in list_capable_models(server.url)}
    assert told == {"flux": (False, False), "granite:30m": (False, False), "my-minilm": (True, True)}


def test_the_newest_that_can_chat_by_its_capabilities_is_found() -> None:
    models = [listed("picture", day=9), listed("small", day=2), listed("old", day=1)]
    with ollama_server(models=models, capabilities_of={"picture": ("image",)}) as server:
        assert find_chat_model(server.url) == "small"


def test_an_ollama_that_tells_no_capabilities_is_judged_by_names() -> None:
    models = [listed("nomic-embed-text", day=9), listed("small", day=2)]
    with ollama_server(models=models, capabilities=None) as server:
        assert [model.can_chat for model in list_capable_models(server.url)] == [False, True]
        assert find_chat_model(server.url) == "small"
