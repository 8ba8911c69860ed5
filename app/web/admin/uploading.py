"""Takes in what a browser sends, hands it to the service file by file, follows the syncs, and says what became of each.

That is done by a thread, so that it goes on whatever page is looked at.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from app.client.errors import UnreachableError
from rag.errors import LecternError, NotFoundError

if TYPE_CHECKING:  # They take longest to load, and the page is to listen before.
    from app.api.schemas.syncs import JobResponse
    from app.web.admin.calls import Calls

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
"""Between two looks at a sync: soon enough to see it go on."""

MAX_TOGETHER, MAX_TOGETHER_BYTES = 50, 16 << 20
"""Files that are handed to the service by one request, to be indexed by one sync."""

SILENCE_SECONDS = 30.0
"""A browser that sends nothing for as long is gone, or its connection is."""

RESTART_SECONDS = 60.0
"""A service that has ended is waited for as long: `lectern web` starts it again."""

SENT, ENDED = 0.5, 1.0
"""Progress of a file once it has arrived, and once it is done with."""

NEARLY = 0.95
"""Of a sync: its last files are done before its report is there."""


class Result(StrEnum):
    """How it stands with a file."""

    WAITING = "waiting"
    SENDING = "sending"
    ARRIVED = "arrived"
    FETCHING = "being fetched"
    INDEXING = "being indexed"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Problem(StrEnum):
    """Why a file has failed, where it is not the service that says so."""

    NOT_ARRIVED = "not arrived"
    CHANGED = "changed"
    TOO_LARGE = "too large"
    NO_ROOM = "no room"
    LOST = "lost"
    STOPPED = "stopped"
    BROKE_OFF = "broke off"


NOT_HERE = frozenset({Problem.NOT_ARRIVED, Problem.CHANGED, Problem.NO_ROOM})
"""The file itself did not reach this process; it may be sent again."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The state of one file so far; `size` in bytes, `reason` and `remedy` in the service's words."""

    name: str
    size: int = 0
    result: Result = Result.WAITING
    progress: float = 0.0
    problem: Problem | None = None
    reason: str = ""
    remedy: str = ""
    job_id: str = ""

    @property
    def is_done(self) -> bool:
        """Say whether nothing more will happen to it."""
        return self.progress >= ENDED

    @property
    def is_expected(self) -> bool:
        """Say whether it is still to come from the browser."""
        return self.result in (Result.WAITING, Result.SENDING)

    def failed(self, problem: Problem) -> Upload:
        """Return it as failed."""
        return replace(self, result=Result.FAILED, progress=ENDED, problem=problem)

    def refused(self, error: LecternError) -> Upload:
        """Return it as failed, with the words of an error."""
        return replace(self, result=Result.FAILED, progress=ENDED, reason=error.reason, remedy=error.remedy)


def kept_names(given: Sequence[str]) -> list[str]:
    """Return the names under which files are kept, each another one.

    The subfolders of a folder that is sent become part of the name, and so does the folder itself where two would
    else have the same one.
    """
    short = [_flat_name(name) for name in given]
    times = Counter(short)
    names: list[str] = []
    taken: set[str] = set()
    for name, flat in zip(given, short, strict=True):
        wanted = flat if times[flat] == 1 else " - ".join(_parts(name)) or flat
        unique, copy = wanted, 1
        while unique.casefold() in taken:
            copy += 1
            stem, dot, suffix = wanted.rpartition(".")
            unique = f"{stem} ({copy}).{suffix}" if dot and stem else f"{wanted} ({copy})"
        taken.add(unique.casefold())
        names.append(unique)
    return names


def _flat_name(name: str) -> str:
    parts = _parts(name)
    # The first is the folder that was sent.
    return " - ".join(parts[1:] if len(parts) > 1 else parts) or name


def _parts(name: str) -> list[str]:
    # What a browser may hand over and no text can hold is shown as a question mark.
    printable = name.encode("utf-8", "replace").decode()
    return [part for part in printable.replace("\\", "/").split("/") if part not in ("", ".", "..")]


class NotExpectedError(Exception):
    """A file is sent that nobody announced, or that is here already."""


