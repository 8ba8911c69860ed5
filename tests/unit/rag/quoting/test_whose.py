"""Checks that what is said of another flat, person, edition, model or group answers nothing about the one asked for."""

from __future__ import annotations

import pytest

from rag.quoting.asked_for_whom import is_for_others
from rag.quoting.denied_rows import rows_not_denied
from rag.quoting.excerpts import make_excerpt, sources_about
from rag.quoting.numbered_things import fits_number, numbered_things
from rag.types import CONTENTS_SECTION, DocumentInfo, Source, Span
from rag.units import Unit, units_of


def _cut(text: str, *, title: str, number: int = 1, section: str = "") -> list[Unit]:
    document = DocumentInfo(number, f"{title}.txt", "folder", title, "txt", "indexed")
    return units_of(0, Source(number, document, section, text, (Span(0, 0, len(text)),), 1.0), every=True)


def _about(question: str, *sources: tuple[str, str]) -> list[str]:
    """Return the titles of the sources, each a title and a text, that are about a question."""
    cut = [_cut(text, title=title, number=number) for number, (title, text) in enumerate(sources, 1)]
    beside = {units[0].source.document.id: units[0].source.text for units in cut}
    return [units[0].source.document.title for units in sources_about(question, cut, beside=beside)]


LEASES = (
    ("Lease unit 4", "The rent is 900 pounds a month."),
    ("Lease unit 6", "The rent is 700 pounds a month."),
    ("Yard rules", "Bins go out on Mondays."),
)


def test_a_document_about_another_numbered_thing_is_left_out() -> None:
    assert _about("How much is the rent for unit 6?", *LEASES) == ["Lease unit 6", "Yard rules"]
    assert _about("How much is the rent for unit 9?", *LEASES) == ["Yard rules"]
    assert _about("Wie hoch ist die Miete für Wohnung 2?", ("Wohnung 3", "Die Miete beträgt 700 Euro.")) == []


def test_a_number_that_counts_something_names_no_thing() -> None:
    for text in ("Pay within 30 days of 5 June.", "It takes about 4 hours.", "See page 7.", "In May 12 boats came."):
        assert numbered_things(text) == {}
    assert numbered_things("Years 1 to 3 and 5, flat no. 2") == {"year": {1, 2, 3, 5}, "flat": {2}}
    assert numbered_things("Klassen 5 bis 7")["klassen"] == {5, 6, 7}


def test_a_row_whose_range_holds_the_number_fits_and_its_neighbour_does_not() -> None:
    first, second = _cut("Evening | When\nYears 1 to 3 | 18 March\nYears 4 to 6 | 20 March", title="News")[1:]
    assert not fits_number("When is the evening for year 5?", first)
    assert fits_number("When is the evening for year 5?", second)


def test_a_document_about_a_namesake_is_left_out() -> None:
    letters = (("Letter", "Patient: Mr Frank Hale, born in 1951."), ("Notice", "Dear Mrs Hale,\nyour surgeon is new."))
    assert _about("who operates on Mrs Hales eye", *letters) == ["Notice"]
    assert _about("Wann kommt Frau Hale?", ("Brief", "Herr Hale kommt um neun.")) == []
    assert _about("When does Mr Hale come?", *letters) == ["Letter"]


def test_another_edition_than_is_asked_for_is_left_out() -> None:
    assert _about("How much leave did the 2021 handbook give?", ("Handbook 2024", "Leave is 27 days.")) == []
    assert _about("How much leave does the 2024 handbook give?", ("Handbook 2024", "Leave is 27 days.")) != []


def test_a_manual_of_another_model_is_left_out_where_the_one_asked_for_is_there() -> None:
    manuals = (("Velo oven manual", "E3 Door is open."), ("Velo dryer manual", "E3 Filter is full."))
    assert _about("what does E3 mean on the dryer", *manuals) == ["Velo dryer manual"]
    assert len(_about("what does E3 mean", *manuals)) == 2


@pytest.mark.parametrize(
    ("question", "text", "is_others"),
    [
        ("Wie hoch ist der Beitrag für Familien?", "Der Beitrag für Erwachsene steigt auf 108 Euro.", True),
        ("Wie hoch ist der Beitrag für Erwachsene?", "Der Beitrag für Erwachsene steigt auf 108 Euro.", False),
        ("Quel est le tarif pour les enfants ?", "Le tarif pour les adultes est de 8 euros.", True),
        ("¿Cuál es el precio para niños?", "El precio para niños es de 4 euros.", False),
        ("Wer haftet für Dachschäden?", "Für Schäden am Dach haftet die Vermieterin.", False),
    ],
)
def test_what_is_said_for_others_answers_nothing(question: str, text: str, is_others: bool) -> None:
    assert is_for_others(question, _cut(text, title="Regeln")[0]) is is_others


def test_a_row_that_the_question_denies_is_left_out() -> None:
    rows = ["Habitants de la commune | 110", "Personnes extérieures | 230"]
    assert rows_not_denied("prix pour quelqu'un qui n'habite pas la commune", rows) == [False, True]
    assert rows_not_denied("prix pour les habitants", rows) == []
    text = "Who | Fee\nMembers | 5\nGuests | 9"
    assert [
        unit.text for unit in make_excerpt("fee for people who are not members", _cut(text, title="Fees")).units
    ] == ["Guests | 9"]


@pytest.mark.parametrize(
    ("question", "text", "answers"),
    [
        ("How long is the break of the cooks?", "1 Breaks of cooks 2\n2 Night work 3\nWork on feast days 14", False),
        ("On which page are the breaks of the cooks?", "1 Breaks of cooks 2\n2 Night work 3", True),
        ("Auf welcher Seite stehen die Pausen?", "Pausen, 4, 9\nRuhetage, 7", True),
        ("Wie lang sind die Pausen?", "Pausen, 4, 9\nRuhetage, 7", False),
        ("What is in the box?", "The box holds 12 spoons.\nA ladle lies on top.", True),
    ],
)
def test_contents_answer_only_where_something_stands(question: str, text: str, answers: bool) -> None:
    cut = [_cut(text, title="Kitchen", section=CONTENTS_SECTION)]
    assert bool(sources_about(question, cut)) is answers
