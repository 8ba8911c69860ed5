"""Figures of any name are computed over the documents that state them, and two named things are compared."""

from __future__ import annotations

import pytest

from rag.planning.aggregate import Aggregation
from rag.planning.all_documents import AllDocuments
from rag.planning.document_values import read_document_values
from rag.planning.naming import MAX_PAGES
from rag.planning.over_documents import NOT_STATED, OverDocuments
from rag.types import Answer, DocumentProfile, Page, Verdict
from tests.unit.rag.planning.shelf import Shelf, asked, finish

FLATS = Shelf(
    {
        "elm-court.md": ["Lease of Elm Court\n\nRent: £900 per month\nDeposit: £1,000\nNotice: two months\n"
                         "Term: from 1 March 2024 to 28 February 2026"],
        "ash-row.md": ["Lease\n\nThe flat at Ash Row costs the tenant, who moved in on 1 May 2024, a rent of £850 a "
                       "month. A deposit of £1,200 is held. It ends on 30 April 2027."],
        "oak-mill.md": ["Agreement on Oak Mill\n\nThey pay 1,100 pounds a month. He left £1,100 as a deposit. Either "
                        "side may end it by giving one month's notice. It began on 1 June 2024 and is "
                        "over on 31 May 2025."],
        "yew-house.md": ["Lease of Yew House\n\n| Monthly rent | £750 |\n| Deposit | £800 |\n| Notice | one month |\n"
                         "| Ends | 31 July 2028 |\n| Begins | 1 August 2023 |"],
        "visit.md": ["The boiler is looked at on Monday."],
    },
    {path: DocumentProfile("en", "contract") for path in ("elm-court.md", "ash-row.md", "oak-mill.md", "yew-house.md")},
)  # fmt: skip
RECIPES = Shelf(
    {
        "flan.md": ["Flan\n\nPréparation : 15 minutes\nCuisson : 45 minutes"],
        "daube.md": ["Daube\n\n| Temps de préparation | 30 minutes |\n| Temps de cuisson | 180 minutes |"],
        "rôti.md": ["Rôti\n\nIl demande 20 minutes de préparation, puis 50 minutes de cuisson."],
        "velouté.md": ["Velouté\n\nComptez 10 minutes pour le préparer et 25 minutes pour le cuire."],
    },
    {path: DocumentProfile("fr") for path in ("flan.md", "daube.md", "rôti.md", "velouté.md")},
)
INVOICES = Shelf(
    {
        "I-1.md": ["Invoice I-1\nCustomer: Café Lund\n\nNet: £100.00\nVAT: £20.00\nTotal: £120.00"],
        "I-2.md": [
            "Invoice I-2\nCustomer: Mrs Orr\n\nNet: £50.00\nVAT: £10.00\nTotal: £60.00\nStatus: paid 2 May 2024"
        ],
        "I-3.md": ["Invoice I-3\n\nDear Mr Lund,\n\nfor the shelves at Café Lund we ask for £480.00 including VAT."],
    },
    {path: DocumentProfile("en", "invoice") for path in ("I-1.md", "I-2.md", "I-3.md")},
)
POLICIES = Shelf(
    {
        "hausrat.md": ["Hausratversicherung\n\nJahresbeitrag: 120,00 Euro\nSelbstbeteiligung: 150 Euro\n"
                       "Kündigungsfrist: drei Monate"],
        "reise.md": ["Reiseversicherung\n\nDer Beitrag beträgt 5,50 Euro im Monat. Eine Selbstbeteiligung von 50 Euro "
                     "gilt. Die Kündigungsfrist beträgt einen Monat."],
        "hund.md": ["Hundehaftpflicht\n\nSie zahlen im Jahr 62,50 Euro. Selbstbeteiligung: 100 Euro"],
    },
    {path: DocumentProfile("de") for path in ("hausrat.md", "reise.md", "hund.md")},
)  # fmt: skip
BOATS = Shelf({"boats.md": ["Name | Built | Value £\nHeron | 2012 | 9500\nOtter | 2016 | 6200"]})
ACCOUNTS = Shelf(
    {
        "accounts.xlsx": [
            "Income\nDate | From | Amount £\n2025-01-10 | Members | 2400\n2025-02-14 | Town council | 1500",
            "Expenses\nDate | Paid to | Amount £\n2025-01-20 | Swale Boatyard | 890\n2025-02-03 | Northgate | 1260",
        ]
    }
)
BOOKINGS = Shelf(
    {
        "cena.md": ["Reserva: cena\n\nPrecio total: 92,00 €\nEstado: pendiente de pago"],
        "hotel.md": ["Reserva de hotel\n\nPrecio total: 285,00 €\nEstado: pagado"],
        "pension.md": [
            "Su estancia\n\nLe confirmamos una habitación por un importe de 110 €. Todavía no ha pagado nada."
        ],
        "coche.md": ["Alquiler de coche\n\nImporte: 76,00 €\nFianza: 300 €\nEstado: pendiente de pago"],
    }
)
MINUTES = Shelf(
    {
        "may.md": ["Committee, 13 May\n\nIt was agreed to spend £310 on a second-hand strimmer."],
        "june.md": [
            "Committee, 10 June\n\nA sum of £220 was approved for the repair of the pump. The fee stays at £42."
        ],
    }
)


