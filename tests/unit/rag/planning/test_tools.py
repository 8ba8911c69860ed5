"""The tools of a plan: what they find, what they refuse, and where they cannot reach."""

from __future__ import annotations

import pytest

from rag.planning.protocol import PlannedCall
from rag.planning.tool_calls import TOOL_SCHEMAS, read_calls
from rag.types import Answer, Source, Span, ToolCall, Usage
from tests.unit.rag.planning.test_steps import Searches, toolbox_of


def test_exact_words_are_counted_by_document_with_the_most_first() -> None:
    result = toolbox_of(Searches()).run(PlannedCall("find", "Accounts  Payable"))
    assert result.lines == ("canteen.txt: 2 times", "corning_2020.pdf: 1 times", "secret.txt: 1 times")
    assert [hit.chunk_id for hit in result.hits] == ["2:0", "1:1", "3:0"]


def test_pages_are_opened_by_the_words_of_a_documents_name() -> None:
    result = toolbox_of(Searches()).run(PlannedCall("open", "Corning 2020", (2,)))
    assert [hit.chunk_id for hit in result.hits] == ["1:1"]


def test_an_outline_gives_the_headings_with_their_pages() -> None:
    result = toolbox_of(Searches()).run(PlannedCall("outline", "corning_2020.pdf"))
    assert result.lines == ("corning_2020.pdf", "page 1: Part 0", "page 2: Part 1")


@pytest.mark.parametrize(
    ("call", "note"),
    [
        (PlannedCall("open", "/etc/passwd", (1,)), "No single document"),
        (PlannedCall("open", "corning_2020.pdf", (9,)), "no such page"),
        (PlannedCall("open", "corning_2020.pdf", (-1, 0)), "no such page"),
        (PlannedCall("outline", "txt"), "No single document"),
        (PlannedCall("search", " ... "), "names nothing"),
        (PlannedCall("search", "words " * 99), "names nothing"),
        (PlannedCall("delete", "corning_2020.pdf"), "There is no tool delete"),
    ],
)
def test_a_wrong_argument_finds_nothing_and_says_why(call: PlannedCall, note: str) -> None:
    result = toolbox_of(Searches()).run(call)
    assert result.hits == ()
    assert note in result.note


@pytest.mark.parametrize(
    "call",
    [
        PlannedCall("find", "accounts payable"),
        PlannedCall("open", "secret.txt", (1,)),
        PlannedCall("outline", "secret"),
    ],
)
def test_no_tool_leaves_the_documents_that_the_users_filter_leaves(call: PlannedCall) -> None:
    result = toolbox_of(Searches(), document="corning_2020.pdf").run(call)
    assert {hit.document.path for hit in result.hits} <= {"corning_2020.pdf"}
    assert "secret" not in "".join(result.lines)


def test_a_planned_filter_gives_way_to_the_users_and_has_no_field_of_its_own_making() -> None:
    searches = Searches()
    wanted = (("document", "secret.txt"), ("colour", "red"), ("folder", "/etc"))
    toolbox_of(searches, document="corning_2020.pdf").run(PlannedCall("search", "assets", filters=wanted))
    assert searches.asked == [("assets", {"document": "corning_2020.pdf"})]


def test_calls_of_tools_are_read_and_arguments_of_another_kind_left_out() -> None:
    calls = [
        ToolCall("search", {"words": "assets", "filters": {"period": "2020", "type": 7}}),
        ToolCall("open", {"document": "corning", "pages": [2, "x", 3]}),
        ToolCall("find", {"words": ["a"]}),
        ToolCall("write_file", {"path": "/tmp/x"}),
    ]
    assert read_calls(calls) == [
        PlannedCall("search", "assets", filters=(("period", "2020"),)),
        PlannedCall("open", "corning", (2, 3)),
        PlannedCall("find", ""),
    ]


def test_every_tool_that_is_offered_only_reads() -> None:
    names = {schema["function"]["name"] for schema in TOOL_SCHEMAS}
    assert names == {"search", "find", "open", "outline", "calculate"}


def test_what_is_to_be_calculated_is_computed_by_code_and_brings_the_pages_of_its_figures() -> None:
    toolbox = toolbox_of(Searches())
    corning = toolbox.documents()[0]
    source = Source(1, corning, "", "Total current liabilities 5,175.", (Span(1, 0, 32),), 1.0)
    computed = Answer("Half of them = 5,175 [1] / 2 = 2,587.5.", False, (source,), (), "", Usage(0, 0), 0.0, {})
    toolbox.compute = lambda text: computed if "half" in text else None
    result = toolbox.run(PlannedCall("calculate", "half of the liabilities"))
    assert result.lines == ("Half of them = 5,175 / 2 = 2,587.5.",)
    assert [hit.chunk_id for hit in result.hits] == ["1:1"]
    assert result.note.startswith("Half of them = 5,175 / 2 = 2,587.5. (computed by code")
    assert toolbox.run(PlannedCall("calculate", "a third of them")).note == "The rules for calculations do not know it."


def test_without_rules_for_calculations_there_is_no_such_tool() -> None:
    assert "There is no tool calculate" in toolbox_of(Searches()).run(PlannedCall("calculate", "2 + 2")).note
