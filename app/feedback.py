"""What people thought of answers, kept in `service.sqlite`. Knows no HTTP."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from app.service_file import ServiceFile

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
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's word on one answer."""

    collection: str
    question: str
    answer: str
    rating: Literal["up", "down"]
    comment: str = ""
    given_at: str = ""


class FeedbackStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, file: Path) -> None:
        self._service_file = ServiceFile(file, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._service_file.close()

    def add(self, given: Feedback) -> int:
        """Keep one; returns its id."""
        values = {**asdict(given), "given_at": datetime.now(UTC).isoformat(timespec="seconds")}
        with self._service_file.writing() as connection:
            added = connection.execute(insert(feedback).values(**values))
            assert added.inserted_primary_key is not None
            return int(added.inserted_primary_key[0])

    def newest(self, collection: str, *, limit: int) -> list[Feedback]:
        """What was said about a collection's answers, the newest first."""
        mine = feedback.c.collection == collection
        with self._service_file.reading() as connection:
            rows = connection.execute(select(feedback).where(mine).order_by(feedback.c.id.desc()).limit(limit))
            return [
                Feedback(row.collection, row.question, row.answer, row.rating, row.comment, row.given_at)
                for row in rows
            ]
