"""Removes what an interrupted installation left half done, so that pip installs it again.

    .venv/bin/python tools/installing/mend.py     # prints the names of the packages

pip takes a package for installed once its metadata are there, even when files are missing.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

NEVER_RECORDED = (".pyc",)
"""Written and removed by Python itself."""


def find_broken(folder: Path) -> Iterator[Path]:
    """Yield the metadata folders of packages whose list of files is missing or names files that are."""
    for found in distributions(path=[str(folder)]):
        metadata = Path(str(getattr(found, "_path", "")))
        if metadata.suffix == ".dist-info" and not _is_whole(found, metadata):
            yield metadata


def _is_whole(found: Distribution, metadata: Path) -> bool:
    if not (metadata / "RECORD").exists() or not (metadata / "METADATA").exists():
        return False
    return all(
        Path(str(found.locate_file(file))).exists()
        for file in found.files or ()
        if not str(file).endswith(NEVER_RECORDED)
    )


def find_leftovers(folder: Path) -> Iterator[Path]:
    """Yield what pip moves aside while it replaces a package, and takes back only when it is not killed."""
    yield from folder.glob("~*")


def main() -> None:
    """Remove both and print the names of the packages to install again."""
    folder = Path(sysconfig.get_path("purelib"))
    for metadata in list(find_broken(folder)):
        shutil.rmtree(metadata)
        sys.stdout.write(f"{metadata.name.removesuffix('.dist-info')}\n")
    for leftover in list(find_leftovers(folder)):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


if __name__ == "__main__":
    main()
