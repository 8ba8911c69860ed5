"""Keeps the registered folders: what is to be synced when, and how the last try went."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, inspect, select, update

from app.schedule.plain import say_plainly
from app.schedule.times import choose_schedule, is_interval, next_time
from app.state.database import ServiceDatabase
from app.state.folder_tables import metadata, watched_folders
from ingest.collection_names import check_collection_name
from rag.errors import ConfigurationError, NotFoundError
from rag.storage.catalogue.dialects.choice import Place
from rag.types import printable_path

log = logging.getLogger(__name__)

ASKED = "asked for"
"""The reason of a run that someone asked for: the only one that counts for a paused folder."""

ADDED, DUE_BY_SCHEDULE = "just added", "schedule"

RUNNING, CUT_OFF = "running", "cut off"


@dataclass(frozen=True, slots=True)
class RegisteredFolder:
    """A folder that is kept in step with a collection; times are seconds since 1970, 0 standing for never.

    `last_outcome` is "", "running", "done", "failed files", "failed" or "cut off".
    """

    id: int
    path: Path
    collection: str
    schedule: str
    watch: bool
    paused: bool
    added_at: float
    due_since: float
    due_reason: str
    last_attempt: float
    last_seconds: float
    last_outcome: str
    last_reason: str
    failures: int
    next_retry: float
    watch_problem: str
    next_scheduled: float

    @property
    def name(self) -> str:
        """Return the path as any terminal and database takes it."""
        return printable_path(self.path)

    @property
    def schedule_words(self) -> str:
        """Return its schedule in plain words, where it is a simple one."""
        return say_plainly(self.schedule)

    @property
    def state(self) -> str:
        """Return its state in one word."""
        if self.last_outcome == RUNNING:
            return "running"
        if self.due_since:
            return "due"
        if self.paused:
            return "paused"
        return "retrying" if self.next_retry else "waiting"

    @property
    def next_run(self) -> datetime | None:
        """Return the time of its next sync as far as that is known: by its schedule, or as a retry."""
        times = [moment for moment in (self.next_scheduled, self.next_retry) if moment]
        return datetime.fromtimestamp(min(times)).astimezone() if times and not self.paused else None


class FolderStore:
    """Kept in SQLite, for several processes at once. Every method is one transaction, and raises StoreError."""

    def __init__(self, place: Place, *, roots: Sequence[Path] = ()) -> None:
        """Open the store; only folders in `roots` may be registered and synced, all if there are none."""
        self._roots = [_real(root) for root in roots]
        self._database = ServiceDatabase(place, metadata, upgrade=_add_next_scheduled)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # --- folders ---

    def add(
        self, folder: Path, collection: str, *, schedule: str = "", every: str = "", watch: bool = False
    ) -> RegisteredFolder:
        """Register a folder; one with an interval is due at once.

        Raises ConfigurationError for a path that is not a folder, is not allowed or overlaps another of the collection,
        and for a schedule that is not valid.
        """
        chosen = choose_schedule(schedule, every)
        path = self.check_allowed(folder)
        check_collection_name(collection)
        if not path.is_dir():
            what = "is a file, not a folder" if path.exists() else "does not exist"
            raise ConfigurationError(f"{printable_path(path)} {what}.", "Check the path, and that its disk is mounted.")
        now = time.time()
        with self._database.writing() as connection:
            for other in _select(connection, watched_folders.c.collection == collection):
                _refuse_overlap(path, other)
            values = {
                "path_bytes": os.fsencode(path),
                "collection": collection,
                "schedule": chosen,
                "watch": watch,
                "next_scheduled": _next_scheduled(chosen, start=now, after=now),
            }
            due = {"due_since": now, "due_reason": ADDED} if is_interval(chosen) else {}
            inserted = connection.execute(insert(watched_folders).values(**values, **due, added_at=now))
            assert inserted.inserted_primary_key is not None
            return _one(connection, inserted.inserted_primary_key[0])

    def check_allowed(self, folder: Path) -> Path:
        """Return the folder's real path. Raises ConfigurationError when it is outside the folders that are allowed."""
        path = _real(folder)
        if self._roots and not is_within(path, self._roots):
            raise ConfigurationError(
                f"{printable_path(path)} lies outside the folders that may be indexed here.",
                f"Choose a folder in {' or '.join(map(printable_path, self._roots))}, or have the administrator extend "
                "the setting `folder_roots`.",
            )
        return path

    def list_folders(self, *, collection: str | None = None) -> list[RegisteredFolder]:
        """Return all registered folders, or those of one collection, by path."""
        conditions = [] if collection is None else [watched_folders.c.collection == collection]
        with self._database.reading() as connection:
            return _select(connection, *conditions)

    def get(self, folder_id: int) -> RegisteredFolder:
        """Return the folder under an id. Raises NotFoundError."""
        with self._database.reading() as connection:
            return _one(connection, folder_id)

    def find(self, named: str, *, collection: str | None = None) -> RegisteredFolder:
        """Return the folder of a path or an id. Raises NotFoundError; ConfigurationError when several collections have
        it.
        """
        path = _real(Path(named))
        folders = self.list_folders(collection=collection)
        found = [folder for folder in folders if folder.path == path or str(folder.id) == named]
        if not found:
            raise NotFoundError(f"No folder {named!r} is registered.", "`lectern folders list` shows those that are.")
        if len(found) > 1:
            several = ", ".join(f"{folder.collection} (id {folder.id})" for folder in found)
            raise ConfigurationError(
                f"{named} is registered for several collections: {several}.", "Give the id, or name --collection."
            )
        return found[0]

    def remove(self, folder_id: int) -> None:
        """Remove a folder; what is indexed of it stays. Raises NotFoundError."""
        with self._database.writing() as connection:
            _one(connection, folder_id)
            connection.execute(delete(watched_folders).where(watched_folders.c.id == folder_id))

    def remove_collection(self, collection: str) -> None:
        """Remove all folders of a collection, which is being deleted."""
        with self._database.writing() as connection:
            connection.execute(delete(watched_folders).where(watched_folders.c.collection == collection))

    def pause(self, folder_id: int) -> RegisteredFolder:
        """Stop syncing a folder until it is resumed, other than when someone asks. Raises NotFoundError."""
        return self._change(folder_id, paused=True, due_since=0, due_reason="", next_scheduled=0)

    def resume(self, folder_id: int) -> RegisteredFolder:
        """Go on with a paused folder. Raises NotFoundError."""
        with self._database.writing() as connection:
            folder = _one(connection, folder_id)
            _update(connection, folder_id, paused=False)
            if folder.paused:
                _plan(connection, folder, after=time.time())
            return _one(connection, folder_id)

    def reschedule(self, folder_id: int, *, schedule: str = "", every: str = "") -> RegisteredFolder:
        """Give a folder another schedule, or none. Raises NotFoundError, ConfigurationError."""
        chosen = choose_schedule(schedule, every)
        with self._database.writing() as connection:
            _update(connection, folder_id, schedule=chosen)
            folder = _one(connection, folder_id)
            if not folder.paused:
                _plan(connection, folder, after=time.time())
            return _one(connection, folder_id)

    def set_watch(self, folder_id: int, watch: bool) -> RegisteredFolder:
        """Watch a folder for changes, or no more. Raises NotFoundError."""
        return self._change(folder_id, watch=watch, watch_problem="")

    # --- runs ---

    def ask_for_run(self, folder_id: int) -> RegisteredFolder:
        """Have a folder synced as soon as can be, also a paused one. Raises NotFoundError."""
        return self._change(folder_id, due_since=time.time(), due_reason=ASKED)

    def mark_due(self, folder_id: int, reason: str) -> None:
        """Have a folder synced, unless it is paused, gone or due already."""
        with self._database.writing() as connection:
            _mark_due(connection, folder_id, reason)

    def mark_scheduled(self, now: float) -> None:
        """Have the folders synced whose time has come; of the times that one missed, one is caught up."""
        mine = watched_folders.c
        with self._database.writing() as connection:
            for folder in _select(connection, mine.next_scheduled > 0, mine.next_scheduled <= now):
                _mark_due(connection, folder.id, DUE_BY_SCHEDULE)
                # An interval goes on from its last time.
                _plan(connection, folder, start=folder.next_scheduled, after=now)

    def bring_schedules_back(self, now: float) -> None:
        """Give folders whose next time a fast clock put further ahead than their schedule's next one that one."""
        with self._database.writing() as connection:
            for folder in _select(connection, watched_folders.c.next_scheduled > now):
                soonest = _next_scheduled(folder.schedule, start=now, after=now)
                _update(connection, folder.id, next_scheduled=min(folder.next_scheduled, soonest))

    def begin_run(self, folder_id: int) -> RegisteredFolder:
        """Record that a sync begins: what makes the folder due from now on asks for another. Raises NotFoundError."""
        return self._change(
            folder_id,
            last_attempt=time.time(),
            last_outcome=RUNNING,
            last_reason="",
            due_since=0,
            due_reason="",
            next_retry=0,
        )

    def finish_run(
        self, folder_id: int, *, outcome: str, reason: str, failures: int, retry_after: float | None, seconds: float
    ) -> None:
        """Record how a sync ended, with how many have failed in a row, and when it is tried again if it is."""
        next_retry = 0 if retry_after is None else time.time() + retry_after
        with self._database.writing() as connection:
            _update(
                connection,
                folder_id,
                last_outcome=outcome,
                last_reason=reason,
                last_seconds=seconds,
                failures=failures,
                next_retry=next_retry,
            )

    def cut_off_run(self, folder_id: int) -> None:
        """Record that a sync was abandoned because Lectern stops; it is done again after the next start."""
        with self._database.writing() as connection:
            _update(connection, folder_id, last_outcome=CUT_OFF)
            # In the same transaction: Lectern may end at any moment now, and the sync would be lost.
            _mark_due(connection, folder_id, CUT_OFF)

    def note_watch_problem(self, folder_id: int, problem: str) -> None:
        """Record why changes in a folder cannot be seen as they happen; "" when they can."""
        with self._database.writing() as connection:
            _update(connection, folder_id, watch_problem=problem)

    def _change(self, folder_id: int, **values: Any) -> RegisteredFolder:
        with self._database.writing() as connection:
            _update(connection, folder_id, **values)
            return _one(connection, folder_id)


