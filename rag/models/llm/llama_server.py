"""Starts llama.cpp for one model when it is needed, and ends it when it has not been for a while."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rag.errors import LibraryError, ModelError
from rag.models.llm import llama_process
from rag.models.llm.free_memory import free_memory
from rag.models.llm.gguf_file import GgufFile, check_chats, find_projector, read_gguf

log = logging.getLogger(__name__)

PACKAGE = "xllamacpp"
INSTALL = "Install it: pip install xllamacpp (the extra `llm` of lectern). Or use Ollama, or another server."

DEFAULT_CONTEXT = 8_192
"""Tokens. Twelve sources and an answer take less; more would only reserve memory."""
MIN_CONTEXT = 2_048
"""Tokens. With fewer, hardly a source fits into the prompt."""
BATCH_TOKENS = 512
"""Tokens that llama.cpp reads at once: it keeps a likelihood for each word of the vocabulary of each."""
PROGRAM_BYTES = 150_000_000
"""Bytes of the process itself, and of what is reserved beside weights, context and batch."""

LOADING_SECONDS = 600.0
"""For a model of tens of gigabytes on a slow disk."""
HELLO_SECONDS = 60.0
"""For Python to start and load llama.cpp, also where the disk is slow and the processor busy."""
STOP_SECONDS = 5.0
POLL_SECONDS = 0.05
WAITING = {"OMP_WAIT_POLICY": "passive"}
"""Threads of llama.cpp sleep while they wait for each other. Where other programs are at work, too, a short answer took
3 to 9 seconds so, and 25 while they kept the processor busy with waiting."""
LOG_LINES = 200
"""The last lines of llama.cpp's log that are kept, to say why it failed."""

_LOG_HEAD = re.compile(r"^[\d.]+ [A-Z] ")
"""Time and level, before what a line of the log says."""
_SIZES = ((1_000_000_000, "GB", 1), (1_000_000, "MB", 0))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is to be loaded: for which context, with which projector, and the memory that it takes, in bytes."""

    file: GgufFile
    projector: Path | None
    context_tokens: int
    memory: int


@dataclass(frozen=True, slots=True)
class Address:
    """The address and key of a running server, and the seconds that it took to load its model."""

    url: str
    key: str
    loading_seconds: float


@dataclass(slots=True)
class _Process:
    """A running llama.cpp, what it said, and the end of its log."""

    popen: subprocess.Popen[str]
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    said: deque[dict[str, Any]] = field(default_factory=deque)
    readers: list[threading.Thread] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Give it a line."""
        assert self.popen.stdin is not None
        with suppress(BrokenPipeError):  # Its end is seen when it is listened to.
            self.popen.stdin.write(line)
            self.popen.stdin.flush()

    def wait(self, seconds: float, stop: threading.Event | None) -> dict[str, Any]:
        """Return what it says next. Raises EOFError when it has ended, TimeoutError, ModelError once `stop` is set."""
        until = time.monotonic() + seconds
        while not self.said:
            if self.popen.poll() is not None:
                self.wait_for_log()
                if not self.said:
                    raise EOFError
            elif time.monotonic() > until:
                raise TimeoutError
            _check(stop)
            time.sleep(POLL_SECONDS)
        return self.said.popleft()

    def wait_for_log(self) -> None:
        """Wait until all is read that a process wrote which has ended, or is about to."""
        for reader in self.readers:
            reader.join(STOP_SECONDS)


_servers: dict[tuple[Path, int | None], LlamaServer] = {}
"""One for each file: two who ask the same model share the memory that it takes."""
_servers_lock = threading.Lock()


def shared_server(path: Path, *, context_tokens: int | None, idle_seconds: float) -> LlamaServer:
    """Return the server of a model in this process, not started yet if nobody has asked it."""
    with _servers_lock:
        key = path, context_tokens
        if key not in _servers:
            _servers[key] = LlamaServer(path, context_tokens=context_tokens, idle_seconds=idle_seconds)
        return _servers[key]


