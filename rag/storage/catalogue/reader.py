"""Reads the catalogue: lexical search, hits, pages and lists."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, case, func, select, text

from rag.errors import ConfigurationError, NotFoundError
from rag.storage.catalogue.dialects.choice import Place, dialect_of
from rag.storage.catalogue.folder_names import AS_THEY_ARE, FolderNames
from rag.storage.catalogue.full_text import full_text_query
from rag.storage.catalogue.kept_reads import KeptReads
from rag.storage.catalogue.schema import (
    PROFILE_COLUMNS,
    collections,
    documents,
    figures,
    folders,
    generations,
    indexes,
    pages,
    runs,
)
from rag.storage.catalogue.writer import VALUES_AT_ONCE, chunk_of, page_of, profile_of
from rag.types import (
    CONTENTS_SECTION,
    Chunk,
    CollectionInfo,
    DocumentInfo,
    DocumentLabel,
    DocumentSections,
    FigureCounts,
    IndexInfo,
    OutlineEntry,
    Page,
    RunRecord,
    Usage,
    printable_path,
)

FILTERS = {
    "document": documents.c.path,
    "folder": folders.c.root,
    "place": folders.c.root + "/" + documents.c.path,
    "type": generations.c.file_type,
    "title": generations.c.title,
    "author": generations.c.author,
    "created": generations.c.created,
    "language": generations.c.language,
    "kind": generations.c.kind,
    "dated": generations.c.dated,
    "period": generations.c.period,
    "organisation": generations.c.organisations,
}

LANGUAGES = text("SELECT DISTINCT language FROM generations WHERE index_id = :index AND language <> ''")

CHUNKS_OF_DOCUMENT = text(
    """
    SELECT generations.vector_key || ':' || chunks.ordinal AS id, chunks.*
    FROM generations JOIN chunks ON chunks.generation_id = generations.id
    WHERE generations.document_id = :document AND generations.index_id = :index AND chunks.described_by = ''
    ORDER BY chunks.ordinal
    """
)

SECTIONS = text(
    """
    WITH newest AS (
        SELECT generations.id, generations.title, generations.language FROM generations
        WHERE generations.index_id = :index AND generations.chunk_count > 0
        ORDER BY generations.indexed_at DESC, generations.id LIMIT :limit
    )
    SELECT newest.id, newest.title, newest.language, chunks.section
    FROM newest JOIN chunks ON chunks.generation_id = newest.id
    WHERE chunks.section <> '' AND chunks.described_by = ''
    GROUP BY newest.id, newest.title, newest.language, chunks.section ORDER BY newest.id, min(chunks.ordinal)
    """
)


class CatalogueReader:
    """Every method reads one consistent state, and raises StoreError when the database fails."""

    def __init__(self, engine: Engine, place: Place, names: FolderNames = AS_THEY_ARE) -> None:
        self._names = names
        self._dialect = dialect_of(place)
        self._engine = self._dialect.reading(engine)
        self._kept = KeptReads(self._dialect.state_of_changes)

    def check(self) -> None:
        """Ask the database for something small. Raises StoreError."""
        with self._reading() as connection:
            connection.execute(select(indexes.c.id).limit(1)).all()

    def find_index(self, collection: str) -> IndexInfo | None:
        """Return the index that answers for a collection; None while nothing is indexed. Raises NotFoundError."""
        with self._reading() as connection:
            row = self._active_index(connection, collection)
            return IndexInfo(row.id, row.fingerprint, row.space, True) if row else None

    def has_collection(self, name: str) -> bool:
        """Tell whether there is a collection of that name."""
        with self._reading() as connection:
            query = select(collections.c.id).where(collections.c.name == name)
            return connection.execute(query).scalar() is not None

    def find_documents(self, collection: str, filters: Mapping[str, str]) -> list[int]:
        """Return ids of the documents whose fields match, `*` standing for anything. Raises ConfigurationError.

        Of a filter of several lines one is enough.
        """
        for name in filters:
            if name not in FILTERS:
                raise ConfigurationError(
                    f"There is no field {name!r} to filter by.", f"The fields are: {', '.join(FILTERS)}."
                )
        with self._reading() as connection:
            query = _answering_documents(self._collection_id(connection, collection)).with_only_columns(
                documents.c.id, *(FILTERS[name] for name in filters)
            )
            fit = [_compile_filter(wanted) for wanted in filters.values()]
            return [
                id_
                for id_, *values in connection.execute(query)
                if all(fits(value) for fits, value in zip(fit, values, strict=True))
            ]

    def list_labels(self, collection: str) -> Mapping[int, DocumentLabel]:
        """Return by id what a question can say of each document that answers; the same object until something changes.

        It is not to be changed.
        """
        with self._reading() as connection:
            return self._kept.read(
                connection, f"labels {collection}", lambda: self._read_labels(connection, collection)
            )

    def _read_labels(self, connection: Connection, collection: str) -> dict[int, DocumentLabel]:
        query = _answering_documents(self._collection_id(connection, collection))
        profile = (generations.c[name] for name in PROFILE_COLUMNS)
        named = query.with_only_columns(
            documents.c.id, generations.c.title, documents.c.path, folders.c.root, generations.c.file_type,
            generations.c.is_embedded, *profile,
        )  # fmt: skip
        return {
            row.id: DocumentLabel(
                f"{row.title} {row.path}",
                profile_of(row),
                row.path,
                row.root,
                row.file_type,
                is_embedded=bool(row.is_embedded),
            )
            for row in connection.execute(named.order_by(documents.c.path, folders.c.root))
        }

    def lexical_search(
        self, collection: str, question: str, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        """Find chunks that hold any of the question's words: (chunk id, BM25), best first; of the named documents."""
        with self._reading() as connection:
            index = self._active_index(connection, collection)
            if index is None:
                return []
            languages = self._kept.read(
                connection,
                f"languages {index.id}",
                lambda: list(connection.execute(LANGUAGES, {"index": index.id}).scalars()),
            )
            if not (query := full_text_query(question, languages)):
                return []
            return self._dialect.lexical_search(
                connection, query, index_id=index.id, limit=limit, document_ids=document_ids
            )

    def load_chunks(self, collection: str, ids: Sequence[str]) -> dict[str, tuple[DocumentInfo, Chunk]]:
        """Return the chunks under ids that belong to a current version; others are left out."""
        with self._reading() as connection:
            index = self._active_index(connection, collection)
            if index is None:
                return {}
            rows = self._dialect.load_chunks(connection, ids, index.id)
            query = _all_documents(self._collection_id(connection, collection)).where(
                documents.c.id.in_({row.document_id for row in rows})
            )
            found = {row.id: _document_of(row) for row in connection.execute(query)}
            return {row[0]: (found[row.document_id], chunk_of(row)) for row in rows}

    def load_document_chunks(self, collection: str, document_id: int) -> list[tuple[str, Chunk]]:
        """Return the chunks of a document that answer, with their ids, in reading order; no descriptions of
        figures."""
        with self._reading() as connection:
            index = self._active_index(connection, collection)
            if index is None:
                return []
            rows = connection.execute(CHUNKS_OF_DOCUMENT, {"document": document_id, "index": index.id})
            return [(row[0], chunk_of(row)) for row in rows]

    def load_pages(self, document_id: int, numbers: Sequence[int]) -> dict[int, Page]:
        """Return pages of the version that answers, without their blocks."""
        with self._reading() as connection:
            query = (
                select(pages)
                .join(generations, generations.c.id == pages.c.generation_id)
                .join(indexes, indexes.c.id == generations.c.index_id)
                .where(generations.c.document_id == document_id, indexes.c.is_active == 1, pages.c.number.in_(numbers))
            )
            rows = connection.execute(query)
            return {row.number: page_of(row) for row in rows}

    def page_texts(self, document_ids: Sequence[int]) -> dict[int, list[Page]]:
        """Return the pages of the versions that answer, by document and in order, without blocks and layout.

        They hold the words of the files alone, no descriptions of figures.
        """
        own = case((pages.c.described_at < 0, pages.c.text), else_=func.substr(pages.c.text, 1, pages.c.described_at))
        with self._reading() as connection:
            query = (
                select(generations.c.document_id, pages.c.number, pages.c.label, own.label("text"))
                .join(generations, generations.c.id == pages.c.generation_id)
                .join(indexes, indexes.c.id == generations.c.index_id)
                .where(generations.c.document_id.in_(document_ids), indexes.c.is_active == 1)
                .order_by(generations.c.document_id, pages.c.number)
            )
            found: dict[int, list[Page]] = {}
            for row in connection.execute(query):
                found.setdefault(row.document_id, []).append(Page(row.number, row.text, (), label=row.label))
            return found

    def load_outline(self, collection: str, document_id: int) -> list[OutlineEntry]:
        """Return the headings of a document with their first pages, in reading order. Raises NotFoundError."""
        self.load_document(collection, document_id)
        first_pages: dict[str, int] = {}
        for _, chunk in self.load_document_chunks(collection, document_id):
            if chunk.section and chunk.section != CONTENTS_SECTION:
                first_pages.setdefault(chunk.section, chunk.first_page)
        return [OutlineEntry(section, page) for section, page in first_pages.items()]

    def load_page(self, collection: str, document_id: int, number: int) -> Page:
        """Return one page of a document, without its blocks. Raises NotFoundError."""
        document, _ = self.load_document(collection, document_id)
        page = self.load_pages(document_id, [number]).get(number)
        if page is None:
            raise NotFoundError(f"{document.path} has no page {number}.", f"It has {document.pages}, counted from 0.")
        return page

    def load_texts(self, document_id: int) -> tuple[str, list[str]]:
        """Return the collection of a document, and its title and pages as they answer; none where nothing answers."""
        with self._reading() as connection:
            query = (
                select(collections.c.name, generations.c.title, generations.c.id)
                .select_from(documents)
                .join(collections, collections.c.id == documents.c.collection_id)
                .outerjoin(generations, generations.c.document_id == documents.c.id)
                .outerjoin(indexes, indexes.c.id == generations.c.index_id)
                .where(documents.c.id == document_id, indexes.c.is_active.is_(None) | (indexes.c.is_active == 1))
            )
            row = connection.execute(query).one_or_none()
            if row is None:
                return "", []
            found = connection.execute(select(pages.c.text).where(pages.c.generation_id == row.id))
            return row.name, [row.title or "", *found.scalars()]

    def list_documents(self, collection: str) -> list[DocumentInfo]:
        """Return all documents of a collection by path, also those that failed. Raises NotFoundError."""
        with self._reading() as connection:
            query = _all_documents(self._collection_id(connection, collection))
            return [_document_of(row) for row in connection.execute(query.order_by(documents.c.path))]

    def load_document(self, collection: str, document_id: int) -> tuple[DocumentInfo, Path]:
        """Return a document and its file. Raises NotFoundError."""
        with self._reading() as connection:
            columns = (documents.c.path_bytes, folders.c.root_bytes)
            query = _all_documents(self._collection_id(connection, collection)).add_columns(*columns)
            row = connection.execute(query.where(documents.c.id == document_id)).one_or_none()
            if row is None:
                raise NotFoundError(f"There is no document {document_id} in the collection {collection!r}.")
            folder = self._names.to_machine(Path(os.fsdecode(row.root_bytes)))
            return _document_of(row), folder / os.fsdecode(row.path_bytes)

    def find_paths(self, folder: Path, paths: Collection[bytes]) -> set[bytes]:
        """Return those of the paths below a folder that are documents of it."""
        with self._reading() as connection:
            root = os.fsencode(self._names.to_catalogue(folder))
            mine = select(documents.c.path_bytes).join(folders).where(folders.c.root_bytes == root)
            asked = list(paths)
            return {
                path
                for start in range(0, len(asked), VALUES_AT_ONCE)
                for path in connection.execute(
                    mine.where(documents.c.path_bytes.in_(asked[start : start + VALUES_AT_ONCE]))
                ).scalars()
            }

    def list_sections(self, collection: str, *, limit: int) -> list[DocumentSections]:
        """Return the headings of the `limit` newest documents that have some. Raises NotFoundError."""
        with self._reading() as connection:
            index = self._active_index(connection, collection)
            if index is None:
                return []
            found: dict[int, tuple[str, str, list[str]]] = {}
            for id_, title, language, section in connection.execute(SECTIONS, {"index": index.id, "limit": limit}):
                found.setdefault(id_, (title, language, []))[2].append(section)
            return [DocumentSections(title, tuple(sections), language) for title, language, sections in found.values()]

    def list_collections(self) -> list[CollectionInfo]:
        """Return all collections by name."""
        with self._reading() as connection:
            rows = connection.execute(select(collections).order_by(collections.c.name)).all()
            return [self._collection_info(connection, row.id, row.name) for row in rows]

    def list_runs(
        self, *, limit: int, in_collections: Sequence[str] | None = None, folder: Path | None = None
    ) -> list[RunRecord]:
        """Return the newest runs first; only those of the named collections, and of a folder, where given."""
        query = select(runs, collections.c.name).join(collections, collections.c.id == runs.c.collection_id)
        if in_collections is not None:
            query = query.where(collections.c.name.in_(in_collections))
        if folder is not None:
            query = query.where(runs.c.folder == printable_path(self._names.to_catalogue(folder)))
        with self._reading() as connection:
            return [_run_of(row) for row in connection.execute(query.order_by(runs.c.place.desc()).limit(limit))]

    def load_run(self, run_id: int) -> RunRecord | None:
        """Return one run; None where there is none, or it was deleted."""
        query = select(runs, collections.c.name).join(collections, collections.c.id == runs.c.collection_id)
        with self._reading() as connection:
            row = connection.execute(query.where(runs.c.id == run_id)).one_or_none()
            return _run_of(row) if row else None

    def count_figures(self, collection: str, described_by: str) -> FigureCounts:
        """Count what an LLM described of the pictures of a collection, and what that took. Raises NotFoundError."""
        with self._reading() as connection:
            id_ = self._collection_id(connection, collection)
            query = (
                select(
                    func.count().label("pictures"),
                    func.coalesce(func.sum(case((figures.c.text != "", 1), else_=0)), 0).label("described"),
                    func.coalesce(func.sum(figures.c.prompt_tokens), 0).label("prompt"),
                    func.coalesce(func.sum(figures.c.completion_tokens), 0).label("completion"),
                    func.sum(figures.c.cost_usd).label("cost"),
                    func.count(figures.c.cost_usd).label("priced"),
                )
                .select_from(figures)
                .join(documents, documents.c.id == figures.c.document_id)
                .where(documents.c.collection_id == id_, figures.c.described_by == described_by)
            )
            row = connection.execute(query).one()
            cost = float(row.cost or 0.0) if row.priced == row.pictures else None
            return FigureCounts(row.pictures, row.described, Usage(int(row.prompt), int(row.completion)), cost)

    def _collection_info(self, connection: Connection, id_: int, name: str) -> CollectionInfo:
        roots = connection.execute(
            select(folders.c.root, folders.c.last_synced_at).where(folders.c.collection_id == id_)
        )
        folder_rows = roots.all()
        listed = [_document_of(row) for row in connection.execute(_all_documents(id_))]
        index = self._active_index(connection, name)
        return CollectionInfo(
            name=name,
            folders=tuple(row.root for row in folder_rows),
            documents=sum(document.answers for document in listed),
            failed=sum(document.has_failed for document in listed),
            pages=sum(document.pages for document in listed),
            chunks=sum(document.chunks for document in listed),
            last_synced_at=max((row.last_synced_at for row in folder_rows), default=""),
            embedder=index.fingerprint if index else "",
            words_only=sum(not document.is_embedded for document in listed),
        )

    def _collection_id(self, connection: Connection, name: str) -> int:
        found = connection.execute(select(collections.c.id).where(collections.c.name == name)).scalar()
        if found is None:
            names = connection.execute(select(collections.c.name).order_by(collections.c.name)).scalars().all()
            remedy = f"There are: {', '.join(names)}." if names else "Index a folder first: `lectern sync FOLDER`."
            raise NotFoundError(f"There is no collection {name!r}.", remedy)
        return int(found)

    def _active_index(self, connection: Connection, collection: str) -> Row[Any] | None:
        id_ = self._collection_id(connection, collection)
        query = select(indexes).where(indexes.c.collection_id == id_, indexes.c.is_active == 1)
        return connection.execute(query).one_or_none()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._dialect.translated_errors(), self._engine.connect() as connection:
            yield connection


