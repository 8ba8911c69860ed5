"""Writes the catalogue: collections, documents and their versions, and the records of syncs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    case,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from rag.errors import NotFoundError
from rag.storage.catalogue.dialects.choice import Place, dialect_of
from rag.storage.catalogue.folder_names import AS_THEY_ARE, FolderNames
from rag.storage.catalogue.numbering import next_number
from rag.storage.catalogue.schema import (
    chunks,
    collections,
    documents,
    erasures,
    figures,
    folders,
    generations,
    indexes,
    pages,
    runs,
    vector_journal,
)
from rag.types import (
    TYPES_WITH_FIGURES,
    Chunk,
    DocumentProfile,
    FileState,
    IndexInfo,
    KnownFile,
    Page,
    ParsedDocument,
    Span,
    UndescribedDocument,
    UnembeddedVersion,
    Usage,
    VectorKey,
    printable_path,
)

READ_AGAIN = "read again"
"""Stands for a file's SHA-256 and is none, so that its content counts as changed."""

VALUES_AT_ONCE = 500
"""SQLite takes so many values in one statement in every build."""

RUNS_KEPT = 1_000
"""Records of a collection: three weeks of syncs every half hour."""


class CatalogueWriter:
    """Every method is one transaction, and raises StoreError when the disk or the file fails."""

    def __init__(self, engine: Engine, place: Place, names: FolderNames = AS_THEY_ARE) -> None:
        """Take what folders are called in the catalogue: all that are given and returned are those of this machine."""
        self._engine = engine
        self._names = names
        self._dialect = dialect_of(place)

    # --- collections, folders, indexes ---

    def find_collection(self, name: str) -> int | None:
        """Return the collection's id, None when there is none of that name."""
        with self._transaction() as connection:
            return connection.execute(select(collections.c.id).where(collections.c.name == name)).scalar()

    def open_collection(self, name: str) -> int:
        """Return the collection's id; it is made when it is new."""
        with self._transaction() as connection:
            found = connection.execute(select(collections.c.id).where(collections.c.name == name)).scalar()
            return found or _insert(connection, collections, name=name, created_at=_now())

    def rename_collection(self, name: str, new: str, *, moved: tuple[Path, Path]) -> None:
        """Give a collection another name, and a folder of it that was moved its new place. Raises NotFoundError."""
        old_root, new_root = map(self._root_bytes, moved)
        with self._transaction() as connection:
            id_ = connection.execute(select(collections.c.id).where(collections.c.name == name)).scalar()
            if id_ is None:
                raise NotFoundError(f"There is no collection {name!r}.", "`lectern collections` lists them.")
            connection.execute(update(collections).where(collections.c.id == id_).values(name=new))
            mine = (folders.c.collection_id == id_) & (folders.c.root_bytes == old_root)
            values = {"root": printable_path(new_root), "root_bytes": new_root}
            connection.execute(update(folders).where(mine).values(values))

    def folder_roots(self, collection_id: int) -> dict[Path, int]:
        """Return the folders synced into a collection, with their ids."""
        with self._transaction() as connection:
            query = select(folders.c.root_bytes, folders.c.id).where(folders.c.collection_id == collection_id)
            return {self._folder(root): id_ for root, id_ in connection.execute(query)}

    def open_folder(self, collection_id: int, root: Path) -> int:
        """Return the folder's id; it is made when it is new."""
        root_bytes = self._root_bytes(root)
        with self._transaction() as connection:
            query = select(folders.c.id).where(
                folders.c.collection_id == collection_id, folders.c.root_bytes == root_bytes
            )
            found = connection.execute(query).scalar()
            return found or _insert(
                connection, folders, collection_id=collection_id, root=printable_path(root_bytes), root_bytes=root_bytes
            )

    def _root_bytes(self, folder: Path) -> bytes:
        return os.fsencode(self._names.to_catalogue(folder))

    def _folder(self, root_bytes: bytes) -> Path:
        return self._names.to_machine(Path(os.fsdecode(root_bytes)))

    def find_index(self, collection_id: int, fingerprint: str) -> IndexInfo | None:
        """Return the collection's index for a fingerprint, None when there is none."""
        return self._one_index(indexes.c.collection_id == collection_id, indexes.c.fingerprint == fingerprint)

    def active_index(self, collection_id: int) -> IndexInfo | None:
        """Return the index that answers for a collection."""
        return self._one_index(indexes.c.collection_id == collection_id, indexes.c.is_active == 1)

    def _one_index(self, *conditions: ColumnElement[bool]) -> IndexInfo | None:
        with self._transaction() as connection:
            row = connection.execute(select(indexes).where(*conditions)).one_or_none()
            return IndexInfo(row.id, row.fingerprint, row.space, bool(row.is_active)) if row else None

    def open_index(self, collection_id: int, fingerprint: str) -> IndexInfo:
        """Return the collection's index for a fingerprint; made when new, and active at once if it is the first."""
        with self._transaction() as connection:
            rows = connection.execute(select(indexes).where(indexes.c.collection_id == collection_id)).all()
            for row in rows:
                if row.fingerprint == fingerprint:
                    return IndexInfo(row.id, row.fingerprint, row.space, bool(row.is_active))
            number = (connection.execute(select(func.max(indexes.c.id))).scalar() or 0) + 1
            space = f"collection-{collection_id}-index-{number}"
            id_ = _insert(
                connection,
                indexes,
                collection_id=collection_id,
                fingerprint=fingerprint,
                space=space,
                is_active=int(not rows),
            )
            return IndexInfo(id_, fingerprint, space, is_active=not rows)

    def activate_index(self, collection_id: int, index_id: int) -> None:
        """Let an index answer for its collection; the others' versions go, their vectors into the journal."""
        with self._transaction() as connection:
            mine = indexes.c.collection_id == collection_id
            old = connection.execute(select(indexes.c.id).where(mine, indexes.c.id != index_id)).scalars().all()
            gone = select(generations.c.id).where(generations.c.index_id.in_(old))
            _journal_indexes(connection, indexes.c.id.in_(old))
            connection.execute(
                update(indexes).where(mine).values(is_active=case((indexes.c.id == index_id, 1), else_=0))
            )
            _delete_generations(connection, gone)
            connection.execute(delete(indexes).where(indexes.c.id.in_(old)))

    def is_complete(self, collection_id: int, index_id: int) -> bool:
        """Tell whether every document that answers in the collection has a version in this index, embedded whole."""
        with self._transaction() as connection:
            answering = (
                select(generations.c.document_id)
                .join(documents, documents.c.id == generations.c.document_id)
                .where(documents.c.collection_id == collection_id, documents.c.state != "failed")
            )
            built = select(generations.c.document_id).where(
                generations.c.index_id == index_id, generations.c.is_embedded == 1
            )
            query = select(func.count()).where(documents.c.id.in_(answering), documents.c.id.not_in(built))
            return connection.execute(query.select_from(documents)).scalar_one() == 0

    # --- files ---

    def known_files(self, folder_id: int, index_id: int) -> dict[bytes, KnownFile]:
        """Load what is remembered of each file of a folder, by its path in bytes.

        A version in this index counts only when it is of the content that was read last, perhaps for another index.
        """
        with self._transaction() as connection:
            query = (
                select(documents, generations.c.index_id.label("version_index"))
                .outerjoin(
                    generations,
                    (generations.c.document_id == documents.c.id)
                    & (generations.c.index_id == index_id)
                    & (generations.c.sha256 == documents.c.sha256),
                )
                .where(documents.c.folder_id == folder_id)
            )
            return {
                row.path_bytes: KnownFile(
                    document_id=row.id,
                    path=row.path,
                    size=row.size,
                    mtime_ns=row.mtime_ns,
                    sha256=row.sha256,
                    state=row.state,
                    version_index=row.version_index,
                    failed_attempt=row.failed_attempt,
                    reason=row.reason,
                    remedy=row.remedy,
                )
                for row in connection.execute(query)
            }

    def open_document(self, collection_id: int, folder_id: int, file: FileState) -> int:
        """Return the id of the document for a file; a new one starts as failed with nothing indexed."""
        with self._transaction() as connection:
            query = select(documents.c.id).where(
                documents.c.folder_id == folder_id, documents.c.path_bytes == file.path_bytes
            )
            found = connection.execute(query).scalar()
            return found or _insert(
                connection,
                documents,
                id=next_number(connection, documents)[0],
                collection_id=collection_id,
                folder_id=folder_id,
                path=file.path,
                path_bytes=file.path_bytes,
                state="failed",
                reason="It was not read yet.",
                remedy="Sync the folder again.",
            )

    def touch(self, document_id: int, file: FileState) -> None:
        """Record that a file with a new time has the content that is indexed already."""
        with self._transaction() as connection:
            connection.execute(
                update(documents)
                .where(documents.c.id == document_id)
                .values(
                    size=file.size, mtime_ns=file.mtime_ns, state="indexed", failed_attempt="", reason="", remedy=""
                )
            )

    def rename(self, document_id: int, file: FileState, names: str) -> None:
        """Give a document another path; its chunks stay, found by the words of the new name (`names`)."""
        with self._transaction() as connection:
            # A failed document may stand at the new path; it has nothing indexed and gives way.
            connection.execute(
                delete(documents).where(
                    documents.c.folder_id
                    == select(documents.c.folder_id).where(documents.c.id == document_id).scalar_subquery(),
                    documents.c.path_bytes == file.path_bytes,
                    documents.c.id != document_id,
                )
            )
            connection.execute(
                update(documents)
                .where(documents.c.id == document_id)
                .values(
                    path=file.path, path_bytes=file.path_bytes, mtime_ns=file.mtime_ns, state="indexed",
                    failed_attempt="", reason="", remedy="",
                )
            )  # fmt: skip
            mine = select(generations.c.id).where(generations.c.document_id == document_id)
            connection.execute(update(chunks).where(chunks.c.generation_id.in_(mine)).values(names=names))
            self._dialect.index_words(connection, mine)

    def record_failure(self, document_id: int, *, attempt: str, reason: str, remedy: str) -> None:
        """Record why a file could not be read; the last good version, if any, goes on answering as stale."""
        with self._transaction() as connection:
            has_version = connection.execute(
                select(generations.c.id).where(generations.c.document_id == document_id).limit(1)
            ).scalar()
            connection.execute(
                update(documents)
                .where(documents.c.id == document_id)
                .values(
                    state="stale" if has_version else "failed", failed_attempt=attempt, reason=reason, remedy=remedy
                )
            )

    # --- versions ---

    def announce_vectors(self, key: VectorKey) -> None:
        """Write down vectors before they are stored, so that a crash leaves no orphans."""
        with self._transaction() as connection:
            _journal(connection, key)

    def commit_version(
        self,
        document_id: int,
        index_id: int,
        file: FileState,
        parsed: ParsedDocument,
        document_chunks: Sequence[Chunk],
        *,
        key: VectorKey,
        names: str,
        is_embedded: bool = True,
    ) -> None:
        """Make a new version of a document current, in one transaction; the old one's vectors go to the journal.

        Where not `is_embedded`, it answers by its words, and its vectors are still to be made.
        """
        with self._transaction() as connection:
            old = select(generations.c.id).where(
                generations.c.document_id == document_id, generations.c.index_id == index_id
            )
            for old_key in _vector_keys(connection, old):
                if old_key.key != key.key:
                    _journal(connection, old_key)
            _delete_generations(connection, old)
            generation_id = _insert(
                connection,
                generations,
                document_id=document_id,
                index_id=index_id,
                vector_key=key.key,
                sha256=file.sha256,
                title=parsed.title,
                file_type=parsed.file_type,
                page_word=parsed.page_word,
                author=parsed.author,
                created=parsed.created,
                page_count=len(parsed.pages),
                chunk_count=len(document_chunks),
                warnings=json.dumps(parsed.warnings),
                indexed_at=_now(),
                language=parsed.profile.language,
                kind=parsed.profile.kind,
                dated=parsed.profile.dated,
                period=parsed.profile.period,
                organisations="\n".join(parsed.profile.organisations),
                is_embedded=int(is_embedded),
                described_by=parsed.described_by,
            )
            connection.execute(
                insert(pages),
                [
                    {
                        "generation_id": generation_id,
                        "number": page.number,
                        "label": page.label,
                        "text": page.text,
                        "layout": page.layout,
                        "described_at": page.described_at,
                    }
                    for page in parsed.pages
                ],
            )
            connection.execute(
                insert(chunks),
                [
                    {
                        "generation_id": generation_id,
                        "ordinal": chunk.ordinal,
                        "section": chunk.section,
                        "header": chunk.header,
                        "names": names,
                        "text": chunk.text,
                        "spans": json.dumps([(span.page, span.start, span.end) for span in chunk.spans]),
                        "language": parsed.profile.language,
                        "embedding_hash": chunk.embedding_hash,
                        "described_by": chunk.described_by,
                    }
                    for chunk in document_chunks
                ],
            )
            connection.execute(
                update(documents)
                .where(documents.c.id == document_id)
                .values(
                    size=file.size, mtime_ns=file.mtime_ns, sha256=file.sha256, state="indexed",
                    failed_attempt="", reason="", remedy="",
                )
            )  # fmt: skip
            _unjournal(connection, key)
            self._dialect.index_words(connection, select(generations.c.id).where(generations.c.id == generation_id))

    def count_languages(self, index_id: int) -> dict[str, int]:
        """Return how many documents of an index are in each language; "" stands for those that nobody knows of."""
        with self._transaction() as connection:
            query = select(generations.c.language, func.count().label("documents"))
            query = query.where(generations.c.index_id == index_id).group_by(generations.c.language)
            return {row.language: row.documents for row in connection.execute(query)}

    def documents_in(self, index_id: int) -> list[int]:
        """Return the documents that have a version in an index."""
        with self._transaction() as connection:
            query = select(generations.c.document_id).where(generations.c.index_id == index_id)
            return list(connection.execute(query).scalars())

    def load_version(self, document_id: int, index_id: int) -> tuple[ParsedDocument, list[Chunk], VectorKey]:
        """Return a stored version, to embed it again without its file; the pages' blocks are not kept."""
        with self._transaction() as connection:
            query = (
                select(generations, indexes.c.space)
                .join(indexes, indexes.c.id == generations.c.index_id)
                .where(generations.c.document_id == document_id, generations.c.index_id == index_id)
            )
            row = connection.execute(query).one()
            stored_pages = connection.execute(
                select(pages).where(pages.c.generation_id == row.id).order_by(pages.c.number)
            )
            stored_chunks = connection.execute(
                select(chunks).where(chunks.c.generation_id == row.id).order_by(chunks.c.ordinal)
            )
            parsed = ParsedDocument(
                title=row.title,
                file_type=row.file_type,
                pages=tuple(page_of(page) for page in stored_pages),
                author=row.author,
                created=row.created,
                page_word=row.page_word,
                warnings=tuple(json.loads(row.warnings)),
                profile=profile_of(row),
                described_by=row.described_by,
            )
            key = VectorKey(row.space, row.vector_key, row.chunk_count)
            return parsed, [chunk_of(stored) for stored in stored_chunks], key

    def remove_documents(self, document_ids: Sequence[int], *, keep_out: bool = False) -> None:
        """Remove documents; with `keep_out` their paths are remembered as removed by the user."""
        with self._transaction() as connection:
            connection.execute(insert(erasures))
            for document_id in document_ids:
                mine = select(generations.c.id).where(generations.c.document_id == document_id)
                for key in _vector_keys(connection, mine):
                    _journal(connection, key)
                _delete_generations(connection, mine)
                connection.execute(delete(figures).where(figures.c.document_id == document_id))
                if keep_out:
                    connection.execute(
                        update(documents)
                        .where(documents.c.id == document_id)
                        .values(
                            state="removed", size=0, mtime_ns=0, sha256="", failed_attempt="",
                            reason="You removed it from the index.",
                            remedy="`lectern remove --undo` lets the next sync index it again.",
                        )
                    )  # fmt: skip
                else:
                    connection.execute(delete(documents).where(documents.c.id == document_id))

    # --- vectors ---

    def indexes(self) -> list[tuple[str, IndexInfo]]:
        """Return every index with the name of its collection."""
        with self._transaction() as connection:
            query = select(collections.c.name, indexes).join(indexes, indexes.c.collection_id == collections.c.id)
            return [
                (row.name, IndexInfo(row.id, row.fingerprint, row.space, bool(row.is_active)))
                for row in connection.execute(query.order_by(collections.c.name, indexes.c.id))
            ]

    def vector_keys(self, index_id: int) -> dict[int, VectorKey]:
        """Return the vectors that an index should have, by document."""
        with self._transaction() as connection:
            query = (
                select(generations.c.document_id, indexes.c.space, generations.c.vector_key, generations.c.chunk_count)
                .join(indexes, indexes.c.id == generations.c.index_id)
                .where(generations.c.index_id == index_id)
            )
            return {document_id: VectorKey(*key) for document_id, *key in connection.execute(query)}

    def mark_unread(self, document_ids: Sequence[int]) -> None:
        """Have the next sync read these files again, whatever they hold; what is indexed of them answers until then."""
        mine = documents.c
        with self._transaction() as connection:
            connection.execute(
                update(documents)
                .where(mine.id.in_(document_ids), mine.state != "removed")
                .values(mtime_ns=-1, failed_attempt="", sha256=case((mine.sha256 == "", ""), else_=READ_AGAIN))
            )

    # --- descriptions of figures ---

    def undescribed(self, collection_id: int, described_by: str) -> list[UndescribedDocument]:
        """Return the documents of a collection that may have figures and that answer with descriptions by others than
        `described_by`, or without any; "" stands for no descriptions.
        """
        with self._transaction() as connection:
            query = (
                select(
                    documents.c.id, documents.c.path, documents.c.path_bytes, folders.c.root_bytes,
                    generations.c.index_id, generations.c.sha256,
                )
                .join(folders, folders.c.id == documents.c.folder_id)
                .join(generations, generations.c.document_id == documents.c.id)
                .join(indexes, indexes.c.id == generations.c.index_id)
                .where(
                    documents.c.collection_id == collection_id,
                    documents.c.state == "indexed",
                    indexes.c.is_active == 1,
                    generations.c.file_type.in_(sorted(TYPES_WITH_FIGURES)),
                    generations.c.described_by != described_by,
                )
                .order_by(documents.c.id)
            )  # fmt: skip
            return [
                UndescribedDocument(
                    row.id,
                    row.index_id,
                    row.path,
                    self._folder(row.root_bytes) / os.fsdecode(row.path_bytes),
                    row.sha256,
                )
                for row in connection.execute(query)
            ]

    def find_described(self, document: UndescribedDocument) -> FileState | None:
        """Return the file of a document whose figures were described; None where it answers by another content now, or
        not at all.
        """
        mine = (generations.c.document_id == document.id) & (generations.c.index_id == document.index_id)
        with self._transaction() as connection:
            query = select(documents).join(generations, generations.c.document_id == documents.c.id)
            is_same = mine & (generations.c.sha256 == document.sha256) & (documents.c.state == "indexed")
            row = connection.execute(query.where(is_same)).one_or_none()
            return FileState(row.path, row.path_bytes, row.size, row.mtime_ns, row.sha256) if row else None

    def mark_described(self, document: UndescribedDocument, described_by: str) -> None:
        """Record that a document has no figures to be described."""
        mine = (generations.c.document_id == document.id) & (generations.c.index_id == document.index_id)
        with self._transaction() as connection:
            connection.execute(update(generations).where(mine).values(described_by=described_by))

    def load_figures(self, document_id: int, described_by: str) -> dict[str, str]:
        """Return what an LLM said of pictures of a document, by the SHA-256 of their pixels."""
        with self._transaction() as connection:
            mine = (figures.c.document_id == document_id) & (figures.c.described_by == described_by)
            query = select(figures.c.picture, figures.c.text).where(mine)
            return {row.picture: row.text for row in connection.execute(query)}

    def keep_figure(
        self, document_id: int, picture: str, described_by: str, text: str, *, usage: Usage, cost_usd: float | None
    ) -> None:
        """Keep what an LLM said of a picture of a document; nothing where that document is gone."""
        with self._transaction() as connection:
            state = connection.execute(select(documents.c.state).where(documents.c.id == document_id)).scalar()
            if state in (None, "removed"):
                return
            mine = (figures.c.document_id == document_id) & (figures.c.picture == picture)
            connection.execute(delete(figures).where(mine & (figures.c.described_by == described_by)))
            connection.execute(
                insert(figures).values(
                    document_id=document_id,
                    picture=picture,
                    described_by=described_by,
                    text=text,
                    prompt_tokens=usage.prompt_tokens,
                    completion_tokens=usage.completion_tokens,
                    cost_usd=cost_usd,
                )
            )

    def drop_figures(self, document_id: int, described_by: str, *, kept: Sequence[str]) -> None:
        """Delete what others than `described_by` said of the pictures of a document, and of other pictures than those
        that are `kept`.
        """
        others = (figures.c.described_by != described_by) | figures.c.picture.not_in(kept)
        with self._transaction() as connection:
            if connection.execute(delete(figures).where(figures.c.document_id == document_id, others)).rowcount:
                connection.execute(insert(erasures))

    # --- vectors to make ---

    def unembedded(self) -> list[UnembeddedVersion]:
        """Return the versions of all indexes whose vectors are still to be made, the newest first."""
        with self._transaction() as connection:
            query = (
                select(
                    collections.c.name, indexes.c.fingerprint, indexes.c.space, indexes.c.is_active, indexes.c.id,
                    generations.c.document_id, generations.c.vector_key, generations.c.chunk_count,
                )
                .join(indexes, indexes.c.id == generations.c.index_id)
                .join(collections, collections.c.id == indexes.c.collection_id)
                .where(generations.c.is_embedded == 0)
                .order_by(generations.c.indexed_at.desc(), generations.c.id.desc())
            )  # fmt: skip
            return [
                UnembeddedVersion(
                    row.name,
                    row.document_id,
                    IndexInfo(row.id, row.fingerprint, row.space, bool(row.is_active)),
                    VectorKey(row.space, row.vector_key, row.chunk_count),
                )
                for row in connection.execute(query)
            ]

    def load_passages(self, key: VectorKey) -> list[Chunk]:
        """Return the chunks of a version in their order; none where that version is gone."""
        with self._transaction() as connection:
            query = (
                select(chunks)
                .join(generations, generations.c.id == chunks.c.generation_id)
                .where(generations.c.vector_key == key.key)
                .order_by(chunks.c.ordinal)
            )
            return [chunk_of(row) for row in connection.execute(query)]

    def current_keys(self, keys: Sequence[VectorKey]) -> set[VectorKey]:
        """Return those of the vectors that a version still refers to."""
        with self._transaction() as connection:
            query = select(generations.c.vector_key).where(generations.c.vector_key.in_([key.key for key in keys]))
            found = set(connection.execute(query).scalars())
            return {key for key in keys if key.key in found}

    def find_embedded(self, embedder: str, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return space and id of a vector for each `Chunk.embedding_hash` that an embedder made one for already."""
        made_with = func.substr(indexes.c.fingerprint, 1, len(embedder) + 1) == f"{embedder}+"
        found: dict[bytes, tuple[str, str]] = {}
        with self._transaction() as connection:
            for start in range(0, len(hashes), VALUES_AT_ONCE):
                query = (
                    select(chunks.c.embedding_hash, indexes.c.space, generations.c.vector_key, chunks.c.ordinal)
                    .join(generations, generations.c.id == chunks.c.generation_id)
                    .join(indexes, indexes.c.id == generations.c.index_id)
                    .where(
                        chunks.c.embedding_hash.in_(hashes[start : start + VALUES_AT_ONCE]),
                        generations.c.is_embedded == 1,
                        made_with,
                    )
                )
                found |= {row[0]: (row.space, f"{row.vector_key}:{row.ordinal}") for row in connection.execute(query)}
        return found

    def mark_embedded(self, keys: Sequence[VectorKey]) -> None:
        """Record that the vectors of these versions are made; of versions that are gone, nothing is recorded."""
        self._mark(keys, is_embedded=1)

    def mark_unembedded(self, keys: Sequence[VectorKey]) -> None:
        """Record that vectors of these versions were lost, so that they are made again."""
        self._mark(keys, is_embedded=0)

    def _mark(self, keys: Sequence[VectorKey], *, is_embedded: int) -> None:
        with self._transaction() as connection:
            for key in keys:
                mine = generations.c.vector_key == key.key
                connection.execute(update(generations).where(mine).values(is_embedded=is_embedded))

    # --- vectors to sweep ---

    def journalled_vectors(self) -> list[VectorKey]:
        """Return vectors that have no version and are to be deleted."""
        with self._transaction() as connection:
            rows = connection.execute(select(vector_journal)).all()
            return [VectorKey(*row) for row in rows]

    def clear_journal(self, keys: Sequence[VectorKey]) -> None:
        """Record that journalled vectors are deleted."""
        with self._transaction() as connection:
            for key in keys:
                _unjournal(connection, key)

    def live_spaces(self) -> set[str]:
        """Return the vector spaces of all indexes."""
        with self._transaction() as connection:
            return set(connection.execute(select(indexes.c.space)).scalars())

    # --- traces of what was removed ---

    def erase_traces(self) -> bool:
        """Leave no text of removed documents in the catalogue's files; False while a reader keeps some of it there.

        Takes time in proportion to the catalogue. Does nothing when nothing was removed since.
        """
        with self._transaction() as connection:
            if connection.execute(select(erasures.c.id).limit(1)).scalar() is None:
                return True
        return self._dialect.erase_traces(self._engine)

    # --- runs ---

    def start_run(self, collection_id: int, folder: Path) -> int:
        """Record that a sync began; a run without an end was cut off. A collection's oldest records are deleted."""
        with self._transaction() as connection:
            connection.execute(update(runs).where(runs.c.outcome == "running").values(outcome="cut off"))
            mine = select(runs.c.place).where(runs.c.collection_id == collection_id)
            oldest_kept = mine.order_by(runs.c.place.desc()).offset(RUNS_KEPT - 2).limit(1).scalar_subquery()
            connection.execute(delete(runs).where(runs.c.collection_id == collection_id, runs.c.place < oldest_kept))
            id_, place = next_number(connection, runs)
            return _insert(
                connection,
                runs,
                id=id_,
                place=place,
                collection_id=collection_id,
                folder=printable_path(self._root_bytes(folder)),
                started_at=_now(),
                outcome="running",
            )

    def last_complete_run(self, collection_id: int, folder: Path) -> str:
        """Return when the newest sync of a folder that ran to its end began, in ISO 8601; "" where none is on
        record."""
        with self._transaction() as connection:
            query = select(runs.c.started_at).where(
                runs.c.collection_id == collection_id,
                runs.c.folder == printable_path(self._root_bytes(folder)),
                runs.c.outcome.in_(("done", "failed files")),
            )
            return connection.execute(query.order_by(runs.c.place.desc()).limit(1)).scalar() or ""

    def stop_runs(self) -> None:
        """Record that the running sync is being stopped; it may be abandoned before it can record that itself."""
        with self._transaction() as connection:
            stopped = {"outcome": "stopped", "finished_at": _now()}
            connection.execute(update(runs).where(runs.c.outcome == "running").values(stopped))

    def finish_run(self, run_id: int, folder_id: int | None, *, outcome: str, report: str) -> None:
        """Record how a sync ended, with its report as JSON; without a folder it could not begin."""
        with self._transaction() as connection:
            values = {"finished_at": _now(), "outcome": outcome, "report": report}
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))
            connection.execute(update(folders).where(folders.c.id == folder_id).values(last_synced_at=_now()))

    def delete_collection(self, name: str) -> list[str]:
        """Delete a collection with all its documents; returns its vector spaces. Raises NotFoundError.

        Its vectors go to the journal.
        """
        with self._transaction() as connection:
            id_ = connection.execute(select(collections.c.id).where(collections.c.name == name)).scalar()
            if id_ is None:
                raise NotFoundError(f"There is no collection {name!r}.", "`lectern collections` lists them.")
            spaces = connection.execute(select(indexes.c.space).where(indexes.c.collection_id == id_)).scalars().all()
            mine = select(documents.c.id).where(documents.c.collection_id == id_)
            gone = select(generations.c.id).where(generations.c.document_id.in_(mine))
            _journal_indexes(connection, indexes.c.collection_id == id_)
            connection.execute(insert(erasures))
            _delete_generations(connection, gone)
            connection.execute(delete(collections).where(collections.c.id == id_))
            return list(spaces)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._dialect.translated_errors(), self._engine.begin() as connection:
            yield connection