class LlamaServer:
    """llama.cpp with one model. Methods may be called from any thread.

    It has one place: a question that comes while another is answered waits for it.
    """

    def __init__(self, path: Path, *, context_tokens: int | None, idle_seconds: float) -> None:
        """Take the model's file; without `context_tokens`, as many are chosen as are of use and fit into memory."""
        self.path = path
        self._wanted_context = context_tokens
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        """Held while the model is loaded or let go of."""
        self._uses = 0
        self._used_at = 0.0
        self._idle_timer: threading.Timer | None = None
        self._plan: Plan | None = None
        self._stamp: tuple[int, int] | None = None
        """Of the file that the plan is for."""
        self._refused_projector: tuple[Path, tuple[int, int] | None] | None = None
        """A file for images with which the model could not be loaded, and its stamp."""
        self._process: _Process | None = None
        self._address: Address | None = None

    @property
    def plan(self) -> Plan:
        """Return how the model is loaded, or would be. Raises LibraryError, ModelError where it cannot be."""
        stamp = _stamp_of(self.path)
        if self._plan is None or (stamp != self._stamp and self._process is None):
            self._plan, self._stamp = self._make_plan(_ask_for_graphics_bytes()), stamp
        return self._plan

    @property
    def projector(self) -> Path | None:
        """Return the file by which the model sees images, if there is one that it works with. Raises ModelError."""
        found = find_projector(read_gguf(self.path))
        return None if found is None or (found, _stamp_of(found)) == self._refused_projector else found

    @property
    def is_loaded(self) -> bool:
        """Return whether it runs."""
        return self._address is not None

    @contextmanager
    def in_use(self, stop: threading.Event | None = None) -> Iterator[Address]:
        """Give the address of the server, started if it does not run; it is not ended meanwhile.

        Raises LibraryError, ModelError, also once `stop` is set while the model is being loaded.
        """
        while not self._lock.acquire(timeout=POLL_SECONDS):
            _check(stop)
        try:
            if self._process is not None and self._process.popen.poll() is not None:
                self._forget()
            address = self._address or self._start(stop)
            self._uses += 1
        finally:
            self._lock.release()
        try:
            yield address
        finally:
            with self._lock:
                self._uses -= 1
                self._used_at = time.monotonic()
                self._watch()

    def explain_end(self) -> ModelError | None:
        """Return why the process has ended by itself; None while it runs."""
        process = self._process
        if process is None:
            return None
        with suppress(subprocess.TimeoutExpired):
            # The connection breaks a moment before the process is gone.
            process.popen.wait(1.0)
        code = process.popen.poll()
        return None if code is None else self._explain(process, code)

    def unload(self) -> None:
        """End the process, and with it free its memory, unless it is in use or being loaded."""
        if self._lock.acquire(blocking=False):
            try:
                if not self._uses:
                    self._forget()
            finally:
                self._lock.release()

    def _watch(self) -> None:
        """Have somebody look when it may have been idle for long enough."""
        if self._idle_timer is None and self._process is not None:
            left = self._used_at + self._idle_seconds - time.monotonic()
            self._idle_timer = threading.Timer(max(left, POLL_SECONDS), self._look_whether_idle)
            self._idle_timer.daemon = True
            self._idle_timer.start()

    def _look_whether_idle(self) -> None:
        with self._lock:
            self._idle_timer = None
            if self._uses:
                return  # Whoever uses it looks after it in the end.
            if time.monotonic() < self._used_at + self._idle_seconds:
                self._watch()
            else:
                self._forget()

    def _forget(self) -> None:
        process, self._process, self._address = self._process, None, None
        if process is not None:
            _end(process)

    def _make_plan(self, graphics_bytes: int) -> Plan:
        """Choose the context by the memory that is free. Raises ModelError where not even the shortest fits."""
        file = read_gguf(self.path)
        check_chats(file)
        projector = self.projector
        of_projector = read_gguf(projector).size if projector else 0
        known = file.context_length or DEFAULT_CONTEXT
        context = min(self._wanted_context or DEFAULT_CONTEXT, known)
        least = context if self._wanted_context else min(MIN_CONTEXT, known)
        free = free_memory()
        while True:
            memory = of_projector + _memory_for(file, context)
            if free is None or memory <= free + graphics_bytes:
                return Plan(file, projector, context, memory)
            if context <= least:
                raise ModelError(
                    f"{file.path.name} needs {_words(memory)} of memory for {context:,} tokens, and "
                    f"{_words(free + graphics_bytes)} are free.",
                    "End other programs, or choose a smaller model"
                    + (", or a smaller `llm_context_tokens`." if context > MIN_CONTEXT else "."),
                )
            context = max(least, context // 2)

    def _start(self, stop: threading.Event | None) -> Address:
        """Load the model, without its projector where that is what fails. Raises LibraryError, ModelError."""
        try:
            return self._load(stop)
        except ModelError:
            projector = self._plan.projector if self._plan else None
            if projector is None or (stop is not None and stop.is_set()):
                raise
            self._refused_projector = projector, _stamp_of(projector)
            address = self._load(stop)
            log.warning("%s could not be loaded with %s, and sees no images without it.", self.path, projector)
            return address

    def _load(self, stop: threading.Event | None) -> Address:
        check_installed()
        check_chats(read_gguf(self.path))
        for other in list(_servers.values()):
            if other is not self:
                other.unload()
        started = time.monotonic()
        self._process = process = _open_process()
        try:
            plan = self._plan = self._make_plan(_graphics_bytes(process, self._wait(process, HELLO_SECONDS, stop)))
            self._stamp = _stamp_of(self.path)
            key = secrets.token_urlsafe(32)
            asked = llama_process.Load(
                model=str(plan.file.path),
                projector=str(plan.projector or ""),
                context_tokens=plan.context_tokens,
                threads=_count_threads(),
                key=key,
            )
            process.tell(asked.to_json())
            told = self._wait(process, LOADING_SECONDS, stop)
            if "address" not in told:
                process.wait_for_log()
                raise self._explain(process, 0)
        except BaseException:
            self._forget()
            raise
        seconds = time.monotonic() - started
        log.info("%s was loaded in %.1f seconds, for %d tokens.", self.path, seconds, plan.context_tokens)
        self._address = Address(str(told["address"]), key, seconds)
        return self._address

    def _wait(self, process: _Process, seconds: float, stop: threading.Event | None) -> dict[str, Any]:
        """Return what the process says next. Raises ModelError when it ends without a word, or says nothing."""
        try:
            return process.wait(seconds, stop)
        except TimeoutError:
            raise ModelError(
                f"{self.path.name} was not loaded within {seconds:g} seconds.", "Choose a smaller model."
            ) from None
        except EOFError:
            raise self._explain(process, process.popen.wait()) from None

    def _explain(self, process: _Process, code: int) -> ModelError:
        """Return the error for a process that could not load the model, or ended while it answered."""
        text = "\n".join(process.log)
        if found := re.search(r"unknown model architecture: '([^']{1,80})'", text):
            return ModelError(
                f"{self.path.name} is a model of the kind {found[1]!r}, which this llama.cpp does not know.",
                f"Install a newer {PACKAGE}, or choose another model.",
            )
        if re.search(r"(failed|unable) to allocate|out of memory|bad_alloc", text) or code == -signal.SIGKILL:
            return ModelError(
                f"There was too little memory for {self.path.name}.", "End other programs, or choose a smaller model."
            )
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}" if code else "refused it"
        said = [line for line in process.log if re.search(r"error|fail|assert", line, re.I)]
        # Only what it says of the file: once it answers, its log could hold parts of a prompt.
        detail = f": {_LOG_HEAD.sub('', said[0].strip())[:200].rstrip('.')}" if said and self._address is None else ""
        return ModelError(
            f"llama.cpp cannot run {self.path.name}; it {how}{detail}.",
            "Get the file again, or choose another model; a newer version of xllamacpp may know it.",
        )


