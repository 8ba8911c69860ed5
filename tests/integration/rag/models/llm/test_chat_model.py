"""Chat models against servers that speak the providers' protocols over a real socket."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest

from rag.errors import ConfigurationError, ModelError
from rag.models.llm import ChatModel, disable_tracing, open_chat_model
from rag.models.llm.providers import THINKING_TOKENS
from rag.types import Message, ModelChunk, Usage
from tests import llm_servers
from tests.llm_servers import server_of, status

QUESTION = [Message("system", "Be short."), Message("user", "Capital of France?")]
KEY = "sk-secret-1234567890"

LLMS = ("ollama:llama3.2:3b", "openai:gpt-4o", "anthropic:claude-haiku-4-5", "google_genai:gemini-2.5-flash")

every_provider = pytest.mark.parametrize("spec", LLMS)


@contextmanager
def opened(
    spec: str, *, retries: int = 0, timeout_seconds: float = 10, **script: Any
) -> Iterator[tuple[ChatModel, Any]]:
    """A model and the scripted server it talks to."""
    with (
        server_of(spec, **script) as server,
        closing(
            open_chat_model(spec, base_url=server.url, api_key=KEY, timeout_seconds=timeout_seconds, retries=retries)
        ) as model,
    ):
        yield model, server


def ask(model: ChatModel, *, max_tokens: int = 64) -> list[ModelChunk]:
    return list(model.stream(QUESTION, max_tokens=max_tokens))


def failure_of(model: ChatModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        ask(model)
    text = f"{caught.value!r} {caught.value.remedy} {model!r}"
    assert KEY not in text
    assert "France" not in text
    return caught.value


@every_provider
def test_an_answer_arrives_in_pieces_with_usage_and_finish_reason(spec: str) -> None:
    with opened(spec, answer="Paris is the capital [1].") as (model, server):
        chunks = ask(model)
    assert "".join(chunk.text for chunk in chunks) == "Paris is the capital [1]."
    assert len(chunks) > 4
    assert chunks[-1].usage == Usage(11, 7)
    assert chunks[-1].finish_reason in ("stop", "end_turn")
    assert model.name == spec
    assert model.is_local
    assert len(server.chats) == 1


@every_provider
def test_the_first_piece_arrives_before_the_answer_is_finished(spec: str) -> None:
    with opened(spec, answer="one two", failures=[llm_servers.HANG_IN_ANSWER]) as (model, _):
        stream = model.stream(QUESTION, max_tokens=64)
        assert next(stream).text == "one"
        stream.close()  # type: ignore[attr-defined]


@every_provider
def test_closing_the_stream_early_hangs_up_on_the_server(spec: str) -> None:
    with opened(spec, answer="word " * 5_000, pause=0.02) as (model, server):
        stream = model.stream(QUESTION, max_tokens=64)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert server.hung_up.wait(60)


@every_provider
@pytest.mark.parametrize("fault", [llm_servers.HANG, llm_servers.HANG_IN_ANSWER], ids=lambda fault: fault.kind)
def test_a_server_that_hangs_is_hung_up_on_when_another_thread_says_stop(spec: str, fault: Any) -> None:
    with opened(spec, failures=[fault], timeout_seconds=120) as (model, server):
        stop = threading.Event()
        said: list[str] = []

        def read() -> None:
            with pytest.raises(ModelError, match="was stopped"):
                said.extend(chunk.text for chunk in model.stream(QUESTION, max_tokens=64, stop=stop))

        reading = threading.Thread(target=read)
        reading.start()
        while not server.chats:
            time.sleep(0.01)
        stop.set()
        reading.join(60)  # The model's own time-out is longer.
        assert not reading.is_alive()
        assert server.hung_up.wait(60)


@every_provider
def test_an_answer_cut_by_the_token_limit_says_length(spec: str) -> None:
    word = {"ollama": "length", "openai": "length", "anthropic": "max_tokens", "google_genai": "MAX_TOKENS"}
    with opened(spec, stop=word[spec.split(":")[0]]) as (model, _):
        assert ask(model)[-1].finish_reason == "length"


@every_provider
def test_a_rate_limit_is_waited_out_as_the_server_asks(spec: str) -> None:
    with opened(spec, retries=1, failures=[status(429, retry_after=0)], answer="Paris") as (model, server):
        assert ask(model)[0].text == "Paris"
        assert len(server.chats) == 2


@every_provider
@pytest.mark.parametrize("code", [500, 503, 529])
def test_a_failing_server_is_asked_again(spec: str, code: int) -> None:
    with opened(spec, retries=1, failures=[status(code)], answer="Paris") as (model, server):
        assert ask(model)[0].text == "Paris"
        assert len(server.chats) == 2


@every_provider
def test_a_failure_that_lasts_is_told_after_the_retries(spec: str) -> None:
    with opened(spec, retries=1, failures=[status(500)] * 9) as (model, server):
        error = failure_of(model)
        assert len(server.chats) == 2
    assert "HTTP 500" in error.reason
    assert spec in error.reason


@every_provider
def test_a_rate_limit_that_lasts_is_named(spec: str) -> None:
    with opened(spec, failures=[status(429, retry_after=7)]) as (model, _):
        assert "limits the rate" in failure_of(model).reason


@pytest.mark.parametrize("spec", [spec for spec in LLMS if not spec.startswith("ollama")])
def test_a_wait_too_long_to_sit_out_is_not_begun(spec: str) -> None:
    """Ollama's client library does not pass the header on, and Ollama does not send it."""
    with opened(spec, retries=3, failures=[status(429, retry_after=3600)]) as (model, server):
        assert "3600 seconds" in failure_of(model).remedy
        assert len(server.chats) == 1