def profile_of(row: Row[Any]) -> DocumentProfile:
    """Make a profile of a row of generations."""
    names = tuple((row.organisations or "").splitlines())
    return DocumentProfile(row.language or "", row.kind or "", row.dated or "", row.period or "", names)


def chunk_of(row: Row[Any]) -> Chunk:
    """Return a row of the chunks table as a Chunk."""
    spans = tuple(Span(*span) for span in json.loads(row.spans))
    return Chunk(
        ordinal=row.ordinal,
        text=row.text,
        header=row.header,
        section=row.section,
        spans=spans,
        described_by=row.described_by,
    )


def page_of(row: Row[Any]) -> Page:
    """Return a row of the pages table as a Page; its blocks are not kept."""
    return Page(row.number, row.text, (), label=row.label, layout=row.layout, described_at=row.described_at)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _insert(connection: Connection, table: Table, **values: object) -> int:
    """Insert one row and return its id."""
    try:
        inserted = connection.execute(insert(table).values(values)).inserted_primary_key
    except IntegrityError as error:
        raise AssertionError(f"{table.name}: {error.orig}") from error
    assert inserted is not None
    return int(inserted[0])


def _vector_keys(connection: Connection, generation_ids: Select[tuple[int]]) -> list[VectorKey]:
    query = (
        select(indexes.c.space, generations.c.vector_key, generations.c.chunk_count)
        .join(indexes, indexes.c.id == generations.c.index_id)
        .where(generations.c.id.in_(generation_ids))
    )
    return [VectorKey(*row) for row in connection.execute(query)]


def _delete_generations(connection: Connection, generation_ids: Select[tuple[int]]) -> None:
    ids = connection.execute(generation_ids).scalars().all()
    for table, column in ((chunks, chunks.c.generation_id), (pages, pages.c.generation_id)):
        connection.execute(delete(table).where(column.in_(ids)))
    connection.execute(delete(generations).where(generations.c.id.in_(ids)))


def _journal_indexes(connection: Connection, which: ColumnElement[bool]) -> None:
    """Write down all vectors of indexes that go; of one that was emptied before, its space alone."""
    for id_, space in connection.execute(select(indexes.c.id, indexes.c.space).where(which)).all():
        keys = _vector_keys(connection, select(generations.c.id).where(generations.c.index_id == id_))
        for key in keys or [VectorKey(space, "", 0)]:
            _journal(connection, key)


def _journal(connection: Connection, key: VectorKey) -> None:
    _unjournal(connection, key)
    connection.execute(insert(vector_journal).values(space=key.space, vector_key=key.key, count=key.count))


def _unjournal(connection: Connection, key: VectorKey) -> None:
    connection.execute(
        delete(vector_journal).where(vector_journal.c.space == key.space, vector_journal.c.vector_key == key.key)
    )
