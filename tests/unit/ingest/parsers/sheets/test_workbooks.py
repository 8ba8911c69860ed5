"""Workbooks of openpyxl, XlsxWriter and hand come out as a person sees them."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl.comments import Comment  # type: ignore[import-untyped]

from ingest.chunking import chunk_document
from rag.errors import ParseError
from rag.types import BlockKind
from tests.fakes import WordTokenizer
from tests.unit.ingest.parsers.reading import all_text, blocks, of_kind, parse


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    """A copy of an archive with each member put through `change(name, content)`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return target


def make_book(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Loans"
    sheet.append(["Loan", "Rate", "Fee", "Account", "Due"])
    sheet.append(["Cooper", 0.0725, 1250.5, 71203, datetime.date(2024, 4, 23)])
    for column, code in zip("BCDE", ("0.00%", '#,##0.00 "kr"', "0000000", "d mmm yyyy"), strict=True):
        sheet[f"{column}2"].number_format = code
    sheet["A2"].comment = Comment("Only until July.", "Ines")
    book.save(path)
    return path


def test_cells_are_read_as_they_are_shown_with_comments_in_their_row(tmp_path: Path) -> None:
    page = parse(make_book(tmp_path / "loans.xlsx")).pages[0]
    assert blocks(page) == [
        "Loans",
        "Loan | Rate | Fee | Account | Due",
        "Cooper [comment: Only until July.] | 7.25% | 1,250.50 kr | 0071203 | 23 Apr 2024",
    ]


def test_each_sheet_has_chunks_of_its_own_with_its_name_in_their_headers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rent in (("Birch House", 1385), ("Cedar House", 990)):
        sheet = book.create_sheet(name)
        sheet.append(["Item", "Value"])
        sheet.append(["Monthly rent", rent])
    book.save(tmp_path / "houses.xlsx")
    chunks = chunk_document(parse(tmp_path / "houses.xlsx"), WordTokenizer(), limit=256, path="houses.xlsx")
    assert [(chunk.header.splitlines()[-1], "990" in chunk.text) for chunk in chunks] == [
        ("Birch House", False),
        ("Cedar House", True),
    ]


def test_merged_labels_stand_in_each_row_they_span_and_over_each_column_they_head(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Ship", "2023", None, "2024"], [None, "Q1", "Q2", "Q1"], ["Tern", 1, 2, 3], [None, 4, 5, 6]):
        sheet.append(row)
    for cells in ("A1:A2", "B1:C1", "A3:A4"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "crew.xlsx")
    assert blocks(parse(tmp_path / "crew.xlsx").pages[0]) == [
        "Ship | 2023 Q1 | 2023 Q2 | 2024 Q1",
        "Tern | 1 | 2 | 3",
        "Tern | 4 | 5 | 6",
    ]


def test_values_of_a_wide_table_carry_their_column_and_their_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([f"Measure number {number}" for number in range(30)])
    book.active.append(["Dun Skerry", *range(1, 30)])
    book.save(tmp_path / "wide.xlsx")
    found = blocks(parse(tmp_path / "wide.xlsx").pages[0])
    assert len(found) > 1
    assert all(block.startswith("Measure number 0: Dun Skerry | ") for block in found)
    assert sum(block.count("Measure number 17: 17") for block in found) == 1


def test_what_is_hidden_is_read_and_marked(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Article", "Price", "Cost"])
    sheet.append(["Cleat", 6, 2])
    sheet.append(["Fender", 29, 11])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    old = book.create_sheet("Old prices")
    old.append(["Fender", 11])
    old.sheet_state = "veryHidden"
    book.save(tmp_path / "prices.xlsx")
    document = parse(tmp_path / "prices.xlsx")
    assert blocks(document.pages[0]) == [
        "Article | Price | Cost (hidden column)",
        "Cleat | 6 | 2",
        "Fender | 29 | 11 | (hidden row)",
    ]
    assert document.pages[1].label == "Old prices (hidden sheet)"
    assert "Old prices" in document.warnings[0]


def test_tables_below_and_beside_one_another_are_told_apart(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Stock list", None, None, None, None],
        ["Article", "Pieces", None, "Supplier", "Phone"],
        ["Cleat", 32, None, "Ikonen", "555 0101"],
        ["Fender", 9, None, None, None],
        [],
        ["Pier", "Depth"],
        ["North", 4],
    ):
        sheet.append(row)
    book.save(tmp_path / "stock.xlsx")
    page = parse(tmp_path / "stock.xlsx").pages[0]
    assert of_kind(page, BlockKind.TABLE_HEAD) == ["Article | Pieces", "Pier | Depth", "Supplier | Phone"]
    assert "Cleat | 32\n" in page.text


def test_a_label_over_several_columns_is_said_of_each_and_a_number_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Room", "Monday", "Tuesday"], ["Studio", "Weaving", None], ["Attic", 4, None], ["Closed", None, None]):
        sheet.append(row)
    for cells in ("B2:C2", "B3:C3", "A4:C4"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "plan.xlsx")
    assert blocks(parse(tmp_path / "plan.xlsx").pages[0])[1:] == ["Studio | Weaving | Weaving", "Attic | 4", "Closed"]


def test_titled_tables_side_by_side_are_told_apart_whatever_keys_they_have(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "hall.xlsx"))
    sheet = book.add_worksheet("Hall")
    for row, cells in enumerate(
        (
            ("Keys", "", "", "Duty"),
            ("No.", "Name", "", "Week", "Family"),
            (1, "Joan", "", 22, "Marsh"),
            (2, "Ravi", "", 23, "Lamb"),
        )
    ):
        sheet.write_row(row, 0, cells)
    book.close()
    page = parse(tmp_path / "hall.xlsx").pages[0]
    assert blocks(page)[1:] == [
        "Keys", "No. | Name", "1 | Joan", "2 | Ravi", "Duty", "Week | Family", "22 | Marsh", "23 | Lamb",
    ]  # fmt: skip


def test_columns_with_an_empty_one_between_them_stay_one_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Item", None, "2023", None, "2022"], ["Sales", None, 12, None, 10], ["Costs", None, 7, None, 6]):
        book.active.append(row)
    book.save(tmp_path / "results.xlsx")
    assert "Sales | 12 | 10" in blocks(parse(tmp_path / "results.xlsx").pages[0])


# --- formulas ---


def test_formulas_without_results_are_computed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Item", "Fee"], ["Crane", 100.5], ["Tug", 200], ["Total", "=SUM(B2:B3)"], ["Share", "=B2/B4"]):
        sheet.append(row)
    sheet["B4"].number_format = "#,##0.00"
    sheet["B5"].number_format = "0.0%"
    book.save(tmp_path / "fees.xlsx")
    document = parse(tmp_path / "fees.xlsx")
    assert blocks(document.pages[0])[-2:] == ["Total | 300.50", "Share | 33.4%"]
    assert document.warnings == ()


def test_zeros_that_stand_for_results_are_not_taken_for_them(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "zeros.xlsx")
    sheet = book.add_worksheet("Fees")
    sheet.write_row(0, 0, ["Crane", 100])
    sheet.write(1, 0, "Total")
    sheet.write_formula(1, 1, "=SUM(B1:B1)+5")  # XlsxWriter stores 0 as its result.
    sheet.write(2, 0, "Today")
    sheet.write_formula(2, 1, "=TODAY()+B2")
    sheet.write(3, 0, "Share")
    sheet.write_formula(3, 1, "=B1/0", None, "#DIV/0!")
    book.close()
    document = parse(tmp_path / "zeros.xlsx")
    computed = ["Crane | 100", "Total | 105", "Today | (formula not computed)", "Share | #DIV/0!"]
    assert blocks(document.pages[0])[1:] == computed
    assert "1 formulas" in document.warnings[0]


@pytest.mark.parametrize("formula", ["NOSUCHFUNCTION(B1)", "'[other.xlsx]S'!A1", "(" * 5000 + "1" + ")" * 5000, "B2"])
def test_a_formula_that_cannot_be_computed_is_named_so(tmp_path: Path, formula: str) -> None:
    book = xlsxwriter.Workbook(tmp_path / "odd.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Crane", 100])
    sheet.write(1, 0, "Odd")
    sheet.write_formula(1, 1, f"={formula}")
    book.close()
    assert "Odd | (formula not computed)" in all_text(parse(tmp_path / "odd.xlsx"))


def test_results_that_the_file_stores_are_believed(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "stored.xlsx")
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Total")
    sheet.write_formula(0, 1, "=1+1", None, 7)
    book.close()
    old = rewrite(
        tmp_path / "stored.xlsx",
        tmp_path / "calm.xlsx",
        lambda name, content: (name, content.replace(b' fullCalcOnLoad="1"', b"")),
    )
    assert "Total | 7" in all_text(parse(old))


# --- packages ---


def test_a_workbook_whose_parts_lie_elsewhere_is_read(tmp_path: Path) -> None:
    def move(name: str, content: bytes) -> tuple[str, bytes]:
        return re.sub(r"^xl/", "wtf/", name), content.replace(b"/xl/", b"/wtf/").replace(b'"xl/', b'"wtf/')

    moved = rewrite(make_book(tmp_path / "loans.xlsx"), tmp_path / "moved.xlsx", move)
    assert "Cooper" in all_text(parse(moved))


def test_strict_open_xml_is_read(tmp_path: Path) -> None:
    def make_strict(name: str, content: bytes) -> tuple[str, bytes]:
        changed = content.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        return name, changed

    strict = rewrite(make_book(tmp_path / "loans.xlsx"), tmp_path / "strict.xlsx", make_strict)
    assert "Cooper [comment: Only until July.] | 7.25%" in all_text(parse(strict))


def test_alternate_content_in_styles_and_links_to_lost_files_hinder_nothing(tmp_path: Path) -> None:
    alternate = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        b"<mc:Choice Requires='x'><font/></mc:Choice><mc:Fallback><font/></mc:Fallback></mc:AlternateContent>"
    )

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == "xl/styles.xml":
            content = content.replace(b"<fonts", alternate + b"<fonts", 1)
        if name == "xl/_rels/workbook.xml.rels":
            link = (
                b'<Relationship Id="x" Type="http://x/externalLink" Target="externalLinks/gone.xml"/></Relationships>'
            )
            content = content.replace(b"</Relationships>", link)
        return name, content

    odd = rewrite(make_book(tmp_path / "loans.xlsx"), tmp_path / "odd.xlsx", change)
    assert "7.25%" in all_text(parse(odd))


