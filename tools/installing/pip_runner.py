"""Runs the pip of an environment, says how far it is, and turns its failures into sentences."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.installing.errors import InstallationError, explain

LOG_NAME = "install.log"
STATUS_WIDTH = 78

_STEP = re.compile(r"^(?:Collecting|Downloading|Processing|Building wheel for|Installing collected packages)\b.{0,60}")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", re.MULTILINE)


def read_pins(lock: Path) -> dict[str, str]:
    """Name -> version of the packages that a lock file names; {} where there is no such file."""
    return dict(_PINNED.findall(lock.read_text(encoding="utf-8"))) if lock.exists() else {}


@dataclass(frozen=True, slots=True)
class Pip:
    """The pip of the environment in `venv`; what it prints goes to install.log there."""

    venv: Path

    @property
    def python(self) -> Path:
        """Return the environment's Python."""
        return self.venv / "bin" / "python"

    @property
    def log(self) -> Path:
        """Return the file with all that pip printed."""
        return self.venv / LOG_NAME

    def install(self, what: str, *arguments: str) -> None:
        """Run `pip install`; raises InstallationError with the cause.

        Nothing is compiled to bytecode ahead: Python does that for the modules that are used, a fifth of all.
        """
        self._run(what, "install", "--disable-pip-version-check", "--no-compile", *arguments)

    def uninstall(self, *names: str) -> None:
        """Remove packages; those that are not there are passed over."""
        if names:
            self._run(", ".join(names), "uninstall", "--yes", *names)

    def run_python(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python, without the folder of the script on its path, and return what it printed."""
        command = [str(self.python), "-I", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
        )

    def _run(self, what: str, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", *arguments]
        lines: list[str] = []
        with (
            self.log.open("a", encoding="utf-8") as log,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(),
                text=True,
                errors="replace",
            ) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.rstrip())
                log.write(line)
                _show_status(line)
        _show_status("")
        if process.returncode:
            raise InstallationError(f"{what} could not be installed. {explain(lines)} (All that pip said: {self.log})")


def _environment() -> Mapping[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PIP_NO_INPUT": "1", "PIP_PROGRESS_BAR": "off"}


def _show_status(line: str) -> None:
    """Overwrite the last line of a terminal with pip's step; an empty line clears it."""
    if not sys.stderr.isatty():
        return
    step = _STEP.match(line.strip())
    if step or not line:
        text = (step.group(0) if step else "")[:STATUS_WIDTH]
        sys.stderr.write(f"\r{text.ljust(STATUS_WIDTH)}" + ("" if step else "\r"))
        sys.stderr.flush()
