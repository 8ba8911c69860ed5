"""What people thought of answers, kept in `service.sqlite`. Knows no HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rag.errors import StoreError

LOCK_WAIT_SECONDS = 30.0

TABLE = """
    CREATE TABLE IF NOT EXISTS feedback (
        id INTEGER PRIMARY KEY,
        given_at TEXT NOT NULL,
        collection TEXT NOT NULL,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        rating TEXT NOT NULL,
        comment TEXT NOT NULL,
        citations TEXT NOT NULL DEFAULT '[]'
    )
"""

CITATIONS_ADDED = "ALTER TABLE feedback ADD COLUMN citations TEXT NOT NULL DEFAULT '[]'"
"""For a file from before citations were kept."""


SELECT = """
    SELECT collection, question, answer, rating, comment, given_at, citations, id FROM feedback WHERE collection = ?
"""


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
    id: int = 0


class FeedbackStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, feedback: Feedback) -> int:
        """Keep one; returns its id."""
        values = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            feedback.collection,
            feedback.question,
            feedback.answer,
            feedback.rating,
            feedback.comment,
            json.dumps([asdict(cited) for cited in feedback.citations]),
        )
        with self._transaction() as connection:
            added = connection.execute(
                "INSERT INTO feedback (given_at, collection, question, answer, rating, comment, citations) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            assert added.lastrowid is not None
            return added.lastrowid

    def newest(self, collection: str, *, limit: int) -> list[Feedback]:
        """What was said about a collection's answers, the newest first."""
        with self._transaction() as connection:
            rows = connection.execute(f"{SELECT} ORDER BY id DESC LIMIT ?", (collection, limit))
            return [_read(row) for row in rows]

    def load(self, collection: str) -> dict[int, Feedback]:
        """All that was said about a collection's answers, by id."""
        if not self._file.exists():
            return {}
        with self._transaction() as connection:
            return {row[-1]: _read(row) for row in connection.execute(SELECT, (collection,))}

    def delete(self, ids: Collection[int]) -> None:
        """Forget some, and leave nothing of them in the file."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM feedback WHERE id = ?", [(id_,) for id_ in ids])
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._file, timeout=LOCK_WAIT_SECONDS)) as connection, connection:
                connection.execute("PRAGMA journal_mode = WAL")
                # What people write quotes documents: once deleted it is overwritten with zeros.
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute(TABLE)
                if "citations" not in {row[1] for row in connection.execute("PRAGMA table_info(feedback)")}:
                    connection.execute(CITATIONS_ADDED)
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self._file} cannot be used: {error}.", "Check its permissions and the room on its disk."
            ) from error


def _cited(stored: str) -> tuple[CitedPage, ...]:
    return tuple(CitedPage(**cited) for cited in json.loads(stored))


def _read(row: tuple[Any, ...]) -> Feedback:
    collection, question, answer, rating, comment, given_at, citations, id_ = row
    return Feedback(collection, question, answer, rating, comment, given_at, _cited(citations), id_)