def _compile_filter(wanted: str) -> Callable[[str], bool]:
    """Return what tells whether a field fits, of which one entry a line is enough, as one line of the filter is.

    In a filter `*` stands for anything; SQLite folds only ASCII, and its GLOB reads [ and ? too.
    """
    lines = [line for line in wanted.casefold().split("\n") if line] or [""]
    # A thousand chosen documents are looked up, not tried one after the other.
    exact = {line for line in lines if "*" not in line}
    patterns = [
        re.compile(".*".join(re.escape(part) for part in line.split("*")), re.DOTALL) for line in lines if "*" in line
    ]

    def fits(value: str) -> bool:
        entries = value.casefold().split("\n")
        return any(entry in exact or any(pattern.fullmatch(entry) for pattern in patterns) for entry in entries)

    return fits


def _all_documents(collection_id: int) -> Select[Any]:
    """Return all documents of a collection, with the version that answers where there is one."""
    active = select(generations).join(indexes, indexes.c.id == generations.c.index_id).where(indexes.c.is_active == 1)
    current = active.subquery("current")
    return (
        select(
            documents,
            folders.c.root,
            current.c.id.label("version_id"),
            *(column for column in current.c if column.name not in ("id", "sha256")),
        )
        .join(folders, folders.c.id == documents.c.folder_id)
        .outerjoin(current, current.c.document_id == documents.c.id)
        .where(documents.c.collection_id == collection_id)
    )


