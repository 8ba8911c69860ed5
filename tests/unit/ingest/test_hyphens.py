"""Words broken at a line's end are joined, and compounds keep their hyphens."""

from __future__ import annotations

import pytest

from ingest.hyphens import DocumentWords, find_words, join_broken

ENGLISH = find_words(
    ["The decision of the board and the making of rules is for all that problem solving with people; to vide, come",
     "operation, election, standing under tax payers and friendly users in the house; the crane is high or low"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("informa", "tion", "information"),
        ("informa", "tion,", "information,"),
        ("(informa", "tion)", "(information)"),
        ("10", "K", "10-K"),
        ("2019", "2020", "2019-2020"),
        ("well", "known", "well-known"),
        ("non", "cash", "non-cash"),
        ("Anglo", "American", "Anglo-American"),
        ("state-of-the", "art", "state-of-the-art"),
        ("IT", "based", "IT-based"),
    ],
)
def test_a_broken_word_is_joined_and_a_compound_keeps_its_hyphen(first: str, second: str, joined: str) -> None:
    assert join_broken(first, second, DocumentWords()) == joined


def test_a_spelling_elsewhere_in_the_document_decides_about_the_hyphen() -> None:
    vocabulary = find_words(["The take-up was slow.", "Cooperation helped."])
    assert join_broken("take", "up", vocabulary) == "take-up"
    assert join_broken("co", "operation", vocabulary) == "cooperation"


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [("Haupt", "und", "Haupt- und"), ("import", "and", "import- and"), ("peut", "être", "peut-être")],
)
def test_a_hyphen_that_stands_for_words_to_come_stays_apart(first: str, second: str, joined: str) -> None:
    assert join_broken(first, second, DocumentWords(frozenset({"peut"}))) == joined


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("decision", "making", "decision-making"),
        ("crane", "operation", "crane-operation"),
        ("users", "friendly", "users-friendly"),
        ("re", "election", "re-election"),
        ("in", "house", "in-house"),
        ("pro", "vide", "provide"),
        ("in", "come", "income"),
        ("under", "standing", "understanding"),
        ("high", "er", "higher"),
        ("infor", "mation", "information"),
    ],
)
def test_two_words_of_an_english_document_are_a_compound_unless_one_only_opens_or_ends_others(
    first: str, second: str, joined: str
) -> None:
    assert join_broken(first, second, ENGLISH) == joined


def test_words_of_a_german_document_are_joined_though_both_halves_are_words() -> None:
    german = find_words(["Der Hafen und die Ordnung: das ist die Regel mit dem Kran für den Kai von Anfang an"])
    assert join_broken("Hafen", "ordnung", german) == "Hafenordnung"


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("lui", "même", "lui-même"),
        ("doit", "il", "doit-il"),
        ("au", "dessus", "au-dessus"),
        ("vingt", "deux", "vingt-deux"),
        ("sous", "location", "sous-location"),
        ("sous", "cription", "souscription"),
        ("ou", "til", "outil"),
        ("par", "tie", "partie"),
        ("appar", "tement", "appartement"),
        ("deutsch", "französische", "deutsch-französische"),
        ("Fisch", "gericht", "Fischgericht"),
        ("Tisch", "lerei", "Tischlerei"),
    ],
)
def test_compounds_of_french_and_german_keep_their_hyphens(first: str, second: str, joined: str) -> None:
    assert join_broken(first, second, DocumentWords()) == joined


def test_a_program_that_breaks_no_words_leaves_the_hyphens_that_they_have() -> None:
    texts = ["Shore power, crew rooms, deck cargo, rope makers"]
    broken = [("shore", "power"), ("crew", "rooms"), ("deck", "cargo"), ("rope", "makers")]
    assert join_broken("quay", "wide", find_words(texts, broken)) == "quay-wide"
    assert join_broken("quay", "wide", find_words(texts, [*broken, ("mainte", "nance")])) == "quaywide"
