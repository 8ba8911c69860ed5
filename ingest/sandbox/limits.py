"""Locks a worker process in: limits on what it uses, a scratch folder, no network."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.sandbox.landlock import restrict_system_calls, restrict_writes

NICENESS = 5
PARENT_DEATH_SIGNAL = 1
LOOPBACK = ("127.", "::1", "localhost")

CPU_PER_SECOND = 4
"""Processor seconds for each second of the time limit: OCR and some libraries compute with several threads."""

OPEN_FILES = 256
SCRATCH_FILE_BYTES = 1 << 30
"""Largest file a worker or a program it starts may write."""

GARBAGE_THRESHOLD = 50_000
"""Python looks for reference cycles after so many new objects: a page makes thousands, and at its usual 700 the looking
takes 8 % of the time that PDFs take."""

OFFICE_PROGRAMS = ("soffice", "libreoffice")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one task: bytes of memory beyond an idle worker's, seconds on the clock."""

    memory_bytes: int
    seconds: float


def office_program() -> str | None:
    """Return where LibreOffice is, if it is installed."""
    return next((found for name in OFFICE_PROGRAMS if (found := shutil.which(name))), None)


def enter_sandbox(scratch: str) -> None:
    """Limit this process for good: priority, output, files, folder, network; it ends with its parent."""
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The default ends a worker that is deep inside a C library at once; a Python handler would wait for it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    own = Path(scratch) / str(os.getpid())
    own.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(own)
    os.environ["HOME"] = str(own)
    tempfile.tempdir = str(own)
    os.chdir(own)
    os.nice(NICENESS)
    _silence()
    _close_network()
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, SCRATCH_FILE_BYTES),
    ):
        _, hard = resource.getrlimit(limit)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
    restrict_writes(own)
    # LibreOffice talks to itself over a Unix socket; without it no parser needs one.
    restrict_system_calls(unix_sockets=office_program() is not None)


def renew_limits(limits: Limits) -> None:
    """Set the limits anew for the next task: it may use this much beyond what earlier ones and their libraries hold."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + limits.memory_bytes, hard))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = round(used.ru_utime + used.ru_stime + CPU_PER_SECOND * limits.seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard == resource.RLIM_INFINITY else min(seconds, hard), hard))


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, even inside a C library (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _silence() -> None:
    """Send what libraries print to nowhere: it must not reach the terminal or spoil `--json`."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    logging.disable(logging.CRITICAL)


def _close_network() -> None:
    """Make outgoing connections beyond loopback fail in this process, also where the kernel cannot refuse them."""

    def guard(original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def refuse(self: socket.socket, *args: Any) -> Any:
            address = args[position] if len(args) > position else args[-1]
            if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
                raise PermissionError("parsing may not use the network")
            return original(self, *args)

        return refuse

    connections: Any = socket.socket
    connections.connect = guard(socket.socket.connect, 0)
    connections.connect_ex = guard(socket.socket.connect_ex, 0)
    connections.sendto = guard(socket.socket.sendto, -1)


def _address_space() -> int:
    """Return the bytes of address space this process has now."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 1 << 30
    return pages * resource.getpagesize()
