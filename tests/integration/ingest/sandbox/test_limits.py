"""What code inside a worker may not do, whoever wrote it: the kernel refuses, not the catalogue."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.sandbox.limits import OPEN_FILES, SCRATCH_FILE_BYTES
from ingest.sandbox.scratch import PREFIX, ScratchFolder, sweep_scratch
from ingest.sandbox.workers import WorkerPool
from rag.errors import ParseError
from tests.paths import CHECKOUT


def has_landlock() -> bool:
    """Tell whether this kernel has landlock and seccomp, asked in a process of its own: neither can be undone."""
    script = (
        "import tempfile; from pathlib import Path\n"
        "from ingest.sandbox.landlock import restrict_system_calls, restrict_writes\n"
        "held = restrict_writes(Path(tempfile.gettempdir())) and restrict_system_calls(unix_sockets=False)\n"
        "raise SystemExit(not held)"
    )
    return subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, check=False).returncode == 0


needs_fences = pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock or no seccomp filters")


def write_to(path: str) -> None:
    Path(path).write_text("escaped")


def write_to_scratch() -> str:
    with tempfile.NamedTemporaryFile("w", delete=False) as stream:
        stream.write("kept inside")
    return Path(stream.name).read_text()


def write_by_shell(path: str) -> int:
    return subprocess.run(["sh", "-c", f"echo escaped > '{path}'"], check=False).returncode


def delete(path: str) -> None:
    Path(path).unlink()


def open_datagram_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def open_raw_socket() -> int:
    """By the C library, past Python's own guard."""
    return ctypes.CDLL(None).socket(socket.AF_INET, socket.SOCK_STREAM, 0)


def signal_process(process: int) -> None:
    os.kill(process, signal.SIGTERM)


def open_many_files() -> int:
    files = []
    try:
        while True:
            files.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return len(files)
    finally:
        for file in files:
            os.close(file)


def limits() -> list[int]:
    return [resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)]


def processor_limit() -> int:
    return resource.getrlimit(resource.RLIMIT_CPU)[0]


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(workers=1, seconds_per_file=20, memory_bytes=2**29, preload=("ingest.sandbox.workers",)) as started:
        yield started


@needs_fences
@pytest.mark.parametrize("task", [write_to, delete])
def test_nothing_outside_the_scratch_folder_can_be_written_or_deleted(
    pool: WorkerPool, tmp_path: Path, task: Callable[[str], None]
) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("whole")
    with pytest.raises(ParseError, match="PermissionError"):
        pool.submit(task, str(victim)).result(timeout=30)
    assert victim.read_text() == "whole"


@needs_fences
def test_a_program_that_a_worker_starts_is_caged_with_it(pool: WorkerPool, tmp_path: Path) -> None:
    assert pool.submit(write_by_shell, str(tmp_path / "new.txt")).result(timeout=30) != 0
    assert not (tmp_path / "new.txt").exists()


def test_the_scratch_folder_can_be_written(pool: WorkerPool) -> None:
    assert pool.submit(write_to_scratch).result(timeout=30) == "kept inside"


@needs_fences
def test_no_socket_can_be_opened_not_even_past_python(pool: WorkerPool) -> None:
    with pytest.raises(ParseError, match="PermissionError"):
        pool.submit(open_datagram_socket).result(timeout=30)
    assert pool.submit(open_raw_socket).result(timeout=30) == -1


@needs_fences
def test_no_process_outside_can_be_signalled(pool: WorkerPool) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        try:
            with pytest.raises(ParseError, match="PermissionError"):
                pool.submit(signal_process, bystander.pid).result(timeout=30)
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_open_files_the_size_of_files_and_processor_time_are_limited(pool: WorkerPool) -> None:
    assert pool.submit(open_many_files).result(timeout=30) < OPEN_FILES
    assert pool.submit(limits).result(timeout=30) == [SCRATCH_FILE_BYTES, 0]
    assert 0 < pool.submit(processor_limit).result(timeout=30) < 300


# --- scratch folders ---

HOLD_A_POOL = """
import time
from ingest.sandbox.workers import WorkerPool
from tests.integration.ingest.sandbox.test_limits import write_to_scratch
if __name__ == "__main__":
    pool = WorkerPool(workers=1, seconds_per_file=60, memory_bytes=2**29, preload=("ingest.sandbox.workers",))
    pool.submit(write_to_scratch).result()
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def scratch_folders(temporary: Path) -> list[Path]:
    return list(temporary.glob(f"{PREFIX}*"))


def test_the_scratch_folder_of_a_killed_process_is_removed_at_the_next_start_and_not_before(temporary: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_A_POOL], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        (held,) = scratch_folders(temporary)
        sweep_scratch()
        assert held.is_dir()
        process.kill()
    assert scratch_folders(temporary) == [held]
    ScratchFolder().remove()
    assert scratch_folders(temporary) == []


def test_links_and_files_of_that_name_are_left_alone(temporary: Path) -> None:
    other = temporary / "other"
    other.mkdir()
    (other / "file").write_text("whole")
    (temporary / f"{PREFIX}link").symlink_to(other)
    (temporary / f"{PREFIX}file").write_text("whole")
    sweep_scratch()
    assert (other / "file").read_text() == "whole"
    assert (temporary / f"{PREFIX}file").exists()
