"""Numbers of clauses, headings, tables, pages and contents of Word files come out as Word lays them out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.parsers.open_xml import package_kind
from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from rag.errors import ParseError
from rag.types import BlockKind
from tests.unit.ingest.parsers.office_files import element, kinds, p, r, texts, word_file

STYLES = element(
    "w:styles",
    '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:basedOn w:val="N"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Kapitel"/><w:basedOn w:val="H1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Out"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>',
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.docx"


def level(place: int, number_format: str, pattern: str, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>{extra}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbered(text: str, place: int, list_id: int = 1) -> str:
    return p(r(text), properties=f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{list_id}"/></w:numPr>')


def numbering(*levels: str, more: str = "") -> str:
    return element(
        "w:numbering",
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{more}',
    )


def test_clauses_carry_the_numbers_that_word_computes(path: Path) -> None:
    lists = numbering(
        level(0, "upperRoman", "Article %1"),
        level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        level(2, "lowerLetter", "(%3)"),
    )
    body = "".join(
        numbered(text, place)
        for text, place in (
            ("Term", 0),
            ("Start", 1),
            ("Use", 0),
            ("Goods", 1),
            ("Fuel", 1),
            ("a", 2),
            ("b", 2),
            ("x", 1),
        )
    )
    assert texts(word_file(path, body, numbering=lists)) == [
        "Article I Term", "1.1 Start", "Article II Use", "2.1 Goods", "2.2 Fuel", "2.2 (a) a", "2.2 (b) b", "2.3 x",
    ]  # fmt: skip


def test_a_list_that_starts_anew_does_and_bullets_and_taken_off_numbers_have_none(path: Path) -> None:
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    lists = numbering(
        level(0, "decimal", "%1."), level(1, "bullet", "•"),
        more=f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{restart}</w:num>',
    )  # fmt: skip
    body = (
        numbered("one", 0) + numbered("dot", 1) + numbered("two", 0) + numbered("five", 0, 2) + numbered("six", 0, 2)
        + numbered("plain", 0, 0) + p(f"<w:del>{r('gone')}</w:del>", properties=(
            '<w:rPr><w:del/></w:rPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'
        )) + numbered("seven", 0, 2)
    )  # fmt: skip
    assert texts(word_file(path, body, numbering=lists)) == [
        "1. one", "dot", "2. two", "5. five", "6. six", "plain", "7. seven",
    ]  # fmt: skip


def test_headings_are_known_by_style_inheritance_and_outline(path: Path) -> None:
    body = "".join(
        p(r(text), properties=f'<w:pStyle w:val="{style}"/>') for text, style in (("One", "Mine"), ("Two", "Out"))
    ) + p(r("Own"), properties='<w:outlineLvl w:val="2"/>')
    document = word_file(path, body + p(r("Text")), styles=STYLES)
    assert [(section.title, section.level) for section in document.sections] == [("One", 1), ("Two", 2), ("Own", 3)]


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def test_merged_cells_repeat_their_label_and_keep_columns_in_place(path: Path) -> None:
    rows = (
        cell(p(r("Zone"))) + cell(p(r("Speed")), '<w:gridSpan w:val="2"/>') + cell(p(r("Note"))),
        cell(p(r("Inner")), '<w:vMerge w:val="restart"/>') + cell(p(r("3"))) + cell(p(r("2"))) + cell(p(r("a"))),
        cell(p(), "<w:vMerge/>") + cell(p(r("4"))) + cell(p(r("5"))) + cell(p(r("b"))),
        cell(p(r("Outer"))) + cell(p(r("any speed")), '<w:gridSpan w:val="2"/>') + cell(p(r("c"))),
        cell(p(r("All")), '<w:gridSpan w:val="2"/>') + cell(p(r("7")), '<w:gridSpan w:val="2"/>'),
    )
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert texts(word_file(path, table)) == [
        "Zone | Speed | | Note", "Inner | 3 | 2 | a", "Inner | 4 | 5 | b",
        "Outer | any speed | any speed | c", "All | | 7",
    ]  # fmt: skip


def table_row(*texts: str, is_head: bool = False) -> str:
    mark = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    return f"<w:tr>{mark}{''.join(cell(p(r(text))) for text in texts)}</w:tr>"


def test_rows_that_repeat_on_each_page_are_the_head_of_their_table(path: Path) -> None:
    rows = table_row("Zone", "1", is_head=True) + table_row("", "Speed", is_head=True) + table_row("Inner", "3")
    assert kinds(word_file(path, f"<w:tbl>{rows}</w:tbl>")) == [
        (BlockKind.TABLE_HEAD, "Zone | 1 Speed"), (BlockKind.TABLE_ROW, "Inner | 3"),
    ]  # fmt: skip
    wide = [f"Column of the name {number}" for number in range(7)]
    rows = table_row(*wide, is_head=True) + table_row(*"abcdefg")
    assert texts(word_file(path, f"<w:tbl>{rows}</w:tbl>"))[0].startswith(
        "Column of the name 0: a | Column of the name 1: b"
    )


def test_a_cell_that_says_that_it_spans_the_world_costs_nothing(path: Path) -> None:
    span = '<w:gridSpan w:val="999999999"/>'
    rows = f"<w:tr>{cell(p(r('a')), span)}{cell(p(r('b')))}</w:tr>" * 2
    assert len(word_file(path, f"<w:tbl>{rows}</w:tbl>").pages[0].text) < 500


def test_a_nested_table_keeps_its_rows_and_their_outer_label(path: Path) -> None:
    inner = "".join(
        f"<w:tr>{cell(p(r(one)))}{cell(p(r(two)))}</w:tr>" for one, two in (("Firm", "Phone"), ("Halyard", "0555 8841"))
    )
    table = f"<w:tbl><w:tr>{cell(p(r('Chain')))}{cell(f'<w:tbl>{inner}</w:tbl>' + p())}</w:tr></w:tbl>"
    assert texts(word_file(path, table)) == ["Chain | Firm | Phone", "Chain | Halyard | 0555 8841"]


def test_a_table_of_one_column_is_a_frame_around_paragraphs(path: Path) -> None:
    table = f"<w:tbl><w:tr>{cell(p(r('Warning')) + p(r('Mind the step.')))}</w:tr></w:tbl>"
    assert kinds(word_file(path, table)) == [
        (BlockKind.PARAGRAPH, "Warning"), (BlockKind.PARAGRAPH, "Mind the step."),
    ]  # fmt: skip


BREAK = '<w:r><w:br w:type="page"/></w:r>'
RECORDED = "<w:r><w:lastRenderedPageBreak/></w:r>"


def test_page_breaks_that_authors_set_make_pages(path: Path) -> None:
    document = word_file(
        path, p(r("One"), BREAK) + p(r("Two"), properties="") + p(r("3"), properties="<w:pageBreakBefore/>")
    )
    assert [page.text for page in document.pages] == ["One", "Two", "3"]
    assert document.page_word == "page"


def test_recorded_page_breaks_count_once_beside_those_that_authors_set(path: Path) -> None:
    body = p(r("One"), BREAK) + p(RECORDED, r("Two")) + p(r("goes "), RECORDED, r("on")) + p(r("Three"))
    assert [page.text for page in word_file(path, body).pages] == ["One", "Two\n\ngoes on", "Three"]


def test_page_breaks_are_not_believed_where_pages_would_be_longer_than_paper(path: Path) -> None:
    document = word_file(path, p(r("One"), BREAK) + p(r("word " * 2_000)) * 2)
    assert (len(document.pages), document.page_word) == (1, "")


def test_a_table_of_contents_is_set_aside(path: Path) -> None:
    contents = p(r("Repairs 7"), properties='<w:pStyle w:val="T1"/>')
    body = contents + p(r("Repairs"), properties='<w:pStyle w:val="H1"/>') + p(r("The owner repairs the quay wall."))
    document = word_file(path, body, styles=STYLES)
    assert [kind for kind, _ in kinds(document)] == [BlockKind.FURNITURE, BlockKind.HEADING, BlockKind.PARAGRAPH]
    alone = word_file(path, contents, styles=STYLES)
    assert kinds(alone) == [(BlockKind.PARAGRAPH, "Repairs 7")]


def strict(path: Path) -> Path:
    """A copy of a package in Strict Open XML."""
    copy = path.with_name(f"strict-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            text = text.replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
            )
            text = text.replace(
                "http://schemas.openxmlformats.org/wordprocessingml/2006/",
                "http://purl.oclc.org/ooxml/wordprocessingml/",
            )
            target.writestr(name, text)
    return copy


def test_strict_open_xml_is_read(path: Path) -> None:
    word_file(path, p(r("Strict words")))
    copy = strict(path)
    assert texts(parse_file(copy, ParseOptions())) == ["Strict words"]
    assert package_kind(copy) == "word"


def test_entities_are_not_expanded_and_tables_nested_without_end_are_refused_or_cut_off(path: Path) -> None:
    word_file(path, p(r("x")))
    bomb = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            bombed = bomb + text.replace(">x<", ">before &a;&f; after<") if name == "word/document.xml" else text
            archive.writestr(name, bombed)
    assert "root" not in parse_file(path, ParseOptions()).pages[0].text
    deep = "<w:tbl><w:tr><w:tc>" * 80 + p(r("deep")) + "</w:tc></w:tr></w:tbl>" * 80
    document = word_file(path, p(r("top")) + deep)
    assert texts(document) == ["top"]
    assert document.warnings == ("1 word of the file stands in parts that Lectern does not read: “deep”.",)
    with pytest.raises(ParseError):
        word_file(path, "<w:tbl><w:tr><w:tc>" * 400 + "</w:tc></w:tr></w:tbl>" * 400)