def told(question: str, shelf: Shelf) -> Answer | str:
    mode = OverDocuments(Aggregation(AllDocuments(shelf, most_read=5), shelf), shelf)
    assert mode.reads(question)
    return finish(mode, asked(question, shelf=shelf))[1]


def text_of(question: str, shelf: Shelf) -> str:
    answer = told(question, shelf)
    assert isinstance(answer, Answer), answer
    return answer.text


@pytest.mark.parametrize(
    ("shelf", "question", "said"),
    [
        (FLATS, "which flat has the highest rent", "oak-mill.md [1]: rent 1,100 GBP per month, the highest of 4"),
        (FLATS, "What do all the rents add up to per month?", "= 3,600 GBP per month."),
        (FLATS, "whats the average deposit?", "Deposit, average of 4 documents = (1,200 [1] + 1,000 [2] + 1,100 [3]"),
        (RECIPES, "Quelle recette demande la cuisson la plus longue ?", "daube.md [1] : cuisson 180 minutes, le plus"),
        (RECIPES, "Quelle est la recette la plus rapide à cuire ?", "velouté.md [1] : cuire 25 minutes, le plus court"),
        (RECIPES, "Quelle est la durée moyenne de cuisson des quatre recettes ?", "= 75 minutes."),
        (BOOKINGS, "¿Cuánto me falta por pagar?", "= 92 [1] + 110 [2] + 76 [3] = 278 EUR."),
        (BOOKINGS, "¿Cuál es la reserva más cara?", "hotel.md [1]: importe 285 EUR, el más alto (4 documentos)."),
        (INVOICES, "What is the total of all the invoices?", "= 120 [1] + 60 [2] + 480 [3] = 660 GBP."),
        (INVOICES, "How much does Café Lund have to pay us altogether over all their invoices?", "= 600 GBP."),
        (POLICIES, "Welche Versicherung ist die teuerste?", "hausrat.md (hausrat.md) [1]: Betrag 120 EUR pro Jahr"),
        (POLICIES, "Was kosten alle Versicherungen zusammen im Jahr?", "5,50 [3] × 12 = 248,50 EUR pro Jahr."),
    ],
)  # fmt: skip
def test_a_figure_is_found_by_its_word_its_verb_or_as_the_only_one_of_its_kind(
    shelf: Shelf, question: str, said: str
) -> None:
    assert said.replace(" (hausrat.md)", "") in text_of(question, shelf)


def test_long_documents_are_not_read_whole_to_see_whether_they_state_a_figure() -> None:
    long = Shelf({"flats.md": ["Lease. Rent: £900 per month"], "report.md": ["Nothing of flats."] * MAX_PAGES})
    assert told("which flat has the highest rent", long) == NOT_STATED


def test_figures_said_in_other_words_are_told_as_such() -> None:
    answer = told("which flat has the highest rent", FLATS)
    assert isinstance(answer, Answer)
    assert answer.verdict is Verdict.SUPPORTED
    assert answer.notices == ("In one document other words stand for it; its unit and period tell it.",)


def test_documents_that_may_state_it_as_well_are_listed_apart_and_the_answer_is_partly_supported() -> None:
    shelf = Shelf(
        {
            **{f"flat{at}.md": [f"Lease\n\nRent: £{at}00 per month"] for at in (5, 6, 7)},
            "flat8.md": ["Lease\n\nThey pay £800 a month, or £850 a month with the garage."],
        },
        {f"flat{at}.md": DocumentProfile("en", "contract") for at in (5, 6, 7, 8)},
    )
    answer = told("Which lease has the highest rent?", shelf)
    assert isinstance(answer, Answer)
    assert "only 3 of 4" in answer.text
    assert answer.verdict is Verdict.PARTLY
    assert answer.table is not None
    assert [row.cells[0].text for row in answer.table.undecided] == ["flat8.md"]


