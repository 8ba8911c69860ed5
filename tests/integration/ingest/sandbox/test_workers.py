"""A task that crashes, hangs, swells or chatters in a worker takes nothing else with it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from ingest.parsing import WorkerPool
from rag.errors import ParseError, TimedOutError

MEMORY = 512 * 1024**2


def crash() -> None:
    ctypes.string_at(0)


def hang() -> None:
    while True:
        pass


def swell() -> int:
    return len(bytearray(4 * MEMORY))


def fail() -> None:
    raise ValueError("the secret of page 7")


def refuse() -> None:
    raise ParseError("x.pdf is broken.", "Mend it.")


def connect() -> None:
    with socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))


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


def double(number: int) -> int:
    return 2 * number


def chatter() -> str:
    os.write(1, b"to stdout")
    os.write(2, b"to stderr")
    return str(Path.cwd())


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(workers=2, seconds_per_file=2, memory_bytes=MEMORY, preload=("ingest.sandbox.workers",)) as started:
        yield started


@pytest.mark.parametrize(
    ("task", "reason"),
    [(crash, "crashed"), (hang, "longer than 2 seconds"), (swell, "memory"), (fail, "ValueError"),
     (connect, "PermissionError"), (refuse, "x.pdf is broken")],
)  # fmt: skip
def test_every_failure_is_a_parse_error_and_the_next_task_runs(
    pool: WorkerPool, task: Callable[[], object], reason: str
) -> None:
    failed = pool.submit(task)
    with pytest.raises(ParseError, match=reason) as caught:
        failed.result(timeout=30)
    assert caught.value.remedy
    assert "secret" not in str(caught.value)
    assert pool.submit(double, 21).result(timeout=30) == 42


def test_a_callback_is_called_once_a_task_is_done(pool: WorkerPool) -> None:
    seen: SimpleQueue[int] = SimpleQueue()
    pool.submit(double, 4).add_done_callback(lambda done: seen.put(done.result()))
    assert seen.get(timeout=30) == 8
    assert seen.empty()


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


def test_a_task_that_ran_out_of_time_succeeds_with_more_of_it(pool: WorkerPool) -> None:
    with pytest.raises(TimedOutError, match=r"longer than 0\.5 seconds"):
        pool.submit_within(0.5, time.sleep, 2.5).result()
    assert pool.submit_within(60, time.sleep, 2.5).result() is None


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