class UploadRun:
    """Files that are sent, or an address that is fetched, for one collection. Methods may be called from any thread."""

    def __init__(self, calls: Calls, uploads: Iterable[Upload]) -> None:
        self.id = secrets.token_urlsafe(9)
        self.collection = calls.collection
        self._calls = calls
        self._lock = threading.RLock()
        self._uploads = list(uploads)
        self._arrived: deque[tuple[int, BinaryIO, Callable[[], None]]] = deque()
        self._attempts = [0] * len(self._uploads)
        self._sent_again: set[int] = set()
        self._open_requests = 0
        self._heard_at = time.monotonic()
        self._wake = threading.Event()
        self._is_working = False
        self._unreachable_since: float | None = None
        self._jobs: dict[str, None] = {}
        """The syncs that index the files, in the order in which they were asked for."""
        self._ended: dict[str, JobResponse] = {}

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """How it stands with each file."""
        with self._lock:
            return tuple(self._uploads)

    @property
    def listed(self) -> tuple[Upload, ...]:
        """How it stands with each file that was not sent once more, by another run."""
        with self._lock:
            return tuple(upload for number, upload in enumerate(self._uploads) if number not in self._sent_again)

    @property
    def is_done(self) -> bool:
        """Say whether nothing more will happen to any of the files."""
        return all(upload.is_done for upload in self.uploads)

    # --- what a browser sends ---

    def begin_file(self, number: int) -> tuple[int, int]:
        """Expect the bytes of a file from now on; returns how many there are, and which attempt this is.

        An attempt before is over with it. Raises NotExpectedError.
        """
        with self._lock:
            if not 0 <= number < len(self._uploads) or number in self._sent_again:
                raise NotExpectedError
            upload = self._uploads[number]
            if not (upload.is_expected or upload.problem in NOT_HERE):
                raise NotExpectedError
            self._attempts[number] += 1
            self._open_requests += 1
            self._heard_at = time.monotonic()
            self._uploads[number] = Upload(upload.name, upload.size, Result.SENDING)
            self._begin_work()
            return upload.size, self._attempts[number]

    def note_received(self, number: int, attempt: int, received: int) -> None:
        """Note how many bytes of a file have come."""
        with self._lock:
            self._heard_at = time.monotonic()
            if self._attempts[number] == attempt:
                upload = self._uploads[number]
                self._uploads[number] = replace(upload, progress=SENT * received / max(upload.size, 1))

    def arrive(self, number: int, attempt: int, file: BinaryIO, on_closed: Callable[[], None]) -> None:
        """Take a whole file over from an attempt; `on_closed` is called once it is closed."""
        with self._lock:
            if is_wanted := self._end(number, attempt):
                self._uploads[number] = replace(self._uploads[number], result=Result.ARRIVED, progress=SENT)
                self._arrived.append((number, file, on_closed))
                self._begin_work()
        if not is_wanted:
            file.close()
            on_closed()

    def break_off(self, number: int, attempt: int, problem: Problem | None = None) -> None:
        """Note that an attempt has ended without the file; without a problem, the browser may try again."""
        with self._lock:
            if self._end(number, attempt):
                upload = self._uploads[number]
                waiting = replace(upload, result=Result.WAITING, progress=0.0)
                self._uploads[number] = upload.failed(problem) if problem else waiting

    def _end(self, number: int, attempt: int) -> bool:
        """Note that an attempt has ended; returns whether it still was the one that counts."""
        self._open_requests -= 1
        self._heard_at = time.monotonic()
        return self._attempts[number] == attempt

    def give_up(self, problem: Problem, number: int | None = None) -> None:
        """Have a file, or all that are still to come, fail: the browser says that it cannot send them."""
        with self._lock:
            for position in range(len(self._uploads)) if number is None else [number]:
                if 0 <= position < len(self._uploads) and self._uploads[position].is_expected:
                    self._attempts[position] += 1
                    self._uploads[position] = self._uploads[position].failed(problem)
        self._wake.set()

    def drop_unsent(self, names: Iterable[str]) -> None:
        """Forget files that are not here and are sent once more, by another run."""
        again = frozenset(names)
        with self._lock:
            for position, upload in enumerate(self._uploads):
                if upload.name in again and (upload.is_expected or upload.problem in NOT_HERE):
                    self._sent_again.add(position)
                    self._attempts[position] += 1
                    self._uploads[position] = upload.failed(Problem.NOT_ARRIVED)

    # --- what is done with it ---

    def fetch(self, url: str) -> None:
        """Have the service fetch the document at an address."""
        self._begin_work(partial(self._fetch, url))

    def begin(self) -> None:
        """Follow what is sent from now on."""
        self._begin_work()

    def _begin_work(self, first: Callable[[], None] | None = None) -> None:
        with self._lock:
            self._wake.set()
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, args=[first], name="upload", daemon=True).start()

    def _work(self, first: Callable[[], None] | None) -> None:
        try:
            if first is not None:
                first()
            while self._goes_on():
                self._wake.clear()
                try:
                    self._hand_over()
                    self._look_at_jobs()
                    self._unreachable_since = None
                except UnreachableError as error:
                    self._wait_for_service(error)
                self._note_silence()
                self._wake.wait(LOOK_SECONDS)
        except LecternError as error:
            self._fail_rest(partial(Upload.refused, error=error))
        except Exception:
            log.exception("An upload broke off.")
            self._fail_rest(partial(Upload.failed, problem=Problem.BROKE_OFF))

    def _goes_on(self) -> bool:
        with self._lock:
            self._is_working = bool(self._arrived) or not self.is_done
            return self._is_working

    def _hand_over(self) -> None:
        """Send the service what has arrived, for a while: the syncs of what went before are to be seen as well."""
        until = time.monotonic() + LOOK_SECONDS
        while self._arrived and time.monotonic() < until:
            together: list[int] = []
            size = 0
            for number, _, _ in list(self._arrived)[:MAX_TOGETHER]:
                size += self.uploads[number].size
                if together and size > MAX_TOGETHER_BYTES:
                    break
                together.append(number)
            # One that is refused would have all refused.
            if len(together) == 1 or not self._send(together):
                for number in together:
                    self._send([number])

    def _send(self, numbers: Sequence[int]) -> bool:
        """Send the files that arrived first, these numbers; returns whether they are dealt with."""
        files = [file for _, file, _ in list(self._arrived)[: len(numbers)]]
        for file in files:
            file.seek(0)
        uploads = [self.uploads[number] for number in numbers]
        try:
            job_id = self._calls.upload([(upload.name, file) for upload, file in zip(uploads, files, strict=True)])
        except UnreachableError:
            raise
        except LecternError as error:
            if len(numbers) > 1:
                return False
            self._change(numbers[0], uploads[0].refused(error))
        else:
            self._jobs[job_id] = None
            for number, upload in zip(numbers, uploads, strict=True):
                self._change(number, replace(upload, job_id=job_id, result=Result.INDEXING))
        for _ in numbers:
            _, file, on_closed = self._arrived.popleft()
            file.close()
            on_closed()
        return True

    def _look_at_jobs(self) -> None:
        """Look at the syncs in the order in which they were asked for, and note what came of them."""
        waiting = {upload.job_id for upload in self.uploads if not upload.is_done}
        for job_id in [job_id for job_id in self._jobs if job_id in waiting]:
            try:
                job = self._calls.job(job_id)
            except NotFoundError:
                self._change_all(job_id, lambda upload: upload.failed(Problem.LOST))
                continue
            # With its report, the files answer by their words; they may still be embedded.
            if job.finished_at or job.report is not None:
                self._ended[job_id] = job
                self._change_all(job_id, self._outcome)
                continue
            if job.progress and job.progress.files_total:
                share = SENT + (ENDED - SENT) * NEARLY * job.progress.files_done / job.progress.files_total
                self._change_all(job_id, partial(_further, share))
            return

    def _outcome(self, upload: Upload) -> Upload:
        """Return the outcome of a file: the sync that it asked for, or one that was at work already, has read it."""
        own = self._ended[upload.job_id]
        if own.error is not None:
            reason, remedy = own.error.detail, own.error.remedy
            return replace(upload, result=Result.FAILED, progress=ENDED, reason=reason, remedy=remedy)
        if own.report is None:
            return upload.failed(Problem.STOPPED)
        # The latest word counts: a file may fail once and be read by the sync after.
        for job in reversed([job for job in self._ended.values() if job.report is not None]):
            report = job.report or {}
            for file in report["failed"]:
                if file["path"] == upload.name:
                    reason, remedy = file["reason"], file["remedy"]
                    return replace(upload, result=Result.FAILED, progress=ENDED, reason=reason, remedy=remedy)
            files = report["files"]
            renamed = [names["to"] for names in files["renamed"]]
            if upload.name in (*files["added"], *files["changed"], *renamed):
                return replace(upload, result=Result.INDEXED, progress=ENDED)
        return replace(upload, result=Result.UNCHANGED, progress=ENDED)

    def _fetch(self, url: str) -> None:
        asked = replace(self.uploads[0], result=Result.FETCHING, progress=0.1)
        self._change(0, asked)
        taken = self._calls.add_address(url)
        name = taken.documents[0]
        self._jobs[taken.job] = None
        self._change(0, replace(asked, name=name, job_id=taken.job, result=Result.INDEXING, progress=SENT))

    def _wait_for_service(self, error: UnreachableError) -> None:
        now = time.monotonic()
        self._unreachable_since = self._unreachable_since or now
        if now - self._unreachable_since > RESTART_SECONDS:
            raise error

    def _note_silence(self) -> None:
        with self._lock:
            if not self._open_requests and time.monotonic() - self._heard_at > SILENCE_SECONDS:
                self.give_up(Problem.NOT_ARRIVED)

    def _change(self, number: int, upload: Upload) -> None:
        with self._lock:
            self._uploads[number] = upload

    def _change_all(self, job_id: str, change: Callable[[Upload], Upload]) -> None:
        with self._lock:
            for number, upload in enumerate(self._uploads):
                if upload.job_id == job_id and not upload.is_done:
                    self._uploads[number] = change(upload)

    def _fail_rest(self, fail: Callable[[Upload], Upload]) -> None:
        with self._lock:
            self._is_working = False
            self._uploads = [upload if upload.is_done else fail(upload) for upload in self._uploads]
            left = list(self._arrived)
            self._arrived.clear()
        for _, file, on_closed in left:
            file.close()
            on_closed()


