"""A figure that documents state once is computed with: the rent of all leases, the highest premium, each with proof."""

from __future__ import annotations

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.amount_query import read_amount_query
from rag.planning.amount_words import find_field
from rag.planning.calculate import Calculate
from rag.planning.document_amounts import read_amount
from rag.planning.modes import Mode, choose_mode
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

TEXTS = {
    "flat.md": "Lease of a flat\n\nThe tenant Tom Kerr pays a monthly rent of EUR 900. A deposit of EUR 1,800 is due. "
    "It may be ended with a notice period of three months.",
    "shop.md": "Lease of a shop\n\nTenant: Lena Ohm\nRent: EUR 12,000 per year\nDeposit: EUR 3,000\n"
    "Notice period: 6 weeks",
    "shed.md": "Lease of a shed\n\nTenant: Mina Castell\nRent: EUR 90 a month\nNotice period: one month",
    "garage.md": "Lease of a garage\n\nThe tenant pays what the annex says.",
    "cleaning.md": "Service contract\n\nThe monthly fee is EUR 450.",
    "house.md": "Insurance policy\n\nThe annual premium is GBP 480. The excess is GBP 250.",
    "boat.md": "Insurance policy\n\nPremium: USD 960 per year. Excess: USD 100.",
    "job1.md": "Employment contract of Ada Berg\n\nThe employee receives a gross salary of EUR 3,400 per month.",
    "job2.md": "Employment contract of Tom Kerr\n\nThe employee's salary is EUR 2,900 per month.",
}
KINDS = {"house.md": "policy", "boat.md": "policy"}
SHELF = Shelf(
    {path: [text] for path, text in TEXTS.items()},
    {path: DocumentProfile("en", KINDS.get(path, "contract")) for path in TEXTS},
)


def computed(question: str, shelf: Shelf = SHELF) -> Answer | str:
    lists = AllDocuments(shelf, most_read=5)
    mode = Calculate(shelf, name_documents=lambda text, collection: [], aggregation=Aggregation(lists, shelf))
    return finish(mode, asked(question, shelf=shelf))[1]


def answered(question: str) -> Answer:
    answer = computed(question)
    assert isinstance(answer, Answer), answer
    return answer


def test_figures_are_added_by_one_period_and_each_is_cited() -> None:
    answer = answered("What is the total monthly rent of all leases?")
    assert answer.text == (
        "Monthly rent, sum of only 3 of 4 leases = 900 [1] + 12,000 [2] / 12 + 90 [3] = 1,990 EUR per month."
    )
    assert [citation.quote for citation in answer.citations] == [
        "monthly rent of EUR 900",
        "Rent: EUR 12,000 per year",
        "Rent: EUR 90 a month",
    ]
    assert answer.verdict is Verdict.PARTLY
    assert answer.table is not None
    assert [(row.cells[0].text, row.cells[2].note) for row in answer.table.undecided] == [
        ("garage.md", "nothing was found in it for “monthly rent”")
    ]
    assert answer.table.rows[1].cells[2].text == "12,000 EUR per year = 1,000 EUR per month"


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("Which lease has the highest rent?",
         "Of only 3 of 4 leases: shop.md [1]: rent 1,000 EUR per month, the highest"),
        ("Which lease has the lowest rent?", "Of only 3 of 4 leases: shed.md [1]: rent 90 EUR per month, the lowest"),
        ("Which lease is the most expensive?",
         "Of only 3 of 4 leases: shop.md [1]: amount 1,000 EUR per month, the highest"),
        ("Which lease has the longest notice period?",
         "Of only 2 of 4 leases: flat.md [1]: notice period 3 months, the longest"),
        ("What is the average deposit of all"
        " leases?", "Deposit, average of only 2 of 4 leases = (1,800 [1] + 3,000 [2]) / 2"),
        ("Which employee has the highest"
        " salary?", "job1.md [1]: salary 3,400 EUR per month, the highest of 2 documents."),
        ("Welcher Mietvertrag hat die höchste"
        " Miete?", "Unter nur 3 von 4 (Mietverträge): shop.md [1]: Miete 1.000 EUR pro Monat, am höchsten (3"),
        ("Quel est le loyer total de tous les baux ?", "Loyer, somme (seulement 3 sur 4 baux) = 900 [1] + 12"),
        ("¿Qué contrato de alquiler tiene el alquiler más"
        " alto?", "De solo 3 de 4 contratos de alquiler: shop.md [1]: alquiler 1.000 EUR al mes, el más alto"),
    ],
)  # fmt: skip
def test_figures_are_put_in_order_and_averaged_in_four_languages(question: str, beginning: str) -> None:
    assert choose_mode(question).mode in (Mode.CALCULATE, Mode.LOOK_UP)
    assert answered(question).text.startswith(beginning)


