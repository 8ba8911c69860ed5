"""What a slide shows is read in the order of reading, with the numbers behind its charts, its notes and comments."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.parsers.options import ParseOptions
from ingest.parsing import parse_file
from rag.types import ParsedDocument
from tests.unit.ingest.parsers.office_files import NAMES, texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "talk.pptx"


def read(path: Path, *fill: Callable[[Any], None], change: dict[str, tuple[str, str]] | None = None) -> ParsedDocument:
    """A presentation with a blank slide for each function, which fills it; `change` replaces text in its parts."""
    deck = pptx.Presentation()
    for function in fill:
        function(deck.slides.add_slide(deck.slide_layouts[6]))
    deck.save(str(path))
    if change:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                old, new = change.get(name, ("", ""))
                assert old.encode() in data
                archive.writestr(name, data.replace(old.encode(), new.encode()) if old else data)
    return parse_file(path, ParseOptions())


def box(slide: Any, text: str, left: float, top: float) -> Any:
    shape = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5))
    shape.text_frame.text = text
    return shape


def chart_slide(kind: Any, data: Any, title: str) -> Callable[[Any], None]:
    def fill(slide: Any) -> None:
        frame = slide.shapes.add_chart(kind, Inches(1), Inches(1), Inches(6), Inches(4), data)
        frame.chart.has_title = True
        frame.chart.chart_title.text_frame.text = title

    return fill


def test_a_chart_is_its_title_and_a_table_of_its_numbers_as_they_are_shown(path: Path) -> None:
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["Cod", "Herring"]
    data.add_series("2023", (0.25, 0.5))
    data.add_series("2024", (0.125, None))
    document = read(path, chart_slide(XL_CHART_TYPE.COLUMN_CLUSTERED, data, "Share of the catch"))
    assert texts(document) == [
        "Chart: Share of the catch", "| 2023 | 2024", "Cod | 25.0% | 12.5%", "Herring | 50.0%",
    ]  # fmt: skip
    assert document.warnings == ()


def test_a_scatter_chart_has_both_of_its_numbers(path: Path) -> None:
    data = XyChartData(number_format="#,##0")
    series = data.add_series("Depth")
    series.add_data_point(1, 12500)
    series.add_data_point(2.5, 99)
    document = read(path, chart_slide(XL_CHART_TYPE.XY_SCATTER, data, "Soundings"))
    assert texts(document) == ["Chart: Soundings", "| Depth", "1 | 12,500", "2.5 | 99"]


def test_groups_and_tables_with_merged_cells_are_read_and_pictures_described(path: Path) -> None:
    def fill(slide: Any) -> None:
        group = slide.shapes.add_group_shape()
        inner = group.shapes.add_group_shape()
        inner.shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1)).text_frame.text = "Deep inside"
        table = slide.shapes.add_table(3, 2, Inches(1), Inches(3), Inches(6), Inches(2)).table
        for row, cells in enumerate((("Zone", "Speed"), ("Inner", "3"), ("", "4"))):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        shape = box(slide, "", 1, 6)
        shape._element.nvSpPr.cNvPr.set("descr", "A map of the bay")

    assert texts(read(path, fill)) == [
        "Deep inside",
        "Zone | Speed",
        "Inner | 3",
        "Inner | 4",
        "Picture: A map of the bay",
    ]


def test_columns_that_stand_apart_are_read_one_after_the_other_and_rows_otherwise(path: Path) -> None:
    def columns(slide: Any) -> None:
        for text, left, top in (("b1", 6, 1), ("a1", 1, 1), ("a2", 1, 1.8), ("b2", 6, 1.8)):
            box(slide, text, left, top)

    def rows(slide: Any) -> None:
        for text, left, top in (("b1", 3.1, 1.02), ("a2", 1, 4), ("a1", 1, 1), ("b2", 3.1, 4)):
            box(slide, text, left, top)

    document = read(path, columns, rows)
    assert texts(document) == ["a1", "a2", "b1", "b2"]
    assert texts(document, 1) == ["a1", "b1", "a2", "b2"]


def test_notes_stand_on_their_slide_and_a_hidden_slide_is_labelled(path: Path) -> None:
    def fill(slide: Any) -> None:
        box(slide, "Seen", 1, 1)
        slide.notes_slide.notes_text_frame.text = "Mention the slip."

    def hidden(slide: Any) -> None:
        box(slide, "Not seen", 1, 1)
        slide._element.set("show", "0")

    document = read(path, fill, hidden)
    assert texts(document) == ["Seen", "Notes: Mention the slip."]
    assert [(page.label, page.text) for page in document.pages][1] == ("hidden", "Not seen")


def test_numbered_lines_raised_marks_and_equations_are_read_as_shown(path: Path) -> None:
    def numbered(text: str, level: int = 0, scheme: str = "arabicPeriod") -> str:
        return f'<a:p><a:pPr lvl="{level}"><a:buAutoNum type="{scheme}"/></a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'

    raised = '<a:p><a:r><a:t>32</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>1</a:t></a:r>'
    raised += "<a:r><a:t> crowns</a:t></a:r></a:p>"
    power = "<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    equation = (
        "<a:p><a:r><a:t>area</a:t></a:r><mc:AlternateContent><mc:Choice Requires='a14'><a14:m><m:oMath>"
        f"{power}</m:oMath></a14:m></mc:Choice><mc:Fallback><a:r><a:t>nothing</a:t></a:r></mc:Fallback>"
        "</mc:AlternateContent></a:p>"
    )
    lines = numbered("Call") + numbered("loud", 1, "alphaLcParenR") + numbered("Wait") + raised + equation
    paragraph = "<a:p><a:r><a:t>REPLACE</a:t></a:r></a:p>"
    document = read(
        path,
        lambda slide: box(slide, "REPLACE", 1, 1),
        change={"ppt/slides/slide1.xml": (paragraph, lines.replace("<a:p>", f"<a:p {NAMES}>"))},
    )
    assert texts(document) == ["1. Call", "a) loud", "2. Wait", "32 ¹ crowns", "area r^2"]
    assert document.warnings == ()


def test_a_footer_is_read_once_and_slide_numbers_never(path: Path) -> None:
    def footer(slide: Any) -> None:
        for kind, text in (("ftr", "Harbour Board"), ("sldNum", "7")):
            shape = box(slide, text, 1, 6)
            shape._element.nvSpPr.nvPr.append(shape._element.makeelement(
                "{http://schemas.openxmlformats.org/presentationml/2006/main}ph", {"type": kind}
            ))  # fmt: skip
        box(slide, "Text", 1, 1)

    document = read(path, footer, footer)
    assert [sorted(texts(document, page)) for page in (0, 1)] == [["Harbour Board", "Text"], ["Text"]]


def test_comments_of_either_kind_name_their_author(path: Path) -> None:
    read(path, lambda slide: box(slide, "Text", 1, 1))
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    newer = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "ppt/commentAuthors.xml": f'<p:cmAuthorLst xmlns:p="{main}"><p:cmAuthor id="0" name="Nell"/></p:cmAuthorLst>',
        "ppt/authors.xml": f'<n:authorLst xmlns:n="{newer}"><n:author id="{{A}}" name="Otto"/></n:authorLst>',
        "ppt/comments/comment1.xml": (
            f'<p:cmLst xmlns:p="{main}"><p:cm authorId="0"><p:text>Old way</p:text></p:cm></p:cmLst>'
        ),
        "ppt/comments/modern.xml": (
            f'<n:cmLst {NAMES} xmlns:n="{newer}"><n:cm authorId="{{A}}"><n:replyLst><n:reply authorId="0">'
            "<n:txBody><a:p><a:r><a:t>Reply</a:t></a:r></a:p></n:txBody></n:reply></n:replyLst>"
            "<n:txBody><a:p><a:r><a:t>New way</a:t></a:r></a:p></n:txBody></n:cm></n:cmLst>"
        ),
    }
    links = {
        "ppt/_rels/presentation.xml.rels": (("commentAuthors", "commentAuthors.xml"), ("authors", "authors.xml")),
        "ppt/slides/_rels/slide1.xml.rels": (
            ("comments", "../comments/comment1.xml"),
            ("comments", "../comments/modern.xml"),
        ),
    }
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode("utf-8", "surrogateescape") for name in archive.namelist()}
    for name, targets in links.items():
        entries = "".join(
            f'<Relationship Id="new{number}" Type="{office}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(targets)
        )
        members[name] = members[name].replace("</Relationships>", f"{entries}</Relationships>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**members, **parts}.items():
            archive.writestr(name, text.encode("utf-8", "surrogateescape"))
    assert texts(parse_file(path, ParseOptions())) == [
        "Text", "Comment by Nell: Old way", "Comment by Otto: New way", "Comment by Nell: Reply",
    ]  # fmt: skip


def test_a_diagram_is_read_from_its_outer_points_to_its_inner_ones(tmp_path: Path) -> None:
    from tests.unit.ingest.parsers.office_files import element, write_package

    def point(key: str, text: str, kind: str = "node") -> str:
        return f'<dgm:pt modelId="{key}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'

    def link(source: str, target: str, order: int) -> str:
        return f'<dgm:cxn srcId="{source}" destId="{target}" srcOrd="{order}"/>'

    data = element(
        "dgm:dataModel",
        f"<dgm:ptLst>{point('0', '', 'doc')}{point('3', 'Deputy')}{point('1', 'Board')}{point('2', 'Harbour master')}"
        f"{point('9', 'ghost', 'pres')}</dgm:ptLst>"
        f"<dgm:cxnLst>{link('0', '2', 1)}{link('0', '1', 0)}{link('1', '3', 0)}</dgm:cxnLst>",
    )
    frame = (
        "<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm='d'/></a:graphicData></a:graphic></p:graphicFrame>"
    )
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    path = write_package(
        tmp_path / "smart.pptx",
        {
            "ppt/presentation.xml": element("p:presentation", '<p:sldIdLst><p:sldId r:id="s"/></p:sldIdLst>'),
            "ppt/slide.xml": element("p:sld", f"<p:cSld><p:spTree>{frame}</p:spTree></p:cSld>"),
            "ppt/data.xml": data,
        },
        {
            "": {"r": ("officeDocument", "ppt/presentation.xml")},
            "ppt/presentation.xml": {"s": ("slide", "slide.xml")},
            "ppt/slide.xml": {"d": ("diagramData", "data.xml")},
        },
        {"ppt/presentation.xml": kind},
    )
    assert texts(parse_file(path, ParseOptions())) == ["Board", "Deputy", "Harbour master"]
