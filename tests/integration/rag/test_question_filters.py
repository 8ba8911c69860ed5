"""Filters that stand in a question, over an index: applied, given up where nothing answers, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.service.build_index import Lectern
from rag.pipeline import REFUSAL
from rag.types import ALL_FILTERS
from tests.fakes import ScriptedModel
from tests.integration.conftest import OpenLectern

LAMP = "The lamp of the lighthouse flashes three times every twenty seconds."
VAN = "The delivery van with the paint comes on Thursday at eight."
QUESTION = "How often does the lamp of the lighthouse flash, only in the e-mails?"


class Answers(ScriptedModel):
    """Answers from what holds a word, and refuses all else, piece by piece."""

    def stream(self, messages, *, max_tokens, stop=None):  # type: ignore[no-untyped-def]
        text = messages[-1].text
        self.pieces = ["Three times ", "[1]."] if "three times" in text else [REFUSAL[:7], REFUSAL[7:]]
        return super().stream(messages, max_tokens=max_tokens, stop=stop)


@pytest.fixture
def lighthouse(folder: Path, open_index: OpenLectern) -> Iterator[Lectern]:
    (folder / "light.txt").write_text(LAMP)
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "The van", "keeper@example.org", "anna@example.org"
    message["Date"] = "Thu, 04 May 2023 10:00:00 +0000"
    message.set_content(f"Dear Anna,\n\n{VAN}\n")
    (folder / "van.eml").write_bytes(message.as_bytes())
    with open_index() as lectern:
        lectern.ingest.sync(folder, collection="default")
        yield lectern


def test_only_the_documents_that_the_question_names_are_searched(lighthouse: Lectern) -> None:
    question = "When does the delivery van come, only in the e-mails?"
    found = lighthouse.retriever.retrieve(question, collection="default")
    assert {hit.document.path for hit in found.hits} == {"van.eml"}
    assert [one.label for one in found.understood_filters] == ["file type e-mail"]
    answer = lighthouse.ask_pipeline(None).ask(question, collection="default").answer
    assert "Thursday at eight" in answer.text
    assert [one.is_applied for one in answer.understood_filters] == [True]


def test_a_filter_that_is_taken_back_leaves_all_documents(lighthouse: Lectern) -> None:
    found = lighthouse.retriever.retrieve(QUESTION, collection="default", ignored_filters=(ALL_FILTERS,))
    assert {hit.document.path for hit in found.hits} == {"van.eml", "light.txt"}
    assert found.understood_filters == ()


def test_where_quotes_from_the_filtered_documents_do_not_answer_all_are_searched(lighthouse: Lectern) -> None:
    answer = lighthouse.ask_pipeline(None).ask(QUESTION, collection="default").answer
    assert "three times" in answer.text
    assert [one.is_applied for one in answer.understood_filters] == [False]
    assert any("file type e-mail" in notice for notice in answer.notices)


def test_where_an_llm_refuses_on_the_filtered_documents_it_is_asked_about_all(lighthouse: Lectern) -> None:
    pipeline = lighthouse.ask_pipeline(Answers([]))
    stream = pipeline.ask(QUESTION, collection="default")
    text = "".join(stream)
    assert REFUSAL not in text
    assert text == stream.answer.text
    assert stream.answer.text.startswith("Three times")
    assert {source.document.path for source in stream.answer.sources} >= {"light.txt"}
    assert [one.is_applied for one in stream.answer.understood_filters] == [False]


def test_where_nothing_answers_at_all_the_refusal_is_about_the_filtered_documents(lighthouse: Lectern) -> None:
    question = "Who painted the harbour of Lisbon in the e-mails?"
    answer = lighthouse.ask_pipeline(None).ask(question, collection="default").answer
    assert answer.refused
    assert [one.is_applied for one in answer.understood_filters] == [True]