class UploadRuns:
    """The uploads of each caller, the newest last. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], list[UploadRun]] = {}
        self._lock = threading.Lock()

    def of(self, caller: tuple[str, str]) -> Sequence[UploadRun]:
        """Return the uploads of a caller that were not cleared."""
        with self._lock:
            return tuple(self._runs.get(caller, ()))

    def expect(self, caller: tuple[str, str], calls: Calls, files: Sequence[tuple[str, int]], limit: int) -> UploadRun:
        """Begin to take files in, each with its name and its size in bytes, of which `limit` are the most."""
        names = kept_names([name for name, _ in files])
        uploads = [Upload(name, size) for name, (_, size) in zip(names, files, strict=True)]
        run = UploadRun(
            calls, (upload.failed(Problem.TOO_LARGE) if upload.size > limit else upload for upload in uploads)
        )
        for before in self.of(caller):
            if before.collection == run.collection:
                before.drop_unsent(names)
        self._add(caller, run)
        run.begin()
        return run

    def fetch(self, caller: tuple[str, str], calls: Calls, url: str) -> UploadRun:
        """Begin to fetch a document."""
        run = UploadRun(calls, [Upload(url.partition("?")[0])])
        self._add(caller, run)
        run.fetch(url)
        return run

    def find(self, caller: tuple[str, str], id_: str) -> UploadRun | None:
        """Return one of a caller's uploads."""
        return next((run for run in self.of(caller) if run.id == id_), None)

    def clear(self, caller: tuple[str, str]) -> None:
        """Forget the uploads of a caller that are done."""
        with self._lock:
            self._runs[caller] = [run for run in self._runs.get(caller, ()) if not run.is_done]

    def _add(self, caller: tuple[str, str], run: UploadRun) -> None:
        with self._lock:
            self._runs.setdefault(caller, []).append(run)


UPLOADS = UploadRuns()
"""Of this process: its server takes files in, and the page's script draws what became of them."""


def _further(share: float, upload: Upload) -> Upload:
    return replace(upload, progress=max(share, upload.progress))
