"""Conversations over HTTP without an LLM: each question gets its own answer, also one that leans on those before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.serving import Served, serving

LIGHTHOUSE = """The Brennick lighthouse

The lamp of the Brennick lighthouse flashes three times every twenty seconds.

The tower of the lighthouse is 31 metres high and painted white.
"""
FERRY = """The ferry to the mainland

A return ticket for a car costs 48 crowns, and one for a bicycle 6 crowns.

The mast of the ferry is 19 metres high.
"""
LAMP, THREE_TIMES = "How often does the lamp of the Brennick lighthouse flash?", "three times every twenty seconds"
TICKET, CROWNS = "What does a return ticket for a car cost?", "48 crowns"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("conversations")
    folder = place / "island"
    folder.mkdir()
    (folder / "lighthouse.txt").write_text(LIGHTHOUSE)
    (folder / "ferry.txt").write_text(FERRY)
    with serving(place / "home", llm="off") as started:
        started.sync(folder)
        yield started


def ask(served: Served, *questions: str) -> list[str]:
    """The answers to questions that are asked one after the other in one conversation."""
    history: list[dict[str, str]] = []
    answers = []
    for question in questions:
        asked: dict[str, Any] = {"question": question, "collection": "default", "history": history}
        answered = served.client.post("/ask", json=asked).raise_for_status().json()
        answers.append(answered["answer"])
        history = [*history, {"role": "user", "text": question}, {"role": "assistant", "text": answers[-1]}]
    return answers


def test_a_second_question_is_not_given_the_answer_to_the_first(served: Served) -> None:
    lamp, ticket, lamp_again = ask(served, LAMP, TICKET, LAMP)
    assert lamp.startswith(THREE_TIMES)
    assert ticket.startswith(CROWNS)
    assert lamp_again.startswith(THREE_TIMES)


def test_a_question_that_leans_on_the_one_before_is_answered_for_what_that_was_about(served: Served) -> None:
    assert ask(served, LAMP, "And how high is it?")[1].startswith("31 metres")
    assert ask(served, "When does the ferry to the mainland leave?", "And how high is it?")[1].startswith("19 metres")
