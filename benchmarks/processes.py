"""Runs a program in its own process and measures its time and the memory of its whole tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

SAMPLE_SECONDS = 0.1
"""Often enough to catch a peak of a run of many seconds, at about 1 % of one core."""
DONE_CODES = (0, 1)
"""Lectern ends with 1 when it is done but some files failed."""
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "TQDM_DISABLE": "1",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The JSON a program printed, its wall seconds from start to exit and the peak of its tree in MiB."""

    output: Any
    seconds: float
    peak_mib: float


def run_measured(command: Sequence[str]) -> Measured:
    """Run `command`, which prints JSON and nothing else, to its end. Exits with its error output when it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        # Each home measured keeps its own converted models.
        environment = {name: value for name, value in os.environ.items() if name != "LECTERN_MODEL_CACHE"} | OFFLINE
        with subprocess.Popen(command, stdout=output, stderr=errors, env=environment) as process:
            watch = _MemoryWatch(process.pid)
            code = process.wait()
            seconds = time.perf_counter() - started
            peak = watch.stop()
        output.seek(0)
        errors.seek(0)
        if code not in DONE_CODES:
            sys.exit(f"{' '.join(command)} ended with {code}:\n{errors.read().decode(errors='replace')[-3000:]}")
        return Measured(_parse(output.read().decode("utf-8"), command), seconds, peak)


def lectern_program(given: Path | None) -> str:
    """Return the program to measure: the one given, or the one installed beside this Python."""
    program = given or Path(sys.executable).with_name("lectern")
    if not program.exists():
        sys.exit(f"{program} does not exist. Run `make install`, or name the program with --lectern.")
    return str(program)


def _parse(text: str, command: Sequence[str]) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        sys.exit(f"{' '.join(command)} did not print JSON: {error}")


class _MemoryWatch:
    """Samples the memory of a process and its children in a thread until stopped."""

    def __init__(self, process_id: int) -> None:
        self._process_id = process_id
        self._peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """End the sampling; the peak in MiB."""
        self._stop.set()
        self._thread.join()
        return self._peak / 2**20

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._peak = max(self._peak, _tree_bytes(self._process_id))


def _tree_bytes(process_id: int) -> int:
    try:
        root = psutil.Process(process_id)
        return sum(_process_bytes(process) for process in (root, *root.children(recursive=True)))
    except psutil.Error:
        return 0


def _process_bytes(process: psutil.Process) -> int:
    """Return the proportional set size, which counts shared pages once, where the system tells it; else the resident
    size."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", 0) or memory.rss)
