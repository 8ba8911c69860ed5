"""Work on an index that is cut off at random points, by a kill or a bad disk, loses, doubles and mixes nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.integration.killing import FAULTS, WORKS
from tests.paths import CHECKOUT

pytestmark = pytest.mark.embedded_only("makes the parts of an index in the home itself")

PROJECT = CHECKOUT

TRIALS = 1
"""For each of five kinds of work and each fault; `python -m benchmarks.crashes` tries as many as wanted."""


@pytest.mark.skipif(
    os.environ.get("LECTERN_TEST_KILLS") != "all",
    reason="test_crashes.py kills at seeded steps: LECTERN_TEST_KILLS=all tries random points and bad disks too",
)
@pytest.mark.timeout(1_200)
def test_work_cut_off_at_random_points_is_finished_by_the_next_run() -> None:
    """In a process of its own: the trials fork it, which a process that has run Chroma must not be."""
    command = [sys.executable, "-m", "benchmarks.crashes", "--trials", str(TRIALS)]
    tried = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=1_000, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert f"| all | {len(WORKS) * len(FAULTS)} |" in tried.stdout
