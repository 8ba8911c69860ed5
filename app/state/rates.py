"""Counts how often callers come to all servers on one PostgreSQL together, by token buckets in its database."""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Float, MetaData, String, Table, delete, func, insert, select, update

from app.state.database import ServiceDatabase
from rag.storage.catalogue.dialects.choice import Place

SECONDS_PER_MINUTE = 60.0

KEPT_SECONDS = 3_600.0
"""A bucket is full again after a minute; those that were used last before that are deleted."""

metadata = MetaData()

buckets = Table(
    "rate_buckets",
    metadata,
    # A hash, as keys hold addresses.
    Column("key", String, primary_key=True),
    Column("level", Float(53), nullable=False),
    Column("filled_at", Float(53), nullable=False),
)

# The database's own clock: those of the servers need not agree.
NOW = select(func.extract("epoch", func.clock_timestamp()))


class RateStore:
    """Every method is one transaction, for any thread, and raises StoreError when the database fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def draw(self, key: str, per_minute: int, wanted: int) -> tuple[int, float]:
        """Take up to so many turns from a bucket that fills by `per_minute`; returns how many were there, and where
        none was, in how many seconds there is one.
        """
        hashed = hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()
        mine = buckets.c.key == hashed
        per_second = per_minute / SECONDS_PER_MINUTE
        with self._database.writing() as connection:
            now = float(connection.execute(NOW).scalar_one())
            row = connection.execute(select(buckets).where(mine)).one_or_none()
            level = float(per_minute)
            if row is None:
                connection.execute(delete(buckets).where(buckets.c.filled_at < now - KEPT_SECONDS))
                connection.execute(insert(buckets).values(key=hashed, level=level, filled_at=now))
            else:
                level = min(level, row.level + max(now - row.filled_at, 0.0) * per_second)
            granted = min(wanted, int(level))
            connection.execute(update(buckets).where(mine).values(level=level - granted, filled_at=now))
        return granted, 0.0 if granted else (1 - level) / per_second
