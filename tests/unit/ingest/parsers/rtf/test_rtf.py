"""Each run of an RTF file is read in the encoding of its font; tables, notes, fields and lists come out whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from ingest.parsers.options import ParseOptions
from ingest.parsers.rtf.charsets import Fonts
from ingest.parsing import parse_file
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument
from tests.unit.ingest.parsers.office_files import kinds, texts

Read: TypeAlias = Callable[..., ParsedDocument]

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 MS Gothic;}"
)
HEAD += r"{\f3\fcharset2 Symbol;}{\f4 Times CE;}}"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ParsedDocument]:
    def make(body: str | bytes, head: str = HEAD) -> ParsedDocument:
        path = tmp_path / "file.rtf"
        content = body if isinstance(body, bytes) else body.encode("ascii")
        path.write_bytes(head.encode("ascii") + content + b"}")
        return parse_file(path, ParseOptions())

    return make


def escaped(text: str, encoding: str) -> str:
    """Text as RTF writes bytes; of two-byte characters the ASCII half stays as it is."""
    return "".join(f"\\'{byte:02x}" if byte > 126 or byte in b"\\{}" else chr(byte) for byte in text.encode(encoding))


def test_each_font_has_an_encoding_of_its_own(read: Read) -> None:
    document = read(
        rf"\f0 {escaped('Brücke 5€', 'cp1252')}\par \f1 {escaped('Ключ у сторожа', 'cp1251')}\par "
        rf"\f2 {escaped('ソ連の鍵は事務所', 'cp932')}\par \f3 ab\par\f4 {escaped('Řeka', 'cp1250')}\par"
    )
    assert texts(document) == ["Brücke 5€", "Ключ у сторожа", "ソ連の鍵は事務所", "αβ", "Řeka"]


def test_raw_bytes_follow_the_encoding_of_the_file_where_fonts_name_none(read: Read) -> None:
    head = r"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 Arial;}}"
    assert texts(read("Ключ".encode("cp1251") + rb"\par", head)) == ["Ключ"]
    assert texts(read(rb"\f0 na\'efve", HEAD.replace("ansicpg1252", "ansicpg1251"))) == ["naïve"]


def test_unicode_characters_take_the_place_of_as_many_others_as_the_file_says(read: Read) -> None:
    body = r"a\u8211?b {\uc2\u24180\'94\'4e} c {\uc0\u269 e\u353 } \u-10179?\u-8694? {\upr{ANSI}{\*\ud{\u23383?}}} d"
    assert texts(read(body)) == ["a–b 年 c češ 😊 字 d"]


def test_tables_keep_rows_merged_labels_and_nested_rows(read: Read) -> None:
    row = r"\trowd\clvmgf\cellx2000\cellx4000\pard\intbl Inner\cell 3\cell\row"
    below = r"\trowd\clvmrg\cellx2000\cellx4000\pard\intbl\cell 4\cell\row"
    nested = (
        r"\trowd\cellx2000\cellx6000\pard\intbl Chain\cell\pard\intbl\itap2 Firm\nestcell Phone\nestcell"
        r"{\*\nesttableprops\trowd\cellx3000\cellx6000\nestrow}{\nonesttables\par}"
        r"\pard\intbl\itap2 Halyard\nestcell 0555\nestcell{\*\nesttableprops\trowd\cellx3000\cellx6000\nestrow}"
        r"\pard\intbl\itap1\cell\row"
    )
    document = read(rf"{row}{below}{nested}\pard After\par")
    assert kinds(document) == [
        (BlockKind.TABLE_ROW, "Inner | 3"),
        (BlockKind.TABLE_ROW, "Inner | 4"),
        (BlockKind.TABLE_ROW, "Chain | Firm | Phone"),
        (BlockKind.TABLE_ROW, "Chain | Halyard | 0555"),
        (BlockKind.PARAGRAPH, "After"),
    ]


def test_notes_and_comments_stand_behind_their_paragraph(read: Read) -> None:
    document = read(
        r"Costs 32{\super\chftn}{\footnote\pard\plain{\super\chftn} Since May.\par More.} crowns"
        r"{\footnote\ftnalt At the end.}.{\*\atnid NB}{\*\atnauthor Nell}\chatn{\*\annotation\pard Really?}"
        r"\par Next.\par"
    )
    assert texts(document) == [
        "Costs 32 [note 1] crowns [endnote i].", "[note 1] Since May.", "More.", "[endnote i] At the end.",
        "Comment by Nell: Really?", "Next.",
    ]  # fmt: skip


def test_results_of_fields_numbers_of_lists_and_form_fields_are_read(read: Read) -> None:
    box = r"{\field{\*\fldinst FORMCHECKBOX{\*\formfield{\fftype1\ffres25\ffdefres1}}}{\fldrslt}}"
    choice = r"{\field{\*\fldinst FORMDROPDOWN{\*\formfield{\fftype2\ffres1{\*\ffl red}{\*\ffl blue}}}}{\fldrslt}}"
    document = read(
        r"{\field{\*\fldinst HYPERLINK x}{\fldrslt the link}}\par{\listtext\pard\plain 2.\tab}Second\par"
        r"{\listtext\pard\plain\f3\'b7\tab}Dot\par " + box + r" agreed, " + choice + r"\par"
    )
    assert texts(document) == ["the link", "2. Second", "Dot", "☒ agreed, blue"]


def test_deleted_and_skipped_text_is_left_out_and_hidden_text_marked(read: Read) -> None:
    document = read(
        r"{\info{\title Tide {\b table}}{\author N. B.}{\creatim\yr2024\mo3\dy4\hr1}}{\*\unknown nothing}"
        r"Kept {\deleted gone }{\revised new}{\v not seen} on{\pict\pngblip 89504e47\bin3 }}}}.\par"
        r"{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv A pier}}{\shptxt In the box\par}}{\shprslt again}}{\xe x}End\par"
    )
    assert (document.title, document.author, document.created) == ("Tide table", "N. B.", "2024-03-04")
    assert texts(document) == ["Kept new [hidden: not seen] on.", "End", "Picture: A pier", "In the box"]


def test_headings_raised_marks_pages_and_headers_are_known(read: Read) -> None:
    document = read(
        r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 berschrift;}{\s2 heading 2;}}"
        r"{\header\pard Harbour Board\par Page \chpgn\par}{\headerl\pard Harbour Board\par}"
        r"\pard\s1 One\par\pard\s2 Two\par\pard 5 m{\super 2} for 32{\super 1} crowns\par\page Other page\par"
    )
    assert [(section.title, section.level) for section in document.sections] == [("One", 1), ("Two", 2)]
    assert kinds(document)[:2] == [(BlockKind.PARAGRAPH, "Harbour Board"), (BlockKind.FURNITURE, "Page 1")]
    assert texts(document)[-1] == "5 m² for 32 ¹ crowns"
    assert document.pages[1].text == "Other page"


def test_a_table_of_contents_is_furniture(read: Read) -> None:
    contents = r"{\field{\*\fldinst TOC \\o}{\fldrslt Repairs\tab 7\par}}"
    document = read(contents + r"\pard Repairs\par The owner repairs the quay wall.\par")
    assert [kind for kind, _ in kinds(document)] == [BlockKind.FURNITURE, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_broken_files_end_in_what_can_be_read_or_a_reason(read: Read) -> None:
    assert texts(read(r"{\b never closed \u")) == ["never closed"]
    assert texts(read(r"}}} not part of it", HEAD + " words")) == ["words"]
    with pytest.raises(ParseError, match="no end"):
        read("{" * 10_000 + " words")


def test_a_file_that_tells_scripts_apart_by_fonts_means_western_by_its_western_ones() -> None:
    fonts = Fonts()
    fonts.document = "cp1251"
    fonts.add(0, charset=0)
    assert fonts.encoding(0) == "cp1251"
    fonts.add(1, charset=204)
    assert fonts.encoding(0) == "cp1252"


def test_the_names_of_styles_are_no_unread_words(read: Read) -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\*\cs15\sbasedon17 Header Char;}{\*\cs16 Default Paragraph Font;}}"
    assert read(styles + r"\pard The mole is lit.\par").warnings == ()


def test_the_cells_of_a_matrix_stay_apart(read: Read) -> None:
    cells = r"{\mmr {\me {\mr 1}}{\me {\mr 0}}}{\mmr {\me {\mr 4}}{\me {\mr 17}}}"
    assert texts(read(r"{\mmath {\*\moMath {\md {\me {\mm " + cells + r"}}}}}\par")) == ["(1 0 ; 4 17 ; )"]
