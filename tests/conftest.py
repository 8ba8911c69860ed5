"""Converted models and bytecode are kept from one run to the next; no path of a test's folder is cut by a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("LECTERN_MODEL_CACHE", str(Path(__file__).resolve().parents[1] / "build" / "test-models"))
os.environ["COLUMNS"] = "250"

# Images often forbid the writing of bytecode. The tests start hundreds of processes, each of which would spend half
# a second or more on compiling what the one before has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
