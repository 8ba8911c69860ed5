"""Builds the service of a server: its queues, threads, stores and schedule."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from app.evaluation.runner import EvaluationRuns
from app.schedule.scheduler import FolderScheduler
from app.service.answers import AnswerService
from app.service.attached_images import prepare_images
from app.service.build_figures import build_figures
from app.service.build_index import Lectern
from app.service.build_ingest import (
    build_links,
    build_passwords,
    build_reading_sandbox,
    build_sandbox,
    build_uploads,
)
from app.service.build_llm import choose_model
from app.service.build_places import folder_names, service_place
from app.service.build_tables import build_filler
from app.service.collections import CollectionService
from app.service.documents import DocumentService
from app.service.executors import BoundedExecutor
from app.service.figures import FigureService
from app.service.folder_picker import FolderPicker
from app.service.llm_settings import LlmSettings
from app.service.page_images import PageImages
from app.service.service import Service
from app.service.sync_queue import SyncQueue
from app.service.syncs import SyncService
from app.service.tables import TableService
from app.service.uploads import UploadService, adopt_moved_uploads
from app.state.collections import CollectionStore
from app.state.conversations import ConversationStore
from app.state.evaluations import EvaluationStore
from app.state.feedback import FeedbackStore
from app.state.folders import FolderStore
from app.state.overrides import OverrideStore
from app.state.owner_settings import OwnerSettingsStore
from app.state.sync_jobs import SyncJob, SyncJobStore
from app.state.tables import TableStore

SEARCHES_AT_ONCE = max(2, os.cpu_count() or 1)
"""Searching is work for processors: more at once make each one slower and none sooner."""

ANSWERS_AT_ONCE = 16
"""An answer mostly waits for an LLM."""

FILES_AT_ONCE = 2

ADDRESSES_AT_ONCE = 4
"""A fetch mostly waits for another server, for minutes at worst: pages are not to wait behind it."""

SEARCHES_WAITING, ANSWERS_WAITING, FILES_WAITING, ADDRESSES_WAITING = 64, 16, 32, 32


def build_service(lectern: Lectern, folders: FolderStore, *, on_sync: Callable[[SyncJob], None]) -> Service:
    """Return the service of an opened index, still to be started; `on_sync` is told of every sync that ends.

    Raises StoreError, ConfigurationError.
    """
    home, settings = lectern.settings.home, lectern.settings
    if not lectern.ownership.is_held:
        with closing(OwnerSettingsStore(service_place(settings))) as store:
            store.check(settings, lectern.ownership.owner)
    sandbox, links_lock = build_sandbox(settings), threading.Lock()
    uploads = build_uploads(settings, sandbox)
    uploads.sweep()
    passwords = build_passwords(settings)

    def check_unless_uploads(folder: Path, collection: str) -> None:
        if folder != uploads.folder(collection):
            folders.check_allowed(folder)

    def finish_sync(job: SyncJob) -> None:
        on_sync(job)
        tables.after_sync(job.collection)
        if figures is not None:
            figures.look_soon()

    def remove_records(collection: str) -> None:
        job_store.remove_collection(collection)
        tables.remove_collection(collection)
        conversations.remove_collection(collection)

    def prepare_ownership() -> None:
        if lectern.ownership.is_shared:
            with closing(OwnerSettingsStore(service_place(settings))) as store:
                store.keep(settings)
        adopt_moved_uploads(lectern, uploads)

    def stop_sandboxes() -> None:
        sandbox.close()
        reading_sandbox.close()

    files = BoundedExecutor("page images and uploads", threads=FILES_AT_ONCE, waiting=FILES_WAITING)
    answers = AnswerService(
        lectern,
        searches=BoundedExecutor("searches", threads=SEARCHES_AT_ONCE, waiting=SEARCHES_WAITING),
        answers=BoundedExecutor("answers", threads=ANSWERS_AT_ONCE, waiting=ANSWERS_WAITING),
        find_model=choose_model,
        prepare_images=partial(prepare_images, sandbox=sandbox),
    )
    tables = TableService(
        TableStore(service_place(settings)),
        current=lambda: answers.lectern,
        find_model=answers.current_model,
        build_filler=build_filler,
    )
    # The queue may end a sync before there is anything to tell of it.
    figures: FigureService | None = None
    collection_store = CollectionStore(service_place(settings))
    conversations = ConversationStore(service_place(settings))
    job_store = SyncJobStore(service_place(settings), folder_names(settings))
    # Last, as it takes up the syncs that an ended service left, and the tables are told of their ends.
    queue = SyncQueue(
        lectern.ingest,
        job_store,
        on_finished=finish_sync,
        check_folder=check_unless_uploads,
        ownership=lectern.ownership,
    )
    reading_sandbox = build_reading_sandbox(settings)
    figures = build_figures(
        lectern,
        collection_store,
        reading_sandbox,
        run=queue.run,
        embed_soon=queue.embed_soon,
        settings=lambda: answers.lectern.settings,
    )
    syncs = SyncService(lectern, queue=queue, job_store=job_store, check_folder=folders.check_allowed)
    return Service(
        answers=answers,
        collections=CollectionService(
            lectern,
            queue=queue,
            uploads=uploads,
            store=collection_store,
            before_removal=folders.remove_collection,
            after_removal=remove_records,
        ),
        documents=DocumentService(
            lectern,
            queue=queue,
            uploads=uploads,
            files=files,
            page_images=PageImages(sandbox),
            check_folder=folders.check_allowed,
            passwords_for=passwords.passwords_for,
        ),
        uploads=UploadService(
            lectern,
            queue=queue,
            uploads=uploads,
            files=files,
            addresses=BoundedExecutor("addresses", threads=ADDRESSES_AT_ONCE, waiting=ADDRESSES_WAITING),
            links_of=lambda collection: build_links(settings, collection, sandbox, links_lock),
        ),
        syncs=syncs,
        llms=LlmSettings(answers, OverrideStore(service_place(settings))),
        evaluations=EvaluationRuns(EvaluationStore(service_place(settings)), current=lambda: answers.lectern),
        tables=tables,
        feedback=FeedbackStore(service_place(settings)),
        conversations=conversations,
        folders=folders,
        passwords=passwords,
        folder_picker=FolderPicker(settings.folder_roots),
        schedule=FolderScheduler(
            folders,
            lambda folder, collection: syncs.sync(folder, collection).finished.result(),
            home=home,
            ignore=settings.ignore,
        ),
        figures=figures,
        ownership=lectern.ownership,
        prepare_ownership=prepare_ownership,
        stop_sandboxes=stop_sandboxes,
    )
