"""Checks where sentences end, which words count and how numbers are read."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import (
    STOP_WORDS,
    content_words,
    is_table_row,
    normalise_number,
    numbers,
    sentence_around,
    sentence_spans,
    stem,
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Apple Inc. Chairman Tim spoke.",
        "The U.S. Senate met Dr. Smith and J. R. Jones.",
        "It fell by 3.5 points, see Fig. 3 and No. 5, pp. 7.",
        "Some animals, e.g. Cats vs. Dogs, fight.",
        'He said "Stop!" and left.',
        "Yahoo! is a firm.",
        "Wait ... what happened.",
        "A paragraph that was wrapped\nby its editor goes on.",
        "Der Vertrag beginnt am 1. April 2022 und endet am 31. Dezember 2027.",
        "Die Kündigung muss bis zum\n30. Juni eingehen.",
        "Die Pacht ist am 3. Werktag zu zahlen, das Protokoll liegt beim 2. Vorsitzenden.",
        "Nach § 5 Abs. 2 Nr. 3 der Satzung gilt Art. IV, vgl. Anl. B und S. 12.",
        "Obst, z. B. Äpfel, kostet ca. 5 Mio. Euro, d. h. Millionen, und bzw. Geld.",
        "La réunion du 3. Mars a lieu chez M. Dupont, cf. Annexe 2, art. 7, p. 12.",
        "El Sr. García vive en el núm. 5, pág. 7, con la Sra. López.",
        "Det er bl.a. Anna, se s. 4, kl. 10, den 3. marts 2024.",
        "Ве́сит 5 тыс. Рублей, см. рис. 2, ул. Ленина, д. 4.",
        "Umowa z 5. Maja, tzn. Aneks nr. 2, ul. Długa 4, poz. 12.",
        "Prof. Dr. med. Müller wohnt in der Bahnhofstr. 12 in St. Gallen, § 7 ff. BGB.",
        "M. Dupont habite av. Foch, la Sté. Lebrun aussi.",
        "La Sra. Ruiz vive en Avda. Mayor, apdo. 2, en EE. UU.",
        "Ai sensi dell'art. 5 la Sig.ra Bianchi abita in P.zza Dante.",
        "Umowa z dn. 3 maja na ok. 300 zł.",
        "See J. De Vries and A. La Rosa on p. 7, item 4, No. 4, vol. II.",
        'EUR 1,200.00: "2. The monthly rent is EUR 1,200.00."',
    ],
)
def test_a_sentence_stays_whole(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    "pieces",
    [
        ["It is made by Apple Inc.", "The firm is old."],
        ["He lives in the U.S.", "However, he works abroad."],
        ['He said "Go!"', "(She went.)", "Why?", "Nobody knows."],
        ["It grew in 2019.", "2020 was worse."],
        ["Er kam 2019.", "Danach ging er.", "Es waren 45.", "Der Rest blieb."],
        ["Sie zahlte 5 Mio.", "Die Firma nahm es an."],
        ["It happened long ago.", "A ship came.", "The answer was no.", "Nobody came."],
        ["He was the last of 12.", "Nobody followed."],
        ["Das Haus hat die Nr. 5.", "Es ist alt."],
        ["It is true.[1]", "So is this.[2][3]"],
        ["1. First thing.", "Then more.", "2. Second thing."],
        ["• one item", "• another item", "- a third"],
        ["Net sales 5,794.0 5,623.1", "Cost (45) —", "Margin 12% 13%"],
        ["name | age", "Ann | 7"],
        ["NORDLYS OFFICE", "Invoice No: 5501", "Bill to: Tarn Architects", "VAT 20%: EUR 56.80"],
        ["Total TTC : 3 600,00 €", "À payer avant le 16/03/2025"],
        ["Wohnung: 2. Obergeschoss links", "Mietbeginn: 01.10.2022"],
        ["# Title", "Text follows"],
        [
            "Warm sleeping bag for Tuesday night",
            "Earplugs",
            "Birgit carries the first aid kit",
            "Henrik carries the rope",
        ],
        ["The council met in the hall by the\nQuay and spoke of the lamp that\nMr Orde had seen in the night"],
        ["Rosemary Tindle\n12 High Street\nBrookhampton"],
        ["Overview", "The company makes tents in many colours and sells them."],
    ],
)
def test_sentences_rows_and_items_are_cut_apart(pieces: list[str]) -> None:
    assert sentences("\n".join(pieces)) == pieces


def test_a_blank_line_ends_a_sentence_and_a_space_after_a_stop_too() -> None:
    assert sentences("No full stop here\n \nNext one. And another") == ["No full stop here", "Next one.", "And another"]


def test_chinese_and_japanese_sentences_end_without_a_space() -> None:
    assert sentences("東京は首都です。人口は多い！「はい。」次") == [
        "東京は首都です。",
        "人口は多い！",
        "「はい。」",
        "次",
    ]


@given(st.text(alphabet="aB 1.\n!?\"')(|\t。-•[]0,5%", max_size=200))
def test_every_visible_character_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize("unit", [".", ". ", "1 ", '."', "a. ", " 5", "- ", "x   ", "1,", "\n", "[1]", "。", "(1) "])
def test_garbage_takes_linear_time(unit: str) -> None:
    text = unit * 40_000 + "x%"
    began = time.process_time()
    sentence_spans(text)
    content_words(text)
    numbers(text)
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Net sales 5,794.0 5,623.1", True),
        ("Net sales $ 5,794.0 $ (5,623.1)", True),
        ("a\tb", True),
        ("| a | b |", True),
        ("Sales rose to 5,794 in 2019", False),
        ("In the years 2018 and 2019", False),
        ("", False),
    ],
)
def test_a_table_row_is_known_by_its_cells(line: str, expected: bool) -> None:
    assert is_table_row(line) is expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("companies", "company"),
        ("acquired", "acquiring"),
        ("acquire", "acquires"),
        ("running", "run"),
        ("annually", "annual"),
        ("boxes", "box"),
        ("falling", "fall"),
    ],
)
def test_inflections_of_a_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_different_words_stay_apart() -> None:
    assert len({stem(word) for word in ("bus", "business", "analysis", "analyst", "sing", "king", "red")}) == 7


def test_content_words_leave_out_stop_words_case_and_accents() -> None:
    assert content_words("What is the Café's $1.2 billion, twelve?") == ["caf", "1.2", "billion", "12"]
    assert not STOP_WORDS & set(content_words(" ".join(STOP_WORDS)))


def test_unspaced_scripts_are_compared_by_pairs_of_characters() -> None:
    assert set(content_words("東京は")) & set(content_words("大東京")) == {"東京"}


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("5,794.0", "5794"),
        ("5794.00", "5794"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("3,5", "3.5"),
        ("1,000", "1000"),
        ("3.1.2", "3.1.2"),
        ("07", "7"),
        ("007", "007"),
        ("0.50", "0.5"),
        ("٣", "3"),
    ],
)
def test_a_number_has_one_form(written: str, plain: str) -> None:
    assert normalise_number(written) == plain


def test_numbers_leave_out_citation_markers_and_codes() -> None:
    text = "Sales of (45), $1.2 billion and 12% in FY2018 [3] [1, 2], up in Q3, 2nd of 24–10, twelve"
    assert numbers(text) == {"45", "1.2", "12", "2018", "2", "24", "10"}
    assert numbers("twelve or ten", spelled=True) == {"12", "10"}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ("fee", "The fee is EUR 5."),
        ("due. The fee", "It is due. The fee is EUR 5."),
        ("Notes", "Notes"),
    ],
)
def test_the_sentences_around_what_was_found_begin_and_end_with_it(found: str, sentence: str) -> None:
    text = f"Notes\n\nIt is due. The fee is EUR 5.\n\nThe {'very ' * 130}bright lamp flashes."
    start, end = sentence_around(text, text.index(found), text.index(found) + len(found))
    assert text[start:end] == sentence


def test_of_a_sentence_that_is_too_long_whole_words_are_left() -> None:
    text = f"The {'very ' * 130}bright lamp flashes."
    at = text.index("lamp")
    start, end = sentence_around(text, at, at + 4)
    assert text[start:end].startswith("very very")
    assert text[start:end].endswith("bright lamp flashes.")


def test_a_long_sentence_is_found_whole_where_more_of_it_is_looked_at() -> None:
    text = f"Notes\n\nThe {'very ' * 130}bright lamp flashes."
    at = text.index("lamp")
    start, end = sentence_around(text, at, at + 4, reach=1500, most=1500)
    assert text[start:end] == text.partition("\n\n")[2]
