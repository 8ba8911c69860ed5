"""Rows, columns and blocks come out of word boxes as a reader sees them."""

from __future__ import annotations

import pytest

from ingest.hyphens import DocumentWords
from ingest.parsers.pdf.blocks import furniture_rows, group_rows
from ingest.parsers.pdf.marks import Glyph, is_power, split_marks
from ingest.parsers.pdf.rows import is_table_row, make_rows
from ingest.parsers.pdf.words import SLANTED, Line, Word
from ingest.parsers.pdf.writing import PageWriter
from rag.page_layout import rectangles_under
from rag.types import BlockKind, Page

HEIGHT = 100
LETTER = 50


def line(*cells: tuple[int, str], y: int, height: int = HEIGHT, bold: bool = False, broken: bool = False) -> Line:
    """A line of cells (left edge, text), all letters of one width; `broken` ends it with a hyphen."""
    words = []
    for left, text in cells:
        for text_word in text.split():
            right = left + LETTER * len(text_word)
            words.append(Word(text_word, False, left, y, right, y + height))
            left = right + LETTER // 2
    if broken:
        words[-1] = words[-1]._replace(broken=True)
    return Line(words, bold)


def write(lines: list[Line]) -> Page:
    groups = group_rows(make_rows(lines), set(), HEIGHT)
    return PageWriter(DocumentWords()).write(groups, 0, label="")


def blocks(lines: list[Line]) -> list[tuple[BlockKind, str]]:
    page = write(lines)
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def test_a_row_of_amounts_is_one_table_row_with_its_cells_apart() -> None:
    row = line((0, "Cash and cash equivalents"), (3000, "$"), (3300, "5,794"), (4000, "$"), (4300, "4,225"), y=0)
    assert blocks([row]) == [(BlockKind.TABLE_ROW, "Cash and cash equivalents\t$ 5,794\t$ 4,225")]


def test_a_row_that_pdfium_broke_into_lines_is_put_together() -> None:
    label, amount = line((0, "Net sales of goods"), y=0), line((4000, "1,234"), y=5)
    assert blocks([label, amount]) == [(BlockKind.TABLE_ROW, "Net sales of goods\t1,234")]


def test_a_numbered_list_item_is_not_a_table_row() -> None:
    (row,) = make_rows([line((0, "(a)"), (400, "the tide is out at noon on every second day"), y=0)])
    assert not is_table_row(row)


def test_lines_of_a_paragraph_join_and_a_gap_parts_paragraphs() -> None:
    lines = [
        line((0, "the quick brown fox jumps"), y=1000),
        line((0, "over the lazy dog in the"), y=880),
        line((0, "second year of the rains"), y=600),
    ]
    assert [text for _, text in blocks(lines)] == [
        "the quick brown fox jumps over the lazy dog in the",
        "second year of the rains",
    ]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    lines = [
        line((0, "the ferry leaves at noon and"), y=1000),
        line((0, "comes back."), y=880),
        line((0, "Dogs travel free on weekdays"), y=760),
    ]
    assert [text for _, text in blocks(lines)] == [
        "the ferry leaves at noon and comes back.",
        "Dogs travel free on weekdays",
    ]


def test_a_word_broken_at_a_line_end_is_joined_and_keeps_a_box_on_each_line() -> None:
    page = write(
        [
            line((0, "all of this informa"), y=1000, broken=True),
            line((0, "tion is old and grey"), y=880),
        ]
    )
    start = page.text.index("information")
    boxes = rectangles_under(page.layout, start, start + len("information"))
    assert [round(box.bottom) for box in boxes] == [100, 88]


def test_word_boxes_follow_the_text_past_removed_characters() -> None:
    words = [Word("ﬁrst", False, 0, 0, 200, 100), Word("\u00ad", False, 210, 0, 215, 100),
             Word("last", False, 300, 0, 500, 100)]  # fmt: skip
    page = write([Line(words, False)])
    assert page.text == "first last"
    (box,) = rectangles_under(page.layout, page.text.index("last"), len(page.text))
    assert (box.left, box.right) == (30, 50)


def test_taller_or_bold_short_lines_are_headings_and_sentences_are_not() -> None:
    lines = [
        line((0, "Results of the year"), y=1000, height=150),
        line((0, "Dredging"), y=700, bold=True),
        line((0, "This is bold but a sentence."), y=400, bold=True),
    ]
    assert [kind for kind, _ in blocks(lines)] == [BlockKind.HEADING, BlockKind.HEADING, BlockKind.PARAGRAPH]


