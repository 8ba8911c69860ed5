"""A catalogue is copied whole."""

from __future__ import annotations

from rag.storage.catalogue.copying import COPIED
from rag.storage.catalogue.schema import erasures, full_text_versions, metadata


def test_every_table_is_copied_but_those_that_each_database_fills_itself() -> None:
    assert set(metadata.tables.values()) - {full_text_versions, erasures} == set(COPIED)


def test_what_a_table_refers_to_is_copied_before_it() -> None:
    order = list(COPIED)
    for table in order:
        for key in table.foreign_keys:
            assert order.index(key.column.table) < order.index(table)
