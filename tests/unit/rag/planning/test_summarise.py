"""A summary is made of sentences that stand in the document, section by section, in order."""

from __future__ import annotations

import pytest

from rag.errors import QuestionError
from rag.planning.modes import Mode, choose_mode
from rag.planning.summarise import Summarise
from rag.planning.summary_query import SummaryQuery, read_summary
from rag.types import Answer, PlanStep
from tests.fakes import HashEmbedder
from tests.unit.rag.planning.shelf import Shelf, asked, finish

FEES = (
    "Fees\n\nThe fee for a berth in the harbour is nine pounds a night. The fee for a mooring in the harbour is five "
    "pounds a night. Seagulls sleep on the roofs of the old town all winter."
)
RULES = (
    "Rules\n\nEvery boat in the harbour must show a lamp at night. Every boat in the harbour must be moored by night."
)
SHELF = Shelf({"harbour guide.md": [FEES, RULES], "letter.md": ["Letter\n\nShort."]})


def summarise(question: str, shelf: Shelf = SHELF) -> tuple[list[PlanStep], Answer | str]:
    mode = Summarise(shelf, name_documents=lambda name, collection: [], embedder_of=lambda collection: HashEmbedder())
    events, answer = finish(mode, asked(question))
    return [event for event in events if isinstance(event, PlanStep)], answer


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("Summarise report.pdf", SummaryQuery("report.pdf")),
        ("Give me a short summary of the harbour guide.", SummaryQuery("harbour guide")),
        ("Summarize the section Fees of the harbour guide", SummaryQuery("harbour guide", "Fees")),
        ("Summarise all documents", SummaryQuery("")),
        ("Fasse den Hafenführer zusammen", SummaryQuery("Hafenführer")),
        ("Fasse das Kapitel Gebühren aus dem Hafenführer zusammen", SummaryQuery("Hafenführer", "Gebühren")),
        ("Résume le guide du port", SummaryQuery("guide du port")),
        ("Resumen de la guía", SummaryQuery("guía")),
    ],
)
def test_requests_for_a_summary_are_read_in_four_languages(question: str, query: SummaryQuery) -> None:
    assert read_summary(question) == query
    assert choose_mode(question).mode is Mode.SUMMARISE


@pytest.mark.parametrize(
    "question", ["What does the summary say?", "Who wrote the summary of the report?", "Sum of 2 and 3"]
)
def test_a_question_about_a_summary_is_none(question: str) -> None:
    assert read_summary(question) is None


def test_quotes_stand_in_the_document_and_come_in_its_order() -> None:
    steps, answer = summarise("Summarise harbour guide.md")
    assert isinstance(answer, Answer)
    pages = [citation.page for citation in answer.citations]
    assert pages == sorted(pages)
    assert set(pages) == {0, 1}
    assert all(citation.quote in (FEES + RULES) for citation in answer.citations)
    assert all(f"[{citation.number}]" in answer.text for citation in answer.citations)
    assert steps[-1].done == steps[-1].total == 2


def test_a_section_alone_is_summarised() -> None:
    _, answer = summarise("Summarise the section Rules of harbour guide.md")
    assert isinstance(answer, Answer)
    assert {citation.page for citation in answer.citations} == {1}


def test_a_section_that_is_not_there_is_refused_by_name() -> None:
    _, answer = summarise("Summarise the section Tides of harbour guide.md")
    assert isinstance(answer, Answer)
    assert answer.refused
    assert answer.text == "There is no section “Tides” in harbour guide.md."


def test_a_document_without_a_telling_sentence_is_refused() -> None:
    _, answer = summarise("Summarise letter.md")
    assert isinstance(answer, Answer)
    assert answer.refused


def test_what_no_document_is_named_is_for_a_look_up() -> None:
    _, answer = summarise("Summarise the battle of Hastings")
    assert answer == "No document is named “battle of Hastings”, so it was looked up."


def test_more_documents_than_one_summary_takes_are_refused_with_what_to_do() -> None:
    _, answer = summarise("Summarise everything", Shelf({f"{number}.md": [FEES] for number in range(13)}))
    assert isinstance(answer, Answer)
    assert answer.refused
    assert "13 documents are meant" in answer.text


def test_the_mode_without_a_request_says_how_to_ask() -> None:
    with pytest.raises(QuestionError, match="does not ask for a summary"):
        summarise("When is lunch?")
