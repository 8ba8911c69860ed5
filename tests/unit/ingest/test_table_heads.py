"""A table's head goes with its further rows, and with nothing else."""

from __future__ import annotations

import pytest

from ingest.chunking import chunk_document
from ingest.table_heads import TableWalk, head_of, join_cells
from rag.types import Block, BlockKind, Page, ParsedDocument
from tests.fakes import WordTokenizer


@pytest.mark.parametrize(
    ("row", "head"),
    [
        ("Berth | Length | Fee", "Berth | Length | Fee"),
        ("Item  2023  2022", "Item | 2023 | 2022"),
        ("Ort\tPreis (€)", "Ort | Preis (€)"),
        ("Inner basin | 12.5 | 40.00", ""),
        ("Net sales  1,234  5,678", ""),
        ("one cell only", ""),
    ],
)
def test_a_first_row_is_a_head_when_it_names_columns(row: str, head: str) -> None:
    assert head_of(row) == head


def test_a_head_belongs_to_the_further_rows_across_page_furniture_until_other_text_comes() -> None:
    walk = TableWalk()
    row, text, furniture = BlockKind.TABLE_ROW, BlockKind.PARAGRAPH, BlockKind.FURNITURE
    told = [
        (row, "Berth | Fee"), (row, "Inner | 40"), (furniture, "Page 2"), (row, "Outer | 55"), (text, "Notes"),
        (row, "Lift | 9"), (row, "Crane | 12"),
    ]  # fmt: skip
    assert [walk.enter(kind, words) for kind, words in told] == ["", "Berth | Fee", "", "Berth | Fee", "", "", ""]


def test_chunks_that_begin_within_a_table_have_its_head_in_their_header_and_only_page_text_in_their_text() -> None:
    rows = ["Berth | Length | Fee", *(f"berth{number} | {number}.5 | {number}0.00" for number in range(60))]
    text = "\n".join(rows)
    blocks, start = [], 0
    for row in rows:
        blocks.append(Block(BlockKind.TABLE_ROW, start, start + len(row)))
        start += len(row) + 1
    document = ParsedDocument("Dues", "csv", (Page(0, text, tuple(blocks)),))
    chunks = chunk_document(document, WordTokenizer(), limit=100, path="dues.csv")
    assert len(chunks) > 2
    assert "Berth | Length | Fee" not in chunks[0].header
    assert all(chunk.header.endswith("Berth | Length | Fee") for chunk in chunks[1:])
    for chunk in chunks:
        assert len(WordTokenizer().token_spans(chunk.text_to_embed)) <= 100
        assert chunk.text == "\n".join(text[span.start : span.end] for span in chunk.spans)


def test_a_row_may_begin_with_an_empty_cell_and_ends_with_none() -> None:
    assert join_cells(["", "2022", "2023"]).strip() == "| 2022 | 2023"
    assert join_cells(["", "North", "", ""]).strip() == "| North"
    assert join_cells(["Novels", "", "9"]) == "Novels |  | 9"
    assert join_cells(["", ""]) == ""
