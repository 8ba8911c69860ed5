"""What asks for several things, and look-ups in quotes that give only one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.pipeline import EXTRACTIVE
from rag.planning.several_asked import hold_back, read_several
from rag.types import Answer, Citation, DocumentInfo, Source, Span, Usage


def looked_up(*texts: str) -> Answer:
    """Return an answer that quotes the first of some texts, each of a document of its own."""
    sources = tuple(
        Source(number, document_named(number), "", text, (Span(0, 0, len(text)),), 1.0)
        for number, text in enumerate(texts, 1)
    )
    citation = Citation(1, texts[0], "1.txt", 0, "", texts[0], (), True)
    return Answer(f'"{texts[0]}" [1]', False, sources, (citation,), EXTRACTIVE, Usage(0, 0), 0.0, {})


def document_named(number: int) -> DocumentInfo:
    return DocumentInfo(number, f"{number}.txt", "/", "", "txt", "indexed")


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("Which flats allow pets?", "list"),
        ("Dans quelles recettes y a-t-il du thym ?", "list"),
        ("¿Qué reservas no están pagadas?", "list"),
        ("Welche Verträge haben keine Selbstbeteiligung?", "list"),
        ("How many leases don't allow pets?", "count"),
        ("What do all the rents add up to per month?", "sum"),
        ("Was kosten alle Versicherungen zusammen im Jahr?", "sum"),
        ("Which class is the cheapest?", "most"),
        ("¿Cuál es la reserva más cara?", "most"),
        ("Compare the prices of the tents T2 and T4", "compare"),
        ("Was the room in Hale or the one in Tarn dearer?", "compare"),
        ("Is there any loan that is not insured?", "who"),
        ("Who has a key?", "who"),
        ("Wer ist nicht im Vorstand?", "who"),
        ("Qui n'a pas payé ?", "who"),
        ("What was bought in 2024?", "who"),
        ("At how many meetings was the roof discussed?", "count"),
        ("How many sites had more than three defects?", "count of some"),
        ("How much rain fell in all?", "sum"),
        ("How much heavier is Neil than Joyce?", "difference"),
        ("Combien de fois plus cher que le gratin est le ragoût ?", "difference"),
        ("What share of the income came from the shop?", "share"),
        ("Who used more in 2024, Mill House or Canal Wharf?", "compare"),
        ("What do the premiums of the home policies come to?", "sum"),
        ("¿Qué porcentaje de los kilos era de la variedad Picuda?", "share"),
        ("How many flats are there in each town?", "each"),
        ("Wie viele Räder gibt es von jeder Art?", "each"),
        ("Combien de logements par ville ?", "each"),
    ],
)
def test_questions_for_several_things_are_known(question: str, how: str) -> None:
    asked = read_several(question)
    assert asked is not None
    assert asked.how == how


@pytest.mark.parametrize(
    "question",
    [
        "Which house has Sato as caretaker?",
        "What does E3 mean on the dishwasher?",
        "How many passengers did the ferry carry in 2023?",
        "What is the fee for lorries?",
        "Welche Frist gilt für die Kündigung?",
        "¿Qué reserva incluye el desayuno?",
    ],
)
def test_questions_for_one_thing_are_left_alone(question: str) -> None:
    assert read_several(question) is None


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Which flats allow pets?", ["The landlord allows pets.", "Pets are welcome."]),
        ("Which class is the cheapest?", ["This class costs 96.", "The class costs 70."]),
        ("How much did the two repairs cost altogether?", ["The repair cost 20.", "A repair for 30."]),
        ("How many leases allow pets?", ["Notice: three months, no pets.", "Pets are welcome."]),
        ("How many sites had more than three defects?", ["The site had 7 defects.", "There were 2 defects."]),
        ("How much heavier is Neil than Joyce?", ["The weight was 63 kg.", "Weight: 84 kg"]),
        ("What share of the income came from the shop?", ["Shop sales | 29,175", "Income | 150,000"]),
        ("What share of the votes is needed?", ["Votes are counted within three months.", "20 votes are needed."]),
        ("How much did Thorne charge in total?", ["Thorne: total due 20.", "Thorne: total due 30."]),
        ("Who used more in 2024, Mill House or Canal Wharf?", ["Mill House used 9,430.", "Canal Wharf used 11,890."]),
        ("How many policies are car insurance?", ["End of cover: 19 February", "A car."]),
        ("Which machines did we get before 2019?", ["Item | Bought / Band saw | 2018"]),
    ],
)
def test_one_of_several_is_refused_with_a_reason(question: str, texts: list[str]) -> None:
    answer = hold_back(question, looked_up(*texts))
    assert answer.refused
    assert answer.citations == ()
    assert "speaks of one" in answer.notices[-1]


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Which flats allow pets?", ["The flats in Mill Road, Bell Lane and Tanner Street allow pets.", "No pets."]),
        ("Which flats allow pets?", ["The landlord allows pets.", "Rent is due monthly."]),
        ("How much did the two repairs cost altogether?", ["The repairs cost 50 in total.", "A repair for 30."]),
        ("Which class is the cheapest?", ["The choir is our cheapest class.", "This class costs 96."]),
        ("Which parts of the yard may visitors not enter?", ["Visitors must not enter the shop.", "The yard is old."]),
        ("How much heavier is Neil than Joyce?", ["Neil weighs 21 kg more than Joyce."]),
        ("What share of the votes is needed?", ["A vote needs two thirds of the members present."]),
        ("How many members of more than two years are there?", ["There are 30 members of more than two years."]),
        ("How much did Thorne charge in total?", ["Thorne: 50 in total.", "Thorne has a new van."]),
        ("What is the sum?", ["Sum: 1,417 crowns", "A sum for the repair."]),
        ("When is the class?", ["On Monday.", "On Tuesday."]),
    ],
)
def test_a_place_that_says_it_of_all_answers(question: str, texts: list[str]) -> None:
    given = looked_up(*texts)
    assert hold_back(question, given) is given


def test_a_comparison_needs_a_quote_of_each() -> None:
    question = "Compare the prices of the tents T2 and T4"
    assert hold_back(question, looked_up("The larger T4 costs 90.", "The T2 costs 70.")).refused
    assert not hold_back(question, looked_up("The T2 costs 70, the larger T4 costs 90.")).refused


def test_one_of_several_who_have_such_a_thing_is_no_answer() -> None:
    question = "Who has a garage key?"
    assert hold_back(question, looked_up("Ada has a garage key.", "Ben was given a garage key.")).refused
    assert not hold_back(question, looked_up("Ada has a garage key.", "Ben brings cake.")).refused
    assert hold_back("Who is not a member?", looked_up("Ada is a member.")).refused
    assert not hold_back("Who is not a member?", looked_up("Ada is not a member.")).refused


def test_what_one_of_several_lacks_is_told_by_a_quote_that_denies_it() -> None:
    question = "Which agreement has no end date?"
    assert hold_back(
        question, looked_up("The agreement with Sentry ends on 31 December.", "The agreement runs on.")
    ).refused
    assert not hold_back(question, looked_up("The agreement with Datahaven has no end date.")).refused


def test_a_label_with_its_value_lists_nothing() -> None:
    question = "Which birds stay for the summer?"
    assert hold_back(question, looked_up("Residency: summer migrant", "The owl is here all year.")).refused


def test_a_comparison_with_another_needs_a_quote_that_compares() -> None:
    question = "Was the second trip to Ghent dearer than the first?"
    assert hold_back(question, looked_up("City: Ghent")).refused
    assert not hold_back(question, looked_up("The second trip to Ghent cost 20 more than the first.")).refused


def test_amounts_of_several_documents_are_no_sum_whatever_one_calls_its_own() -> None:
    answer = looked_up("It is to be insured at £61,000.", "The borrower bears it, the sum being £22,000.")
    second = replace(answer.citations[0], number=2, document="2.txt", quote=answer.sources[1].text)
    answer = replace(answer, citations=(*answer.citations, second))
    assert hold_back("What is the total sum everything is insured for?", answer).refused
