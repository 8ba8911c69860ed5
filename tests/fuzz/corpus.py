"""Inputs worth trying again, one zip file for each extension."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

CORPORA = Path(__file__).with_name("corpora")

MAX_BYTES = 4096
"""Bytes of an input that is kept: what matters about the larger ones is seldom their size."""


def kept_extensions() -> list[str]:
    """The extensions for which inputs are kept, with their dots."""
    return sorted(f".{file.stem}" for file in CORPORA.glob("*.zip"))


def kept_contents(extension: str) -> Iterator[bytes]:
    """The kept inputs of one extension, none where none are kept."""
    file = CORPORA / f"{extension[1:]}.zip"
    if file.exists():
        with zipfile.ZipFile(file) as archive:
            yield from map(archive.read, archive.namelist())


def keep_corpus(extension: str, files: Iterable[Path]) -> None:
    """Keep these inputs besides those that are kept already."""
    contents = {*kept_contents(extension), *(file.read_bytes() for file in files if file.stat().st_size <= MAX_BYTES)}
    CORPORA.mkdir(exist_ok=True)
    with zipfile.ZipFile(CORPORA / f"{extension[1:]}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted((sha256(content).hexdigest()[:16], content) for content in contents):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
