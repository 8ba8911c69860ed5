"""Converted models are kept from one run to the next; no path of a test's folder is cut by a narrow terminal."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("LECTERN_MODEL_CACHE", str(Path(__file__).resolve().parents[1] / "build" / "test-models"))
os.environ["COLUMNS"] = "250"
