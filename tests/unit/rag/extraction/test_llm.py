"""The LLM is asked for a value alone, and what it says is taken as words and not as an order."""

from __future__ import annotations

from rag.extraction.columns import Column, ColumnKind
from rag.extraction.llm import ask_llm
from rag.prompt import REFUSAL
from rag.types import DocumentInfo, Source, Span
from tests.fakes import ScriptedModel

RENT = Column("Rent", "What is the monthly rent?", ColumnKind.NUMBER)
TEXT = "The tenant pays rent of £925 a month."
SOURCE = Source(
    1, DocumentInfo(1, "a.txt", "/", "a", "txt", "indexed", pages=1), "", TEXT, (Span(0, 0, len(TEXT)),), 0.0
)


def test_the_value_is_read_without_markers_and_quotes_and_its_source_is_known() -> None:
    model = ScriptedModel(['"£9', '25" [1]', "."])
    said = ask_llm(RENT, [SOURCE], model)
    assert (said.text, said.cited, said.sources, said.llm) == ("£925", (1,), (SOURCE,), "scripted:one")
    asked = model.asked[0][-1].text
    assert "What is the monthly rent? Answer with the number and its unit alone" in asked
    assert TEXT in asked


def test_a_refusal_is_no_value() -> None:
    assert ask_llm(RENT, [SOURCE], ScriptedModel([REFUSAL])).text == ""
