"""Profiles are made of what documents say of themselves."""

from __future__ import annotations

import pytest

from ingest.language import language_of
from ingest.profile import make_profile
from rag.types import Page, ParsedDocument

REPORT = """UNITED STATES SECURITIES AND EXCHANGE COMMISSION
FORM 10-K
ANNUAL REPORT PURSUANT TO SECTION 13
For the fiscal year ended September 24, 2022
Tarn Valley Dairies, Inc.
(Exact name of registrant as specified in its charter)
Tarn Valley Dairies, Inc. makes cheese. Its lender is Northgate Bank."""

INVOICE = """Rechnung Nr. 2024-118
Haldenweg Werft GmbH, Kiel
Rechnungsdatum: 14.03.2024
Wir berechnen Ihnen für die Arbeiten an der Slipanlage den folgenden Betrag."""

MINUTES = """Minutes of the meeting of the harbour committee held on 3 May 2023
Present: Mrs Orde, Mr Pell. The minutes of the last meeting were read and agreed."""


def profile(text: str, path: str, *, title: str = "", file_type: str = "pdf", created: str = "") -> tuple[str, ...]:
    document = ParsedDocument(title, file_type, (Page(0, text, ()),), created=created)
    made = make_profile(document, path)
    return made.language, made.kind, made.dated, made.period, "; ".join(made.organisations)


def test_an_annual_report_is_about_the_fiscal_year_that_it_names() -> None:
    assert profile(REPORT, "TARNVALLEY_2022_10K.pdf") == (
        "en", "annual report", "2022-09-24", "2022", "Tarn Valley Dairies, Inc.; Northgate Bank",
    )  # fmt: skip


def test_a_german_invoice_is_dated_and_names_its_company() -> None:
    assert profile(INVOICE, "re-118.pdf") == ("de", "invoice", "2024-03-14", "", "Haldenweg Werft GmbH")


def test_minutes_are_known_by_their_first_line() -> None:
    assert profile(MINUTES, "harbour/03.txt", file_type="txt")[1:3] == ("minutes", "2023-05-03")


def test_a_quarter_in_the_name_is_the_fiscal_one() -> None:
    text = "For the quarterly period ended December 31, 2022"
    assert profile(text, "AMCOR_2023Q2_10Q.pdf")[3] == "2023 Q2"


def test_what_a_document_does_not_say_stays_empty() -> None:
    assert profile("3 4 5", "x.txt", file_type="txt") == ("", "", "", "", "")
    assert profile("3 4 5", "x.csv", file_type="csv", created="2021-02-03T10:00:00")[1:3] == ("table", "2021-02-03")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The harbour master keeps the register of all berths and collects the fees.", "en"),
        ("Der Hafenmeister führt das Verzeichnis aller Liegeplätze und erhebt die Gebühren.", "de"),
        ("Le capitaine du port tient le registre des postes d'amarrage et perçoit les droits.", "fr"),
        ("El capitán del puerto lleva el registro de los amarres y cobra las tasas.", "es"),
        ("Капитан порта ведёт реестр причалов и взимает портовые сборы.", "ru"),
        ("港長は係留場所の台帳を管理し、料金を徴収する。", "ja"),
        ("港务长保管泊位登记册并收取费用。", "zh"),
        ("นายท่าเรือดูแลทะเบียนท่าเทียบเรือและเก็บค่าธรรมเนียม", "th"),
        ("يحتفظ مدير الميناء بسجل المراسي ويحصل الرسوم من جميع السفن.", "ar"),
        ("12.50 | 13.75 | EUR", ""),
    ],
)
def test_the_language_is_detected(text: str, language: str) -> None:
    assert language_of(text) == language
