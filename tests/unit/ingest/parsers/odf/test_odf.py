"""OpenDocument texts and slides are read as LibreOffice shows them: changes, notes, numbers, boxes, tables, objects."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from rag.errors import ParseError
from rag.types import BlockKind, ParsedDocument
from tests.unit.ingest.parsers.office_files import kinds, texts

ODF = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        **{
            name: f"{ODF}:{name}:1.0"
            for name in ("office", "text", "table", "style", "chart", "presentation", "manifest")
        },
        "draw": f"{ODF}:drawing:1.0",
        "svg": f"{ODF}:svg-compatible:1.0",
        "fo": f"{ODF}:xsl-fo-compatible:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
        "math": "http://www.w3.org/1998/Math/MathML",
    }.items()
)
NUMBERED = (
    '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}" '
    'text:display-levels="{}"/>'
)
STYLES = (
    '<style:style style:name="Up" style:family="text"><style:text-properties style:text-position="super 58%"/>'
    "</style:style>"
    '<style:style style:name="Hide" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="New" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/>'
    "</style:style>"
    f'<text:list-style style:name="L">{NUMBERED.format(1, "1", ".", 1)}'
    f"{NUMBERED.format(2, 'a', ')', 1)}</text:list-style>"
    '<style:style style:name="dp" style:family="drawing-page"><style:drawing-page-properties '
    'presentation:visibility="hidden"/></style:style>'
)
OUTLINE = (
    f'<text:outline-style style:name="Outline">{NUMBERED.format(1, "1", "", 1)}'
    f"{NUMBERED.format(2, '1', '', 2)}</text:outline-style>"
)


def read(path: Path, body: str, kind: str = "text", sheet: str = "", **parts: str) -> ParsedDocument:
    """What is read of a file with this content; `sheet` goes into its style sheet, `parts` are more files by name."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
        archive.writestr("styles.xml", f"<office:document-styles {NAMES}>{sheet}</office:document-styles>")
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return parse_file(path, ParseOptions())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.odt"


def p(content: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{content}</text:p>'


def test_tracked_deletions_are_left_out_and_notes_and_comments_stand_behind_their_paragraph(path: Path) -> None:
    gone = f"<text:changed-region><text:deletion>{p('gone')}</text:deletion></text:changed-region>"
    gone = f"<text:tracked-changes>{gone}</text:tracked-changes>"
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('Since May.')}</text:note-body></text:note>"
    )
    comment = f"<office:annotation><dc:creator>Nell</dc:creator>{p('Really?')}</office:annotation>"
    body = (
        gone
        + p(f'costs <text:change-start/>32<text:change-end/>{note} crowns<text:s text:c="2"/>{comment}now')
        + p("Next")
    )
    assert texts(read(path, body)) == [
        "costs 32 [note 1] crowns now", "[note 1] Since May.", "Comment by Nell: Really?", "Next",
    ]  # fmt: skip


def test_lists_and_headings_carry_their_numbers(path: Path) -> None:
    def items(*content: str) -> str:
        return "".join(f"<text:list-item>{text}</text:list-item>" for text in content)

    inner = f"<text:list>{items(p('deep'), p('deeper'))}</text:list>"
    body = (
        '<text:h text:outline-level="1">One</text:h><text:h text:outline-level="2">Under</text:h>'
        '<text:h text:outline-level="1">Two</text:h>'
        f'<text:list text:style-name="L">{items(p("first") + p("goes on"), p("second") + inner)}</text:list>'
        f"{p('between')}"
        f'<text:list text:style-name="L" text:continue-numbering="true">{items(p("third"))}</text:list>'
        f'<text:list text:style-name="L"><text:list-header>{p("head")}</text:list-header>{items(p("anew"))}</text:list>'
    )
    document = read(path, body, sheet=OUTLINE)
    assert texts(document) == [
        "1 One", "1.1 Under", "2 Two", "1. first", "goes on", "2. second", "a) deep", "b) deeper", "between",
        "3. third", "head", "1. anew",
    ]  # fmt: skip
    assert [section.level for section in document.sections] == [1, 2, 1]


def test_raised_hidden_and_boxed_text_and_contents_are_told_apart(path: Path) -> None:
    def span(text: str, style: str) -> str:
        return f'<text:span text:style-name="{style}">{text}</text:span>'

    box = f'<draw:frame svg:width="2cm"><draw:text-box>{p("In the box")}</draw:text-box></draw:frame>'
    picture = "<draw:frame><draw:image/><svg:desc>A map of the bay</svg:desc></draw:frame>"
    contents = f"<text:table-of-content><text:index-body>{p('Repairs 7')}</text:index-body></text:table-of-content>"
    body = (
        contents
        + p(f"costs 41,500{span('4', 'Up')} {span('not seen', 'Hide')} now")
        + p(f"Before {box}{picture}after")
        + f'<text:section text:display="none">{p("hidden part")}</text:section>'
        + p("<text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ</text:ruby-text></text:ruby>")
    )
    assert kinds(read(path, body)) == [
        (BlockKind.FURNITURE, "Repairs 7"),
        (BlockKind.PARAGRAPH, "costs 41,500 ⁴ [hidden: not seen] now"),
        (BlockKind.PARAGRAPH, "Before after"),
        (BlockKind.PARAGRAPH, "In the box"),
        (BlockKind.PARAGRAPH, "Picture: A map of the bay"),
        (BlockKind.PARAGRAPH, "[hidden: hidden part]"),
        (BlockKind.PARAGRAPH, "漢字(かんじ)"),
    ]


