"""Keeps replies of an LLM for answers that were stopped half way, in `service.sqlite`, until these are finished."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Integer, MetaData, PrimaryKeyConstraint, String, Table, delete, select

from app.state.database import ServiceDatabase, upsert
from rag.storage.catalogue.dialects.choice import Place

KEPT_DAYS = 7
"""After which nobody goes on with what was stopped."""

metadata = MetaData()

replies = Table(
    "llm_replies",
    metadata,
    Column("key", String, primary_key=True),
    Column("reply", String, nullable=False),
    Column("kept_at", String, nullable=False, index=True),
)

made_from = Table(
    "llm_reply_documents",
    metadata,
    Column("document_id", Integer, nullable=False),
    Column("key", String, nullable=False, index=True),
    PrimaryKeyConstraint("document_id", "key"),
)


class ReplyStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def load(self, key: str) -> str | None:
        """Return the reply that is kept under a key; None where there is none."""
        with self._database.reading() as connection:
            found = connection.execute(select(replies.c.reply).where(replies.c.key == key)).scalar_one_or_none()
        return None if found is None else str(found)

    def keep(self, key: str, reply: str, document_ids: Sequence[int]) -> None:
        """Keep a reply that was made from some documents; those that are older than a week are forgotten."""
        now = datetime.now(UTC)
        oldest = (now - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        with self._database.writing() as connection:
            old = select(replies.c.key).where(replies.c.kept_at < oldest)
            connection.execute(delete(made_from).where(made_from.c.key.in_(old)))
            connection.execute(delete(replies).where(replies.c.kept_at < oldest))
            values = {"key": key, "reply": reply, "kept_at": now.isoformat(timespec="seconds")}
            connection.execute(upsert(connection, replies).values(**values).on_conflict_do_nothing())
            for id_ in dict.fromkeys(document_ids):
                used = upsert(connection, made_from).values(document_id=id_, key=key)
                connection.execute(used.on_conflict_do_nothing())

    def forget(self, keys: Sequence[str]) -> None:
        """Forget replies, and leave nothing of them in the file."""
        if not keys:
            return
        with self._database.writing() as connection:
            for key in keys:
                connection.execute(delete(made_from).where(made_from.c.key == key))
                connection.execute(delete(replies).where(replies.c.key == key))
        self._database.empty_log()

    def erase(self, document_ids: Sequence[int]) -> None:
        """Forget all replies that were made from one of the documents."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(made_from.c.key).where(made_from.c.document_id.in_(document_ids)).distinct()
            )
            keys = [str(key) for key in found.scalars()]
        self.forget(keys)