LEFT = "the birds come back in spring and"
RIGHT = "ferries ran only twice in a week"


def test_two_columns_written_row_by_row_are_read_one_after_the_other() -> None:
    lines = [line((0, LEFT), (2600, RIGHT), y=2000 - 120 * index) for index in range(8)]
    text = write(lines).text
    assert text.rindex("birds") < text.index("ferries")


def test_a_table_with_words_in_two_columns_keeps_its_rows() -> None:
    lines = [line((0, "Bread"), (2600, "two pounds"), y=2000 - 120 * index) for index in range(8)]
    assert blocks(lines) == [(BlockKind.TABLE_ROW, "Bread\ttwo pounds")] * 8


def test_two_spaces_after_a_sentence_do_not_make_a_table_row() -> None:
    row = line((0, "seen from supernovae."), (1200, "This work was new"), y=0)
    assert [kind for kind, _ in blocks([row])] == [BlockKind.PARAGRAPH]


def test_a_subscript_does_not_part_a_paragraph() -> None:
    first = line((0, "for this we have taken the value of"), y=1000)
    low = line((0, "the deceleration parameter q"), y=880)
    low.words.append(Word("vol", False, 1460, 840, 1600, 900))
    last = line((0, "and it is found to be quite small"), y=760)
    assert len(blocks([first, low, last])) == 1


PROSE = [
    ("the council met in the old", "whose lamp was lit again by", "ferry crossed the strait in"),
    ("hall above the harbour and", "the keeper in the spring of", "fog and reached the pier at"),
    ("heard what the master had to", "that year after the storms", "noon with all who had taken"),
    ("say about the slip and about", "had broken its panes and so", "passage on it and the clerk"),
    ("the state of the outer wall", "left the strait in darkness", "wrote their names down as a"),
    ("which the winter had left in", "for as long as three months", "proof of what the fog could"),
    ("need of stone and of mortar", "until glass came from north", "do and of what it could not"),
]


def test_three_columns_written_row_by_row_are_read_one_after_the_other() -> None:
    lines = [
        line((0, first), (1800, second), (3600, third), y=1000 - 120 * number)
        for number, (first, second, third) in enumerate(PROSE)
    ]
    rows = make_rows(
        [line((0, "News of the strait in this week of spring and of fog and more of both"), y=1300), *lines]
    )
    read = [row.text for row in rows[1:]]
    assert read == [text for column in zip(*PROSE, strict=True) for text in column]


def test_a_table_of_three_columns_of_words_stays_a_table() -> None:
    cells = [
        ("mooring of a small open boat", "per day", "paid to the clerk at the gate on arrival"),
        ("use of the crane by a member", "each lift of one ton", "cash"),
        ("storage of nets in the loft", "by the month or part of it", "added to the account of the boat"),
        ("water", "one barrel of it", "paid at the tap"),
        ("hire of the outer slip", "one tide at the most", "paid to the master in the office before noon"),
        ("light dues for the season", "each boat in the register", "sent with the letter in March"),
        ("sale of fish from the quay", "one morning", "share of one part in twenty"),
    ]
    lines = [
        line((0, first), (1800, second), (3600, third), y=1000 - 120 * number)
        for number, (first, second, third) in enumerate(cells)
    ]
    assert [row.text for row in make_rows(lines)] == [" ".join(row) for row in cells]


def test_cells_and_columns_of_hebrew_are_read_from_right_to_left() -> None:
    (row,) = make_rows([line((0, "המועצה"), (3000, "תאריך"), y=0)])
    assert row.text == "תאריך המועצה"
    prose = "המועצה הסכימה לרכוש מעבורת שנייה"
    lines = [line((0, f"{prose} ב"), (3000, f"{prose} א"), y=1000 - 120 * number) for number in range(8)]
    assert [row.text[-1] for row in make_rows(lines)] == ["א"] * 8 + ["ב"] * 8


def test_a_small_figure_of_a_cell_of_its_own_is_no_mark() -> None:
    words = [
        Word("pier", False, 0, 0, 200, 100),
        Word("7", False, 900, 20, 940, 100),
        Word("m", False, 960, 20, 1000, 100),
    ]
    assert write([Line(words, False)]).text == "pier\t7 m"


