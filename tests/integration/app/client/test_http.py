"""Commands while `lectern serve` runs in a process of its own: they go through it, and say the same as without it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from app.backup.restore import MOVED_OUT
from app.client.connect import connect
from app.integrations.mcp_server import build_server
from app.service.lock import announce_address, own_index, owner_address
from app.settings import read_settings
from tests import llm_servers
from tests.fakes import HashEmbedder
from tests.integration.app.cli.test_cli import CHECKOUT, plain_environment, take_interrupts
from tests.integration.running import Outcome, run_command
from tests.pictures import picture

LAMP = "How often does the lamp of the lighthouse flash?"

__all__ = ["plain_environment"]

pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture(autouse=True)
def faked_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that load nothing, as the server has them."""
    fake_parts(monkeypatch)


def fake_parts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("app.service.build_models.build_embedder", lambda settings: HashEmbedder())
    patch.setattr("app.service.build_models.build_reader", lambda settings: None)


def start_faked(*arguments: object) -> subprocess.Popen[str]:
    """A command in a process of its own, with parts that load nothing."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.faked_program", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=take_interrupts,
    )


@contextmanager
def served(home: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A server that answers, with the index in `home`."""
    process = start_faked("serve", "--port", "0", "--home", home, *options)
    try:
        assert process.stderr is not None
        told = ""
        while "answers at" not in told:
            line = process.stderr.readline()
            assert line, f"the server ended: {told}"
            told += line
        yield process
    finally:
        process.kill()
        process.communicate()


def write_documents(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "light.txt").write_text(
        "The lighthouse\n\nThe lamp of the lighthouse flashes three times every minute.\n"
    )
    (folder / "bakery.txt").write_text("The bakery\n\nThe bakery on Harbour Street opens at six.\n")
    (folder / "tides.csv").write_text("Month,High tide of the harbour\nMay,4.2\n")
    (folder / "empty.txt").write_text("")
    return folder


# --- the same words with and without a server ---

ALIKE: list[list[object]] = [
    ["search", LAMP],
    ["search", LAMP, "-k", 1, "--where", "type=txt"],
    ["search", LAMP, "--where", "colour=red"],
    ["ask", LAMP],
    ["ask", LAMP, "--explain", "--no-llm"],
    ["ask", LAMP, "--image", "sign.png"],
    ["ask", LAMP, "--image", "none.png"],
    ["ask", " ?! "],
    ["ask", "a" * 9_000],
    ["ask", "x", "--collection", "nope"],
    ["ask", "x", "--llm", "gpt"],
    ["ask", "x", "--llm", "openai:gpt-4o"],
    ["documents"],
    ["documents", "--failed"],
    ["documents", "--collection", "nope"],
    ["collections"],
    ["status"],
    ["runs"],
    ["runs", "--collection", "nope"],
    ["runs", "--folder", "/nowhere"],
    ["remove", "nope.txt"],
    ["remove", "light.txt", "--undo"],
    ["verify"],
    ["sync", "nowhere", "--collection", "fresh"],
]


@dataclass(frozen=True)
class Scene:
    """What each command said without a server, and the home that is served since."""

    home: Path
    questions: Path
    without: dict[str, Outcome]


def outcome_of(arguments: list[object], home: Path) -> Outcome:
    return run_command(*arguments, "--home", home)


