"""Writes the lock files from what is installed: `make lock`.

Not with pip freeze: they hold exactly what pyproject.toml asks for, with all that that needs, each version with the
SHA-256 of its files on the package index, so that pip refuses any other. What is of use with torch only has a file of
its own, and torch another, without hashes: its builds for CPUs and for GPUs come from different indexes with different
hashes.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
import urllib.request
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.tags import Tag
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from tools.left_out import LEFT_OUT

STAND_INS = {"opencv-python": "opencv-python-headless"}
"""Packages that are installed in place of required ones: OpenCV's windows need system libraries that servers lack."""

WITHOUT_HASH = frozenset({"torch"})

WITH_TORCH = frozenset({"torch", "sentence-transformers"})
"""Packages that are only installed with torch: without it, none of them can be imported."""

INSTALLER = {"uv": "0.13.9"}
"""What installs the others, from a folder of its own: no environment holds it."""

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")
"""The index whose page of each package gives the hashes, as pip reads it (PEP 503)."""

LOOK_UP_SECONDS = 60

OLDEST_PYTHON = 11
"""The minor version that pyproject.toml asks for; wheels for older ones are left out."""

_FILE_LINK = re.compile(r'href="[^"#]*?([^"#/]+)#sha256=([0-9a-f]{64})')
_CPYTHON = re.compile(r"cp3(\d+)")

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write the files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = installed_versions(project["dependencies"])
    development = installed_versions(project["optional-dependencies"]["dev"])
    plain = installed_versions(project["dependencies"], without=WITH_TORCH)
    write("requirements.lock", "The versions Lectern is tested with.", plain, hash_files(plain))
    models = {name: version for name, version in runtime.items() if name not in plain.keys() | WITHOUT_HASH}
    write(
        "requirements-models.lock", "What is of use with torch only, and installed with it.", models, hash_files(models)
    )
    bare = {name: version for name, version in runtime.items() if name in WITHOUT_HASH}
    write("requirements-torch.lock", "What each index builds for itself, and so has no hash here.", bare, {})
    extra = {name: version for name, version in development.items() if name not in runtime}
    purpose = "What tests, checks and benchmarks need besides requirements.lock."
    write("requirements-dev.lock", purpose, extra, hash_files(extra))
    write("requirements-uv.lock", "What the installation itself uses.", INSTALLER, hash_files(INSTALLER))
    if find_spec("atheris"):  # Not to be had on every system; its file stays as it is there.
        fuzzing = installed_versions(project["optional-dependencies"]["fuzz"])
        write("requirements-fuzz.lock", "What `make fuzz` needs besides.", fuzzing, hash_files(fuzzing))


def installed_versions(requirements: Iterable[str], without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Name -> version of the requirements and of all that they need here, but for some and what only those need."""
    versions: dict[str, str] = {}
    done: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in requirements]
    asked_for = {normalise(requirement.name) for requirement in waiting}
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *requirement.extras):
            name = normalise(requirement.name)
            name = STAND_INS.get(name, name)
            if (name, extra) in done or name in without or name in LEFT_OUT.keys() - asked_for:
                continue
            done.add((name, extra))
            try:
                found = distribution(name)
            except PackageNotFoundError:
                sys.exit(f"{requirement} is not installed: install the project with its dev extra first.")
            versions[name] = found.version.split("+")[0]
            for line in found.requires or []:
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting.append(needed)
    return versions


def normalise(name: str) -> str:
    """Return a package name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def hash_files(versions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the SHA-256 of every file of these versions that a supported Python can install, from the package
    index."""
    found = {name: read_hashes(name, Version(version)) for name, version in versions.items()}
    if without := sorted(name for name, hashes in found.items() if not hashes):
        sys.exit(f"{INDEX} has no hashes for {', '.join(without)} in the versions that are installed.")
    return found


def read_hashes(name: str, version: Version) -> list[str]:
    """Return the SHA-256 of the files of one version."""
    request = urllib.request.Request(f"{INDEX.rstrip('/')}/{name}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=LOOK_UP_SECONDS) as response:
        page = response.read().decode()
    return sorted({sha256 for file, sha256 in _FILE_LINK.findall(page) if is_wanted(unquote(file), version)})


def is_wanted(file: str, version: Version) -> bool:
    """Return whether a file is of this version, and source or a wheel for a supported Python."""
    try:
        if not file.endswith(".whl"):
            return parse_sdist_filename(file)[1] == version
        _, found, _, tags = parse_wheel_filename(file)
    except (InvalidSdistFilename, InvalidWheelFilename):
        return False
    return found == version and any(map(_is_supported, tags))


def _is_supported(tag: Tag) -> bool:
    python = _CPYTHON.fullmatch(tag.interpreter)
    if python is None:
        return tag.interpreter.startswith("py3")
    return tag.abi == "abi3" or int(python.group(1)) >= OLDEST_PYTHON


def write(name: str, purpose: str, versions: Mapping[str, str], hashes: Mapping[str, Iterable[str]]) -> None:
    """Write a paragraph for each package below a line that explains the file."""
    lines = [f"# {purpose} Made with `make lock`."]
    for package in sorted(versions):
        pinned = [f"{package}=={versions[package]}", *(f"--hash=sha256:{sha256}" for sha256 in hashes.get(package, ()))]
        lines.append(" \\\n    ".join(pinned))
    (ROOT / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
