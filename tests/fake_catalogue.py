"""A catalogue in dicts: what the pipelines need of one, for tests that need no file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from rag.errors import ConfigurationError, NotFoundError
from rag.types import (
    Chunk,
    DocumentInfo,
    DocumentLabel,
    FileState,
    IndexInfo,
    KnownFile,
    Page,
    ParsedDocument,
    UnembeddedVersion,
    VectorKey,
)


@dataclass
class Version:
    key: VectorKey
    sha256: str
    parsed: ParsedDocument
    chunks: list[Chunk]
    is_embedded: bool = True


@dataclass
class Document:
    id: int
    collection: int
    folder: int
    file: FileState
    state: str = "failed"
    attempt: str = ""
    reason: str = ""
    remedy: str = ""
    versions: dict[int, Version] = field(default_factory=dict)


class DictCatalogue:
    """Writes and reads."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._collections: dict[str, int] = {}
        self._folders: dict[int, tuple[int, Path]] = {}
        self._indexes: dict[int, tuple[int, IndexInfo]] = {}
        self._documents: dict[int, Document] = {}
        self._journal: dict[str, VectorKey] = {}
        self.runs: dict[int, tuple[str, str]] = {}

    # --- collections, folders, indexes ---

    def find_collection(self, name: str) -> int | None:
        return self._collections.get(name)

    def open_collection(self, name: str) -> int:
        return self._collections.setdefault(name, next(self._ids))

    def delete_collection(self, name: str) -> list[str]:
        if name not in self._collections:
            raise NotFoundError(f"There is no collection {name!r}.")
        id_ = self._collections.pop(name)
        self.remove_documents([document.id for document in self._of(id_)])
        gone = [index for owner, index in self._indexes.values() if owner == id_]
        for index in gone:
            del self._indexes[index.id]
        return [index.space for index in gone]

    def folder_roots(self, collection_id: int) -> dict[Path, int]:
        return {root: id_ for id_, (owner, root) in self._folders.items() if owner == collection_id}

    def open_folder(self, collection_id: int, root: Path) -> int:
        found = self.folder_roots(collection_id).get(root)
        if found is None:
            found = next(self._ids)
            self._folders[found] = (collection_id, root)
        return found

    def find_index(self, collection_id: int, fingerprint: str) -> IndexInfo | None:
        return next((index for index in self._indexes_of(collection_id) if index.fingerprint == fingerprint), None)

    def open_index(self, collection_id: int, fingerprint: str) -> IndexInfo:
        found = self.find_index(collection_id, fingerprint)
        if found is None:
            id_ = next(self._ids)
            found = IndexInfo(id_, fingerprint, f"space-{id_}", is_active=not self._indexes_of(collection_id))
            self._indexes[id_] = (collection_id, found)
        return found

    def count_languages(self, index_id: int) -> dict[str, int]:
        versions = [doc.versions[index_id] for doc in self._documents.values() if index_id in doc.versions]
        return dict(Counter(version.parsed.profile.language for version in versions))

    def active_index(self, collection_id: int) -> IndexInfo | None:
        return next((index for index in self._indexes_of(collection_id) if index.is_active), None)

    def is_complete(self, collection_id: int, index_id: int) -> bool:
        answering = [doc for doc in self._of(collection_id) if doc.versions and doc.state != "failed"]
        built = [document.versions.get(index_id) for document in answering]
        return all(version is not None and version.is_embedded for version in built)

    def activate_index(self, collection_id: int, index_id: int) -> None:
        for index in self._indexes_of(collection_id):
            self._indexes[index.id] = (collection_id, replace(index, is_active=index.id == index_id))
            if index.id != index_id:
                del self._indexes[index.id]
                for document in self._of(collection_id):
                    self._drop(document, index.id)

    # --- documents ---

    def known_files(self, folder_id: int, index_id: int) -> dict[bytes, KnownFile]:
        mine = [document for document in self._documents.values() if document.folder == folder_id]
        return {document.file.path_bytes: _known(document, index_id) for document in mine}

    def documents_in(self, index_id: int) -> list[int]:
        return [document.id for document in self._documents.values() if index_id in document.versions]

    def open_document(self, collection_id: int, folder_id: int, file: FileState) -> int:
        for document in self._documents.values():
            if (document.folder, document.file.path_bytes) == (folder_id, file.path_bytes):
                return document.id
        unread = FileState(file.path, file.path_bytes, 0, 0)
        id_ = next(self._ids)
        self._documents[id_] = Document(id_, collection_id, folder_id, unread, reason="It was not read yet.")
        return id_

    def touch(self, document_id: int, file: FileState) -> None:
        document = self._documents[document_id]
        seen = replace(document.file, size=file.size, mtime_ns=file.mtime_ns)
        self._settle(document_id, "indexed", seen)

    def rename(self, document_id: int, file: FileState, names: str) -> None:
        mine = self._documents[document_id]
        for other in list(self._documents.values()):
            if (other.folder, other.file.path_bytes) == (mine.folder, file.path_bytes) and other is not mine:
                del self._documents[other.id]
        renamed = replace(mine.file, path=file.path, path_bytes=file.path_bytes, mtime_ns=file.mtime_ns)
        self._settle(document_id, "indexed", renamed)

    def record_failure(self, document_id: int, *, attempt: str, reason: str, remedy: str) -> None:
        document = self._documents[document_id]
        document.state = "stale" if document.versions else "failed"
        document.attempt, document.reason, document.remedy = attempt, reason, remedy

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
        document = self._documents[document_id]
        self._drop(document, index_id)
        document.versions[index_id] = Version(key, file.sha256, parsed, list(document_chunks), is_embedded)
        self._settle(document_id, "indexed", replace(document.file, size=file.size, mtime_ns=file.mtime_ns,
                                                     sha256=file.sha256))  # fmt: skip
        self.clear_journal([key])

    def remove_documents(self, document_ids: Sequence[int], *, keep_out: bool = False) -> None:
        for id_ in document_ids:
            document = self._documents[id_]
            for index_id in list(document.versions):
                self._drop(document, index_id)
            if keep_out:
                self._settle(id_, "removed", FileState(document.file.path, document.file.path_bytes, 0, 0))
            else:
                del self._documents[id_]

    # --- versions, vectors, runs ---

    def indexes(self) -> list[tuple[str, IndexInfo]]:
        names = {id_: name for name, id_ in self._collections.items()}
        return sorted(((names[owner], index) for owner, index in self._indexes.values()), key=lambda one: one[0])

    def vector_keys(self, index_id: int) -> dict[int, VectorKey]:
        return {id_: self._documents[id_].versions[index_id].key for id_ in self.documents_in(index_id)}

    def load_version(self, document_id: int, index_id: int) -> tuple[ParsedDocument, list[Chunk], VectorKey]:
        version = self._documents[document_id].versions[index_id]
        return version.parsed, version.chunks, version.key

    def unembedded(self) -> list[UnembeddedVersion]:
        names = {index.id: (name, index) for name, index in self.indexes()}
        return [
            UnembeddedVersion(names[index_id][0], document.id, names[index_id][1], version.key)
            for document in reversed(self._documents.values())
            for index_id, version in document.versions.items()
            if not version.is_embedded
        ]

    def load_passages(self, key: VectorKey) -> list[Chunk]:
        return next((list(version.chunks) for version in self._versions() if version.key == key), [])

    def current_keys(self, keys: Sequence[VectorKey]) -> set[VectorKey]:
        return set(keys) & {version.key for version in self._versions()}

    def find_embedded(self, embedder: str, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        return {
            chunk.embedding_hash: (version.key.space, f"{version.key.key}:{chunk.ordinal}")
            for _, index in self.indexes()
            if index.embedder == embedder
            for document in self._documents.values()
            if (version := document.versions.get(index.id)) is not None and version.is_embedded
            for chunk in version.chunks
            if chunk.embedding_hash in hashes
        }

    def mark_embedded(self, keys: Sequence[VectorKey]) -> None:
        for version in self._versions():
            version.is_embedded = version.is_embedded or version.key in keys

    def mark_unembedded(self, keys: Sequence[VectorKey]) -> None:
        for version in self._versions():
            version.is_embedded = version.is_embedded and version.key not in keys

    def _versions(self) -> list[Version]:
        return [version for document in self._documents.values() for version in document.versions.values()]

    def announce_vectors(self, key: VectorKey) -> None:
        self._journal[key.key] = key

    def journalled_vectors(self) -> list[VectorKey]:
        return list(self._journal.values())

    def clear_journal(self, keys: Sequence[VectorKey]) -> None:
        for key in keys:
            self._journal.pop(key.key, None)

    def live_spaces(self) -> set[str]:
        return {index.space for _, index in self._indexes.values()}

    def erase_traces(self) -> bool:
        return True

    def start_run(self, collection_id: int, folder: Path) -> int:
        id_ = next(self._ids)
        self.runs[id_] = ("running", "")
        return id_

    def last_complete_run(self, collection_id: int, folder: Path) -> str:
        return ""

    def finish_run(self, run_id: int, folder_id: int | None, *, outcome: str, report: str) -> None:
        self.runs[run_id] = (outcome, report)

    def _settle(self, document_id: int, state: str, file: FileState) -> None:
        document = self._documents[document_id]
        document.state, document.file = state, file
        document.attempt = document.reason = document.remedy = ""

    def _drop(self, document: Document, index_id: int) -> None:
        if (version := document.versions.pop(index_id, None)) is not None:
            self.announce_vectors(version.key)

    def _of(self, collection_id: int) -> list[Document]:
        return [document for document in self._documents.values() if document.collection == collection_id]

    def _indexes_of(self, collection_id: int) -> list[IndexInfo]:
        return [index for owner, index in self._indexes.values() if owner == collection_id]


class DictSearcher:
    """Reads a catalogue in dicts for questions."""

    def __init__(self, catalogue: DictCatalogue) -> None:
        self._catalogue = catalogue

    def find_index(self, collection: str) -> IndexInfo | None:
        return self._catalogue.active_index(self._id(collection))

    def find_documents(self, collection: str, filters: Mapping[str, str]) -> list[int]:
        if unknown := set(filters) - {"document", "type", "title"}:
            raise ConfigurationError(f"There is no field {unknown.pop()!r} to filter by.")
        return [
            document.id
            for document, version in self._answering(collection)
            if all(
                re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), value, re.IGNORECASE)
                for field_, pattern in filters.items()
                for value in [_field(document, version, field_)]
            )
        ]

    def list_labels(self, collection: str) -> dict[int, DocumentLabel]:
        return {
            document.id: DocumentLabel(
                f"{version.parsed.title} {document.file.path}",
                version.parsed.profile,
                document.file.path,
                str(self._catalogue._folders[document.folder][1]),
                version.parsed.file_type,
                version.is_embedded,
            )
            for document, version in self._answering(collection)
        }

    def lexical_search(
        self, collection: str, question: str, *, limit: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[str, float]]:
        wanted = set(re.findall(r"\w+", question.casefold()))
        found = [
            (f"{version.key.key}:{chunk.ordinal}", float(shared))
            for document, version in self._answering(collection)
            if document_ids is None or document.id in document_ids
            for chunk in version.chunks
            if (shared := len(wanted & set(re.findall(r"\w+", chunk.text.casefold()))))
        ]
        return sorted(found, key=lambda one: -one[1])[:limit]

    def load_chunks(self, collection: str, ids: Sequence[str]) -> dict[str, tuple[DocumentInfo, Chunk]]:
        there = {
            f"{version.key.key}:{chunk.ordinal}": (_info(document, version), chunk)
            for document, version in self._answering(collection)
            for chunk in version.chunks
        }
        return {id_: there[id_] for id_ in ids if id_ in there}

    def load_pages(self, document_id: int, numbers: Sequence[int]) -> dict[int, Page]:
        for name, _ in self._catalogue.indexes():
            for document, version in self._answering(name):
                if document.id == document_id:
                    return {page.number: page for page in version.parsed.pages if page.number in numbers}
        return {}

    def _id(self, collection: str) -> int:
        found = self._catalogue.find_collection(collection)
        if found is None:
            raise NotFoundError(f"There is no collection {collection!r}.")
        return found

    def _answering(self, collection: str) -> Iterator[tuple[Document, Version]]:
        active = self._catalogue.active_index(self._id(collection))
        for document in self._catalogue._of(self._id(collection)):
            if active is not None and active.id in document.versions:
                yield document, document.versions[active.id]


def _known(document: Document, index_id: int) -> KnownFile:
    version = document.versions.get(index_id)
    holds = version is not None and version.sha256 == document.file.sha256
    return KnownFile(
        document.id,
        document.file.path,
        document.file.size,
        document.file.mtime_ns,
        document.file.sha256,
        document.state,
        index_id if holds else None,
        document.attempt,
        document.reason,
        document.remedy,
    )


def _field(document: Document, version: Version, name: str) -> str:
    return {"document": document.file.path, "type": version.parsed.file_type, "title": version.parsed.title}[name]


def _info(document: Document, version: Version) -> DocumentInfo:
    return DocumentInfo(
        id=document.id,
        path=document.file.path,
        folder="",
        title=version.parsed.title,
        file_type=version.parsed.file_type,
        state=document.state,
    )
