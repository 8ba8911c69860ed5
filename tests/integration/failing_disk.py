"""Disks that are full, or that fail from one moment on: the Linux kernel then refuses a process's writes with EIO."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.sandbox.landlock import (
    ALLOW,
    ARCHITECTURE,
    CALL_NUMBER,
    JUMP_EQUAL,
    LOAD,
    RETURN,
    SET_NO_NEW_PRIVILEGES,
)

SET_FILTER, ALL_THREADS = 1, 1

CALLS = {
    "x86_64": (0xC000003E, 317, (18, 296, 328, 74, 75, 77)),
    "aarch64": (0xC00000B7, 277, (68, 70, 287, 82, 83, 46)),
}
"""The processor's own number, then those of seccomp and of pwrite64, pwritev, pwritev2, fsync, fdatasync, ftruncate.

Databases write by these; plain `write` also wakes threads, and those must go on.
"""

FAIL = 0x00050000 | errno.EIO


def can_fail() -> bool:
    """Whether this system can be made to."""
    return sys.platform == "linux" and platform.machine() in CALLS


def fail_from_now_on() -> None:
    """Have all threads of this process meet a failing disk, for good. Raises OSError where the kernel refuses."""
    processor, seccomp, failing = CALLS[platform.machine()]
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, processor),
        (RETURN, 0, 0, ALLOW),
        (LOAD, 0, 0, CALL_NUMBER),
    ]
    for number in failing:
        steps += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, FAIL)]
    steps.append((RETURN, 0, 0, ALLOW))
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(seccomp, SET_FILTER, ALL_THREADS, header):
        raise OSError(ctypes.get_errno(), "the disk could not be made to fail")


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A disk of `size` mounted on `place`; skips where that is not allowed."""
    place.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