def _stamp_of(path: Path) -> tuple[int, int] | None:
    """Return size and time of a file: what was planned holds for as long as they do."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _memory_for(file: GgufFile, context_tokens: int) -> int:
    batch = min(BATCH_TOKENS, context_tokens) * 4 * (file.vocabulary + 8 * file.embedding_length)
    return file.size + file.cache_bytes(context_tokens) + batch + PROGRAM_BYTES


def _words(size: int) -> str:
    for least, unit, digits in _SIZES:
        if size >= least:
            return f"{size / least:.{digits}f} {unit}"
    return f"{size:,} bytes"


def _count_threads() -> int:
    """Return how many to compute with: of many processors half, as most of those share a core with another."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return usable if usable <= 4 else max(4, usable // 2)


def is_installed() -> bool:
    """Return whether what runs GGUF files is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def check_installed() -> None:
    """Raise LibraryError where what runs GGUF files is not installed."""
    if not is_installed():
        raise LibraryError(f"{PACKAGE}, which runs GGUF files, is not installed.", INSTALL)


def _check(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise ModelError("The answer was stopped.", "Ask again.")


def _ask_for_graphics_bytes() -> int:
    """Return the free memory of GPUs, by a process that ends again. Raises LibraryError."""
    check_installed()
    process = _open_process()
    try:
        return _graphics_bytes(process, process.wait(HELLO_SECONDS, None))
    except (EOFError, TimeoutError):
        raise _unloadable(process, "") from None
    finally:
        _end(process)


def _graphics_bytes(process: _Process, hello: dict[str, Any]) -> int:
    if "graphics_bytes" not in hello:
        raise _unloadable(process, str(hello.get("problem", "")))
    return int(hello["graphics_bytes"])


def _unloadable(process: _Process, problem: str) -> LibraryError:
    reason = problem or (process.log[-1].strip()[:200] if process.log else f"code {process.popen.poll()}")
    return LibraryError(f"{PACKAGE}, which runs GGUF files, cannot be loaded: {reason.rstrip('.')}.", INSTALL)


def _open_process() -> _Process:
    popen = subprocess.Popen(
        [sys.executable, "-m", llama_process.__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C is for the program that asks; this process ends with its input.
        start_new_session=True,
        env=WAITING | os.environ,
    )
    process = _Process(popen)
    assert popen.stdout is not None
    assert popen.stderr is not None
    for read, stream in ((_read_said, popen.stdout), (_read_log, popen.stderr)):
        reader = threading.Thread(target=read, args=(process, stream), name="llama.cpp", daemon=True)
        process.readers.append(reader)
        reader.start()
    return process


def _read_said(process: _Process, stream: IO[str]) -> None:
    for line in stream:
        with suppress(ValueError):
            said = json.loads(line)
            process.said.append(said)


def _read_log(process: _Process, stream: IO[str]) -> None:
    for line in stream:
        process.log.append(line)


def _end(process: _Process) -> None:
    popen = process.popen
    if popen.stdin is not None:
        with suppress(OSError):
            popen.stdin.close()
    try:
        popen.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()
    for reader in process.readers:
        reader.join(STOP_SECONDS)
    for stream in (popen.stdout, popen.stderr):
        if stream is not None:
            stream.close()
