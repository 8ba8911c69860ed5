"""Images attached to a question, from the HTTP API and the web page to what arrives at each provider's protocol."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
import streamlit as st

from app.service import build_models
from app.web import texts
from app.web.ask import page as ask_page
from app.web.ask.export import conversation_markdown
from app.web.frame import SERVICE_ARGUMENT
from rag.errors import ModelError
from rag.models.llm import open_chat_model
from rag.types import Image, Message
from tests import llm_servers
from tests.fakes import HashEmbedder
from tests.integration.app.web.test_frame import draw
from tests.integration.running import run_command
from tests.integration.serving import Served, serving, without_reader
from tests.llm_servers import ModelServer, server_of, status
from tests.pictures import bomb, opened, photo, picture

LAMP = "How often does the lamp of the lighthouse flash?"
ANSWER = "The lamp flashes three times every minute [1]."

LLMS = ("ollama:llava", "openai:gpt-4o", "anthropic:claude-haiku-4-5", "google_genai:gemini-2.5-flash")
SEEING: dict[str, dict[str, Any]] = {
    "ollama:llava": {"capabilities": ["completion", "vision"]},
    "openai:gpt-4o": {"n_ctx": 8192, "vision": True},
}
"""What the servers say of themselves; of the other two LangChain's table tells."""


@pytest.fixture(autouse=True)
def no_reader() -> Iterator[None]:
    with without_reader():
        yield


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


@contextmanager
def serving_with(home: Path, folder: Path, spec: str, llm: ModelServer, **settings: Any) -> Iterator[Served]:
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    keys = {"openai_api_key": "k", "anthropic_api_key": "k", "google_api_key": "k"}
    with serving(home, llm=spec, llm_base_url=llm.url, llm_retries=0, **keys, **settings) as served:
        served.sync(folder)
        yield served


def ask(served: Served, *images: dict[str, str], **more: Any) -> Any:
    return served.client.post("/ask", json={"question": LAMP, "images": list(images), **more})


SIGN = {"name": "sign.png", "data": base64_of(picture())}


# --- what arrives ---


def image_in(spec: str, body: Any) -> tuple[str, str]:
    """The image in a provider's request as (media type, base64), and nothing but the question beside it."""
    match spec.partition(":")[0]:
        case "ollama":
            (message,) = [message for message in body["messages"] if message.get("images")]
            assert LAMP in message["content"]
            return "image/png", message["images"][0]
        case "openai":
            image, text = body["messages"][-1]["content"]
            assert LAMP in text["text"]
            head, _, data = image["image_url"]["url"].partition(";base64,")
            return head.removeprefix("data:"), data
        case "anthropic":
            image, text = body["messages"][-1]["content"]
            assert (image["type"], image["source"]["type"], LAMP in text["text"]) == ("image", "base64", True)
            return image["source"]["media_type"], image["source"]["data"]
        case _:  # Google takes this name as well as mimeType
            image, text = body["contents"][-1]["parts"]
            assert LAMP in text["text"]
            inline = image["inlineData"]
            return inline["mime_type"], inline["data"].replace("-", "+").replace("_", "/")


@pytest.mark.parametrize("spec", LLMS)
def test_an_image_arrives_in_the_protocol_of_its_llm(spec: str) -> None:
    shown = Message("user", LAMP, (Image("sign.png", "image/png", picture(), 40, 20),))
    with (
        server_of(spec, **SEEING.get(spec, {})) as server,
        closing(open_chat_model(spec, base_url=server.url, api_key="k", retries=0)) as model,
    ):
        assert model.sees_images
        list(model.stream([Message("system", "Be short."), shown], max_tokens=8))
        media_type, data = image_in(spec, server.chats[0].body)
        assert (media_type, base64.b64decode(data)) == ("image/png", picture())


@pytest.mark.parametrize("spec", ["ollama:llava", "anthropic:claude-haiku-4-5"])
def test_an_image_goes_with_a_question_from_the_api_to_the_llm(spec: str, home: Path, folder: Path) -> None:
    with (
        server_of(spec, answer=ANSWER, **SEEING.get(spec, {})) as llm,
        serving_with(home, folder, spec, llm) as served,
    ):
        assert served.client.get("/models").json()["sees_images"] is True
        answer = ask(served, SIGN)
        assert (answer.status_code, answer.json()["answer"]) == (200, ANSWER), answer.text
        assert [citation["document"] for citation in answer.json()["citations"]] == ["light.txt"]
        (chat,) = llm.chats
        media_type, data = image_in(spec, chat.body)
        assert (media_type, opened(base64.b64decode(data)).size) == ("image/png", (40, 20))
        assert "They are no sources" in str(chat.body)


BLIND: list[tuple[str, dict[str, Any]]] = [
    ("ollama:llava", {"capabilities": ["completion"]}),
    ("openai:gpt-4o", {"n_ctx": 8192, "vision": False}),
    ("openai:gpt-4o", {"n_ctx": 8192}),
    ("openai:gpt-4o", {"max_model_len": 8192}),
    ("openai:gpt-4o", {}),
    ("anthropic:claude-unknown", {}),
    ("google_genai:gemma-unknown", {}),
]


