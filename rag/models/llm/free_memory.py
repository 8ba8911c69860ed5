"""Says how much memory a model may take on this machine."""

from __future__ import annotations

import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
"""A container's own limits, as its processes see them (cgroup v2)."""
KEPT_SHARE = 4
"""Where a system tells only what it has in all, a quarter is left to other programs."""


def free_memory() -> int | None:
    """Return the bytes that could be taken without driving other programs out; None where that cannot be found out.

    Linux says it itself (MemAvailable), and a container has its own limit; of macOS the whole memory is known only.
    """
    available = _available(Path("/proc/meminfo"))
    if available is None:
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * (KEPT_SHARE - 1) // KEPT_SHARE
        except (AttributeError, ValueError, OSError):
            return None
    left = _left_in_container(CGROUP)
    return available if left is None else min(available, left)


def _available(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _left_in_container(group: Path) -> int | None:
    """Return what a container may still take, None without a limit. Pages of files are given up when asked for."""
    try:
        limit = (group / "memory.max").read_text("ascii").strip()
        if not limit.isdigit():
            return None
        used = int((group / "memory.current").read_text("ascii"))
        told = dict(line.split() for line in (group / "memory.stat").read_text("ascii").splitlines())
    except (OSError, ValueError):
        return None
    return max(0, int(limit) - used + int(told.get("inactive_file", 0)))
