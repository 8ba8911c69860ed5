"""Tests of the PDF that an answer is shared as."""

import io

from PIL import Image
from pypdf import PdfReader

from app.web import texts
from app.web.ask.shared_answer import ProofPage, SharedAnswer
from app.web.ask.shared_blocks import Block, Run, read_blocks
from app.web.ask.shared_pdf import shared_pdf, unwritable
from rag.types import Citation


def _citation(number: int, quote: str, *, supported: bool = True) -> Citation:
    return Citation(number, "", "handbook.pdf", 3, "3", quote, (), supported)


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (950, 1_300), "white").save(written, "PNG")
    return written.getvalue()


def _shared(text: str, quote: str, *, picture: bytes = b"", supported: bool = True) -> PdfReader:
    proof = ProofPage("Handbook, page 3", "handbook.pdf", (_citation(1, quote, supported=supported),), picture)
    answer = SharedAnswer("How often does it flash?", ("Asked of “sample”",), text, (proof,), "See <b>page</b> 4.")
    return PdfReader(io.BytesIO(shared_pdf(answer)))


def test_a_pdf_has_the_answer_its_verdicts_and_the_page_that_proves_it_to_which_its_number_leads() -> None:
    made = _shared("It flashes **every ten seconds** [1].", "every ten\nseconds", picture=_picture(), supported=False)
    words = "\n".join(page.extract_text() for page in made.pages)
    for said in ("How often does it flash?", "every ten seconds", texts.EXPORT_UNSUPPORTED, "See <b>page</b> 4."):
        assert said in words
    assert made.metadata is not None
    assert made.metadata.title == "How often does it flash?"
    links = [note.get_object()["/Dest"] for page in made.pages for note in page.get("/Annots", ())]
    assert links == ["proof-1"]
    assert "proof-1" in made.named_destinations
    at = made.get_destination_page_number(made.named_destinations["proof-1"])
    assert at is not None
    assert [len(page.images) for page in made.pages][at] == 1


def test_whatever_an_llm_wrote_becomes_a_pdf_and_leads_nowhere_else() -> None:
    text = (
        "# A heading\n\n- one\n  - two *or three*\n\n1. first [9]\n\n| a | b |\n|---|---|\n| [1] | 1,200 € |\n\n"
        "<script>alert(1)</script> ![x](http://example.org/x.png) [y](http://example.org) [1]\n\n"
        "```\nx[2] = 3\n```\n\x00\ud800 | " + "wide " * 4_000
    )
    made = _shared(text, "Straße, Ελληνικά, Русский: 5 €")
    words = "\n".join(page.extract_text() for page in made.pages)
    for said in (
        "two",
        "or three",
        "1,200 €",
        "alert(1)",
        "http://example.org/x.png",
        "Straße, Ελληνικά, Русский: 5 €",
    ):
        assert said in words
    links = {note.get_object().get("/Dest") for page in made.pages for note in page.get("/Annots", ())}
    assert links == {"proof-1"}


def test_a_table_with_a_row_higher_than_a_page_is_written_as_lines() -> None:
    made = _shared("| a | b |\n|---|---|\n| one | " + "long " * 3_000 + "end |", "quote")
    assert "end" in "\n".join(page.extract_text() for page in made.pages)


def test_words_that_run_from_the_right_are_written_whole() -> None:
    made = _shared("שעות הפתיחה הן תשע עד חמש [1].", "תשע עד חמש")
    assert len(made.pages) == 1


def test_characters_that_no_font_has_are_told() -> None:
    assert not unwritable("Zürich, naïve – “quoted” 5 €\u200b")
    assert unwritable("a \U0010fffd b") == "\U0010fffd"


def test_markdown_is_read_as_blocks() -> None:
    blocks = list(read_blocks("# T\n\n1. a **b**\n2. c\n   - d\n\n| h |\n|---|\n| i |\n"))
    assert blocks == [
        Block((Run("T"),), is_heading=True),
        Block((Run("a "), Run("b", is_bold=True)), 1, "1.", is_first=True),
        Block((Run("c"),), 1, "2."),
        Block((Run("d"),), 2, "•"),
        Block(rows=(("h",), ("i",))),
    ]