@every_provider
@pytest.mark.parametrize("code", [401, 403])
def test_a_bad_key_is_named_and_not_tried_again(spec: str, code: int) -> None:
    body = f'{{"error": {{"message": "Incorrect API key provided: {KEY}"}}}}'
    with opened(spec, retries=3, failures=[status(code, body=body)]) as (model, server):
        error = failure_of(model)
        assert len(server.chats) == 1
    assert "refused the API key" in error.reason
    assert error.remedy


@every_provider
def test_an_unknown_model_is_named_with_what_to_do(spec: str) -> None:
    with opened(spec, retries=3, failures=[status(404)]) as (model, server):
        error = failure_of(model)
        assert len(server.chats) == 1
    assert "no model" in error.reason
    if spec.startswith("ollama"):
        assert error.remedy == "Run: ollama pull llama3.2:3b"


def test_a_server_of_one_model_that_is_asked_for_another_has_no_such_model() -> None:
    refused = status(400, body="{\"detail\": \"Server is pinned to 'house'; requested 'other'.\"}")
    with opened("openai:other", failures=[refused]) as (model, _):
        error = failure_of(model)
    assert "no model 'other'" in error.reason


@every_provider
def test_a_prompt_too_long_for_the_model_is_named(spec: str) -> None:
    message = "prompt is too long: exceeds the maximum number of tokens allowed, context_length_exceeded France"
    body = f'{{"error": {{"message": "{message}", "code": "context_length_exceeded"}}}}'
    with opened(spec, failures=[status(400, body=body)]) as (model, _):
        assert "longer than the context" in failure_of(model).reason


@every_provider
def test_a_server_that_hangs_ends_by_the_time_out(spec: str) -> None:
    with opened(spec, retries=2, timeout_seconds=0.5, failures=[llm_servers.HANG] * 9) as (model, server):
        error = failure_of(model)
        assert len(server.chats) <= 3
    assert "within 0.5 seconds" in error.reason


@every_provider
def test_a_server_that_hangs_in_mid_answer_ends_by_the_time_out(spec: str) -> None:
    with opened(spec, timeout_seconds=0.5, failures=[llm_servers.HANG_IN_ANSWER]) as (model, _):
        error = failure_of(model)
    assert "broke off in the middle" in error.reason
    assert "0.5 seconds" in error.reason


@every_provider
@pytest.mark.parametrize("fault", [llm_servers.CUT, llm_servers.STOP_SHORT, llm_servers.BAD_JSON], ids=lambda f: f.kind)
def test_a_stream_that_breaks_is_not_asked_again_and_not_taken_for_an_answer(spec: str, fault: Any) -> None:
    with opened(spec, retries=3, failures=[fault]) as (model, server):
        error = failure_of(model)
        assert len(server.chats) == 1
    assert "broke off in the middle" in error.reason
    assert error.remedy


