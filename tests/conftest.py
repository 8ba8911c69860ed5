"""Converted models are kept from one run to the next; tests of the conversion have folders of their own."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("LECTERN_MODEL_CACHE", str(Path(__file__).resolve().parents[1] / "build" / "test-models"))