def _answering_documents(collection_id: int) -> Select[Any]:
    """Return the documents of a collection that have a version that answers."""
    return (
        select(documents)
        .join(folders, folders.c.id == documents.c.folder_id)
        .join(generations, generations.c.document_id == documents.c.id)
        .join(indexes, indexes.c.id == generations.c.index_id)
        .where(documents.c.collection_id == collection_id, indexes.c.is_active == 1)
    )


def _run_of(row: Row[Any]) -> RunRecord:
    report = json.loads(row.report) if row.report else {}
    return RunRecord(
        id=row.id,
        collection=row.name,
        folder=row.folder,
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=row.outcome,
        report=row.report,
        reason=report.get("reason", ""),
        remedy=report.get("remedy", ""),
    )


def _document_of(row: Row[Any]) -> DocumentInfo:
    return DocumentInfo(
        id=row.id,
        path=row.path,
        folder=row.root,
        title=row.title or "",
        file_type=row.file_type or "",
        state=row.state,
        pages=row.page_count or 0,
        chunks=row.chunk_count or 0,
        page_word=row.page_word or "",
        author=row.author or "",
        created=row.created or "",
        size=row.size,
        indexed_at=row.indexed_at or "",
        version_id=row.version_id or 0,
        reason=row.reason,
        remedy=row.remedy,
        warnings=tuple(json.loads(row.warnings or "[]")),
        profile=profile_of(row),
        is_embedded=row.is_embedded != 0,
    )