def test_merged_cells_repeat_their_label_and_nested_tables_keep_their_rows(path: Path) -> None:
    def cell(content: str, spans: str = "") -> str:
        return f"<table:table-cell {spans}>{content}</table:table-cell>"

    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    covered = "<table:covered-table-cell/>"
    nested = (
        f"<table:table>{row(cell(p('Firm')), cell(p('Phone')))}{row(cell(p('Halyard')), cell(p('0555')))}</table:table>"
    )
    body = (
        "<table:table><table:table-header-rows>"
        + row(cell(p("Zone")), cell(p("Speed"), 'table:number-columns-spanned="2"'), covered, cell(p("Note")))
        + "</table:table-header-rows>"
        + row(cell(p("Inner"), 'table:number-rows-spanned="2"'), cell(p("3")), cell(p("2")), cell(p("a")))
        + row(covered, cell(p("4")), cell(p("5")), cell(p("b")))
        + row(cell(p("Chain")), cell(nested))
        + "</table:table>"
    )
    assert texts(read(path, body)) == [
        "Zone | Speed | Speed | Note", "Inner | 3 | 2 | a", "Inner | 4 | 5 | b", "Chain | Firm | Phone",
        "Chain | Halyard | 0555",
    ]  # fmt: skip


def test_charts_and_formulas_in_objects_are_read(path: Path) -> None:
    def row(*cells: str) -> str:
        return (
            "<table:table-row>"
            + "".join(f"<table:table-cell>{p(text)}</table:table-cell>" for text in cells)
            + "</table:table-row>"
        )

    chart = (
        f"<office:document-content {NAMES}><office:body><office:chart><chart:chart>"
        f"<chart:title>{p('Landings')}</chart:title><table:table>{row('', 'Tonnes')}{row('Cod', '187')}</table:table>"
        "</chart:chart></office:chart></office:body>"
        "</office:document-content>"
    )
    power = "<math:msup><math:mi>r</math:mi><math:mn>2</math:mn></math:msup>"
    math = f"<math:math {NAMES}><math:mi>π</math:mi>{power}</math:math>"

    def link(number: int) -> str:
        return f'<draw:frame><draw:object xlink:href="./Object {number}"/><draw:image/></draw:frame>'

    body = p(f"The area is {link(2)}.") + p(link(1))
    parts = {"Object 1__content": chart, "Object 2__content": math}
    assert texts(read(path, body, **parts)) == ["The area is πr^2.", "Chart: Landings", "| Tonnes", "Cod | 187"]


def test_titles_of_charts_pictures_and_objects_of_a_spreadsheet_are_read(tmp_path: Path) -> None:
    def content(kind: str, inside: str) -> str:
        start = f"<office:document-content {NAMES}><office:body><office:{kind}>"
        return f"{start}{inside}</office:{kind}></office:body></office:document-content>"

    def cell(text: str, inside: str = "") -> str:
        return f"<table:table-cell>{p(text)}{inside}</table:table-cell>"

    def link(number: int) -> str:
        return f'<draw:frame><draw:object xlink:href="./Object {number}"/></draw:frame>'

    data = f"<table:table><table:table-row>{cell('Cod')}{cell('187')}</table:table-row></table:table>"
    chart = content("chart", f"<chart:chart><chart:title>{p('Landings')}</chart:title>{data}</chart:chart>")
    picture = "<draw:frame><svg:desc>Map of the quay</svg:desc><draw:image/></draw:frame>"
    box = f"<draw:custom-shape>{p('Provisional figures')}</draw:custom-shape>"
    sheet = (
        f'<table:table table:name="Catch"><table:shapes>{link(1)}{box}</table:shapes><table:table-row>'
        f"{cell('Port', link(2))}{cell('Tonnes', picture)}</table:table-row></table:table>"
    )
    parts = {"Object 1__content": chart, "Object 2__content": content("text", p("A letter inside"))}
    found = texts(read(tmp_path / "file.ods", sheet, "spreadsheet", **parts))
    assert sorted(found) == [
        "A letter inside", "Catch", "Chart: Landings", "Picture: Map of the quay", "Port | Tonnes",
        "Provisional figures",
    ]  # fmt: skip


