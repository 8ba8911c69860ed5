"""Installs Lectern into .venv: `make install`, or `python3 tools/install.py` where there is no make.

Needs nothing but Python. This file parses on older Pythons, so that they get a sentence and no traceback.
"""

import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
TRIED = ("python3.14", "python3.13", "python3.12", "python3.11")
"""Names under which a newer Python is looked for, when this one is too old."""


def refuse_old_python() -> None:
    """End with a sentence where this Python is too old."""
    if sys.version_info[:2] >= OLDEST:
        return
    newer = next((name for name in TRIED if starts(name)), "")
    remedy = f"run `make install PYTHON={newer}` or `{newer} tools/install.py`" if newer else "install a newer one"
    have, want = (".".join(map(str, version)) for version in (sys.version_info[:2], OLDEST))
    sys.exit(f"Lectern needs Python {want} or newer, and this is Python {have}: {remedy}.")


def starts(program: str) -> bool:
    """Tell whether a Python is there under a name; version managers have names for what is not."""
    try:
        return subprocess.call([program, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    refuse_old_python()
    if sys.platform == "win32":
        sys.exit("Lectern runs on Linux and macOS. On Windows, use it in WSL 2 or in its container: see README.md.")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tools.installing.main import main

    sys.exit(main(sys.argv[1:]))
