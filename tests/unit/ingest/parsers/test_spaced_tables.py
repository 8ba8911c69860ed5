import pytest

from ingest.parsers.spaced_tables import part_tables
from rag.types import BlockKind


def blocks(text: str) -> list[tuple[str, str]]:
    return [(kind.value, part) for kind, part in part_tables(text)]


def test_columns_parted_by_spaces_are_cells_of_rows() -> None:
    text = "Discounts in 2024\nPieces          Discount\n1 to 9          none\nfrom 10 on      7 %\nNot on tools."
    assert blocks(text) == [
        (BlockKind.PARAGRAPH, "Discounts in 2024"),
        (BlockKind.TABLE_HEAD, "Pieces | Discount"),
        (BlockKind.TABLE_ROW, "1 to 9 | none"),
        (BlockKind.TABLE_ROW, "from 10 on | 7 %"),
        (BlockKind.PARAGRAPH, "Not on tools."),
    ]


def test_an_empty_cell_keeps_its_column() -> None:
    text = "Room    Keeper     Phone\nA 1     Ada Finch  0155\nA 2                0188"
    assert blocks(text)[-1] == (BlockKind.TABLE_ROW, "A 2 |  | 0188")


def test_rows_out_of_line_are_told_by_their_number_of_cells() -> None:
    text = "Gate   Keeper   Phone\nEast-Southeast    Ulf Berg  0140\nWest  Rita Sohn         0188"
    assert blocks(text)[1] == (BlockKind.TABLE_ROW, "East-Southeast | Ulf Berg | 0140")


def test_rules_between_rows_are_no_rows() -> None:
    assert len(blocks("Pieces    Discount\n------    --------\n1         none")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Phone:    0155\nFax:      0188",
        "The first sentence.  The second one.\nA third one.  And a fourth.",
        "1.  Open the valve\n2.  Close the valve",
        "One line    with a gap",
    ],
)
def test_labels_sentences_and_lists_are_no_tables(text: str) -> None:
    assert [kind for kind, _ in blocks(text)] == [BlockKind.PARAGRAPH]