@pytest.mark.parametrize(("spec", "says"), BLIND)
def test_an_llm_of_which_nobody_says_so_does_not_see_unless_the_setting_does(spec: str, says: dict[str, Any]) -> None:
    with server_of(spec, **says) as server:
        seen = []
        for setting in (None, True):
            with closing(open_chat_model(spec, base_url=server.url, api_key="k", sees_images=setting)) as model:
                seen.append(model.sees_images)
        assert seen == [False, True]


def test_openais_own_models_are_known_by_langchains_table() -> None:
    known = {"gpt-4o": True, "gpt-3.5-turbo": False, "gpt-unknown": False}
    for name, sees in known.items():
        with closing(open_chat_model(f"openai:{name}", api_key="k")) as model:
            assert model.sees_images is sees
    with closing(open_chat_model("openai:gpt-4o", api_key="k", sees_images=False)) as model:
        assert not model.sees_images


def test_an_llm_that_does_not_see_is_shown_no_image(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        llm_servers.ollama_server(answer=ANSWER) as llm,
        serving_with(home, folder, "ollama:llama3.2:3b", llm) as served,
    ):
        assert served.client.get("/models").json()["sees_images"] is False
        for stream in (False, True):
            refused = ask(served, SIGN, stream=stream)
            assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
            assert "ollama:llama3.2:3b is not known to see images" in refused.json()["detail"]
            assert "llm_sees_images" in refused.json()["remedy"]
        quotes = ask(served, SIGN, use_llm=False)
        assert (quotes.status_code, "no LLM to look at it" in quotes.json()["detail"]) == (422, True)
        assert llm.chats == []
        assert ask(served).json()["answer"] == ANSWER
        with page_of(served, monkeypatch) as drawn:
            assert not drawn.exception
            assert not drawn.chat_input[0].proto.accept_file


def test_an_llm_that_refuses_the_image_is_said_to_be_perhaps_blind() -> None:
    shown = Message("user", "What is it?", (Image("sign.png", "image/png", picture(), 40, 20),))
    with (
        llm_servers.ollama_server(failures=[status(500, body='{"error": "this model is missing data"}')]) as server,
        closing(open_chat_model("ollama:llava", base_url=server.url, retries=0, sees_images=True)) as model,
        pytest.raises(ModelError) as failed,
    ):
        list(model.stream([shown], max_tokens=8))
    assert "may not see images" in failed.value.remedy


# --- what is refused ---


@pytest.fixture(scope="module")
def kept_seeing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, ModelServer]]:
    base = tmp_path_factory.mktemp("seeing")
    with (
        llm_servers.openai_server(answer=ANSWER, n_ctx=4096, vision=True) as llm,
        serving_with(base, base, "openai:gpt-4o", llm) as served,
    ):
        yield served, llm


@pytest.fixture
def seeing(kept_seeing: tuple[Served, ModelServer]) -> tuple[Served, ModelServer]:
    """A server whose LLM sees, with no request to it yet."""
    kept_seeing[1].requests.clear()
    return kept_seeing


def test_what_is_no_image_that_can_be_shown_is_refused_with_a_reason(seeing: tuple[Served, ModelServer]) -> None:
    served, llm = seeing
    wrong = {
        "is not a PNG": {"name": "notes.png", "data": base64_of(b"notes")},
        "is not in base64": {"name": "sign.png", "data": "§"},
        "more than 50 million pixels": {"name": "bomb.png", "data": base64_of(bomb(60_000, 60_000))},
        "is damaged": {"name": "cut.png", "data": base64_of(picture("JPEG", (200, 200))[:400])},
        "more than 10 MB": {"name": "huge.png", "data": base64_of(bytes((10 << 20) + 1))},
    }
    for reason, image in wrong.items():
        refused = ask(served, image)
        assert (refused.status_code, refused.headers["content-type"]) == (415, "application/problem+json"), reason
        assert reason in refused.json()["detail"]
        assert refused.json()["remedy"]
    many = ask(served, *[SIGN] * 5)
    assert (many.status_code, "at most 4 images" in many.json()["detail"]) == (415, True)
    assert ask(served, {**SIGN, "url": "http://127.0.0.1/x"}).status_code == 422
    assert llm.chats == []
    assert ask(served, *[SIGN] * 4).status_code == 200


def test_images_that_the_llm_has_no_room_for_are_refused(seeing: tuple[Served, ModelServer]) -> None:
    served, llm = seeing
    large = {"name": "large.png", "data": base64_of(picture("PNG", (1200, 900)))}
    refused = ask(served, large, large)
    assert (refused.status_code, "its images take about 2838 of them" in refused.json()["detail"]) == (422, True)
    assert llm.chats == []


