"""vLLM and `transformers serve`, where they are installed, with a tiny model: what goes over the wire, and no sense."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models.llm import open_chat_model
from rag.models.llm.chat_model import UNKNOWN_CONTEXT, ChatModel
from rag.types import JsonForm, Message
from tests.integration.serving import serving
from tests.tiny_llm import CONTEXT_TOKENS, PROGRAMS, tiny_server

pytestmark = pytest.mark.timeout(900)

HELLO = [Message("system", "Be brief."), Message("user", "Say hello.")]
LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"


@dataclass(frozen=True)
class RealServer:
    program: str
    url: str
    name: str

    def open(self, name: str = "") -> ChatModel:
        return open_chat_model(f"openai:{name or self.name}", base_url=f"{self.url}/v1", retries=0)


@pytest.fixture(scope="module", params=sorted(PROGRAMS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with tiny_server(PROGRAMS[request.param], tmp_path_factory.mktemp(request.param)) as (url, name):
        yield RealServer(request.param, url, name)


def test_an_answer_streams_with_its_counts_and_why_it_ended(server: RealServer) -> None:
    pieces = list(server.open().stream(HELLO, max_tokens=12))
    last = pieces[-1]
    assert last.usage is not None
    assert (last.usage.estimated, last.usage.completion_tokens, last.finish_reason) == (False, 12, "length")
    assert last.usage.prompt_tokens > 20
    assert any(piece.text for piece in pieces)


def test_what_a_server_says_of_its_model_is_used_and_the_rest_assumed(server: RealServer) -> None:
    model = server.open()
    tells_context = server.program == "vllm"
    assert model.context_tokens == (CONTEXT_TOKENS if tells_context else UNKNOWN_CONTEXT)
    # A byte is a token of this model; an estimate counts words.
    assert (model.count_tokens("Hello there") == 11) is tells_context
    assert (model.is_local, model.sees_images, model.calls_tools) == (True, False, False)


def test_a_stopped_answer_makes_room_for_the_next(server: RealServer) -> None:
    stop, model = threading.Event(), server.open()
    pieces = model.stream(HELLO, max_tokens=1500, stop=stop)
    next(pieces)
    stop.set()
    with pytest.raises(ModelError, match="was stopped"):
        list(pieces)
    assert list(model.stream(HELLO, max_tokens=4))[-1].finish_reason == "length"


def test_a_model_that_is_not_there_is_said_to_be_missing(server: RealServer) -> None:
    with pytest.raises(ModelError, match="There is no model 'another'"):
        list(server.open("another").stream(HELLO, max_tokens=4))


def test_a_form_of_json_is_kept_to_by_vllm_and_passed_over_by_transformers(server: RealServer) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": ["x"]}}, "required": ["a"], "additionalProperties": False}
    text = "".join(piece.text for piece in server.open().stream_json(HELLO, JsonForm(schema), max_tokens=40))
    assert text.lstrip().startswith("{") is (server.program == "vllm")


def test_lectern_answers_through_it(server: RealServer, home: Path, folder: Path) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    llm = {"llm": f"openai:{server.name}", "llm_base_url": f"{server.url}/v1", "answer_tokens": 24}
    with serving(home, **llm) as served:
        served.sync(folder)
        asked = {"question": "How often does the lamp of the lighthouse flash?"}
        answer = served.client.post("/ask", json=asked, timeout=280).json()
    assert (answer["llm"], answer["error"], answer["tokens"]["estimated"]) == (llm["llm"], "", False)
    assert [source["document"] for source in answer["sources"]] == ["light.txt"]
