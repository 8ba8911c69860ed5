"""Office documents in one XML file are read as the packages that they stand for, whatever their names."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rag.errors import ParseError
from tests.unit.ingest.parsers.reading import all_text, parse

ODF = "urn:oasis:names:tc:opendocument:xmlns"
FLAT_ODT = f"""<?xml version="1.0"?><office:document xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0"
 xmlns:style="{ODF}:style:1.0" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles><style:style style:name="T1" style:family="text"><style:text-properties
 style:text-position="super 58%"/></style:style></office:automatic-styles><office:body><office:text>
<text:h text:outline-level="1">Mole light</text:h><text:p>It burns 41<text:span text:style-name="T1">3</text:span>
 crowns of oil.</text:p></office:text></office:body></office:document>"""
WORD_2003 = """<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument
 xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"
 xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"><w:body><wx:sect>
<w:p><w:pPr><w:listPr><wx:t wx:val="4.2"/></w:listPr></w:pPr><w:r><w:t>Fuel stays </w:t></w:r>
<w:r><w:t>ashore.</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Jetty</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>12 crowns</w:t></w:r></w:p>
</w:tc></w:tr></w:tbl></wx:sect></w:body></w:wordDocument>"""
EXCEL_2003 = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook
 xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="d"><NumberFormat
 ss:Format="yyyy\\-mm\\-dd"/></Style></Styles><Worksheet ss:Name="Loans"><Table>
<Row><Cell><Data ss:Type="String">Loan</Data></Cell><Cell><Data ss:Type="String">Rate</Data></Cell>
<Cell><Data ss:Type="String">Due</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">Cooper</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">0.0725</Data></Cell>
<Cell ss:StyleID="d"><Data ss:Type="DateTime">2025-05-01T00:00:00.000</Data></Cell></Row>
<Row ss:Index="5"><Cell ss:Index="2"><Data ss:Type="String">none</Data></Cell></Row></Table></Worksheet></Workbook>"""
PACKAGE = "http://schemas.microsoft.com/office/2006/xmlPackage"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FLAT_DOCX = f"""<?xml version="1.0" standalone="yes"?><pkg:package xmlns:pkg="{PACKAGE}">
<pkg:part pkg:name="/_rels/.rels" pkg:contentType="application/vnd.openxmlformats-package.relationships+xml">
<pkg:xmlData><Relationships xmlns="{LINKS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument"
 Target="word/document.xml"/></Relationships></pkg:xmlData></pkg:part><pkg:part pkg:name="/word/document.xml"
 pkg:contentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"><pkg:xmlData>
<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>The mole is </w:t></w:r><w:ins>
<w:r><w:t>212 m long.</w:t></w:r></w:ins></w:p></w:body></w:document></pkg:xmlData></pkg:part></pkg:package>"""


@pytest.mark.parametrize(
    ("name", "content", "text", "file_type"),
    [
        ("light.fodt", FLAT_ODT, "Mole light\n\nIt burns 41 ³ crowns of oil.", "odt"),
        ("letter.xml", WORD_2003, "4.2 Fuel stays ashore.\n\nJetty | 12 crowns", "xml"),
        ("letter.doc", WORD_2003, "4.2 Fuel stays ashore.\n\nJetty | 12 crowns", "docx"),
        ("loans.xls", EXCEL_2003, "Loans\n\nLoan | Rate | Due\nCooper | 7.25% | 2025-05-01\n| none", "xlsx"),
        ("mole.xml", FLAT_DOCX, "The mole is 212 m long.", "xml"),
    ],
)
def test_an_office_document_in_one_xml_file_is_read_as_such(
    tmp_path: Path, name: str, content: str, text: str, file_type: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    document = parse(tmp_path / name)
    assert all_text(document).strip() == text.strip()
    assert document.file_type == file_type


@pytest.mark.parametrize("cut", [200, -40])
def test_a_broken_one_ends_in_a_reason_or_what_can_be_read(tmp_path: Path, cut: int) -> None:
    (tmp_path / "light.fodt").write_text(FLAT_ODT[:cut], encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        parse(tmp_path / "light.fodt")
    assert "light.fodt" in caught.value.reason
    assert caught.value.remedy


RTF = rb"{\rtf1\ansi The berth costs 41 crowns.\par}"
HTML = b"<html><body><table><tr><td>Berth A7</td><td>1.250,00</td></tr></table></body></html>"
MAIL = b"From: Ines <ines@quay.example>\nSubject: Berth\n\nThe berth costs 41 crowns.\n"


@pytest.mark.parametrize(
    ("name", "content", "text", "note"),
    [
        ("letter.doc", RTF, "The berth costs 41 crowns.", "its content is an RTF file"),
        ("letter.docx", RTF, "The berth costs 41 crowns.", "its content is an RTF file"),
        ("export.xls", HTML, "Berth A7 | 1.250,00", "its content is a web page"),
        ("export.doc", HTML, "Berth A7 | 1.250,00", "its content is a web page"),
        ("export.xls", b"Berth\tFee\nA7\t0041\n", "Berth | Fee\nA7 | 0041", "its content is a table in plain text"),
        ("export.xlsx", b"Berth;Fee\nA7;0041\n", "Berth | Fee\nA7 | 0041", "its content is a table in plain text"),
        ("mail.msg", MAIL, "The berth costs 41 crowns.", "its content is an e-mail"),
    ],
)
def test_a_file_whose_name_says_another_type_is_read_by_its_content(
    tmp_path: Path, name: str, content: bytes, text: str, note: str
) -> None:
    (tmp_path / name).write_bytes(content)
    document = parse(tmp_path / name)
    assert text in all_text(document)
    assert note in document.warnings[0]


def test_a_packed_office_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "light.fodt").write_text(FLAT_ODT, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "light.doc", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", FLAT_ODT)
    document = parse(tmp_path / "light.doc")
    assert "It burns 41 ³ crowns" in all_text(document)
    assert document.warnings == ("Its name ends in .doc, its content is an OpenDocument text, and was read as such.",)


@pytest.mark.parametrize(
    ("name", "content"), [("fees.pdf", HTML), ("fees.xls", b"just words\nand more\n"), ("fees.doc", b"just words\n")]
)
def test_what_may_be_an_excuse_or_noise_is_still_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ParseError, match=rf"{name} is not"):
        parse(tmp_path / name)
