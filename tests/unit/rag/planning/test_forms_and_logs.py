"""Documents of one form are rows of a table, entries of a log have amounts; counts and figures of two are compared."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.calculate import Calculate
from rag.planning.change_query import read_field_change
from rag.planning.counts_query import read_counts
from rag.planning.payment_status import payment_status
from rag.types import Answer, DocumentProfile, Page, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

FORMS = {
    "Ada Berg.txt": "Candidate: Ada Berg\nPost: gardener\nLanguages: English, French\nSalary expected: £27,500 a year",
    "Tom Kerr.md": "Application\n\nLanguages: English Salary expected: £26,000 a year I hold a driving licence.",
    "Lena Ohm.docx": "Candidate | Lena Ohm\nPost | bookkeeper\nLanguages | English, German\n"
    "Salary expected | £31,200 a year",
    "Ravi Shah.txt": "Candidate: Ravi Shah\nPost: gardener\nLanguages: Persian, German\n"
    "Salary expected: £28,300 a year",
}  # fmt: skip
LOG = {
    "van log.txt": "Van log\n\n3 Jan 2024: fuel 40 litres, EUR 62.10\n9 Feb 2024: accident, dented door\n"
    "1 Mar 2024: fuel 35 litres, EUR 55\n5 June 2024: repair of the door, EUR 240\n2 Jan 2023: accident at the gate\n"
    "7 Sept 2023: fuel 20 litres, EUR 30.50\n9 Oct 2024: accident, no damage",
}
FEES = {
    "fees.md": "Fees of the club\n\nFrom 1 January 2025 the membership fee rises from EUR 120 to EUR 135.",
    "mooring-2023.md": "Mooring 2023\n\nThe mooring fee is EUR 300 per year.",
    "mooring-2024.md": "Mooring 2024\n\nThe mooring fee is EUR 330 per year.",
}
INVOICES = {
    "R-1.txt": "Invoice R-1\nTotal due: EUR 900\nStatus: open",
    "R-2.txt": "Invoice R-2\nTotal due: EUR 250\nPaid on 3 May 2024",
    "R-3.txt": "Invoice R-3\nTotal due: EUR 100\nPlease pay within 30 days.",
}


def computed(question: str, texts: Mapping[str, str]) -> Answer | str:
    kind = "invoice" if texts is INVOICES else ""
    shelf = Shelf({path: [text] for path, text in texts.items()}, {path: DocumentProfile("en", kind) for path in texts})
    mode = Calculate(
        shelf,
        name_documents=lambda text, collection: [],
        aggregation=Aggregation(AllDocuments(shelf, most_read=5), shelf),
    )
    return finish(mode, asked(question, shelf=shelf))[1]


@pytest.mark.parametrize(
    ("question", "texts", "beginning"),
    [
        ("Which candidates speak German?", FORMS, "the 4 documents: Lena Ohm [1], Ravi Shah [2]."),
        ("Who asks for the lowest salary?", FORMS, "Tom Kerr [1]: Salary expected £26,000 a year, the smallest of 4"),
        ("What is the average salary expected?", FORMS, "Average of Salary expected over 4 rows of the 4 documents = "),
        ("How many candidates speak French?", FORMS, "1 row of the 4 documents: Ada Berg [1]."),
        ("How many litres of fuel in"
        " total?", LOG, "Sum of litres over 3 rows of van log.txt = 40 + 35 + 20 = 95 litres."),
        ("How much did we spend on fuel in 2024?", LOG, "Sum of Amount (EUR) over 2 rows of van log.txt = 62.1 + 55"),
        ("Wie viel haben wir für Benzin"
        " ausgegeben?", LOG, "Summe von Amount (EUR) über 3 Zeilen von van log.txt = 62,1"),
        ("How many more accidents were there in 2024 than in 2023?", LOG, "2024: 2. 2023: 1. Difference: 2 − 1 = 1."),
        ("By how much does the membership fee"
        " rise?", FEES, "Change, membership fee: 135 [1] − 120 [1] = 15 EUR (12.5%)."),
        ("By how much did the mooring fee rise?", FEES, "Change, mooring fee: 330 [2] − 300 [1] = 30 EUR (10%)."),
        ("Um wie viel steigt der Mitgliedsbeitrag?", FEES, "Veränderung, Mitgliedsbeitrag: 135 [1] − 120 [1] = 15 EUR"),
        ("By how much is invoice R-1 higher than invoice"
        " R-2?", INVOICES, "Difference (R-1 − R-2): 900 [1] − 250 [2] = 650"),
        ("How much is still outstanding in"
        " total?", INVOICES, "Sum of the totals of only 1 of 2 unpaid invoices = 900 [1]"),
    ],
)  # fmt: skip
def test_forms_logs_and_versions_are_computed_with(question: str, texts: Mapping[str, str], beginning: str) -> None:
    answer = computed(question, texts)
    assert isinstance(answer, Answer), answer
    assert answer.text.startswith(beginning), answer.text


def test_a_sum_over_some_of_the_forms_is_partly_supported() -> None:
    other = {"Ida Holt.txt": "Candidate: Ida Holt\nPost: cook\nShe asks for thirty thousand."}
    answer = computed("What is the average salary expected?", {**FORMS, **other})
    assert isinstance(answer, Answer)
    assert "over only 4 of 5 rows" in answer.text
    assert answer.verdict is Verdict.PARTLY


def test_two_forms_are_not_enough_for_a_table() -> None:
    two = dict(list(FORMS.items())[:2])
    assert isinstance(computed("Which candidates speak English?", two), str)


@pytest.mark.parametrize(
    ("text", "is_paid"),
    [
        ("Status: open", False),
        ("Paid on 3 May 2024", True),
        ("Not yet paid", False),
        ("To be paid within 30 days", None),
        ("Rechnung vom 3. Mai, bezahlt am 9. Mai", True),
        ("noch nicht bezahlt", False),
        ("Facture impayée", False),
        ("Payé : non, à régler avant le 31 octobre", False),
        ("Bezahlt | noch nicht", False),
        ("Pagado: no", False),
        ("Réglé | oui, par carte", True),
        ("Unpaid until May. Paid in June.", None),
    ],
)
def test_whether_it_is_paid_is_told_by_words_for_one_of_both(text: str, is_paid: bool | None) -> None:
    found = payment_status([Page(0, text, ())])
    assert (found[0] if found else None) is is_paid


@pytest.mark.parametrize("question", ["How much does the fee rise from 2022 to 2023?", "How much is the fee?"])
def test_other_questions_ask_for_no_change_without_years(question: str) -> None:
    assert read_field_change(question) is None


def test_two_counts_are_asked_for_in_four_languages() -> None:
    for question in (
        "Were there more accidents in 2024 than in 2023?",
        "Wie viele mehr Unfälle gab es 2024 als 2023?",
        "Y a-t-il eu plus d'accidents en 2024 qu'en 2023 ?",
        "¿Hubo más accidentes en 2024 que en 2023?",
    ):
        counts = read_counts(question)
        assert counts is not None, question
        assert counts.items == ("2024", "2023")
