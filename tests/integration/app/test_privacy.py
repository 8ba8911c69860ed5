"""A sync and an answer try no connection beyond this machine, not even a look-up of a name, whatever is asked for."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import llm_servers
from tests.paths import CHECKOUT

SAMPLE = CHECKOUT / "data" / "sample"

ASKS_FOR_TELEMETRY = {
    "ANONYMIZED_TELEMETRY": "true",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://192.0.2.1",
    "CHROMA_TELEMETRY_IMPL": "chromadb.telemetry.product.posthog.Posthog",
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_API_KEY": "x",
    "LANGSMITH_ENDPOINT": "http://192.0.2.1",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://192.0.2.1",
    "OTEL_TRACES_EXPORTER": "otlp",
    "HF_HUB_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "SCARF_NO_ANALYTICS": "false",
    "SCARF_ANALYTICS": "true",
    "DO_NOT_TRACK": "false",
    "HTTP_PROXY": "http://192.0.2.1:3128",
    "HTTPS_PROXY": "http://192.0.2.1:3128",
}

GUARD = '''
"""Put on the path of a process and all its children: notes and refuses what leaves the machine."""
import os
import socket

NEAR = ("127.", "::1", "localhost", "0.0.0.0")

def _refuse(what):
    with open(os.environ["LECTERN_TEST_NET_LOG"], "a") as log:
        log.write(what + "\\n")
    raise PermissionError("the test lets nothing leave this machine")

def _guard(name):
    original = getattr(socket.socket, name)
    def guarded(self, *arguments):
        address = arguments[-1]
        if isinstance(address, tuple) and not str(address[0]).startswith(NEAR):
            _refuse(name + " " + repr(address))
        return original(self, *arguments)
    setattr(socket.socket, name, guarded)

for _name in ("connect", "connect_ex", "sendto"):
    _guard(_name)

def _guard_lookup(name):
    original = getattr(socket, name)
    def guarded(host, *arguments, **others):
        text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        if not text.startswith(NEAR):
            _refuse(name + " " + text)
        return original(host, *arguments, **others)
    setattr(socket, name, guarded)

for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
    _guard_lookup(_name)

with open(os.environ["LECTERN_TEST_NET_LOG"] + ".guarded", "a") as log:
    log.write(str(os.getpid()) + "\\n")
'''

STRACE = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg"]


@functools.cache
def can_trace() -> bool:
    """Whether strace is there and may trace."""
    if shutil.which(STRACE[0]) is None:
        return False
    tried = subprocess.run([*STRACE, "-o", os.devnull, "true"], capture_output=True, timeout=30, check=False)
    return tried.returncode == 0 and not tried.stderr


class Machine:
    """A folder with the guard, a log of what was refused, an index and one document of every format."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.log = base / "refused.log"
        self.trace = base / "trace"
        self.home = base / "home"
        self.documents = base / "documents"
        self.documents.mkdir()
        kinds: dict[str, Path] = {}
        for path in sorted(SAMPLE.iterdir(), key=lambda path: path.stat().st_size):
            kinds.setdefault(path.suffix, path)
        for path in kinds.values():
            shutil.copy(path, self.documents / path.name)
        guard = base / "guard"
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(GUARD)

    def run(self, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command in an environment that asks for all telemetry there is, traced where that is possible."""
        own = {
            "PYTHONPATH": f"{self.base / 'guard'}{os.pathsep}{CHECKOUT}",
            "LECTERN_TEST_NET_LOG": str(self.log),
            "LECTERN_HOME": str(self.home),
            "LECTERN_WORKERS": "1",
            "LECTERN_REFUSAL_THRESHOLD": "0",
            "LECTERN_OLLAMA_URL": "http://127.0.0.1:9",
        }
        environment = {**os.environ, **ASKS_FOR_TELEMETRY, **own, **settings}
        tracer = [*STRACE, "-A", "-o", str(self.trace)] if can_trace() else []
        command = [*tracer, sys.executable, "-m", "app.cli", *map(str, arguments)]
        return subprocess.run(
            command, env=environment, cwd=self.base, capture_output=True, text=True, timeout=250, check=False
        )

    @property
    def refused(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    @property
    def guarded_processes(self) -> int:
        return len(Path(f"{self.log}.guarded").read_text().split())


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine whose documents have been synced, under the guard."""
    made = Machine(tmp_path_factory.mktemp("privacy"))
    synced = made.run("sync", made.documents, "--json")
    report = json.loads(synced.stdout)
    assert report["failed"] == [], synced.stderr
    assert report["added"] == 12
    return made


def test_the_guard_notices_a_connection_and_a_look_up(tmp_path: Path) -> None:
    made = Machine(tmp_path)
    program = "import socket, urllib.request as u\nfor a in ('http://192.0.2.1', 'http://example.invalid'):\n" \
        "  try: u.urlopen(a, timeout=1)\n  except OSError: pass"  # fmt: skip
    environment = {"PYTHONPATH": str(tmp_path / "guard"), "LECTERN_TEST_NET_LOG": str(made.log)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=30)
    assert "192.0.2.1" in made.refused
    assert "example.invalid" in made.refused


def test_a_sync_of_every_format_tries_no_connection_workers_included(machine: Machine) -> None:
    assert machine.refused == ""
    assert machine.guarded_processes >= 2, "the process that starts the workers is guarded too"


def test_a_quoted_answer_tries_no_connection_though_keys_for_remote_llms_are_set(machine: Machine) -> None:
    keys = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "GOOGLE_API_KEY": "k"}
    answered = machine.run("ask", "How many puffins were counted?", "--json", **keys)
    assert answered.returncode == 0, answered.stderr
    assert json.loads(answered.stdout)["llm"] == "extractive"
    assert machine.refused == ""


@pytest.mark.parametrize("spec", ["ollama:llama3.2:3b", "anthropic:claude-haiku-4-5"])
def test_an_answer_of_a_local_llm_goes_to_it_alone(machine: Machine, spec: str) -> None:
    with llm_servers.server_of(spec, answer="Many [1].") as server:
        settings = {"LECTERN_LLM": spec, "LECTERN_LLM_BASE_URL": server.url, "ANTHROPIC_API_KEY": "k"}
        answered = machine.run("ask", "How many puffins were counted?", "--json", **settings)
        assert len(server.chats) == 1
    assert json.loads(answered.stdout)["answer"].strip() == "Many [1]."
    assert machine.refused == ""


@pytest.mark.skipif(not can_trace(), reason="strace is not installed or may not trace")
def test_the_kernel_saw_no_connection_beyond_loopback_either(machine: Machine) -> None:
    """Of all that ran before; also of native code, which a guard in Python does not see."""
    calls = machine.trace.read_text()
    addresses = re.findall(r'AF_INET6?\b.*?(?:inet_addr|inet_pton)\(.*?"([^"]+)"', calls)
    assert addresses, "the look for a local Ollama is seen, so the trace sees something"
    assert {address for address in addresses if not address.startswith(("127.", "::1"))} == set()
