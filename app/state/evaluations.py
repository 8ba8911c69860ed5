"""Questions with known pages, and how evaluations on them went, kept in `service.sqlite`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from app.evaluation.evaluate import GoldQuestion
from app.state.database import ServiceDatabase, upsert
from rag.errors import ConfigurationError, NotFoundError
from rag.storage.catalogue.dialects.choice import Place

MAX_QUESTIONS = 10_000
"""Of one collection: an evaluation of more would take hours."""

metadata = MetaData()

gold_questions = Table(
    "gold_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection", String, nullable=False),
    Column("question", String, nullable=False),
    Column("document", String, nullable=False),
    Column("pages", String, nullable=False),
    Column("added_at", String, nullable=False),
    UniqueConstraint("collection", "question", "document"),
    sqlite_autoincrement=True,
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("result", String, nullable=False),
    sqlite_autoincrement=True,
)

State = Literal["running", "done", "failed", "cut off"]


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question with known pages, as it is kept."""

    id: int
    gold: GoldQuestion
    added_at: str


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """The outcome of a question: the place of its first gold page (None if not found) and the first page found."""

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

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # --- questions ---

    def add_questions(self, collection: str, questions: Sequence[GoldQuestion]) -> int:
        """Keep questions; one that is there already gets the pages given now. Returns how many are new."""
        with self._database.writing() as connection:
            before = _count(connection, collection)
            for gold in questions:
                added = upsert(connection, gold_questions).values(
                    collection=collection,
                    question=gold.question,
                    document=gold.document,
                    pages=json.dumps(gold.pages),
                    added_at=now(),
                )
                key = ["collection", "question", "document"]
                connection.execute(
                    added.on_conflict_do_update(index_elements=key, set_={"pages": added.excluded.pages})
                )
            after = _count(connection, collection)
            if after > MAX_QUESTIONS:
                raise ConfigurationError(
                    f"A collection can have {MAX_QUESTIONS:,} questions at most.", "Remove some, or add fewer."
                )
            return after - before

    def questions(self, collection: str) -> list[KeptQuestion]:
        """Return all questions of a collection, the oldest first."""
        mine = select(gold_questions).where(gold_questions.c.collection == collection)
        with self._database.reading() as connection:
            return [
                KeptQuestion(
                    row.id, GoldQuestion(row.question, row.document, tuple(json.loads(row.pages))), row.added_at
                )
                for row in connection.execute(mine.order_by(gold_questions.c.id))
            ]

    def remove_question(self, collection: str, question_id: int) -> None:
        """Delete one. Raises NotFoundError."""
        one = (gold_questions.c.collection == collection) & (gold_questions.c.id == question_id)
        with self._database.writing() as connection:
            if not connection.execute(delete(gold_questions).where(one)).rowcount:
                raise NotFoundError(f"There is no question {question_id} of this collection.", "List them again.")

    # --- evaluations ---

    def start(self, collection: str, *, questions: int, settings: dict[str, Any]) -> Evaluation:
        """Record that one begins."""
        started_at = now()
        with self._database.writing() as connection:
            begun = insert(evaluations).values(collection=collection, started_at=started_at, result="{}")
            added = connection.execute(begun)
            assert added.inserted_primary_key is not None
            evaluation = Evaluation(added.inserted_primary_key[0], collection, started_at, questions, settings)
            _save(connection, evaluation)
            return evaluation

    def save(self, evaluation: Evaluation) -> None:
        """Record how far one is, or how it ended."""
        with self._database.writing() as connection:
            _save(connection, evaluation)

    def evaluations(self, collection: str, *, limit: int) -> list[Evaluation]:
        """Return the evaluations of a collection, the newest first."""
        mine = select(evaluations.c.result).where(evaluations.c.collection == collection)
        with self._database.reading() as connection:
            rows = connection.execute(mine.order_by(evaluations.c.id.desc()).limit(limit))
            return [_loaded(result) for result in rows.scalars()]

    def evaluation(self, collection: str, evaluation_id: int) -> Evaluation:
        """Return one evaluation. Raises NotFoundError."""
        mine = (evaluations.c.collection == collection) & (evaluations.c.id == evaluation_id)
        with self._database.reading() as connection:
            result = connection.execute(select(evaluations.c.result).where(mine)).scalar_one_or_none()
        if result is None:
            raise NotFoundError(f"There is no evaluation {evaluation_id} of this collection.", "List them again.")
        return _loaded(result)


def _count(connection: Connection, collection: str) -> int:
    mine = gold_questions.c.collection == collection
    return int(connection.execute(select(func.count()).where(mine)).scalar_one())


def _save(connection: Connection, evaluation: Evaluation) -> None:
    result = json.dumps(asdict(evaluation))
    connection.execute(update(evaluations).where(evaluations.c.id == evaluation.id).values(result=result))


def _loaded(result: str) -> Evaluation:
    values = json.loads(result)
    outcomes = tuple(
        QuestionOutcome(**{**outcome, "pages": tuple(outcome["pages"])}) for outcome in values.pop("outcomes")
    )
    return Evaluation(**values, outcomes=outcomes)


def now() -> str:
    """Return the time as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")
