"""What the page Ask does between the service and the browser: reading streams, keeping conversations, quieting text."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.api.schemas import AnswerResponse, CitationResponse, SourceResponse, TokensResponse
from app.web.ask.answer_view import Opened, view_of
from app.web.ask.conversation import Conversation, Conversations, State, Turn
from app.web.ask.export import conversation_markdown
from app.web.ask.proof import Proof, find_quote
from app.web.client import Asked, AskEvent, Piece, ServiceError, SignInError, Sources, _events, problem_in
from app.web.escape import one_line, plain, quiet
from rag.types import ImageFile

SOURCE = SourceResponse(
    number=1,
    document_id=7,
    document="a/lamp.pdf",
    title="The lamp",
    first_page=2,
    last_page=2,
    page_label="iii",
    page_word="page",
    section="Light",
    score=0.9,
    text="The lamp flashes three times.",
)


def citation(**changes: Any) -> CitationResponse:
    given = {
        "number": 1,
        "sentence": "It flashes.",
        "document": "a/lamp.pdf",
        "page": 2,
        "page_label": "iii",
        "quote": "The lamp\nflashes three times.",
        "rectangles": [{"page": 2, "box": [1, 2, 3, 4]}, {"page": 3, "box": [5, 6, 7, 8]}],
        "supported": True,
    }
    return CitationResponse.model_validate({**given, **changes})


def answer(text: str = "It flashes [1].", **changes: Any) -> AnswerResponse:
    given: dict[str, Any] = {
        "answer": text,
        "refused": False,
        "sources": [SOURCE],
        "citations": [citation()],
        "llm": "ollama:llama3.2",
        "tokens": TokensResponse(prompt=1200, completion=30, estimated=False),
        "cost_usd": 0.0,
        "milliseconds": {"dense": 12.0, "generate": 1500.0},
        "notices": [],
        "error": "",
    }
    return AnswerResponse.model_validate({**given, **changes})


class ScriptedClient:
    """Streams what it was told to; then waits when it was told to."""

    base_url, token = "http://service", ""

    def __init__(self, *events: AskEvent | Exception, hangs: bool = False) -> None:
        self.events = events
        self.hangs = hangs
        self.asked: list[Asked] = []
        self.left = threading.Event()
        self.told = threading.Event()

    async def ask(self, asked: Asked) -> AsyncGenerator[AskEvent, None]:
        self.asked.append(asked)
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                yield event
            self.told.set()
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.left.set()


def run(client: ScriptedClient, question: str = "How often?", conversation: Conversation | None = None) -> Turn:
    conversation = conversation or Conversation("ann")
    turn = conversation.ask(client, Asked(question, "island"))  # type: ignore[arg-type]
    assert client.left.wait(30)
    while not turn.is_finished:
        threading.Event().wait(0.01)
    return turn


# --- the stream ---


def read_events(blocks: Sequence[bytes]) -> list[tuple[str, Any]]:
    async def each() -> AsyncIterator[bytes]:
        for block in blocks:
            yield block

    async def read() -> list[tuple[str, Any]]:
        return [event async for event in _events(each())]

    return asyncio.run(read())


def test_events_are_whole_however_the_body_is_cut_and_whatever_line_ends_they_hold() -> None:
    body = 'event: token\ndata: {"text": "a\u2028b\x85: c"}\n\nevent: answer\ndata: {"answer": ""}\n\n'.encode()
    expected = [("token", {"text": "a\u2028b\x85: c"}), ("answer", {"answer": ""})]
    assert read_events([body]) == expected
    assert read_events([body[at : at + 1] for at in range(len(body))]) == expected


def test_a_problem_keeps_its_remedy_and_one_about_the_token_asks_to_sign_in() -> None:
    refused = problem_in(401, b'{"detail": "This server asks for a token.", "remedy": "Make one."}')
    assert isinstance(refused, SignInError)
    assert (refused.reason, refused.remedy) == ("This server asks for a token.", "Make one.")
    for odd in (b"<html>", b"[]", b"null", b'{"title": "x"}'):
        assert problem_in(502, odd).reason == "The service answered with the status 502."


# --- conversations ---


def test_no_conversation_has_an_id_that_streamlit_takes_for_the_end_of_a_key() -> None:
    assert not [id_ for id_ in (Conversation("").id for _ in range(5_000)) if "__" in id_]


def test_an_answer_is_whole_once_its_stream_is() -> None:
    turn = run(ScriptedClient(Sources((SOURCE,)), Piece("It "), Piece("flashes [1]."), answer()))
    assert (turn.state, turn.said, turn.sources) == (State.DONE, "It flashes [1].", (SOURCE,))


def test_stopping_leaves_the_service_and_keeps_what_was_said() -> None:
    client = ScriptedClient(Sources((SOURCE,)), Piece("It "), hangs=True)
    conversation = Conversation("ann")
    turn = conversation.ask(client, Asked("How often?", "island"))  # type: ignore[arg-type]
    assert client.told.wait(30)
    assert conversation.running is turn
    turn.stop()
    assert client.left.wait(30)
    while not turn.is_finished:
        threading.Event().wait(0.01)
    assert (turn.state, turn.said, conversation.running) == (State.STOPPED, "It ", None)


@pytest.mark.parametrize("broken", [ServiceError("Gone.", "Start it."), RuntimeError("a defect"), None])
def test_a_stream_that_breaks_leaves_a_failed_turn_with_a_reason(broken: Exception | None) -> None:
    turn = run(ScriptedClient(Piece("It "), *([broken] if broken else [])))
    assert turn.state is State.FAILED
    assert turn.error is not None
    assert turn.error.remedy


def test_a_follow_up_is_asked_with_what_was_said_of_the_same_collection() -> None:
    conversation = Conversation("ann")
    client = ScriptedClient(answer("Three times."))
    run(client, "How often?", conversation)
    conversation.ask(client, Asked("And when?", "island"))  # type: ignore[arg-type]
    conversation.ask(client, Asked("And when?", "other"))  # type: ignore[arg-type]
    while len(client.asked) < 3:
        threading.Event().wait(0.01)
    histories = {asked.collection: asked.history for asked in client.asked[1:]}
    assert histories == {"island": (("user", "How often?"), ("assistant", "Three times.")), "other": ()}


def test_a_conversation_is_found_by_its_owner_only_and_the_longest_unused_is_forgotten() -> None:
    kept = Conversations(kept=2)
    one, two = kept.open("ann"), kept.open("ann")
    assert kept.find(one.id, "ann") is one
    assert kept.find(one.id, "bob") is None
    kept.open("bob")
    assert kept.find(two.id, "ann") is None
    assert kept.find(one.id, "ann") is one


def test_of_old_images_only_the_names_are_kept() -> None:
    kept = Conversations(image_bytes=25)
    old, new = kept.open("ann"), kept.open("bob")
    for conversation in (old, new, new):
        turn = Turn(Asked("What is this?", "island", images=(ImageFile("sign.png", bytes(10)),)))
        turn.take(answer())
        conversation.turns.append(turn)
    kept.forget_old_images()
    assert [len(turn.asked.images) for turn in (*old.turns, *new.turns)] == [0, 1, 1]
    assert old.turns[0].image_names == ("sign.png",)
    assert old.turns[0].asked.question == "What is this?"


# --- what the browser is told ---


def turn_with(made: AnswerResponse, question: str = "How often?") -> Turn:
    turn = Turn(Asked(question, "island"))
    turn.take(made)
    return turn


def test_a_view_tells_who_answered_at_what_cost_and_in_what_time() -> None:
    view = view_of(turn_with(answer()), Opened("citation", 0))
    assert view["made"] == ["ollama:llama3.2", "1,200 + 30 tokens", "no cost", "1.5 s"]
    assert view["stages"] == [("search by meaning", "12 ms"), ("write", "1.5 s")]
    assert view["sources"][0]["label"] == "The lamp, page 3 (iii)"
    assert (view["chosen"], view["citations"][0]["label"]) == ("citation:0", "The lamp, page 3 (iii)")
    assert view_of(turn_with(answer(llm="extractive")), None)["made"] == ["quotes, no LLM", "1.5 s"]
    assert view_of(turn_with(answer(cost_usd=None)), None)["made"][2] == "price unknown"


@pytest.mark.parametrize(
    ("word", "label", "last_page", "source", "cited"),
    [
        ("page", "iii", 2, "The lamp, page 3 (iii)", "The lamp, page 3 (iii)"),
        ("page", "iii", 4, "The lamp, page 3 (iii) to 5", "The lamp, page 3 (iii)"),
        ("sheet", "Fares", 2, "The lamp, sheet 3 (Fares)", "The lamp, sheet 3 (Fares)"),
        ("slide", "", 3, "The lamp, slide 3 to 4", "The lamp, slide 3"),
        ("", "", 2, "The lamp", "The lamp"),
    ],
)
def test_sources_and_citations_name_pages_as_their_format_does_and_all_of_them(
    word: str, label: str, last_page: int, source: str, cited: str
) -> None:
    found = SOURCE.model_copy(update={"page_word": word, "page_label": label, "last_page": last_page})
    turn = turn_with(answer(sources=[found], citations=[citation(page_label=label)]))
    view = view_of(turn, None)
    assert (view["sources"][0]["label"], view["citations"][0]["label"]) == (source, cited)
    assert f"- [1] {cited} (a/lamp.pdf)" in conversation_markdown("island", [turn])


def test_an_llm_that_failed_half_way_leaves_its_words_and_the_reason() -> None:
    view = view_of(turn_with(answer("It fl", error="The LLM is gone. Start it.", citations=[])), None)
    assert (view["text"], view["state"]) == ("It fl", "failed")
    assert view["problem"].endswith("The LLM is gone. Start it.")


def test_a_quote_is_found_however_its_white_space_falls() -> None:
    text = "Before.  The lamp\n flashes three\u00a0times. After."
    ((start, end),) = find_quote(text, "The lamp flashes three times.")
    assert text[start:end] == "The lamp\n flashes three\u00a0times."
    assert find_quote(text, "Another lamp") == []
    assert find_quote(text, "") == []


def test_a_proof_knows_which_marks_are_on_which_page() -> None:
    proof = Proof.of_citation("island", citation(), 7)
    assert (proof.page, proof.marks_on(2), proof.marks_on(3), proof.marks_on(4)) == (
        2,
        ((1.0, 2.0, 3.0, 4.0),),
        ((5.0, 6.0, 7.0, 8.0),),
        (),
    )


# --- text that is not ours ---


def test_an_export_has_the_quotes_and_no_image_link_or_html_of_others() -> None:
    said = "It flashes [1]. ![x](https://evil.example/p.png) [y](https://evil.example) <img src=z>\n[e]: https://evil.example"
    exported = conversation_markdown("isl<b>and", [turn_with(answer(said), "How <i>often</i>?")])
    assert "## How \\<i>often\\</i>?" in exported
    assert "- [1] The lamp, page 3 (iii) (a/lamp.pdf): “The lamp flashes three times.”" in exported
    assert "It flashes [1]. \\![x]\\(https://evil.example/p.png) [y]\\(https://evil.example) \\<img src=z>" in exported
    assert "[e]\\: https://evil.example" in exported


def test_an_export_names_the_images_of_a_question() -> None:
    turn = Turn(Asked("What is this?", "island", images=(ImageFile("sign <b>.png", b"x"), ImageFile("b.gif", b"y"))))
    turn.take(answer())
    assert "## What is this?\n\n(with sign \\<b>.png, b.gif attached)\n\nIt flashes" in conversation_markdown(
        "island", [turn]
    )


def test_text_in_labels_shows_as_it_is_written() -> None:
    assert plain("a *b* [c](d) $e$ :f: <g>") == r"a \*b\* \[c\]\(d\) \$e\$ \:f\: \<g\>"
    assert plain("see https://evil.example") == "see https\u2060\\:\\/\\/evil\\.example"
    assert plain("a\u202eb\x00c\u200bd") == "abcd"
    assert quiet("a [1] (b)") == "a [1] (b)"
    assert one_line("a\n b  c", 4) == "a b…"


def test_the_browsers_scripts_never_write_html() -> None:
    scripts = sorted(Path("app/web").rglob("*.js"))
    assert len(scripts) == 2
    for script in scripts:
        text = script.read_text("utf-8")
        assert not [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(") if word in text
        ]
