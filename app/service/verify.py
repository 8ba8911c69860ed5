"""Compares catalogue, full-text index, vectors and folders, and mends what follows from the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.service.build_index import Lectern
from ingest.repair import VectorGaps, compare_vectors
from ingest.scan import hash_file
from rag.errors import StoreError
from rag.storage.catalogue.snapshot import check_database
from rag.types import IndexInfo, KnownFile, VectorKey

SYNC = "Sync the folder."

RESTORE = "Restore a backup, or delete the index folder and sync the folders again."

NO_INDEX = -1
"""In place of an index id where only the files are asked for."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that is not as it should be: `what` names the kind, `where` the file, document or collection."""

    what: str
    where: str
    found: str
    remedy: str = ""
    repaired: bool = False


def verify_files(home: Path) -> list[Disagreement]:
    """List what SQLite finds wrong with the databases in `home`; while there is any, nothing else can be trusted."""
    return [
        Disagreement("damaged file", database.name, damage, RESTORE)
        for database in sorted(home.glob("*.sqlite"))
        for damage in check_database(database)
    ]


def verify_index(lectern: Lectern, *, repair: bool) -> Iterator[Disagreement]:
    """Return every problem of an opened index, those that were repaired marked so.

    Repairing makes the full-text index anew, embeds the chunks that have no vector and deletes vectors without a chunk.
    Files and failed documents are only reported: a sync deals with them.
    """
    yield from _verify_full_text(lectern, repair=repair)
    for collection, path in lectern.checks.torn_documents():
        yield Disagreement(
            "incomplete document",
            f"{collection}: {path}",
            "Pages or chunks of it are missing from the catalogue.",
            "`lectern remove` it, then `lectern remove --undo`, and sync its folder.",
        )
    yield from _verify_vectors(lectern, repair=repair)
    for collection in (info.name for info in lectern.catalogue.list_collections()):
        yield from _verify_documents(lectern, collection)


# --- the full-text index ---


def _verify_full_text(lectern: Lectern, *, repair: bool) -> Iterator[Disagreement]:
    lost, left_over = lectern.checks.count_chunks_without_words(), lectern.checks.count_words_without_chunk()
    problems = [
        Disagreement("full-text index", "catalogue.sqlite", found, "`lectern verify --repair` rebuilds it.")
        for found, count in (
            (f"{lost:,} chunks are not in it.", lost),
            (f"{left_over:,} entries in it are of chunks that are gone.", left_over),
        )
        if count
    ]
    if not problems and not lectern.checks.full_text_is_sound():
        problems = [
            Disagreement(
                "full-text index",
                "catalogue.sqlite",
                "Its words are not those of the chunks.",
                "`lectern verify --repair` rebuilds it.",
            )
        ]
    if problems and repair:
        lectern.checks.rebuild_full_text()
    for problem in problems:
        yield replace(problem, repaired=repair)


# --- vectors ---


def _verify_vectors(lectern: Lectern, *, repair: bool) -> Iterator[Disagreement]:
    indexes = [(name, index, lectern.writer.vector_keys(index.id)) for name, index in lectern.writer.indexes()]
    try:
        unembedded = {version.key for version in lectern.writer.unembedded()}
        spaces = set() if lectern.vectors.is_missing() else set(lectern.vectors.spaces())
        compared = [
            (name, index, keys, compare_vectors(index, keys, lectern.vectors, unembedded=unembedded))
            for name, index, keys in indexes
        ]
    except StoreError as error:
        remedy = "Delete the folder `chroma` in the index folder, and run `lectern verify --repair`."
        yield Disagreement("vectors unreadable", "chroma", error.reason, remedy)
        return
    for collection, index, keys, gaps in compared:
        yield from _verify_gaps(lectern, collection, index, keys, gaps, repair=repair)
    for space in sorted(spaces - {index.space for _, index, _ in indexes}):
        if repair:
            lectern.vectors.drop(space)
        remedy = "`lectern verify --repair` deletes them."
        yield Disagreement("vectors left over", space, "They are of an index that is gone.", remedy, repair)
    if repair:
        # What was to be deleted is deleted by now.
        lectern.writer.clear_journal(lectern.writer.journalled_vectors())


def _verify_gaps(
    lectern: Lectern,
    collection: str,
    index: IndexInfo,
    keys: Mapping[int, VectorKey],
    gaps: VectorGaps,
    *,
    repair: bool,
) -> Iterator[Disagreement]:
    if gaps.missing:
        found = f"{gaps.missing_count:,} chunks of {len(gaps.missing):,} documents have no vector."
        if lectern.embedders.find(index) is not None:
            if repair:
                lectern.writer.mark_unembedded([keys[document_id] for document_id in gaps.missing])
                lectern.embedding.run(first=collection)
            yield Disagreement("vectors missing", collection, found, "`lectern verify --repair` makes them.", repair)
        else:
            remedy = f"It was made with {index.embedder}, which is not here: sync its folders."
            yield Disagreement("vectors missing", collection, found, remedy)
    if gaps.orphans:
        if repair:
            lectern.vectors.delete(index.space, gaps.orphans)
        found = f"{len(gaps.orphans):,} vectors belong to no chunk."
        yield Disagreement("vectors left over", collection, found, "`lectern verify --repair` deletes them.", repair)


# --- documents and their files ---


def _verify_documents(lectern: Lectern, collection: str) -> Iterator[Disagreement]:
    for document in lectern.catalogue.list_documents(collection):
        if document.has_failed:
            where = f"{collection}: {document.path}"
            yield Disagreement(f"{document.state} document", where, document.reason, document.remedy)
    collection_id = lectern.writer.find_collection(collection)
    assert collection_id is not None
    for root, folder_id in lectern.writer.folder_roots(collection_id).items():
        try:
            lectern.upload_folder.refresh(root)
        except StoreError as error:
            yield Disagreement("folder gone", f"{collection}: {root}", error.reason, error.remedy)
            continue
        if not root.is_dir():
            remedy = "Mount its disk. If it has moved, sync it from where it is now."
            yield Disagreement("folder gone", f"{collection}: {root}", "It is not there, or may not be read.", remedy)
            continue
        for path, record in lectern.writer.known_files(folder_id, NO_INDEX).items():
            if record.sha256 and record.state == "indexed":
                yield from _verify_file(f"{collection}: {record.path}", root / os.fsdecode(path), record)


def _verify_file(where: str, path: Path, record: KnownFile) -> Iterator[Disagreement]:
    """Yield a file that is gone, or has other content; one that only has another time has not changed."""
    try:
        now = path.stat()
    except OSError as error:
        yield Disagreement("file gone", where, f"{error.strerror}.", SYNC)
        return
    if (now.st_size, now.st_mtime_ns) == (record.size, record.mtime_ns):
        return
    if now.st_size != record.size or hash_file(path) != record.sha256:
        yield Disagreement("file changed", where, "Its content differs from what was indexed.", SYNC)
