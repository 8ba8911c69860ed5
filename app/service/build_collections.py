"""Builds what makes, renames and deletes collections in this process, for commands without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace

from app.service.build_index import Lectern
from app.service.build_ingest import build_sandbox, build_uploads
from app.service.build_places import folder_names, service_place
from app.service.build_stores import open_folder_store
from app.service.collections import CollectionService, Result
from app.state.collections import CollectionStore
from app.state.conversations import ConversationStore
from app.state.sync_jobs import SyncJobStore, now
from app.state.tables import TableStore


class _AtOnce:
    """A queue of a process that owns the index and syncs nothing beside."""

    def __init__(self, job_store: SyncJobStore) -> None:
        self._job_store = job_store

    def run(self, task: Callable[[], Result]) -> Future[Result]:
        done: Future[Result] = Future()
        done.set_result(task())
        return done

    def refuse_while_syncing(self, collection: str) -> None:
        """Nothing is synced: the index is this process's."""

    def drop_waiting(self, collection: str) -> None:
        """Stop what a server that has ended still owes."""
        for job in self._job_store.take_over():
            if job.collection == collection:
                self._job_store.finish(replace(job, state="stopped", finished_at=now()))


@contextmanager
def collections_here(lectern: Lectern) -> Iterator[CollectionService]:
    """Give the service of collections for an index that this process owns. Raises StoreError."""
    settings = lectern.settings
    file = service_place(settings)
    with (
        closing(SyncJobStore(file, folder_names(settings))) as job_store,
        closing(TableStore(file)) as tables,
        closing(ConversationStore(file)) as conversations,
        closing(open_folder_store(settings)) as folders,
        closing(build_sandbox(settings)) as sandbox,
    ):

        def remove_records(collection: str) -> None:
            for kept in (job_store, tables, conversations):
                kept.remove_collection(collection)

        service = CollectionService(
            lectern,
            queue=_AtOnce(job_store),
            uploads=build_uploads(settings, sandbox),
            store=CollectionStore(file),
            before_removal=folders.remove_collection,
            after_removal=remove_records,
        )
        with closing(service):
            yield service
