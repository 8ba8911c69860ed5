"""The place of an installation: writable, with room on the disk, and used by one installation at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.installing.errors import InstallationError

ROOT = Path(__file__).resolve().parents[2]

NEEDED_MB = {"product": 2000, "torch": 1000, "CUDA": 6500, "tests": 500}
"""The most that each part takes on the disk while it is installed, measured with downloads and unpacked files."""

TEMPORARY_MB = 300
"""pip downloads the largest wheel here before it unpacks it."""


def require_writable(folder: Path) -> None:
    """Raise InstallationError where no file can be made in a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InstallationError(
            f"{folder} cannot be written to ({error.strerror}). Copy the checkout to a folder of your own and install "
            "there."
        ) from error


def require_space(folder: Path, needed_mb: int, free_mb: Callable[[Path], int] | None = None) -> None:
    """Raise InstallationError where a folder or the one for temporary files has too little room."""
    measure = free_mb or _free_mb
    for place, needed in ((folder, needed_mb), (Path(tempfile.gettempdir()), TEMPORARY_MB)):
        if (free := measure(place)) < needed:
            raise InstallationError(
                f"{place} has {free:,} MB free and the installation needs {needed:,} MB there. Free some space, or put "
                f"{'the checkout on another disk' if place == folder else 'temporary files elsewhere (TMPDIR=FOLDER)'}."
            )


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 1_000_000


@contextmanager
def one_at_a_time(venv: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other installation works on this environment; hold it until the end of the block."""
    with (venv.parent / f"{venv.name}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            say(f"Another installation (process {file.read().strip() or 'unknown'}) works on {venv}: waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def make_environment(venv: Path) -> Path:
    """Make a virtual environment, or keep one that works and is of this Python; returns its Python."""
    python = venv / "bin" / "python"
    if _works(python):
        return python
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        said = (made.stdout + made.stderr).strip()
        if "ensurepip" in said:
            raise InstallationError(
                f"This Python cannot make virtual environments. On Debian and Ubuntu: `apt install "
                f"python{sys.version_info[0]}.{sys.version_info[1]}-venv`; then run the installation again."
            )
        last = said.splitlines()[-1] if said else "venv printed nothing"
        raise InstallationError(f"The virtual environment {venv} could not be made: {last}")
    return python


def _works(python: Path) -> bool:
    """Tell whether an environment's Python starts, has pip and is of the version that installs now."""
    ask = "import pip, sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.split() == [str(part) for part in sys.version_info[:2]]
