"""`lectern serve` as a process: its address, its lock, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.service.lock import owner_address
from tests.integration.app.cli.test_cli import CLOSED_PORT, plain_environment, start_process
from tests.integration.engines import IS_ON

LONG_TEXT = "\n\n".join(f"Entry {number} of the log of the lighthouse of Brennick." for number in range(500))

__all__ = ["plain_environment"]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files, with a path that is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="lectern-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def server(home: Path, temporary: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    with running_server(home, TMPDIR=str(temporary)) as running:
        yield running


@pytest.fixture(scope="module")
def shared_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that is started once."""
    home = tmp_path_factory.mktemp("shared") / "home"
    with running_server(home, LECTERN_OLLAMA_URL=CLOSED_PORT, LECTERN_WORKERS="1") as (_, address):
        yield address


@contextmanager
def running_server(home: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = start_process("serve", "--port", "0", "--home", home, settings=settings)
    try:
        assert process.stderr is not None
        told = ""
        while not (found := re.search(r"http://\S+:\d+", told)):
            line = process.stderr.readline()
            assert line, f"the server ended: {told}"
            told += line
        yield process, found.group()
    finally:
        process.kill()
        process.communicate()


def test_the_server_tells_where_it_answers_and_ends_well_on_sigterm(
    server: tuple[subprocess.Popen[str], str], home: Path
) -> None:
    process, address = server
    assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
    assert owner_address(home) == address
    owner = json.loads((home / "owner.json").read_text())
    assert (owner["process"], owner["command"]) == (process.pid, "serve")
    refused = start_process("restore", home / "any.backup", "--home", home)
    reason = "The catalogue is on PostgreSQL" if IS_ON else f"in use by `lectern serve` (process {process.pid}"
    assert reason in " ".join(refused.communicate(timeout=60)[1].split())
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert not (home / "owner.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_told_to_end_in_the_middle_of_a_sync_stops_it_and_is_gone(
    server: tuple[subprocess.Popen[str], str], folder: Path, home: Path, temporary: Path, number: signal.Signals
) -> None:
    process, address = server
    for file in range(60):
        (folder / f"{file}.txt").write_text(LONG_TEXT)
    run = httpx.post(f"{address}/sync", json={"folder": str(folder)}, timeout=60).json()["id"]
    while not ((job := httpx.get(f"{address}/jobs/{run}", timeout=60).json())["progress"] or {}).get("files_done"):
        assert not job["finished_at"], job
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(timeout=60) == 0
    assert list(temporary.glob("pymp-*")) == []
    again = start_process("status", "--home", home, "--json")
    status = json.loads(again.communicate(timeout=60)[0])
    assert status["runs"][0]["outcome"] == "stopped"


def test_a_server_with_a_request_that_hangs_ends_all_the_same(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
        connection.sendall(head)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_beyond_this_machine_it_serves_only_with_tokens_and_not_where_another_listens(
    shared_address: str, tmp_path: Path
) -> None:
    open_to_all = start_process("serve", "--host", "0.0.0.0", "--port", "0", "--home", tmp_path / "other")
    _, complaints = open_to_all.communicate(timeout=60)
    assert open_to_all.returncode == 2
    assert "there is no valid token" in " ".join(complaints.split())
    taken = start_process("serve", "--port", shared_address.rsplit(":", 1)[1], "--home", tmp_path / "other")
    _, complaints = taken.communicate(timeout=60)
    assert taken.returncode == 2
    assert "cannot listen" in " ".join(complaints.split())
    assert os.listdir(tmp_path / "other") != []  # noqa: PTH208


@pytest.fixture
def registered(shared_address: str, folder: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Registers the folder, with one document in it, for a collection; it is forgotten in the end."""
    (folder / "light.txt").write_text("The lamp flashes three times.")
    with httpx.Client(base_url=shared_address, timeout=60) as client:
        known: list[dict[str, Any]] = []

        def register(**how: object) -> dict[str, Any]:
            added = client.post("/folders", json={"path": str(folder), **how})
            assert added.status_code == 201, added.text
            known.append(added.json())
            return known[-1]

        yield register
        for one in known:
            client.delete(f"/folders/{one['id']}").raise_for_status()


def test_a_registered_folder_is_synced_by_the_server(
    registered: Callable[..., dict[str, Any]], shared_address: str
) -> None:
    place = f"{shared_address}/folders/{registered(collection='kept', every='1h')['id']}"
    while not (shown := httpx.get(place, timeout=60).json())["last_outcome"] or shown["state"] == "running":
        time.sleep(0.05)
    assert shown["last_outcome"] == "done"
    collections = httpx.get(f"{shared_address}/collections", timeout=60).json()["collections"]
    assert [one["documents"] for one in collections if one["name"] == "kept"] == [1]


def test_a_watched_folder_is_synced_again_by_the_server_when_a_file_changes(
    registered: Callable[..., dict[str, Any]], shared_address: str, folder: Path
) -> None:
    registered(collection="watched", watch=True)
    wait_for_documents(shared_address, "watched", ["light.txt"])
    (folder / "bakery.txt").write_text("The bakery opens at six.")
    wait_for_documents(shared_address, "watched", ["bakery.txt", "light.txt"])
    (folder / "light.txt").unlink()
    wait_for_documents(shared_address, "watched", ["bakery.txt"])


def test_a_scheduled_folder_is_synced_again_by_the_server_when_its_time_has_come(
    registered: Callable[..., dict[str, Any]], shared_address: str, folder: Path
) -> None:
    registered(collection="scheduled", every="1s")
    wait_for_documents(shared_address, "scheduled", ["light.txt"])
    (folder / "bakery.txt").write_text("The bakery opens at six.")
    wait_for_documents(shared_address, "scheduled", ["bakery.txt", "light.txt"])


def wait_for_documents(address: str, collection: str, names: list[str]) -> None:
    """Wait until the collection holds these and no others."""

    def listed() -> list[str]:
        answer = httpx.get(f"{address}/collections/{collection}/documents", timeout=60)
        return [entry["document"] for entry in answer.json().get("documents", [])]

    while listed() != names:
        time.sleep(0.1)
