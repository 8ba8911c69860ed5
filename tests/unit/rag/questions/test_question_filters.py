"""Filters that stand in a question: which phrases are understood, and which are left alone."""

from __future__ import annotations

from datetime import date

import pytest

from rag.questions.question_filters import understand_filters
from rag.types import ALL_FILTERS, DocumentLabel, DocumentProfile

TODAY = date(2024, 6, 1)


def label(path: str, title: str, **profile: object) -> DocumentLabel:
    file_type = path.rpartition(".")[2]
    return DocumentLabel(f"{title} {path}", DocumentProfile(**profile), path, "/home/anna/papers", file_type)  # type: ignore[arg-type]


REPORT_23, REPORT_22, BARN, MILL, MAIL, MIETE = range(1, 7)
LABELS = {
    REPORT_23: label(
        "reports/acme-2023.pdf",
        "Acme",
        language="en",
        kind="annual report",
        period="2023",
        organisations=("Acme Corp",),
    ),
    REPORT_22: label("reports/acme-2022.pdf", "Acme", language="en", kind="annual report", period="2022"),
    BARN: label("Old contracts/barn.pdf", "Lease of the barn", language="en", kind="contract", dated="2021-05-03"),
    MILL: label(
        "Old contracts/mill.docx",
        "Lease of the mill",
        language="en",
        kind="contract",
        dated="2023-05-04",
        organisations=("Mill Ltd",),
    ),
    MAIL: label("mail/heating.eml", "Heating", language="de", kind="e-mail", dated="2023-05-20"),
    MIETE: label("Verträge/miete.pdf", "Mietvertrag", language="de", kind="contract", dated="2020-01-01"),
}


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("What was revenue in the 2023 reports?", {REPORT_23}),
        ("What was revenue in reports from 2022?", {REPORT_22}),
        ("What was revenue in the reports from 2021 to 2022?", {REPORT_22}),
        ("What was revenue in the reports for last year?", {REPORT_23}),
        ("Which barn is named in PDFs from May?", {BARN}),
        ("What is the rent in documents from May 2023?", {MILL, MAIL}),
        ("What is the rent in the folder Old contracts?", {BARN, MILL}),
        ("What is the rent in the old-contracts folder?", {BARN, MILL}),
        ("What does it say in mill.docx about rent?", {MILL}),
        ("What is the deposit in the newest lease?", {MILL}),
        ("Who complained, only in the e-mails?", {MAIL}),
        ("What is the rent in the contracts with Mill Ltd?", {MILL}),
        ("What was revenue according to the Acme reports from 2023?", {REPORT_23}),
        ("Was steht in den deutschen Dokumenten über die Heizung?", {MAIL, MIETE}),
        ("Wie hoch ist die Miete im Ordner Verträge?", {MIETE}),
        ("Wie hoch ist die Kaution im neuesten Vertrag?", {MILL}),
        ("Wer beschwert sich, nur in den E-Mails?", {MAIL}),
        ("Wie hoch war der Umsatz in den Berichten von 2022?", {REPORT_22}),
        ("Quelle est la caution dans les contrats de mai 2023 ?", {MILL}),
        ("Quel est le loyer dans le contrat le plus récent ?", {MILL}),
        ("Quel est le loyer dans le dossier Verträge ?", {MIETE}),
        ("¿Cuál es la renta en los contratos de mayo de 2023?", {MILL}),
        ("¿Cuál es la renta en el contrato más reciente?", {MILL}),
        ("¿Qué se dice solo en los correos electrónicos?", {MAIL}),
    ],
)
def test_a_phrase_that_says_where_to_look_leaves_the_documents_that_fit(question: str, documents: set[int]) -> None:
    understood = understand_filters(question, LABELS, today=TODAY)
    assert understood is not None
    assert understood.documents == documents


@pytest.mark.parametrize(
    "question",
    [
        "What was revenue in 2023?",
        "What was Acme's revenue in its report?",
        "What does the contract say about the deposit?",
        "What must be done in order to end a contract?",
        "Who came in the minutes before departure?",
        "What was revenue in the reports from 2019?",
        "What is the rent in the folder Taxes?",
        "What is said in the presentations?",
        "What is the rent in the contracts and reports?",
        "What is true, but not in the contracts?",
        "What was revenue in the big reports?",
        "Was steht im Vertrag?",
        "Wie war der Umsatz im Jahr 2023?",
        "Quel est le prix des contrats de mai ?",
        "In which document is the rent?",
    ],
)
def test_anything_else_filters_nothing(question: str) -> None:
    assert understand_filters(question, LABELS, today=TODAY) is None


def test_a_phrase_is_one_filter_only_where_all_of_it_fits_something() -> None:
    assert understand_filters("What is the rent in e-mails from August?", LABELS) is None


def test_a_filter_that_fits_every_document_is_none() -> None:
    reports = {id_: LABELS[id_] for id_ in (REPORT_22, REPORT_23)}
    understood = understand_filters("What was revenue in the 2023 reports?", reports)
    assert understood is not None
    assert [one.label for one in understood.filters] == ["about 2023"]


def test_filters_say_what_was_understood_and_from_which_words() -> None:
    understood = understand_filters("Which barn is named in PDFs from May?", LABELS)
    assert understood is not None
    assert [(one.label, one.words) for one in understood.filters] == [
        ("file type PDF", "in PDFs from May"),
        ("dated May", "in PDFs from May"),
    ]


def test_words_that_only_filter_are_not_looked_up_and_years_of_reports_are() -> None:
    mail = understand_filters("Who complained about the heating, only in the e-mails from May 2023?", LABELS)
    report = understand_filters("What was the revenue in the 2023 reports?", LABELS)
    assert mail is not None
    assert report is not None
    assert mail.question == "Who complained about the heating?"
    assert report.question == "What was the revenue in the 2023 reports?"


def test_a_field_that_is_ignored_filters_nothing() -> None:
    question = "Which barn is named in PDFs from May?"
    understood = understand_filters(question, LABELS, ignored=("dated",))
    assert understood is not None
    assert understood.documents == {REPORT_22, REPORT_23, BARN, MIETE}
    assert understand_filters(question, LABELS, ignored=(ALL_FILTERS,)) is None


def test_only_the_documents_that_may_answer_are_looked_at() -> None:
    understood = understand_filters("What is the deposit in the newest lease?", LABELS, among=[BARN, REPORT_22])
    assert understood is not None
    assert understood.documents == {BARN}
