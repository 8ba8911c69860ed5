"""Texts of many kinds are read by what they are, whatever their names."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingest.parsers.options import ParseOptions
from rag.errors import ParseError
from tests.unit.ingest.parsers.reading import all_text, blocks, parse


@pytest.mark.parametrize(
    "name",
    ["README", "ramp.txt.bak", "ramp.txt ", "ramp.txt~", "notes.unheardof", "LICENSE", "ramp.text.old", "a.adoc"],
)
def test_a_text_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("The ramp is 30 metres long.")
    assert all_text(parse(tmp_path / name)) == "The ramp is 30 metres long."


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("program.exe", b"MZ\x90\x00\x03" + bytes(200), "does not read .exe files"),
        ("data", bytes(range(256)) * 4, "without an extension"),
        ("nothing", b"", "is empty"),
        ("id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n", "is a private key"),
        ("slides.key", b"PK\x03\x04rest", "does not read .key files"),
    ],
)
def test_what_is_no_document_is_refused_with_a_true_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ParseError, match=reason) as caught:
        parse(tmp_path / name)
    assert caught.value.remedy


def test_programs_and_logs_are_parted_by_lines_and_keep_their_indents(tmp_path: Path) -> None:
    (tmp_path / "tide.py").write_text("def tide():\n    return 42\n\n" * 50)
    document = parse(tmp_path / "tide.py")
    assert [page.label for page in document.pages] == ["lines 1-100", "lines 101-149"]
    assert blocks(document.pages[0])[0] == "def tide():\n    return 42"
    (tmp_path / "gate.log").write_text("03:14 gate 4 jammed\n03:15 gate 4 free\n")
    assert parse(tmp_path / "gate.log").file_type == "log"


def test_titles_of_restructured_text_open_sections(tmp_path: Path) -> None:
    (tmp_path / "weir.rst").write_text("=====\nWeirs\n=====\n\nText.\n\nNorth\n-----\n\nThe weir opens at 6.\n")
    document = parse(tmp_path / "weir.rst")
    assert [(section.title, section.level) for section in document.sections] == [("Weirs", 1), ("North", 2)]
    assert "=====" not in all_text(document)


def test_a_rule_with_items_below_opens_a_section_and_a_list_of_rules_does_not(tmp_path: Path) -> None:
    (tmp_path / "club.txt").write_text(
        "Club rules\n\nRule 1. Bows\n\n(1) Indoors:\n\nRule 2. Nets\n\nThey are mended.\n"
    )
    sections = parse(tmp_path / "club.txt").sections
    assert [section.title for section in sections if section.title.startswith("Rule")] == [
        "Rule 1. Bows",
        "Rule 2. Nets",
    ]
    (tmp_path / "pool.txt").write_text("Pool rules\n\nRule 1 No running\n\nRule 2 No glass\n\nRule 3 No dogs\n")
    assert not [section for section in parse(tmp_path / "pool.txt").sections if section.title.startswith("Rule")]


def test_json_is_read_record_by_record_with_numbers_as_they_are_written(tmp_path: Path) -> None:
    value = {"yard": "Quay", "gates": [{"name": "north", "keeper": "Rita Sohn"}, {"name": "south", "keys": [1, 2]}]}
    text = json.dumps(value)[:-1] + ', "fee": 12.50, "id": 12345678901234567890123}'
    (tmp_path / "gates.json").write_text(text)
    assert blocks(parse(tmp_path / "gates.json").pages[0]) == [
        "yard: Quay | fee: 12.50 | id: 12345678901234567890123",
        "yard: Quay | gates.name: north | gates.keeper: Rita Sohn",
        "yard: Quay | gates.name: south | gates.keys: 1, 2",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.json", "[" * 100_000 + '"words"' + "]" * 100_000),
        ("broken.json", '{"words": '),
        ("deep.xml", "<a>" * 100_000 + "words" + "</a>" * 100_000),
        ("broken.xml", "<words><a></words>"),
    ],
)
def test_broken_and_deep_markup_is_read_as_lines(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert "words" in all_text(parse(tmp_path / name))


def test_json_lines_are_records_and_other_lines_stay(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"gate": "north", "open": true}\nno json\n\n{"gate": "south"}\n')
    assert blocks(parse(tmp_path / "log.jsonl").pages[0]) == ["gate: north | open: true", "no json", "gate: south"]


def test_xml_is_read_with_the_names_of_its_elements_and_mixed_text_as_it_runs(tmp_path: Path) -> None:
    root = ElementTree.Element("yard")
    gate = ElementTree.SubElement(root, "gate", name="north")
    ElementTree.SubElement(gate, "keeper").text = "Rita Sohn"
    note = ElementTree.SubElement(root, "note")
    note.text = "The gate is "
    ElementTree.SubElement(note, "b").text = "closed"
    note[0].tail = " on Mondays, ask "
    ElementTree.SubElement(note, "person", phone="555 0110", id="p7").text = "Rita"
    ElementTree.ElementTree(root).write(tmp_path / "yard.xml", encoding="iso-8859-1", xml_declaration=True)
    assert blocks(parse(tmp_path / "yard.xml").pages[0]) == [
        "name: north | keeper: Rita Sohn",
        "The gate is closed on Mondays, ask Rita (phone: 555 0110)",
    ]


def test_entities_of_xml_neither_grow_nor_reach_for_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the canary sang")
    (tmp_path / "bomb.xml").write_text(
        f'<!DOCTYPE a [<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY b "{"x" * 1000}">'
        f'<!ENTITY c "{"&b;" * 1000}">]><a><p>words</p><q>&f;</q><r>{"&c;" * 1000}</r></a>'
    )
    text = all_text(parse(tmp_path / "bomb.xml"))
    assert "words" in text
    assert "canary" not in text
    assert len(text) < 100_000


SRT = """1
00:00:01,000 --> 00:00:03,500
<i>The crane is closed</i>

