"""Small good files and bombs of the formats that are not among the sample documents."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

DEEP = 100_000
MANY = 1 << 31
"""Cells, rows and messages that a file of some bytes claims to have."""

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODS_NAMES = f'xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0" xmlns:text="{_ODF}:text:1.0"'
_MAIL = "From: Ines <ines@quay.example>\nSubject: Crane {0}\n\nThe crane lifts {0} tonnes.\n"
_EVENT = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dredging of the basin\nDTSTART;TZID=Europe/Berlin:20250402T140000\n"
    "DESCRIPTION:Bring the\n  budget\\nand pens\nEND:VEVENT\nEND:VCALENDAR\n"
)

_FLAT_NAMES = f'xmlns:style="{_ODF}:style:1.0" xmlns:draw="{_ODF}:drawing:1.0" {_ODS_NAMES}'
_FLAT = (
    f'<?xml version="1.0"?><office:document {_FLAT_NAMES} office:mimetype="application/vnd.oasis.opendocument.{{0}}">'
    "<office:body><office:{0}>{1}</office:{0}></office:body></office:document>"
)
_EXCEL_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:'
    'spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Gates"><Table>{}</Table>'
    "</Worksheet></Workbook>"
)
_WORD_2003 = (
    '<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:body><w:p>'
    "<w:r><w:t>The gate opens at six.</w:t></w:r></w:p></w:body></w:wordDocument>"
)
_NOTEBOOK = (
    '{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["# Gates\\n", "Six."]}, {"cell_type": "code", '
    '"source": ["open(6)"], "outputs": [{"output_type": "stream", "text": ["open\\n"]}]}]}'
)

TEXTS = {
    "gates.fodt": _FLAT.format("text", "<text:h>Gates</text:h><text:p>The gate opens at six.</text:p>"),
    "gates.ipynb": _NOTEBOOK,
    "letter.doc": "{\\rtf1\\ansi The gate opens at six.\\par}",
    "letter.xml": _WORD_2003,
    "sheet.xls": _EXCEL_2003.format('<Row><Cell><Data ss:Type="String">north</Data></Cell></Row>'),
    "gates.json": '[{"gate": "north", "keeper": "Rita Sohn", "fee": 12.50}, {"gate": "south", "open": [6, 20]}]',
    "gates.jsonl": '{"gate": "north", "fee": 12}\n{"gate": "south", "fee": 9}\n',
    "gates.xml": '<?xml version="1.0"?><gates><gate id="1"><name>north</name><fee>12</fee></gate></gates>',
    "gates.rst": "Gates\n=====\n\nThe north gate opens at six.\n\nFees\n----\n\nTwelve crowns.\n",
    "gate.log": "".join(f"2025-02-02 03:{n:02} gate {n} jammed by ice\n" for n in range(60)),
    "gate.py": "def open_gate(number: int) -> None:\n    print('opening', number)\n",
    "gates.tsv": "gate\tkeeper\nnorth\tRita Sohn\nsouth\tOtto Lamm\n",
    "talk.srt": "1\n00:00:01,000 --> 00:00:04,000\nThe gate opens at six.\n\n2\n00:10:00,000 --> 00:10:04,000\nNo.\n",
    "talk.vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Rita>The gate opens at six.\n",
    "dredging.ics": _EVENT,
    "keepers.vcf": "BEGIN:VCARD\nVERSION:3.0\nFN:Rita Sohn\nTEL:555 0120\nADR:;;Quay 5;Kelderby;;\nEND:VCARD\n",
    "crane.mbox": "".join(f"From - Tue Mar 04 2025\n{_MAIL.format(n)}\n" for n in range(1, 6)),
    "crane.mht": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
    "<p>The key hangs behind the clock.</p>\n--b--\n",
}


def write_seeds(folder: Path) -> tuple[Path, ...]:
    """Write a good file of each format into a folder, and return them."""
    contents = {name: text.encode() for name, text in TEXTS.items()}
    mail = _MAIL.format(3).encode()
    contents["crane.emlx"] = b"%d\n%s<plist></plist>\n" % (len(mail), mail)
    contents["winmail.tnef"] = _wrapped_message()
    contents["gates.ods"] = _spreadsheet(
        "<table:table-row><table:table-cell><text:p>Rita Sohn</text:p></table:table-cell></table:table-row>"
    )
    contents["folder.zip"] = _zip({name: contents[name] for name in ("gates.json", "gates.tsv", "crane.mbox")})
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)


def format_bombs(large: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield (kind, name, bytes) of files that claim to be far larger than they are, or nest without end."""
    for name, opened, closed in (("deep.json", b"[", b"]"), ("deep.xml", b"<a>", b"</a>")):
        yield "deep nesting", name, opened * DEEP + b'"words"' + closed * DEEP
    laughs = '<!ENTITY a0 "ha ">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    yield "entity bomb", "laughs.xml", f"<!DOCTYPE a [{laughs}]><a>words &a9;</a>".encode()
    cell = f'<table:table-cell table:number-columns-repeated="{MANY}"><text:p>words</text:p></table:table-cell>'
    yield (
        "many cells",
        "repeated.ods",
        _spreadsheet(f'<table:table-row table:number-rows-repeated="{MANY}">{cell}</table:table-row>'),
    )
    cells = f"<table:table table:name='a'><table:table-row table:number-rows-repeated='{MANY}'>{cell}</table:table-row>"
    yield "many cells", "repeated.fods", _FLAT.format("spreadsheet", f"{cells}</table:table>").encode()
    merged = f'<Row ss:Index="1048576"><Cell ss:Index="16384" ss:MergeAcross="{MANY}" ss:MergeDown="{MANY}"/></Row>'
    yield "many cells", "merged.xls", _EXCEL_2003.format(merged + "<Row><Cell/></Row>" * (large // 20)).encode()
    yield "deep nesting", "deep.fodt", _FLAT.format("text", "<text:section>" * DEEP + "a").encode()
    yield "deep nesting", "frames.html", b"<p>words</p>" + b"<iframe srcdoc='" * DEEP
    yield "deep nesting", "deep.ipynb", b'{"cells": ' + b"[" * DEEP
    yield "many cells", "wide.csv", b",".join([b"word"] * (large // 5)) + b"\n" + b",".join([b"1"] * (large // 5))
    yield "many cells", "tall.csv", b"a,b\n" + b"1,2\n" * (large // 4)
    yield "many messages", "many.mbox", b"From - x\nSubject: a\n\nwords\n\n" * (large // 30)
    yield "many messages", "folded.ics", _EVENT.replace("budget", "\n " * (large // 3)).encode()
    yield "many messages", "parameters.ics", b"BEGIN:VEVENT\nSUMMARY" + b";a=b,c" * (large // 6) + b":x\nEND:VEVENT\n"
    yield "deep nesting", "begun.ics", b"BEGIN:VEVENT\n" * (large // 13)
    yield (
        "many messages",
        "lengths.tnef",
        _wrapped_message() + struct.pack("<BHHI", 1, 0x9003, 0, 0xFFFFFFF0) + b"\xff" * 64,
    )
    packed = _zip({"words.txt": b"words " * (large // 6)})
    for level in range(12):
        packed = _zip({f"{level}-{copy}.zip": packed for copy in range(3 if level < 6 else 1)})
    yield "deep nesting", "matryoshka.zip", packed
    yield "climbing names", "climbing.zip", _zip({"../../climbed.txt": b"words up", "/etc/climbed.txt": b"words"})
    yield "zip bomb", "zeros.zip", _zip({"zeros.txt": bytes(80 << 20)})
    yield (
        "huge picture",
        "huge.bmp",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0),
    )
    yield "deep nesting", "cues.srt", b"1\n00:00:01,000 --> 00:00:04,000\nwords\n\n" * (large // 40)


def _spreadsheet(rows: str) -> bytes:
    content = (
        f"<office:document-content {_ODS_NAMES}><office:body><office:spreadsheet>"
        f'<table:table table:name="Gates">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return _zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


def _wrapped_message() -> bytes:
    """Return a winmail.dat with a text and a file."""
    attributes = (
        (1, 0x8004, b"Gate\0"),
        (1, 0x800C, b"The gate is shut until June.\0"),
        (2, 0x9002, bytes(14)),
        (2, 0x8010, b"notes.txt\0"),
        (2, 0x800F, b"The keeper has the key."),
    )
    packed = (
        struct.pack("<BHHI", level, name, 0, len(content)) + content + b"\0\0" for level, name, content in attributes
    )
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(packed)


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
