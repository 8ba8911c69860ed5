"""Queries for the full-text search, fusion, segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.errors import QuestionError
from rag.retrieval import CLEAR, FIRST_READ, PASSED_OVER, check_question, fuse, lower_contents, score_until_clear
from rag.segments import choose_chunks, join_segments
from rag.storage.catalogue.full_text import full_text_query
from rag.types import CONTENTS_SECTION, Chunk, DocumentInfo, Hit, Page, Span

PAGE_TEXT = "One sentence. Two sentences. Three sentences. Four."


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert full_text_query("What is the revenue?") == '"revenue"'
    assert full_text_query("who is it") != ""


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("the 10-K filing", '"10 k"'),
        ("was it 5,794?", '"5 794"'),
        ("was it 5,794?", '"5794"'),
        ("was it 5794", '"5 794"'),
        ("part AB-12/4 of", '"ab 12 4"'),
        ("snake_case_name", '"snake case name"'),
        ("What does Rule 7(2)(b) say?", '"rule 7"'),
    ],
)
def test_identifiers_and_numbers_are_found_as_they_are_written(question: str, term: str) -> None:
    assert term in full_text_query(question).split(" OR ")


def test_what_stands_behind_a_clear_hit_is_not_read_and_stands_below_it() -> None:
    first = [-5.0, CLEAR + 1, *[-1.0] * (FIRST_READ - 2)]
    scores, read = scored_by([*first, 9.0, 9.0])
    assert scores == [*first, -5.0, -5.0]
    assert read == FIRST_READ
    assert scored_by([1.0] * (FIRST_READ + 1))[0][-1] == PASSED_OVER


def test_all_is_read_where_no_hit_is_clear() -> None:
    given = [*[CLEAR] * FIRST_READ, 9.0, -9.0]
    assert scored_by(given) == (given, len(given))


def scored_by(scores: list[float]) -> tuple[list[float], int]:
    """Score as many hits, and return their scores and how many were read."""
    hits = [hit(1, at) for at in range(len(scores))]
    read: list[Hit] = []

    def score(some: Sequence[Hit]) -> list[float]:
        read.extend(some)
        return [scores[one.chunk.ordinal] for one in some]

    return score_until_clear(score, hits), len(read)


@pytest.mark.parametrize("question", ['"', "a AND b OR NOT c", "NEAR(x y)", "col:x", "*", "^a", "(", "x'; DROP"])
def test_search_syntax_in_a_question_is_words(question: str) -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    if query := full_text_query(question):
        connection.execute("SELECT * FROM words WHERE words MATCH ?", (query,)).fetchall()
    connection.close()


def test_fusion_prefers_what_both_rankings_found() -> None:
    fused = fuse(([("a", 0.9), ("b", 0.8)], 1.0), ([("b", 12.0), ("c", 11.0)], 1.0))
    assert [id_ for id_, _ in fused] == ["b", "a", "c"]
    assert fused[0][1] == pytest.approx(1 / 62 + 1 / 61)


def test_a_ranking_of_half_weight_moves_half_as_much() -> None:
    fused = dict(fuse(([("a", 0.9)], 1.0), ([("b", 0.8)], 0.5)))
    assert fused["b"] == pytest.approx(fused["a"] / 2)


def test_a_table_of_contents_comes_after_the_section_that_it_points_to() -> None:
    document = DocumentInfo(1, "handbook.pdf", "", "Handbook", "pdf", "indexed")
    contents = Hit("1.a:0", document, Chunk(0, "4 Overtime 5", "", CONTENTS_SECTION, (Span(0, 0, 12),)), 0.0)
    section = Hit("1.a:1", document, Chunk(1, "Overtime is paid twice.", "", "4 Overtime", (Span(4, 0, 23),)), 0.0)
    low, high = lower_contents([6.0, 4.0], [contents, section])
    assert low < high == 4.0


@pytest.mark.parametrize("question", ["", "   ", "?!", "\n"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        check_question(question)


def test_an_overlong_question_is_refused_with_its_length() -> None:
    with pytest.raises(QuestionError, match="100,000"):
        check_question("a" * 100_000)


def hit(document: int, ordinal: int, *spans: Span) -> Hit:
    info = DocumentInfo(document, f"{document}.pdf", "/", "T", "pdf", "indexed")
    text = "\n".join(PAGE_TEXT[span.start : span.end] for span in spans)
    return Hit(f"{document}:{ordinal}", info, Chunk(ordinal, text, "T", "S", spans), 1.0)


def load_pages(document: int, numbers: object) -> dict[int, Page]:
    return {0: Page(0, PAGE_TEXT, (), label="i"), 1: Page(1, PAGE_TEXT, ())}


def test_adjacent_chunks_become_one_source_in_reading_order() -> None:
    hits = [hit(1, 4, Span(0, 14, 28)), hit(2, 0, Span(0, 0, 13)), hit(1, 3, Span(0, 0, 13))]
    first, second = join_segments(hits, load_pages)
    assert (first.number, first.document.id, first.text) == (1, 1, "One sentence. Two sentences.")
    assert (second.number, second.document.id) == (2, 2)
    assert first.page_labels == {0: "i"}


def test_what_stands_behind_a_table_of_contents_is_a_source_of_its_own() -> None:
    contents, body = hit(1, 0, Span(0, 0, 13)), hit(1, 1, Span(0, 14, 28))
    contents = replace(contents, chunk=replace(contents.chunk, section=CONTENTS_SECTION))
    assert [source.text for source in join_segments([contents, body], load_pages)] == [
        "One sentence.",
        "Two sentences.",
    ]


def test_a_source_finds_the_page_of_its_words() -> None:
    (source,) = join_segments([hit(1, 0, Span(0, 0, 13)), hit(1, 1, Span(1, 14, 28))], load_pages)
    assert source.text == "One sentence.\nTwo sentences."
    start = source.text.index("Two")
    assert source.locate(start, start + 3) == (Span(1, 14, 17),)
    assert source.locate(0, len(source.text)) == (Span(0, 0, 13), Span(1, 14, 28))


def scored(document: int, ordinal: int, probability: float) -> Hit:
    return replace(hit(document, ordinal, Span(0, 0, 13)), score=probability)


def test_a_stretch_around_a_dull_chunk_is_worth_more_than_a_chunk_alone() -> None:
    hits = [scored(1, 4, 0.9), scored(2, 7, 0.3), scored(1, 6, 0.5)]
    choice = choose_chunks(hits, budget=3)
    assert [chosen.chunk_id for chosen in choice.hits] == ["1:4", "1:6"]
    assert choice.between == ("1:5",)


def test_chunks_that_hardly_answer_beside_the_best_are_no_sources() -> None:
    hits = [scored(1, 4, 0.9), scored(2, 7, 0.3), scored(3, 1, 0.01)]
    assert [chosen.chunk_id for chosen in choose_chunks(hits, budget=9).hits] == ["1:4", "2:7"]


def test_where_nothing_is_sure_the_next_best_are_sources_too() -> None:
    hits = [scored(1, 4, 0.02), scored(2, 7, 0.01), scored(3, 1, 0.0)]
    assert [chosen.chunk_id for chosen in choose_chunks(hits, budget=9).hits] == ["1:4", "2:7"]


def test_the_best_hit_is_a_source_even_where_nothing_answers() -> None:
    hits = [scored(1, 4, 0.0), scored(2, 7, 0.0)]
    assert [chosen.chunk_id for chosen in choose_chunks(hits, budget=9).hits] == ["1:4"]


def test_no_more_chunks_are_chosen_than_fit() -> None:
    hits = [scored(1, ordinal, 0.9 - ordinal / 100) for ordinal in range(20)]
    choice = choose_chunks(hits, budget=7)
    assert len(choice.hits) + len(choice.between) <= 7
    assert choice.hits[0].chunk_id == "1:0"
