"""Writes requirements.lock and requirements-dev.lock from what is installed: `make lock`.

Not with pip freeze: the two files hold exactly what pyproject.toml asks for, with all that that needs, and the torch
version without the suffix that tells a CPU build from another.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

STAND_INS = {"opencv-python": "opencv-python-headless"}
"""What is installed in place of what is asked for: OpenCV's windows need system libraries that servers lack."""

LEFT_OUT = {"openvino-telemetry"}
"""What is asked for and not installed: it reports usage, and OpenVINO works without."""

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = installed_versions(project["dependencies"])
    development = installed_versions(project["optional-dependencies"]["dev"])
    write("requirements.lock", "The versions Lectern is tested with.", runtime)
    extra = {name: version for name, version in development.items() if name not in runtime}
    write("requirements-dev.lock", "What tests, checks and benchmarks need besides requirements.lock.", extra)


def installed_versions(requirements: Iterable[str]) -> dict[str, str]:
    """Name -> version of the requirements and of all that they need here."""
    versions: dict[str, str] = {}
    done: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *requirement.extras):
            name = normalise(requirement.name)
            name = STAND_INS.get(name, name)
            if (name, extra) in done or name in LEFT_OUT:
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
    """A package name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def write(name: str, purpose: str, versions: dict[str, str]) -> None:
    """One line a package under a line that says what the file is."""
    lines = [f"# {purpose} Made with `make lock`.", *(f"{name}=={versions[name]}" for name in sorted(versions))]
    (ROOT / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
