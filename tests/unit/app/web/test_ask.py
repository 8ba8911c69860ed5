"""What the page Ask does between the service and the browser: reading streams, keeping conversations, quieting text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.api.schemas.conversations import TurnResponse
from app.client.connection import Interrupt
from app.client.errors import UnreachableError
from app.web.ask.answer_view import Opened, view_of
from app.web.ask.conversation import Conversation, Conversations, Turn, TurnState
from app.web.ask.export import conversation_markdown
from app.web.ask.keeping import record_of, turn_of
from app.web.ask.proof import Proof, find_quote
from app.web.escape import one_line, plain, quiet
from rag.types import (
    Answer,
    AnswerTable,
    Citation,
    DocumentInfo,
    ImageFile,
    Message,
    PageRectangle,
    Question,
    QuestionFilter,
    Rectangle,
    Source,
    Span,
    TableCell,
    TableRow,
    Usage,
)

SOURCE = Source(
    number=1,
    document=DocumentInfo(7, "a/lamp.pdf", "", "The lamp", "pdf", "indexed", page_word="page"),
    section="Light",
    text="The lamp flashes three times.",
    spans=(Span(2, 0, 29),),
    score=0.9,
    page_labels={2: "iii"},
)

RECTANGLES = (PageRectangle(2, Rectangle(1, 2, 3, 4)), PageRectangle(3, Rectangle(5, 6, 7, 8)))

CITATION = Citation(
    1, "It flashes.", "a/lamp.pdf", 2, "iii", "The lamp\nflashes three times.", RECTANGLES, True, page_word="page"
)


def answer(text: str = "It flashes [1].", **changes: Any) -> Answer:
    given = Answer(
        text=text,
        refused=False,
        sources=(SOURCE,),
        citations=(CITATION,),
        llm="ollama:llama3.2",
        usage=Usage(1200, 30),
        cost_usd=0.0,
        milliseconds={"dense": 12.0, "generate": 1500.0},
    )
    return replace(given, **changes)


class ScriptedClient:
    """Streams what it was told to, ends it with an answer; or waits when it was told to until it is interrupted."""

    def __init__(
        self, *pieces: str | AnswerTable | Exception, whole: Answer | Exception | None = None, hangs: bool = False
    ) -> None:
        self.pieces = pieces
        self.whole = whole or answer()
        self.hangs = hangs
        self.asked: list[Question] = []
        self.left = threading.Event()
        self.told = threading.Event()
        self.sources = (SOURCE,)
        self.asked_as = ""
        self.interrupt: Interrupt | None = None

    @contextmanager
    def ask(
        self, asked: Question, *, interrupt: Interrupt, on_progress: Callable[[str, str], None]
    ) -> Iterator[ScriptedClient]:
        on_progress("searching", self.asked_as)
        self.asked.append(asked)
        self.interrupt = interrupt
        try:
            yield self
        finally:
            self.left.set()

    def __iter__(self) -> Iterator[str | AnswerTable]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece
        self.told.set()
        while self.hangs:
            assert self.interrupt is not None
            if self.interrupt.is_set:
                raise UnreachableError("The connection is gone.")
            threading.Event().wait(0.01)

    def events(self) -> Iterator[str | AnswerTable]:
        return iter(self)

    @property
    def answer(self) -> Answer:
        if isinstance(self.whole, Exception):
            raise self.whole
        return self.whole


def run(client: ScriptedClient, question: str = "How often?", conversation: Conversation | None = None) -> Turn:
    conversation = conversation or Conversation("ann")
    turn = conversation.ask(client, Question(question, "island"))  # type: ignore[arg-type]
    assert client.left.wait(30)
    while not turn.is_finished:
        threading.Event().wait(0.01)
    return turn


# --- conversations ---


def test_no_conversation_has_an_id_that_streamlit_takes_for_the_end_of_a_key() -> None:
    assert not [id_ for id_ in (Conversation("").id for _ in range(5_000)) if "__" in id_]


def test_an_answer_is_whole_once_its_stream_is() -> None:
    turn = run(ScriptedClient("It ", "flashes [1]."))
    assert (turn.state, turn.said, turn.sources) == (TurnState.DONE, "It flashes [1].", (SOURCE,))


def test_stopping_leaves_the_service_and_keeps_what_was_said() -> None:
    client = ScriptedClient("It ", hangs=True)
    conversation = Conversation("ann")
    turn = conversation.ask(client, Question("How often?", "island"))  # type: ignore[arg-type]
    assert client.told.wait(30)
    assert conversation.running is turn
    turn.stop()
    assert client.left.wait(30)
    while not turn.is_finished:
        threading.Event().wait(0.01)
    assert (turn.state, turn.said, conversation.running) == (TurnState.STOPPED, "It ", None)


def test_a_list_that_is_stopped_keeps_the_rows_that_were_found() -> None:
    rows = (TableRow((TableCell("a.txt", 1, "a.txt"),)),)
    client = ScriptedClient(AnswerTable(("Document",), rows, completeness="stopped after 1 of 4"), hangs=True)
    turn = Conversation("ann").ask(client, Question("List all leases that allow dogs", "island"))  # type: ignore[arg-type]
    assert client.told.wait(30)
    turn.stop()
    assert client.left.wait(30)
    while not turn.is_finished:
        threading.Event().wait(0.01)
    table = view_of(turn, None)["table"]
    assert [row[0]["text"] for row in table["rows"]] == ["a.txt"]
    assert table["completeness"] == "stopped after 1 of 4"


@pytest.mark.parametrize("broken", [UnreachableError("Gone.", "Start it."), RuntimeError("a defect")])
@pytest.mark.parametrize("at_the_end", [False, True])
def test_a_stream_that_breaks_leaves_a_failed_turn_with_a_reason(broken: Exception, at_the_end: bool) -> None:
    turn = run(ScriptedClient("It ", whole=broken) if at_the_end else ScriptedClient("It ", broken))
    assert (turn.state, turn.said) == (TurnState.FAILED, "It ")
    assert turn.error is not None
    assert turn.error.remedy


def test_a_follow_up_is_asked_with_what_was_said_of_the_same_collection() -> None:
    conversation = Conversation("ann")
    client = ScriptedClient(whole=answer("Three times."))
    run(client, "How often?", conversation)
    conversation.ask(client, Question("And when?", "island"))  # type: ignore[arg-type]
    conversation.ask(client, Question("And when?", "other"))  # type: ignore[arg-type]
    while len(client.asked) < 3:
        threading.Event().wait(0.01)
    histories = {asked.collection: asked.history for asked in client.asked[1:]}
    said = (Message("user", "How often?"), Message("assistant", "Three times."))
    assert histories == {"island": said, "other": ()}


def test_a_question_asked_during_an_answer_waits_for_it_and_knows_what_it_said() -> None:
    conversation, slow, quick = Conversation("ann"), ScriptedClient("It ", hangs=True), ScriptedClient()
    slow.whole = answer("Three times.")
    first = conversation.ask(slow, Question("How often?", "island"))  # type: ignore[arg-type]
    assert slow.told.wait(30)
    second = conversation.ask(quick, Question("And when?", "island"))  # type: ignore[arg-type]
    third = conversation.ask(quick, Question("And why?", "island"))  # type: ignore[arg-type]
    assert (second.state, quick.asked) == (TurnState.WAITING, [])
    third.stop()
    slow.hangs = False
    second.wait()
    third.wait()
    assert (first.state, second.state, third.state) == (TurnState.DONE, TurnState.DONE, TurnState.STOPPED)
    (asked,) = quick.asked
    assert asked.history == (Message("user", "How often?"), Message("assistant", "Three times."))


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
        turn = Turn(Question("What is this?", "island", images=(ImageFile("sign.png", bytes(10)),)))
        turn.finish(answer())
        conversation.turns.append(turn)
    kept.forget_old_images()
    assert [len(turn.asked.images) for turn in (*old.turns, *new.turns)] == [0, 1, 1]
    assert old.turns[0].image_names == ("sign.png",)
    assert old.turns[0].asked.text == "What is this?"


# --- what the browser is told ---


def turn_with(made: Answer, question: str = "How often?") -> Turn:
    turn = Turn(Question(question, "island"))
    turn.finish(made)
    return turn


def test_a_view_tells_who_answered_at_what_cost_and_in_what_time() -> None:
    view = view_of(turn_with(answer()), Opened("citation", 0))
    assert view["made"] == ["ollama:llama3.2", "1,200 + 30 tokens", "no cost", "1.5 s"]
    assert view["stages"] == [("search by meaning", "12 ms"), ("write", "1.5 s")]
    assert view["sources"][0]["label"] == "The lamp, page 3 (iii)"
    assert (view["chosen"], view["citations"][0]["label"]) == ("citation:0", "The lamp, page 3 (iii)")
    assert view_of(turn_with(answer(llm="extractive")), None)["made"] == ["quotes, no LLM", "1.5 s"]
    assert view_of(turn_with(answer(cost_usd=None)), None)["made"][2] == "price unknown"


def test_filters_that_were_understood_are_chips_unless_they_were_given_up() -> None:
    filters = (
        QuestionFilter("type", "PDF", "in PDFs from May"),
        QuestionFilter("dated", "May", "in PDFs from May", is_applied=False),
    )
    view = view_of(turn_with(answer(understood_filters=filters)), None)
    assert view["filters"] == [{"field": "type", "label": "file type PDF"}]


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
    document = replace(SOURCE.document, page_word=word)
    spans = (Span(2, 0, 1), Span(last_page, 0, 1))
    found = replace(SOURCE, document=document, spans=spans, page_labels={2: label})
    turn = turn_with(answer(sources=(found,), citations=(replace(CITATION, page_label=label, page_word=word),)))
    view = view_of(turn, None)
    assert (view["sources"][0]["label"], view["citations"][0]["label"]) == (source, cited)
    assert f"- [1] {cited} (a/lamp.pdf)" in conversation_markdown("island", [turn])


def test_an_llm_that_failed_half_way_leaves_its_words_and_the_reason() -> None:
    view = view_of(turn_with(answer("It fl", error="The LLM is gone. Start it.", citations=())), None)
    assert (view["text"], view["state"]) == ("It fl", "failed")
    assert view["problem"].endswith("The LLM is gone. Start it.")


def test_a_quote_is_found_however_its_white_space_falls() -> None:
    text = "Before.  The lamp\n flashes three\u00a0times. After."
    ((start, end),) = find_quote(text, "The lamp flashes three times.")
    assert text[start:end] == "The lamp\n flashes three\u00a0times."
    assert find_quote(text, "Another lamp") == []
    assert find_quote(text, "") == []


def test_an_answer_says_of_which_documents_it_was_asked() -> None:
    turn = Turn(Question("How often?", "island", {"type": "pdf", "title": "*lamp*"}))
    turn.finish(answer())
    assert view_of(turn, None)["scope"] == "Asked of: type pdf, title *lamp*"
    assert "Asked of: type pdf, title *lamp*" in conversation_markdown("island", [turn])
    assert view_of(turn_with(answer()), None)["scope"] == ""


def test_a_quote_is_shown_on_its_own_pages_only() -> None:
    proof = Proof.of_citation("island", CITATION, 7)
    assert [replace(proof, page=page).quote_is_here for page in (1, 2, 3, 4)] == [False, True, True, False]
    assert not Proof.of_source("island", SOURCE).quote_is_here
    assert Proof.of_source("island", SOURCE).spans == SOURCE.spans


def test_a_proof_knows_which_marks_are_on_which_page() -> None:
    proof = Proof.of_citation("island", CITATION, 7)
    assert (proof.page, proof.marks_on(2), proof.marks_on(3), proof.marks_on(4)) == (
        2,
        ((1, 2, 3, 4),),
        ((5, 6, 7, 8),),
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


def test_a_turn_is_kept_whole_and_of_its_images_the_names() -> None:
    turn = Turn(
        Question("How often?", "island", {"type": "pdf"}, images=(ImageFile("sign.png", b"x"),), mode="look-up")
    )
    turn.finish(answer())
    turn.rating = "up"
    kept = TurnResponse(position=0, question="How often?", record=record_of(turn).model_dump(mode="json"))
    again = turn_of(kept, "island")
    assert again.asked == replace(turn.asked, images=())
    assert (again.state, again.said, again.rating, again.image_names) == (
        TurnState.DONE,
        turn.said,
        "up",
        ("sign.png",),
    )
    assert again.answer is not None
    assert again.answer.citations == answer().citations
    assert again.has_ended
    cut_off = TurnResponse(position=0, question="", record=record_of(Turn(turn.asked)).model_dump(mode="json"))
    assert turn_of(cut_off, "island").state is TurnState.STOPPED
    erased = turn_of(TurnResponse(position=0, question="", record=None), "island")
    assert (erased.state, erased.asked.text) == (TurnState.ERASED, "(erased)")


def test_an_export_names_the_images_of_a_question() -> None:
    turn = Turn(Question("What is this?", "island", images=(ImageFile("sign <b>.png", b"x"), ImageFile("b.gif", b"y"))))
    turn.finish(answer())
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
    assert len(scripts) >= 4
    for script in scripts:
        text = script.read_text("utf-8")
        assert not [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(") if word in text
        ]


def test_a_question_that_is_asked_again_is_asked_behind_what_was_before_it_and_takes_the_place_of_the_first() -> None:
    conversation = Conversation("ann")
    run(ScriptedClient("One."), "First?", conversation)
    second = run(ScriptedClient("Two."), "Second?", conversation)
    client = ScriptedClient("Three.")
    again = conversation.ask(client, Question("Second, mended?", "island"), again_of=second)  # type: ignore[arg-type]
    again.wait()
    assert [message.text for message in client.asked[0].history if message.role == "user"] == ["First?"]
    last = ScriptedClient("Four.")
    conversation.ask(last, Question("Third?", "island")).wait()  # type: ignore[arg-type]
    said = [message.text for message in last.asked[0].history if message.role == "user"]
    assert said == ["First?", "Second, mended?"]


def test_notes_and_how_a_follow_up_was_understood_are_kept_with_the_turn() -> None:
    client = ScriptedClient("One.", whole=answer(asked_as="How high is the lamp?"))
    client.asked_as = "How high is the lamp?"
    turn = run(client)
    turn.wait()
    turn.note = "Ask Ann."
    kept = turn_of(TurnResponse(position=0, question="How often?", record=record_of(turn).model_dump()), "island")
    view = view_of(kept, None)
    assert (view["note"], view["asked_as"]) == ("Ask Ann.", "How high is the lamp?")
