"""The files that say that an installation is complete, for make and for the next installation.

.installed is written last, so that it is missing after an interruption; .installed-dev beside it when the tests'
packages are there too. What it says is JSON: a digest of what was asked for, torch's version, the locked packages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from tools.installing.pip_runner import read_pins
from tools.installing.place import ROOT

STAMP = ".installed"
DEV_STAMP = ".installed-dev"

LOCKS = ("requirements.lock", "requirements-models.lock", "requirements-torch.lock", "requirements-dev.lock")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The last complete installation; empty where there is none."""

    digest: str = ""
    torch: str = ""
    torch_asked: str = ""
    dev: bool = False
    locked: tuple[str, ...] = ()

    def covers(self, digest: str, options: argparse.Namespace) -> bool:
        """Tell whether there is nothing left to do."""
        asked: str = options.torch
        enough = asked in (self.torch_asked, "auto") or (asked == "yes") == bool(self.torch)
        return enough and self.digest == digest and (self.dev or not options.dev)


def describe(options: argparse.Namespace) -> str:
    """Return a digest of what is to be installed: the lock files, the project's own metadata, the Python and the
    manner."""
    digest = hashlib.sha256()
    for name in LOCKS if options.without_project else (*LOCKS, "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    manner = (sys.version_info[:3], ROOT, options.editable, options.without_project)
    digest.update(repr(manner).encode())
    return digest.hexdigest()


def read(venv: Path) -> Stamp:
    """Return the stamp of an environment; an empty one where there is none that can be read."""
    try:
        stored = json.loads((venv / STAMP).read_text(encoding="utf-8"))
        return Stamp(**{**stored, "locked": tuple(stored["locked"])})
    except (OSError, ValueError, TypeError, KeyError):
        return Stamp()


def write(venv: Path, digest: str, *, torch: str, torch_asked: str, dev: bool) -> None:
    """Say that the installation is complete."""
    names = LOCKS if dev else LOCKS[:-1]
    locked = sorted({name for lock in names for name in read_pins(ROOT / lock)})
    content = {"digest": digest, "torch": torch, "torch_asked": torch_asked, "dev": dev, "locked": locked}
    (venv / STAMP).write_text(json.dumps(content) + "\n", encoding="utf-8")
    touch(venv, dev=dev)


def touch(venv: Path, *, dev: bool) -> None:
    """Make the stamps newer than what they were made from, which is what make looks at."""
    (venv / STAMP).touch()
    if dev:
        (venv / DEV_STAMP).touch()


def remove(venv: Path) -> None:
    """Say that the installation is not complete."""
    for name in (STAMP, DEV_STAMP):
        (venv / name).unlink(missing_ok=True)


def list_installed(venv: Path) -> list[str]:
    """Return the normalised names of the packages in an environment."""
    folders = [str(folder) for folder in venv.glob("lib/python3*/site-packages")]
    return sorted({_normalise(found.metadata["Name"]) for found in distributions(path=folders)})


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
