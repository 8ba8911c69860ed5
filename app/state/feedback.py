"""Keeps what people say about answers. Sends it nowhere."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, Integer, MetaData, Row, String, Table, delete, insert, inspect, select

from app.state.database import ServiceDatabase
from rag.storage.catalogue.dialects.choice import Place

metadata = MetaData()

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("given_at", String, nullable=False),
    Column("collection", String, nullable=False),
    Column("question", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("rating", String, nullable=False),
    Column("comment", String, nullable=False),
    Column("citations", String, nullable=False),
    Column("given_by", String, nullable=False),
)

ADDED_COLUMNS = {
    "citations": "ALTER TABLE feedback ADD COLUMN citations TEXT NOT NULL DEFAULT '[]'",
    "given_by": "ALTER TABLE feedback ADD COLUMN given_by TEXT NOT NULL DEFAULT ''",
}
"""For a file from before these were kept."""


@dataclass(frozen=True, slots=True)
class CitedPage:
    """A page that an answer cited, 0-based."""

    document: str
    page: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's word on one answer."""

    collection: str
    question: str
    answer: str
    rating: Literal["up", "down"]
    comment: str = ""
    given_at: str = ""
    citations: tuple[CitedPage, ...] = ()
    given_by: str = ""
    """The name of the token by which it was given."""
    id: int = 0


class FeedbackStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)
        with self._database.writing() as connection:
            there = {column["name"] for column in inspect(connection).get_columns("feedback")}
            for name in ADDED_COLUMNS.keys() - there:
                connection.exec_driver_sql(ADDED_COLUMNS[name])

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, given: Feedback) -> int:
        """Keep one, in the place of what the same caller said about the same answer before; returns its id."""
        values = {
            **asdict(given),
            "given_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "citations": json.dumps([asdict(cited) for cited in given.citations]),
        }
        del values["id"]
        same = [feedback.c[name] == values[name] for name in ("collection", "question", "answer", "given_by")]
        with self._database.writing() as connection:
            connection.execute(delete(feedback).where(*same))
            added = connection.execute(insert(feedback).values(**values))
            assert added.inserted_primary_key is not None
            return int(added.inserted_primary_key[0])

    def newest(self, collection: str, *, limit: int) -> list[Feedback]:
        """List what was said about a collection's answers, the newest first."""
        mine = feedback.c.collection == collection
        with self._database.reading() as connection:
            rows = connection.execute(select(feedback).where(mine).order_by(feedback.c.id.desc()).limit(limit))
            return [_read(row) for row in rows]

    def load(self, collection: str) -> dict[int, Feedback]:
        """Return all that was said about a collection's answers, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(feedback).where(feedback.c.collection == collection))
            return {row.id: _read(row) for row in rows}

    def delete(self, ids: Collection[int]) -> None:
        """Delete some, and leave nothing of them in the file."""
        with self._database.writing() as connection:
            connection.execute(delete(feedback).where(feedback.c.id.in_(ids)))
        self._database.empty_log()


def _read(row: Row[Any]) -> Feedback:
    return Feedback(
        row.collection,
        row.question,
        row.answer,
        row.rating,
        row.comment,
        row.given_at,
        tuple(CitedPage(**cited) for cited in json.loads(row.citations)),
        row.given_by,
        row.id,
    )
