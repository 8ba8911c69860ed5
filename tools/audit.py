"""Looks the locked versions up among known vulnerabilities with pip-audit: `make audit`, a part of `make check`.

pip-audit lives in an environment of its own, so that what it needs is not installed beside Lectern. Where the package
index or its list of vulnerabilities cannot be reached, that is said, and the check passes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "build" / "audit"

PIP_AUDIT = "pip-audit>=2.7,<3"

LOCKS = (
    "requirements.lock",
    "requirements-models.lock",
    "requirements-torch.lock",
    "requirements-dev.lock",
    "requirements-uv.lock",
    "requirements-fuzz.lock",
)

INSTALL_SECONDS = 300
AUDIT_SECONDS = 180
"""Each version is one look-up, here of a quarter of a second."""

EXIT_VULNERABLE = 1

_PINNED = re.compile(r"^[A-Za-z0-9._-]+==[^\s\\;]+", re.MULTILINE)


def main() -> int:
    """Print what is known to be vulnerable; returns the exit code."""
    try:
        report = json.loads(audit(install()))
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        sys.stdout.write(f"audit: skipped, as known vulnerabilities cannot be looked up here ({explain(error)}).\n")
        return 0
    found = list_vulnerable(report)
    sys.stdout.write("".join(f"{line}\n" for line in found) or "audit: no known vulnerabilities.\n")
    return EXIT_VULNERABLE if found else 0


def install() -> Path:
    """Return the program, installed when it is not yet. Raises subprocess.SubprocessError."""
    program = ENVIRONMENT / "bin" / "pip-audit"
    if not program.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        _run(ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet", PIP_AUDIT, seconds=INSTALL_SECONDS)
    return program


def audit(program: Path) -> str:
    """Return pip-audit's report as JSON. Raises subprocess.SubprocessError."""
    pinned = [line for name in LOCKS if (ROOT / name).exists() for line in _PINNED.findall((ROOT / name).read_text())]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pinned) + "\n")
        file.flush()
        options = ("--format", "json", "--progress-spinner", "off", "--no-deps", "--disable-pip")
        return _run(program, *options, "--requirement", file.name, seconds=AUDIT_SECONDS, may_fail=True)


def list_vulnerable(report: dict[str, Any]) -> list[str]:
    """Return one line for each known vulnerability."""
    return [
        f"{package['name']} {package['version']}: {known['id']}, fixed in {', '.join(known['fix_versions']) or 'none'}"
        for package in report["dependencies"]
        for known in package.get("vulns", ())
    ]


def explain(error: Exception) -> str:
    """Return the last thing that a program said, else the error's name."""
    said = getattr(error, "stderr", None) or ""
    lines = [line for line in (said.decode() if isinstance(said, bytes) else said).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else type(error).__name__


def _run(program: Path, *arguments: str, seconds: float, may_fail: bool = False) -> str:
    """Return what a program prints. With `may_fail` its exit code means nothing, as long as it prints something."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode and not (may_fail and done.stdout.strip()):
        raise subprocess.CalledProcessError(done.returncode, [program], done.stdout, done.stderr)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
