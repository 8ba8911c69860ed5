"""No key, token or password is in what Lectern prints, answers, logs or keeps, whatever goes wrong."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from pypdf import PdfWriter

from app.service.lock import owner_address
from app.state.tokens import Role, TokenStore
from tests.integration.app.cli.test_cli import plain_environment
from tests.integration.app.client.test_http import fake_parts, start_faked
from tests.integration.ingest.test_parsing import encrypt
from tests.integration.opening import state_place
from tests.integration.running import run_command
from tests.llm_servers import BAD_JSON, openai_server, status

__all__ = ["plain_environment"]

pytestmark = pytest.mark.usefixtures("plain_environment")

KEY = "sk-Qzkeyvwx0123456789"
LLM_PASSWORD = "Qzllmpass77"
OLLAMA_PASSWORD = "Qzollamapass88"
RIGHT_PASSWORD = "Qzdocright99"
WRONG_PASSWORD = "Qzdocwrong55"
WRONG_TOKEN = "lt_Qzwrongtoken4444444444444444444444444444"
URL_KEY = "Qzurlkey66"

SECRETS = (KEY, LLM_PASSWORD, OLLAMA_PASSWORD, RIGHT_PASSWORD, WRONG_PASSWORD, WRONG_TOKEN, URL_KEY)

LAMP = {"question": "How often does the lamp flash?"}


class Told:
    """Everything that was told, to be searched for secrets."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def run(self, *arguments: object) -> None:
        """A command to its end."""
        process = start_faked(*arguments)
        self.finish(f"{len(self.texts)} lectern {' '.join(map(str, arguments))[:80]}", process)

    def finish(self, name: str, process: subprocess.Popen[str]) -> None:
        """What a process printed until its end."""
        output, errors = process.communicate(timeout=120)
        self.texts[f"{name}: stdout"], self.texts[f"{name}: stderr"] = output, errors

    def answer(self, response: httpx.Response) -> httpx.Response:
        """An answer with its headers."""
        request = response.request
        name = f"{len(self.texts)} {request.method} {request.url.path} {response.status_code}"
        self.texts[name] = f"{dict(response.headers)}\n{response.text}"
        return response

    def leaks(self, secrets: tuple[str, ...], *homes: Path) -> list[tuple[str, str]]:
        """Which secret stands where, in what was told and in every file of the homes."""
        files = {str(path): path.read_bytes() for home in homes for path in home.rglob("*") if path.is_file()}
        kept = {name: text.encode() for name, text in self.texts.items()} | files
        return [(secret, name) for name, content in kept.items() for secret in secrets if secret.encode() in content]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def documents(folder: Path) -> Path:
    """A text and two locked files: the password is known of one only."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    with (folder / "plain.pdf").open("wb") as stream:
        writer.write(stream)
    encrypt(folder / "plain.pdf", folder / "right.pdf", RIGHT_PASSWORD)
    encrypt(folder / "plain.pdf", folder / "wrong.pdf", "another")
    (folder / "light.txt").write_text("The lamp of the lighthouse flashes three times every minute.")
    return folder


@pytest.fixture
def llm() -> Iterator[str]:
    """The address of an LLM that fails in several ways, and repeats the key that it was shown."""
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}, by {LLM_PASSWORD}."}})
    failures = [status(401, body=echo), status(500, body=echo), BAD_JSON, status(400, body=echo)] * 4
    with openai_server(failures=failures) as server:
        yield server.url.replace("http://", f"http://keeper:{LLM_PASSWORD}@")


@pytest.fixture
def secrets_set(monkeypatch: pytest.MonkeyPatch, llm: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("LECTERN_LLM", "openai:gpt-4o")
    monkeypatch.setenv("LECTERN_LLM_BASE_URL", llm)
    monkeypatch.setenv("LECTERN_LLM_RETRIES", "0")
    monkeypatch.setenv("LECTERN_OLLAMA_URL", f"http://keeper:{OLLAMA_PASSWORD}@127.0.0.1:9")
    passwords = {"right.pdf": RIGHT_PASSWORD, "wrong.pdf": WRONG_PASSWORD}
    monkeypatch.setenv("LECTERN_PASSWORDS", json.dumps(passwords))


@pytest.mark.usefixtures("secrets_set")
def test_a_server_whose_llm_fails_and_whose_callers_are_wrong_tells_no_secret(
    told: Told, home: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    with closing(TokenStore(state_place(home))) as tokens:
        token = tokens.add("admin", role=Role.ADMIN)
    with ExitStack() as stack:
        server = start_faked("serve", "--port", "0", "--home", home)
        stack.callback(lambda: (server.terminate(), told.finish("lectern serve", server)))
        while not (address := owner_address(home)):
            assert server.poll() is None
            time.sleep(0.05)
        client = stack.enter_context(
            httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        )
        run = told.answer(client.post("/sync", json={"folder": str(documents)})).json()["id"]
        while not client.get(f"/jobs/{run}").json()["finished_at"]:
            time.sleep(0.05)
        for path in ("/ask", "/ask", "/ask", "/ask"):
            told.answer(client.post(path, json={**LAMP, "history": [{"role": "user", "text": "The lamp?"}]}))
            told.answer(client.post(path, json={**LAMP, "stream": True}))
        chat = {"model": "lectern/default", "messages": [{"role": "user", "content": LAMP["question"]}]}
        told.answer(client.post("/v1/chat/completions", json=chat))
        told.answer(client.post("/models/try", json={"llm": "openai:gpt-4o"}))
        told.answer(client.post("/models/downloads", json={"model": "llama3.2"}))
        address_with_key = f"http://nowhere.invalid/{{}}?key={URL_KEY}"
        told.answer(client.post("/collections/default/links", json={"url": address_with_key.format("a.pdf")}))
        told.answer(client.get("/runs", params={"api_key": WRONG_TOKEN, "limit": "x"}))
        for headers in ({"Authorization": f"Bearer {WRONG_TOKEN}"}, {"X-API-Key": WRONG_TOKEN}):
            told.answer(httpx.get(f"{address}/runs", headers=headers))
            told.answer(httpx.get(f"{address}/v1/models?api_key={WRONG_TOKEN}", headers=headers))
        for path in (
            f"/jobs/{run}",
            "/runs",
            "/models",
            "/settings",
            "/metrics",
            "/me",
            "/collections/default/documents",
        ):
            assert told.answer(client.get(path)).status_code == 200
        monkeypatch.setenv("LECTERN_TOKEN", WRONG_TOKEN)
        told.run("status", "--home", home)
        monkeypatch.setenv("LECTERN_TOKEN", token)
        told.run("ask", LAMP["question"], "--home", home)
        told.run("runs", "--home", home, "--json")
    assert "refused the API key" in " ".join(told.texts.values()), "the LLM was asked"
    assert told.leaks((*SECRETS, token), home) == []


@pytest.mark.usefixtures("secrets_set")
def test_commands_without_a_server_tell_no_secret(told: Told, home: Path, documents: Path) -> None:
    told.run("sync", documents, "--home", home, "--json")
    told.run("ask", LAMP["question"], "--home", home)
    told.run("doctor", "--home", home, "--json")
    assert "refused the API key" in " ".join(" ".join(told.texts.values()).split())
    assert told.leaks(SECRETS, home) == []


@pytest.mark.parametrize(
    ("variables", "toml"),
    [
        ({"LECTERN_PASSWORDS": f'{{"right.pdf": "{RIGHT_PASSWORD}"'}, ""),
        ({"LECTERN_PASSWORDS": f'{{"right.pdf": ["{RIGHT_PASSWORD}"]}}'}, ""),
        ({"LECTERN_PASSWORDS": f'"{RIGHT_PASSWORD}"'}, ""),
        ({}, f'passwords = "{RIGHT_PASSWORD}"'),
        ({}, f"openai_api_key = {KEY}"),
        ({}, f'openai_api_key = ["{KEY}"]'),
        ({}, f'[passwords]\n"right.pdf" = {{ is = "{RIGHT_PASSWORD}" }}'),
        ({"LECTERN_TOKEN": f"{WRONG_TOKEN}é"}, ""),
        ({"LECTERN_LLM": "openai:gpt-4o", "LECTERN_LLM_BASE_URL": f"ftp://keeper:{LLM_PASSWORD}@127.0.0.1:9"}, ""),
        ({"LECTERN_LLM": "openai:gpt-4o", "LECTERN_LLM_BASE_URL": f"http://keeper:{LLM_PASSWORD}@127.0.0.1:x"}, ""),
        ({"LECTERN_LLM": "ollama:x", "LECTERN_LLM_BASE_URL": f"http://keeper:{LLM_PASSWORD}@127.0.0.1:9"}, ""),
        ({"LECTERN_OLLAMA_URL": f"keeper:{OLLAMA_PASSWORD}@nowhere"}, ""),
    ],
)
def test_a_setting_that_is_wrong_is_named_without_its_value(
    told: Told, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], toml: str
) -> None:
    if "openai_api_key" not in toml:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "lectern.toml").write_text(toml)
    fake_parts(monkeypatch)
    for command in (["doctor"], ["ask", LAMP["question"]]):
        told.texts[command[0]] = run_command(*command, "--home", home).text
    assert told.leaks(SECRETS) == []
