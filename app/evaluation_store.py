"""Questions with known pages, and how evaluations on them went, kept in `service.sqlite`. Measures nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from app.evaluation import GoldQuestion
from rag.errors import ConfigurationError, NotFoundError, StoreError

LOCK_WAIT_SECONDS = 30.0

MOST_QUESTIONS = 10_000
"""Of one collection: an evaluation of more would take hours."""

TABLES = """
    CREATE TABLE IF NOT EXISTS gold_questions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection TEXT NOT NULL,
        question TEXT NOT NULL,
        document TEXT NOT NULL,
        pages TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (collection, question, document)
    );
    CREATE TABLE IF NOT EXISTS evaluations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection TEXT NOT NULL,
        started_at TEXT NOT NULL,
        result TEXT NOT NULL
    );
"""

State = Literal["running", "done", "failed", "cut off"]


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question with known pages, as it is kept."""

    id: int
    gold: GoldQuestion
    added_at: str


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """How one question went: the place of its first gold page, None where none was found, and what stood first."""

    question: str
    document: str
    pages: tuple[int, ...]
    rank: int | None
    found: str
    found_page: int | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run over the questions of a collection, as far as it is; `scores` are those of `lectern eval`."""

    id: int
    collection: str
    started_at: str
    questions: int
    settings: dict[str, Any]
    state: State = "running"
    finished_at: str = ""
    asked: int = 0
    scores: dict[str, float] = field(default_factory=dict)
    outcomes: tuple[QuestionOutcome, ...] = ()
    problem: str = ""
    remedy: str = ""


class EvaluationStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, file: Path) -> None:
        self._file = file

    # --- questions ---

    def add_questions(self, collection: str, questions: Sequence[GoldQuestion]) -> int:
        """Keep questions; one that is there already gets the pages given now. Returns how many are new."""
        with self._transaction() as connection:
            before = _count(connection, collection)
            connection.executemany(
                "INSERT INTO gold_questions (collection, question, document, pages, added_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET pages = excluded.pages",
                [(collection, gold.question, gold.document, json.dumps(gold.pages), now()) for gold in questions],
            )
            after = _count(connection, collection)
            if after > MOST_QUESTIONS:
                raise ConfigurationError(
                    f"A collection can have {MOST_QUESTIONS:,} questions at most.", "Remove some, or add fewer."
                )
            return after - before

    def questions(self, collection: str) -> list[KeptQuestion]:
        """All of a collection, the oldest first."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT id, question, document, pages, added_at FROM gold_questions WHERE collection = ? ORDER BY id",
                (collection,),
            )
            return [
                KeptQuestion(id_, GoldQuestion(question, document, tuple(json.loads(pages))), added_at)
                for id_, question, document, pages, added_at in rows
            ]

    def remove_question(self, collection: str, question_id: int) -> None:
        """Forget one. Raises NotFoundError."""
        with self._transaction() as connection:
            gone = connection.execute(
                "DELETE FROM gold_questions WHERE collection = ? AND id = ?", (collection, question_id)
            )
            if not gone.rowcount:
                raise NotFoundError(f"There is no question {question_id} of this collection.", "List them again.")

    # --- evaluations ---

    def start(self, collection: str, *, questions: int, settings: dict[str, Any]) -> Evaluation:
        """Record that one begins."""
        with self._transaction() as connection:
            started_at = now()
            added = connection.execute(
                "INSERT INTO evaluations (collection, started_at, result) VALUES (?, ?, '{}')", (collection, started_at)
            )
            assert added.lastrowid is not None
            evaluation = Evaluation(added.lastrowid, collection, started_at, questions, settings)
            _save(connection, evaluation)
            return evaluation

    def save(self, evaluation: Evaluation) -> None:
        """Record how far one is, or how it ended."""
        with self._transaction() as connection:
            _save(connection, evaluation)

    def evaluations(self, collection: str, *, limit: int) -> list[Evaluation]:
        """The newest first."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT result FROM evaluations WHERE collection = ? ORDER BY id DESC LIMIT ?", (collection, limit)
            )
            return [_loaded(result) for (result,) in rows]

    def evaluation(self, collection: str, evaluation_id: int) -> Evaluation:
        """One of them. Raises NotFoundError."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT result FROM evaluations WHERE collection = ? AND id = ?", (collection, evaluation_id)
            ).fetchone()
            if row is None:
                raise NotFoundError(f"There is no evaluation {evaluation_id} of this collection.", "List them again.")
            return _loaded(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._file, timeout=LOCK_WAIT_SECONDS)) as connection, connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(TABLES)
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self._file} cannot be used: {error}.", "Check its permissions and the room on its disk."
            ) from error


def _count(connection: sqlite3.Connection, collection: str) -> int:
    found = connection.execute("SELECT count(*) FROM gold_questions WHERE collection = ?", (collection,))
    return int(found.fetchone()[0])


def _save(connection: sqlite3.Connection, evaluation: Evaluation) -> None:
    connection.execute(
        "UPDATE evaluations SET result = ? WHERE id = ?", (json.dumps(asdict(evaluation)), evaluation.id)
    )


def _loaded(result: str) -> Evaluation:
    values = json.loads(result)
    outcomes = tuple(
        QuestionOutcome(**{**outcome, "pages": tuple(outcome["pages"])}) for outcome in values.pop("outcomes")
    )
    return Evaluation(**values, outcomes=outcomes)


def now() -> str:
    """The time as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")
