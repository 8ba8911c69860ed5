"""Keeps the settings of the server that owns an index which those that answer beside it have to share."""

from __future__ import annotations

import json
from typing import Any

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

EMBEDS_ANEW = "one that takes over would embed all documents anew"

SHARED = {
    "embedder": EMBEDS_ANEW,
    "collection_embedders": EMBEDS_ANEW,
    "uploads_url": "what one of them takes in would not be found by the others",
}
"""Why they have to be the same."""


class OwnerSettingsStore:
    """Every method is one transaction, for any thread, and raises StoreError when the database fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def keep(self, settings: Settings) -> None:
        """Keep the settings of the owner, in place of those of a former one."""
        values = json.dumps({name: _value(settings, name) for name in SHARED})
        with self._database.writing() as connection:
            connection.execute(delete(owner_settings))
            connection.execute(insert(owner_settings).values(id=1, settings=values))

    def check(self, settings: Settings, owner: str) -> None:
        """Raises ConfigurationError where the settings of a server differ from those of the owner, which is named."""
        with self._database.reading() as connection:
            kept = connection.execute(select(owner_settings.c.settings)).scalar()
        for name, theirs in json.loads(kept or "{}").items():
            if (mine := _value(settings, name)) != theirs:
                raise ConfigurationError(
                    f"The setting `{name}` is {mine!r} here and {theirs!r} at the owner of the index: {owner}.",
                    f"Give all servers of an index the same: {SHARED.get(name, EMBEDS_ANEW)}.",
                )


def _value(settings: Settings, name: str) -> Any:
    """Return a setting as it is compared: of places for uploads only buckets, as a folder may be mounted anywhere."""
    value = getattr(settings, name)
    return value.rstrip("/") * value.startswith("s3://") if name == "uploads_url" else value
