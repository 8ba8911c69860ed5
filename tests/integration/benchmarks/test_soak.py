"""The soak of `benchmarks/soak.py` in its short form: many requests, a kill in the middle, nothing lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.soak import run_soak
from tests.integration.app.cli.test_cli import CHECKOUT, plain_environment

__all__ = ["plain_environment"]

PROGRAM = (sys.executable, "-m", "tests.integration.faked_program")


def test_nothing_that_was_promised_is_lost_or_doubled_by_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    tally, amiss = run_soak(tmp_path, requests=80, clients=4, kills=1, program=PROGRAM)
    assert amiss == []
    assert sum(map(len, tally.seconds.values())) + tally.cut_off.total() == 80
