"""Each way in which Word stores words comes out as the words that Word shows, once, where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.types import BlockKind
from tests.unit.ingest.parsers.office_files import element, kinds, p, r, texts, word_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.docx"


def test_content_controls_are_read_around_blocks_rows_cells_and_runs(path: Path) -> None:
    def control(content: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    cell = f"<w:tc>{p(r('Otto'))}</w:tc>"
    row = f"<w:tr><w:tc>{p(r('North'))}</w:tc>{control(cell)}</w:tr>"
    body = (
        control(p(r("A block")) + control(p(r("within a block"))))
        + p(r("the "), control(r("chosen")), r(" word"))
        + f"<w:tbl>{control(row)}</w:tbl>"
    )
    assert texts(word_file(path, body)) == ["A block", "within a block", "the chosen word", "North | Otto"]


def test_tracked_insertions_are_read_and_deletions_are_not(path: Path) -> None:
    body = (
        p(
            r("The price is "),
            f"<w:del>{r('2,900').replace('w:t>', 'w:delText>').replace('<w:t ', '<w:delText ')}</w:del>",
            f"<w:ins>{r('3,450')}</w:ins>",
            r(" crowns."),
        )
        + p(f"<w:moveFrom>{r('Moved')}</w:moveFrom>")
        + p(f"<w:ins>{r('New.')}</w:ins>", properties="<w:rPr><w:ins/></w:rPr>")
        + p(f"<w:moveTo>{r('Moved')}</w:moveTo>")
        + p(r("The end of this one "), properties="<w:rPr><w:del/></w:rPr>")
        + p(r("is deleted."))
    )
    document = word_file(path, body)
    assert texts(document) == [
        "The price is 3,450 crowns.", "New.", "Moved", "The end of this one is deleted.",
    ]  # fmt: skip
    assert document.warnings == ()


def test_a_deleted_row_of_a_table_is_left_out(path: Path) -> None:
    rows = "".join(
        f"<w:tr><w:trPr>{mark}</w:trPr><w:tc>{p(r(text))}</w:tc><w:tc>{p(r('1'))}</w:tc></w:tr>"
        for text, mark in (("kept", ""), ("gone", "<w:del/>"), ("new", "<w:ins/>"))
    )
    assert texts(word_file(path, f"<w:tbl>{rows}</w:tbl>")) == ["kept | 1", "new | 1"]


def test_a_text_box_is_read_once_where_it_is_anchored(path: Path) -> None:
    box = f"<w:txbxContent>{p(r('Opening hours: 9:30'))}</w:txbxContent>"
    shape = (
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp>"
        f"<wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    document = word_file(path, p(r("Tours start "), f"<w:r>{shape}</w:r>", r("here.")) + p(r("Dogs wait.")))
    assert texts(document) == ["Tours start here.", "Opening hours: 9:30", "Dogs wait."]
    assert document.warnings == ()


def test_boxes_of_a_flow_chart_are_read_from_top_to_bottom(path: Path) -> None:
    def box(text: str, down: int) -> str:
        return (
            f"<w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV>"
            f"<wp:posOffset>{down}</wp:posOffset></wp:positionV><wps:wsp><wps:txbx><w:txbxContent>{p(r(text))}"
            "</w:txbxContent></wps:txbx></wps:wsp></wp:anchor></w:drawing></w:r>"
        )

    assert texts(word_file(path, p(box("then close", 900), box("first open", 100), box("lift", 500)))) == [
        "first open", "lift", "then close",
    ]  # fmt: skip


def test_notes_stand_behind_the_paragraph_that_refers_to_them_with_the_same_mark(path: Path) -> None:
    def notes(kind: str, *found: tuple[int, str]) -> str:
        separator = f'<w:{kind} w:type="separator" w:id="-1">{p(r(""))}</w:{kind}>'
        return element(
            f"w:{kind}s",
            separator + "".join(f'<w:{kind} w:id="{key}">{p(r(text))}</w:{kind}>' for key, text in found),
        )

    body = p(
        r("Eleven valleys cost 32"), '<w:r><w:footnoteReference w:id="7"/></w:r>', r(" crowns"),
        '<w:r><w:endnoteReference w:id="2"/></w:r>', r(".")
    ) + p(r("Next."), '<w:r><w:footnoteReference w:id="5"/></w:r>')  # fmt: skip
    document = word_file(
        path,
        body,
        footnotes=notes("footnote", (5, "Second note."), (7, "The bridge was gone.")),
        endnotes=notes("endnote", (2, "At the end.")),
    )
    assert texts(document) == [
        "Eleven valleys cost 32 [note 1] crowns [endnote i].",
        "[note 1] The bridge was gone.",
        "[endnote i] At the end.",
        "Next. [note 2]",
        "[note 2] Second note.",
    ]


def test_comments_are_marked_with_their_author_and_stand_behind_their_paragraph(path: Path) -> None:
    comments = element(
        "w:comments",
        f'<w:comment w:id="0" w:author="Jane Editor">{p(r("Is this right?"))}</w:comment>'
        f'<w:comment w:id="1">{p(r("Nobody points to me."))}</w:comment>',
    )
    document = word_file(
        path, p(r("Sure."), '<w:r><w:commentReference w:id="0"/></w:r>') + p(r("End.")), comments=comments
    )
    assert texts(document) == [
        "Sure.", "Comment by Jane Editor: Is this right?", "End.", "Comment: Nobody points to me.",
    ]  # fmt: skip


def test_results_of_fields_are_read_and_codes_are_not(path: Path) -> None:
    def mark(kind: str, inner: str = "") -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}">{inner}</w:fldChar></w:r>'

    def code(text: str) -> str:
        return f"<w:r><w:instrText>{text}</w:instrText></w:r>"

    merged = mark("begin") + code("IF ") + mark("begin") + code("MERGEFIELD x") + mark("separate") + r("inner")
    merged += mark("end") + code(' = 1 "a" "b"') + mark("separate") + r("Dear Mr Lamm") + mark("end")
    box = mark("begin", "<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>")
    entries = '<w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="blue"/>'
    choice = mark("begin", f"<w:ffData><w:ddList>{entries}</w:ddList></w:ffData>")
    body = (
        p(merged, r(","))
        + p(r("Sum: "), f'<w:fldSimple w:instr="=SUM(ABOVE)">{r("1,417")}</w:fldSimple>')
        + p(box, code("FORMCHECKBOX"), mark("end"), r(" agreed"))
        + p(r("Colour: "), choice, code("FORMDROPDOWN"), mark("end"))
        + p(mark("begin"), code(r"EQ \f(1,2)"), mark("end"), r(" litre"))
    )
    assert texts(word_file(path, body)) == ["Dear Mr Lamm,", "Sum: 1,417", "☒ agreed", "Colour: blue", "1/2 litre"]


def test_a_field_without_an_end_swallows_nothing(path: Path) -> None:
    body = p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', r("The text")) + p(r("goes on."))
    assert texts(word_file(path, body)) == ["The text", "goes on."]


def test_smart_tags_links_rubies_symbols_and_marks_are_read_in_place(path: Path) -> None:
    ruby = f"<w:r><w:ruby><w:rt>{r('かんじ')}</w:rt><w:rubyBase>{r('漢字')}</w:rubyBase></w:ruby></w:r>"
    symbol = '<w:r><w:sym w:font="Symbol" w:char="F061"/><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    body = p(
        f"<w:smartTag><w:smartTag>{r('Israel')}</w:smartTag></w:smartTag>", r(" and "),
        f"<w:hyperlink>{r('Egypt')}</w:hyperlink>", r(" "), ruby, r(" "), symbol,
        "<w:r><w:t>co</w:t><w:softHyphen/><w:t>op</w:t><w:noBreakHyphen/><w:t>er</w:t><w:tab/><w:t>end</w:t></w:r>",
    )  # fmt: skip
    assert texts(word_file(path, body)) == ["Israel and Egypt 漢字(かんじ) α✓coop-er end"]


def test_equations_are_text(path: Path) -> None:
    def run(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    power = f"<m:sSup><m:e>{run('r')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"
    half = f"<m:f><m:num>{run('a+b')}</m:num><m:den>{run('2')}</m:den></m:f>"
    total = (
        f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{run("i=1")}</m:sub><m:sup>{run("n")}</m:sup>'
        f"<m:e>{run('x')}</m:e></m:nary>"
    )
    body = p(r("area"), f"<m:oMath>{run('A=π')}{power}</m:oMath>", r("of")) + p(
        f"<m:oMathPara><m:oMath>{half}</m:oMath><m:oMath>{total}</m:oMath></m:oMathPara>"
    )
    assert texts(word_file(path, body)) == ["area A = πr^2 of", "(a+b)/2; ∑_(i=1)^n x"]


def test_raised_marks_never_become_part_of_a_number(path: Path) -> None:
    def raised(text: str) -> str:
        return r(text, '<w:vertAlign w:val="superscript"/>')

    def lowered(text: str) -> str:
        return r(text, '<w:vertAlign w:val="subscript"/>')

    body = (
        p(r("A ticket costs 32"), raised("1"), r(" crowns, 41,500"), raised("1"), raised("2"), r("passengers"))
        + p(r("the 2"), raised("nd"), r(" of 5 m"), raised("2"), r(" of H"), lowered("2"), r("O, x"), raised("2"))
        + p(r("see the survey"), raised("3"))
        + p(r("costs 77"), r("5", '<w:position w:val="8"/><w:sz w:val="13"/>'), r(" crowns"))
    )
    assert texts(word_file(path, body)) == [
        "A ticket costs 32 ¹ crowns, 41,500 ¹² passengers",
        "the 2nd of 5 m² of H2O, x²",
        "see the survey ³",
        "costs 77 ⁵ crowns",
    ]


def test_hidden_text_is_marked(path: Path) -> None:
    document = word_file(path, p(r("Seen "), r("not seen", "<w:vanish/>"), r(" again")))
    assert texts(document) == ["Seen [hidden: not seen] again"]


def test_headers_and_footers_are_read_once_and_page_numbers_are_furniture(path: Path) -> None:
    page = '<w:fldSimple w:instr=" PAGE ">' + r("3") + "</w:fldSimple>"
    references = '<w:headerReference w:type="default" r:id="pheader1"/><w:headerReference r:id="pheader2"/>'
    references += '<w:footerReference r:id="pfooter1"/>'
    section = f"<w:sectPr>{references}</w:sectPr>"
    document = word_file(
        path,
        p(r("Body."), properties=section) + p(r("More.")) + section,
        header1=element("w:hdr", p(r("Document HB-77"))),
        header2=element("w:hdr", p(r("Document HB-77"))),
        footer1=element("w:ftr", p(r("Page "), page) + p(r("Harbour Board"))),
    )
    assert [block for page_number in range(len(document.pages)) for block in kinds(document, page_number)] == [
        (BlockKind.PARAGRAPH, "Document HB-77"),
        (BlockKind.PARAGRAPH, "Body."),
        (BlockKind.PARAGRAPH, "More."),
        (BlockKind.FURNITURE, "Page 3"),
        (BlockKind.PARAGRAPH, "Harbour Board"),
    ]


def test_lines_of_headers_that_differ_in_a_number_of_their_own_are_all_read(path: Path) -> None:
    sections = [f'<w:sectPr><w:headerReference r:id="pheader{number}"/></w:sectPr>' for number in (1, 2)]
    parts = {f"header{number}": element("w:hdr", p(r(f"Section {number}"))) for number in (1, 2)}
    document = word_file(path, p(r("Body."), properties=sections[0]) + sections[1], **parts)
    assert texts(document)[:2] == ["Section 1", "Section 2"]


def test_text_that_no_reader_comes_by_is_counted_and_said(path: Path) -> None:
    document = word_file(path, p(r("Read.")) + f"<w:unheardOf>{p(r('four words not read'))}</w:unheardOf>")
    assert texts(document) == ["Read."]
    assert document.warnings == (
        "4 words of the file stand in parts that Lectern does not read: “four words not read”.",
    )


def test_a_description_of_a_picture_is_read(path: Path) -> None:
    properties = '<wp:docPr id="1" name="Picture 1" descr="A lighthouse at dusk"/>'
    drawing = f"<w:drawing><wp:inline>{properties}</wp:inline></w:drawing>"
    assert texts(word_file(path, p(r("See:"), f"<w:r>{drawing}</w:r>"))) == ["See:", "Picture: A lighthouse at dusk"]
