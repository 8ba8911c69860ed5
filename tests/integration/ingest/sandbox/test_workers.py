"""A task that crashes, hangs, swells or chatters in a worker takes nothing else with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.parsing import WorkerPool
from ingest.protocols import ReadingPool
from tests.integration.ingest.sandbox.pool_contract import MEMORY, PoolContract, double, hang


def scratch_folder() -> str:
    return os.environ["TMPDIR"]


def nap_the_first_time(marker: str) -> str:
    if Path(marker).exists():
        return "awake"
    Path(marker).touch()
    time.sleep(60)
    return "slept on"


def has_imported(name: str) -> bool:
    return name in sys.modules


def chatter() -> str:
    os.write(1, b"to stdout")
    os.write(2, b"to stderr")
    return str(Path.cwd())


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with WorkerPool(workers=2, seconds_per_file=2, memory_bytes=MEMORY, preload=("ingest.sandbox.workers",)) as started:
        yield started


class TestWorkerPool(PoolContract):
    """On this machine."""


def test_stopping_kills_hanging_workers_at_once_and_removes_their_folder() -> None:
    pool = WorkerPool(workers=1, seconds_per_file=60, memory_bytes=MEMORY, preload=("ingest.sandbox.workers",))
    folder = Path(pool.submit(chatter).result(timeout=30)).parent
    assert folder.exists()
    running, waiting = pool.submit(hang), pool.submit(hang)
    time.sleep(0.3)
    started = time.monotonic()
    pool.stop()
    assert time.monotonic() - started < 30  # Half of what a file may take.
    assert running.cancelled()
    assert waiting.cancelled()
    assert not folder.exists()


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.1, 0.5])
def test_a_worker_killed_while_it_waits_for_work_is_replaced(pause: float) -> None:
    with WorkerPool(workers=1, seconds_per_file=20, memory_bytes=MEMORY, preload=("ingest.sandbox.workers",)) as own:
        for number in range(3):
            os.kill(own.submit(os.getpid).result(timeout=30), signal.SIGKILL)
            time.sleep(pause)
            assert own.submit(double, number).result(timeout=30) == 2 * number


def test_nothing_a_worker_prints_reaches_the_terminal() -> None:
    script = (
        "from ingest.parsing import WorkerPool\n"
        "from tests.integration.ingest.sandbox.test_workers import chatter\n"
        "if __name__ == '__main__':\n"
        "    with WorkerPool(workers=1, seconds_per_file=9, memory_bytes=2**29) as pool:\n"
        "        pool.submit(chatter).result()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_task_that_only_the_clock_or_a_sleeping_machine_made_late_is_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with WorkerPool(workers=1, seconds_per_file=50, memory_bytes=MEMORY, preload=("ingest.sandbox.workers",)) as own:
        # A worker may write nowhere else.
        marker = Path(own.submit(scratch_folder).result(timeout=30), "napping")
        running = own.submit(nap_the_first_time, str(marker))
        while not marker.exists():
            assert not running.done()
            time.sleep(0.02)
        today = time.time
        monkeypatch.setattr(time, "time", lambda: today() + 24 * 3600)
        assert running.result(timeout=45) == "awake"


def test_workers_are_forked_from_a_process_that_was_started_early_and_has_the_parsers() -> None:
    code = (
        "from ingest.sandbox.workers import WorkerPool, start_fork_server\n"
        "from tests.integration.ingest.sandbox.test_workers import has_imported\n"
        "start_fork_server()\n"
        "with WorkerPool(workers=1, seconds_per_file=60, memory_bytes=2**29) as pool:\n"
        "    print([pool.submit(has_imported, name).result() for name in ('pypdfium2', 'langdetect', 'chromadb')])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout.strip() == "[True, True, False]", ended.stderr


def test_workers_start_where_temporary_files_have_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    code = (
        "from tests.integration.ingest.sandbox.test_workers import double\n"
        "from ingest.parsing import WorkerPool\n"
        "from ingest.sandbox.socket_folder import remove_socket_folders\n"
        "with WorkerPool(workers=1, seconds_per_file=60, memory_bytes=1 << 29) as pool:\n"
        "    print(pool.submit(double, 21).result())\n"
        "remove_socket_folders()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "42\n", done.stderr
