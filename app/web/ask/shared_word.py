"""Writes an answer with its proofs as a Word file (DOCX)."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from app.web import texts
from app.web.ask.shared_answer import ProofPage, SharedAnswer

if TYPE_CHECKING:
    from docx.document import Document

PICTURE_CENTIMETRES = 15.5

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
"""XML has no place for these."""

_BOLD = re.compile(r"\*\*(?=\S)(.+?)\*\*")

_ITEM = re.compile(r"^\s*(?:([-*•])|\d{1,3}[.)])\s+")


def shared_docx(answer: SharedAnswer) -> bytes:
    """Return the file's content."""
    # Loaded when it is asked for: a visit waits for no library that it may not need.
    import docx

    document = docx.Document()
    document.core_properties.title = _clean(answer.question)[:200]
    document.core_properties.author = texts.PRODUCT
    document.add_heading(_clean(answer.question), level=1)
    for line in answer.details:
        document.add_paragraph(_clean(line), style="Caption")
    for line in answer.text.split("\n"):
        if line.strip():
            _write_line(document, _clean(line))
    if answer.note:
        document.add_paragraph(_clean(f"{texts.ANSWER_WORDS['note']}: {answer.note}"))
    if answer.proofs:
        document.add_heading(texts.SHARE_PROOFS, level=2)
    for proof in answer.proofs:
        _write_proof(document, proof)
    document.add_paragraph(texts.SHARE_FOOT, style="Caption")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _write_line(document: Document, line: str) -> None:
    """Write a line of the answer: headings, items and bold words are kept, other Markdown stays as it is written."""
    if heading := re.match(r"^#{1,6}\s+", line):
        document.add_heading(line[heading.end() :], level=3)
        return
    item = _ITEM.match(line)
    style = None if item is None else "List Bullet" if item[1] else "List Number"
    paragraph = document.add_paragraph(style=style)
    for index, piece in enumerate(_BOLD.split(line[item.end() :] if item else line)):
        paragraph.add_run(piece).bold = bool(index % 2)


def _write_proof(document: Document, proof: ProofPage) -> None:
    from docx.shared import Cm

    numbers = " ".join(f"[{number}]" for number in proof.numbers)
    document.add_heading(_clean(f"{numbers} {proof.place} ({proof.document})"), level=3)
    for quote in proof.quotes:
        document.add_paragraph(_clean(quote.quote), style="Intense Quote")
        if not quote.supported:
            document.add_paragraph(texts.EXPORT_UNSUPPORTED, style="Caption")
    if proof.picture:
        document.add_picture(io.BytesIO(proof.picture), width=Cm(PICTURE_CENTIMETRES))


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
