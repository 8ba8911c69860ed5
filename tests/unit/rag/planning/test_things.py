"""Questions for things that documents are each about, in four languages, and what documents say of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from rag.planning.all_documents import AllDocuments
from rag.planning.thing_query import read_things
from rag.protocols import Embedder
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

FLATS = Shelf(
    {
        "mill-loft.txt": ["Mill Loft\n\nThe flat has two rooms. The tenant may keep pets. Parking is on the drive."],
        "canal-view.txt": ["Canal View\n\nThis flat is let to Ada Berg.\n\nPets | not allowed\nParking | two cars"],
        "bell-lane.txt": ["Bell Lane\n\nThe flat is on the first floor. No pets. No parking goes with it."],
        "quay-house.txt": ["Quay House\n\nA flat with a balcony. Pets only with the landlord's written consent."],
        "row-nine.txt": ["Row Nine\n\nThe flat is furnished. It is heated by gas and has a cellar."],
    }
)


def listed(shelf: Shelf, question: str) -> tuple[list[str], list[str], Answer]:
    """Return the documents of the rows of an answer, those of the undecided ones, and the answer."""
    _, answer = finish(AllDocuments(shelf, most_read=50), asked(question, {}, shelf))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    rows = [row.cells[0].text for row in answer.table.rows]
    return rows, [row.cells[0].text for row in answer.table.undecided], answer


@pytest.mark.parametrize(
    ("question", "words", "is_negated"),
    [
        ("Which flats allow pets?", ("pets",), False),
        ("How many leases don't allow pets?", ("pets",), True),
        ("Which classes does Ines teach?", ("Ines",), False),
        ("Quelles recettes contiennent des œufs ?", ("œufs",), False),
        ("Combien de recettes sont pour 4 personnes ?", ("4 personnes",), False),
        ("Dans quelles recettes y a-t-il du thym ?", ("thym",), False),
        ("¿Qué reservas tengo en Cádiz?", ("Cádiz",), False),
        ("Welche Verträge haben keine Selbstbeteiligung?", ("Selbstbeteiligung",), True),
    ],
)
def test_what_is_asked_of_things_is_read(question: str, words: tuple[str, ...], is_negated: bool) -> None:
    things = read_things(question)
    assert things is not None
    assert things.topic is not None
    assert things.topic.words == words
    assert things.topic.is_negated is is_negated


@pytest.mark.parametrize(
    "question",
    [
        "On how many nodes does quoter run?",
        "Für wie viele Tage gilt die Karte?",
        "Which flat allows pets?",
        "What starts first?",
        "What is the fee for lorries?",
        "Which flats cost over 900 euros?",
    ],
)
def test_other_questions_are_none_for_things(question: str) -> None:
    assert read_things(question) is None


def test_things_that_say_so_are_listed_and_a_condition_is_left_undecided() -> None:
    rows, undecided, answer = listed(FLATS, "Which flats allow pets?")
    assert rows == ["mill-loft.txt"]
    assert undecided == ["quay-house.txt", "row-nine.txt"]
    said = "1 document: flats allow pets, mill-loft.txt. Of 2 more it is not decided: quay-house.txt, row-nine.txt."
    assert answer.text == said
    assert answer.verdict is Verdict.PARTLY


def test_things_that_deny_it_are_counted_and_those_that_say_nothing_are_listed_apart() -> None:
    rows, undecided, answer = listed(FLATS, "How many flats don't allow pets?")
    assert set(rows) == {"bell-lane.txt", "canal-view.txt"}
    assert set(undecided) == {"quay-house.txt", "row-nine.txt"}
    assert answer.text.startswith("2 flats don't allow pets: ")


def test_what_nothing_is_said_of_is_told_where_absence_means_no() -> None:
    rows, undecided, answer = listed(FLATS, "Which flats have a cellar?")
    assert rows == ["row-nine.txt"]
    assert undecided == []
    assert any("4 of 5 say nothing of it" in notice for notice in answer.notices)


@pytest.mark.parametrize(
    "question",
    ["Which flats have a swimming pool?", "Which tenants pay by cheque?", "Which parrots may be kept?"],
)
def test_what_no_document_says_or_is_about_is_looked_up(question: str) -> None:
    _, answer = finish(AllDocuments(FLATS, most_read=50), asked(question, {}, FLATS))
    assert isinstance(answer, str)


def test_things_that_a_table_lists_or_many_documents_list_are_left_to_others() -> None:
    guide = Shelf({f"guide-{number}.md": [f"The flat {number}. All flats allow pets."] for number in range(4)})
    _, answer = finish(AllDocuments(guide, most_read=50), asked("Which flats allow pets?", {}, guide))
    assert isinstance(answer, str)


def test_a_word_denies_only_what_it_is_said_of() -> None:
    dishes = Shelf(
        {
            "soup.txt": ["Soup\n\nThis recipe is simple. Stir in the cream without boiling it."],
            "stew.txt": ["Stew\n\nA recipe without cream. Serve hot."],
            "tart.txt": ["Tart\n\nThe recipe takes cream, but no eggs."],
        }
    )
    rows, _, _ = listed(dishes, "Which recipes contain cream?")
    assert rows == ["soup.txt", "tart.txt"]


class Likening:
    """An embedder to which animals are alike, and other words are not."""

    fingerprint = "english"

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] if text in ("pets", "dog", "animals") else [0.0, 1.0] for text in texts]


def test_what_is_said_in_other_words_is_found_by_the_embedder() -> None:
    flats = Shelf(
        {
            "mill.txt": ["Mill Loft\n\nThe flat has two rooms. Your dog may live here, as agreed."],
            "canal.txt": ["Canal View\n\nThis flat is let to Ada. Animals of any kind are not permitted."],
            "quay.txt": ["Quay House\n\nA flat with a balcony. Pets are welcome."],
        }
    )
    lists = AllDocuments(flats, most_read=50, embedder_of=lambda collection: cast(Embedder, Likening()))
    _, allowed = finish(lists, asked("Which flats allow pets?", {}, flats))
    _, denied = finish(lists, asked("How many flats don't allow pets?", {}, flats))
    assert isinstance(allowed, Answer)
    assert isinstance(denied, Answer)
    assert allowed.text == "2 flats allow pets: mill.txt, quay.txt."
    assert denied.text == "1 document: flats don't allow pets, canal.txt."


def test_unpaid_things_are_told_by_what_they_say_of_payment() -> None:
    bookings = Shelf(
        {
            "coche.txt": ["Reserva de coche\n\nEstado: pendiente de pago"],
            "hotel.txt": ["Reserva de hotel\n\nEstado: pagado"],
            "tren.txt": ["Su reserva de tren\n\nTodavía no ha pagado nada."],
        },
        {name: DocumentProfile("es") for name in ("coche.txt", "hotel.txt", "tren.txt")},
    )
    rows, _, _ = listed(bookings, "¿Qué reservas no están pagadas?")
    assert rows == ["coche.txt", "tren.txt"]


@pytest.mark.parametrize(
    "question",
    [
        "Which customers were visited more than once?",
        "Welche Kunden wurden mehrmals besucht?",
        "Quels clients ont été visités plusieurs fois ?",
        "¿Qué clientes recibieron visitas varias veces?",
    ],
)
def test_how_often_something_is_so_is_no_topic(question: str) -> None:
    assert read_things(question) is None


def test_reports_with_a_line_for_the_customer_are_no_customers() -> None:
    texts = {f"report-{n}.md": [f"Report {n}\n\nDate: 3 May\nCustomer: Firm {n}\nFault: noise"] for n in range(4)}
    shelf = Shelf(texts, dict.fromkeys(texts, DocumentProfile("en", "report")))
    _, answer = finish(AllDocuments(shelf, most_read=50), asked("Which customers had a noise?", {}, shelf))
    assert isinstance(answer, str)


def test_votes_none_against_are_votes() -> None:
    texts = {
        "may-meeting.md": ["The vote on the cage: 3 for, 1 against."],
        "june-meeting.md": ["The vote on quiet hours ended 4 for and none against."],
        "july-meeting.md": ["We had cake."],
    }
    rows, _, _ = listed(Shelf(texts), "In which meetings was there a vote?")
    assert rows == ["may-meeting.md", "june-meeting.md"]


def test_a_day_is_met_however_it_is_written_and_another_day_of_its_month_is_not() -> None:
    shelf = Shelf(
        {
            "a.md": ["House A\n\nWe viewed it on Thursday 5 September 2024."],
            "b.md": ["House B\n\nViewed: 05.09.2024"],
            "c.md": ["House C\n\nViewed on 14 September 2024."],
        },
        {"b.md": DocumentProfile("de")},
    )
    answer = finish(AllDocuments(shelf, most_read=5), asked("Which houses did we view on 5 September?", shelf=shelf))[1]
    assert isinstance(answer, Answer), answer
    assert "a.md, b.md" in answer.text, answer.text
    assert "c.md" not in answer.text.partition("decided")[0], answer.text