def test_figures_beside_letters_of_a_tall_script_are_no_marks() -> None:
    words = [Word("\u0e22\u0e32\u0e27", False, 0, 0, 200, 140), Word("7", False, 215, 35, 260, 120)]
    assert write([Line(words, False)]).text == "\u0e22\u0e32\u0e27 7"


def test_thai_vowels_that_stand_apart_are_on_their_letters() -> None:
    parts = (("\u0e15", 0), ("\u0e31\u0e49", 50), ("\u0e07", 60))
    words = [Word(text, False, left, 0, left + 50, 100) for text, left in parts]
    assert write([Line(words, False)]).text == "\u0e15\u0e31\u0e49\u0e07"


def test_heads_of_columns_that_are_written_cell_by_cell_are_one_row() -> None:
    lines = [
        line((0, "Twelve months"), y=1000),
        line((0, "to June"), y=880),
        line((900, "Twelve months"), y=1000),
        line((900, "to May"), y=880),
        line((1800, "Change"), y=940),
        line((0, "Tolls"), (900, "41"), (1800, "7"), y=700),
    ]
    assert [text for _, text in blocks(lines)] == [
        "Twelve months to June\tTwelve months to May\tChange",
        "Tolls\t41\t7",
    ]


def test_a_head_and_its_amount_written_below_each_other_stay_two_rows() -> None:
    lines = [
        line((0, "Votes for"), y=1000),
        line((0, "57,172"), y=880),
        line((900, "Votes against"), y=1000),
        line((900, "13,324"), y=880),
    ]
    assert [text for _, text in blocks(lines)] == ["Votes for\tVotes against", "57,172\t13,324"]


def test_the_last_line_of_a_wrapped_cell_belongs_to_its_row_beside_a_cell_with_a_figure_and_a_word() -> None:
    lines = [
        line((0, "Duty"), (900, "Every"), y=1400),
        line((0, "Wash the deck"), (900, "2 days"), y=1200),
        line((0, "Check the lamps"), (900, "14 days"), y=1000),
        line((0, "and the bell"), y=880),
    ]
    assert blocks(lines)[-1] == (BlockKind.TABLE_ROW, "Check the lamps and the bell\t14 days")


def test_a_formula_with_a_lowered_figure_is_one_word_before_a_comma() -> None:
    words = [
        Word("H2", False, 0, -40, 110, 100),
        Word("O,", False, 110, 0, 220, 100),
        Word("ice", False, 260, 0, 400, 100),
    ]
    assert write([Line(words, False)]).text == "H2O, ice"


def test_a_cell_with_a_longer_first_line_is_whole_where_it_is_written_cell_by_cell() -> None:
    lines = [
        line((0, "Falling loads"), y=1000),
        line((1600, "Slings older than six years are still"), y=1000),
        line((1600, "in use"), y=880),
        line((3800, "Replace all slings before the"), y=1000),
        line((3800, "first of March"), y=880),
    ]
    assert [text for _, text in blocks(lines)] == [
        "Falling loads\tSlings older than six years are still in use\tReplace all slings before the first of March"
    ]


def test_a_slanted_line_on_several_pages_is_a_watermark_and_read_once() -> None:
    pages = [[*make_rows([line((0, f"Hall {hall} is old"), y=9000)]), *make_rows([line((0, "DRAFT"), y=4000)])]
             for hall in ("three", "four", "five")]  # fmt: skip
    for rows in pages:
        rows[1].turns = SLANTED
    assert furniture_rows(pages, set()) == [set(), {1}, {1}]


def test_letters_of_a_font_without_height_are_one_word() -> None:
    for height in (0.0, -1.0):
        (piece,) = split_marks([Glyph("a", 0.0, height), Glyph("b", 0.0, height)])
        assert piece.text == "ab"


@pytest.mark.parametrize(("word", "raised"), [("E=mc", "2"), ("Ca", "2+"), ("SO4", "2-"), ("km", "2")])
def test_powers_in_equations_and_charges_of_ions_belong_to_their_word(word: str, raised: str) -> None:
    assert is_power(word, raised)
    assert not is_power("Board", raised)


def test_a_sign_behind_an_amount_stays_with_it() -> None:
    row = line((0, "Socket"), (2000, "8,90 €"), (3000, "106,80 €"), y=0)
    assert blocks([row]) == [(BlockKind.TABLE_ROW, "Socket\t8,90 €\t106,80 €")]
