"""Writes an answer with its proofs as a PDF."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, cast
from unicodedata import bidirectional

from app.web import language, texts
from app.web.ask.fonts import find_fonts, own_font
from app.web.ask.shared_answer import ProofPage, SharedAnswer
from app.web.ask.shared_blocks import Block, read_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpdf import FPDF

FAMILY = "Open Sans"

TEXT_POINTS, DETAIL_POINTS, TITLE_POINTS, HEADING_POINTS = 10.5, 8.5, 16, 12

LINE = 1.45
"""The height of a line, in heights of its letters."""

POINTS_PER_MM = 72 / 25.4

NEW_PAGE_BELOW = 3
"""The part of a page from which on what does not fit begins on a new one: below a third."""

LEAST_OF_A_PAGE = 0.6
"""The height that the picture of a page gets at least: smaller ones cannot be read."""

BLACK, GREY, DOUBT, LINK = (0, 0, 0), (95, 95, 95), (170, 68, 0), (31, 111, 120)

QUOTE_BAR, TABLE_LINES = (224, 180, 0), (180, 180, 180)

INDENT, BLOCK_SPACE = 6, 2
"""Millimetres: of each level of a list, and between paragraphs."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff\ufffe\uffff]|[\ud800-\udfff]"
)
"""Characters that no font draws."""

_MARKER = re.compile(r"(\[\d{1,3}\])")


def unwritable(text: str) -> str:
    """Return the characters of a text that no font of this machine has: they are missing in a PDF."""
    return find_fonts(_clean(text))[1]


def shared_pdf(answer: SharedAnswer) -> bytes:
    """Return the file's content."""
    pdf = _begin(answer)
    _write(pdf, answer.question, TITLE_POINTS, style="B")
    for line in answer.details:
        _write(pdf, line, DETAIL_POINTS, colour=GREY)
    pdf.ln(3)
    _write_answer(pdf, answer)
    if answer.note:
        _write(pdf, f"{texts.ANSWER_WORDS['note']}: {answer.note}", TEXT_POINTS, space_before=2)
    for index, proof in enumerate(answer.proofs):
        _write_proof(pdf, proof, is_first=not index)
    _write(pdf, texts.SHARE_FOOT, DETAIL_POINTS, colour=GREY, space_before=4)
    return bytes(pdf.output())


def _begin(answer: SharedAnswer) -> FPDF:
    # Loaded when it is asked for: a visit waits for no library that it may not need.
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_title(_clean(answer.question)[:200])
    pdf.set_creator(texts.PRODUCT)
    pdf.set_lang(language.current())
    pdf.set_margin(20)
    pdf.set_auto_page_break(True, margin=18)
    for style, name in (("", "Regular"), ("B", "Bold"), ("I", "Italic"), ("BI", "BoldItalic")):
        pdf.add_font(FAMILY, style, own_font(name))
    others, _ = find_fonts(_clean(_all_text(answer)))
    for number, font in enumerate(others):
        pdf.add_font(f"other {number}", "", font.path, collection_font_number=font.index)
    pdf.set_fallback_fonts([f"other {number}" for number in range(len(others))], exact_match=False)
    pdf.set_font(FAMILY, size=TEXT_POINTS)
    pdf.set_text_shaping(use_shaping_engine=True)
    pdf.add_page()
    return pdf


def _all_text(answer: SharedAnswer) -> str:
    proofs = [
        text for proof in answer.proofs for text in (proof.place, proof.document, *(one.quote for one in proof.quotes))
    ]
    own = [texts.SHARE_PROOFS, texts.SHARE_FOOT, texts.EXPORT_UNSUPPORTED, texts.ANSWER_WORDS["note"], "•"]
    return "\n".join((answer.question, *answer.details, answer.text, answer.note, *proofs, *own))


def _write(
    pdf: FPDF,
    text: str,
    points: float,
    *,
    style: str = "",
    colour: tuple[int, int, int] = BLACK,
    space_before: float = 0,
) -> None:
    """Write lines over the width of the page, from the right where they are of such a script; space in millimetres."""
    from fpdf.enums import XPos, YPos

    if space_before:
        pdf.ln(space_before)
    pdf.set_font(FAMILY, style, points)
    pdf.set_text_color(*colour)
    pdf.multi_cell(
        pdf.epw,
        points / POINTS_PER_MM * LINE,
        _clean(text),
        align="R" if _is_right_to_left(text) else "L",
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )
    pdf.set_text_color(*BLACK)


def _write_answer(pdf: FPDF, answer: SharedAnswer) -> None:
    """Write the answer with its headings, lists and tables; a number leads to its proof."""
    known = {number for proof in answer.proofs for number in proof.numbers}
    for block in read_blocks(_clean(answer.text)):
        if block.rows:
            _write_table(pdf, block.rows)
            continue
        pdf.ln(BLOCK_SPACE if not block.level or block.is_first else 0.5)
        points = HEADING_POINTS if block.is_heading else TEXT_POINTS
        pdf.set_font(FAMILY, "B" if block.is_heading else "", points)
        indent = INDENT * block.level
        if block.marker:
            pdf.set_x(pdf.l_margin + indent - INDENT)
            pdf.cell(INDENT, points / POINTS_PER_MM * LINE, block.marker)
        _write_runs(pdf, block, known, indent)
    pdf.ln(1)


