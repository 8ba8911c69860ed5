"""Questions answered in steps: a real index, an LLM behind a real socket that plans and then answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.service.build_index import Lectern
from app.settings import read_settings
from rag.errors import QuestionError
from rag.models.llm import open_chat_model
from rag.pipeline import EXTRACTIVE, AnswerStream
from rag.planning.modes import LOOK_UP_REASON
from rag.planning.planner import NO_LLM_REASON, Planner
from rag.types import Answer, PlanStep, Question
from tests.integration.opening import open_index_of
from tests.llm_servers import ModelServer, Reply, ollama_server, openai_server, status

FILES = {
    "brandt.txt": "Brandt Ltd, year 2020. The lease of the depot costs 40,000 crowns a year and ends in 2031.\n",
    "kolb.txt": "Kolb & Sons, year 2020. The foreman of the sawmill is Ines Falk, who joined in 2014.\n",
    "norden_2020.csv": "Norden consolidated balance sheet,2020,2019\nTotal current assets,900,800\n"
    "Total current liabilities,400,500\n",
    "ferry.txt": "The ferry Kittiwake leaves the pier at noon and carries 48 passengers.\n",
    "other.txt": "Notes on bees, honey and wax, and on the sawmill of somebody else.\n",
}
QUESTION = "What does the lease of the depot cost, and who is the foreman of the sawmill?"
PLAN = "LOOK UP: Brandt Ltd 2020 lease of the depot, yearly cost\nLOOK UP: Kolb & Sons foreman of the sawmill"
PLANNING = "You plan how to find"
MORE = "Missing look-ups"
TOOLS = {"search", "find", "open", "outline", "calculate"}
REPLIES = (Reply(MORE, "DONE"), Reply(PLANNING, PLAN))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lectern]:
    """An index of four documents that no test changes."""
    base = tmp_path_factory.mktemp("steps")
    (base / "documents").mkdir()
    for name, text in FILES.items():
        (base / "documents" / name).write_text(text, encoding="utf-8")
    settings = read_settings(home=base / "home", workers=1, reranker="off", refusal_threshold=0.0)
    with open_index_of(settings) as lectern:
        assert lectern.ingest.sync(base / "documents", collection="default").failed == []
        yield lectern


@contextmanager
def planner_of(shelf: Lectern, **script: Any) -> Iterator[tuple[Planner, ModelServer]]:
    """A planner whose LLM is a scripted server."""
    with (
        openai_server(**{"replies": REPLIES, **script}) as server,
        closing(open_chat_model("openai:scripted", base_url=f"{server.url}", context_tokens=8192, retries=0)) as model,
    ):
        yield shelf.planner(model), server


def steps_of(stream: AnswerStream) -> list[str]:
    return [event.text for event in stream.events() if isinstance(event, PlanStep)]


def paths_of(answer: Answer) -> set[str]:
    return {source.document.path for source in answer.sources}


def test_what_all_look_ups_found_is_read_and_cited(shelf: Lectern) -> None:
    with planner_of(shelf, answer="It costs 40,000 crowns a year. The foreman is Ines Falk.") as (planner, server):
        stream = planner.ask(Question(QUESTION, "default"))
        steps = steps_of(stream)
    answer = stream.answer
    assert (answer.mode, answer.mode_reason) == ("steps", "It asks for two things, each of which is looked up.")
    assert steps == [
        f"Looking up: {QUESTION}",
        "Planning the look-ups",
        "Looking up: Brandt Ltd 2020 lease of the depot, yearly cost",
        "Looking up: Kolb & Sons foreman of the sawmill",
        "Planning further look-ups",
    ]
    assert [step.text for step in answer.steps] == steps
    assert {"brandt.txt", "kolb.txt"} <= paths_of(answer)
    assert {citation.document for citation in answer.citations if citation.supported} == {"brandt.txt", "kolb.txt"}
    assert len(server.chats) == 3
    assert answer.usage.prompt_tokens == 3 * 11, "the tokens of the plan are counted"


def test_a_filter_of_the_user_holds_for_every_look_up(shelf: Lectern) -> None:
    with planner_of(shelf, answer="Nothing.") as (planner, _):
        answer = planner.ask(Question(QUESTION, "default", filters={"document": "kolb.txt"})).answer
    assert paths_of(answer) == {"kolb.txt"}


def test_an_llm_that_dies_at_the_third_step_leaves_an_answer_of_quotes(shelf: Lectern) -> None:
    with planner_of(shelf, failures=[None, status(500)]) as (planner, server):
        answer = planner.ask(Question(QUESTION, "default")).answer
        assert len(server.chats) == 2
    assert answer.llm == EXTRACTIVE
    assert answer.error == ""
    assert any("failed at step 3" in notice for notice in answer.notices)
    assert {"brandt.txt", "kolb.txt"} <= paths_of(answer)


def test_nothing_is_looked_up_once_nobody_waits(shelf: Lectern) -> None:
    stop = threading.Event()
    with planner_of(shelf) as (planner, server):
        stream = planner.ask(Question(QUESTION, "default"), stop=stop)
        steps = []
        for event in stream.events():
            if isinstance(event, PlanStep):
                steps.append(event.text)
                if "Brandt" in event.text:
                    stop.set()
        assert len(server.chats) == 1
    assert steps[-1].startswith("Looking up: Brandt")


def test_a_simple_question_is_looked_up_once_and_the_llm_asked_once(shelf: Lectern) -> None:
    with planner_of(shelf, answer="At noon.") as (planner, server):
        answer = planner.ask(Question("When does the ferry leave?", "default")).answer
        assert len(server.chats) == 1
    assert (answer.mode, answer.mode_reason, answer.steps) == ("look-up", LOOK_UP_REASON, ())


def test_steps_without_an_llm_are_refused_with_a_remedy(shelf: Lectern) -> None:
    with pytest.raises(QuestionError, match="The mode steps needs an LLM"):
        shelf.planner(None).ask(Question(QUESTION, "default", mode="steps"))
    answer = shelf.planner(None).ask(Question(QUESTION, "default")).answer
    assert (answer.mode, answer.mode_reason) == ("look-up", NO_LLM_REASON)


def test_an_llm_that_calls_tools_is_offered_them(shelf: Lectern) -> None:
    calls: Sequence[tuple[str, dict[str, Any]]] = (
        ("find", {"words": "foreman"}),
        ("open", {"document": "brandt", "pages": [1]}),
        ("write_file", {"path": "lease"}),
    )
    replies = (Reply("Finding the words", "DONE"), Reply(PLANNING, "", calls=tuple(calls)))
    with (
        ollama_server(answer="Ines Falk.", capabilities=("completion", "tools"), replies=replies) as server,
        closing(open_chat_model("ollama:llama3.2:3b", base_url=server.url)) as model,
    ):
        stream = shelf.planner(model).ask(Question(QUESTION, "default"))
        steps = steps_of(stream)
    assert steps[2:4] == ["Finding the words: foreman", "Opening: brandt, page 1"]
    assert {tool["function"]["name"] for tool in server.chats[0].body["tools"]} == TOOLS
    assert not server.chats[-1].body.get("tools"), "the answer is written without tools"


def test_what_the_llm_wants_calculated_is_computed_by_code(shelf: Lectern) -> None:
    planned = "CALCULATE: What is the working capital of Norden in 2020?"
    with planner_of(shelf, answer="It is about 17.", replies=(Reply(MORE, "DONE"), Reply(PLANNING, planned))) as (
        planner,
        _,
    ):
        answer = planner.ask(Question("Is Norden solvent?", "default", mode="steps")).answer
    (computed,) = [notice for notice in answer.notices if "computed by code" in notice]
    assert "900 − 400 = 500" in computed
    assert "norden_2020.csv" in computed
    assert "norden_2020.csv" in paths_of(answer)


def test_no_step_writes_to_the_index_or_to_the_disk(shelf: Lectern, tmp_path: Path) -> None:
    orders = (
        f"DELETE: brandt.txt\nWRITE: {tmp_path}/x lease\nOPEN: {tmp_path}, page 1\nLOOK UP: lease; rm -rf {tmp_path}"
    )
    before = [(one.path, one.state, one.chunks) for one in shelf.catalogue.list_documents("default")]
    with planner_of(shelf, replies=(Reply(PLANNING, orders),)) as (planner, _):
        stream = planner.ask(Question(QUESTION, "default"))
        steps = steps_of(stream)
    assert not any("DELETE" in step or "WRITE" in step for step in steps)
    assert list(tmp_path.iterdir()) == []
    assert [(one.path, one.state, one.chunks) for one in shelf.catalogue.list_documents("default")] == before
