"""Brings the index in step with a folder: changed files -> parse -> chunk -> store -> embed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from ingest.chunking import CHUNKING_VERSION
from ingest.collection_names import check_collection_name
from ingest.describing import with_descriptions
from ingest.embedders import (
    EmbedderChoice,
    EmbedderModels,
    Embedders,
    Languages,
    OtherLanguagesError,
    check_languages,
    count_others,
    name_others,
    spread,
)
from ingest.embedding import DocumentEmbedding, EmbeddingAhead, EmbeddingProgress, EmbeddingReport, vector_key
from ingest.figures import Figure
from ingest.parsing import find_tools
from ingest.protocols import Catalogue, ReadingPool
from ingest.read_ahead import run_ahead
from ingest.report import FailedFile, SyncProgress, SyncReport
from ingest.scan import FolderChanges, FolderScan, Unreadable, compare, count_late, hash_file, late_attempt, scan_folder
from ingest.stages import FileOutcome, FileToRead, ReadSettings, StageClock, read_files
from ingest.sweep import sweep
from ingest.titles import words_of_name
from ingest.traced_sync import traced_sync
from rag.errors import ConfigurationError, LecternError, ParseError, StoreError, TimedOutError, UnsettledFileError
from rag.protocols import VectorIndex
from rag.types import Chunk, FileState, IndexInfo, KnownFile, ParsedDocument, UndescribedDocument
from rag.work_context import work_in_run

log = logging.getLogger(__name__)

PARSER_VERSION = 11
"""Raised whenever the same file would be read differently: documents are then read again."""

CLOCK_SECONDS = 2.0
"""By so much the clocks of file systems and of the record of syncs may disagree."""

CARRIED_OVER = "carried over"
"""Stands for the attempt of a file whose old chunks were embedded again: it is read as soon as that is possible."""

LARGE_FILE_BYTES = 32 << 20
"""For each so many a file may take the time of one file more: 20,000 pages are more than one takes."""

READ_AHEAD = 8
"""Files that may wait, read, for the store."""


@dataclass(frozen=True, slots=True)
class _Target:
    """The collection, folder and index that a sync writes to, and the models that it writes with."""

    collection_id: int
    folder_id: int
    index: IndexInfo
    models: EmbedderModels


class IngestPipeline:
    """Fills one index, in two stages: words first, then vectors. Not for use by two threads at once."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        vectors: VectorIndex,
        embedders: Embedders,
        settings: ReadSettings,
        open_pool: Callable[[], ReadingPool],
        ignore: Sequence[str] = (),
        before_removal: Callable[[Sequence[int]], None] = lambda document_ids: None,
        may_read: Callable[[Path], bool] = lambda folder: True,
        find_passwords: Callable[[], Sequence[tuple[str, str]]] | None = None,
        embedding: DocumentEmbedding | None = None,
        refresh_folder: Callable[[Path], Sequence[Unreadable]] = lambda folder: (),
    ) -> None:
        """Take the parts. `open_pool` is called when the first file is to be read; `close` stops the pool.

        `before_removal` is told of documents while their text can still be compared with what quotes it. `may_read`
        is asked of the folders that nobody asked to sync, when another embedder needs all of a collection.
        `find_passwords` gives the passwords of files, pattern and password, as they are when a sync begins.
        `embedding` makes the vectors; without one, one of its own. `refresh_folder` brings a folder that mirrors
        another place up to date before it is listed, and returns what it could not get.
        """
        self._catalogue = catalogue
        self._vectors = vectors
        self._embedders = embedders
        self._settings = settings
        self._open_pool = open_pool
        self._pool: ReadingPool | None = None
        self._ignore = ignore
        self._before_removal = before_removal
        self._may_read = may_read
        self._find_passwords = find_passwords
        self._refresh_folder = refresh_folder
        self._embedding = embedding or DocumentEmbedding(
            catalogue=catalogue, vectors=vectors, find_embedder=embedders.find
        )

    def close(self) -> None:
        """Stop the worker processes."""
        if self._pool is not None:
            self._pool.stop()
            self._pool = None

    @traced_sync
    def sync(
        self,
        folder: Path,
        *,
        collection: str,
        allow_empty: bool = False,
        check_folder: Callable[[Path], object] = lambda folder: None,
        on_progress: Callable[[SyncProgress], None] = lambda progress: None,
        interrupt: threading.Event | None = None,
        words_only: bool = False,
        on_words: Callable[[SyncReport], None] = lambda report: None,
        stop_embedding: Callable[[], bool] = lambda: False,
    ) -> SyncReport:
        """Bring a collection in step with a folder; files that cannot be read are reported, the rest goes on.

        First all files are read and stored, each of which answers by its words from then on; then what has no vectors
        is embedded, unless `words_only` or until `stop_embedding`: `embed`, or the next sync, goes on with that.
        `on_words` is told between the two what became of each file.
        `check_folder` raises ConfigurationError for a real path that may not be synced, before it is looked at.
        Once `interrupt` is set, it stops as by Ctrl-C, with KeyboardInterrupt. Between two files, in `on_progress`,
        `remove` and `remove_collection` of another collection may be called.
        Raises ConfigurationError when the folder cannot be read, is suddenly empty (unless `allow_empty`) or overlaps
        another one; StoreError when the index cannot be written. What was done until then is kept.
        """
        started = time.perf_counter()
        root = Path(os.path.realpath(folder))
        with self._refusal_recorded(root, collection):
            check_folder(root)
            self._look_up_passwords()
            scan = self._scan(root)
            choice = self._choose(collection)
            target = self._open_target(collection, root, choice.models)
            self.recover()
            known = self._catalogue.known_files(target.folder_id, target.index.id)
            _refuse_sudden_emptiness(root, scan, known, allow_empty)
            changes = self._compare(root, scan, known, target.index.id, target.collection_id)
            known = {**known, **{file.path_bytes: record for record, file in changes.renamed}}
        report = _first_report(root, collection, scan, changes)

        run = self._catalogue.start_run(target.collection_id, root)
        work_in_run(run)
        outcome = "failed"
        try:
            self._apply_renames_and_removals(changes)
            with self._embedding.beside_reading(collection, interrupt, is_wanted=not words_only) as ahead:
                try:
                    fits = partial(self._fits, choice, collection) if choice.is_open else None
                    self._read_and_store(root, target, changes, known, report, on_progress, interrupt, ahead, fits)
                except OtherLanguagesError as found:
                    choice = self._embedders.choose(collection, found.languages, None)
                    target = self._retarget(target, choice.models)
                    self._read_and_store(root, target, changes, known, report, on_progress, interrupt, ahead)
                if not target.index.is_active:
                    self._read_other_folders(target, on_progress, interrupt, ahead)
                    self._carry_over(target)
                report.embedder, report.embedder_note = choice.models.name, self._note(collection, choice, target)
                report.words_seconds = round(time.perf_counter() - started, 3)
                sweep(self._catalogue, self._vectors)
                report.to_embed = self._embedding.count_left()
                on_words(replace(report))
                if not words_only:
                    self._embed_after_reading(report, ahead, on_progress, interrupt, stop_embedding)
            outcome = "failed files" if report.failed else "done"
        except KeyboardInterrupt:
            outcome = "stopped"
            raise
        except Exception as error:
            report.reason, report.remedy = _explain(error)
            raise
        finally:
            report.seconds = round(time.perf_counter() - started, 3)
            # Where the disk is full, the error that said so is the one to show.
            with suppress(StoreError) if outcome == "failed" else nullcontext():
                self._catalogue.finish_run(run, target.folder_id, outcome=outcome, report=json.dumps(report.to_json()))
            work_in_run(0)
        return report

    def preview(self, folder: Path, *, collection: str, allow_empty: bool = False) -> SyncReport:
        """Return what a sync would do, without reading documents or writing anything."""
        started = time.perf_counter()
        root = Path(os.path.realpath(folder))
        self._look_up_passwords()
        scan = self._scan(root)
        known: Mapping[bytes, KnownFile] = {}
        index_id = -1
        if (collection_id := self._catalogue.find_collection(collection)) is not None:
            folder_id = self._catalogue.folder_roots(collection_id).get(root)
            index = self._catalogue.find_index(collection_id, self._fingerprint(self._choose(collection).models))
            index_id = index.id if index else -1
            known = self._catalogue.known_files(folder_id, index_id) if folder_id else {}
        else:
            check_collection_name(collection)
        _refuse_sudden_emptiness(root, scan, known, allow_empty)
        changes = self._compare(root, scan, known, index_id, collection_id)
        report = _first_report(root, collection, scan, changes)
        for file in changes.to_read:
            is_new = not (record := known.get(file.path_bytes)) or not record.sha256
            (report.added if is_new else report.changed).append(file.path)
        report.dry_run = True
        report.seconds = round(time.perf_counter() - started, 3)
        return report

    def remove(self, document_ids: Sequence[int], *, keep_out: bool = True) -> None:
        """Take documents out of the index; with `keep_out`, later syncs leave them out too."""
        self._before_removal(document_ids)
        self._catalogue.remove_documents(document_ids, keep_out=keep_out)
        sweep(self._catalogue, self._vectors)

    def remove_collection(self, collection: str) -> None:
        """Delete a collection with all its documents; their files are not touched. Raises NotFoundError."""
        self._catalogue.delete_collection(collection)
        sweep(self._catalogue, self._vectors)

    def recover(self) -> None:
        """Finish what a crash left: delete orphaned vectors, and note what the vector index has lost, for `embed`.

        It is lost as a whole, with its folder, and so of all collections, whichever is synced.
        """
        self._embedding.mark_lost()
        sweep(self._catalogue, self._vectors)

    def has_to_embed(self) -> bool:
        """Tell whether `embed` has something to do."""
        return self._embedding.count_left() > 0

    def embed(
        self,
        *,
        first: str = "",
        ahead: EmbeddingAhead | None = None,
        on_progress: Callable[[EmbeddingProgress], None] = lambda progress: None,
        interrupt: threading.Event | None = None,
        stop_early: Callable[[], bool] = lambda: False,
    ) -> EmbeddingReport:
        """Make the vectors of all documents that have none; see `DocumentEmbedding.run`.

        An index that was made beside the one that answers takes over when it is whole.
        """
        report = self._embedding.run(
            first=first, ahead=ahead, on_progress=on_progress, interrupt=interrupt, stop_early=stop_early
        )
        self._let_whole_indexes_answer()
        sweep(self._catalogue, self._vectors)
        return report

    def describe(
        self,
        collection: str,
        document: UndescribedDocument,
        described: Sequence[tuple[Figure, str]],
        *,
        described_by: str,
    ) -> None:
        """Put descriptions of its figures, and no others, behind the words of a document; "" takes them away.

        That is a new version of it, stored as a sync stores one; its new vectors are left to `embed`. Nothing happens
        where it answers by another content by now.
        """
        file = self._catalogue.find_described(document)
        if file is None:
            return
        parsed, chunks, _ = self._catalogue.load_version(document.id, document.index_id)
        if any(text for _, text in described) or any(chunk.described_by for chunk in chunks):
            index = next(index for _, index in self._catalogue.indexes() if index.id == document.index_id)
            tokenizer = self._choose(collection).models.tokenizer
            parsed, chunks = with_descriptions(
                parsed, chunks, described, described_by=described_by, tokenizer=tokenizer
            )
            self._store(document.id, index, file, parsed, chunks)
        else:
            self._catalogue.mark_described(document, described_by)
        pictures = sorted({figure.picture for figure, _ in described})
        self._catalogue.drop_figures(document.id, described_by, kept=pictures)
        sweep(self._catalogue, self._vectors)

    # --- the steps of a sync ---

    def _scan(self, root: Path) -> FolderScan:
        missing = self._refresh_folder(root)
        scan = scan_folder(root, ignore=self._ignore)
        return replace(scan, unreadable=(*scan.unreadable, *missing))

    def _fingerprint(self, models: EmbedderModels) -> str:
        """Name all that an index depends on: embedder, parser, chunking."""
        made = f"chunks{CHUNKING_VERSION}.{self._settings.chunk_tokens}+parser{PARSER_VERSION}"
        return f"{models.embedder.fingerprint}+{made}"

    def _choose(self, collection: str) -> EmbedderChoice:
        """Choose the embedder by what is indexed of a collection."""
        collection_id = self._catalogue.find_collection(collection)
        index = None if collection_id is None else self._catalogue.active_index(collection_id)
        languages = {} if index is None else self._catalogue.count_languages(index.id)
        choice = self._embedders.choose(collection, languages, index)
        # Documents whose languages were never noted are not read again for it: the next that are read decide.
        return replace(choice, is_open=choice.is_open and not languages)

    def _fits(self, choice: EmbedderChoice, collection: str, languages: Languages) -> bool:
        return self._embedders.choose(collection, languages, None).models.name == choice.models.name

    def _retarget(self, target: _Target, models: EmbedderModels) -> _Target:
        """Turn to another embedder before the first document is stored: its index answers from the beginning."""
        index = self._catalogue.open_index(target.collection_id, self._fingerprint(models))
        self._catalogue.activate_index(target.collection_id, index.id)
        return replace(target, index=replace(index, is_active=True), models=models)

    def _note(self, collection: str, choice: EmbedderChoice, target: _Target) -> str:
        """Return what is to be said of a collection's embedder, also where the next sync will choose another one."""
        languages = self._catalogue.count_languages(target.index.id)
        following = self._embedders.choose(collection, languages, target.index).models
        if following.name == choice.models.name:
            return choice.reason
        known = sum(count for language, count in languages.items() if language)
        return (
            f"{count_others(languages):,} of {known:,} documents are not in English ({name_others(languages)}): the "
            f"next sync embeds this collection anew with {following.name}, and until then {choice.models.name} answers."
        )

    @contextmanager
    def _refusal_recorded(self, root: Path, collection: str) -> Iterator[None]:
        """Leave a record also of a sync that cannot begin, the folder being gone for one; not for a new collection."""
        try:
            yield
        except Exception as error:
            reason, remedy = _explain(error)
            report = SyncReport(str(root), collection, reason=reason, remedy=remedy)
            with suppress(StoreError):
                if (collection_id := self._catalogue.find_collection(collection)) is not None:
                    run = self._catalogue.start_run(collection_id, root)
                    self._catalogue.finish_run(run, None, outcome="failed", report=json.dumps(report.to_json()))
            raise

    def _open_target(self, collection: str, root: Path, models: EmbedderModels) -> _Target:
        if self._catalogue.find_collection(collection) is None:
            check_collection_name(collection)
        collection_id = self._catalogue.open_collection(collection)
        for other in self._catalogue.folder_roots(collection_id):
            if other != root and (other in root.parents or root in other.parents):
                raise ConfigurationError(
                    f"{root} overlaps {other}, which is in the collection {collection!r} already: its files would "
                    "be indexed twice.",
                    f"Sync {other}, or name another collection with --collection.",
                )
        index = self._catalogue.open_index(collection_id, self._fingerprint(models))
        return _Target(collection_id, self._catalogue.open_folder(collection_id, root), index, models)

    def _compare(
        self, root: Path, scan: FolderScan, known: Mapping[bytes, KnownFile], index_id: int, collection_id: int | None
    ) -> FolderChanges:
        began = self._catalogue.last_complete_run(collection_id, root) if collection_id is not None else ""
        reading = self._reading()
        return compare(
            scan,
            known,
            index_id=index_id,
            changed_since_ns=_nanoseconds(began),
            attempt_of=lambda file: _name_attempt(file, reading),
            hash_file=lambda file: hash_file(root / os.fsdecode(file.path_bytes)),
        )

    def _look_up_passwords(self) -> None:
        if self._find_passwords is not None:
            options = replace(self._settings.options, passwords=tuple(self._find_passwords()))
            self._settings = replace(self._settings, options=options)

    def _attempt(self, file: FileState) -> str:
        """Return a name for a file's state and the settings that read it: the same attempt fails the same way."""
        return _name_attempt(file, self._reading())

    def _reading(self) -> str:
        """Name all that decides how a file is read; looking for the tools takes milliseconds."""
        return hashlib.sha256(repr((self._settings, PARSER_VERSION, find_tools())).encode()).hexdigest()[:12]

    def _failed_attempt(self, error: ParseError, file: FileState, record: KnownFile | None) -> str:
        """Name what failed, for the next sync to know whether it would fail again; "" where it may not."""
        if isinstance(error, UnsettledFileError):
            return ""
        attempt = self._attempt(file)
        if isinstance(error, TimedOutError):
            return late_attempt(attempt, 1 + (count_late(record.failed_attempt, attempt) if record else 0))
        return attempt

    def _to_read(self, file: FileState, record: KnownFile | None, index: IndexInfo) -> FileToRead:
        late = count_late(record.failed_attempt, self._attempt(file)) if record else 0
        seconds = self._settings.seconds_per_file * (1 + file.size // LARGE_FILE_BYTES) * 2**late
        return FileToRead(file, _known_sha256(record, index), seconds)

    def _apply_renames_and_removals(self, changes: FolderChanges) -> None:
        # Removals first: a file may have been renamed to the path of one that is gone.
        if changes.removed:
            gone = [record.document_id for record in changes.removed]
            self._before_removal(gone)
            self._catalogue.remove_documents(gone)
        for record, file in changes.renamed:
            self._catalogue.rename(record.document_id, file, words_of_name(file.path))

    def _read_and_store(
        self,
        root: Path,
        target: _Target,
        changes: FolderChanges,
        known: Mapping[bytes, KnownFile],
        report: SyncReport,
        on_progress: Callable[[SyncProgress], None],
        interrupt: threading.Event | None,
        ahead: EmbeddingAhead,
        fits: Callable[[Languages], bool] | None = None,
    ) -> None:
        """Read and store files; `fits`, where it is given, is asked about the languages of the first ones. Raises
        OtherLanguagesError.
        """
        clock = StageClock()
        total = len(changes.to_read)
        if not total:
            return
        files = [self._to_read(file, known.get(file.path_bytes), target.index) for file in changes.to_read]
        if fits is not None:
            files = spread(files)

        if self._pool is None:
            self._pool = self._open_pool()
        pool = self._pool
        ahead.start(target.index)

        def read(stop: threading.Event) -> Iterator[FileOutcome]:
            outcomes = read_files(
                root,
                files,
                pool=pool,
                tokenizer=target.models.tokenizer,
                settings=self._settings,
                stop=stop,
                clock=clock,
                cores=ahead.cores,
            )
            return outcomes if fits is None else check_languages(outcomes, fits)

        on_progress(SyncProgress(0, total, 0, ""))
        with run_ahead(read, buffer=READ_AHEAD, interrupt=interrupt) as outcomes:
            for done, outcome in enumerate(outcomes, start=1):
                started = time.perf_counter()
                self._take_in(target, known.get(outcome.file.path_bytes), outcome, report)
                clock.store += time.perf_counter() - started
                on_progress(SyncProgress(done, total, report.pages, outcome.file.path))
        report.stages = {"read": round(clock.read, 3), "store": round(clock.store, 3)}

    def _take_in(self, target: _Target, record: KnownFile | None, outcome: FileOutcome, report: SyncReport) -> None:
        """Store one file that was read, or record why it was not."""
        file, prepared, error = outcome.file, outcome.prepared, outcome.error
        document_id = self._catalogue.open_document(target.collection_id, target.folder_id, file)
        if error is not None:
            attempt = self._failed_attempt(error, file, record)
            self._catalogue.record_failure(document_id, attempt=attempt, reason=error.reason, remedy=error.remedy)
            report.failed.append(FailedFile(file.path, error.reason, error.remedy, bool(record and record.sha256)))
            return
        assert prepared is not None
        if prepared.parsed is None:
            self._catalogue.touch(document_id, prepared.file)
            report.unchanged += 1
            return
        self._store(document_id, target.index, prepared.file, prepared.parsed, prepared.chunks)
        (report.changed if record and record.sha256 else report.added).append(file.path)
        report.pages += len(prepared.parsed.pages)
        report.chunks += len(prepared.chunks)

    def _store(
        self,
        document_id: int,
        index: IndexInfo,
        file: FileState,
        parsed: ParsedDocument,
        chunks: Sequence[Chunk],
    ) -> None:
        """Make a version current in one transaction, with the vectors that are there already: a crash leaves the old
        version or the new.
        """
        key = vector_key(document_id, index, chunks)
        self._catalogue.commit_version(
            document_id,
            index.id,
            file,
            parsed,
            chunks,
            key=key,
            names=words_of_name(file.path),
            is_embedded=self._embedding.reuse(document_id, index, key, chunks),
        )

    def _embed_after_reading(
        self,
        report: SyncReport,
        ahead: EmbeddingAhead,
        on_progress: Callable[[SyncProgress], None],
        interrupt: threading.Event | None,
        stop_embedding: Callable[[], bool],
    ) -> None:
        """Run the second stage of a sync, after which all files are done."""
        files = len(report.added) + len(report.changed) + len(report.failed)

        def show(progress: EmbeddingProgress) -> None:
            if progress.total:
                on_progress(SyncProgress(files, files, report.pages, "", progress.done, progress.total))

        made = self.embed(
            first=report.collection, ahead=ahead, on_progress=show, interrupt=interrupt, stop_early=stop_embedding
        )
        report.embedded, report.reused, report.to_embed = made.embedded, made.reused, made.left
        report.stages = {
            **report.stages,
            "embed": round(made.embed_seconds, 3),
            "store": round(report.stages.get("store", 0.0) + made.store_seconds, 3),
        }

    def _read_other_folders(
        self,
        target: _Target,
        on_progress: Callable[[SyncProgress], None],
        interrupt: threading.Event | None,
        ahead: EmbeddingAhead,
    ) -> None:
        """Read the files of the collection's other folders into a new index, which takes over with all or none.

        What is new or gone there waits for their own sync. What may not be read is embedded from the catalogue later.
        """
        for root, folder_id in self._catalogue.folder_roots(target.collection_id).items():
            if folder_id == target.folder_id or not self._may_read(root):
                continue
            try:
                scan = scan_folder(root, ignore=self._ignore)
            except ConfigurationError:
                continue
            known = self._catalogue.known_files(folder_id, target.index.id)
            changes = self._compare(root, scan, known, target.index.id, target.collection_id)
            changes.to_read = [file for file in changes.to_read if file.path_bytes in known]
            report = _first_report(root, "", scan, changes)
            other = replace(target, folder_id=folder_id)
            self._read_and_store(root, other, changes, known, report, on_progress, interrupt, ahead)

    def _let_whole_indexes_answer(self) -> None:
        """Let indexes that syncs fill now take over; those of settings that were taken back stay beside."""
        for collection, index in self._catalogue.indexes():
            if index.is_active or index.fingerprint != self._fingerprint(self._choose(collection).models):
                continue
            collection_id = self._catalogue.find_collection(collection)
            if collection_id is not None and self._catalogue.is_complete(collection_id, index.id):
                self._catalogue.activate_index(collection_id, index.id)

    def _carry_over(self, target: _Target) -> None:
        """Take the last good version of files that cannot be read now from the catalogue into a new index."""
        active = self._catalogue.active_index(target.collection_id)
        if active is None:
            return
        known = [
            (path, record)
            for folder_id in self._catalogue.folder_roots(target.collection_id).values()
            for path, record in self._catalogue.known_files(folder_id, active.id).items()
        ]
        built = set(self._catalogue.documents_in(target.index.id))
        is_cut_alike = target.index.reading == active.reading
        for path, record in known:
            if record.document_id in built or record.version_index is None:
                continue
            parsed, chunks, _ = self._catalogue.load_version(record.document_id, active.id)
            file = FileState(record.path, path, record.size, record.mtime_ns, record.sha256)
            self._store(record.document_id, target.index, file, parsed, chunks)
            if record.state == "stale":
                self._catalogue.record_failure(
                    record.document_id, attempt=record.failed_attempt, reason=record.reason, remedy=record.remedy
                )
            elif not is_cut_alike:
                self._catalogue.record_failure(
                    record.document_id,
                    attempt=CARRIED_OVER,
                    reason="It could not be read again since the way Lectern reads documents changed.",
                    remedy="Make its folder reachable, and sync it.",
                )


def _known_sha256(record: KnownFile | None, index: IndexInfo) -> str:
    """Return the content that need not be read again: what this very index holds already."""
    if record is None or record.failed_attempt == CARRIED_OVER:
        return ""
    return record.sha256 if record.version_index == index.id else ""


def _name_attempt(file: FileState, reading: str) -> str:
    return f"{file.size}.{file.mtime_ns}.{reading}"


def _nanoseconds(began: str) -> int:
    """Return the time since 1970 at which a sync began, a little early; 0 where none is known, or where the clock was
    set back since: then nothing tells what was written to after it."""
    moment = datetime.fromisoformat(began).timestamp() if began else 0.0
    return int((moment - CLOCK_SECONDS) * 1e9) if 0 < moment <= time.time() + CLOCK_SECONDS else 0


def _explain(error: Exception) -> tuple[str, str]:
    """Return reason and remedy for the record of a sync that failed."""
    if isinstance(error, LecternError):
        return error.reason, error.remedy
    return f"The sync failed unexpectedly: {type(error).__name__}: {error}.", ""


def _refuse_sudden_emptiness(root: Path, scan: FolderScan, known: Mapping[bytes, KnownFile], allow_empty: bool) -> None:
    indexed = sum(1 for record in known.values() if record.sha256)
    if indexed and not scan.files and not allow_empty:
        raise ConfigurationError(
            f"The folder {root} is empty, but {indexed} of its files are indexed. Nothing was removed.",
            "If its disk is not mounted, mount it. If the files are meant to be gone, sync with --allow-empty.",
        )


def _first_report(root: Path, collection: str, scan: FolderScan, changes: FolderChanges) -> SyncReport:
    """Return the report as far as it is known before any file is read."""
    failed = [FailedFile(entry.path, entry.reason, entry.remedy) for entry in scan.unreadable]
    failed += [
        FailedFile(record.path, record.reason, record.remedy, record.state == "stale")
        for record in changes.still_failed
    ]
    return SyncReport(
        folder=str(root),
        collection=collection,
        renamed=[(record.path, file.path) for record, file in changes.renamed],
        removed=[record.path for record in changes.removed],
        unchanged=len(changes.unchanged),
        failed=failed,
        kept_out=[record.path for record in changes.kept_out],
        skipped=[(entry.path, entry.pattern) for entry in scan.skipped],
    )
