"""Installs lock files by uv, in a tenth of pip's processor time, from where pip is configured to look.

uv lies in a folder of its own for as long as it is used, so that nothing of it stays in the environment. Where it
cannot be had, or fails, pip does its work and explains what is wrong.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.installing.errors import InstallationError
from tools.installing.pip_runner import Pip

FOLDER = "installer"

FLAGS = {
    "index-url": "--default-index",
    "extra-index-url": "--extra-index-url",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}
"""Settings of pip -> options of uv that take the same values, one each."""

SWITCHES = {"no-index": "--no-index", "no-cache-dir": "--no-cache"}

VARIABLES = {"cert": "SSL_CERT_FILE", "client-cert": "SSL_CLIENT_CERT", "proxy": "ALL_PROXY"}
"""Settings of pip -> variables by which uv is told the same."""

PRECEDENCE = ("global", "install", ":env:")
"""Sections of `pip config list`; what a later one says counts."""

TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Uv:
    """The program uv for one environment; what it prints goes to the log of pip."""

    program: Path
    pip: Pip
    options: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()

    def install(self, lock: Path) -> bool:
        """Install what a lock file names, by its hashes; False where that failed."""
        command = [str(self.program), "pip", "install", "--python", str(self.pip.python), "--no-deps"]
        # All indexes are equal, as for pip: hashes say which file is meant.
        command += ["--require-hashes", "--index-strategy", "unsafe-best-match", *self.options]
        with self.pip.log.open("a", encoding="utf-8") as log:
            # On a terminal it draws its own progress.
            said = None if sys.stderr.isatty() else log
            environment = {**os.environ, **dict(self.variables)}
            try:
                done = subprocess.run(
                    [*command, "--requirement", str(lock)],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=said, env=environment, check=False,
                )  # fmt: skip
            except OSError as error:  # It was built for another system.
                log.write(f"uv cannot be started: {error}\n")
                return False
        return done.returncode == 0


@contextmanager
def uv_of(pip: Pip, lock: Path) -> Iterator[Uv | None]:
    """Give uv in the version of its lock file within the block; None where it cannot be had."""
    folder = pip.venv / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield _fetch(pip, lock, folder) if lock.exists() else None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetch(pip: Pip, lock: Path, folder: Path) -> Uv | None:
    try:
        pip.install("uv", "--no-deps", "--require-hashes", "--target", str(folder), "--requirement", str(lock))
    except InstallationError:
        return None
    told = pip.run_python("-m", "pip", "config", "list")
    settings = read_settings(told.stdout)
    return Uv(folder / "bin" / "uv", pip, options_of(settings), tuple(variables_of(settings).items()))


def read_settings(told: str) -> Mapping[str, str]:
    """Return the settings that count for an installation from what `pip config list` prints."""
    sections: dict[str, dict[str, str]] = {section: {} for section in PRECEDENCE}
    for line in told.splitlines():
        name, _, value = line.partition("=")
        section, _, setting = name.rpartition(".")
        if section in sections:
            sections[section][setting] = str(ast.literal_eval(value))
    return {setting: value for section in PRECEDENCE for setting, value in sections[section].items()}


def options_of(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the options by which uv is told what pip's settings say."""
    options: list[str] = []
    for setting, flag in FLAGS.items():
        for value in settings.get(setting, "").split():
            options += [flag, value]
    return (*options, *(switch for name, switch in SWITCHES.items() if settings.get(name, "").lower() in TRUE))


def variables_of(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which uv is told what pip's settings say."""
    return {variable: settings[setting] for setting, variable in VARIABLES.items() if settings.get(setting)}
