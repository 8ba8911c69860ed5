"""Ids of documents and runs: all different, never given twice, and in no order that tells how many there are."""

from __future__ import annotations

from pathlib import Path

from rag.storage.catalogue.numbering import FIRST, next_number, permute
from rag.storage.catalogue.schema import documents, open_catalogue


def test_numbers_are_permuted_by_a_key() -> None:
    numbers = range(1, 2_000)
    one, other = ([permute(key * 16, number) for number in numbers] for key in (b"a", b"b"))
    assert len(set(one)) == len(numbers)
    assert all(0 <= number < FIRST for number in one)
    assert one != other
    assert sorted(one) != one


def test_a_number_is_not_given_again_after_a_restart(tmp_path: Path) -> None:
    given = []
    for _ in range(3):
        engine = open_catalogue(tmp_path / "catalogue.sqlite")
        with engine.begin() as connection:
            given += [next_number(connection, documents) for _ in range(3)]
        engine.dispose()
    assert len({id_ for id_, _ in given}) == 9
    assert all(FIRST <= id_ < 2 * FIRST for id_, _ in given)
    assert [place for _, place in given] == list(range(1, 10))
