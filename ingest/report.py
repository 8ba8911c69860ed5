"""The report of a sync, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
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
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Files and folders that were left alone, each with the pattern that its name fits."""
    pages: int = 0
    chunks: int = 0
    seconds: float = 0.0
    reason: str = ""
    """Why the sync as a whole failed, with what to do in `remedy`; both "" when it did not."""
    remedy: str = ""
    stages: Mapping[str, float] = field(default_factory=dict)
    dry_run: bool = False
    embedder: str = ""
    """The name of what embeds the collection; "" before that is known."""
    embedder_note: str = ""
    """What is to be said of it: that the documents' languages chose it, or that the next sync takes another."""
    words_seconds: float = 0.0
    """Until everything that was read answered by its words."""
    embedded: int = 0
    """Chunks that the embedder made vectors of, also of other collections."""
    reused: int = 0
    """Chunks that got the vector of another one with the same text."""
    to_embed: int = 0
    """Chunks that are found by their words only, since their vectors are still to be made."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values: counts first, then the files by what became of them."""
        return {
            "folder": self.folder,
            "collection": self.collection,
            "added": len(self.added),
            "changed": len(self.changed),
            "renamed": len(self.renamed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
            "failed": [asdict(file) for file in self.failed],
            "pages": self.pages,
            "chunks": self.chunks,
            "seconds": self.seconds,
            "reason": self.reason,
            "remedy": self.remedy,
            "stages": dict(self.stages),
            "dry_run": self.dry_run,
            "embedder": self.embedder,
            "embedder_note": self.embedder_note,
            "words_seconds": self.words_seconds,
            "embedded": self.embedded,
            "reused": self.reused,
            "to_embed": self.to_embed,
            "files": {
                "added": self.added,
                "changed": self.changed,
                "renamed": [{"from": old, "to": new} for old, new in self.renamed],
                "removed": self.removed,
                "kept_out": self.kept_out,
                "skipped": [{"path": path, "pattern": pattern} for path, pattern in self.skipped],
            },
        }

    def followed_by(self, later: SyncReport) -> SyncReport:
        """Return the report of this sync and a later one of the same folder, as if they had been one."""
        added = sorted({*self.added, *later.added})
        changed = sorted({*self.changed, *later.changed} - set(added))
        read = len(later.added) + len(later.changed) + later.unchanged
        return replace(
            later,
            added=added,
            changed=changed,
            renamed=[*self.renamed, *later.renamed],
            removed=[*self.removed, *later.removed],
            unchanged=max(read - len(added) - len(changed), 0),
            pages=self.pages + later.pages,
            chunks=self.chunks + later.chunks,
            seconds=round(self.seconds + later.seconds, 3),
            words_seconds=round(self.seconds + later.words_seconds, 3),
            embedded=self.embedded + later.embedded,
            reused=self.reused + later.reused,
            stages={
                name: round(self.stages.get(name, 0) + later.stages.get(name, 0), 3)
                for name in {**self.stages, **later.stages}
            },
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SyncReport:
        """Return the report that `to_json` gave. Raises KeyError, TypeError."""
        files = values["files"]
        counts = ("unchanged", "pages", "chunks", "seconds")
        same = ("folder", "collection", *counts, "reason", "remedy", "stages", "dry_run")
        return cls(
            added=files["added"],
            changed=files["changed"],
            renamed=[(pair["from"], pair["to"]) for pair in files["renamed"]],
            removed=files["removed"],
            failed=[FailedFile(**file) for file in values["failed"]],
            kept_out=files["kept_out"],
            skipped=[(entry["path"], entry["pattern"]) for entry in files.get("skipped", ())],
            embedder=values.get("embedder", ""),
            embedder_note=values.get("embedder_note", ""),
            **{name: values.get(name, 0) for name in ("words_seconds", "embedded", "reused", "to_embed")},
            **{name: values[name] for name in same},
        )


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """The progress of a sync."""

    files_done: int
    files_total: int
    pages: int
    path: str
    """The file that was just finished, or ""."""
    chunks_embedded: int = 0
    chunks_to_embed: int = 0
    """Chunks of the second stage, which begins when all files are done; 0 before."""