def test_each_documents_figure_is_listed_as_it_is_stated() -> None:
    text = answered("What are the rents of all leases?").text
    assert text == (
        "Rents of only 3 of 4 leases: flat.md 900 EUR per month [1], shop.md 12,000 EUR per year [2], "
        "shed.md 90 EUR per month [3]."
    )


@pytest.mark.parametrize("question", ["Which insurance policy has the highest premium?", "What is the total premium?"])
def test_two_currencies_are_refused_with_the_reason(question: str) -> None:
    answer = answered(question)
    assert answer.refused
    assert "GBP and USD" in answer.text


def test_without_a_word_for_documents_two_have_to_state_the_figure() -> None:
    assert answered("How much rent do we pay in total?").text.startswith("Rent, sum of 3 documents = 900 [1]")
    one = Shelf({"a.md": ["Lease\n\nThe rent is EUR 900 per month."], "b.md": ["Notes"]})
    assert isinstance(computed("What is the average rent?", one), str)


def test_a_document_that_gives_the_total_itself_is_looked_up() -> None:
    shelf = Shelf({"a.md": ["Rent: EUR 900\nThe total rent is EUR 1,800"], "b.md": ["Rent: EUR 900"]})
    assert isinstance(computed("What is the total rent?", shelf), str)


@pytest.mark.parametrize(
    "question",
    [
        "What is the rent?",
        "What is the rent of the lease?",
        "What is the total cost of the project?",
        "What is the highest price of the shares?",
        "What is the average salary in Leeds?",
        "What is the average price of a ticket?",
        "What is the total fee for three nights?",
    ],
)
def test_other_questions_ask_for_no_figure_of_documents(question: str) -> None:
    assert read_amount_query(question) is None


@pytest.mark.parametrize(
    ("field", "text", "stated", "period"),
    [
        ("rent", "The tenant pays EUR 750 a month in rent.", "750 EUR", "month"),
        ("rent", "The deposit is three months' rent, EUR 2,700. The rent is EUR 900.", "900 EUR", ""),
        ("rent", "Rent\nEUR 900\nDeposit\nEUR 1,800", "900 EUR", ""),
        ("rent", "Rent | £1,200 | monthly\nDeposit | £2,400 |", "1,200 GBP", "month"),
        ("rent", "The rent is due on the 3rd. The deposit is EUR 500.", None, ""),
        ("rent", "The rent is EUR 910; until then the previous rent of EUR 880 applies.", "910 EUR", ""),
        ("Miete", "Die monatliche Kaltmiete beträgt 850,50 €. Die Kaution beträgt 2.551,50 €.", "850.5 EUR", "month"),
        ("premium", "Jahresprämie: 312,40 EUR; Selbstbehalt 150 EUR", "312.4 EUR", "year"),
        ("fee", "Membership fee: EUR 120 per year. A late fee of EUR 5 applies.", "120 EUR", "year"),
        ("notice period", "It ends with a notice period of three months.", "3 months", ""),
        ("loyer", "Le loyer mensuel est de 1 150 € hors charges.", "1,150 EUR", "month"),
    ],
)
def test_a_figure_is_read_from_labels_and_sentences(field: str, text: str, stated: str | None, period: str) -> None:
    named = find_field(field)
    assert named is not None
    shelf = Shelf({"a.md": [text]})
    found = read_amount(named[2], shelf.documents[0], shelf.page_texts([1])[1])
    assert (str(found.quantity) if found else None) == stated
    assert (found.period if found else "") == period


def test_two_amounts_for_one_figure_are_not_sure_and_the_other_is_shown() -> None:
    named = find_field("the rent")
    assert named is not None
    shelf = Shelf({"a.md": ["The rent is EUR 900. From May the rent is EUR 950."]})
    found = read_amount(named[2], shelf.documents[0], shelf.page_texts([1])[1])
    assert found is not None
    assert found.doubt == "the rent is EUR 950"


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("Which leases have a notice period of three months?", ["flat.md"]),
        ("How many leases have a rent over 500 EUR?", ["flat.md", "shop.md"]),
        ("Welche Mietverträge haben eine Kaution von mehr als 2.000 Euro?", ["shop.md"]),
    ],
)
def test_documents_are_listed_by_a_figure_that_they_state(question: str, paths: list[str]) -> None:
    assert choose_mode(question).mode is Mode.ALL_DOCUMENTS
    _, answer = finish(AllDocuments(SHELF, most_read=5), asked(question, shelf=SHELF))
    assert isinstance(answer, Answer)
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.rows] == paths
