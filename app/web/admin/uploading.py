"""Sends files one by one, follows the syncs that index them, and says what became of each.

That is done by a thread, so that it goes on whatever page is looked at.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Protocol

from app.api.schemas.syncs import JobResponse
from app.web import admin_texts as texts
from app.web import language
from app.web.admin.calls import Calls
from rag.errors import LecternError, NotFoundError

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
"""Between two looks at a sync: soon enough to see it go on."""

SENT, ENDED = 0.5, 1.0
"""Progress of a file once the service has it, and once it is done with."""


class SentFile(Protocol):
    """A file as a browser handed it over."""

    name: str

    def getvalue(self) -> bytes:
        """Return its bytes."""
        ...


class Result(StrEnum):
    """How it stands with a file."""

    WAITING = "waiting"
    SENDING = "sending"
    FETCHING = "being fetched"
    INDEXING = "being indexed"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """The state of one file so far."""

    name: str
    result: Result = Result.WAITING
    progress: float = 0.0
    reason: str = ""
    remedy: str = ""
    job_id: str = ""

    @property
    def is_done(self) -> bool:
        """Say whether nothing more will happen to it."""
        return self.progress >= ENDED


def flat_name(name: str) -> str:
    """Return the name under which a file of a dropped folder is kept: its subfolders become part of it."""
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    # The first is the folder that was dropped.
    return " - ".join(parts[1:] if len(parts) > 1 else parts) or name


OnChange = Callable[[Sequence[Upload]], None]


class UploadRun:
    """Files that are sent, or an address that is fetched, by a thread of its own; any thread may read how far it is."""

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self.uploads: Sequence[Upload] = ()
        self.is_done = False

    def start(self, names: Sequence[str], work: Callable[[OnChange], Sequence[Upload]]) -> None:
        """Do the work in a thread; `names` are the files that it is about."""
        self.uploads = tuple(Upload(name) for name in names)
        threading.Thread(target=language.carry(partial(self._run, work)), name="upload", daemon=True).start()

    def _run(self, work: Callable[[OnChange], Sequence[Upload]]) -> None:
        try:
            self.uploads = tuple(work(self._note))
        except LecternError as error:
            self._fail_rest(error.reason, error.remedy)
        except Exception:
            log.exception("An upload broke off.")
            self._fail_rest(texts.ADD_BROKE_OFF, texts.ADD_BROKE_OFF_REMEDY)
        finally:
            self.is_done = True

    def _note(self, uploads: Sequence[Upload]) -> None:
        self.uploads = tuple(uploads)

    def _fail_rest(self, reason: str, remedy: str) -> None:
        self.uploads = tuple(upload if upload.is_done else _failed(upload, reason, remedy) for upload in self.uploads)


class UploadRuns:
    """The uploads of each caller, the newest last."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], list[UploadRun]] = defaultdict(list)

    def of(self, caller: tuple[str, str]) -> Sequence[UploadRun]:
        """Return the uploads of a caller that were not cleared."""
        return tuple(self._runs[caller])

    def send(self, caller: tuple[str, str], calls: Calls, files: Sequence[SentFile]) -> None:
        """Begin to send files."""
        # Taken from the session now: it may end before the files are sent.
        kept = list(files)
        names = [flat_name(file.name) for file in kept]
        self._begin(caller, calls.collection).start(names, lambda on_change: send_all(calls, kept, on_change))

    def fetch(self, caller: tuple[str, str], calls: Calls, url: str) -> None:
        """Begin to fetch a document."""
        names = [url.partition("?")[0]]
        self._begin(caller, calls.collection).start(names, lambda on_change: fetch_address(calls, url, on_change))

    def clear(self, caller: tuple[str, str]) -> None:
        """Forget the uploads of a caller that are done."""
        self._runs[caller] = [run for run in self._runs[caller] if not run.is_done]

    def _begin(self, caller: tuple[str, str], collection: str) -> UploadRun:
        run = UploadRun(collection)
        self._runs[caller].append(run)
        return run


