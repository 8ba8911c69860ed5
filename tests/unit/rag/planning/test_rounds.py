"""What several look-ups found, as one list."""

from __future__ import annotations

from rag.planning.rounds import join_by_rounds, join_hits
from rag.types import Chunk, DocumentInfo, Hit, Span


def hit(document: int, page: int, ordinal: int, score: float = 1.0) -> Hit:
    info = DocumentInfo(document, f"{document}.pdf", "/", "", "pdf", "indexed")
    return Hit(f"{document}:{ordinal}", info, Chunk(ordinal, "words", "", "", (Span(page, 0, 5),)), score)


def test_each_round_takes_the_next_of_each_that_is_new() -> None:
    assert join_by_rounds(["abc", "bxy", "az"]) == ["a", "b", "z", "c", "x", "y"]


def test_rankings_that_end_leave_the_rounds_to_the_others() -> None:
    assert join_by_rounds(["a", "", "bcd"]) == ["a", "b", "c", "d"]
    assert join_by_rounds([]) == []


def test_a_page_brings_all_its_hits_whichever_look_up_found_them() -> None:
    own = [hit(1, 0, 0), hit(1, 5, 9)]
    planned = [hit(2, 3, 4), hit(1, 0, 1), hit(2, 3, 5)]
    joined = [one.chunk_id for one in join_hits([own, planned], limit=10)]
    assert joined == ["1:0", "1:1", "2:4", "2:5", "1:9"]


def test_no_more_hits_are_joined_than_there_is_room_for() -> None:
    assert len(join_hits([[hit(1, page, page) for page in range(9)], [hit(2, 0, 0)]], limit=4)) == 4
