"""What stands on a PDF's pages comes out unaltered and whole: note marks, tables, forms, margins, running lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pypdf
import pytest
from pypdf._encryption import AlgV5
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import getSampleStyleSheet  # type: ignore[import-untyped]
from reportlab.lib.utils import simpleSplit  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table  # type: ignore[import-untyped]

from ingest.chunking import chunk_document
from ingest.parsing import ParseOptions, parse_file
from ingest.preparation import prepare_file
from rag.errors import ParseError
from rag.types import CONTENTS_SECTION, BlockKind, FileState, Page, ParsedDocument
from tests.fakes import WordTokenizer

STYLE = getSampleStyleSheet()["Normal"]
Draw = Callable[[Canvas], object]


def draw(folder: Path, *pages: Draw) -> ParsedDocument:
    """A PDF of which each page is drawn by a function, parsed."""
    canvas = Canvas(str(folder / "drawn.pdf"), pagesize=A4)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return parse_file(folder / "drawn.pdf", ParseOptions(ocr=False))


def flow(folder: Path, *parts: object) -> Page:
    """The first page of a PDF that reportlab lays out."""
    SimpleDocTemplate(str(folder / "flow.pdf"), pagesize=A4).build(list(parts))
    return parse_file(folder / "flow.pdf", ParseOptions(ocr=False)).pages[0]


def blocks(page: Page, kind: BlockKind | None = None) -> list[str]:
    return [page.text[block.start : block.end] for block in page.blocks if kind in (None, block.kind)]


def chunk_text(document: ParsedDocument) -> str:
    return "\n".join(chunk.text for chunk in chunk_document(document, WordTokenizer(), limit=200))


def lines(canvas: Canvas, texts: Sequence[str], *, x: float = 72, y: float = 760, pitch: float = 14) -> None:
    for number, text in enumerate(texts):
        canvas.drawString(x, y - pitch * number, text)


# --- raised and lowered runs ---


def test_the_marks_of_notes_are_words_of_their_own_behind_the_sentence(tmp_path: Path) -> None:
    page = flow(
        tmp_path,
        Paragraph(
            "A single ticket costs 32<super>1</super> crowns. It carried 41,500<super>2</super>, in 2023.", STYLE
        ),
        Paragraph("<super>1</super> Children half price. <super>2</super> An estimate.", STYLE),
    )
    assert "costs 32 crowns ¹." in page.text
    assert "carried 41,500, in 2023 ²." in page.text
    assert "¹ Children half price. ² An estimate." in page.text


def test_a_mark_whose_note_is_not_on_the_page_stays_where_it_is(tmp_path: Path) -> None:
    page = flow(tmp_path, Paragraph("A single ticket costs 32<super>7</super> crowns.", STYLE))
    assert "costs 32 ⁷ crowns." in page.text


def test_marks_in_a_table_follow_their_cell(tmp_path: Path) -> None:
    rows = [["Class", "Price"], ["Car", Paragraph("140<super>5</super>", STYLE)]]
    page = flow(tmp_path, Table(rows), Paragraph("<super>5</super> Driver included.", STYLE))
    assert "Car\t140 ⁵" in page.text


@pytest.mark.parametrize(
    ("drawn", "read"),
    [
        ("a load of 10<super>6</super> litres", "a load of 10 ⁶ litres"),
        ("an area of 45 km<super>2</super> and 3 m<super>3</super>", "an area of 45 km² and 3 m³"),
        ("on the 21<super>st</super> of May", "on the 21st of May"),
        ("much CO<sub>2</sub> and H<sub>2</sub>O", "much CO2 and H2O"),
        ("a flow of 12 m<super>3</super>/s and 4 km<super>2</super>.", "a flow of 12 m³/s and 4 km²."),
        ("the Brennick<super>®</super> line", "the Brennick® line"),
    ],
)
def test_exponents_units_ordinals_and_formulas_keep_their_meaning(tmp_path: Path, drawn: str, read: str) -> None:
    assert flow(tmp_path, Paragraph(drawn, STYLE)).text == read


def test_a_fraction_of_small_figures_is_one_word(tmp_path: Path) -> None:
    page = flow(tmp_path, Paragraph("par value 1<super>2</super>/<sub>3</sub> cents", STYLE))
    assert page.text == "par value 1 2/3 cents"


@pytest.mark.parametrize("lines_drawn", [(), [("GRID", (0, 0), (-1, -1), 0.5, "black")]])
@pytest.mark.parametrize("place", ["TOP", "MIDDLE", "BOTTOM"])
def test_short_cells_stand_anywhere_beside_one_of_several_lines(
    tmp_path: Path, place: str, lines_drawn: list[object]
) -> None:
    long = "Repair of the slip and of the two winches beside the outer quay, with all parts and the work of four men"
    other = "Painting of the lighthouse, inside and outside, by the summer"
    rows = [
        ["No.", "Description", "Amount"],
        ["11", Paragraph(long, STYLE), "4,250"],
        ["12", Paragraph(other, STYLE), "3,870"],
        ["13", "Ropes", "95"],
    ]
    style = [("VALIGN", (0, 0), (-1, -1), place), *lines_drawn]
    page = flow(tmp_path, Table(rows, colWidths=[40, 160, 80], style=style))
    assert f"11\t{long}\t4,250\n12\t{other}\t3,870\n13\tRopes\t95" in page.text


# --- double-spaced text, margins, tables, directions ---

LEASE = simpleSplit(
    "The lease of the boathouse runs for nine years from October and is renewed for three more years unless one side "
    "gives notice in writing before it ends, by the clerk of the port. The rent for the first year is 14,600 crowns "
    "and it rises by the change of the price index of the national office, but by no more than three per cent.",
    "Helvetica",
    10,
    380,
)


def test_lines_of_a_double_spaced_page_are_one_paragraph(tmp_path: Path) -> None:
    page = draw(tmp_path, lambda canvas: lines(canvas, LEASE, pitch=24)).pages[0]
    assert blocks(page) == [" ".join(LEASE)]


def test_short_lines_that_are_far_apart_stay_apart(tmp_path: Path) -> None:
    labels = ("Name of boat", "Length in metres", "Berth wanted", "Home port", "Draught")
    page = draw(tmp_path, lambda canvas: lines(canvas, labels, pitch=30)).pages[0]
    assert blocks(page) == list(labels)


def test_side_notes_are_blocks_of_their_own(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, LEASE, x=150)
        canvas.setFont("Helvetica-Oblique", 7)
        canvas.drawString(72, 746, "Notice")
        canvas.drawString(72, 718, "Index")

    text = blocks(draw(tmp_path, page).pages[0])
    assert " ".join(LEASE) in text
    assert {"Notice", "Index"} <= set(text)


def test_a_paragraph_goes_on_past_a_note_of_two_lines_on_its_right(tmp_path: Path) -> None:
    text = [
        "The charterer shall pay the hire in advance, every month, by the tenth of it,",
        "and the owner may withdraw the ship where the hire has not been paid within",
        "three days of a notice. The rate is 4 500 crowns a day, which includes crew",
        "and provisions but not the fuel, port dues and the costs of the agents, all",
        "of which the charterer shall bear. Periods of more than 24 hours are deducted.",
    ]

    def page(canvas: Canvas) -> None:
        lines(canvas, text, pitch=16)
        canvas.setFont("Helvetica", 8)
        lines(canvas, ["Payment", "of hire"], x=490, y=744, pitch=10)

    read = draw(tmp_path, page).pages[0]
    assert blocks(read, BlockKind.PARAGRAPH)[0].startswith(" ".join(text[:4]))
    assert "Payment of hire" in blocks(read)


@pytest.mark.parametrize("step", [1, 2, 5])
def test_line_numbers_in_the_margin_are_no_part_of_the_text(tmp_path: Path, step: int) -> None:
    story = (*LEASE[:-1], *LEASE)

    def page(canvas: Canvas) -> None:
        for number, text in enumerate(story, 1):
            if number % step == 0:
                canvas.drawRightString(60, 774 - 14 * number, str(number))
            canvas.drawString(90, 774 - 14 * number, text)

    document = draw(tmp_path, page)
    assert " ".join(story) in chunk_text(document)


def write_pleading(canvas: Canvas, *, as_column: bool) -> None:
    """Paper whose lines are numbered from 1 to 20, half of them empty; the numbers stand beside each line in the file,
    or before all of them."""
    for number in range(1, 21):
        canvas.drawRightString(60, 780 - 27 * number, str(number))
        if not as_column and number <= len(LEASE):
            canvas.drawString(90, 780 - 27 * number, LEASE[number - 1])
    if as_column:
        lines(canvas, LEASE, x=90, y=753, pitch=27)


@pytest.mark.parametrize("as_column", [False, True])
def test_numbers_that_count_empty_lines_too_are_no_part_of_the_text(tmp_path: Path, as_column: bool) -> None:
    read = draw(tmp_path, lambda canvas: write_pleading(canvas, as_column=as_column))
    assert " ".join(LEASE) in chunk_text(read)
    assert "20" not in chunk_text(read)


def test_what_lies_outside_the_visible_part_of_a_page_is_not_read(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setCropBox((50, 100, 550, 770))
        lines(canvas, LEASE)
        canvas.drawString(60, 800, "harbour_final_v7.indd 3 May 2024")

    text = draw(tmp_path, page).pages[0].text
    assert "notice in writing" in text
    assert "indd" not in text


def test_the_keys_of_a_table_are_no_side_notes(tmp_path: Path) -> None:
    rows = [
        ("Notice", "Written notice is given by the clerk before the year ends, as the"),
        ("", "council has laid down in its rules of the year before, in any case."),
        ("Rent", "The rent is paid on the first of the month at the office of the port"),
        ("", "and is not given back when a boat leaves before the month is over."),
    ]

    def page(canvas: Canvas) -> None:
        for number, (key, text) in enumerate(rows):
            canvas.drawString(72, 760 - 14 * number, key)
            canvas.drawString(150, 760 - 14 * number, text)

    text = draw(tmp_path, page).pages[0].text
    assert text.index("Notice") < text.index("Written") < text.index("Rent") < text.index("The rent is")


DUTIES = (
    ("Task", "Who does it", "How often"),
    (
        "Grease the bearings of the upper gate and wipe off what is left",
        "Mechanic of the northern district",
        "quarterly",
    ),
    ("Read the level gauge", "Lock keeper on duty", "twice a day, at 7:00 and 19:00 but not on feast days"),
    ("Inspect the chains of the lower gate for worn links", "Diver from the harbour", "once a year"),
)


@pytest.mark.parametrize("style", [[], [("GRID", (0, 0), (-1, -1), 0.5, "black")]], ids=["bare", "ruled"])
def test_cells_that_run_over_several_lines_stay_in_their_row(tmp_path: Path, style: list[object]) -> None:
    cells = [[Paragraph(cell, STYLE) for cell in row] for row in DUTIES]
    page = flow(tmp_path, Table(cells, colWidths=[160, 110, 110], style=style))
    assert blocks(page, BlockKind.TABLE_ROW) == ["\t".join(row) for row in DUTIES]


def test_a_label_that_runs_over_two_lines_stays_with_its_amounts(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, ["Dues of foreign boats and of those", "without a berth"])
        for x, amount in ((300, "1,240"), (380, "990")):
            canvas.drawString(x, 746, amount)
        lines(canvas, ["Dues of members"], y=732)
        for x, amount in ((300, "8,100"), (380, "7,950")):
            canvas.drawString(x, 732, amount)

    assert blocks(draw(tmp_path, page).pages[0]) == [
        "Dues of foreign boats and of those without a berth\t1,240\t990",
        "Dues of members\t8,100\t7,950",
    ]


STATEMENT = (
    ("Date", "Text", "Debit", "Credit", "Balance"),
    ("02.05.", "Rent of berth 14 for May", "450.00", "", "1,200.00"),
    ("05.05.", "Refund of shore power", "", "38.20", "1,238.20"),
    ("12.05.", "Bank fee", "4.50", "", "1,233.70"),
)


@pytest.mark.parametrize("style", [[("GRID", (0, 0), (-1, -1), 0.5, "black")], [("ALIGN", (2, 0), (-1, -1), "RIGHT")]])
def test_an_empty_cell_keeps_its_place_in_the_row(tmp_path: Path, style: list[object]) -> None:
    read = flow(tmp_path, Table([list(row) for row in STATEMENT], style=style, colWidths=(50, 180, 60, 60, 70)))
    assert blocks(read, BlockKind.TABLE_ROW) == ["\t".join(row) for row in STATEMENT]


def test_signs_in_cells_of_their_own_are_no_columns(tmp_path: Path) -> None:
    rows = [
        ["Assets", "", "2023", "", "2022"],
        ["Cash", "$", "1,204", "$", "980"],
        ["Goodwill", "", "14,548", "", "14,754"],
    ]
    read = flow(tmp_path, Table(rows, colWidths=(120, 40, 80, 40, 80)))
    assert "Goodwill\t14,548\t14,754" in read.text


def test_a_raised_letter_at_a_time_is_a_mark(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for x, stop, mark in ((72, "6:41", ""), (200, "8:11", "a"), (330, "9:40", "")):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(x, 700, stop)
            canvas.setFont("Helvetica", 6)
            canvas.drawString(x + canvas.stringWidth(stop, "Helvetica", 10), 704, mark)

    assert draw(tmp_path, page).pages[0].text == "6:41\t8:11 a\t9:40"


def test_a_sideways_table_keeps_its_rows_between_the_paragraphs_around_it(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(72, 790, "The table is printed sideways because it is so wide.")
        canvas.drawString(72, 60, "All heights are above chart datum, fixed in 1931.")
        canvas.translate(300, 120)
        canvas.rotate(90)
        for number, row in enumerate((("Day", "High", "Low"), ("Monday", "4.11", "0.71"), ("Friday", "4.52", "0.33"))):
            for place, cell in enumerate(row):
                canvas.drawString(110 * place, -20 * number, cell)

    assert blocks(draw(tmp_path, page).pages[0]) == [
        "The table is printed sideways because it is so wide.",
        "Day\tHigh\tLow",
        "Monday\t4.11\t0.71",
        "Friday\t4.52\t0.33",
        "All heights are above chart datum, fixed in 1931.",
    ]


@pytest.mark.parametrize("written", [1, -1], ids=["from the right", "from the left"])
@pytest.mark.parametrize(
    ("font", "columns"),
    [
        ("HeiseiMin-W3", ("評議会は冬の嵐が始まる前に", "二隻目のフェリーを購入する", "ことに合意した。港長は三月")),
        (
            "HeiseiMin-W3",
            ("評議会は冬の嵐が始まる前に", "ことに", "合意した", "港長は三月まで", "する", "予算"),
        ),
        (
            "STSong-Light",
            ("委员会同意在冬季风暴开始之前", "购买第二艘渡轮", "港务长将", "提交报告", "预算为百万元"),
        ),
    ],
)
def test_columns_written_downwards_are_read_from_the_right_though_their_font_is_missing(
    tmp_path: Path, font: str, columns: tuple[str, ...], written: int
) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(font, isVertical=True))

    def page(canvas: Canvas) -> None:
        canvas.setFont(font, 12)
        for number, column in list(enumerate(columns))[::written]:
            canvas.drawString(500 - 24 * number, 700, column)

    text = draw(tmp_path, page).pages[0].text
    assert "".join(text.split()) == "".join(columns)


def test_words_are_whole_whose_letters_are_drawn_one_by_one_and_apart(tmp_path: Path) -> None:
    text = "Seats in a box cost 27 guilders, in the gallery 11."

    def page(canvas: Canvas) -> None:
        left = 72.0
        for letter in text:
            canvas.drawString(left, 700, letter)
            left += pdfmetrics.stringWidth(letter, "Helvetica", 10) + 1.2

    assert draw(tmp_path, page).pages[0].text == text


def test_text_drawn_twice_and_spaced_letters_are_read_once_and_whole(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for offset in (0, 0.3, 0.6):
            canvas.drawString(72 + offset, 700, "Lantern evening on the pier")
        spaced = canvas.beginText(72, 660)
        spaced.setCharSpace(6)
        spaced.textLine("SATURDAY 14 JUNE")
        canvas.drawText(spaced)

    assert " ".join(draw(tmp_path, page).pages[0].text.split()) == "Lantern evening on the pier SATURDAY 14 JUNE"


def letter_by_letter(canvas: Canvas, text: str, *, y: float, apart: float, font: str = "Helvetica") -> None:
    """Draw each letter by itself, so many points from the one before; nothing is drawn for spaces."""
    canvas.setFont(font, 12)
    x = 72.0
    for letter in text:
        if letter != " ":
            canvas.drawString(x, y, letter)
        x += pdfmetrics.stringWidth(letter, font, 12) + apart


@pytest.mark.parametrize("font", ["Helvetica", "Times-Roman", "Courier"])
@pytest.mark.parametrize("apart", [2.5, 4.0, 6.0], ids=str)
def test_letters_drawn_one_by_one_far_apart_are_words(tmp_path: Path, font: str, apart: float) -> None:
    sentence = "Rides up cost 6 euros on that day."

    def page(canvas: Canvas) -> None:
        letter_by_letter(canvas, sentence, y=700, apart=apart, font=font)
        letter_by_letter(canvas, "TIMETABLE", y=660, apart=apart, font=font)

    assert draw(tmp_path, page).pages[0].text.split() == [*sentence.split(), "TIMETABLE"]


@pytest.mark.parametrize("signs", ["ABCDEFGHIJKLM", "xxxxxxxx", "31415926"])
def test_letters_of_an_index_crosses_and_figures_stay_apart(tmp_path: Path, signs: str) -> None:
    text = draw(tmp_path, lambda canvas: letter_by_letter(canvas, signs, y=700, apart=6)).pages[0].text
    assert text.split() == list(signs)


@pytest.mark.parametrize("font", ["Helvetica", "Times-Roman", "Courier"])
@pytest.mark.parametrize("gap", [1.3, 1.6, 1.9, 2.5], ids=str)
def test_words_set_one_by_one_with_narrow_gaps_are_apart(tmp_path: Path, font: str, gap: float) -> None:
    sentence = "The pre-war ferry (12 345 crowns, 6.5%) is over the quay; it waits for Ada's box"

    def page(canvas: Canvas) -> None:
        canvas.setFont(font, 10)
        x = 72.0
        for word in sentence.split():
            canvas.drawString(x, 700, word)
            x += pdfmetrics.stringWidth(word, font, 10) + gap

    assert draw(tmp_path, page).pages[0].text == sentence


def remap(folder: Path, text: Sequence[str], letter: str, mapped: str) -> Page:
    """A page whose font says that one of its letters is another one."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas = Canvas(str(folder / "remapped.pdf"), pagesize=A4, pageCompression=0)
    canvas.setFont("Vera", 10)
    lines(canvas, text)
    canvas.save()
    old, new = (f"<{ord(sign):04X}>".encode() for sign in (letter, mapped))
    content = (folder / "remapped.pdf").read_bytes()
    assert old in content
    (folder / "remapped.pdf").write_bytes(content.replace(old, new))
    return parse_file(folder / "remapped.pdf", ParseOptions(ocr=False)).pages[0]


