"""Checks how citation markers are recognised, rewritten and left out while text streams."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.markers import CitationFilter


def filtered(text: str, known: tuple[int, ...] = (1, 2, 3)) -> str:
    citation_filter = CitationFilter(known)
    return citation_filter.feed(text) + citation_filter.finish()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A [1].", "A [1]."),
        ("A [1, 2].", "A [1][2]."),
        ("A [1][3].", "A [1][3]."),
        ("A [1-3].", "A [1][2][3]."),
        ("A [1–2; 3].", "A [1][2][3]."),
        ("A 【1】.", "A [1]."),
        ("A 【2†source】.", "A [2]."),
        ("A [^1].", "A [1]."),
        ("A (source 1).", "A [1]."),
        ("A (Sources 1 and 2).", "A [1][2]."),
        ("A [Source 1].", "A [1]."),
        ("A [Source 1, Source 2].", "A [1][2]."),
        ("A [source 3: report.pdf, page 4].", "A [3]."),
        ("A [Doc 2].", "A [2]."),
        ("in 2016[1].", "in 2016[1]."),
        ("A [1]-[3].", "A [1][2][3]."),
        ("A [1] – [3].", "A [1][2][3]."),
        ("A [1:4].", "A [1]."),
        ("A [1:4-6], b.", "A [1], b."),
        ("A [1†L3].", "A [1]."),
        ("A 【1】【2】.", "A [1][2]."),
        ("A 【1†L3-L5】.", "A [1]."),
        ("A [Source: 2].", "A [2]."),
        ("A [Quelle 3].", "A [3]."),
        ("A (Quelle 3).", "A [3]."),
        ("A [source-1].", "A [1]."),
        ("A [source_1].", "A [1]."),
        ("A [来源1]。", "A [1]。"),
        ("A [see source 2].", "A [2]."),
        ("A [1/2].", "A [1][2]."),
        ("A [1](#ref).", "A [1]."),
        ("A [1] (#source-1).", "A [1]."),
        ("A [[1]].", "A [1]."),
        ("A [[1], [2]].", "A [1][2]."),
        ("A [[1]](#a) b.", "A [1] b."),
        ("A [1, p. 4].", "A [1]."),
        ("A [1, page 4].", "A [1]."),
        ("A [2, S. 4].", "A [2]."),
        ("A [doc 3].", "A [3]."),
        ("A <sup>2</sup>.", "A [2]."),
        ("A < sup>[2]< /sup>.", "A [2]."),
        ("The lamp flashes¹.", "The lamp flashes[1]."),
        ("The lamp flashes.² It", "The lamp flashes.[2] It"),
        ("The lamp flashes¹˒³ now.", "The lamp flashes[1][3] now."),
        ("The lamp flashes¹².", "The lamp flashes[1][2]."),
        ("The lamp flashes (1).", "The lamp flashes [1]."),
        ("The lamp flashes (1)(2). It turns (3).", "The lamp flashes [1][2]. It turns [3]."),
        ("The lamp flashes. (1)\nIt turns (2, 3)", "The lamp flashes. [1]\nIt turns [2][3]"),
    ],
)
def test_every_way_of_writing_a_citation_becomes_a_bracketed_number(written: str, expected: str) -> None:
    assert filtered(written) == expected


@pytest.mark.parametrize(
    ("written", "expected", "removed"),
    [
        ("A [7].", "A.", (7,)),
        ("A [7] b.", "A b.", (7,)),
        ("A [7][1].", "A [1].", (7,)),
        ("A [7] [1].", "A [1].", (7,)),
        ("A [1][7].", "A [1].", (7,)),
        ("A [2, 9, 7] b", "A [2] b", (9, 7)),
        ("A [7] [8] [7]", "A", (7, 8)),
        ("[7] A", "A", (7,)),
        ("- [7] A\n  [8] B", "- A\n  B", (7, 8)),
        ("A [7]\nB", "A\nB", (7,)),
        ("A [0].", "A.", (0,)),
    ],
)
def test_a_number_without_a_source_is_removed_with_its_space(
    written: str, expected: str, removed: tuple[int, ...]
) -> None:
    citation_filter = CitationFilter((1, 2, 3))
    assert citation_filter.feed(written) + citation_filter.finish() == expected
    assert citation_filter.removed_numbers == removed


@pytest.mark.parametrize(
    "text",
    [
        "See [7](https://example.org).",
        "Use `rows[7]` here.",
        "```python\nrows = [7, 8]\n```\n",
        "The first is items[0].",
        "The interval [0, 9] holds.",
        "In [2019] and [see below] (note 4) (7).",
        "Then x[1] = 3 holds.",
        "Then x[1] += 3 and row_sums[2] too.",
        "Here x [1] = 3.",
        "Take items[1:3] and rowSums[2].length and f(x)[1].",
        "The matrix m[0][1] is zero.",
        "An area of 5 km² and 3 m³, 10³ and x² (and a²).",
        "See equation (1). It holds in (2).",
        "(1) The lamp flashes. (2) It turns.",
        "Do (1) this, (2) that and (3) those.",
        "Under § 4 (1) and clause 4.2 (2).",
        "It is f(1). So y = (2).",
        "A number (7).",
        "Keep  two  spaces \n",
    ],
)
def test_text_that_is_no_citation_passes_unchanged(text: str) -> None:
    assert filtered(text) == text


def test_after_a_code_block_invented_numbers_are_removed_again() -> None:
    assert filtered("```\na[7]\n```\nB [7].") == "```\na[7]\n```\nB."


def test_a_stray_backtick_does_not_shield_an_invented_number() -> None:
    assert filtered("It's `odd [7].\nB `x` [7].") == "It's `odd.\nB `x`."


def test_an_answer_that_cites_in_square_brackets_counts_in_round_ones() -> None:
    assert filtered("The lamp flashes [2]. It has lenses (3).") == "The lamp flashes [2]. It has lenses (3)."


def test_ordinary_text_is_released_at_once() -> None:
    citation_filter = CitationFilter((1,))
    assert citation_filter.feed("Sales rose (see the note") == "Sales rose (see the note"
    assert citation_filter.feed(" to 5 [") == " to 5"
    assert citation_filter.feed("1") == ""
    assert citation_filter.feed("].") == " [1]."


def test_markers_are_located_in_the_released_text() -> None:
    citation_filter = CitationFilter((1, 2))
    text = citation_filter.feed("A [5] b [1, 2]. C 【2】") + citation_filter.finish()
    assert [text[marker.start : marker.end] for marker in citation_filter.markers] == ["[1]", "[2]", "[2]"]
    assert [marker.number for marker in citation_filter.markers] == [1, 2, 2]


PIECES = st.sampled_from(
    [
        *(
            "[1]",
            "(1)",
            "[1]-[3]",
            "[[2]]",
            "(#a)",
            "x[1]",
            "<sup>",
            "word",
            "[7]",
            "[1, 7]",
            "(source 1)",
            "[Source 2: x]",
        ),
        *"[]()【】`\n ^-,;:.a1 207†¹²=#/",
        *("```", "and", "so", " [3]"),
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join), st.data())
def test_how_the_stream_is_cut_never_changes_what_is_released(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    bounds = [0, *cuts, len(text)]
    citation_filter = CitationFilter((1, 2, 3))
    released = "".join(citation_filter.feed(text[a:b]) for a, b in pairwise(bounds))
    released += citation_filter.finish()
    assert released == filtered(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_the_stream_cut_into_single_characters_gives_the_same_text(text: str) -> None:
    citation_filter = CitationFilter((1, 2, 3))
    released = "".join(map(citation_filter.feed, text)) + citation_filter.finish()
    assert released == filtered(text)
    for marker in citation_filter.markers:
        assert released[marker.start : marker.end] == f"[{marker.number}]"
