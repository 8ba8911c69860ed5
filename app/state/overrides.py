"""Keeps choices that are made while the service runs in `service.sqlite`: they win over the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, MetaData, String, Table, delete, insert, select

from app.settings import NO_LLM, Settings
from app.state.database import ServiceDatabase
from rag.errors import ConfigurationError
from rag.storage.catalogue.dialects.choice import Place

metadata = MetaData()

overrides = Table(
    "choices", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False)
)

LLM = "llm"

Override = str | float


@dataclass(frozen=True, slots=True)
class Adjustable:
    """A number among the settings that may be changed while the service runs."""

    name: str
    least: float
    most: float
    is_whole: bool = True


ADJUSTABLE = (
    Adjustable("source_chunks", 1, 100),
    Adjustable("rerank_depth", 1, 200),
    Adjustable("refusal_threshold", 0, 1, is_whole=False),
)


class OverrideStore:
    """Every method is one transaction, for any thread, and raises StoreError when the disk or the file fails."""

    def __init__(self, place: Place) -> None:
        self._database = ServiceDatabase(place, metadata)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def all(self) -> dict[str, Override]:
        """Return all that is kept, by the name of its setting."""
        with self._database.reading() as connection:
            return {row.name: json.loads(row.value) for row in connection.execute(select(overrides))}

    def keep(self, name: str, value: Override | None) -> None:
        """Keep a value for a setting; None goes back to the settings."""
        with self._database.writing() as connection:
            connection.execute(delete(overrides).where(overrides.c.name == name))
            if value is not None:
                connection.execute(insert(overrides).values(name=name, value=json.dumps(value)))


def check_number(name: str, value: float) -> float:
    """Return the value as it is kept. Raises ConfigurationError for another setting, or a value that it cannot have."""
    known = next((adjustable for adjustable in ADJUSTABLE if adjustable.name == name), None)
    if known is None:
        names = ", ".join(adjustable.name for adjustable in ADJUSTABLE)
        raise ConfigurationError(f"{name!r} cannot be changed while the service runs.", f"These can: {names}.")
    if not known.least <= value <= known.most or (known.is_whole and value != int(value)):
        kind = "a whole number" if known.is_whole else "a number"
        raise ConfigurationError(
            f"{name} cannot be {value:g}.", f"It is {kind} from {known.least:g} to {known.most:g}."
        )
    return int(value) if known.is_whole else value


def with_overrides(settings: Settings, overrides: Mapping[str, Override]) -> Settings:
    """Return the settings with what is kept on top."""
    known = {adjustable.name for adjustable in ADJUSTABLE}
    update: dict[str, Override] = {name: value for name, value in overrides.items() if name in known}
    if llm := str(overrides.get(LLM, "")):
        update["llm_base_url"] = _address_for(llm, settings)
    return (settings.for_llm(llm) if llm else settings).model_copy(update=update)


def ollama_url(settings: Settings) -> str:
    """Return the Ollama that the settings name."""
    is_named = settings.llm.startswith("ollama:") and settings.llm_base_url
    return settings.llm_base_url if is_named else settings.ollama_url


def _address_for(llm: str, settings: Settings) -> str:
    """Return the address of a chosen LLM; it comes from the settings only, as it is sent the key."""
    provider = llm.partition(":")[0]
    if llm == NO_LLM:
        return ""
    if provider == "ollama":
        return ollama_url(settings)
    return settings.llm_base_url if settings.llm.partition(":")[0] == provider else ""