def test_unicodes_own_hyphen_at_a_lines_end_joins_a_word_too(tmp_path: Path) -> None:
    text = ["Every skipper announces his arrival, which the administra~", "tion confirms. Berths are let by the week~"]
    assert "the administration confirms." in remap(tmp_path, text, "~", "\u2010").text


def test_raised_figures_that_a_font_has_itself_are_no_part_of_a_number(tmp_path: Path) -> None:
    text = remap(tmp_path, ["A ticket costs 32\xb9 crowns, and the mole\xb9 is lit."], "\xb9", "1").text
    assert text == "A ticket costs 32 \xb9 crowns, and the mole \xb9 is lit."


@pytest.mark.parametrize("drawn", [("to the gov-", "ernment of the island"), ("to the Hafen-", "und Inselverwaltung")])
def test_half_a_word_goes_on_though_its_line_had_room_for_the_rest(tmp_path: Path, drawn: tuple[str, str]) -> None:
    filler = " and all that it has to do with the ferries, the quay and the lanterns"
    text = draw(tmp_path, lambda canvas: lines(canvas, [drawn[0], drawn[1] + filler])).pages[0].text
    assert text.startswith(("to the government of", "to the Hafen- und Insel"))


@pytest.mark.parametrize("spacing", [0.3, 0.8, 1.5])
def test_letters_set_apart_for_emphasis_are_one_word(tmp_path: Path, spacing: float) -> None:
    def page(canvas: Canvas) -> None:
        text = canvas.beginText(72, 700)
        text.setCharSpace(spacing)
        text.textLine("Responsibilities of the harbourmaster")
        canvas.drawText(text)

    assert draw(tmp_path, page).pages[0].text == "Responsibilities of the harbourmaster"


