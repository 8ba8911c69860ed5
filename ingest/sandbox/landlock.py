"""Has the Linux kernel refuse this process writes outside one folder, and sockets.

Landlock (https://docs.kernel.org/userspace-api/landlock.html) restricts the file system, a seccomp filter
(https://docs.kernel.org/userspace-api/seccomp_filter.html) the system calls. Both hold for all children too and cannot
be taken back, also not by a process that runs an attacker's machine code.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SET_NO_NEW_PRIVILEGES = 38
SET_SECCOMP = 22
FILTER_MODE = 2

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG = 1
PATH_BENEATH = 1

WRITE_FILE, REFER, TRUNCATE = 1 << 1, 1 << 13, 1 << 14
CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))
"""Removing and making files, folders, links, sockets, pipes and devices."""

BIND_AND_CONNECT = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


@dataclass(frozen=True, slots=True)
class _Processor:
    """The numbers that a processor family gives to itself and to system calls."""

    audit_number: int
    socket: int
    access: tuple[int, int]
    """The call that asks whether a file may be used, and the place of the use among its arguments."""
    forbidden: tuple[int, ...]
    """ptrace, process_vm_readv and _writev, io_uring_setup (which opens sockets by another door), mount, unshare,
    setns, bpf, keyctl, perf_event_open, userfaultfd."""


_PROCESSORS = {
    "x86_64": _Processor(0xC000003E, 41, (21, 1), (101, 310, 311, 425, 165, 272, 308, 321, 250, 298, 323)),
    "aarch64": _Processor(0xC00000B7, 198, (48, 2), (117, 270, 271, 425, 40, 97, 268, 280, 219, 241, 282)),
}
X32_CALLS = 0x40000000

ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | 13
"""Fail with EACCES, which Python raises as PermissionError."""


def restrict_writes(folder: Path) -> bool:
    """Refuse all writes but those below `folder` and to /dev/null, TCP, and signals to others; False if it cannot."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(libc.syscall(CREATE_RULESET, None, 0, VERSION_FLAG))
    if version < 1:
        return False
    file_writes = WRITE_FILE | (TRUNCATE if version >= 3 else 0)
    writes = file_writes | CHANGE_FOLDERS | (REFER if version >= 2 else 0)
    parts = [writes]
    if version >= 4:
        parts.append(BIND_AND_CONNECT)
    if version >= 6:
        parts.append(ABSTRACT_SOCKETS_AND_SIGNALS)
    attributes = struct.pack(f"={len(parts)}Q", *parts)
    ruleset = int(libc.syscall(CREATE_RULESET, attributes, len(attributes), 0))
    if ruleset < 0:
        return False
    try:
        allowed = _allow(libc, ruleset, folder, writes) and _allow(libc, ruleset, Path(os.devnull), file_writes)
        return allowed and _give_up_privileges(libc) and libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def restrict_system_calls(*, unix_sockets: bool) -> bool:
    """Refuse sockets, other than Unix ones where allowed, and looking into other processes; False if it cannot.

    With `unix_sockets`, programs that ask whether they may write somewhere are told that they may not: LibreOffice
    puts its socket where OSL_SOCKET_PATH says only if /tmp and /var/tmp are closed to it.
    """
    processor = _PROCESSORS.get(platform.machine())
    if sys.platform != "linux" or processor is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    program = _filter_program(processor, unix_sockets=unix_sockets)
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, then a pointer to them, padded as C does.
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    return _give_up_privileges(libc) and libc.prctl(SET_SECCOMP, FILTER_MODE, header, 0, 0) == 0


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> bool:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, descriptor)
        return bool(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0) == 0)
    finally:
        os.close(descriptor)


def _give_up_privileges(libc: ctypes.CDLL) -> bool:
    """Set the flag that both need first: no program that this process starts gains rights that it lacks."""
    return bool(libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, RETURN = 0x20, 0x15, 0x35, 0x06
CALL_NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Offsets in struct seccomp_data; the processors above are little-endian."""


def _filter_program(processor: _Processor, *, unix_sockets: bool) -> bytes:
    """Return the filter in classic BPF."""
    steps: list[tuple[int, int, int, int]] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, processor.audit_number),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, CALL_NUMBER),
        *_refuse_when(JUMP_GREATER_EQUAL, X32_CALLS),
    ]
    for number in processor.forbidden:
        steps += _refuse_when(JUMP_EQUAL, number)
    if unix_sockets:
        access, use = processor.access
        steps += [
            (JUMP_EQUAL, 0, 4, access),
            (LOAD, 0, 0, FIRST_ARGUMENT + 8 * use),
            (JUMP_EQUAL, 0, 1, os.W_OK),
            (RETURN, 0, 0, REFUSE),
            (RETURN, 0, 0, ALLOW),
        ]
    family = [(LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_EQUAL, 1, 0, int(socket.AF_UNIX))] if unix_sockets else []
    refusal = [*family, (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    steps += [(JUMP_EQUAL, 0, len(refusal), processor.socket), *refusal, (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _refuse_when(comparison: int, value: int) -> Sequence[tuple[int, int, int, int]]:
    return ((comparison, 0, 1, value), (RETURN, 0, 0, REFUSE))
