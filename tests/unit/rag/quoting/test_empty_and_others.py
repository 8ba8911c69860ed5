"""Empty cells, other groups, years and kinds answer nothing; a cause in the next sentence is quoted with the event."""

from __future__ import annotations

import pytest

from rag.extractive import Extract, weights_of
from rag.quoting.answer_gates import held_back_by
from rag.quoting.asked_event import is_of_another_event
from rag.quoting.asked_price import counts_no_money, lacks_payment, lacks_price, lacks_price_column
from rag.quoting.candidate import Candidate
from rag.quoting.empty_columns import leaves_asked_empty
from rag.quoting.head_lines import asks_for_field
from rag.quoting.neighbours import with_cause_behind
from rag.quoting.other_groups import is_of_after, is_of_another_group, is_put_off
from rag.quoting.shared_words import those_sharing
from rag.quoting.table_answer import is_empty_cell
from rag.types import DocumentInfo, Source, Span
from rag.units import Unit, units_of


def cut(text: str, *, title: str = "Papers", section: str = "") -> list[Unit]:
    document = DocumentInfo(1, "papers.txt", "folder", title, "txt", "indexed")
    source = Source(1, document, section, text, (Span(0, 0, len(text)),), 1.0)
    return units_of(0, source, every=True)


TOOLS = """| Nr | Tool | Lent | Returned | Keeper |
|---|---|---|---|---|
| 7 | Drill | 3 May | | |
| 8 | Saw | 4 May | 9 May | Ida |"""


@pytest.mark.parametrize(
    ("question", "row", "empty"),
    [
        ("When was the drill returned?", 0, True),
        ("When did the drill come back?", 0, True),
        ("When did the saw come back?", 1, False),
        ("Who is the keeper of the drill?", 0, True),
        ("When was the drill lent?", 0, False),
        ("Which tool has not been returned?", 0, False),
    ],
)
def test_row_without_what_is_asked_for(question: str, row: int, empty: bool) -> None:
    assert leaves_asked_empty(question, cut(TOOLS)[row - 2]) is empty


def test_column_of_the_sort_asked_for_is_empty() -> None:
    text = "| Month | Loft RH % | Loft °C |\n|---|---|---|\n| June | 61 | - |\n| July | 66 | 21 |"
    june, july = cut(text)[-2:]
    assert is_empty_cell("How hot was the loft in June?", june)
    assert not is_empty_cell("How hot was the loft in July?", july)


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("What was the result for the men?", "Women's team: 4-2", True),
        ("Wie spielten die Herren?", "Die Damen spielten 4:2.", True),
        ("What was the result for the men?", "Men and women both won 4-2.", False),
        ("Who got married in May?", "BAPTISMS: Ann Lee, 3 May", True),
        ("Qui s'est marié en mai ?", "Mariage : Anne Lenoir et Paul Roux, 3 mai", False),
        ("How much did this year's fair raise?", "Last year's fair raised 200 pounds.", True),
        ("Wie viel brachte das Fest dieses Jahr?", "Das Fest brachte letztes Jahr 200 Euro.", True),
        ("¿Cuánto costó la feria este año?", "El año pasado la feria costó 200 euros.", True),
        ("Wann ist der Ausflug der 7. Klasse?", "The trip for Year 8 is on 3 May.", True),
        ("Wann ist der Ausflug der 7. Klasse?", "The trip for Years 6 to 8 is on 3 May.", False),
        ("Wann ist der Ausflug der 7. Klasse?", "Article 7.", True),
        ("Wann ist der Ausflug der 7. Klasse?", "Der Ausflug beginnt am 3. Mai.", False),
        ("When is the trip of Year 7?", "Ausflug der 7. Klasse: 3. Mai", False),
    ],
)
def test_other_group_year_or_class(question: str, text: str, other: bool) -> None:
    assert is_of_another_group(question, cut(text)[-1]) is other


