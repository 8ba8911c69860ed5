"""Lists and counts over a collection of which all is known, through the index as the product makes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.service.answering import ask
from app.service.build_index import Lectern
from app.settings import read_settings
from benchmarks.planning_documents import MadeQuestion, make_documents, make_questions, write_documents
from rag.errors import QuestionError
from rag.planning.modes import Mode
from rag.types import Answer, PlanStep, Question, Verdict
from tests.integration.opening import open_index_of

MADE = make_documents(60)
EXACT = [question for question in make_questions(MADE) if question.how != "reading"]


FLATS = {
    "mill.txt": "Mill Loft\n\nThe flat has two rooms. The tenant may keep pets.",
    "canal.txt": "Canal View\n\nThis flat is let to Ada Berg. Pets of any kind are not permitted.",
    "quay.txt": "Quay House\n\nA flat with a balcony. Pets are welcome.",
}
"""As many as a list reads one by one at most in these tests."""


@pytest.fixture(scope="module")
def lectern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lectern]:
    work = tmp_path_factory.mktemp("lists")
    write_documents(MADE, work / "documents")
    with open_index_of(read_settings(home=work / "home", workers=1, llm="off", most_documents_read=3)) as opened:
        opened.ingest.sync(work / "documents", collection="made")
        (work / "flats").mkdir()
        for name, text in FLATS.items():
            (work / "flats" / name).write_text(text)
        opened.ingest.sync(work / "flats", collection="flats")
        yield opened


def answer_to(
    lectern: Lectern, text: str, *, collection: str = "made", **given: object
) -> tuple[Answer, list[PlanStep]]:
    stream = ask(
        lectern,
        Question(text, collection, **given),  # type: ignore[arg-type]
        default_model=lambda: None,
        prepare_images=lambda images, model: (),
    )
    assert stream is not None
    steps = [event for event in stream.events() if isinstance(event, PlanStep)]
    return stream.answer, steps


@pytest.mark.parametrize("made", EXACT, ids=lambda made: made.text)
def test_lists_and_counts_are_exact_and_complete(lectern: Lectern, made: MadeQuestion) -> None:
    answer, steps = answer_to(lectern, made.text)

    assert answer.mode == Mode.ALL_DOCUMENTS
    assert answer.table is not None
    assert answer.table.is_complete
    assert {row.cells[0].text for row in answer.table.rows} == made.answer
    assert answer.text.startswith(f"{len(made.answer)} ")
    assert steps
    assert answer.steps[-1].done == answer.steps[-1].total


def test_each_row_has_words_that_stand_in_its_document(lectern: Lectern) -> None:
    answer, _ = answer_to(lectern, "Which documents mention the lift?")
    texts = {document.path: document.text for document in MADE}

    assert answer.table is not None
    for row in answer.table.rows:
        words = row.cells[2]
        assert words.verdict is Verdict.SUPPORTED
        assert words.quote in texts[words.document]
        assert "lift" in words.quote.casefold()


def test_what_is_only_named_in_passing_is_undecided_and_says_why(lectern: Lectern) -> None:
    answer, _ = answer_to(lectern, "List all notes about the lift")
    passing = {one.path for one in MADE if one.sort == "note" and "lift" in one.mentions and one.subject != "lift"}

    assert answer.table is not None
    assert {row.cells[0].text for row in answer.table.undecided} == passing
    assert all(row.cells[2].note for row in answer.table.undecided)


def test_a_count_of_what_the_collection_has_none_of_is_looked_up(lectern: Lectern) -> None:
    answer, _ = answer_to(lectern, "How many timetables mention the lift?")
    assert answer.mode == Mode.LOOK_UP
    assert answer.table is None
    assert "No document is of the sort" in answer.mode_reason


def test_all_documents_are_looked_at_where_none_that_is_called_so_fits(lectern: Lectern) -> None:
    answer, _ = answer_to(lectern, "Which notes mention the tenant?")
    assert answer.table is not None
    assert {row.cells[0].text for row in answer.table.rows} == {one.path for one in MADE if "tenant" in one.text}
    assert answer.notices[0] == "None of the documents that are called notes fits, so all were looked at."


def test_documents_are_read_one_by_one_up_to_the_limit_and_the_answer_says_so(lectern: Lectern) -> None:
    answer, steps = answer_to(lectern, "List all contracts that allow subletting")
    assert answer.table is not None
    assert answer.table.completeness == "stopped after 3 of 12"
    assert answer.text.startswith("At least ")
    assert answer.verdict is Verdict.PARTLY
    assert any(step.text == "Reading 3 documents, one by one" for step in steps)


def test_filters_bound_what_is_counted(lectern: Lectern) -> None:
    answer, _ = answer_to(lectern, "How many documents are there?", filters={"kind": "invoice"})
    assert answer.text == "12 documents are there."


def test_a_question_in_this_mode_that_asks_for_no_list_is_refused_with_how_to_ask(lectern: Lectern) -> None:
    with pytest.raises(QuestionError, match="no list and no count"):
        answer_to(lectern, "When is the lift repaired?", mode="all-documents")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which flats allow pets?", "2 flats allow pets: mill.txt, quay.txt."),
        ("Which flats don't allow pets?", "1 document: flats don't allow pets, canal.txt."),
        ("How many flats allow pets?", "2 flats allow pets: mill.txt, quay.txt."),
    ],
)
def test_documents_that_are_each_about_one_thing_are_the_things(lectern: Lectern, question: str, names: str) -> None:
    answer, _ = answer_to(lectern, question, collection="flats")
    assert answer.mode == Mode.ALL_DOCUMENTS
    assert answer.text == names


def test_one_thing_of_several_is_no_answer_to_a_question_for_all(lectern: Lectern) -> None:
    answer, _ = answer_to(lectern, "Which people allow pets in the flat?", collection="flats")
    assert answer.refused