# --- forms ---


def test_what_is_filled_in_and_chosen_stands_beside_its_label(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        form = canvas.acroForm
        lines(canvas, ["Name of boat", "Berth wanted", "Storage", "Fuel"], y=760, pitch=30)
        form.textfield(name="boat", value="Dorada", x=220, y=755, width=150, height=18)
        form.choice(name="berth", value="East", options=["East", "West"], x=220, y=725, width=150, height=18)
        for place, (label, checked) in enumerate((("ashore", True), ("afloat", False))):
            canvas.drawString(240 + 110 * place, 700, label)
            form.checkbox(name=label, checked=checked, x=220 + 110 * place, y=697, size=14)
        for place, (label, chosen) in enumerate((("Diesel", False), ("Petrol", True))):
            canvas.drawString(240 + 110 * place, 670, label)
            form.radio(name="fuel", value=label.lower(), selected=chosen, x=220 + 110 * place, y=667, size=14)

    document = draw(tmp_path, page)
    assert blocks(document.pages[0]) == [
        "Name of boat\tDorada",
        "Berth wanted\tEast",
        "Storage:\tashore",
        "Fuel:\tPetrol",
        "[_] afloat",
        "[_] Diesel",
    ]
    searched = chunk_text(document)
    assert "Petrol" in searched
    assert "Diesel" not in searched


def test_boxes_are_written_by_what_they_stand_for_wherever_its_words_are(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        form = canvas.acroForm
        lines(canvas, ["Flag", "", "Life jackets", "Insurance paid", "Extras"], y=760, pitch=30)
        canvas.drawString(112, 760, "Danish")
        form.radio(name="flag", value="1", selected=True, x=150, y=757, size=12)
        canvas.drawString(200, 760, "Swedish")
        form.radio(name="flag", value="2", selected=False, x=245, y=757, size=12)
        canvas.drawString(300, 730, "Yes")
        canvas.drawString(350, 730, "No")
        form.radio(name="jackets", value="1", selected=False, x=302, y=697, size=12)
        form.radio(name="jackets", value="2", selected=True, x=352, y=697, size=12)
        form.checkbox(name="paid", checked=False, x=300, y=667, size=12)
        for place, label in enumerate(("sauna", "crane")):
            form.checkbox(name=label, checked=False, x=200 + 100 * place, y=637, size=12)
            canvas.drawString(218 + 100 * place, 640, label)
        for number, label in enumerate(("I have read the rules.", "I want the newsletter.")):
            form.checkbox(name=label, checked=number == 0, x=72, y=557 - 40 * number, size=12)
            canvas.drawString(90, 560 - 40 * number, label)

    text = " ".join(draw(tmp_path, page).pages[0].text.partition("[_]")[0].split())
    assert text == (
        "Flag: Danish Life jackets: No Insurance paid: not chosen Extras: nothing chosen Yes No "
        "[x] I have read the rules. Not chosen: I want the newsletter."
    )


def test_labels_above_fields_and_options_are_read_with_them(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        form = canvas.acroForm
        canvas.drawString(72, 760, "Name of the child")
        form.textfield(name="child", value="Ottar Lindqvist", x=72, y=738, width=200, height=18)
        canvas.drawString(72, 700, "Journey home by")
        form.choice(name="home", value="Ferry", options=["Coach", "Ferry"], x=72, y=678, width=150, height=18)
        canvas.drawString(72, 640, "Diet")
        for place, (label, chosen) in enumerate((("vegetarian", False), ("vegan", True))):
            canvas.drawString(90 + 140 * place, 618, label)
            form.radio(name="diet", value=label, selected=chosen, x=72 + 140 * place, y=615, size=12)
        canvas.drawString(72, 560, "The child takes medicine and has to be woken at night.")
        form.checkbox(name="swims", checked=True, x=72, y=537, size=12)
        canvas.drawString(90, 540, "can swim")

    assert blocks(draw(tmp_path, page).pages[0])[:3] == [
        "Name of the child: Ottar Lindqvist",
        "Journey home by: Ferry",
        "Diet:\tvegan",
    ]


# --- running headers and footers ---


def pages_with(*, header: Callable[[int], str], count: int = 6) -> list[Draw]:
    def page(number: int) -> Draw:
        def drawn(canvas: Canvas) -> None:
            canvas.drawString(72, 810, header(number))
            canvas.drawString(72, 700, f"Paragraph {'abcdefgh'[number]} is about the harbour and its dues.")
            canvas.drawString(290, 30, f"Page {number + 1}")

        return drawn

    return [page(number) for number in range(count)]


def test_a_running_header_is_indexed_once(tmp_path: Path) -> None:
    document = draw(tmp_path, *pages_with(header=lambda number: f"Port rules, document 4711-B, page {number + 1} of 6"))
    text = chunk_text(document)
    assert text.count("4711-B") == 1
    assert "Page 3" not in text


def test_lines_that_differ_in_their_numbers_only_are_values_and_no_headers(tmp_path: Path) -> None:
    heights = ["4.11", "3.87", "4.52", "3.98", "4.75", "4.03"]
    document = draw(tmp_path, *pages_with(header=lambda number: f"Height of the tide {heights[number]} metres"))
    assert all(height in chunk_text(document) for height in heights)


def test_a_line_that_is_all_there_is_on_each_page_is_text(tmp_path: Path) -> None:
    document = draw(tmp_path, *[lambda canvas: canvas.drawString(72, 700, "Hello harbour")] * 5)
    assert all(block.kind is not BlockKind.FURNITURE for page in document.pages for block in page.blocks)


# --- contents ---

ENTRIES = (
    ("Duties of the pilot on watch", 2),
    ("Radio procedure in fog", 3),
    ("Boarding ladders and their inspection", 5),
    ("Payment of overtime for pilots", 8),
    ("Fuel stocks and refuelling", 9),
)


def dotted(canvas: Canvas) -> None:
    canvas.drawString(72, 780, "Contents")
    lines(
        canvas,
        [f"{number} {title} {'.' * (60 - len(title))} {page}" for number, (title, page) in enumerate(ENTRIES, 1)],
    )


def plain(canvas: Canvas) -> None:
    canvas.drawString(72, 780, "Table of contents")
    for number, (title, page) in enumerate(ENTRIES):
        canvas.drawString(72, 760 - 14 * number, title)
        canvas.drawRightString(500, 760 - 14 * number, str(page))


@pytest.mark.parametrize("page", [dotted, plain])
def test_a_table_of_contents_has_chunks_of_its_own(tmp_path: Path, page: Draw) -> None:
    document = draw(tmp_path, page, lambda canvas: canvas.drawString(72, 700, "Hours beyond forty are paid twice."))
    assert {block.kind for block in document.pages[0].blocks} == {BlockKind.CONTENTS}
    chunks = chunk_document(document, WordTokenizer(), limit=200)
    assert [(chunk.section == CONTENTS_SECTION, "forty" in chunk.text) for chunk in chunks] == [
        (True, False),
        (False, True),
    ]


def test_an_index_in_the_back_is_recognised_and_a_statement_under_its_running_header_is_not(tmp_path: Path) -> None:
    words = ("anchors", "bollards", "buoys", "cranes", "dues", "fees", "ladders", "lamps", "pilots")

    def index(canvas: Canvas) -> None:
        canvas.drawString(72, 780, "Index")
        lines(canvas, [f"{word}, {7 * place + 3}, {40 - place}" for place, word in enumerate(words)])

    def statement(canvas: Canvas) -> None:
        canvas.drawString(72, 780, "Table of Contents")
        for place, word in enumerate(reversed(words)):
            canvas.drawString(72, 760 - 14 * place, word)
            canvas.drawRightString(400, 760 - 14 * place, f"{place + 1},{914 - place}")
            canvas.drawRightString(480, 760 - 14 * place, f"{place + 2},{114 + place}")

    first, second = draw(tmp_path, index, statement).pages
    assert {block.kind for block in first.blocks} == {BlockKind.CONTENTS}
    assert BlockKind.CONTENTS not in {block.kind for block in second.blocks}


def test_a_table_of_amounts_is_no_table_of_contents(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(72, 780, "Fleet of the port")
        for number, (title, count) in enumerate(ENTRIES):
            canvas.drawString(72, 760 - 14 * number, title)
            canvas.drawRightString(500, 760 - 14 * number, str(count))

    assert BlockKind.CONTENTS not in {block.kind for block in draw(tmp_path, page).pages[0].blocks}


def test_contents_without_a_usual_heading_are_told_by_the_pages_that_they_name(tmp_path: Path) -> None:
    def first(canvas: Canvas) -> None:
        canvas.drawString(72, 780, "What this book holds")
        for number, (title, page) in enumerate(ENTRIES):
            canvas.drawString(72, 760 - 14 * number, title)
            canvas.drawRightString(500, 760 - 14 * number, str(page))

    titles = {page: title for title, page in ENTRIES}
    others = [titles.get(page, "Nothing of note") for page in range(2, 10)]
    document = draw(
        tmp_path, first, *[lambda canvas, title=title: canvas.drawString(72, 700, title) for title in others]
    )
    assert blocks(document.pages[0], BlockKind.CONTENTS) == [f"{title} {page}" for title, page in ENTRIES]
    assert all(not blocks(page, BlockKind.CONTENTS) for page in document.pages[1:])


# --- opening ---


def a_page(path: Path) -> Path:
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "The slip was rebuilt before the winter.")
    canvas.showPage()
    canvas.save()
    return path


def test_a_pdf_whose_owner_password_is_empty_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = AlgV5.generate_values

    def with_empty_owner(revision: int, user: bytes, owner: bytes, *rest: object) -> object:
        return original(revision, user, b"", *rest)  # type: ignore[arg-type]

    # pypdf takes an empty owner's password for none
    monkeypatch.setattr(AlgV5, "generate_values", with_empty_owner)
    writer = pypdf.PdfWriter(clone_from=a_page(tmp_path / "plain.pdf"))
    writer.encrypt("sesame", "owner", algorithm="AES-256-R5")
    writer.write(tmp_path / "locked.pdf")
    assert "rebuilt" in parse_file(tmp_path / "locked.pdf", ParseOptions()).pages[0].text


@pytest.mark.parametrize("junk", [100, 5_000])
def test_junk_before_the_header_is_skipped(tmp_path: Path, junk: int) -> None:
    plain = a_page(tmp_path / "plain.pdf").read_bytes()
    (tmp_path / "junk.pdf").write_bytes(b"\x00\x01\x02\xff" * (junk // 4) + plain)
    assert "rebuilt" in parse_file(tmp_path / "junk.pdf", ParseOptions()).pages[0].text


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (lambda canvas: None, "blank.pdf has nothing on its pages."),
        (
            lambda canvas: canvas.rect(72, 72, 200, 200),
            "blank.pdf has no text layer: its pages are pictures or drawings.",
        ),
        (
            lambda canvas: canvas.acroForm.textfield(name="boat", x=72, y=600, width=200, height=20, value=""),
            "blank.pdf has no text layer: its pages are pictures or drawings. The fields of its form are empty.",
        ),
    ],
)
def test_a_refusal_says_what_is_on_the_pages(tmp_path: Path, page: Draw, reason: str) -> None:
    canvas = Canvas(str(tmp_path / "blank.pdf"))
    page(canvas)
    canvas.showPage()
    canvas.save()
    with pytest.raises(ParseError) as caught:
        parse_file(tmp_path / "blank.pdf", ParseOptions(ocr=False))
    assert caught.value.reason == reason


def test_a_file_of_page_numbers_alone_is_refused_as_what_it_is(tmp_path: Path) -> None:
    draw(tmp_path, *(lambda canvas, number=number: canvas.drawString(300, 30, f"{number}") for number in range(1, 6)))
    path = tmp_path / "drawn.pdf"
    file = FileState(path.name, b"drawn.pdf", path.stat().st_size, path.stat().st_mtime_ns, "")
    with pytest.raises(ParseError, match="All text of the file is page numbers"):
        prepare_file(tmp_path, file, "", WordTokenizer(), ParseOptions(ocr=False), 256)