def is_within(path: Path, roots: Sequence[Path]) -> bool:
    """Tell whether a path is one of `roots` or below one, wherever links lead."""
    return any(_real(path).is_relative_to(_real(root)) for root in roots)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path.expanduser()))


def _refuse_overlap(path: Path, other: RegisteredFolder) -> None:
    if other.path == path:
        raise ConfigurationError(
            f"{other.name} is registered for the collection {other.collection!r} already.",
            f"Change it, or remove it first: `lectern folders remove {other.id}`.",
        )
    if other.path in path.parents or path in other.path.parents:
        raise ConfigurationError(
            f"{printable_path(path)} overlaps {other.name}, which is registered for the collection "
            f"{other.collection!r} already: its files would be indexed twice.",
            "Remove that one first, or name another collection.",
        )


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[RegisteredFolder]:
    mine = watched_folders.c
    query = select(watched_folders).where(*conditions).order_by(mine.path_bytes, mine.id)
    return [_registered(row) for row in connection.execute(query)]


def _update(connection: Connection, folder_id: int, **values: Any) -> None:
    connection.execute(update(watched_folders).where(watched_folders.c.id == folder_id).values(**values))


def _plan(connection: Connection, folder: RegisteredFolder, *, after: float, start: float | None = None) -> None:
    start = folder.added_at if start is None else start
    _update(connection, folder.id, next_scheduled=_next_scheduled(folder.schedule, start=start, after=after))


