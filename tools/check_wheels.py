"""Checks that every locked package can be installed without a compiler on every system named: a part of `make check`.

Systems: CPython 3.11 to 3.14 on Linux x86-64 and aarch64 with glibc 2.35 or later (Debian 12, Ubuntu 22.04) and on
macOS 14 or later on Apple's processors. Each locked version needs a wheel for each of them on the index, or one of pure
Python. The locks are made on one system; that no other needs a package that they do not name is checked too, by the
requirements of the installed packages. Where the index cannot be reached, that is said, and the check passes.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from tools.installing.pip_runner import read_pins
from tools.installing.place import ROOT
from tools.left_out import LEFT_OUT

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")
LOCKS = ("requirements.lock", "requirements-models.lock", "requirements-torch.lock", "requirements-dev.lock")

OLDEST_PATCHES = {11: 2, 12: 0, 13: 0, 14: 0}
"""Minor version of Python 3 -> the oldest patch that people have: Debian 12 comes with 3.11.2."""
NEWEST_GLIBC = 35
MACOS = (14, 0)

LOOK_UP_SECONDS = 60
LOOK_UPS_AT_ONCE = 8

CAPPED = {
    "unstructured": "caps Python for spaCy's and numba's sake, which are left out; tools/install.py sets it aside"
}
"""Packages that declare too narrow a range of Pythons, and why the rest of the range works."""

PURE_SOURCES = frozenset({"langdetect", "odfpy"})
"""Packages of pure Python of which the index has only the source: pip makes a wheel of it, without a compiler."""

STAND_INS = {"opencv-python": "opencv-python-headless"}


@dataclass(frozen=True)
class System:
    """A Python on a kind of machine."""

    minor: int
    platform: str
    machine: str

    def __str__(self) -> str:
        return f"CPython 3.{self.minor} on {'macOS' if self.platform == 'darwin' else 'Linux'} {self.machine}"

    @property
    def python(self) -> str:
        """Return the full version of the oldest Python meant."""
        return f"3.{self.minor}.{OLDEST_PATCHES[self.minor]}"

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """Return the tags of the wheels that can be installed there."""
        platforms = list(self._platforms())
        version = (3, self.minor)
        interpreter = f"cp3{self.minor}"
        return frozenset(
            [*cpython_tags(version, platforms=platforms), *compatible_tags(version, interpreter, platforms=platforms)]
        )

    def _platforms(self) -> Iterator[str]:
        if self.platform == "darwin":
            yield from mac_platforms(MACOS, self.machine)
            return
        for minor in range(NEWEST_GLIBC, 4, -1):
            yield f"manylinux_2_{minor}_{self.machine}"
        yield from (f"{name}_{self.machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1", "linux"))

    @property
    def markers(self) -> dict[str, str]:
        """Return what the markers of requirements are compared with."""
        return {
            "python_version": f"3.{self.minor}",
            "python_full_version": self.python,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "os_name": "posix",
            "sys_platform": self.platform,
            "platform_system": "Darwin" if self.platform == "darwin" else "Linux",
            "platform_machine": self.machine,
            "extra": "",
        }


SYSTEMS = tuple(
    System(minor, platform, machine)
    for minor in OLDEST_PATCHES
    for platform, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))
)


def main() -> int:
    """Print what is missing where; returns the exit code."""
    pins = {name: version for lock in LOCKS for name, version in read_pins(ROOT / lock).items()}
    try:
        with ThreadPoolExecutor(LOOK_UPS_AT_ONCE) as pool:
            pages = dict(zip(pins, pool.map(read_page, pins), strict=True))
    except (OSError, ValueError) as error:
        sys.stdout.write(f"wheels: skipped, as the index {INDEX} cannot be read here ({error}).\n")
        return 0
    missing = [*list_missing_wheels(pins, pages), *list_missing_requirements(pins)]
    sys.stdout.write("".join(f"{line}\n" for line in missing))
    if not missing:
        sys.stdout.write(f"wheels: all {len(pins)} locked packages have one for each of {len(SYSTEMS)} systems.\n")
    return 1 if missing else 0


def read_page(name: str) -> dict[str, Any]:
    """Return the files of a package on the index (PEP 691). Raises OSError or ValueError where it cannot be read."""
    headers = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request(f"{INDEX.rstrip('/')}/{name}/", headers=headers)
    with urllib.request.urlopen(request, timeout=LOOK_UP_SECONDS) as response:
        page: dict[str, Any] = json.load(response)
    return page


def list_missing_wheels(pins: Mapping[str, str], pages: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield one line for each package that some system would have to compile."""
    for name, pinned in pins.items():
        if name in PURE_SOURCES:
            continue
        wheels = list(_wheels(pages[name]["files"], Version(pinned)))
        capped = name in CAPPED
        lacking = [str(system) for system in SYSTEMS if not any(_fits(wheel, system, capped) for wheel in wheels)]
        if lacking:
            yield f"{name} {pinned} has no wheel for {', '.join(lacking)}. Choose another version or another library."


def _wheels(files: Iterable[Mapping[str, Any]], version: Version) -> Iterator[tuple[frozenset[Tag], SpecifierSet]]:
    for file in files:
        try:
            _, found, _, tags = parse_wheel_filename(file["filename"])
        except InvalidWheelFilename:
            continue
        if found == version and not file.get("yanked"):
            yield tags, SpecifierSet(file.get("requires-python") or "")


def _fits(wheel: tuple[frozenset[Tag], SpecifierSet], system: System, capped: bool) -> bool:
    tags, pythons = wheel
    return bool(tags & system.tags) and (capped or pythons.contains(system.python))


def list_missing_requirements(pins: Mapping[str, str]) -> Iterator[str]:
    """Yield one line for each requirement of an installed package that another system has and the lock files do not."""
    for name in pins:
        try:
            lines = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, lines):
            needed = canonicalize_name(requirement.name)
            needed = STAND_INS.get(needed, needed)
            if requirement.marker is None or needed in pins or needed in LEFT_OUT:
                continue
            where = [str(system) for system in SYSTEMS if requirement.marker.evaluate(system.markers)]
            if where and not re.match("nvidia|cuda|triton", needed):
                yield f"{name} needs {requirement.name} for {', '.join(where)}, and no lock file names it."


if __name__ == "__main__":
    sys.exit(main())