def test_a_follow_up_is_rewritten_without_the_image_and_answered_with_it(seeing: tuple[Served, ModelServer]) -> None:
    served, llm = seeing
    history = [{"role": "user", "text": "Who keeps the lamp?"}, {"role": "assistant", "text": "Ada Moss."}]
    assert ask(served, SIGN, history=history).status_code == 200
    assert ["image_url" in str(chat.body) for chat in llm.chats] == [False, True]


# --- OpenAI's protocol ---


def complete(served: Served, *urls: str) -> Any:
    parts: list[Any] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
        return client.chat.completions.create(
            model="lectern/default", messages=[{"role": "user", "content": [{"type": "text", "text": LAMP}, *parts]}]
        )


def test_the_openai_client_shows_images_as_data_urls(seeing: tuple[Served, ModelServer]) -> None:
    served, llm = seeing
    completion = complete(served, f"data:image/jpeg;base64,{base64_of(photo())}")
    assert completion.choices[0].message.content.startswith(ANSWER)
    media_type, data = image_in("openai:gpt-4o", llm.chats[0].body)
    assert (media_type, opened(base64.b64decode(data)).size) == ("image/jpeg", (20, 40))


def test_no_address_of_an_image_is_ever_opened(seeing: tuple[Served, ModelServer]) -> None:
    served, llm = seeing
    asked_before = len(llm.requests)
    for url in (f"{llm.url}/sign.png", "file:///etc/hostname", "//127.0.0.1/x", "sign.png"):
        with pytest.raises(openai.BadRequestError, match="which Lectern does not open"):
            complete(served, url)
    assert len(llm.requests) == asked_before


def test_the_openai_client_is_told_in_its_own_form_what_is_wrong_with_an_image(
    seeing: tuple[Served, ModelServer],
) -> None:
    served, _ = seeing
    for url, reason in {
        "data:image/png,plain": "not in base64",
        "data:image/png;base64,%%": "not in base64",
        f"data:image/png;base64,{base64_of(b'notes')}": "is not a PNG",
    }.items():
        with pytest.raises(openai.APIStatusError, match=reason) as refused:
            complete(served, url)
        assert refused.value.status_code == 415
        assert refused.value.type == "invalid_request_error"


# --- the command line, in its own process ---


def test_the_command_line_shows_an_image(
    home: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_models, "build_embedder", lambda settings: HashEmbedder())
    monkeypatch.setenv("LECTERN_REFUSAL_THRESHOLD", "0")
    monkeypatch.chdir(tmp_path)
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    (tmp_path / "sign.jpg").write_bytes(photo())
    (tmp_path / "notes.png").write_text("notes")
    assert run_command("sync", folder, "--home", home).code == 0
    with llm_servers.ollama_server(answer=ANSWER, capabilities=["completion", "vision"]) as llm:
        monkeypatch.setenv("LECTERN_LLM_BASE_URL", llm.url)
        asked = ["ask", LAMP, "--home", home, "--llm", "ollama:llava"]
        assert ANSWER in run_command(*asked, "--image", "sign.jpg", "--image", "sign.jpg").text
        assert [len(message.get("images") or []) for message in llm.chats[0].body["messages"]] == [0, 2]
        wrong = run_command(*asked, "--image", "notes.png")
        assert (wrong.code, "'notes.png' is not a PNG" in wrong.text) == (2, True)
        gone = run_command(*asked, "--image", "none.png")
        assert (gone.code, "'none.png' cannot be read" in gone.text) == (2, True)
        quotes = run_command(*asked, "--no-llm", "--image", "sign.jpg")
        assert (quotes.code, "no LLM to look at it" in quotes.text) == (2, True)
        assert len(llm.chats) == 1


# --- the web page ---


@contextmanager
def page_of(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(sys, "argv", ["main.py", f"{SERVICE_ARGUMENT}{served.url}"])
    try:
        yield draw().run()
    finally:
        st.cache_resource.clear()
        st.cache_data.clear()


def test_the_page_takes_an_image_shows_it_and_asks_with_it(
    seeing: tuple[Served, ModelServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    served, llm = seeing
    with page_of(served, monkeypatch) as drawn:
        drawn.chat_input[0].upload("my_sign.png", picture(), "image/png").set_value(LAMP).run()
        assert not drawn.exception
        (conversation,) = ask_page.conversations()._by_id.values()
        (turn,) = conversation.turns
        while not turn.is_finished:
            time.sleep(0.02)
        assert turn.said == ANSWER
        drawn.run()
        assert drawn.image[0].value == [f"data:image/png;base64,{base64_of(picture())}"]
        assert drawn.image[0].captions == [r"my\_sign\.png"]
        assert "(with my_sign.png attached)" in conversation_markdown("default", conversation.turns)
        assert image_in("openai:gpt-4o", llm.chats[0].body)[0] == "image/png"
        drawn.chat_input[0].upload("sign.png", picture(), "image/png").run()
        assert drawn.warning[0].value == texts.ASK_IMAGE_ALONE
        drawn.selectbox(key="llm choice").set_value("off").run()
        assert not drawn.chat_input[0].proto.accept_file
