"""A turn of the page Ask against a real service: it is read whole, and stopping it hangs up on the LLM at any time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.client.connection import Connection
from app.client.http import HttpClient
from app.web.ask.conversation import Conversation, Turn, TurnState
from rag.types import Question
from tests import llm_servers
from tests.integration.app.api.test_answers import ANSWER, LAMP, serving_with
from tests.integration.serving import without_reader
from tests.starting import wait_until


def test_a_turn_has_its_sources_first_and_then_the_whole_answer(home: Path, folder: Path) -> None:
    with (
        without_reader(),
        llm_servers.openai_server(answer=ANSWER) as llm,
        serving_with(home, folder, llm) as served,
        closing(HttpClient(Connection(served.url))) as client,
    ):
        turn = Conversation("ann").ask(client, Question(LAMP, "default"))
        wait_until(lambda: turn.is_finished)
    assert (turn.state, turn.said) == (TurnState.DONE, ANSWER)
    assert [source.document.path for source in turn.sources] == ["light.txt"]
    assert turn.answer is not None
    assert turn.answer.citations[0].number == 1


@pytest.mark.parametrize(
    ("failures", "is_under_way"),
    [([], lambda turn: bool(turn.text)), ([llm_servers.HANG], lambda turn: turn.state is TurnState.WRITING)],
    ids=["while it is written", "while the LLM is silent"],
)
def test_stopping_a_turn_hangs_up_on_the_llm(
    home: Path, folder: Path, failures: list[llm_servers.Failure], is_under_way: Callable[[Turn], bool]
) -> None:
    with (
        without_reader(),
        llm_servers.openai_server(answer="word " * 2_000, pause=0.02, failures=failures) as llm,
        serving_with(home, folder, llm) as served,
        closing(HttpClient(Connection(served.url))) as client,
    ):
        turn = Conversation("ann").ask(client, Question(LAMP, "default"))
        wait_until(lambda: is_under_way(turn))
        wait_until(lambda: bool(llm.chats))
        turn.stop()
        assert llm.hung_up.wait(60)
        wait_until(lambda: turn.is_finished)
        assert turn.state is TurnState.STOPPED
        assert served.client.post("/search", json={"question": LAMP}).is_success