@pytest.mark.parametrize(
    ("shelf", "question", "said"),
    [
        (FLATS, "Is the deposit for Elm Court higher than the one for Ash Row?",
         "No. Deposit: elm-court.md 1,000 GBP [1], ash-row.md 1,200 GBP [2]. Difference: 200 GBP."),
        (FLATS, "Compare the notice periods of Elm Court and Oak Mill",
         "Notice periods: elm-court.md 2 months [1], oak-mill.md 1 month [2]. Difference: 1 month."),
        (INVOICES, "Is I-3 more than I-1?", "Yes. I-3.md 480 GBP [1], I-1.md 120 GBP [2]. Difference: 360 GBP."),
        (BOATS, "Is the value of Heron higher than that of Otter?", "Yes. Heron 9,500 [1], Otter 6,200 [2]."),
        (ACCOUNTS, "What is the difference between income and expenses?",
         "Income 3,900 [1], Expenses 2,150 [2]. Difference: 1,750."),
        (MINUTES, "Which cost more, the strimmer or the pump repair?",
         "strimmer. Cost: strimmer 310 GBP [1], pump repair 220 GBP [2]. Difference: 90 GBP."),
        (POLICIES, "Ist die Selbstbeteiligung bei der Reise höher als beim Hund?",
         "Nein. Selbstbeteiligung: reise.md 50 EUR [1], hund.md 100 EUR [2]. Unterschied: 50 EUR."),
        (POLICIES, "Vergleiche die Kündigungsfrist der Hausrat mit der von der Reise",
         "Kündigungsfrist: hausrat.md 3 Monate [1], reise.md 1 Monat [2]. Unterschied: 2 Monate."),
        (RECIPES, "Compare le temps de préparation du flan et de la daube", "flan.md 15 minutes [1], daube.md 30"),
    ],
)  # fmt: skip
def test_two_named_things_are_each_looked_up_in_their_own_document_row_or_sentence(
    shelf: Shelf, question: str, said: str
) -> None:
    assert said in text_of(question, shelf)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which lease ends first?", "oak-mill.md [1] ends first of 4 documents: 31 May 2025."),
        ("What starts last?", "oak-mill.md [1] begins last of 4 documents: 1 June 2024."),
    ],
)
def test_days_are_found_where_other_documents_have_them_also_in_other_words(question: str, said: str) -> None:
    assert text_of(question, FLATS) == said


@pytest.mark.parametrize(
    "question",
    [
        "Which flat has the highest electricity bill?",
        "What is the average temperature of all the flats?",
        "Is the pet fee for Elm Court higher than the one for Fir Lane?",
    ],
)
def test_what_no_document_states_is_no_question_for_this_mode(question: str) -> None:
    assert isinstance(told(question, FLATS), str)


@pytest.mark.parametrize(
    "question",
    [
        "What does a blinking light mean?",
        "Which flat without a garage has the highest rent?",
        "Which flat has the second highest rent?",
        "How high was the average rent in July 2023?",
        "How much is the rent?",
    ],
)
def test_questions_that_ask_more_or_something_else_are_left_to_other_modes(question: str) -> None:
    mode = OverDocuments(Aggregation(AllDocuments(FLATS, most_read=5), FLATS), FLATS)
    assert not mode.reads(question) or isinstance(told(question, FLATS), str)


def test_numbers_are_read_with_the_label_or_the_clause_that_names_them() -> None:
    text = "Fee: £96\nPrête vite : 10 minutes de préparation et 20 minutes de cuisson.\nParking is £18 per night."
    values = read_document_values([Page(0, text, ())])
    assert [(value.said.strip(), value.measured, value.per) for value in values] == [
        ("Fee", "money", ""),
        ("10 minutes de préparation", "time", ""),
        ("20 minutes de cuisson.", "time", ""),
        ("Parking is £18 per night.", "money", "night"),
    ]


def test_a_second_half_of_a_question_is_asked_of_the_document_that_the_first_finds() -> None:
    mode = OverDocuments(Aggregation(AllDocuments(INVOICES, most_read=5), INVOICES), INVOICES)
    answers = {"Who was the invoice for?": "Mrs Orr"}
    answer = finish(mode, asked("What is the lowest invoice amount and who was it for?", answers, shelf=INVOICES))[1]
    assert isinstance(answer, Answer), answer
    assert answer.text == "I-2.md [1]: amount 60 GBP, the lowest of 3 documents. Mrs Orr [2]."
    assert answer.verdict is Verdict.SUPPORTED
    unanswered = told("What is the lowest invoice amount and who was it for?", INVOICES)
    assert isinstance(unanswered, Answer)
    assert unanswered.verdict is Verdict.PARTLY


def test_an_amount_that_only_stands_beside_a_word_is_not_taken_for_its_figure() -> None:
    answer = told("What is the total VAT of all the invoices?", INVOICES)
    assert isinstance(answer, str) or ("only 2 of 3" in answer.text and answer.verdict is Verdict.PARTLY)
