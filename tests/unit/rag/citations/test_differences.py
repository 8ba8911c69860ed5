"""Checks that what was swapped in a claim is found, and that other ways of saying the same are let pass."""

from __future__ import annotations

import pytest

from rag.citations.checker import check_citations
from rag.types import DocumentInfo, Source, Span

TEXT = (
    "The ferry Kittiwake was built by Ann Orde in Bergen in March 1890. It carries 120 passengers from the old pier to "
    "Southport. The harbour master may refuse boats with diesel engines. The bakery sells bread in April."
)
ROW_WITH_STOPS = "GROUP | NO. OF BOATS | % OF BOATS\nInshore | 1,272 | 4.90%\nOffshore | 9,367 | 36.10%"
TABLE = (
    "Part | Price 2022 | Price 2023\nValve, large | 12.50 | 13.10\nValve, small | 8.40 | 9.20\nRing | 1.10 | 1.30\n"
    "Ring, outer | 2.20 | 2.45"
)


def is_supported(claim: str, text: str) -> bool:
    document = DocumentInfo(1, "file.pdf", "folder", "Handbook", "pdf", "indexed")
    source = Source(1, document, "", text, (Span(0, 0, len(text)),), 1.0)
    (citation,) = check_citations(f"{claim} [1].", [source], rectangles=lambda source, spans: ()).citations
    return citation.supported


@pytest.mark.parametrize(
    "claim",
    [
        "The ferry Kittiwake was built by Ann Orde in Southport in March 1890",
        "The ferry Kittiwake was built by Tom Orde in Bergen in March 1890",
        "The ferry Kittiwake was built by Ann Orde in Bergen in April 1890",
        "The ferry Kittiwake was built by Ann Orde in Bergen in March 1891",
        "It carries 120 boats from the old pier to Southport",
        "It carries 120 passengers from the diesel pier to Southport",
        "The harbour master may not refuse boats with diesel engines",
        "The ferry Handbook was built by Ann Orde in Bergen in March 1890",
        "It carries 120 passengers from the old passengers to Southport",
    ],
)
def test_a_sentence_with_one_thing_swapped_is_not_supported(claim: str) -> None:
    assert not is_supported(claim, TEXT)


@pytest.mark.parametrize(
    "claim",
    [
        "In March 1890 Ann Orde built the ferry Kittiwake in Bergen",
        "The Kittiwake was built in Bergen by Ann Orde",
        "The ferry carries 120 passengers to Southport",
        "Boats with diesel engines may be refused by the harbour master",
        "In Bergen the ferry Kittiwake was made by Ann Orde, in March 1890",
    ],
)
def test_a_sentence_said_in_another_order_is_supported(claim: str) -> None:
    assert is_supported(claim, TEXT)


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("The price 2022 of the large valve is 12.50", True),
        ("The price 2022 of the large valve is 8.40", False),
        ("Valve, small: Price 2023 is 9.20", True),
        ("Valve, small: Price 2023 is 13.10", False),
        ("Valve, small: Price 2023 is 8.40", False),
        ("Ring: Price 2022 is 1.10", True),
        ("Ring: Price 2022 is 2.20", False),
    ],
)
def test_a_number_counts_for_its_own_row_and_column(claim: str, supported: bool) -> None:
    assert is_supported(claim, TABLE) is supported


@pytest.mark.parametrize(
    ("claim", "supported"), [("Inshore: NO. OF BOATS is 1,272", True), ("Inshore: NO. OF BOATS is 9,367", False)]
)
def test_a_full_stop_in_a_short_row_parts_no_sentences(claim: str, supported: bool) -> None:
    assert is_supported(claim, ROW_WITH_STOPS) is supported


def test_what_is_left_out_at_length_takes_its_negation_along() -> None:
    text = "The pier, which no visitor to the old town ever leaves out of a walk, was rebuilt in 1934."

    assert is_supported("The pier was rebuilt in 1934", text)
    assert not is_supported("The pier, which visitors to the old town leave out of a walk, was rebuilt in 1934", text)


def test_the_company_may_be_called_by_its_name_and_another_name_may_not_stand_for_it() -> None:
    assert is_supported(
        "In March Handbook opened a bakery in Bergen", "In March the Company opened a bakery in Bergen."
    )
    assert not is_supported(
        "In March Handbook opened a bakery in Bergen", "In March Kittiwake opened a bakery in Bergen."
    )


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Freitags ist es geschlossen", True),
        ("Montags ist es geschlossen", False),
        ("Freitags ist es nicht geschlossen", False),
    ],
)
def test_small_words_of_the_claims_language_are_no_swaps_and_another_day_is_one(claim: str, supported: bool) -> None:
    text = "Das Lager ist montags bis donnerstags geöffnet. Freitags bleibt es geschlossen."
    assert is_supported(claim, text) is supported
