"""Tells which Lectern a machine has, so that a file is read the same way on every node of a cluster."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ingest.parsing import find_tools

PACKAGES = ("ingest", "rag")
"""Whose code decides how a file is read and cut, and how its chunks are embedded."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What has to be the same on all machines: Lectern's code, and the programs and packages that it reads with."""

    version: str
    code: str
    tools: tuple[str, ...]

    def differs_from(self, other: Edition) -> str:
        """Return in words what this one has that another has not, or lacks; "" where both read alike."""
        if self.code != other.code:
            return f"it has Lectern {self.version} (code {self.code}), and this machine {other.version} ({other.code})"
        if self.tools != other.tools:
            return f"it has {_listed(self.tools)} to read with, and this machine {_listed(other.tools)}"
        return ""


@cache
def edition_here() -> Edition:
    """Return the edition of this machine."""
    office, *packages = find_tools()
    return Edition(_version(), _digest_code(), (*(["LibreOffice"] if office else []), *packages))


def _digest_code() -> str:
    """Return what the source files of Lectern have as their hash: a checkout changes without another version."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _version() -> str:
    try:
        return version("lectern")
    except PackageNotFoundError:
        return "from a checkout"


def _listed(tools: tuple[str, ...]) -> str:
    return ", ".join(tools) or "nothing"
