"""Answers of an LLM over HTTP: streams, clients that leave, OpenAI's protocol with its own client, overload."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat.chat_completion_message import Annotation

from app.api.schemas.questions import PIXEL
from app.client.connection import Connection
from app.client.http import HttpClient
from app.service import build_service
from rag.types import PlanStep, Question
from tests import llm_servers
from tests.integration.serving import Served, serving

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
LAMP = "How often does the lamp of the lighthouse flash?"
ANSWER = "The lamp flashes three times every twenty seconds [1]."
MODEL = "lectern/default"


@contextmanager
def serving_with(home: Path, folder: Path, llm: llm_servers.ModelServer) -> Iterator[Served]:
    """A server with one document, whose LLM is the given one."""
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with serving(home, llm="openai:gpt-4o", llm_base_url=llm.url, openai_api_key="k", llm_retries=0) as served:
        served.sync(folder)
        yield served


def streamed(chunks: Any) -> tuple[str, Any]:
    """Return the text of a stream and its annotations."""
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    told = [(delta.model_extra or {}).get("annotations") for delta in deltas]
    annotations = [Annotation.model_validate(one) for some in told for one in some or ()]
    return "".join(delta.content or "" for delta in deltas), annotations


_OPENED: list[openai.OpenAI] = []


def client_of(served: Served) -> openai.OpenAI:
    """Return a client that is closed after the test."""
    _OPENED.append(openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0))
    return _OPENED[-1]


@pytest.fixture(autouse=True)
def _closed_clients() -> Iterator[None]:
    """Close the clients of a test: one that is only forgotten leaves its socket to whichever test runs then."""
    yield
    while _OPENED:
        _OPENED.pop().close()


@pytest.fixture
def answering(home: Path, folder: Path) -> Iterator[tuple[Served, llm_servers.ModelServer]]:
    with llm_servers.openai_server(answer=ANSWER) as llm, serving_with(home, folder, llm) as served:
        yield served, llm


def test_an_answer_whose_proof_answers_something_else_is_said_to_be_unsure(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    ask = answering[0].client.post
    sure = ask("/ask", json={"question": LAMP}).json()
    assert (sure["verdict"], sure["verdict_notice"]) == ("supported", "")
    unsure = ask("/ask", json={"question": "How many watts does the lamp of the lighthouse use?"}).json()
    assert unsure["verdict"] == "partly"
    assert "Whether it answers the question is not sure" in unsure["verdict_notice"]
    assert [one["verdict"] for one in unsure["sentences"]] == ["supported"]


def test_the_openai_client_lists_collections_as_models(answering: tuple[Served, llm_servers.ModelServer]) -> None:
    client = client_of(answering[0])
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).owned_by == "lectern"


def test_the_openai_client_gets_an_answer_with_footnotes_and_annotations(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, _ = answering
    completion = client_of(served).chat.completions.create(
        model=MODEL, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": LAMP}]
    )
    message = completion.choices[0].message
    assert message.content is not None
    text, _, notes = message.content.partition("\n\n")
    assert text == ANSWER
    assert notes.startswith("[1] light.txt: “")
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0
    assert message.annotations is not None
    (annotation,) = message.annotations
    cited = annotation.url_citation
    assert text[cited.start_index : cited.end_index] == "[1]"
    assert "three times" in httpx.get(cited.url).json()["text"]
    assert annotation.model_extra is not None
    assert annotation.model_extra["lectern"]["supported"] is True


def test_the_openai_client_streams_the_text_then_the_footnotes(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    chunks = list(
        client_of(answering[0]).chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": [{"type": "text", "text": LAMP}]}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.startswith(f"{ANSWER}\n\n[1] light.txt")
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    # Its only sentence is held until it is known to be supported; then come the footnotes.
    assert len([chunk for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]) == 2


def test_what_a_client_asks_in_the_background_costs_neither_search_nor_llm(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, llm = answering
    history = f"<chat_history>\nUSER: {LAMP}\n</chat_history>"
    prompt = f'### Task:\nGenerate a title.\n### Output:\n{{ "title": "..." }}\n{history}'
    ask = client_of(served).chat.completions.create
    messages: Any = [{"role": "user", "content": prompt}]
    whole = ask(model=MODEL, messages=messages)
    assert whole.choices[0].message.content == '{"title": "How often does the lamp of the lighthouse…"}'
    pieces = ask(model=MODEL, messages=messages, stream=True)
    streamed = "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert streamed == whole.choices[0].message.content
    assert llm.chats == []
    assert "lectern_answers_total{" not in served.client.get("/metrics").text


def test_what_cannot_be_done_for_a_client_is_refused_with_the_field_that_asks_for_it(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, llm = answering
    said: list[dict[str, Any]] = [{"role": "user", "content": LAMP}]
    file = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}
    for param, asked in {
        "n": {"n": 2},
        "response_format": {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
        "tool_choice": {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "required"},
        "modalities": {"modalities": ["text", "audio"]},
        "messages": {"messages": [{"role": "user", "content": [{"type": "text", "text": LAMP}, file]}]},
    }.items():
        with pytest.raises(openai.BadRequestError) as refused:
            client_of(served).chat.completions.create(**{"model": MODEL, "messages": said, **asked})
        assert refused.value.param == param
    wrong = served.client.post("/v1/chat/completions", json={"model": MODEL, "messages": "none"})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "messages")
    assert llm.chats == []


def test_what_no_client_should_send_is_refused_or_left_out(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, llm = answering
    pixel = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}

    def status_of(messages: Any) -> tuple[int, str]:
        answer = served.client.post("/v1/chat/completions", json={"model": MODEL, "messages": messages})
        return answer.status_code, answer.text

    assert status_of([])[0] == 400
    assert status_of([{"role": "user", "content": []}])[0] == 400
    code, told = status_of([{"role": "user", "content": [{"type": "text", "text": LAMP}, *[pixel] * 100]}])
    assert (code, "at most 4 images" in told) == (415, True)
    code, told = status_of([{"role": "user", "content": [{"type": "hologram", "hologram": {}}]}])
    assert (code, "'hologram' cannot be read" in told) == (400, True)
    assert llm.chats == []
    pasted = "The client wrote this. " * 50_000
    code, told = status_of([{"role": "system", "content": pasted}, {"role": "user", "content": LAMP}])
    assert (code, "three times every twenty seconds" in told) == (200, True)
    assert len(json.dumps(llm.chats[-1].body)) < 20_000


def test_the_openai_client_gets_a_response_whole_and_streamed(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, llm = answering
    create = client_of(served).responses.create
    whole = create(model=MODEL, input=[{"role": "user", "content": [{"type": "input_text", "text": LAMP}]}])
    assert whole.output_text.startswith(f"{ANSWER}\n\n[1] light.txt")
    assert (whole.status, whole.usage and whole.usage.total_tokens) == ("completed", 18)
    events = list(create(model=MODEL, input=LAMP, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == whole.output_text
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == whole.output_text
    (message,) = last.response.output
    assert message.type == "message"
    (part,) = message.content
    assert part.type == "output_text"
    (annotation,) = part.annotations
    assert annotation.type == "url_citation"
    assert part.text[annotation.start_index : annotation.end_index] == "[1]"
    assert "three times" in httpx.get(annotation.url).json()["text"]
    asked = len(llm.chats)
    for param, more in {"previous_response_id": "resp_1", "background": True}.items():
        with pytest.raises(openai.BadRequestError) as refused:
            create(model=MODEL, input=LAMP, **{param: more})  # type: ignore[call-overload]
        assert refused.value.param == param
    title = create(model=MODEL, input=f"Provide a concise, 5-word-or-less title for the conversation.\nUser: {LAMP}")
    assert title.output_text.startswith("How often does the lamp")
    assert len(llm.chats) == asked


LAMP_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "times": {"type": ["string", "null"], "description": "How often does the lamp of the lighthouse flash?"},
        "colour": {"type": ["string", "null"]},
    },
    "required": ["times", "colour"],
    "additionalProperties": False,
}
LAMP_FORMAT: Any = {"type": "json_schema", "json_schema": {"name": "lamp", "schema": LAMP_FORM, "strict": True}}
LAMP_TEXT: Any = {"format": {"type": "json_schema", "name": "lamp", "schema": LAMP_FORM}}


def test_an_answer_in_a_form_of_json_is_checked_cited_by_field_and_asked_for_twice(home: Path, folder: Path) -> None:
    said = '{"times": "three times every twenty seconds", "colour": null}'
    replies = [
        llm_servers.Reply("does not fit the form: times: 3 is not of type", said),
        llm_servers.Reply("does not fit the form", "still text"),
        llm_servers.Reply("colour of the lamp", "it is red"),
        llm_servers.Reply("Who built the lighthouse", '{"times": null, "colour": null}'),
    ]
    with (
        llm_servers.openai_server(answer='{"times": 3, "colour": null}', replies=replies) as llm,
        serving_with(home, folder, llm) as served,
    ):
        client = client_of(served)
        ask: Any = partial(client.chat.completions.create, model=MODEL, response_format=LAMP_FORMAT)
        whole = ask(messages=[{"role": "user", "content": LAMP}])
        message = whole.choices[0].message
        assert message.content == said
        told = llm.chats[0].body["response_format"]
        assert (told["json_schema"]["schema"], told["json_schema"]["strict"]) == (LAMP_FORM, True)
        assert len(llm.chats) == 2
        assert whole.usage.completion_tokens == 14
        (annotation,) = message.annotations
        cited = annotation.url_citation
        assert said[cited.start_index : cited.end_index] == '"three times every twenty seconds"'
        assert "three times" in httpx.get(cited.url).json()["text"]
        assert annotation.lectern["field"] == "/times"
        assert annotation.lectern["supported"] is True
        assert message.lectern["fields"] == [{"field": "/times", "verdict": "supported", "reason": ""}]

        text, annotations = streamed(ask(messages=[{"role": "user", "content": LAMP}], stream=True))
        assert (text, len(annotations)) == (said, 1)
        response = client.responses.create(model=MODEL, input=LAMP, text=LAMP_TEXT)
        assert response.output_text == said
        *_, last = client.responses.create(model=MODEL, input=LAMP, text=LAMP_TEXT, stream=True)
        assert last.type == "response.completed"
        assert last.response.output_text == said

        with pytest.raises(openai.APIStatusError, match="asked twice: it is not JSON") as failed:
            ask(messages=[{"role": "user", "content": "What is the colour of the lamp of the lighthouse?"}])
        assert failed.value.status_code == 502
        unknown = ask(messages=[{"role": "user", "content": "Who built the lighthouse?"}])
        assert unknown.choices[0].message.content is None
        assert unknown.choices[0].message.refusal == "I could not find this in the documents."


def test_a_server_that_knows_no_forms_is_asked_without_one(home: Path, folder: Path) -> None:
    said = '{"times": "three times every twenty seconds", "colour": null}'
    with (
        llm_servers.openai_server(answer=said, failures=[llm_servers.status(400)]) as llm,
        serving_with(home, folder, llm) as served,
    ):
        whole: Any = client_of(served).chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": LAMP}], response_format=LAMP_FORMAT
        )
        assert whole.choices[0].message.content == said
        assert ["response_format" in chat.body for chat in llm.chats] == [True, False]


def test_without_an_llm_a_form_is_filled_by_the_reader_or_refused(home: Path, folder: Path) -> None:
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with serving(home) as served:
        served.sync(folder)
        ask: Any = partial(
            client_of(served).chat.completions.create, model=MODEL, messages=[{"role": "user", "content": LAMP}]
        )
        message = ask(response_format=LAMP_FORMAT).choices[0].message
        filled = json.loads(message.content)
        assert "three times" in filled["times"]
        assert filled["colour"] is None
        (annotation,) = message.annotations
        assert annotation.lectern["field"] == "/times"
        assert "three times" in annotation.lectern["quote"]
        for form in ({"type": "json_object"}, {"type": "grammar"}):
            with pytest.raises(openai.BadRequestError):
                ask(response_format=form)


def places_in(text: str, annotations: Any) -> list[tuple[str, str]]:
    """Return each number of the text with the address that it opens, as Open WebUI counts the different ones."""
    addresses = list(dict.fromkeys(annotation.url_citation.url for annotation in annotations))
    return [(number, addresses[int(number) - 1]) for number in re.findall(r"\[(\d)\]", text.partition("\n\n")[0])]


def test_numbers_in_the_text_are_places_among_the_addresses(home: Path, folder: Path) -> None:
    (folder / "keeper.txt").write_text("The keeper\n\nThe keeper of the lighthouse is Tamsin Orde.\n")
    question = "Who is the keeper of the lighthouse, and how often does its lamp flash?"
    with llm_servers.openai_server(answer=ANSWER) as llm, serving_with(home, folder, llm) as served:
        sources = served.client.post("/ask", json={"question": question}).json()["sources"]
    first, second = sorted(sources, key=lambda source: -source["number"])[:2]
    said = {
        "keeper.txt": "The keeper of the lighthouse is Tamsin Orde [{}].",
        "light.txt": "The lamp of the lighthouse flashes three times every twenty seconds [{}].",
    }
    answer = " ".join(said[source["document"]].format(source["number"]) for source in (first, second))
    messages: Any = [{"role": "user", "content": question}]
    with (
        llm_servers.openai_server(answer=answer, stop="length") as llm,
        serving_with(home, folder, llm) as served,
    ):
        ask = client_of(served).chat.completions.create
        whole = ask(model=MODEL, messages=messages)
        chunks = list(ask(model=MODEL, messages=messages, stream=True))
        opened = [
            [httpx.get(address).json()["text"] for _, address in places_in(text, annotations)]
            for text, annotations in (
                (whole.choices[0].message.content or "", whole.choices[0].message.annotations),
                streamed(chunks),
            )
        ]
    assert opened[0] == opened[1]
    for source, text in zip((first, second), opened[0], strict=True):
        assert said[source["document"]].partition(" [")[0] in text
    assert {whole.choices[0].finish_reason, chunks[-1].choices[0].finish_reason} == {"length"}
    assert "cut off at the greatest length" in (whole.choices[0].message.content or "")
    assert whole.id != chunks[0].id


def test_a_follow_up_question_is_rewritten_with_the_conversation(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, llm = answering
    client_of(served).chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "user", "content": LAMP},
            {"role": "assistant", "content": "Three times."},
            {"role": "user", "content": "And in winter?"},
        ],
    )
    rewriting, answer = llm.chats
    assert "Rewrite the user's last question" in json.dumps(rewriting.body)
    assert LAMP in json.dumps(answer.body)


def test_what_the_openai_client_asks_wrongly_it_is_told_in_its_own_form(
    answering: tuple[Served, llm_servers.ModelServer],
) -> None:
    served, _ = answering
    client = client_of(served)
    for model in ("lectern/none", "gpt-4o"):
        with pytest.raises(openai.NotFoundError) as unknown:
            client.chat.completions.create(model=model, messages=[{"role": "user", "content": LAMP}])
        assert (unknown.value.code, unknown.value.type) == ("model_not_found", "invalid_request_error")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("lectern/none")
    with pytest.raises(openai.BadRequestError, match="No message has the role"):
        client.chat.completions.create(model=MODEL, messages=[{"role": "system", "content": "x"}])
    with pytest.raises(openai.BadRequestError, match="question is empty"):
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": " "}], stream=True)
    broken = served.client.post("/v1/chat/completions", content=b"{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["error"]["message"]) == (400, "The body is not JSON. Send JSON in UTF-8.")


def test_steps_are_streamed_and_then_the_sources_that_they_found(home: Path, folder: Path) -> None:
    replies = (
        llm_servers.Reply("Missing look-ups", "DONE"),
        llm_servers.Reply("You plan how to find", "LOOK UP: keeper of the lighthouse, notes on the lamp"),
    )
    with llm_servers.openai_server(answer=ANSWER, replies=replies) as llm, serving_with(home, folder, llm) as served:
        told = served.client.post("/ask", json={"question": LAMP, "mode": "steps", "stream": True}).text
        names = [line.removeprefix("event: ") for line in told.splitlines() if line.startswith("event: ")]
        with HttpClient(Connection(served.url)).ask(Question(LAMP, "default", mode="steps")) as answering:
            before = list(answering.sources)
            steps = [event.text for event in answering.events() if isinstance(event, PlanStep)]
            after = list(answering.sources)
    assert list(dict.fromkeys(names)) == ["sources", "step", "token", "verdict", "answer"]
    assert names.index("token") - 1 == names.index("sources", 1)
    assert steps[2] == "Looking up: keeper of the lighthouse, notes on the lamp"
    assert (before, [source.document.path for source in after]) == ([], ["light.txt"])
    assert answering.answer.mode == "steps"


def test_an_llm_that_breaks_off_is_an_error_of_the_stream(home: Path, folder: Path) -> None:
    failures = [llm_servers.CUT] * 3
    with llm_servers.openai_server(answer=ANSWER, failures=failures) as llm, serving_with(home, folder, llm) as served:
        client = client_of(served)
        messages: Any = [{"role": "user", "content": LAMP}]
        with pytest.raises(openai.APIStatusError) as failed:
            client.chat.completions.create(model=MODEL, messages=messages)
        assert failed.value.status_code == 502
        with pytest.raises(openai.APIError, match="broke off"):
            list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))
        answer = served.client.post("/ask", json={"question": LAMP}).json()
        assert "broke off" in answer["error"]
        assert answer["sources"]
        assert 'lectern_answers_total{outcome="failed"} 3.0' in served.client.get("/metrics").text


def test_a_client_that_leaves_a_stream_stops_the_llm(home: Path, folder: Path) -> None:
    with (
        llm_servers.openai_server(answer="word " * 2_000, pause=0.02) as llm,
        serving_with(home, folder, llm) as served,
        served.client.stream("POST", "/ask", json={"question": LAMP, "stream": True}) as response,
    ):
        for line in response.iter_lines():
            if line == "event: token":
                break
        response.close()
        assert llm.hung_up.wait(60)


@contextmanager
def asking(served: Served, *, streamed: bool) -> Iterator[None]:
    """A client that has asked and leaves at the end of the block, without having waited for the answer."""
    host, port = served.url.removeprefix("http://").split(":")
    body = json.dumps({"question": LAMP, "stream": streamed})
    head = f"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}\r\n\r\n{body}".encode())
        yield


@pytest.mark.parametrize("fault", [llm_servers.HANG, llm_servers.HANG_IN_ANSWER], ids=lambda fault: fault.kind)
@pytest.mark.parametrize("streamed", [False, True])
def test_an_llm_that_hangs_is_hung_up_on_when_its_client_leaves(
    home: Path, folder: Path, fault: llm_servers.Failure, streamed: bool
) -> None:
    with (
        llm_servers.openai_server(answer=ANSWER, failures=[fault]) as llm,
        serving_with(home, folder, llm) as served,
    ):
        with asking(served, streamed=streamed):
            while not llm.chats:
                time.sleep(0.01)
        assert llm.hung_up.wait(60)  # Half of what the LLM may be silent for.
        while served.service.answers._askers:
            time.sleep(0.01)
        assert served.client.post("/ask", json={"question": LAMP}).json()["answer"] == ANSWER


def test_a_server_that_ends_hangs_up_on_an_llm_that_hangs(home: Path, folder: Path) -> None:
    with (
        llm_servers.openai_server(failures=[llm_servers.HANG]) as llm,
        serving_with(home, folder, llm) as served,
        asking(served, streamed=False),
    ):
        while not llm.chats:
            time.sleep(0.01)
        assert served.service.close(60)
        assert llm.hung_up.wait(60)


def test_what_is_said_of_an_answer_is_kept(answering: tuple[Served, llm_servers.ModelServer]) -> None:
    served, _ = answering
    given = {"question": LAMP, "answer": ANSWER, "rating": "down", "comment": "In winter it is dark."}
    assert served.client.post("/feedback", json=given).status_code == 201
    (kept,) = served.client.get("/collections/default/feedback").json()["feedback"]
    assert {name: kept[name] for name in given} == given
    assert served.client.post("/feedback", json={**given, "rating": "up"}).status_code == 201
    (kept,) = served.client.get("/collections/default/feedback").json()["feedback"]
    assert kept["rating"] == "up"
    assert served.client.post("/feedback", json={**given, "rating": "great"}).status_code == 422
    assert served.client.post("/feedback", json={**given, "collection": "none"}).status_code == 404


def test_beyond_what_can_wait_searches_are_refused_with_a_time_to_come_again(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_service, "SEARCHES_AT_ONCE", 1)
    monkeypatch.setattr(build_service, "SEARCHES_WAITING", 1)
    (folder / "light.txt").write_text(LIGHTHOUSE)
    with serving(home) as served:
        served.sync(folder)
        while served.client.get("/readyz").status_code != 200:
            pass
        go_on = threading.Event()
        held = [served.service.answers._searches.submit(go_on.wait) for _ in range(2)]
        refused = served.client.post("/search", json={"question": LAMP})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "Too many searches" in refused.json()["detail"]
        assert served.client.get("/healthz").status_code == 200
        go_on.set()
        for place in held:
            place.result()
        assert served.client.post("/search", json={"question": LAMP}).status_code == 200


def test_fastapi_sends_no_telemetry_even_where_the_environment_asks_for_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_servers.openai_server() as collector:
        monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with serving(home) as served:
            served.client.get("/healthz")
        assert collector.requests == []
