"""Files that a browser sends by requests of their own, over a real socket, to a service that is played."""

from __future__ import annotations

import resource
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from app.api.schemas.syncs import JobResponse
from app.client.errors import UnreachableError
from app.web.admin import receiving, uploading
from app.web.admin.uploading import UPLOADS, Problem, Result, UploadRun, kept_names
from rag.errors import ConfigurationError
from tests.starting import wait_until

PIECE = bytes(1 << 20)


@dataclass
class Service:
    """What the service is asked, and what it answers: it indexes each file at once."""

    caller: tuple[str, str]
    collection: str = ""
    taken: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    away: int = 0
    """How many times yet it does not answer."""
    refuses: str = ""
    """The name of a file that it does not take."""

    def calls(self, collection: str) -> Any:
        self.collection = collection
        return self

    def upload(self, files: list[tuple[str, BinaryIO]]) -> str:
        if self.away:
            self.away -= 1
            raise UnreachableError("The server has ended.", "Start it.")
        if self.refuses in dict(files):
            raise ConfigurationError("The name is refused.", "Give it another one.")
        for name, content in files:
            self.taken[name] = content.read(100)
            self.sizes[name] = len(self.taken[name])
            while piece := content.read(len(PIECE)):
                self.sizes[name] += len(piece)
        return " ".join(name for name, _ in files)

    def job(self, job_id: str) -> JobResponse:
        report = {"failed": [], "files": {"added": job_id.split(), "changed": [], "renamed": []}}
        return JobResponse(id=job_id, collection=self.collection, folder="", state="done", queued_at="", started_at="",
                           finished_at="now", progress=None, report=report, error=None)  # fmt: skip