2
00:00:04,000 --> 00:00:06,000
until 9 April.

3
00:06:10,000 --> 00:06:12,000
Any questions?
"""

VTT = """WEBVTT

NOTE made by hand

00:01.000 --> 00:03.500 align:start
<v Ines>The crane is closed &amp; locked

00:04.000 --> 00:06.000
<v Tom>Until when?
"""


def test_subtitles_are_read_by_time_without_their_markup(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text(SRT)
    document = parse(tmp_path / "talk.srt")
    assert [(page.label, page.text) for page in document.pages] == [
        ("00:00:00-00:05:00", "[00:00:01] The crane is closed until 9 April."),
        ("00:05:00-00:10:00", "[00:06:10] Any questions?"),
    ]


def test_transcripts_name_who_speaks(tmp_path: Path) -> None:
    (tmp_path / "talk.vtt").write_text(VTT)
    assert blocks(parse(tmp_path / "talk.vtt").pages[0]) == [
        "[00:00:01] Ines: The crane is closed & locked",
        "[00:00:04] Tom: Until when?",
    ]


def test_subtitles_without_times_are_refused(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("only words")
    with pytest.raises(ParseError, match="no subtitles"):
        parse(tmp_path / "talk.srt")


def test_an_enormous_text_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "long.log").write_text("words and words\n" * 1000)
    with pytest.raises(ParseError, match="more than 1000 characters"):
        parse(tmp_path / "long.log", ParseOptions(max_characters=1000))


def test_numbered_parts_of_a_contract_open_sections_and_sentences_about_them_do_not(tmp_path: Path) -> None:
    (tmp_path / "lease.txt").write_text(
        "Lease\n\nPart I Rent\n\n§ 1 Amount\n\nThe rent is 900 crowns.\n\n§ 2 of the rules applies.\n\n"
        "Article 3: Ending\n\nNinety days of notice.\n\n1. Milk\n\n2. Bread\n",
        encoding="utf-8",
    )
    sections = parse(tmp_path / "lease.txt").sections
    assert [(section.title, section.level) for section in sections] == [
        ("Part I Rent", 1), ("§ 1 Amount", 2), ("Article 3: Ending", 2),
    ]  # fmt: skip


def test_records_within_records_keep_their_key_and_small_objects_are_fields(tmp_path: Path) -> None:
    order = {"number": "A-17", "customer": {"name": "Rita"}, "items": [{"part": "Fender", "price": 29}], "total": 35}
    (tmp_path / "orders.json").write_text(json.dumps([order]), encoding="utf-8")
    assert blocks(parse(tmp_path / "orders.json").pages[0]) == [
        "number: A-17 | customer.name: Rita | total: 35",
        "number: A-17 | items.part: Fender | items.price: 29",
    ]
    (tmp_path / "orders.xml").write_text(
        '<orders version="2"><order id="A-17"><date>4 March</date><item><part>Fender</part>'
        '<price currency="kr">29</price></item></order></orders>',
        encoding="utf-8",
    )
    assert blocks(parse(tmp_path / "orders.xml").pages[0]) == [
        "version: 2",
        "id: A-17 | date: 4 March",
        "id: A-17 | part: Fender | price: 29 (currency: kr)",
    ]


def test_colours_for_a_terminal_are_no_part_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "gate.log").write_text("\x1b[1;31m2025-02-02\x1b[0m gate 4 \x1b]0;title\x1b\\jammed\n")
    assert all_text(parse(tmp_path / "gate.log")) == "2025-02-02 gate 4 jammed"


def test_pieces_of_web_pages_in_a_feed_or_an_export_are_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "news.xml").write_text(
        "<rss><channel><item><title>Quay</title>"
        "<description><![CDATA[<p>Closed <b>until 9 April</b>.</p>]]></description>"
        "<note>&lt;p&gt;It costs 900&lt;sup&gt;2&lt;/sup&gt; crowns&lt;/p&gt;</note></item></channel></rss>"
    )
    (tmp_path / "news.json").write_text(json.dumps([{"title": "Quay", "text": "<p>Closed <b>until 9 April</b>.</p>"}]))
    assert "description: Closed until 9 April. | note: It costs 900 ² crowns" in all_text(parse(tmp_path / "news.xml"))
    assert all_text(parse(tmp_path / "news.json")) == "title: Quay | text: Closed until 9 April."


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["# Tides\n", "We fit the depth."]},
        {
            "cell_type": "code",
            "source": ["for k in (3.25,):\n", "    print(k)"],
            "outputs": [
                {"output_type": "stream", "text": ["mean depth 7.4 m\n"]},
                {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 99, "text/plain": ["<Figure>"]}},
                {"output_type": "execute_result", "data": {"text/html": "<table><tr><td>A1<td>7.40</table>"}},
            ],
        },
    ]
}


def test_a_notebook_is_read_cell_by_cell_without_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "tides.ipynb").write_text(json.dumps(NOTEBOOK))
    read = parse(tmp_path / "tides.ipynb")
    assert blocks(read.pages[0]) == [
        "Tides",
        "We fit the depth.",
        "for k in (3.25,):\n    print(k)",
        "mean depth 7.4 m",
        "A1 | 7.40",
    ]
    (tmp_path / "cut.ipynb").write_text(json.dumps(NOTEBOOK)[:90])
    assert "Tides" in all_text(parse(tmp_path / "cut.ipynb"))