def send_all(calls: Calls, files: Sequence[SentFile], on_change: OnChange) -> tuple[Upload, ...]:
    """Send the files and wait until each is indexed or refused; `on_change` is told after each step."""
    uploads = [Upload(flat_name(file.name)) for file in files]
    for position, file in enumerate(files):
        uploads[position] = replace(uploads[position], result=Result.SENDING, progress=0.1)
        on_change(uploads)
        uploads[position] = _send(calls, uploads[position], file)
        on_change(uploads)
    for told in _follow(calls, uploads):
        on_change(told)
    return tuple(uploads)


def fetch_address(calls: Calls, url: str, on_change: OnChange) -> tuple[Upload, ...]:
    """Have the service fetch a document and wait until it is indexed or refused; `on_change` as in `send_all`."""
    asked = Upload(url.partition("?")[0], result=Result.FETCHING, progress=0.1)
    on_change([asked])
    try:
        taken = calls.add_address(url)
    except LecternError as error:
        return (_failed(asked, error.reason, error.remedy),)
    uploads = [replace(asked, name=taken.documents[0], job_id=taken.job, result=Result.INDEXING, progress=SENT)]
    for told in _follow(calls, uploads):
        on_change(told)
    return tuple(uploads)


def _send(calls: Calls, upload: Upload, file: SentFile) -> Upload:
    try:
        job_id = calls.upload(upload.name, file.getvalue())
    except LecternError as error:
        return _failed(upload, error.reason, error.remedy)
    return replace(upload, job_id=job_id, result=Result.INDEXING, progress=SENT)


def _follow(calls: Calls, uploads: list[Upload]) -> Iterator[Sequence[Upload]]:
    """Look at the syncs until all have ended; changes `uploads` and gives it after each look."""
    ended: dict[str, JobResponse] = {}
    while waiting := {upload.job_id for upload in uploads if not upload.is_done} - ended.keys():
        for job_id in sorted(waiting):
            try:
                job = calls.job(job_id)
            except NotFoundError:
                _end(uploads, job_id, texts.ADD_LOST, texts.ADD_LOST_REMEDY)
                continue
            # With its report, the files answer by their words; they may still be embedded.
            if job.finished_at or job.report is not None:
                ended[job_id] = job
            elif job.progress and job.progress.files_total:
                share = SENT + (ENDED - SENT) * 0.95 * job.progress.files_done / job.progress.files_total
                uploads[:] = [
                    replace(upload, progress=share) if upload.job_id == job_id and not upload.is_done else upload
                    for upload in uploads
                ]
        if not {upload.job_id for upload in uploads if not upload.is_done} - ended.keys():
            uploads[:] = [upload if upload.is_done else _outcome(upload, ended) for upload in uploads]
        yield uploads
        if any(not upload.is_done for upload in uploads):
            time.sleep(LOOK_SECONDS)


def _outcome(upload: Upload, jobs: dict[str, JobResponse]) -> Upload:
    """Return the outcome of a file: the sync that it asked for, or one that was at work already, has read it."""
    own = jobs[upload.job_id]
    if own.error is not None:
        return _failed(upload, own.error.detail, own.error.remedy)
    if own.report is None:
        return _failed(upload, texts.ADD_STOPPED, texts.ADD_STOPPED_REMEDY)
    # The latest word counts: a file may fail once and be read by the sync after.
    for job in reversed([job for job in jobs.values() if job.report is not None]):
        report = job.report or {}
        for file in report["failed"]:
            if file["path"] == upload.name:
                return _failed(upload, file["reason"], file["remedy"])
        files = report["files"]
        renamed = [names["to"] for names in files["renamed"]]
        if upload.name in (*files["added"], *files["changed"], *renamed):
            return replace(upload, result=Result.INDEXED, progress=ENDED)
    return replace(upload, result=Result.UNCHANGED, progress=ENDED)


def _end(uploads: list[Upload], job_id: str, reason: str, remedy: str) -> None:
    uploads[:] = [_failed(upload, reason, remedy) if upload.job_id == job_id else upload for upload in uploads]


def _failed(upload: Upload, reason: str, remedy: str) -> Upload:
    return replace(upload, result=Result.FAILED, progress=ENDED, reason=reason, remedy=remedy)