def test_pages_headers_and_footers_are_known(path: Path) -> None:
    masters = "".join(
        f"<style:master-page><style:header>{p('Document HB-77')}</style:header><style:footer>"
        f"{p('Page <text:page-number>3</text:page-number>')}</style:footer></style:master-page>"
        for _ in range(2)
    )
    body = p("One", "New") + p("Two", "New") + p("goes <text:soft-page-break/>on") + p("Three")
    document = read(path, body, sheet=f"<office:master-styles>{masters}</office:master-styles>")
    assert [page.text.split("\n\n") for page in document.pages] == [
        ["Document HB-77", "One"], ["Two", "goes on"], ["Three", "Page 3"],
    ]  # fmt: skip
    assert document.page_word == "page"


def test_slides_are_pages_with_titles_first_and_notes_and_comments_last(tmp_path: Path) -> None:
    def frame(text: str, y: int, kind: str = "outline") -> str:
        return (
            f'<draw:frame presentation:class="{kind}" svg:x="1cm" svg:y="{y}cm" svg:width="9cm" svg:height="1cm">'
            f"<draw:text-box>{p(text)}</draw:text-box></draw:frame>"
        )

    shape = f'<draw:g><draw:custom-shape svg:y="5cm">{p("In a shape")}</draw:custom-shape></draw:g>'
    notes = f"<presentation:notes><draw:page-thumbnail/>{frame('Mention the slip.', 9, 'notes')}</presentation:notes>"
    comment = f"<office:annotation><dc:creator>Nell</dc:creator>{p('Sure?')}</office:annotation>"
    footer = '<presentation:footer-decl presentation:name="f">Harbour Board</presentation:footer-decl>'
    body = (
        f'{footer}<draw:page presentation:use-footer-name="f">{comment}{frame("lower", 8)}{frame("upper", 3)}'
        f"{frame('Why the tide', 1, 'title')}{notes}</draw:page>"
        f'<draw:page draw:style-name="dp" presentation:use-footer-name="f">{shape}</draw:page>'
    )
    document = read(tmp_path / "talk.odp", body, "presentation")
    assert texts(document) == [
        "Why the tide", "upper", "lower", "Harbour Board", "Notes: Mention the slip.", "Comment by Nell: Sure?",
    ]  # fmt: skip
    assert [(page.label, page.text) for page in document.pages][1] == ("hidden", "In a shape")
    assert (document.page_word, document.file_type) == ("slide", "odp")


def test_encrypted_and_broken_files_are_refused_with_the_reason(path: Path) -> None:
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    manifest = f"<manifest:manifest {NAMES}>{entry}</manifest:manifest>"
    with pytest.raises(ParseError, match="password"):
        read(path, p("x"), **{"META-INF__manifest": manifest})
    with pytest.raises(ParseError, match="damaged"):
        read(path, "<unclosed>")


def test_entities_in_a_paragraph_are_passed_over(path: Path) -> None:
    read(path, p("before KEY after"))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            bomb = '<!DOCTYPE x [<!ENTITY key "twice"><!ENTITY file SYSTEM "file:///etc/passwd">]>'
            archive.writestr(name, bomb + text.replace("KEY", "&key;&file;") if name == "content.xml" else text)
    assert texts(parse_file(path, ParseOptions())) == ["before after"]


def test_an_object_is_read_though_libreoffice_puts_a_paragraph_beside_its_link(path: Path) -> None:
    chart = (
        f"<office:document-content {NAMES}><office:body><office:chart><chart:chart><table:table><table:table-row>"
        f"<table:table-cell>{p('Cod')}</table:table-cell><table:table-cell>{p('187')}</table:table-cell></table:table-row>"
        "</table:table></chart:chart></office:chart></office:body></office:document-content>"
    )
    link = '<draw:object xlink:href="./Object 1"><loext:p xmlns:loext="urn:org:x"/></draw:object>'
    assert "Cod | 187" in texts(read(path, p(f"<draw:frame>{link}</draw:frame>"), **{"Object 1__content": chart}))


def test_the_state_of_a_form_of_word_is_read(path: Path) -> None:
    field = 'xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'
    entries = "".join(
        f'<field:param field:name="Dropdown_{name}" field:value="{value}"/>'
        for name, value in (("ListEntry", "Petrol"), ("ListEntry", "Diesel"), ("Selected", "1"))
    )
    box = '<field:param field:name="Checkbox_Checked" field:value="true"/>'
    kind = "vnd.oasis.opendocument.field"
    body = (
        f'Fuel: <field:fieldmark {field} field:type="{kind}.FORMDROPDOWN">{entries}</field:fieldmark>, '
        f'<field:fieldmark {field} field:type="{kind}.FORMCHECKBOX">{box}</field:fieldmark> insured, '
        f'<field:fieldmark {field} field:type="{kind}.FORMCHECKBOX"/> let'
    )
    assert texts(read(path, p(body))) == ["Fuel: Diesel, ☒ insured, ☐ let"]