@every_provider
def test_a_server_that_is_not_there_is_named(spec: str) -> None:
    with closing(open_chat_model(spec, base_url="http://127.0.0.1:9", api_key=KEY, retries=0)) as model:
        error = failure_of(model)
    assert "Cannot connect" in error.reason
    assert "http://127.0.0.1:9" in error.reason


@every_provider
def test_the_limit_on_the_answer_is_sent(spec: str) -> None:
    with opened(spec) as (model, server):
        ask(model, max_tokens=77)
        body = server.chats[0].body
    sent = {
        "ollama": lambda: body["options"]["num_predict"],
        "openai": lambda: body["max_tokens"],
        "anthropic": lambda: body["max_tokens"],
        "google_genai": lambda: body["generationConfig"]["maxOutputTokens"],
    }
    thinks = spec.startswith(("anthropic", "google"))
    assert sent[spec.split(":")[0]]() == 77 + (THINKING_TOKENS if thinks else 0)


@every_provider
def test_a_proxy_in_the_environment_never_sees_a_local_prompt(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with opened(spec, answer="Paris") as (model, _):
        assert ask(model)[0].text == "Paris"


@every_provider
def test_a_password_in_the_url_is_not_shown(spec: str) -> None:
    with closing(open_chat_model(spec, base_url="http://me:hunter2@127.0.0.1:9", api_key=KEY, retries=0)) as model:
        assert "hunter2" not in str(failure_of(model))


def test_ollama_is_given_the_context_that_the_prompt_was_fitted_to() -> None:
    with opened("ollama:llama3.2:3b", context_length=131072) as (model, server):
        ask(model)
        assert model.context_tokens == server.chats[0].body["options"]["num_ctx"] == 8192


def test_a_small_ollama_model_keeps_its_own_context() -> None:
    with opened("ollama:llama3.2:3b", context_length=2048) as (model, _):
        assert model.context_tokens == 2048


def test_a_setting_overrides_what_the_server_says_of_its_context() -> None:
    with llm_servers.ollama_server() as server:
        model = open_chat_model("ollama:llama3.2:3b", base_url=server.url, context_tokens=32768)
        ask(model)
        assert model.context_tokens == server.chats[0].body["options"]["num_ctx"] == 32768
        model.close()


@pytest.mark.parametrize("model_name", ["gpt-oss:120b-cloud", "mine"])
def test_a_model_that_ollama_runs_elsewhere_is_not_local(model_name: str) -> None:
    remote = "" if model_name.endswith("cloud") else "https://ollama.com"
    with llm_servers.ollama_server(model=model_name, remote_host=remote) as server:
        model = open_chat_model(f"ollama:{model_name}", base_url=server.url)
        assert not model.is_local
        model.close()


def test_llama_cpp_says_its_context_and_counts_tokens_once_per_text() -> None:
    with opened("openai:gpt-4o", n_ctx=2048, tokens_per_word=3) as (model, server):
        assert model.context_tokens == 2048
        assert [model.count_tokens("one two"), model.count_tokens("one two")] == [6, 6]
        assert sum(request.path == "/tokenize" for request in server.requests) == 1


def test_vllm_says_its_context_and_counts_tokens() -> None:
    with opened("openai:gpt-4o", max_model_len=32768, tokens_per_word=2) as (model, server):
        assert model.context_tokens == 32768
        assert model.count_tokens("one two three") == 6
        assert server.requests[-1].body == {"model": "gpt-4o", "prompt": "one two three"}


def test_a_server_without_tokenizer_is_estimated_for() -> None:
    with opened("openai:gpt-4o") as (model, _):
        assert model.context_tokens == 4096
        assert model.count_tokens("The cat sat on the mat.") >= 7


def test_a_tokenizer_that_fails_is_estimated_for_and_the_context_stays_known() -> None:
    with opened("openai:gpt-4o", n_ctx=2048) as (model, server):
        assert [model.count_tokens(f"The cat sat on mat {number}.") >= 7 for number in range(9)] == [True] * 9
        assert sum(request.path == "/tokenize" for request in server.requests) == 1
        assert model.context_tokens == 2048


def test_a_context_that_proves_too_small_is_asked_for_again() -> None:
    too_long = status(400, body='{"error": {"message": "exceeds the available context size"}}')
    with opened("openai:gpt-4o", n_ctx=2048, failures=[too_long]) as (model, server):
        assert model.context_tokens == 2048
        failure_of(model)
        assert model.context_tokens == 2048
        assert sum(request.path == "/props" for request in server.requests) == 2


def test_a_server_that_does_not_answer_is_not_asked_each_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = 0

        def hang_up() -> None:
            nonlocal asked
            with suppress(OSError):  # The end of the listening.
                while True:
                    connection = listening.accept()[0]
                    asked += 1  # Before it hangs up: the client goes on from then.
                    connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        model = open_chat_model("ollama:llama3.2:3b", base_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        assert [model.context_tokens for _ in range(50)] == [4096] * 50
        assert 1 <= asked < 10
        model.close()


def test_a_compatible_server_needs_no_key_and_does_not_get_the_one_for_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with llm_servers.openai_server(answer="Paris") as server:
        model = open_chat_model("openai:any", base_url=server.url)
        assert ask(model)[0].text == "Paris"
        assert all(KEY not in str(request.headers) for request in server.requests)
        model.close()


def test_the_environment_cannot_send_an_openai_model_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with llm_servers.openai_server() as elsewhere, llm_servers.openai_server(answer="Paris") as server:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_GATEWAY"):
            monkeypatch.setenv(name, elsewhere.url)
        model = open_chat_model("openai:any", base_url=server.url)
        assert ask(model)[0].text == "Paris"
        assert elsewhere.requests == []
        model.close()


def test_tracing_stays_off_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with llm_servers.openai_server() as tracer, llm_servers.openai_server(answer="Paris") as server:
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
            monkeypatch.setenv(name, "true")
        monkeypatch.setenv("LANGCHAIN_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", tracer.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2_key")
        disable_tracing()
        model = open_chat_model("openai:any", base_url=server.url)
        assert ask(model)[0].text == "Paris"
        time.sleep(0.3)
        assert tracer.requests == []
        model.close()
    assert "LANGSMITH_TRACING" not in os.environ


@pytest.mark.parametrize(
    ("spec", "remedy"),
    [
        ("openai:gpt-4o", "Set OPENAI_API_KEY, or give it on the page Models."),
        ("anthropic:claude-haiku-4-5", "Set ANTHROPIC_API_KEY, or give it on the page Models."),
        ("google_genai:gemini-2.5-flash", "Set GOOGLE_API_KEY, or give it on the page Models."),
        ("mistral:small", "Providers are ollama, openai, anthropic, google_genai; gguf:NAME is a file."),
        ("gpt-4o", "Providers are ollama, openai, anthropic, google_genai; gguf:NAME is a file."),
        ("ollama:", "Providers are ollama, openai, anthropic, google_genai; gguf:NAME is a file."),
    ],
)
def test_a_model_that_cannot_be_set_up_says_what_is_missing(spec: str, remedy: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_chat_model(spec)
    assert caught.value.remedy == remedy


def test_a_providers_own_address_is_known_as_such_when_it_is_written_out() -> None:
    with pytest.raises(ConfigurationError, match="needs an API key"):
        open_chat_model("openai:gpt-4o", base_url="https://api.openai.com/v1/")


@pytest.mark.parametrize("url", ["localhost:8000", "http://", "http://[::1", "http://host:99999", "ftp://host"])
def test_a_base_url_that_is_not_one_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not a URL"):
        open_chat_model("openai:any", base_url=url)


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ("openai:gpt-4o-mini", 128_000),
        ("anthropic:claude-x", 200_000),
        ("google_genai:gemini-x", 1_000_000),
        ("openai:gpt-4.1", 1_047_576),
    ],
)
def test_a_providers_own_model_has_its_known_context_and_is_not_local(spec: str, size: int) -> None:
    model = open_chat_model(spec, api_key=KEY)
    assert model.context_tokens == size
    assert not model.is_local
    assert KEY not in repr(model) + str(vars(model))
    model.close()


def test_a_slow_server_has_as_long_as_the_setting_says_whatever_a_library_finds_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGCHAIN_OPENAI_STREAM_CHUNK_TIMEOUT_S", "0.05")
    with opened("openai:slow", answer="Three times.", pause=0.2, timeout_seconds=60) as (model, _):
        said = "".join(piece.text for piece in model.stream([Message("user", "How often?")], max_tokens=20))
    assert said == "Three times."
