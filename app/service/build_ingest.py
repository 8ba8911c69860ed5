"""Builds what reads files: the ingestion pipeline, a sandbox for single files, and what fetches them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.service.build_places import has_service, service_place, uploads_folder
from app.service.build_uploads import build_upload_folder
from app.service.erase import Erasure
from app.settings import Settings
from app.state.conversations import ConversationStore
from app.state.feedback import FeedbackStore
from app.state.folders import is_within
from app.state.passwords import PASSWORD_FILE, PasswordStore
from app.state.replies import ReplyStore
from app.state.tables import TableStore
from ingest.embedders import Embedders
from ingest.embedding import DocumentEmbedding
from ingest.parsers.options import ParseOptions
from ingest.pipeline import IngestPipeline
from ingest.protocols import ReadingPool
from ingest.sandbox.single_file import Sandbox
from ingest.sandbox.workers import WorkerPool
from ingest.sources.fetch import Fetcher
from ingest.sources.links import Links
from ingest.sources.upload_folder import UploadFolder
from ingest.sources.uploads import Uploads
from ingest.stages import ReadSettings
from rag.errors import ConfigurationError
from rag.protocols import VectorIndex
from rag.storage.catalogue.reader import CatalogueReader
from rag.storage.catalogue.writer import CatalogueWriter

if TYPE_CHECKING:
    from ingest.cluster.connection import RayCluster

SANDBOX_SECONDS = 30.0
"""Longest time for checking or drawing one file, while somebody waits for it."""

OCR_SHARE = 2 / 3
"""Of the time for one file: what it takes to read the pages that are not recognised is left."""

CHUNK_TOKENS = 256
"""The length that the built-in embedder was trained to read; longer inputs would be cut off silently."""


def build_ingest(
    settings: Settings,
    *,
    writer: CatalogueWriter,
    catalogue: CatalogueReader,
    vectors: VectorIndex,
    embedders: Embedders,
    embedding: DocumentEmbedding,
    upload_folder: UploadFolder,
    cluster: RayCluster | None = None,
) -> IngestPipeline:
    """Build the pipeline that fills an index; it starts no process yet. Raises ConfigurationError.

    Files are read on the nodes of a `cluster` where there is one, else here.
    """
    reading = _read_settings(settings)
    return IngestPipeline(
        catalogue=writer,
        vectors=vectors,
        embedders=embedders,
        embedding=embedding,
        settings=reading,
        open_pool=partial(_open_pool, reading, cluster),
        ignore=settings.ignore,
        before_removal=Erasure(
            catalogue,
            partial(_open_written, settings),
            partial(_open_tables, settings),
            partial(_open_replies, settings),
        ).erase,
        may_read=partial(may_read, settings),
        find_passwords=build_passwords(settings).pairs,
        refresh_folder=upload_folder.refresh,
    )


def _open_pool(reading: ReadSettings, cluster: RayCluster | None) -> ReadingPool:
    if cluster is not None:
        from ingest.cluster.pool import RayPool  # Imported here: only who has a cluster needs it.

        return RayPool(cluster, memory_bytes=reading.memory_bytes)
    return WorkerPool(
        workers=reading.workers, seconds_per_file=reading.seconds_per_file, memory_bytes=reading.memory_bytes
    )


def build_passwords(settings: Settings) -> PasswordStore:
    """Build what keeps the passwords of files."""
    return PasswordStore(settings.home / PASSWORD_FILE, settings.passwords)


def build_sandbox(settings: Settings) -> Sandbox:
    """Build a sandbox that checks and draws single files of unknown origin in one process; it starts none yet."""
    memory_bytes = settings.memory_megabytes << 20
    return Sandbox(partial(WorkerPool, workers=1, seconds_per_file=SANDBOX_SECONDS, memory_bytes=memory_bytes))


def build_reading_sandbox(settings: Settings) -> Sandbox:
    """Build a sandbox for what nobody waits for: it has as long for a file as reading it may take."""
    memory_bytes = settings.memory_megabytes << 20
    open_pool = partial(WorkerPool, workers=1, seconds_per_file=settings.seconds_per_file, memory_bytes=memory_bytes)
    return Sandbox(open_pool)


def build_fetcher(settings: Settings) -> Fetcher:
    """Build a fetcher of documents by their addresses, within the limits for files."""
    return Fetcher(max_bytes=settings.max_file_megabytes << 20, seconds=settings.seconds_per_file)


def build_uploads(settings: Settings, sandbox: Sandbox) -> Uploads:
    """Build what keeps the files that come in."""
    return Uploads(build_upload_folder(settings), sandbox, sender=f"{socket.gethostname()}:{settings.home}")


def build_links(
    settings: Settings, collection: str, sandbox: Sandbox, lock: AbstractContextManager[object] | None = None
) -> Links:
    """Build what fetches documents of a collection by their addresses; threads of one process share a `lock`."""
    return Links(collection, build_uploads(settings, sandbox), build_fetcher(settings), sandbox, lock)


def may_read(settings: Settings, folder: Path) -> bool:
    """Tell whether a folder may be read without anybody asking; what was uploaded always may."""
    return not settings.folder_roots or is_within(folder, [*settings.folder_roots, uploads_folder(settings)])


def _open_written(settings: Settings) -> tuple[FeedbackStore, ConversationStore] | None:
    """Open what people wrote; None where nothing is kept."""
    file = service_place(settings)
    return (FeedbackStore(file), ConversationStore(file)) if has_service(settings) else None


def _open_tables(settings: Settings) -> TableStore | None:
    file = service_place(settings)
    return TableStore(file) if has_service(settings) else None


def _open_replies(settings: Settings) -> ReplyStore | None:
    file = service_place(settings)
    return ReplyStore(file) if has_service(settings) else None


def _read_settings(settings: Settings) -> ReadSettings:
    return ReadSettings(
        workers=settings.workers,
        seconds_per_file=settings.seconds_per_file,
        memory_bytes=settings.memory_megabytes << 20,
        max_file_bytes=settings.max_file_megabytes << 20,
        chunk_tokens=CHUNK_TOKENS,
        options=ParseOptions(
            max_pages=settings.max_pages,
            ocr=settings.ocr,
            ocr_models=("", *_ocr_models(settings)),
            ocr_seconds=OCR_SHARE * settings.seconds_per_file,
        ),
    )


def _ocr_models(settings: Settings) -> Iterator[str]:
    """Yield the files of the models for OCR that the settings name. Raises ConfigurationError."""
    for language, file in settings.ocr_languages.items():
        if not file.is_file():
            raise ConfigurationError(
                f"The OCR model {file} for {language} is not there.", "Correct the setting `ocr_languages`."
            )
        yield str(file.absolute())