@dataclass(frozen=True)
class Sender:
    """A browser with a ticket."""

    http: httpx.Client
    port: int
    service: Service
    ticket: str

    def announce(self, **files: int) -> UploadRun:
        told = [{"name": name.replace("_", "."), "size": size} for name, size in files.items()]
        answer = self.http.post(f"/upload/{self.ticket}", json={"collection": "papers", "files": told})
        assert answer.status_code == 201, answer.text
        run = UPLOADS.find(self.service.caller, answer.json()["run"])
        assert run is not None
        return run

    def send(self, run: UploadRun, number: int, content: bytes | Iterator[bytes], **headers: str) -> int:
        at = f"/upload/{self.ticket}/{run.id}/{number}"
        return self.http.put(at, content=content, headers=headers).status_code

    def send_part(self, run: UploadRun, number: int, content: bytes, length: int) -> socket.socket:
        """Begin to send a file; returns the connection."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        head = f"PUT /upload/{self.ticket}/{run.id}/{number} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode() + content)
        return connection


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = uvicorn.Server(uvicorn.Config(Starlette(routes=receiving.ROUTES), log_level="error"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield int(listener.getsockname()[1])
        running.should_exit = True
        thread.join()


@pytest.fixture
def sender(server: int, request: pytest.FixtureRequest) -> Iterator[Sender]:
    service = Service((request.node.name, ""))
    ticket = receiving.TICKETS.give(service.caller, service.calls)
    with httpx.Client(base_url=f"http://127.0.0.1:{server}", timeout=60) as http:
        yield Sender(http, server, service, ticket)


def results(run: UploadRun) -> list[str]:
    return [upload.result for upload in run.uploads]


def test_files_are_listed_before_they_come_and_each_goes_on_to_the_service(sender: Sender) -> None:
    run = sender.announce(a_txt=5, b_txt=0, c_txt=3)
    assert [(upload.name, upload.result) for upload in run.uploads] == [
        ("a.txt", Result.WAITING),
        ("b.txt", Result.WAITING),
        ("c.txt", Result.WAITING),
    ]
    sender.service.refuses = "c.txt"
    connection = sender.send_part(run, 0, b"he", length=5)
    wait_until(lambda: run.uploads[0].progress > 0)
    assert run.uploads[0].result is Result.SENDING
    assert run.uploads[0].progress == pytest.approx(uploading.SENT * 2 / 5)
    connection.sendall(b"llo")
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    connection.close()
    assert sender.send(run, 1, b"") == 200
    assert sender.send(run, 2, b"abc") == 200
    wait_until(lambda: run.is_done)
    assert results(run) == [Result.INDEXED, Result.INDEXED, Result.FAILED]
    assert run.uploads[2].reason == "The name is refused."
    assert (run.collection, sender.service.taken) == ("papers", {"a.txt": b"hello", "b.txt": b""})
    # What is here is not taken again.
    assert sender.send(run, 0, b"other") == 409
    assert sender.send(run, 9, b"") == 409


def test_files_that_have_arrived_go_on_together_and_one_that_is_refused_takes_no_other_along(sender: Sender) -> None:
    sender.service.away = 2  # So that all three have arrived.
    sender.service.refuses = "b.txt"
    run = sender.announce(a_txt=1, b_txt=1, c_txt=1)
    for number in range(3):
        assert sender.send(run, number, b"x") == 200
    wait_until(lambda: run.is_done)
    assert results(run) == [Result.INDEXED, Result.FAILED, Result.INDEXED]
    assert sender.service.taken == {"a.txt": b"x", "c.txt": b"x"}


def test_a_file_of_300_mb_is_never_whole_in_memory(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "max_bytes", lambda: 512 << 20)
    size = 300 << 20
    run = sender.announce(large_pdf=size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pieces = (PIECE for _ in range(300))
    assert sender.send(run, 0, pieces, **{"Content-Length": str(size)}) == 200
    wait_until(lambda: run.is_done)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sender.service.sizes == {"large.pdf": size}
    assert kilobytes >> (20 if sys.platform == "darwin" else 10) < 100


def test_what_did_not_arrive_is_named_and_can_be_sent_again(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    run = sender.announce(cut_txt=1_000, here_txt=4, never_txt=4)
    assert sender.send(run, 1, b"here") == 200
    sender.send_part(run, 0, b"the first words", length=1_000).close()
    # For a while the browser may try it again.
    wait_until(lambda: run.uploads[0].result is Result.WAITING and run.uploads[1].is_done)
    monkeypatch.setattr(uploading, "SILENCE_SECONDS", 0.05)
    wait_until(lambda: run.is_done)
    assert [upload.problem for upload in run.uploads] == [Problem.NOT_ARRIVED, None, Problem.NOT_ARRIVED]
    monkeypatch.undo()
    assert sender.send(run, 0, bytes(1_000)) == 200
    wait_until(lambda: run.is_done)
    assert results(run) == [Result.INDEXED, Result.INDEXED, Result.FAILED]
    # Chosen once more, it is listed once.
    again = sender.announce(never_txt=4)
    assert [upload.name for upload in run.listed] == ["cut.txt", "here.txt"]
    assert sender.send(again, 0, b"here") == 200
    wait_until(lambda: again.is_done)
    assert results(again) == [Result.INDEXED]
    # Also where nobody has noticed yet that the window of the first one is gone.
    first, second = sender.announce(same_txt=4), sender.announce(same_txt=4)
    assert (first.is_done, first.listed, sender.send(first, 0, b"here")) == (True, (), 409)
    assert sender.send(second, 0, b"here") == 200
    wait_until(lambda: second.is_done)


def test_a_page_that_is_left_says_so_and_a_file_that_is_gone_is_named(sender: Sender) -> None:
    run = sender.announce(moved_txt=4, waiting_txt=4, also_txt=4)
    left = f"/upload/{sender.ticket}/{run.id}/left"
    assert sender.http.post(left, json={"number": 0, "changed": True}).status_code == 200
    assert [upload.problem for upload in run.uploads] == [Problem.CHANGED, None, None]
    # As browsers do when a window is closed.
    assert sender.http.post(left).status_code == 200
    assert [upload.problem for upload in run.uploads[1:]] == [Problem.NOT_ARRIVED] * 2
    assert run.is_done


@pytest.mark.parametrize("content", [b"short", b"longer than announced"])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_file_of_another_size_is_not_the_one_that_was_chosen(sender: Sender, content: bytes, is_told: bool) -> None:
    run = sender.announce(file_txt=10)
    assert sender.send(run, 0, content if is_told else iter([content])) == 422
    assert run.uploads[0].problem is Problem.CHANGED
    assert sender.service.taken == {}


def test_what_is_too_large_is_told_before_it_is_sent(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "max_bytes", lambda: 10)
    run = sender.announce(ten_txt=10, eleven_txt=11)
    assert [upload.problem for upload in run.uploads] == [None, Problem.TOO_LARGE]
    assert sender.send(run, 1, bytes(11)) == 409


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Needs a disk that is always full.")
def test_a_full_disk_is_named_and_the_file_can_be_sent_again(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    run = sender.announce(file_txt=300_000)
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(Path("/dev/full").open, "wb"))
    assert sender.send(run, 0, bytes(300_000)) == 507
    assert run.uploads[0].problem is Problem.NO_ROOM
    monkeypatch.undo()
    assert sender.send(run, 0, bytes(300_000)) == 200
    wait_until(lambda: run.is_done)
    assert results(run) == [Result.INDEXED]


def test_a_service_that_is_started_again_gets_what_has_arrived(sender: Sender) -> None:
    sender.service.away = 2
    run = sender.announce(file_txt=4)
    assert sender.send(run, 0, b"text") == 200
    wait_until(lambda: run.is_done)
    assert sender.service.taken == {"file.txt": b"text"}


def test_who_has_no_ticket_or_is_another_page_sends_nothing(sender: Sender) -> None:
    run = sender.announce(file_txt=4)
    assert sender.http.post("/upload/guessed", json={}).status_code == 404
    assert sender.http.put(f"/upload/guessed/{run.id}/0", content=b"text").status_code == 404
    assert sender.http.put(f"/upload/{sender.ticket}/guessed/0", content=b"text").status_code == 404
    assert sender.send(run, 0, b"text", **{"Sec-Fetch-Site": "cross-site"}) == 403
    other = receiving.TICKETS.give(("another", ""), sender.service.calls)
    assert sender.http.put(f"/upload/{other}/{run.id}/0", content=b"text").status_code == 404
    assert results(run) == [Result.WAITING]


@pytest.mark.parametrize(
    "told",
    [
        "no json",
        "[" * 100_000,
        "[]",
        '{"collection": "", "files": [{"name": "a", "size": 1}]}',
        '{"collection": "c", "files": []}',
        '{"collection": "c", "files": [{"name": "a", "size": -1}]}',
        '{"collection": "c", "files": [{"name": "a", "size": true}]}',
        '{"collection": "c", "files": [{"name": ["a"], "size": 1}]}',
        '{"collection": "c", "files": {"a": 1}}',
    ],
)
def test_a_list_of_files_that_is_none_is_refused(sender: Sender, told: str) -> None:
    answer = sender.http.post(f"/upload/{sender.ticket}", content=told)
    assert answer.status_code == 400
    assert UPLOADS.of(sender.service.caller) == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["a.txt"], ["a.txt"]),
        (["top/a.txt", "top/b/c/a.txt"], ["a.txt", "b - c - a.txt"]),
        (["../x"], ["x"]),
        (["one/a.txt", "two/a.txt", "two/b.txt"], ["one - a.txt", "two - a.txt", "b.txt"]),
        (["a.txt", "A.txt", "a.txt", ".txt", ".txt"], ["a.txt", "A (2).txt", "a (3).txt", ".txt", ".txt (2)"]),
        (["a\ud800b.txt", "..", "/"], ["a?b.txt", "..", "/"]),
    ],
)
def test_files_of_folders_are_named_after_them_and_none_takes_the_place_of_another(
    given: list[str], kept: list[str]
) -> None:
    assert kept_names(given) == kept