def test_who_was_before_is_not_who_came_after() -> None:
    question = "Who was chair before Ada Stone?"
    assert is_of_after(question, cut("The chair is Ada Stone, since 2012.")[-1])
    assert not is_of_after(question, cut("Ada Stone took over from Max Reed in 2012.")[-1])


def test_put_off_to_a_month_says_nothing_of_that_month() -> None:
    text = "Put off to an extra meeting in May."
    assert is_put_off("What was decided at the May meeting?", text)
    assert not is_put_off("When will it be decided, in May?", text)
    assert not is_put_off("What was decided at the April meeting?", text)


def test_days_and_identifiers_are_no_prices() -> None:
    assert lacks_price("How much was the survey?", "Surveyed on 17 and 18 May 2024 by Ida Stone.")
    assert lacks_price_column("How much did the hinge cost?", "No. | Object | Remarks", "7 | Chest, TM.1937.21 | loose")
    assert lacks_price_column("¿Cuánto cuesta la venda?", "Producto | Existencias", "Venda | 62")
    assert not lacks_price_column("¿Cuánto cuesta la venda?", "Producto | Precio", "Venda | 6,20")


def test_payment_and_count() -> None:
    assert lacks_payment("How much did I pay for the car?", "A courtesy car costs nothing.")
    assert not lacks_payment("How much did I pay for the car?", "The price was 900 pounds.")
    assert counts_no_money("How many pipes are there?", "Work | Estimate (pounds)", "Clean all pipes | 9,600")
    assert not counts_no_money("How many pounds is it?", "Work | Estimate (pounds)", "Clean all pipes | 9,600")


def test_sender_of_a_mail_is_no_author() -> None:
    assert not asks_for_field("Who is the author of The Long Road?", "from")
    assert asks_for_field("Who is the author of the mail?", "from")


@pytest.mark.parametrize(
    ("question", "text", "last"),
    [
        (
            "Why is the lift out of order?",
            "The lift is out of order. The reason is a worn rope. Use the stairs.",
            "rope.",
        ),
        ("¿Por qué se retira el queso?", "Se retira el queso. El motivo es un mal cierre. Gracias.", "cierre."),
        ("Why is the lift closed?", "The lift is closed because of its rope. The reason is age.", "its rope."),
        ("Why is the lift closed?", "The lift is closed. Use the stairs.", "closed."),
    ],
)
def test_cause_in_the_next_sentence(question: str, text: str, last: str) -> None:
    units = cut(text)
    assert with_cause_behind(question, Extract.of(units[0], 1.0), units).text.endswith(last)


def test_row_with_columns_of_other_events() -> None:
    row = cut("| Job | Sent | Paid |\n|---|---|---|\n| The Long Road | 10.02.2025 | 06.03.2025 |")[-1]
    assert is_of_another_event("When is The Long Road coming out?", row)
    assert not is_of_another_event("When was The Long Road sent?", row)


def test_of_several_lines_those_with_a_word_of_the_question_are_kept() -> None:
    question = "Combien faut-il payer pour partir dans la soirée ?"
    text = (
        "Le petit déjeuner pour les adultes est servi dans la salle et coûte 13 euros.\n\n"
        "Un départ qui est plus tard que le matin coûte 25 euros pour la chambre."
    )
    units = cut(text)
    extracts = [Extract.of(unit, 1.0) for unit in units]
    places = {unit.place: unit for unit in units}
    weights = weights_of(question, units)
    assert those_sharing(question, extracts, places, weights, frozenset()) == extracts[1:]
    assert those_sharing(question, extracts, places, weights, frozenset({1})) == extracts


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("9 July: Peak Cavern, Dr Hale, 14 pounds", False),
        ("On 9 July heavy rain stopped the works.", True),
    ],
)
def test_names_and_figures_tell_no_cause(text: str, is_told: bool) -> None:
    question = "Why did the works stop in July?"
    units = cut(text)
    weights = weights_of(question, units)
    held_back = held_back_by(Candidate(question, Extract.of(units[0], 1.0), units[0], units, weights))
    assert (held_back == "") is is_told