def _next_scheduled(schedule: str, *, start: float, after: float) -> float:
    start_time, after_time = (datetime.fromtimestamp(moment).astimezone() for moment in (start, after))
    found = next_time(schedule, start=start_time, after=after_time)
    return found.timestamp() if found else 0.0


def _add_next_scheduled(connection: Connection) -> None:
    """Give the table of an older version, whose next times were kept elsewhere, its column of them."""
    if "next_scheduled" in [column["name"] for column in inspect(connection).get_columns(watched_folders.name)]:
        return
    connection.exec_driver_sql("ALTER TABLE watched_folders ADD COLUMN next_scheduled FLOAT DEFAULT '0' NOT NULL")
    for folder in _select(connection, watched_folders.c.paused == 0):
        try:
            # So that what has been missed since the last sync is caught up.
            _plan(connection, folder, after=folder.last_attempt or time.time())
        except ConfigurationError as error:  # Whatever else is in the file has to stay usable.
            log.warning("%s is not synced by its schedule any more: %s", folder.name, error)


def _mark_due(connection: Connection, folder_id: int, reason: str) -> None:
    mine = watched_folders.c
    connection.execute(
        update(watched_folders)
        .where(mine.id == folder_id, mine.paused == 0, mine.due_since == 0)
        .values(due_since=time.time(), due_reason=reason)
    )


def _one(connection: Connection, folder_id: int) -> RegisteredFolder:
    found = _select(connection, watched_folders.c.id == folder_id)
    if not found:
        raise NotFoundError(f"No folder has the id {folder_id}.", "`lectern folders list` shows those that are there.")
    return found[0]


def _registered(row: Row[Any]) -> RegisteredFolder:
    values = dict(row._mapping)
    path = Path(os.fsdecode(values.pop("path_bytes")))
    return RegisteredFolder(path=path, **{**values, "watch": bool(row.watch), "paused": bool(row.paused)})
