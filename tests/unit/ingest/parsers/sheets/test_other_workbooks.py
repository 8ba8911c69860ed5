"""Workbooks of other formats than XLSX come out as a person sees them; broken ones with a reason."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlwt  # type: ignore[import-untyped]
from odf import office, style, table, text  # type: ignore[import-untyped]
from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]

from rag.errors import ParseError
from tests.unit.ingest.parsers.reading import blocks, parse


def make_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Loans")
    for column, name in enumerate(("Loan", "Rate", "Fee", "Account", "Due")):
        sheet.write(0, column, name)
    sheet.write_merge(1, 2, 0, 0, "Cooper")
    values = (
        (0.0725, "0.00%"),
        (1250.5, '#,##0.00 "kr"'),
        (71203, "0000000"),
        (datetime.date(2024, 4, 23), "D MMM YYYY"),
    )
    for column, (value, code) in enumerate(values, start=1):
        sheet.write(1, column, value, xlwt.easyxf(num_format_str=code))
    sheet.write(2, 1, 0.5)
    hidden = book.add_sheet("Old")
    hidden.write(0, 0, "Old words")
    hidden.visibility = 1
    book.save(str(path))
    return path


def make_ods(path: Path) -> Path:
    """A spreadsheet with shown percents, a merged label, a repeated row, a hidden column and a comment."""
    document = OpenDocumentSpreadsheet()
    sheet = table.Table(name="Loans")
    sheet.addElement(table.TableColumn())
    sheet.addElement(table.TableColumn(visibility="collapse"))

    def cell(shown: str, **attributes: object) -> table.TableCell:
        made = table.TableCell(**attributes)
        made.addElement(text.P(text=shown))
        return made

    rows = [
        [cell("Loan"), cell("Rate")],
        [cell("Cooper", numberrowsspanned="2"), cell("7.25%", valuetype="percentage", value="0.0725")],
        [table.CoveredTableCell(), cell("4.50%", valuetype="percentage", value="0.045")],
    ]
    note = office.Annotation()
    note.addElement(text.P(text="Only until July."))
    rows[1][1].addElement(note)
    for cells in rows:
        row = table.TableRow()
        for made in cells:
            row.addElement(made)
        sheet.addElement(row)
    sheet.addElement(table.TableRow(numberrowsrepeated="1048000"))
    document.spreadsheet.addElement(sheet)
    document.automaticstyles.addElement(style.Style(name="unused", family="table"))
    document.save(str(path))
    return path


def test_an_xls_file_is_read_with_its_formats_merged_labels_and_hidden_sheets(tmp_path: Path) -> None:
    document = parse(make_xls(tmp_path / "loans.xls"))
    assert blocks(document.pages[0]) == [
        "Loans",
        "Loan | Rate | Fee | Account | Due",
        "Cooper | 7.25% | 1,250.50 kr | 0071203 | 23 Apr 2024",
        "Cooper | 0.5",
    ]
    assert document.pages[1].label == "Old (hidden sheet)"


def test_an_ods_file_is_read_as_it_shows_its_cells(tmp_path: Path) -> None:
    document = parse(make_ods(tmp_path / "loans.ods"))
    assert blocks(document.pages[0]) == [
        "Loans",
        "Loan | Rate (hidden column)",
        "Cooper | 7.25% [comment: Only until July.]",
        "Cooper | 4.50%",
    ]


@pytest.mark.parametrize("name", ["cut.xls", "cut.ods", "cut.xlsx"])
def test_a_workbook_that_was_cut_off_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    whole = {".xls": make_xls, ".ods": make_ods, ".xlsx": make_ods}[Path(name).suffix](tmp_path / "whole.file")
    (tmp_path / name).write_bytes(whole.read_bytes()[:700])
    with pytest.raises(ParseError) as caught:
        parse(tmp_path / name)
    assert caught.value.remedy


def test_an_encrypted_ods_file_is_named_as_encrypted(tmp_path: Path) -> None:
    whole = make_ods(tmp_path / "whole.ods")
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "locked.ods", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "META-INF/manifest.xml":
                content = content.replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")
            new.writestr(name, content)
    with pytest.raises(ParseError, match="needs a password"):
        parse(tmp_path / "locked.ods")


def test_a_binary_workbook_that_is_damaged_is_refused_with_a_reason(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "broken.xlsb", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"\x00" * 100)
    with pytest.raises(ParseError, match="damaged"):
        parse(tmp_path / "broken.xlsb")
