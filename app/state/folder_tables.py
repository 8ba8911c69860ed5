"""Declares the table of registered folders in service.sqlite."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

watched_folders = Table(
    "watched_folders",
    metadata,
    # Never used twice: what a client remembers of a folder that is gone must not name another one.
    Column("id", Integer, primary_key=True),
    Column("path_bytes", LargeBinary, nullable=False),
    Column("collection", String, nullable=False),
    Column("schedule", String, nullable=False),
    Column("watch", Integer, nullable=False),
    Column("paused", Integer, nullable=False, server_default="0"),
    Column("added_at", Float, nullable=False),
    # Times are seconds since 1970, 0 standing for never.
    Column("due_since", Float, nullable=False, server_default="0"),
    Column("due_reason", String, nullable=False, server_default=""),
    Column("last_attempt", Float, nullable=False, server_default="0"),
    Column("last_seconds", Float, nullable=False, server_default="0"),
    Column("last_outcome", String, nullable=False, server_default=""),
    Column("last_reason", String, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_retry", Float, nullable=False, server_default="0"),
    Column("watch_problem", String, nullable=False, server_default=""),
    # Of a paused folder and of one without a schedule 0.
    Column("next_scheduled", Float, nullable=False, server_default="0"),
    UniqueConstraint("collection", "path_bytes"),
    sqlite_autoincrement=True,
)
