"""Checks which marked sentences become the answer and how it is shown, on a hand-written passage reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from rag.extractive import Extract, compose
from rag.quoting.excerpts import missing_constraints
from rag.quoting.marking import MARK_MARGIN, MAX_READ, MarkingReader
from rag.types import DocumentInfo, Reading, Source, Span
from tests.fakes import HashEmbedder


class ScriptedReader:
    """Marks the words it is told to wherever they stand, as sure as it is told."""

    def __init__(self, confidence: Mapping[str, float]) -> None:
        self.confidence = confidence
        self.seen: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevance for reading in self.read(question, passages)]

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        self.seen += passages
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        for words, confidence in self.confidence.items():
            if (start := passage.find(words)) >= 0:
                return Reading(0.0, start, start + len(words), confidence)
        return Reading(-9.0, 0, 0, -9.0)


def source(number: int, text: str) -> Source:
    document = DocumentInfo(number, f"{number}.txt", "folder", "Harbour guide", "txt", "indexed")
    return Source(number, document, "", text, (Span(0, 0, len(text)),), 1.0)


def read(reader: ScriptedReader, *texts: str) -> list[Extract]:
    return MarkingReader(reader, HashEmbedder()).read(
        "?", [source(number, text) for number, text in enumerate(texts, 1)]
    )


def test_the_whole_sentence_around_the_marked_words_is_the_extract() -> None:
    text = "The pier is long. It was rebuilt in 1907 by the navy. Boats moor there."
    (extract,) = read(ScriptedReader({"1907": 5.0}), text)
    assert (extract.text, extract.answer) == ("It was rebuilt in 1907 by the navy.", "1907")
    assert text[extract.start : extract.end] == extract.text


def test_words_marked_in_two_sentences_are_an_answer_of_the_first() -> None:
    text = "Dear Ivo,\n\n2. The monthly rent is EUR 1,200.00.\n\n3. Notice period: three months."
    (extract,) = read(ScriptedReader({"EUR 1,200.00.\n3. Notice period: three months": 5.0}), text)
    assert (extract.text, extract.answer) == ("2. The monthly rent is EUR 1,200.00.", "EUR 1,200.00")


def test_the_surest_source_comes_first_and_unsure_ones_are_left_out() -> None:
    reader = ScriptedReader({"1907": 1.0, "1850": 3.0, "1700": 3.0 - MARK_MARGIN - 0.1})
    extracts = read(reader, "It was rebuilt in 1907.", "It was built in 1850.", "It was drawn in 1700.")
    assert [extract.number for extract in extracts] == [2, 1]


def test_words_marked_in_the_title_are_no_extract() -> None:
    assert read(ScriptedReader({"Harbour guide": 9.0}), "The pier is long and old.") == []


def test_only_the_first_sources_are_read() -> None:
    reader = ScriptedReader({})
    read(reader, *(f"The pier has number {number}." for number in range(MAX_READ + 3)))
    assert len(reader.seen) == MAX_READ


def test_an_unsure_answer_and_one_as_long_as_its_sentence_are_quoted_without_being_set_apart() -> None:
    (unsure,) = read(ScriptedReader({"1907": -0.5}), "It was rebuilt in 1907 by the navy.")
    (whole,) = read(ScriptedReader({"It was rebuilt in 1907 by the nav": 5.0}), "It was rebuilt in 1907 by the navy.")
    assert (unsure.answer, whole.answer) == ("", "")


def test_the_answer_stands_before_the_first_quote_only() -> None:
    extracts = [
        Extract(2, "It was rebuilt in 1907.", 0, 23, 5.0, "", "1907"),
        Extract(1, "Built 1850.", 0, 11, 4.0, "", "1850"),
    ]
    assert compose(extracts) == '1907: "It was rebuilt in 1907." [2]\n\n"Built 1850." [1]'


def test_a_footnote_mark_in_the_answer_is_not_taken_for_a_citation() -> None:
    extract = Extract(2, "It has 40 berths [7] now.", 0, 25, 5.0, "", "40 berths [7]")
    assert compose([extract]) == '40 berths: "It has 40 berths now." [2]'


def test_only_the_clause_that_is_asked_for_is_read() -> None:
    reader = ScriptedReader({"agent": 9.0, "tenant": 1.0})
    text = "7.2 Roofs\n(a) The agent mends the roof each spring.\n7.3 Birds\n(a) The tenant feeds no gulls each week."
    (extract,) = MarkingReader(reader, HashEmbedder()).read("What does § 7.3(a) say?", [source(1, text)])
    assert extract.text == "(a) The tenant feeds no gulls each week."
    assert "agent" not in reader.seen[0]


def test_the_row_and_the_cell_that_are_asked_for_answer() -> None:
    reader = ScriptedReader({"4.11": 9.0, "4.39": 1.0})
    text = "Day | First high | Second high\nMonday | 4.11 | 4.32\nWednesday | 4.39 | 4.51"
    (extract,) = MarkingReader(reader, HashEmbedder()).read("What is the second high on Wednesday?", [source(1, text)])
    assert (extract.header, extract.text) == ("Day | First high | Second high", "Wednesday | 4.39 | 4.51")
    assert extract.answer == "4.51"
    assert text[extract.start : extract.end] == extract.text


def test_what_may_not_be_done_does_not_answer_what_may() -> None:
    reader = ScriptedReader({"sail loft": 9.0, "paint shop": 1.0})
    text = "Visitors may enter the sail loft at noon. Visitors may not enter the paint shop."
    (extract,) = MarkingReader(reader, HashEmbedder()).read("Which parts may visitors not enter?", [source(1, text)])
    assert extract.answer == "paint shop"


def test_another_order_does_not_answer_and_the_missing_one_is_named() -> None:
    reader = ScriptedReader({"rope": 9.0})
    sources = [source(1, "Order 48511 held forty metres of rope.")]
    assert MarkingReader(reader, HashEmbedder()).read("What was in order 48510?", sources) == []
    assert [constraint.written for constraint in missing_constraints("What was in order 48510?", sources)] == ["48510"]


def test_what_denies_the_same_thing_answers_what_is_denied() -> None:
    reader = ScriptedReader({"Delta": 9.0, "archive": 1.0})
    text = "Room Delta has a projector. Room Fjord has no projector. The archive has no window."
    (extract,) = MarkingReader(reader, HashEmbedder()).read("Which rooms have no window?", [source(1, text)])
    assert extract.answer == "archive"


def test_a_sentence_that_leans_on_another_is_about_what_that_names() -> None:
    reader = ScriptedReader({"4410": 3.0, "4417": 2.5})
    texts = ["The children's ward is old. Its number is 4410.", "The maternity ward is new. Its number is 4417."]
    sources = [source(number, text) for number, text in enumerate(texts, 1)]
    extracts = MarkingReader(reader, HashEmbedder()).read("What is the number of the maternity ward?", sources)
    assert extracts[0].answer == "4417"


def test_an_acronym_that_no_source_names_is_said_and_nothing_answers() -> None:
    reader = ScriptedReader({"310,000": 9.0})
    sources = [source(1, "The R&D department has a budget of 310,000 pounds.")]
    question = "What is the budget of the HR department?"
    assert MarkingReader(reader, HashEmbedder()).read(question, sources) == []
    assert [constraint.written for constraint in missing_constraints(question, sources)] == ["HR"]


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("What is the monthly rent of Delta?", ["Delta"]),
        ("What is the monthly rent of Alpha?", []),
        ("What is the monthly rent of Alhpa?", []),
        ("What is the monthly rent of Alpha in Euros?", []),
    ],
)
def test_a_name_that_is_like_no_word_of_any_source_is_said_and_nothing_answers(
    question: str, unknown: list[str]
) -> None:
    reader = ScriptedReader({"EUR 1,200": 9.0})
    sources = [source(1, "This lease is between Alpha GmbH and the owner of the house. The monthly rent is EUR 1,200.")]
    assert [constraint.written for constraint in missing_constraints(question, sources)] == unknown
    assert bool(MarkingReader(reader, HashEmbedder()).read(question, sources)) != bool(unknown)
    assert missing_constraints("Quel est le loyer de Delta par mois ?", sources) == []


TWENTY = "What did " + ", ".join(f"order {48510 + at}" for at in range(20)) + " hold?"


@pytest.mark.parametrize(
    "question",
    [
        TWENTY,
        "Why was the pier open in 2022 but not open in 2022?",
        "In order 48510, which order 48511 is not order 48510?",
        "48510 48511 7 2022",
        "桥梁为什么在2022年关闭?",
        "สะพานปิดทำไม",
    ],
)
def test_odd_questions_get_nothing_that_is_not_about_what_they_name(question: str) -> None:
    reader = ScriptedReader({"rope": 9.0})
    sources = [source(1, "Order 99120 held forty metres of rope in 2019.")]
    assert MarkingReader(reader, HashEmbedder()).read(question, sources) == []


def ask(question: str, reader: ScriptedReader, *texts: str) -> list[str]:
    sources = [source(number, text) for number, text in enumerate(texts, 1)]
    return [extract.text for extract in MarkingReader(reader, HashEmbedder()).read(question, sources)]


def test_a_sentence_without_a_word_of_the_question_loses_to_one_with_most() -> None:
    text = "The budget of 48,300 crowns was approved.\n\nA motion to raise the annual fee from 90 crowns was rejected."
    assert ask("How much is the annual fee?", ScriptedReader({"48,300": 3.0, "90": 1.0}), text) == [
        "A motion to raise the annual fee from 90 crowns was rejected."
    ]


def test_who_holds_a_position_is_not_answered_by_one_who_holds_none() -> None:
    text = "Children who do not take part attend class 6b."
    assert ask("Who is the class teacher of 6b?", ScriptedReader({"Children": 0.5}), text) == []


def test_that_somebody_is_a_mentor_does_not_say_who_his_mentor_is() -> None:
    text = "Daniel Frost will be your mentor for six months."
    assert ask("Who is Daniel Frost's mentor?", ScriptedReader({"Daniel Frost": 5.0}), text) == []


def test_how_something_is_switched_on_does_not_answer_how_it_is_switched_off() -> None:
    text = "1. Switch the pump on with the green button.\n2. To switch off, press the red button."
    reader = ScriptedReader({"green button": 9.0, "red button": 5.0})
    assert ask("Which button switches the pump off?", reader, text) == ["2. To switch off, press the red button."]


def test_a_row_with_nothing_in_the_column_that_is_asked_for_answers_nothing() -> None:
    text = "Task | Responsible | Deputy\nPayroll | Boris Lund | Elif Kaya\nFire safety | Femi Ade |"
    reader = ScriptedReader({"Femi Ade": 9.0})
    assert ask("Who is the deputy for fire safety?", reader, text) == []
    assert ask("Who is responsible for fire safety?", reader, text) == ["Fire safety | Femi Ade |"]


def test_the_column_of_the_sort_that_is_asked_for_answers_where_none_is_named() -> None:
    text = "Country | Days | Cost EUR\nFrance | 4 | 9.80\nNorway | 6 | 18.00"
    sources = [source(1, text)]
    read = MarkingReader(ScriptedReader({"Norway": 1.0}), HashEmbedder()).read
    assert read("How long does it take to Norway?", sources)[0].answer == "6"
    assert read("How much is it to Norway?", sources)[0].answer == "18.00"


def test_the_value_behind_the_label_that_is_named_answers() -> None:
    text = "Landlord: Bellweather Homes\nTenant: Ines Calder\nRent: 980 pounds"
    (extract,) = MarkingReader(ScriptedReader({"Bellweather Homes": 9.0}), HashEmbedder()).read(
        "Who is the tenant?", [source(1, text)]
    )
    assert (extract.text, extract.answer) == ("Tenant: Ines Calder", "Ines Calder")


def test_why_something_was_therefore_done_is_quoted_with_the_sentence_before() -> None:
    text = "The bicycle was not locked. The claim was therefore declined."
    assert ask("Why was the claim declined?", ScriptedReader({"declined": 5.0}), text) == [text]


def test_all_rows_that_answer_alike_are_given() -> None:
    text = "Name | Role | Office\nElif Kaya | Clerk | York\nBoris Lund | Cook | Leeds\nChiara Vitale | Engineer | York"
    extracts = MarkingReader(ScriptedReader({"Elif": 5.0}), HashEmbedder()).read(
        "Who works in York?", [source(1, text)]
    )
    assert [extract.answer for extract in extracts] == ["Elif Kaya; Chiara Vitale", "Chiara Vitale"]
    assert [extract.text for extract in extracts] == ["Elif Kaya | Clerk | York", "Chiara Vitale | Engineer | York"]


def test_what_takes_the_place_of_an_answer_is_given_before_it() -> None:
    letter, mail = "The bus leaves at 8:15.", "The bus now leaves at 7:45 instead of 8:15."
    reader = ScriptedReader({"8:15.\n": 1.0, "8:15": 5.0})
    assert ask("When does the bus leave?", ScriptedReader({"8:15": 5.0}), letter, mail)[0] == mail
    assert ask("When does the bus leave?", reader, letter, "The tram leaves at 9:00 instead of 8:15.")[0] == letter


def test_which_is_the_largest_is_not_answered_by_a_sentence_that_compares_nothing() -> None:
    text = "Our invoice 5502 over 96 crowns is unpaid."
    assert ask("What is the largest invoice?", ScriptedReader({"5502": 3.0}), text) == []
    text = "Our largest invoice is 5502."
    assert ask("What is the largest invoice?", ScriptedReader({"5502": 3.0}), text) == [text]


def test_a_clause_in_another_language_is_quoted_by_what_it_says() -> None:
    text = "Règlement du marché\n\nArticle 2. Un emplacement coûte 4 € par mètre et par jour.\n\nArticle 3. Rien."
    assert ask("Que dit l'article 2 ?", ScriptedReader({}), text) == ["Un emplacement coûte 4 € par mètre et par jour."]


def test_of_words_marked_in_two_sentences_the_one_that_shares_more_counts() -> None:
    text = "Unused leave may be carried over, but no more than five days. Leave during the stocktaking is not possible."
    reader = ScriptedReader({"no more than five days. Leave during the stocktaking": 9.0})
    assert ask("May leave be taken during the stocktaking?", reader, text) == [
        "Leave during the stocktaking is not possible."
    ]


def test_one_figure_is_not_the_sum_or_the_average_of_several() -> None:
    text = "The monthly rent is 1,150 crowns."
    assert ask("What is the sum of the monthly rents?", ScriptedReader({"1,150": 9.0}), text) == []
    assert ask("What is the average rent?", ScriptedReader({"1,150": 9.0}), text) == []
    text = "The average rent is 1,150 crowns."
    assert ask("What is the average rent?", ScriptedReader({"1,150": 9.0}), text) == [text]


def test_of_marked_words_over_several_cells_no_answer_is_set_apart_but_the_one_behind_the_rows_name() -> None:
    text = "Article | Price | Weight\nShelf | 54 | 7.2"
    (extract,) = read(ScriptedReader({"54 | 7.2": 9.0}), text)
    assert (extract.text, extract.answer) == ("Shelf | 54 | 7.2", "")
    (extract,) = read(ScriptedReader({"in metres | 11.4": 9.0}), "Boat | Dorada\nLength in metres | 11.4")
    assert extract.answer == "11.4"


def test_a_cell_that_is_named_by_row_and_column_answers_without_a_word_for_what_it_counts() -> None:
    text = "Team | Won | Lost\nOrmskar Rovers | 12 | 2\nOrmskar City | 6 | 7"
    reader = MarkingReader(ScriptedReader({"7": 8.0}), HashEmbedder())
    (extract,) = reader.read("how many games has ormskar city lost", [source(1, text)])
    assert extract.answer == "7"
    assert reader.read("how many goals did ormskar city score", [source(1, text)]) == []
