"""Figures are found in tables by label and year, computed exactly, and shown with their proof; else it says why not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.calculate import Calculate
from rag.planning.calculation_query import DifferenceQuery, read_calculation
from rag.planning.quantities import Quantity, read_cell, read_quantities, table_scale
from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

BALANCE = (
    "CONSOLIDATED BALANCE SHEETS (in millions)\n\n2022\t2023\n\nCash\t$ 10\t$ 20\nInventories\t30\t50\n"
    "Total current assets\t$ 1,100\t$ 1,250\nTotal assets\t4,000\t5,000\nAccounts payable\t90\t100\n"
    "Total current liabilities\t500\t1,000\n"
)
INCOME = (
    "CONSOLIDATED STATEMENTS OF OPERATIONS (in millions)\n\n2022\t2023\n\nTotal revenue\t$ 2,000\t$ 2,500\n"
    "Cost of sales\t1,200\t1,750\nNet income (loss)\t(100)\t250\n"
)
CASH = "CONSOLIDATED STATEMENTS OF CASH FLOWS\n\n2022\t2023\n\nInventories\t(5)\t(20)\nAccounts payable\t7\t9\n"
REPORT = DocumentProfile("en", "annual report", "", "2023", ("Halyard Ltd",))


def calculate(shelf: Shelf) -> Calculate:
    lists = AllDocuments(shelf, most_read=5)
    return Calculate(
        shelf,
        name_documents=lambda question, collection: [one.id for one in shelf.documents if "EMEA" not in question],
        aggregation=Aggregation(lists, shelf),
    )


def result(question: str, *pages: str, **answers: str) -> Answer:
    shelf = Shelf({"report.pdf": pages}, {"report.pdf": REPORT})
    _, answer = finish(calculate(shelf), asked(question, answers))
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(
    ("question", "ending"),
    [
        ("What is the working capital of 2022?", "1,100 [1] − 500 [2] = 600 million USD."),
        ("What is the working capital?", "1,250 [1] − 1,000 [2] = 250 million USD."),
        ("What is the current ratio of 2022?", "1,100 [1] / 500 [2] = 2.2."),
        ("What is the quick ratio of 2023?", "(1,250 [1] − 50 [2]) / 1,000 [3] = 1.2."),
        ("What is the gross margin of 2023?", "(2,500 [1] − 1,750 [2]) / 2,500 [1] = 30%."),
        ("What is the net margin of 2022?", "-100 [1] / 2,000 [2] = -5%."),
        ("What is the growth of revenue from 2022 to 2023?", "(2,500 [2] − 2,000 [1]) / 2,000 [1] = 25%."),
        ("What is the change in revenue from 2022 to 2023?", "2,500 [2] − 2,000 [1] = 500 million USD."),
        ("What is the FY2022 - FY2023 2 year average gross margin?", "Average of 2022 to 2023 = 35%."),
    ],
)
def test_formulas_are_computed_from_the_right_rows_and_years(question: str, ending: str) -> None:
    answer = result(question, BALANCE, INCOME, CASH)
    assert answer.text.endswith(ending)
    assert answer.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What was Halyard's total revenue in 2022?", "Total revenue (2022): 2,000 million USD [1]."),
        ("What is the FY2023 COGS for Halyard? Answer in millions.", "Cost of sales (2023): 1,750 million USD [1]."),
        ("How much were the accounts payable at the end of 2022?", "Accounts payable (2022): 90 million USD [1]."),
        ("what was Halyard's 2022 net income attributable to shareholders", "Net income (loss) (2022): -100 million"),
        ("What was Halyard's adjusted non-GAAP EBITDA for 2023?", "Adjusted EBITDA (2023): 410 million USD [1]."),
    ],
)
def test_a_figure_of_a_year_is_read_from_its_statement(question: str, text: str) -> None:
    answer = result(question, BALANCE, INCOME + "Adjusted EBITDA\t300\t410\n", CASH)
    assert answer.text.startswith(text)
    assert answer.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "question",
    [
        "What was Halyard's advertising revenue in 2022?",
        "What was the revenue per employee in 2022?",
        "What was the revenue of the second quarter of 2022?",
        "What drove the revenue of 2022?",
        "What is the expected revenue of 2023?",
        "What is revenue?",
    ],
)
def test_a_part_of_a_figure_and_what_explains_it_are_looked_up(question: str) -> None:
    assert read_calculation(question) is None


def test_a_figure_of_which_no_document_is_named_is_looked_up() -> None:
    shelf = Shelf({"a.pdf": [INCOME], "b.pdf": [INCOME]}, {"a.pdf": REPORT, "b.pdf": REPORT})
    unnamed = Calculate(
        shelf, name_documents=lambda *_: [], aggregation=Aggregation(AllDocuments(shelf, most_read=5), shelf)
    )
    _, answer = finish(unnamed, asked("What was the total revenue in 2022?"))
    assert isinstance(answer, str)


def test_each_figure_is_cited_with_its_row() -> None:
    answer = result("What is the working capital of 2022?", BALANCE)
    assert [citation.quote for citation in answer.citations] == [
        "Total current assets\t$ 1,100\t$ 1,250",
        "Total current liabilities\t500\t1,000",
    ]
    assert "2022\t2023" in answer.sources[0].text


def test_a_missing_figure_is_refused_by_name() -> None:
    answer = result("What is the debt to equity of 2023?", BALANCE + "Total liabilities\t1,500\t2,000\n")
    assert answer.refused
    assert "no row for equity for 2023" in answer.text


def test_a_division_by_zero_is_refused_with_the_reason() -> None:
    answer = result("What is the current ratio of 2023?", BALANCE.replace("500\t1,000", "500\t—"))
    assert answer.refused
    assert "divided by current liabilities, which is 0" in answer.text


def test_figures_in_two_currencies_are_refused_with_the_reason() -> None:
    answer = result("What is the current ratio of 2023?", BALANCE.replace("500\t1,000", "€ 500\t€ 1,000"))
    assert answer.refused
    assert "EUR and USD" in answer.text


def test_a_formula_of_which_no_table_has_anything_is_for_a_look_up() -> None:
    shelf = Shelf({"letter.md": ["The working capital is strong."]})
    _, answer = finish(calculate(shelf), asked("What is the working capital of 2022?"))
    assert isinstance(answer, str)


def test_two_looked_up_figures_are_subtracted() -> None:
    answer = result(
        "How much more does the blue crane lift than the red one?",
        BALANCE,
        **{
            "How much does the blue crane lift?": "The blue crane lifts 12 tonnes.",
            "How much does the red one lift?": "The red crane lifts 7.5 tonnes.",
        },
    )
    assert "12 [1] − 7.5 [2] = 4.5 tonnes." in answer.text.partition("\n")[0]
    assert [citation.number for citation in answer.citations] == [1, 2]


def test_a_difference_of_two_measures_is_refused() -> None:
    answer = result(
        "How much more does the blue crane lift than the red one?",
        BALANCE,
        **{
            "How much does the blue crane lift?": "The blue crane lifts 12 tonnes.",
            "How much does the red one lift?": "The red crane lifts 700 kg.",
        },
    )
    assert answer.refused
    assert "kg and tonnes" in answer.text


def test_a_figure_that_is_not_found_is_named_by_its_question() -> None:
    question = "How much more does the blue crane lift than the red one?"
    shelf = Shelf({"report.pdf": [BALANCE]})
    _, answer = finish(calculate(shelf), asked(question, mode="calculate"))
    assert isinstance(answer, Answer)
    assert answer.refused
    assert "How much does the blue crane lift?" in answer.text
    _, answer = finish(calculate(shelf), asked(question))
    assert isinstance(answer, str)
    assert "How much does the blue crane lift?" in answer


@pytest.mark.parametrize(
    "question",
    ["What is the gross margin of EMEA in 2023?", "What is the growth of revenue from 2022 to 2023 in EMEA?"],
)
def test_a_figure_of_a_part_is_not_taken_from_the_whole(question: str) -> None:
    shelf = Shelf({"report.pdf": [BALANCE, INCOME]}, {"report.pdf": REPORT})
    _, answer = finish(calculate(shelf), asked(question))
    assert isinstance(answer, str)


@pytest.mark.parametrize(
    "question",
    [
        "What was the change in revenue from South America between 2017 and 2018?",
        "What was the Unlevered free cash flow in 2019?",
        "What was total liquidity in 2018?",
        "What are the cost of sales and gross margin subject to?",
        "What is the % change in the capital intensity ratio for BCE?",
        "What drove gross margin change as of FY2022 for JnJ?",
        "What is working capital?",
        "What is the total of invoice 7?",
        "How much more expensive is this product than the other?",
        "How many more members were there than in 2020?",
        "Does Boeing have an improving gross margin profile as of FY2022?",
    ],
)
def test_what_asks_for_something_else_is_no_calculation(question: str) -> None:
    assert read_calculation(question) is None


def test_the_two_sides_of_a_difference_keep_what_they_share() -> None:
    query = read_calculation("What is the difference between the rent of Cedar House and Birch House?")
    assert query == DifferenceQuery("What is the rent of Cedar House?", "What is the rent of Birch House?")
    query = read_calculation("What is the ratio of total revenue in 2018 to 2017?")
    assert query == DifferenceQuery("What is the total revenue in 2018?", "What is the total revenue in 2017?", "ratio")


INVOICES = {
    "invoices/1.md": ["Invoice 1\n\n3 March 2023\n\nNet\t100.00\nTotal: 119.00 EUR"],
    "invoices/2.md": ["Rechnung 2\n\n5. März 2023\n\nGesamtbetrag: 1.100,50 EUR"],
    "invoices/3.md": ["Invoice 3\n\n3 April 2023\n\nTotal: 50.00 EUR"],
    "invoices/4.md": ["Invoice 4\n\n9 March 2023\n\nPlease pay soon."],
}
PROFILES = {
    path: DocumentProfile("en", "invoice", day)
    for path, day in zip(INVOICES, ("2023-03-03", "2023-03-05", "2023-04-03", "2023-03-09"), strict=True)
}


def test_the_invoices_of_a_month_are_added_up_and_those_without_a_total_are_named() -> None:
    shelf = Shelf(INVOICES, PROFILES)
    _, answer = finish(calculate(shelf), asked("What is the sum of the invoices of March?"))
    assert isinstance(answer, Answer)
    assert answer.text.endswith("119 [1] + 1,100.50 [2] = 1,219.50 EUR.")
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.undecided] == ["invoices/4.md"]
    assert answer.verdict is Verdict.PARTLY


def test_invoices_in_two_currencies_are_not_added_up() -> None:
    shelf = Shelf({**INVOICES, "invoices/2.md": ["Invoice\n\n5 March 2023\n\nTotal: 70 USD"]}, PROFILES)
    _, answer = finish(calculate(shelf), asked("What is the sum of the invoices of March?"))
    assert isinstance(answer, Answer)
    assert answer.refused
    assert "EUR and USD" in answer.text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$ (1,234.5)", "-1234.5", "USD"),
        ("1.234,50 EUR", "1234.50", "EUR"),
        ("€ 1'234.50", "1234.50", "EUR"),
        ("2 315 €", "2315", "EUR"),
        ("(3.5)%", "-3.5", "%"),
        ("$1.2 billion", "1200000000", "USD"),
        ("45 tonnes", "45", "tonnes"),
        ("3 m", "3", "m"),
    ],
)
def test_numbers_are_read_with_units_signs_and_scales(text: str, value: str, unit: str) -> None:
    assert [(one.value, one.unit) for _, _, one in read_quantities(text)] == [(Decimal(value), unit)]


def test_a_dash_in_a_table_is_nothing() -> None:
    assert read_cell("—") == Quantity(Decimal(0))
    assert read_cell("12 to 15") is None


def test_the_scale_of_a_table_is_read_above_it() -> None:
    assert table_scale("(Amounts in millions, except share data)") == (Decimal(1_000_000), "")
    assert table_scale("in thousands of dollars, $") == (Decimal(1000), "USD")
    assert table_scale("in Mio. EUR") == (Decimal(1_000_000), "EUR")


def test_which_of_two_does_more_is_told_with_both_numbers() -> None:
    looked_up = {
        "How much does the blue one lift?": "The blue crane lifts 12 tonnes.",
        "How much does the red one lift?": "The red crane lifts 7.5 tonnes.",
    }
    answer = result("Which crane lifts more, the blue one or the red one?", BALANCE, **looked_up)
    assert answer.text.startswith("The blue one: 12 tonnes [1], against 7.5 tonnes [2].")
    answer = result("Which crane lifts less, the blue one or the red one?", BALANCE, **looked_up)
    assert answer.text.startswith("The red one: 7.5 tonnes [2], against 12 tonnes [1].")


def test_of_two_that_do_as_much_none_is_told() -> None:
    answer = result(
        "Which crane lifts more, the blue one or the red one?",
        BALANCE,
        **{"How much does the blue one lift?": "It lifts 12 tonnes.", "How much does the red one lift?": "12 tonnes."},
    )
    assert answer.refused
    assert answer.text == "both have as much: 12 tonnes"
