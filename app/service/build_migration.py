"""Moves an index between the home and the servers that the settings may name, without reading a file anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from app.service.build_places import catalogue_place, existing_catalogue, has_service, service_place
from app.service.build_vectors import build_vectors
from app.service.lock import own_index
from app.settings import Settings
from app.state.copying import copy_state
from rag.errors import ConfigurationError, StoreError
from rag.storage.catalogue.copying import OnProgress, compare_catalogues, copy_catalogue
from rag.storage.catalogue.dialects.choice import Engine, Place, open_catalogue, opened_target, own_catalogue
from rag.storage.catalogue.writer import CatalogueWriter
from rag.storage.vector_copying import copy_space

HOME = "home"
"""As a target: the folder of the index, for what a server holds now."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What was copied and compared: rows by table, vectors, and rows of what the service remembers."""

    rows: dict[str, int]
    vectors: int
    state: int
    has_moved_catalogue: bool


def migrate(settings: Settings, targets: Sequence[str], on_progress: OnProgress) -> Migration:
    """Copy an index to where the targets say, and compare; the index that is copied stays as it is.

    A target is the address of a PostgreSQL database or of a Chroma server, or HOME for both. What was copied before an
    interruption is compared and left. Raises ConfigurationError, StoreError, IndexLockedError.
    """
    moved = _settings_for(settings, targets)
    with ExitStack() as stack:
        stack.enter_context(own_index(settings.home, "migrate", wait_seconds=0))
        place, new_place = existing_catalogue(settings), catalogue_place(moved)
        engine = open_catalogue(place)
        stack.callback(engine.dispose)
        stack.enter_context(own_catalogue(engine, place, "migrate", wait_seconds=0))
        rows: dict[str, int] = {}
        state = 0
        if new_place == place:
            vectors = _move_vectors(settings, moved, (engine, place), (engine, place), on_progress)
        else:
            with opened_target(new_place) as (new_engine, growing):
                copy_catalogue(engine, place, new_engine, growing, on_progress)
                rows = compare_catalogues(engine, place, new_engine, growing)
                vectors = _move_vectors(settings, moved, (engine, place), (new_engine, growing), on_progress)
                state = _move_state(settings, moved)
    return Migration(rows, vectors, state, has_moved_catalogue=new_place != place)


def _move_state(settings: Settings, moved: Settings) -> int:
    """Copy tokens, registered folders, conversations and the rest that goes with the catalogue."""
    if not has_service(settings):
        return 0
    source, target = service_place(settings), service_place(moved)
    if not isinstance(target, Path):
        return copy_state(source, target)
    if target.exists():
        raise StoreError(f"There is a file {target} already.", "Move it to another place first.")
    growing = target.with_name(f"{target.name}.migrating")
    count = copy_state(source, growing)
    growing.rename(target)
    return count


def _settings_for(settings: Settings, targets: Sequence[str]) -> Settings:
    changes: dict[str, object] = {}
    for target in targets:
        scheme = target.partition(":")[0]
        if target == HOME:
            changes |= {"catalogue_url": None, "chroma_url": ""}
        elif scheme.startswith("postgresql"):
            changes["catalogue_url"] = SecretStr(target)
        elif scheme in ("http", "https"):
            changes["chroma_url"] = target
        else:
            raise ConfigurationError(
                f"{target!r} is not a target.",
                f"Name postgresql+psycopg://... for the catalogue, http(s)://... for the vectors, or {HOME} for both.",
            )
    moved = settings.model_copy(update=changes)
    if (moved.catalogue_url, moved.chroma_url) == (settings.catalogue_url, settings.chroma_url):
        raise ConfigurationError("The index is there already.", "Name another target.")
    return moved


Opened = tuple[Engine, Place]


def _move_vectors(
    settings: Settings, moved: Settings, catalogue: Opened, new_catalogue: Opened, on_progress: OnProgress
) -> int:
    """Copy the vectors of all indexes where they are kept in another place, or under another name there."""
    with (
        closing(build_vectors(settings, *catalogue)) as vectors,
        closing(build_vectors(moved, *new_catalogue)) as new_vectors,
    ):
        if vectors.place == new_vectors.place:
            return 0
        copied = 0
        for _, index in CatalogueWriter(*catalogue).indexes():
            copied += copy_space(vectors, new_vectors, index.space, on_progress)
        return copied
