"""Short documents without a common form are records by what each states of one sort."""

from __future__ import annotations

import pytest

from rag.types import Answer, DocumentProfile, Verdict
from tests.unit.rag.planning.shelf import Shelf, assert_says, told_over_documents

BOILERS = Shelf(
    {
        "arno.txt": ["We serviced the boiler of Mrs Vance on 4 March 2025. The old pump weighed 6.5 kg. We charge "
                     "£140, including £30 for parts. Please pay by 4 April 2025."],
        "bell.md": ["# Invoice B-7\n\nFor: Tom Reed\nInvoice date: 11 March 2025\nVAT: £15.00\nTotal: £95.00\n"
                    "Weight of the pump: 4.1 kg\nDue: 10 April 2025"],
        "dale.txt": ["On 20 March 2025 we fitted a pump of 8 kg for Mrs Vance. We ask for 210 pounds, payable by "
                     "30 April 2025. Last year it was 380 pounds."],
        "echo.txt": ["Invoice E-2\n\nDate: 1 March 2025\nTotal: £400.00\n\nCANCELLED, replaced by B-7"],
        "letter.txt": ["Dear Sirs, why are the 210 pounds more than I paid before? Ann Vance, 2 April 2025"],
        "hours.txt": ["We are open from Tuesday to Saturday."],
    },
    {"letter.txt": DocumentProfile("en", "letter"), "bell.md": DocumentProfile("en", "invoice")},
)  # fmt: skip
FLATS = Shelf(
    {
        "gasse.txt": ["Zwei Zimmer in der Gasse 4, 54 Quadratmeter, 690 Euro kalt. Einzug ab 1. Juli 2025."],
        "ring.txt": ["Am Ring 9\n\nWohnfläche: 71 m²\nKaltmiete: 810 €\nKaution: 1.500 €\nBezugsfrei ab: 15.07.2025"],
        "ufer.txt": ["Drei Zimmer am Ufer auf 98 Quadratmetern. Die Kaltmiete liegt bei 1.120 Euro, dazu 140 Euro "
                     "Nebenkosten. Frei ab 1. September 2025."],
        "hof.txt": ["Die Wohnung am Hof, 40 Quadratmeter für 500 Euro kalt, ist leider schon vergeben."],
    },
    {path: DocumentProfile("de") for path in ("gasse.txt", "ring.txt", "ufer.txt", "hof.txt")},
)  # fmt: skip
WEIGHTS = Shelf(
    {
        "ada.txt": ["Ada came on 3 May 2025 and weighed 12 kg."],
        "bo.txt": ["Bo weighs 9 kg. Seen on 4 May 2025."],
        "cleo.txt": ["On 5 May 2025 Cleo had 31 kg, and her sack of food 15 kg."],
        "dot.txt": ["Dot, seen on 6 May 2025: 7 kg."],
    }
)


@pytest.mark.parametrize(
    ("question", "shelf", "said", "not_said"),
    [
        ("What did Mrs Vance have to pay in all?", BOILERS, ("140 + 210 = 350 GBP",), ()),
        ("Which bills have to be paid before 15 April 2025?", BOILERS, ("arno.txt", "bell.md"), ("dale.txt",)),
        ("How many invoices are dated 11 March 2025?", BOILERS, ("1 of 3", "bell.md"), ("arno.txt",)),
        ("Which pump is the heaviest?", BOILERS, ("dale.txt", "8 kg"), ("bell.md",)),
        ("Welche Wohnung ist am größten?", FLATS, ("ufer.txt", "98"), ("ring.txt",)),
        ("Which animal came first?", WEIGHTS, ("ada.txt",), ("dot.txt",)),
    ],
)  # fmt: skip
def test_what_documents_state_of_one_sort_is_computed_whatever_their_form(
    question: str, shelf: Shelf, said: tuple[str, ...], not_said: tuple[str, ...]
) -> None:
    assert_says(told_over_documents(question, shelf), said, not_said)


def test_what_says_that_it_no_longer_holds_is_left_out_and_named() -> None:
    answer = told_over_documents("Who charged us least?", BOILERS)
    assert isinstance(answer, Answer), answer
    assert "bell.md" in answer.text, answer.text
    assert answer.text.endswith("Left out, as it says that it no longer holds: echo.txt."), answer.text
    assert answer.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("question", "shelf"),
    [
        # The sack may be what is asked for, and it is not told which of the two figures is.
        ("What do the animals weigh in all?", WEIGHTS),
        ("Which animal is the heaviest?", WEIGHTS),
        ("What is the average weight of the five animals?", WEIGHTS),
        ("Which boiler is the oldest?", BOILERS),
        ("Which boilers have a guarantee?", BOILERS),
        ("Which customers have paid?", BOILERS),
        ("Welche Wohnungen haben einen Balkon?", FLATS),
    ],
)
def test_what_is_not_told_of_each_is_not_computed(question: str, shelf: Shelf) -> None:
    assert isinstance(told_over_documents(question, shelf), str)


def test_a_figure_that_cannot_change_the_answer_need_not_be_told() -> None:
    answer = told_over_documents("Which animal is the lightest?", WEIGHTS)
    assert isinstance(answer, Answer), answer
    assert "dot.txt" in answer.text, answer.text
    assert answer.verdict is Verdict.SUPPORTED


SLIPS = Shelf(
    {
        f"slip-{at}.md": [
            f"Slip {at}\n\n{first}Customer: {name}\nDate: {at} March 2025\nLabour: £20.00\nTotal: £{total}.00"
        ]
        for at, (name, total, first) in enumerate(
            (("Ada Lund", 60, ""), ("Ben Kray", 145, "CANCELLED, replaced by slip 3\n\n"), ("Cleo Hart", 88, ""),
             ("Ben Kray", 130, "")),
            1,
        )
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "said", "left_out"),
    [
        ("What do all the valid slips come to in total?", "60 + 88 + 130 = 278 GBP", True),
        ("What do all the slips add up to, leaving out the cancelled one?", "60 + 88 + 130 = 278 GBP", True),
        ("Which slip has the highest total?", "130", True),
    ],
)
def test_a_form_that_says_that_it_was_cancelled_does_not_count(question: str, said: str, left_out: bool) -> None:
    answer = told_over_documents(question, SLIPS)
    assert isinstance(answer, Answer), answer
    assert said in answer.text, answer.text
    assert ("slip-2.md" in answer.text.partition("Left out")[2]) is left_out, answer.text


def test_what_a_label_says_of_each_is_a_value_and_no_end_of_it() -> None:
    shelf = Shelf(
        {
            f"booking-{at}.md": [f"Booking {at}\n\nGuest: {name}\nStatus: {status}\nPrice: £{price}.00"]
            for at, (name, status, price) in enumerate(
                (("Ada Lund", "confirmed", 60), ("Ben Kray", "cancelled", 90), ("Cleo Hart", "confirmed", 75)), 1
            )
        }
    )
    answer = told_over_documents("What is the average price of the bookings?", shelf)
    assert isinstance(answer, Answer), answer
    assert "75 GBP" in answer.text, answer.text
    assert "Left out" not in answer.text, answer.text
