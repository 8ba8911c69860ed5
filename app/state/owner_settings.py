"""Keeps the settings of the server that owns an index which those that answer beside it have to share."""

from __future__ import annotations

import json

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select

from app.settings import Settings
from app.state.database import ServiceDatabase
from rag.errors import ConfigurationError
from rag.storage.catalogue.dialects.choice import Place

metadata = MetaData()

owner_settings = Table(
    "owner_settings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("settings", String, nullable=False),
)

SHARED = ("embedder", "collection_embedders")
"""Who takes over with others would embed all documents anew."""


class OwnerSettingsStore:
    """Every method is one transaction, for any thread, and raises StoreError when the database fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def keep(self, settings: Settings) -> None:
        """Keep the settings of the owner, in place of those of a former one."""
        values = json.dumps({name: getattr(settings, name) for name in SHARED})
        with self._database.writing() as connection:
            connection.execute(delete(owner_settings))
            connection.execute(insert(owner_settings).values(id=1, settings=values))

    def check(self, settings: Settings, owner: str) -> None:
        """Raises ConfigurationError where the settings of a server differ from those of the owner, which is named."""
        with self._database.reading() as connection:
            kept = connection.execute(select(owner_settings.c.settings)).scalar()
        for name, theirs in json.loads(kept or "{}").items():
            if (mine := getattr(settings, name)) != theirs:
                raise ConfigurationError(
                    f"The setting `{name}` is {mine!r} here and {theirs!r} at the owner of the index: {owner}.",
                    "Give all servers of an index the same: one that takes over would embed all documents anew.",
                )
