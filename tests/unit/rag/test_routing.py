"""Checks which documents a question names."""

from __future__ import annotations

from datetime import date

import pytest

from rag.routing import DocumentNames
from rag.types import DocumentLabel, DocumentProfile

TODAY = date(2024, 3, 1)

REPORTS = {
    id_: DocumentLabel(names)
    for id_, names in {
        1: "THE BOEING COMPANY BOEING_2018_10K.pdf",
        2: "THE BOEING COMPANY BOEING_2022_10K.pdf",
        3: "Form 10-K ACTIVISIONBLIZZARD_2019_10K.pdf",
        4: "Amcor plc AMCOR_2023Q2_10Q.pdf",
        5: "Amcor plc AMCOR_2023Q4_EARNINGS.pdf",
        6: "JOHNSON_JOHNSON_2022_10K.pdf",
        7: "3M Company 3M_2018_10K.pdf",
    }.items()
}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What was Boeing's tax rate in FY2022?", [2]),
        ("What was Boeing's tax rate in FY22?", [2]),
        ("What did Activision earn in 2019?", [3]),
        ("How did Amcor restructure in Q2 of 2023?", [4]),
        ("What drove JnJ's margin in FY2022?", [6]),
        ("What drove the margin of J&J in FY2022?", [6]),
        ("Is Activision growing?", [3]),
        ("What does 3M spend on research?", [7]),
        ("Is Boeing's average margin from FY2018 to FY2022 rising?", [2]),
        ("What is goodwill?", []),
        ("How high are the taxes in 2031?", []),
    ],
)
def test_a_question_names_documents_by_company_and_period(question: str, named: list[int]) -> None:
    assert DocumentNames(REPORTS).route(question, today=TODAY) == named


def test_one_common_word_names_no_document() -> None:
    names = DocumentNames({1: DocumentLabel("Ferry timetable"), 2: DocumentLabel("Bakery"), 3: DocumentLabel("Museum")})
    assert names.route("When does the ferry sail?") == []
    assert names.route("When does the timetable of the ferry start?") == [1]
    assert names.route("When does the timetable of the ferry start?", among=[2, 3]) == []


def _profiled(names: str, kind: str, period: str = "", dated: str = "", organisation: str = "") -> DocumentLabel:
    organisations = (organisation,) if organisation else ()
    return DocumentLabel(names, DocumentProfile("en", kind, dated, period, organisations))


SCANS = {
    1: _profiled("scan001.pdf", "contract", dated="2021-05-02", organisation="Brightwater Ltd"),
    2: _profiled("scan002.pdf", "contract", dated="2023-02-11", organisation="Brightwater Ltd"),
    3: _profiled("scan003.pdf", "annual report", period="2022", organisation="Moorland Trust"),
    4: _profiled("scan004.pdf", "annual report", period="2023", organisation="Moorland Trust"),
    5: _profiled("scan005.pdf", "quarterly report", period="2023 Q2", organisation="Moorland Trust"),
    6: _profiled("scan006.pdf", "invoice", dated="2022-01-09", organisation="Halden AG"),
}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What does the newest contract with Brightwater say about notice?", [2]),
        ("What did Moorland earn according to last year's annual report?", [4]),
        ("What did Moorland earn in the second quarter of 2023?", [5]),
        ("What did Moorland earn according to its annual report of FY2022?", [3]),
        ("What does the invoice of Halden amount to?", [6]),
    ],
)
def test_files_without_telling_names_are_named_by_their_profiles(question: str, named: list[int]) -> None:
    assert DocumentNames(SCANS).route(question, today=TODAY) == named
