"""Texts that an LLM writes to be looked up beside a question."""

from __future__ import annotations

import pytest

from rag.errors import ModelError
from rag.questions.query_expansion import FurtherText, Method, expand_query
from tests.fakes import ScriptedModel

QUESTION = "How often does the lamp flash?"


def expand(reply: str, method: Method) -> tuple[FurtherText, ...]:
    return expand_query(QUESTION, method, ScriptedModel([reply]))


def test_each_line_is_a_wording_without_its_number() -> None:
    reply = '1. How many flashes does it give?\n- "Rhythm of the light"\n\n2) Flashes of the lamp a minute'
    assert [one.text for one in expand(reply, "multi-query")] == [
        "How many flashes does it give?",
        "Rhythm of the light",
        "Flashes of the lamp a minute",
    ]


def test_a_made_up_answer_is_one_passage() -> None:
    assert expand("The lamp flashes\ntwice.", "hyde") == (FurtherText("The lamp flashes twice.", is_passage=True),)


def test_of_a_broader_question_only_one_is_taken() -> None:
    assert [one.text for one in expand("What is the light like?\nWhy?", "step-back")] == ["What is the light like?"]


@pytest.mark.parametrize("reply", ["", "---", QUESTION.upper()])
def test_what_says_nothing_new_is_left_out(reply: str) -> None:
    assert expand(reply, "multi-query") == ()


def test_an_llm_that_fails_leaves_the_question_alone() -> None:
    model = ScriptedModel(["What "], fails_with=ModelError("It broke off.", "Ask again."))
    assert expand_query(QUESTION, "hyde", model) == ()


def test_no_llm_is_asked_where_expansion_is_off() -> None:
    model = ScriptedModel(["What?"])
    assert expand_query(QUESTION, "off", model) == ()
    assert model.asked == []