def test_text_boxes_chart_titles_and_raised_runs_are_read(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "boxes.xlsx")
    sheet = book.add_worksheet("Index")
    raised = book.add_format({"font_script": 1})
    sheet.write_rich_string(0, 0, "costs 32", raised, "1", " crowns")
    sheet.write_row(1, 0, [1, 2, 3])
    sheet.insert_textbox(3, 1, "The figures are not audited.")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Index!$A$2:$C$2"})
    chart.set_title({"name": "Ships a year"})
    sheet.insert_chart(10, 1, chart)
    sheet.set_header("&LDocument HB-0042&RPage &P")
    book.close()
    text = all_text(parse(tmp_path / "boxes.xlsx"))
    assert "costs 32 ¹ crowns" in text
    for expected in ("The figures are not audited.", "Ships a year", "Document HB-0042"):
        assert text.count(expected) == 1


def test_templates_and_workbooks_with_macros_are_read_like_workbooks(tmp_path: Path) -> None:
    content = make_book(tmp_path / "loans.xlsx").read_bytes()
    for name in ("loans.xltx", "loans.xlsm"):
        (tmp_path / name).write_bytes(content)
        assert "7.25%" in all_text(parse(tmp_path / name))


def test_a_merged_range_over_the_whole_sheet_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "label"
    book.active["B2"] = "value"
    book.active.merge_cells("A1:A2")
    book.save(tmp_path / "small.xlsx")

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(b'ref="A1:A2"', b'ref="A1:A1048576"')

    huge = rewrite(tmp_path / "small.xlsx", tmp_path / "huge.xlsx", change)
    assert all_text(parse(huge)).count("label") == 2


def test_numbers_of_rows_and_styles_in_odd_digits_break_nothing(tmp_path: Path) -> None:
    good = make_book(tmp_path / "loans.xlsx")
    odd = re.compile(rb'(<row r=|<c r="A2" s=)"\d+"')

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        return name, odd.sub('\\1"²"'.encode(), content) if "worksheets/" in name else content

    assert "Cooper" in all_text(parse(rewrite(good, tmp_path / "odd.xlsx", change)))


def test_an_archive_that_is_no_workbook_is_refused_with_the_reason(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "notes.xlsx", "w") as archive:
        archive.writestr("notes.txt", "words")
    with pytest.raises(ParseError, match="is not an Excel file"):
        parse(tmp_path / "notes.xlsx")
