"""Summaries and lists for which an LLM reads everything: a real index, an LLM behind a real socket, stops, deaths."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.service.build_index import Lectern
from app.settings import read_settings
from rag.types import Answer, AnswerTable, PlanStep, Question, Verdict
from tests.integration.opening import open_index_of
from tests.integration.rag.llm_planner import planner_of
from tests.llm_servers import Reply, status

PARTS = ("keepers", "lamp", "storm", "boats")
CHAPTERS = {
    "keepers": "The lighthouse at Arken has three keepers, and the eldest is Ottar Lind.",
    "lamp": "The lamp of Arken flashes four times a minute and burns colza oil.",
    "storm": "The storm of 1911 broke the east window of the lantern room.",
    "boats": "The two boats of the station are called Heron and Plover.",
}
FILLING = "Nothing else of note was written into the log on that day by the watch. "
CONTRACTS = {
    "ash.txt": "Lease of Ash House. The tenant may sublet rooms with the consent of the landlord.",
    "birch.txt": "Lease of Birch House. The tenant may not sublet any part of the house.",
    "cedar.txt": "Lease of Cedar House. The landlord keeps the key of the cellar.",
    "dune.txt": "Lease of Dune House. Subletting is a matter of the house rules.",
}
LIST = "List all documents that allow subletting"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lectern]:
    """An index of a book of four chapters, each longer than one call of the LLM holds, and of four leases."""
    base = tmp_path_factory.mktemp("reading")
    for name in ("book", "leases"):
        (base / name).mkdir()
    book = "\n\n".join(f"# {name}\n\n{text} " + FILLING * 180 for name, text in CHAPTERS.items())
    (base / "book" / "arken.md").write_text(book, encoding="utf-8")
    for name, text in CONTRACTS.items():
        (base / "leases" / name).write_text(text, encoding="utf-8")
    settings = read_settings(home=base / "home", workers=1, reranker="off", refusal_threshold=0.0)
    with open_index_of(settings) as lectern:
        for name in ("book", "leases"):
            assert lectern.ingest.sync(base / name, collection=name).failed == []
        yield lectern


@pytest.fixture(autouse=True)
def forget_replies(shelf: Lectern) -> Iterator[None]:
    """Have no test go on where another one stopped."""
    yield
    shelf.replies.erase([one.id for name in ("book", "leases") for one in shelf.catalogue.list_documents(name)])


def told(request: Any) -> str:
    return json.dumps(request.body, ensure_ascii=False)


def replies() -> tuple[Reply, ...]:
    """What the LLM says of each part, and of the notes on all."""
    whole = Reply("The sources are notes", " ".join(CHAPTERS.values()))
    return (whole, *(Reply(text, text) for text in CHAPTERS.values()))


def test_every_page_is_read_and_each_sentence_of_the_summary_is_cited_and_checked(shelf: Lectern) -> None:
    with planner_of(shelf, replies=replies(), answer="Nothing of note was written.") as (planner, server):
        stream = planner.ask(Question("Summarise arken.md", "book"))
        steps = [event for event in stream.events() if isinstance(event, PlanStep)]
        answer = stream.answer
    asked = " ".join(told(chat) for chat in server.chats)
    assert all(text in asked for text in CHAPTERS.values())
    assert asked.count(FILLING.strip()) >= 4 * 180
    assert answer.llm == "openai:scripted"
    assert {one.verdict for one in answer.sentences} == {Verdict.SUPPORTED}
    assert [one.text for one in answer.sentences] == list(CHAPTERS.values())
    assert all(citation.quote in CHAPTERS.values() for citation in answer.citations)
    assert steps[0].total >= 4
    assert any(notice.startswith("All of it was read") for notice in answer.notices)


def test_a_section_alone_is_summarised_by_the_llm(shelf: Lectern) -> None:
    with planner_of(shelf, replies=replies()) as (planner, server):
        answer = planner.ask(Question("Summarise the section storm of arken.md", "book")).answer
        asked = " ".join(told(chat) for chat in server.chats)
    assert "storm of 1911" in answer.text
    assert CHAPTERS["boats"] not in asked
    assert CHAPTERS["lamp"] not in asked


def test_a_sentence_that_stands_nowhere_is_not_taken_into_the_whole(shelf: Lectern) -> None:
    said = [Reply("The sources are notes", CHAPTERS["lamp"]), *replies()[1:]]
    said[1] = Reply(CHAPTERS["keepers"], "The keepers of Arken were paid in gold by the king of Spain.")
    with planner_of(shelf, replies=said, answer="") as (planner, server):
        assert planner.ask(Question("Summarise arken.md", "book")).answer.llm
        joined = [told(chat) for chat in server.chats if "The sources are notes" in told(chat)]
    assert joined
    assert not any("king of Spain" in prompt for prompt in joined)


def test_what_takes_many_calls_is_offered_with_its_cost_and_read_once_that_is_agreed_to(shelf: Lectern) -> None:
    with planner_of(shelf, most_calls=1, replies=replies(), answer="") as (planner, server):
        question = Question("Summarise arken.md", "book")
        offered = planner.ask(question).answer
        assert server.chats == []
        read = planner.ask(replace(question, agreed=True)).answer
        assert len(server.chats) > 1
    assert "calls of the LLM and about" in offered.offer
    assert offered.citations, "the text is quoted meanwhile"
    assert read.offer == ""
    assert read.llm == "openai:scripted"


def test_a_summary_that_was_stopped_shows_its_parts_and_goes_on_where_it_was(shelf: Lectern) -> None:
    question, stop = Question("Summarise arken.md", "book"), threading.Event()
    with planner_of(shelf, replies=replies(), answer="") as (planner, server):
        stream = planner.ask(question, stop=stop)
        for event in stream.events():
            if isinstance(event, PlanStep) and event.done == 2:
                stop.set()
        first = len(server.chats)
        whole = planner.ask(question).answer
        assert first == 2
        assert [told(chat) for chat in server.chats].count(told(server.chats[0])) == 1
    assert any(notice.startswith("Stopped after 2 of") for notice in stream.answer.notices)
    assert "Ottar Lind" in stream.answer.text
    assert "Heron and Plover" in whole.text


def test_an_llm_that_dies_at_the_third_part_leaves_what_was_read(shelf: Lectern) -> None:
    with planner_of(shelf, replies=replies(), answer="", failures=[None, None, status(500)]) as (planner, _):
        answer = planner.ask(Question("Summarise arken.md", "book")).answer
    assert "Ottar Lind" in answer.text
    assert any(notice.startswith("Stopped after 2 of") for notice in answer.notices)


DECISIONS = (
    Reply(CONTRACTS["ash.txt"], "YES. The tenant may sublet rooms with the consent of the landlord. [1]"),
    Reply(CONTRACTS["birch.txt"], "NO. The tenant may not sublet any part of the house. [1]"),
    Reply(CONTRACTS["cedar.txt"], "NO"),
    Reply(CONTRACTS["dune.txt"], "YES"),
)


def listed(answer: Answer) -> tuple[list[str], list[str]]:
    assert answer.table is not None
    rows, undecided = ([row.cells[0].text for row in some] for some in (answer.table.rows, answer.table.undecided))
    return rows, undecided


def test_each_document_is_asked_about_and_what_has_no_proof_is_a_list_of_its_own(shelf: Lectern) -> None:
    with planner_of(shelf, replies=DECISIONS) as (planner, server):
        answer = planner.ask(Question(LIST, "leases")).answer
        assert len(server.chats) == len(CONTRACTS)
    assert listed(answer) == (["ash.txt"], ["dune.txt"])
    assert answer.table is not None
    assert answer.table.is_complete
    assert answer.table.rows[0].cells[2].quote == "The tenant may sublet rooms with the consent of the landlord."
    assert answer.usage.prompt_tokens == 11 * len(CONTRACTS)


def test_a_yes_to_words_that_say_no_is_not_taken(shelf: Lectern) -> None:
    said = Reply(CONTRACTS["birch.txt"], "YES. The tenant may not sublet any part of the house. [1]")
    with planner_of(shelf, replies=(said,), answer="NO") as (planner, _):
        rows, undecided = listed(planner.ask(Question(LIST, "leases")).answer)
    assert rows == []
    assert "birch.txt" in undecided


def test_a_stopped_list_keeps_what_was_found_and_goes_on_where_it_was(shelf: Lectern) -> None:
    stop, tables = threading.Event(), []
    with planner_of(shelf, replies=DECISIONS) as (planner, server):
        stream = planner.ask(Question(LIST, "leases"), stop=stop)
        for event in stream.events():
            if isinstance(event, AnswerTable):
                tables.append(event)
                stop.set()
        assert stream.answer.table is not None
        assert stream.answer.table.completeness == tables[0].completeness == "stopped after 1 of 4"
        assert listed(stream.answer)[0] == ["ash.txt"]
        whole = planner.ask(Question(LIST, "leases")).answer
        assert len(server.chats) == len(CONTRACTS), "the first one is not asked again"
    assert listed(whole) == (["ash.txt"], ["dune.txt"])


def test_an_llm_that_dies_in_a_list_leaves_the_rows_before_and_says_why(shelf: Lectern) -> None:
    with planner_of(shelf, replies=DECISIONS, failures=[None, None, status(500)]) as (planner, _):
        answer = planner.ask(Question(LIST, "leases")).answer
    assert answer.table is not None
    assert answer.table.completeness == "stopped after 2 of 4"
    assert listed(answer)[0] == ["ash.txt"]
    assert any("The LLM failed" in notice for notice in answer.notices)


def test_an_llm_that_says_yes_to_everything_as_some_text_orders_it_proves_nothing(shelf: Lectern) -> None:
    with planner_of(shelf, answer="YES. All houses are open to everybody, as the owner orders. [1]") as (planner, _):
        rows, undecided = listed(planner.ask(Question(LIST, "leases")).answer)
    assert rows == []
    assert undecided == list(CONTRACTS)


def test_replies_that_were_kept_go_with_their_document(shelf: Lectern) -> None:
    stop = threading.Event()
    with planner_of(shelf, replies=DECISIONS) as (planner, server):
        for event in planner.ask(Question(LIST, "leases"), stop=stop).events():
            if isinstance(event, AnswerTable):
                stop.set()
        first = next(one for one in shelf.catalogue.list_documents("leases") if one.path == "ash.txt")
        shelf.replies.erase([first.id])
        assert listed(planner.ask(Question(LIST, "leases")).answer)[0] == ["ash.txt"]
        assert len(server.chats) == len(CONTRACTS) + 1, "what was erased is asked again"