@contextmanager
def plain_settings(base: Path) -> Iterator[None]:
    """For what a module's tests share: no settings but these, as `plain_environment` has them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("OLLAMA_URL", "http://127.0.0.1:9"), ("REFUSAL_THRESHOLD", "0"), ("WORKERS", "1")):
            patch.setenv(f"LECTERN_{name}", value)
        patch.setenv("COLUMNS", "200")
        patch.delenv("OPENAI_API_KEY", raising=False)
        patch.chdir(base)
        fake_parts(patch)
        yield


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    base = tmp_path_factory.mktemp("through")
    home, questions = base / "home", base / "questions.jsonl"
    (base / "sign.png").write_bytes(picture())
    questions.write_text(json.dumps({"question": LAMP, "document": "light.txt", "pages": [0]}))
    with plain_settings(base):
        assert outcome_of(["sync", write_documents(base / "documents")], home).code == 1
        without = {
            repr(command): outcome_of(command, home)
            for plain in [*ALIKE, ["eval", questions]]
            for command in (plain, [*plain, "--json"])
        }
        with served(home):
            yield Scene(home, questions, without)


def timeless(output: str) -> Any:
    """Without what differs from one run to the next: times."""
    return without_times(json.loads(output)) if output.startswith("{") else re.sub(r" *[\d.]+ (ms|s)\b", "", output)


def without_times(value: Any) -> Any:
    if isinstance(value, list):
        return [without_times(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: item for name, item in value.items() if name not in ("p50_ms", "p95_ms")}
    return {name: list(item) if name == "milliseconds" else without_times(item) for name, item in kept.items()}


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("plain", ALIKE, ids=lambda plain: " ".join(map(str, plain))[:40])
def test_a_command_says_the_same_through_the_server(
    scene: Scene, plain: list[object], as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scene.home.parent)
    command = [*plain, "--json"] if as_json else plain
    expected, told = scene.without[repr(command)], outcome_of(command, scene.home)
    assert told.code == expected.code
    assert timeless(told.output) == timeless(expected.output)
    assert timeless(told.text) == timeless(expected.text)


def test_scores_are_the_same_through_the_server(scene: Scene) -> None:
    command = ["eval", scene.questions, "--json"]
    assert timeless(outcome_of(command, scene.home).output) == timeless(scene.without[repr(command)].output)


def test_what_is_only_read_goes_through_the_server_too(scene: Scene) -> None:
    def count(route: str) -> float:
        shown = httpx.get(f"{owner_address(scene.home)}/metrics", timeout=60).text
        found = re.search(rf'lectern_requests_total{{method="GET",route="{route}",status="200"}} (\S+)', shown)
        return float(found[1]) if found else 0.0

    before = [count("/collections"), count("/runs")]
    assert outcome_of(["status"], scene.home).code == 0
    assert [count("/collections"), count("/runs")] == [number + 1 for number in before]


# --- what changes the index ---


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a server has that is started once."""
    base = tmp_path_factory.mktemp("shared")
    with plain_settings(base), served(base / "home"):
        yield base / "home"


@pytest.fixture
def served_home(shared_home: Path) -> Path:
    """The home of a server that has no collection and no registered folder."""
    with httpx.Client(base_url=owner_address(shared_home), timeout=60) as client:
        for folder in client.get("/folders").json()["folders"]:
            client.delete(f"/folders/{folder['id']}").raise_for_status()
        for collection in client.get("/collections").json()["collections"]:
            client.delete(f"/collections/{collection['name']}").raise_for_status()
    return shared_home


def test_a_folder_is_synced_by_the_server_and_a_document_removed_and_restored(served_home: Path, folder: Path) -> None:
    write_documents(folder)
    preview = outcome_of(["sync", folder, "--dry-run", "--json"], served_home)
    assert (preview.code, preview.json["dry_run"], preview.json["files"]["added"]) == (
        0, True, ["bakery.txt", "empty.txt", "light.txt", "tides.csv"],
    )  # fmt: skip
    first = outcome_of(["sync", folder, "--json"], served_home)
    assert (first.code, first.json["added"], [file["path"] for file in first.json["failed"]]) == (1, 3, ["empty.txt"])
    assert "0 added, 3 unchanged, 1 failed" in outcome_of(["sync", folder], served_home).text
    assert outcome_of(["remove", "light.txt", "--json"], served_home).json == {"removed": ["light.txt"], "restored": []}
    assert outcome_of(["remove", "light.txt"], served_home).code == 2
    assert "left out, as you removed it: light.txt" in outcome_of(["sync", folder], served_home).text
    assert "The next sync indexes light.txt again." in outcome_of(["remove", "light.txt", "--undo"], served_home).text
    assert outcome_of(["sync", folder, "--json"], served_home).json["added"] == 1
    for file in folder.iterdir():
        file.unlink()
    emptied = outcome_of(["sync", folder, "--json"], served_home)
    assert (emptied.code, "is empty, but 3 of its files" in emptied.json["error"]["reason"]) == (2, True)
    assert outcome_of(["sync", folder, "--allow-empty"], served_home).code == 0


def test_a_registered_folder_is_run_by_the_server_which_writes_it_down(served_home: Path, folder: Path) -> None:
    write_documents(folder)
    assert outcome_of(["folders", "add", folder], served_home).code == 0
    ran = outcome_of(["folders", "run", folder, "--json"], served_home)
    assert (ran.code, ran.json["asked_for"], [report["added"] for report in ran.json["runs"]]) == (1, [], [3])
    assert f"Synced {folder} into the collection default" in outcome_of(["folders", "run"], served_home).text
    (listed,) = outcome_of(["folders", "list", "--json"], served_home).json["folders"]
    assert listed["last_outcome"] == "failed files"
    for file in folder.iterdir():
        file.unlink()
    failed = outcome_of(["folders", "run", "--json"], served_home)
    (report,) = failed.json["runs"]
    assert (failed.code, "--allow-empty" in report["remedy"]) == (2, True)


