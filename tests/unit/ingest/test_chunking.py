"""Chunks fit the embedder, keep their pages, and lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking import SPECIAL_TOKENS, chunk_document
from rag.types import CONTENTS_SECTION, Block, BlockKind, Page, ParsedDocument, Section
from tests.fakes import WordTokenizer


def make_page(number: int, *blocks: tuple[BlockKind, str]) -> Page:
    text, made = "", []
    for kind, content in blocks:
        made.append(Block(kind, len(text), len(text) + len(content)))
        text += content + "\n\n"
    return Page(number, text, tuple(made))


def make_document(*pages: Page, sections: tuple[Section, ...] = (), title: str = "Guide") -> ParsedDocument:
    return ParsedDocument(title=title, file_type="pdf", pages=pages, sections=sections)


def paragraph(words: int, word: str = "word") -> tuple[BlockKind, str]:
    return BlockKind.PARAGRAPH, " ".join(f"{word}{number}" for number in range(words)) + "."


def test_a_short_document_is_one_chunk_with_its_title_as_header() -> None:
    document = make_document(make_page(0, paragraph(20)))
    (chunk,) = chunk_document(document, WordTokenizer(), limit=256)
    assert chunk.header == "Guide"
    assert chunk.text == document.pages[0].text.strip()


def test_the_file_name_joins_the_header_where_it_says_more_than_the_title() -> None:
    document = make_document(make_page(0, paragraph(5)), title="FORM 10-K")
    (chunk,) = chunk_document(document, WordTokenizer(), limit=256, path="Boeing_2022.pdf")
    assert chunk.header == "Boeing 2022: FORM 10-K"
    (same,) = chunk_document(make_document(make_page(0, paragraph(5))), WordTokenizer(), limit=256, path="guide.md")
    assert same.header == "Guide"


def test_repeated_headers_and_footers_are_in_no_chunk() -> None:
    page = make_page(0, (BlockKind.FURNITURE, "Annual Report 7"), paragraph(10), (BlockKind.FURNITURE, "Page 7"))
    (chunk,) = chunk_document(make_document(page), WordTokenizer(), limit=256)
    assert "Annual" not in chunk.text
    assert "Page" not in chunk.text


def test_a_table_of_contents_shares_no_chunk_with_other_text() -> None:
    page = make_page(0, paragraph(5), (BlockKind.CONTENTS, "1 Dues 4"), (BlockKind.CONTENTS, "2 Fees 7"), paragraph(5))
    chunks = chunk_document(make_document(page), WordTokenizer(), limit=256)
    assert [chunk.section for chunk in chunks] == ["", CONTENTS_SECTION, ""]
    assert chunks[1].text.split() == ["1", "Dues", "4", "2", "Fees", "7"]


def test_a_paragraph_across_pages_keeps_first_and_last_page() -> None:
    document = make_document(make_page(0, paragraph(30, "first")), make_page(1, paragraph(30, "second")))
    (chunk,) = chunk_document(document, WordTokenizer(), limit=256)
    assert (chunk.first_page, chunk.last_page) == (0, 1)


def test_a_full_chunk_ends_with_its_page() -> None:
    document = make_document(make_page(0, paragraph(90)), make_page(1, paragraph(90)))
    assert [(chunk.first_page, chunk.last_page) for chunk in chunk_document(document, WordTokenizer(), limit=256)] == [
        (0, 0),
        (1, 1),
    ]


def test_table_rows_are_never_cut() -> None:
    rows = [(BlockKind.TABLE_ROW, f"Item {number} | {number * 3} | {number * 7}") for number in range(200)]
    chunks = chunk_document(make_document(make_page(0, *rows)), WordTokenizer(), limit=100)
    lines = [line for chunk in chunks for line in chunk.text.splitlines() if line]
    assert lines == [text for _, text in rows]


def test_the_section_path_follows_the_levels() -> None:
    page = make_page(
        0,
        (BlockKind.HEADING, "Part one"),
        paragraph(70),
        (BlockKind.HEADING, "Details"),
        paragraph(70),
        (BlockKind.HEADING, "Part two"),
        paragraph(70),
    )
    starts = [block.start for block in page.blocks if block.kind is BlockKind.HEADING]
    sections = (
        Section("Part one", 1, 0, starts[0]),
        Section("Details", 2, 0, starts[1]),
        Section("Part two", 1, 0, starts[2]),
    )
    chunks = chunk_document(make_document(page, sections=sections), WordTokenizer(), limit=256)
    assert [chunk.section for chunk in chunks] == ["Part one", "Part one > Details", "Part two"]


def test_a_word_longer_than_a_chunk_is_cut_and_nothing_is_lost() -> None:
    text = "a-" * 400
    chunks = chunk_document(make_document(make_page(0, (BlockKind.PARAGRAPH, text))), WordTokenizer(), limit=64)
    assert "".join(chunk.text for chunk in chunks) == text


def test_a_document_of_marks_alone_gives_no_chunks() -> None:
    page = make_page(0, (BlockKind.PARAGRAPH, "— * * * —"))
    assert chunk_document(make_document(page), WordTokenizer(), limit=64) == []


@given(
    st.lists(st.lists(st.text("ab .\n|1", min_size=1, max_size=200), max_size=4), min_size=1, max_size=4),
    st.integers(min_value=24, max_value=80),
)
def test_every_word_is_in_exactly_one_chunk_that_fits(pages: list[list[str]], limit: int) -> None:
    made = [make_page(number, *((BlockKind.PARAGRAPH, text) for text in blocks)) for number, blocks in enumerate(pages)]
    tokenizer = WordTokenizer()
    chunks = chunk_document(make_document(*made), tokenizer, limit=limit)
    for chunk in chunks:
        assert len(tokenizer.token_spans(chunk.text_to_embed)) <= limit - SPECIAL_TOKENS
        assert chunk.text == "\n".join(made[span.page].text[span.start : span.end] for span in chunk.spans)
    written = "".join("".join(chunk.text.split()) for chunk in chunks)
    everything = "".join("".join(page.text.split()) for page in made)
    if any(character.isalnum() for character in everything):
        assert [c for c in written if c.isalnum()] == [c for c in everything if c.isalnum()]


@pytest.mark.parametrize("title", ["", "T" * 5000, "Very " * 400])
def test_a_monstrous_title_leaves_room_for_the_text(title: str) -> None:
    chunks = chunk_document(make_document(make_page(0, paragraph(300)), title=title), WordTokenizer(), limit=128)
    assert all(len(WordTokenizer().token_spans(chunk.text_to_embed)) <= 126 for chunk in chunks)
