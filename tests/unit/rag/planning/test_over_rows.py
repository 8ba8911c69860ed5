"""The rows of a table that a question is about are found by its words, and computed with; else it is a look-up."""

from __future__ import annotations

import pytest

from rag.planning.over_rows import NO_TABLE, OverRows
from rag.planning.record_question import read_record_question
from rag.planning.row_query import read_rows
from rag.types import Answer
from tests.unit.rag.planning.shelf import Shelf, asked, finish

STAFF = (
    "Name | Role | Office | Phone | Since | Salary GBP\nAmara Osei | Director | Leeds | 555-0101 | 2015 | 82,000\n"
    "Boris Lund | Accountant | Leeds | 555-0102 | 2019 | 51,000\n"
    "Chiara Vitale | Engineer | York | 555-0203 | 2021 | 58,000\n"
    "Daniel Frost | Engineer | Hull | 555-0304 | 2018 | 61,000\nTotal | | | | | 252,000\n"
)
PRICES = "Article | Description | Price EUR\nT-1 | Torch | 12.50\nR-2 | Rope | 1.20\nH-3 | Helmet | 54.00\n"
COSTS = "Vehicle\tQ1\tQ2\nVan 1\t410\t395\nVan 2\t380\t365\n"
SHELF = Shelf({"staff.xlsx": [STAFF], "prices-2024.csv": [PRICES], "fuel-costs.xlsx": [COSTS]})


def over(question: str, shelf: Shelf = SHELF) -> Answer | str:
    query = read_rows(question)
    assert query is not None

    class Mode:
        def answer(self, it):  # type: ignore[no-untyped-def]
            return OverRows(shelf, name_documents=lambda text, collection: []).answer(it, query)

    return finish(Mode(), asked(question, shelf=shelf))[1]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who has the highest salary?", "Amara Osei [1]: Salary GBP 82,000, the largest of 4 rows of staff.xlsx."),
        ("Which is the cheapest article in 2024?", "R-2 (Rope) [1]: Price EUR 1.20, the smallest of 3 rows"),
        ("What is the average salary?", "(82,000 + 51,000 + 58,000 + 61,000) / 4 = 63,000 GBP."),
        ("What is the total salary in Leeds?", "82,000 + 51,000 = 133,000 GBP."),
        ("How many engineers are there?", "2 rows of staff.xlsx: Chiara Vitale [1], Daniel Frost [2]."),
        ("How many employees are there in Leeds?", "2 rows of staff.xlsx: Amara Osei [1], Boris Lund [2]."),
        ("List all articles", "prices-2024.csv: T-1 [1], R-2 [2], H-3 [3]."),
        ("What is the total fuel cost of Van 2?", "Sum of Van 2 in fuel-costs.xlsx = 380 + 365 = 745."),
    ],
)
def test_rows_are_found_by_the_words_of_the_question(question: str, said: str) -> None:
    answer = over(question)
    assert isinstance(answer, Answer)
    assert said in answer.text
    assert answer.citations
    assert answer.table is not None


@pytest.mark.parametrize(
    "question",
    [
        "Who has the highest salary in Paris?",
        "What is the average height?",
        "How many apples are there?",
        "How many torches are there?",
        "What is the total of the invoice?",
        "What is the salary of Boris Lund in total?",
        "List all suppliers",
    ],
)
def test_a_word_that_stands_in_no_table_makes_it_a_look_up(question: str) -> None:
    assert over(question) == NO_TABLE


def test_rows_with_the_same_value_are_all_named() -> None:
    shelf = Shelf({"boats.csv": ["Boat | Berths\nTern | 4\nSkua | 6\nGull | 6\n"]})
    answer = over("Which boat has the most berths?", shelf)
    assert isinstance(answer, Answer)
    assert answer.text.startswith("Skua [1], Gull [2]: Berths 6")


