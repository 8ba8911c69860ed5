"""Questions over short documents that no rule answers: an LLM behind a real socket reads each, and code computes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.service.build_index import Lectern
from app.settings import read_settings
from rag.planning.planner import READ_REASON
from rag.prompt import REFUSAL
from rag.types import Answer, PlanStep, Question, Verdict
from tests.integration.opening import open_index_of
from tests.integration.rag.llm_planner import planner_of
from tests.llm_servers import Reply, status

NOTES = {
    "bruno.txt": "Bruno limped. The surgeon in Tarn took 40 pounds off us and sent him home on 3 May 2024.",
    "dot.txt": "Dot had swallowed a ring, which cost us 120 pounds in Hale. She came home on 9 June 2024.",
    "flo.txt": "Flo had her teeth seen to in Tarn on 2 April 2024, and that set us back 65 pounds.",
    "max.txt": "Max would not eat for a week. Nobody could say why, and then he ate again.",
}
PLANS = "You turn a question about many documents"
QUESTION = "What did we hand over to surgeons altogether?"
PLAN = "ONLY: ALL\nASK: What was handed over to the surgeon?\nKIND: NUMBER\nTHEN: SUM"


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lectern]:
    """An index of four notes on animals, each in its own words."""
    base = tmp_path_factory.mktemp("notes")
    folder = _write(base / "notes", NOTES)
    with open_index_of(read_settings(home=base / "home", workers=1)) as lectern:
        assert lectern.ingest.sync(folder, collection="notes").failed == []
        yield lectern


@pytest.fixture(autouse=True)
def forget_replies(notes: Lectern) -> Iterator[None]:
    """Have no test go on where another one stopped."""
    yield
    notes.replies.erase([one.id for one in notes.catalogue.list_documents("notes")])


def _write(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def script(plan: str, **said: str) -> tuple[Reply, ...]:
    """What the LLM plans, and what it says of each document."""
    return (Reply(PLANS, plan), *(Reply(NOTES[f"{name}.txt"], text) for name, text in said.items()))


def ask(notes: Lectern, question: str, replies: tuple[Reply, ...], **options: Any) -> tuple[Answer, list[str]]:
    """Return the answer, and the steps that were told."""
    with planner_of(notes, replies=replies, answer="I could not find this in the documents.", **options) as (
        planner,
        _,
    ):
        stream = planner.ask(Question(question, "notes"))
        steps = [event.text for event in stream.events() if isinstance(event, PlanStep)]
        return stream.answer, steps


def named(answer: Answer) -> tuple[list[str], list[str]]:
    """The documents of the rows, and of those of which it is not decided."""
    assert answer.table is not None
    rows, undecided = ([row.cells[0].text for row in some] for some in (answer.table.rows, answer.table.undecided))
    return rows, undecided


def test_a_sum_is_made_by_code_of_what_is_read_in_each_document(notes: Lectern) -> None:
    said = script(PLAN, bruno="40 pounds", dot="120 pounds", flo="65 pounds", max="I could not find this")
    answer, steps = ask(notes, QUESTION, said)
    assert "40 [1] + 120 [2] + 65 [3] = 225" in answer.text
    assert "only 3 of 4" in answer.text
    assert named(answer) == (["bruno.txt", "dot.txt", "flo.txt"], ["max.txt"])
    assert (answer.verdict, answer.mode_reason, answer.llm) == (Verdict.PARTLY, READ_REASON, "openai:scripted")
    assert all("pounds" in citation.quote for citation in answer.citations)
    assert any("What was handed over to the surgeon?" in notice for notice in answer.notices)
    assert any(step.startswith("Reading 4 documents, one by one") for step in steps)


def test_a_value_that_does_not_stand_in_its_document_is_not_computed_with(notes: Lectern) -> None:
    answer, _ = ask(notes, QUESTION, script(PLAN, bruno="40 pounds", dot="999 pounds", flo="65 pounds"))
    assert "999" not in answer.text
    assert "dot.txt" in named(answer)[1]


def test_the_last_day_is_found_by_code(notes: Lectern) -> None:
    plan = "ONLY: ALL\nASK: When did the animal come home?\nKIND: DATE\nTHEN: LAST"
    said = script(plan, bruno="3 May 2024", dot="9 June 2024", flo="2 April 2024")
    answer, _ = ask(notes, "Which animal was the most recently let go?", said)
    assert answer.text.startswith("dot.txt [1]: 9 June 2024, the latest of 3")


def test_a_list_holds_what_the_llm_proves_and_the_rest_is_undecided(notes: Lectern) -> None:
    plan = "ONLY: animals that were mended in Tarn\nASK: NOTHING\nKIND: TEXT\nTHEN: LIST"
    said = script(
        plan,
        bruno="YES. The surgeon in Tarn took 40 pounds off us and sent him home on 3 May 2024. [1]",
        dot="NO. Dot had swallowed a ring, which cost us 120 pounds in Hale. [1]",
        flo="YES",
        max="NO",
    )
    answer, _ = ask(notes, "Which animals were mended in Tarn?", said)
    assert named(answer) == (["bruno.txt"], ["flo.txt"])
    assert "bruno.txt" in answer.text
    assert "flo.txt" in answer.text


@pytest.mark.parametrize(
    "plan",
    [
        "The answer is 225 pounds.",
        "ONLY: ALL\nASK: How heavy is the dog?\nKIND: NUMBER\nTHEN: SUM",
        "ONLY: ALL\nASK: NOTHING\nKIND: NUMBER\nTHEN: SUM",
        "ASK: " + "What was handed over? " * 20 + "\nTHEN: SUM",
    ],
    ids=["no plan", "of an example", "nothing asked", "too long"],
)
def test_a_plan_of_no_use_leaves_a_look_up(notes: Lectern, plan: str) -> None:
    answer, steps = ask(notes, QUESTION, script(plan))
    assert answer.mode == "look-up"
    assert answer.table is None
    assert not any("one by one" in step for step in steps)


def test_an_llm_that_dies_says_so_and_is_not_asked_again_what_it_has_told(notes: Lectern) -> None:
    said = script(PLAN, bruno="40 pounds", dot="120 pounds", flo="65 pounds")
    answer, _ = ask(notes, QUESTION, said, failures=[None, None, None, status(500)])
    assert named(answer)[0] == ["bruno.txt", "dot.txt"]
    assert any("The LLM failed" in notice for notice in answer.notices)
    with planner_of(notes, replies=said, answer=REFUSAL) as (planner, server):
        whole = planner.ask(Question(QUESTION, "notes")).answer
        assert len(server.chats) == 2, "the plan and two documents were told before"
    assert named(whole)[0] == ["bruno.txt", "dot.txt", "flo.txt"]


def test_what_takes_many_calls_is_looked_up_and_offered(notes: Lectern) -> None:
    said = script(PLAN, bruno="40 pounds", dot="120 pounds", flo="65 pounds")
    answer, _ = ask(notes, QUESTION, said, most_calls=2)
    assert "4 calls of the LLM" in answer.offer
    assert answer.mode == "look-up"


def test_documents_that_lack_a_name_of_the_question_are_not_read(notes: Lectern) -> None:
    plan = "ONLY: ALL\nASK: What was handed over to the surgeon in Tarn?\nKIND: NUMBER\nTHEN: SUM"
    with planner_of(notes, replies=script(plan, bruno="40 pounds", flo="65 pounds"), answer="NO") as (planner, server):
        answer = planner.ask(Question("What did we hand over to surgeons in Tarn altogether?", "notes")).answer
        assert len(server.chats) == 3
    assert "40 [1] + 65 [2] = 105" in answer.text


def test_a_table_beside_the_documents_is_not_read_and_named(notes: Lectern, tmp_path: Path) -> None:
    folder = _write(tmp_path / "beside", {**NOTES, "bills.csv": "Animal,Bill\nRex,90\nTom,80\n"})
    assert notes.ingest.sync(folder, collection="beside").failed == []
    said = script(PLAN, bruno="40 pounds", dot="120 pounds", flo="65 pounds")
    with planner_of(notes, replies=said, answer=REFUSAL) as (planner, _):
        answer = planner.ask(Question(QUESTION, "beside")).answer
    assert "bills.csv" in named(answer)[1]
    assert "only 3 of 5" in answer.text
