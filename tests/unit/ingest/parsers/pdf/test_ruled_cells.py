from ingest.parsers.pdf.drawing import Rules
from ingest.parsers.pdf.row import Row, row_of
from ingest.parsers.pdf.ruled_cells import part_ruled_cells
from ingest.parsers.pdf.words import Word


def row(baseline: int, *words: tuple[str, int, int]) -> Row:
    return row_of([Word(text, False, left, baseline, right, baseline + 100) for text, left, right in words], False)


def test_a_line_between_two_words_parts_their_cells() -> None:
    rows = [row(900, ("Maximum", 0, 400), ("head", 430, 600), ("7", 700, 750), ("m", 780, 850))]
    rows.append(row(700, ("Weight", 0, 300), ("4", 700, 750), ("kg", 780, 850)))
    part_ruled_cells(rows, lambda: Rules([], [(650, 600, 1100)]))
    assert [[word.text for word in cell] for cell in rows[0].cells] == [["Maximum", "head"], ["7", "m"]]


def test_lines_elsewhere_part_no_cells() -> None:
    rows = [row(900, ("Maximum", 0, 400), ("head", 430, 600), ("7", 700, 750), ("m", 780, 850))]
    rows.append(row(700, ("Weight", 0, 300), ("4", 700, 750), ("kg", 780, 850)))
    part_ruled_cells(rows, lambda: Rules([], [(650, 100, 500), (500, 600, 1100)]))
    assert len(rows[0].cells) == 1