def _write_runs(pdf: FPDF, block: Block, known: set[int], indent: float) -> None:
    """Write the runs of a block as one paragraph, indented by millimetres."""
    heading = "B" if block.is_heading else ""
    if _is_right_to_left(text := "".join(run.text for run in block.runs)):
        _write(pdf, text, pdf.font_size_pt, style=heading)  # Runs of their own would stand in the wrong order.
        return
    height = pdf.font_size_pt / POINTS_PER_MM * LINE
    left = pdf.l_margin
    pdf.set_left_margin(left + indent)
    pdf.set_x(pdf.l_margin)
    for run in block.runs:
        pdf.set_font(FAMILY, heading + "B" * (run.is_bold and not heading) + "I" * run.is_italic)
        for piece in filter(None, [run.text] if run.is_code else _MARKER.split(run.text)):
            number = int(piece[1:-1]) if _MARKER.fullmatch(piece) and not run.is_code else 0
            pdf.set_text_color(*(LINK if number in known else BLACK))
            pdf.write(height, piece, f"#{_link_name(number)}" if number in known else "")
    pdf.set_text_color(*BLACK)
    pdf.set_left_margin(left)
    pdf.ln(height)


def _write_table(pdf: FPDF, rows: Sequence[Sequence[str]]) -> None:
    """Write a table; as lines of cells where its columns or rows do not fit on a page."""
    from fpdf.errors import FPDFException

    def draw(on: FPDF) -> None:
        on.set_font(FAMILY, size=TEXT_POINTS - 1)
        on.set_draw_color(*TABLE_LINES)
        with on.table(rows, text_align="LEFT", line_height=TEXT_POINTS / POINTS_PER_MM * LINE, padding=1):
            pass

    pdf.ln(BLOCK_SPACE)
    try:
        with pdf.offset_rendering() as trial:
            draw(cast("FPDF", trial))
    except (FPDFException, ValueError):
        for row in rows:
            _write(pdf, " | ".join(row), TEXT_POINTS)
        return
    draw(pdf)


def _write_proof(pdf: FPDF, proof: ProofPage, *, is_first: bool) -> None:
    """Write where a page is from, what is quoted from it, and its picture, on a new page where they do not fit."""

    def draw(on: FPDF) -> None:
        if is_first:
            _write(on, texts.SHARE_PROOFS, HEADING_POINTS + 2, style="B", space_before=4)
        _write_quotes(on, proof)
        _draw_picture(on, proof)

    with pdf.offset_rendering() as trial:
        draw(cast("FPDF", trial))
    if trial.page_break_triggered and pdf.get_y() > pdf.h / NEW_PAGE_BELOW:
        pdf.add_page()
    for number in proof.numbers:
        pdf.add_link(y=pdf.get_y(), name=_link_name(number))
    draw(pdf)


def _write_quotes(pdf: FPDF, proof: ProofPage) -> None:
    from fpdf.enums import XPos, YPos

    numbers = " ".join(f"[{number}]" for number in proof.numbers)
    _write(pdf, f"{numbers} {proof.place} ({proof.document})", HEADING_POINTS, style="B", space_before=3)
    for quote in proof.quotes:
        pdf.set_font(FAMILY, size=TEXT_POINTS)
        pdf.set_draw_color(*QUOTE_BAR)
        pdf.set_line_width(0.6)
        from_right = _is_right_to_left(quote.quote)
        pdf.multi_cell(
            pdf.epw,
            TEXT_POINTS / POINTS_PER_MM * LINE,
            _clean(quote.quote),
            border="R" if from_right else "L",
            align="R" if from_right else "L",
            padding=(0, 2, 0, 2),
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        if not quote.supported:
            _write(pdf, texts.EXPORT_UNSUPPORTED, DETAIL_POINTS, style="B", colour=DOUBT)
        pdf.ln(1.5)


def _draw_picture(pdf: FPDF, proof: ProofPage) -> None:
    """Draw a page's picture as wide as the text, smaller where it would be higher than a page."""
    if not proof.picture:
        return
    from fpdf.image_parsing import preload_image

    _, _, size = preload_image(pdf.image_cache, io.BytesIO(proof.picture))
    room = pdf.h - pdf.b_margin - pdf.get_y()
    if room < LEAST_OF_A_PAGE * pdf.eph:
        pdf.add_page()
        room = pdf.eph
    scale = min(pdf.epw / size.width, 0.99 * room / size.height)
    alt = texts.PROOF_ALT.format(document=proof.document, page=proof.place)
    pdf.set_draw_color(*TABLE_LINES)
    pdf.set_line_width(0.2)
    drawn = pdf.image(io.BytesIO(proof.picture), w=size.width * scale, h=size.height * scale, alt_text=_clean(alt))
    pdf.rect(pdf.l_margin, pdf.get_y() - drawn.rendered_height, drawn.rendered_width, drawn.rendered_height)
    pdf.ln(2)


def _link_name(number: int) -> str:
    return f"proof-{number}"


def _is_right_to_left(text: str) -> bool:
    """Say whether the first letter of a text belongs to a script that runs from right to left."""
    return next((kind != "L" for kind in map(bidirectional, text) if kind in ("L", "R", "AL")), False)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