def test_a_table_that_goes_on_over_pages_is_one_and_hidden_rows_count() -> None:
    first = "Rooms of 2025\n\nRoom\tWard\tBeds\tSize (m²)\nRowan\tSouth\t2\t18.6\nAlder\tNorth\t1\t18.1\nPage 1"
    second = "Rooms of 2025\n\nRoom\tWard\tBeds\tSize (m²)\nPoplar\tSouth\t1\t28.8\nOak\tEast\t4\t12.6\nPage 2"
    answer = over("How many rooms are there in South?", Shelf({"rooms.pdf": [first, second]}))
    assert isinstance(answer, Answer)
    assert answer.text.startswith("2 rows of rooms.pdf: Rowan [1], Poplar [2].")
    largest = over("Which room is the largest?", Shelf({"rooms.pdf": [first, second]}))
    assert isinstance(largest, Answer)
    assert largest.text.startswith("Poplar [1]: Size (m²) 28.8")
    members = Shelf({"members.xlsx": ["Name | Status\nAnn | dormant | (hidden row)\nBob | active\nCid | dormant\n"]})
    assert "2 rows" in getattr(over("How many members are dormant?", members), "text", "")


def test_a_sum_is_over_the_column_of_the_year_that_is_asked_for() -> None:
    rows = "Site: A | Water 2023: 5 | Water 2024: 7\n\nSite: B | Water 2023: 6 | Water 2024: 9\n"
    answer = over("How much water did all sites use together in 2023?", Shelf({"use 2023.xlsx": [rows]}))
    assert isinstance(answer, Answer)
    assert "5 + 6 = 11" in answer.text


def test_a_column_that_tells_of_several_in_each_row_is_not_counted_by_rows() -> None:
    shelf = Shelf({"hall.csv": ["Category | Seats | Price\nA | Stalls rows 1 to 8 | 38\nB | Circle | 24\n"]})
    assert over("How many seats are there?", shelf) == NO_TABLE


def test_amounts_in_two_currencies_are_not_added() -> None:
    shelf = Shelf({"fees.csv": ["Harbour | Fee\nElm Bay | EUR 10\nCorr Point | USD 20\n"]})
    answer = over("What is the total fee?", shelf)
    assert isinstance(answer, str)
    assert "different units" in answer


@pytest.mark.parametrize(
    "question",
    [
        "Why is the price the highest?",
        "Who founded the yard?",
        "What is the rent?",
        "What is the total due on invoice 20417?",
    ],
)
def test_other_questions_ask_for_no_rows(question: str) -> None:
    assert read_rows(question) is None


@pytest.mark.parametrize(
    ("question", "is_over_records"),
    [
        ("What is the price of an annual booster for a cat?", False),
        ("What is the total due on invoice 20417?", False),
        ("What is the total due on all invoices?", True),
        ("What is the highest price of a booster?", True),
    ],
)
def test_what_is_asked_of_one_thing_is_no_question_over_records(question: str, is_over_records: bool) -> None:
    assert (read_record_question(question) is not None) is is_over_records


def test_a_row_may_name_its_columns_itself() -> None:
    rows = "Station: Corr Point | Stairs: 94 | Fog horn: no\nStation: Gull Stack | Stairs: 120 | Fog horn: yes\n"
    shelf = Shelf({"lights.csv": [rows]})
    assert over("How many stairs has Corr Point?", shelf) == NO_TABLE
    answer = over("Which station has the most stairs?", shelf)
    assert isinstance(answer, Answer)
    assert answer.text.startswith("Gull Stack [1]: Stairs 120")


ACCOUNTS = Shelf(
    {
        "accounts.xlsx": [
            "Income\nDate | From | Amount £\n2025-01-10 | Members | 2400\n2025-02-14 | Town council | 1500\n",
            "Expenses\nDate | Paid to | Purpose | Amount £\n2025-01-20 | Swale Boatyard | Repair | 890\n"
            "2025-02-03 | Northgate | Insurance | 1260\n2025-03-11 | Swale Boatyard | Riggers | 430\n",
            "Boats\nName | Built | Value £\nHeron | 2012 | 9500\nCoot | 2008 | 1800\n",
        ]
    }
)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the total income in the sheet?", "= 2,400 + 1,500 = 3,900."),
        ("how much did we spend in total", "= 890 + 1,260 + 430 = 2,580."),
        ("How much went to Swale Boatyard altogether?", "= 890 + 430 = 1,320."),
        ("Which expense was the largest?", "2025-02-03 (Northgate) [1]: Amount £ 1260, the largest of 3 rows"),
        ("whats the oldest boat", "Coot [1]: Built 2008, the smallest of 2 rows"),
    ],
)
def test_words_of_a_question_choose_the_sheet_and_its_column_of_amounts(question: str, said: str) -> None:
    answer = over(question, ACCOUNTS)
    assert isinstance(answer, Answer), answer
    assert said in answer.text
    assert "\n" not in answer.text