def test_a_deleted_collection_takes_its_registered_folders_with_it(served_home: Path, folder: Path) -> None:
    write_documents(folder)
    for collection in ("letters", "other"):
        outcome_of(["folders", "add", folder, "--collection", collection], served_home)
        outcome_of(["folders", "run", folder, "--collection", collection], served_home)
    assert httpx.delete(f"{owner_address(served_home)}/collections/letters", timeout=60).status_code == 204
    (left,) = outcome_of(["folders", "list", "--json"], served_home).json["folders"]
    assert left["collection"] == "other"
    (kept,) = outcome_of(["collections", "--json"], served_home).json["collections"]
    assert kept["name"] == "other"


def test_what_is_amiss_is_found_and_mended_through_the_server(served_home: Path, folder: Path) -> None:
    write_documents(folder)
    (folder / "empty.txt").unlink()
    outcome_of(["sync", folder], served_home)
    assert outcome_of(["verify"], served_home).code == 0
    (folder / "light.txt").unlink()
    found = outcome_of(["verify", "--repair", "--json"], served_home)
    (problem,) = found.json["problems"]
    assert (found.code, problem["what"], problem["repaired"]) == (1, "file gone", False)


def test_an_image_goes_through_the_server_to_the_llm(
    home: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = tmp_path / "sign.png"
    sign.write_bytes(picture())
    with llm_servers.ollama_server(answer="Three times [1].", capabilities=["completion", "vision"]) as llm:
        monkeypatch.setenv("LECTERN_LLM", "ollama:llava")
        monkeypatch.setenv("LECTERN_LLM_BASE_URL", llm.url)
        monkeypatch.setenv("LECTERN_REFUSAL_THRESHOLD", "0")
        with served(home):
            outcome_of(["sync", write_documents(folder)], home)
            assert "Three times [1]." in outcome_of(["ask", LAMP, "--image", sign], home).text
            assert len(llm.chats[0].body["messages"][-1]["images"]) == 1
            sign.write_text("notes")
            wrong = outcome_of(["ask", LAMP, "--image", sign], home)
            assert (wrong.code, "'sign.png' is not a PNG" in wrong.text, len(llm.chats)) == (2, True, 1)


# --- Ctrl-C ---


def interrupt(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C, and what the command said to it."""
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    return " ".join(said.split())


def test_ctrl_c_stops_the_answer_at_the_server_too(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("LECTERN_LLM", "openai:gpt-4o")
    with llm_servers.openai_server(answer="Three times. " * 1_000, pause=0.05) as llm:
        monkeypatch.setenv("LECTERN_LLM_BASE_URL", llm.url)
        with served(home):
            outcome_of(["sync", write_documents(folder)], home)
            asking = start_faked("ask", LAMP, "--home", home)
            assert asking.stdout is not None
            told = ""
            while "Three times" not in told:
                told += asking.stdout.read(1)
                assert asking.poll() is None
            assert "Stopped." in interrupt(asking)
            assert llm.hung_up.wait(60)
            assert outcome_of(["documents"], home).code == 0


def test_ctrl_c_stops_the_sync_at_the_server_which_goes_on(served_home: Path, folder: Path) -> None:
    text = "\n\n".join(f"Entry {number} of the log of the lighthouse." for number in range(2_000))
    for file in range(200):
        (folder / f"{file}.txt").write_text(text)
    address = owner_address(served_home)
    syncing = start_faked("sync", folder, "--home", served_home)
    while not [job for job in httpx.get(f"{address}/runs", timeout=60).json()["queue"] if job["progress"]]:
        assert syncing.poll() is None
        time.sleep(0.05)
    assert "the same command goes on from here" in interrupt(syncing)
    while httpx.get(f"{address}/runs", timeout=60).json()["queue"]:
        time.sleep(0.05)
    run = outcome_of(["runs", "--json"], served_home).json["runs"][0]
    assert run["outcome"] == "stopped"
    assert outcome_of(["search", LAMP], served_home).code == 0


# --- servers that are gone, and those that ask for a token ---


def test_a_server_that_was_killed_is_not_looked_for(home: Path, folder: Path) -> None:
    with served(home) as process:
        outcome_of(["sync", write_documents(folder)], home)
        address = json.loads((home / "owner.json").read_text())["address"]
        process.kill()
        process.wait()
    assert json.loads((home / "owner.json").read_text())["address"] == address
    assert owner_address(home) == ""
    assert "1. light.txt" in outcome_of(["search", LAMP], home).text
    assert outcome_of(["documents"], home).code == 0


class OddServer(BaseHTTPRequestHandler):
    """Lives, and answers other questions with something else, or breaks off."""

    def do_GET(self) -> None:
        if self.path.startswith("/runs"):
            self.connection.close()
            return
        body = b'{"status": "ok"}' if self.path == "/healthz" else b'{"results": [1]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with suppress(OSError, ValueError):
            super().handle()


def test_a_server_that_answers_otherwise_or_breaks_off_is_an_error_with_a_remedy(home: Path) -> None:
    with own_index(home, "serve", wait_seconds=0), ThreadingHTTPServer(("127.0.0.1", 0), OddServer) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        announce_address(home, f"http://127.0.0.1:{listening.server_port}")
        odd, broken = outcome_of(["collections"], home), outcome_of(["runs"], home)
        listening.shutdown()
        thread.join()
        assert (odd.code, "gives answers that this version of Lectern does not understand" in odd.text) == (2, True)
        assert (broken.code, "has ended, or does not answer" in broken.text) == (2, True)
        silent = outcome_of(["sync", home], home)
    assert (silent.code, "in use by `lectern serve`" in silent.text) == (2, True)


@pytest.fixture
def guarded(home: Path, folder: Path) -> Iterator[Callable[[str], str]]:
    """A server that asks for tokens; makes one of a role."""
    outcome_of(["sync", write_documents(folder)], home)

    def make(role: str) -> str:
        return run_command("tokens", "add", role, "--role", role, "--home", home, "--json").json["token"]

    make("admin")
    with served(home, "--host", "0.0.0.0"):
        yield make


def test_a_server_that_asks_for_a_token_is_shown_that_of_the_settings(
    guarded: Callable[[str], str], home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = outcome_of(["search", LAMP, "--json"], home)
    assert (missing.code, "asks for a token." in missing.json["error"]["reason"]) == (2, True)
    assert "Set LECTERN_TOKEN" in missing.json["error"]["remedy"]
    for wrong in ("lt_wrong", "lt_wröng"):
        monkeypatch.setenv("LECTERN_TOKEN", wrong)
        refused = outcome_of(["status"], home)
        assert refused.code == 2
        assert "token" in refused.text
        assert wrong not in refused.text
    monkeypatch.setenv("LECTERN_TOKEN", guarded("read"))
    assert "1. light.txt" in outcome_of(["search", LAMP], home).text
    for forbidden in (["sync", folder], ["remove", "light.txt"], ["verify"], ["ask", LAMP, "--llm", "openai:gpt-4o"]):
        refused = outcome_of(forbidden, home)
        assert (refused.code, "The token 'read' may not do this: it needs the role" in refused.text) == (2, True)
    monkeypatch.setenv("LECTERN_TOKEN", guarded("write"))
    assert outcome_of(["remove", "light.txt"], home).code == 0


def cut_off_a_restore(home: Path) -> None:
    """Leave `home` as a restore does that is killed when it has moved the old index aside."""
    aside = home / MOVED_OUT
    aside.mkdir()
    for entry in [*home.glob("*.sqlite*"), home / "chroma"]:
        entry.rename(aside / entry.name)


@pytest.mark.embedded_only("backup and restore are for a catalogue in a file")
def test_the_tokens_of_an_index_whose_restore_was_cut_off_count_from_the_start(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome_of(["sync", write_documents(folder)], home)
    secret = outcome_of(["tokens", "add", "laptop", "--json"], home).json["token"]
    cut_off_a_restore(home)
    with served(home):
        assert httpx.get(f"{owner_address(home)}/collections", timeout=60).status_code == 401
        monkeypatch.setenv("LECTERN_TOKEN", secret)
        assert "1. light.txt" in outcome_of(["search", LAMP], home).text


@pytest.mark.embedded_only("backup and restore are for a catalogue in a file")
def test_a_token_made_after_a_restore_was_cut_off_is_kept_with_the_old_ones(home: Path, folder: Path) -> None:
    outcome_of(["sync", write_documents(folder)], home)
    outcome_of(["tokens", "add", "old"], home)
    cut_off_a_restore(home)
    outcome_of(["tokens", "add", "new"], home)
    assert outcome_of(["search", LAMP], home).code == 0
    listed = outcome_of(["tokens", "list", "--json"], home).json["tokens"]
    assert [token["name"] for token in listed] == ["new", "old"]


# --- MCP ---


def test_mcp_clients_are_answered_through_the_server(served_home: Path, folder: Path) -> None:
    outcome_of(["sync", write_documents(folder)], served_home)
    settings = read_settings(home=served_home)

    async def talk() -> None:
        async with Client(build_server(partial(connect, settings), default_collection="default")) as client:

            async def call(tool: str, **arguments: object) -> Any:
                return (await client.call_tool(tool, arguments)).structured_content

            assert [hit["document"] for hit in (await call("search", question=LAMP, limit=1))["hits"]] == ["light.txt"]
            assert "three times every minute" in (await call("ask", question=LAMP))["answer"]
            assert (await call("list_documents"))["total"] == 4
            assert "Harbour Street" in (await call("read_page", document="bakery.txt"))["text"]

    asyncio.run(talk())
