"""What a sync did, told to people and programs. Knows no pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be read: why, and what to do. `stale` when an older version goes on answering."""

    path: str
    reason: str
    remedy: str
    stale: bool = False


@dataclass(slots=True)
class SyncReport:
    """Paths are relative to the folder; `pages` and `chunks` count what was read in this run."""

    folder: str
    collection: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: list[FailedFile] = field(default_factory=list)
    kept_out: list[str] = field(default_factory=list)
    pages: int = 0
    chunks: int = 0
    seconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    dry_run: bool = False
    notices: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is."""

    files_done: int
    files_total: int
    pages: int
    path: str
    """The file that was just finished, or ""."""
