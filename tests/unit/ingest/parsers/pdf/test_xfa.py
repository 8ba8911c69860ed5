"""Forms that only Adobe Reader draws are read from their data, and never what their pages say in its place."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from rag.errors import ParseError
from tests.unit.ingest.parsers.reading import blocks, parse


def text(words: str) -> str:
    return f"<value><text>{words}</text></value>"


def field(name: str, asked: str, ui: str = "textEdit", more: str = "") -> str:
    return f'<field name="{name}"><caption>{text(asked)}</caption><ui><{ui}/></ui>{more}</field>'


ON = "<items><text>1</text></items>"
HARBOURS = "<items><text>Skarvik</text><text>Kelder</text></items><items save='1'><text>s</text><text>k</text></items>"
FUELS = "".join(
    f'<field name="{name}"><caption>{text(name)}</caption><items><text>{value}</text></items></field>'
    for name, value in (("Petrol", "p"), ("Diesel", "d"))
)
RICH = (
    "<value><exData contentType='text/html'><body xmlns='http://www.w3.org/1999/xhtml'><p>"
    "Pay within <b>14 days</b>.</p></body></exData></value>"
)
TEMPLATE = f"""<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform name="form1">
<draw>{text("Registration of a boat")}</draw>{field("owner", "Name of the owner:")}
{field("harbour", "Harbour", "choiceList", HARBOURS)}{field("insured", "Insured", "checkButton", ON)}
{field("letter", "Send me the letter", "checkButton", ON)}{field("send", "Send", "button")}
<exclGroup name="fuel"><caption>{text("Fuel")}</caption>{FUELS}</exclGroup>
<subform name="crew">{field("name", "Crew")}</subform><draw presence="hidden">{text("not shown")}</draw>
<draw>{RICH}</draw></subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1><owner>Ottilie Lund</owner>
<harbour>k</harbour><insured>1</insured><letter>0</letter><fuel>d</fuel><crew><name>Ames</name></crew>
<crew><name>Boyd</name></crew></form1></xfa:data></xfa:datasets>"""


def write_form(path: Path, template: str, data: str) -> Path:
    """A PDF of one page that asks to wait, with a form of Adobe Reader's in four packets."""
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "Please wait... If this message is not eventually replaced, get Adobe Reader.")
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=path)
    packets = ArrayObject()
    head = '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">'
    for name, content in (("preamble", head), ("template", template), ("datasets", data), ("postamble", "</xdp:xdp>")):
        stream = DecodedStreamObject()
        stream.set_data(content.encode())
        packets += [TextStringObject(name), writer._add_object(stream)]
    form = DictionaryObject({NameObject("/XFA"): packets, NameObject("/Fields"): ArrayObject()})
    writer.root_object.update({NameObject("/AcroForm"): form, NameObject("/NeedsRendering"): BooleanObject(True)})
    writer.write(path)
    return path


def test_questions_and_answers_of_a_form_without_pages_are_read(tmp_path: Path) -> None:
    document = parse(write_form(tmp_path / "form.pdf", TEMPLATE, DATA))
    assert blocks(document.pages[0]) == [
        "Registration of a boat",
        "Name of the owner: Ottilie Lund",
        "Harbour: Kelder",
        "[x] Insured",
        "[ ] Send me the letter",
        "Fuel: Diesel",
        "Crew: Ames",
        "Crew: Boyd",
        "Pay within 14 days.",
    ]
    assert "only Adobe Reader shows" in document.warnings[0]


@pytest.mark.parametrize("template", ["<template/>", "<template><subform>", TEMPLATE[:200]])
def test_a_form_of_which_nothing_can_be_read_is_refused_as_such(tmp_path: Path, template: str) -> None:
    with pytest.raises(ParseError, match=r"form\.pdf is a form that only Adobe Reader shows") as caught:
        parse(write_form(tmp_path / "form.pdf", template, ""))
    assert "print it to a PDF" in caught.value.remedy
