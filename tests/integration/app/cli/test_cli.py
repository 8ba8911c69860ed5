"""The command line as people and programs meet it: output, exit codes, messages, signals."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.main import COMMANDS, cli
from rag.prompt import REFUSAL
from rag.protocols import Embedder
from tests import llm_servers
from tests.integration.engines import engine_settings
from tests.integration.inspection import count_documents, index_content
from tests.integration.running import Run, run_command
from tests.paths import CHECKOUT

LIGHTHOUSE = "The lighthouse\n\nThe lamp of the lighthouse flashes three times every twenty seconds.\n"
BAKERY = "The bakery\n\nThe bakery on Harbour Street opens at six and sells seaweed bread.\n"
LAMP = "How often does the lamp of the lighthouse flash?"

CLOSED_PORT = "http://127.0.0.1:9"
"""Nobody listens there: whether the machine has an Ollama must not change a test."""


UNNEEDED_BY_A_SEARCH = {
    "torch",
    "transformers",
    "langchain",
    "ollama",
    "unstructured",
    "pypdf",
    "pypdfium2",
    "PIL",
    "pebble",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "cronsim",
    "app.telemetry.sending",
    "opentelemetry.sdk.metrics",
    "fastapi",
    "uvicorn",
    "streamlit",
    "mcp",
    "grpc",
    "ingest.pipeline",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but the test's own."""
    for name in os.environ.keys() - engine_settings().keys():
        if name.startswith("LECTERN_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LECTERN_OLLAMA_URL", CLOSED_PORT)
    monkeypatch.setenv("LECTERN_REFUSAL_THRESHOLD", "0")
    monkeypatch.setenv("LECTERN_WORKERS", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> Run:
    """Run a command in this process, with the embedder that is loaded already."""
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: embedder)
    return run_command


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """An index of two good files and a bad one, which tests only read."""
    base = tmp_path_factory.mktemp("cli")
    folder = base / "documents"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    (folder / "bakery.txt").write_text(BAKERY)
    (folder / "empty.txt").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.service.build_models.build_embedder", lambda settings: embedder)
        result = CliRunner().invoke(cli, ["sync", str(folder), "--home", str(base / "home"), "--workers", "1"])
    assert result.exit_code == 1, result.output
    return base / "home"


def start_process(*arguments: object, **how: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), **how.pop("settings", {})}
    command = [sys.executable, "-m", "app.cli", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment}
    # Whoever runs the tests in the background has them ignore Ctrl-C; these processes must not inherit that.
    return subprocess.Popen(command, preexec_fn=take_interrupts, **{**pipes, **how})


def take_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


# --- sync ---


def test_a_sync_reports_in_the_promised_json(run: Run, folder: Path, home: Path) -> None:
    write(folder, light=LIGHTHOUSE, empty="")
    first = run("sync", folder, "--home", home, "--json")
    assert first.code == 1
    report = first.json
    assert {name: report[name] for name in ("added", "changed", "renamed", "removed", "unchanged")} == {
        "added": 1, "changed": 0, "renamed": 0, "removed": 0, "unchanged": 0,
    }  # fmt: skip
    (failed,) = report["failed"]
    assert failed["path"] == "empty.txt"
    assert failed["reason"]
    assert failed["remedy"]
    assert (report["pages"], report["chunks"]) == (1, 1)
    assert report["seconds"] > 0
    (folder / "empty.txt").unlink()
    second = run("sync", folder, "--home", home, "--json")
    assert (second.code, second.json["unchanged"], second.json["removed"]) == (0, 1, 1)


def test_a_sync_tells_people_what_was_done_and_what_failed(run: Run, folder: Path, home: Path) -> None:
    write(folder, light=LIGHTHOUSE, empty="")
    outcome = run("sync", folder, "--home", home)
    assert outcome.code == 1
    assert f"Synced {folder} into the collection default 1 added, 1 failed" in outcome.text
    assert "failed empty.txt:" in outcome.text


def test_a_dry_run_lists_what_it_would_do_and_indexes_nothing(run: Run, folder: Path, home: Path) -> None:
    write(folder, light=LIGHTHOUSE)
    outcome = run("sync", folder, "--home", home, "--dry-run")
    assert (outcome.code, "+ light.txt" in outcome.text) == (0, True)
    assert run("sync", folder, "--home", home, "--dry-run", "--json").json["dry_run"] is True
    assert run("collections", "--home", home, "--json").json == {"collections": []}


def test_a_missing_folder_and_an_emptied_one_could_not_be_synced(run: Run, folder: Path, home: Path) -> None:
    outcome = run("sync", folder / "nowhere", "--home", home)
    assert (outcome.code, "does not exist" in outcome.text) == (2, True)
    write(folder, light=LIGHTHOUSE)
    run("sync", folder, "--home", home)
    (folder / "light.txt").unlink()
    outcome = run("sync", folder, "--home", home, "--json")
    assert outcome.code == 2
    assert "is empty, but 1 of its files" in outcome.json["error"]["reason"]
    assert "--allow-empty" in outcome.json["error"]["remedy"]
    assert run("sync", folder, "--home", home, "--allow-empty").code == 0


# --- the table of commands ---


def test_each_command_is_loaded_when_it_is_named_and_listed_with_the_others(run: Run) -> None:
    listed = run("--help").text
    for name in COMMANDS:
        assert f" {name} " in listed
        assert f" {name} " in run(name, "--help").text.partition("[OPTIONS]")[0]


def test_a_command_that_is_not_there_is_answered_with_one_that_is(run: Run) -> None:
    outcome = run("serach", LAMP)
    assert (outcome.code, "Did you mean 'search'" in outcome.text) == (2, True)


@pytest.mark.embedded_only("watches what the embedded form loads")
def test_a_search_loads_nothing_that_only_other_commands_need(shared_home: Path) -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from app.cli.main import cli\n"
        "result = CliRunner().invoke(cli, sys.argv[1:])\n"
        "assert result.exit_code == 0, result.output\n"
        "assert {'chromadb', 'openvino', 'sqlalchemy'} <= set(sys.modules)\n"
        f"print(sorted({UNNEEDED_BY_A_SEARCH!r} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", code, "search", LAMP, "--home", str(shared_home)]
    subprocess.run(command, timeout=300, cwd=CHECKOUT, stdout=subprocess.DEVNULL, check=True)  # Converts the models.
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=CHECKOUT, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_output_for_which_the_disk_has_no_room_is_an_error_in_words(shared_home: Path, form: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        process = start_process("documents", "--home", shared_home, *form, stdout=full)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, " ".join(errors.split())) == (
        2,
        "The output could not be written: No space left on device. Make room, or write it elsewhere.",
    )


# --- search, ask, eval ---


def test_search_gives_hits_in_the_promised_json(run: Run, shared_home: Path) -> None:
    outcome = run("search", LAMP, "-k", 1, "--home", shared_home, "--json")
    assert outcome.code == 0
    (hit,) = outcome.json["hits"]
    assert {"document", "first_page", "last_page", "section", "score", "text"} <= set(hit)
    assert (hit["document"], hit["first_page"], hit["last_page"]) == ("light.txt", 0, 0)
    assert {"embed", "dense", "lexical"} <= set(outcome.json["milliseconds"])
    assert "1. light.txt" in run("search", LAMP, "--home", shared_home).text


def test_an_answer_comes_in_the_promised_json(run: Run, shared_home: Path) -> None:
    answer = run("ask", LAMP, "--home", shared_home, "--no-llm", "--explain", "--json").json
    promised = {"answer", "refused", "sources", "citations", "llm", "tokens", "cost_usd", "milliseconds"}
    assert promised <= set(answer)
    assert "three times every twenty seconds" in answer["answer"]
    citation = answer["citations"][0]
    assert {"number", "document", "page", "quote", "rectangles", "supported"} <= set(citation)
    assert (citation["document"], citation["page"], citation["supported"]) == ("light.txt", 0, True)
    assert (answer["llm"], answer["tokens"]["prompt"], answer["cost_usd"]) == ("extractive", 0, 0.0)
    fates = {row["document"]: row["fate"] for row in answer["explanation"]["hits"]}
    assert fates["light.txt"].startswith("source [")


def test_people_see_the_answer_its_sources_and_quotes(run: Run, shared_home: Path) -> None:
    outcome = run("ask", LAMP, "--home", shared_home, "--explain")
    assert outcome.code == 0
    assert "[1] light.txt" in outcome.text
    assert "Quotes [1] light.txt" in outcome.text
    assert "Explanation: the passages answer the question with probability" in outcome.text


def test_an_unanswerable_question_is_refused_with_the_one_sentence(
    run: Run, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_REFUSAL_THRESHOLD", "1")
    answer = run("ask", LAMP, "--home", shared_home, "--json")
    assert (answer.code, answer.json["answer"], answer.json["refused"]) == (0, REFUSAL, True)
    nearest = answer.json["nearest"][0]
    assert "flashes" in nearest["quote"]
    assert (nearest["document"], nearest["supported"]) == ("light.txt", False)


def test_people_see_the_sentences_nearest_to_a_question_that_is_refused(
    run: Run, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_REFUSAL_THRESHOLD", "1")
    outcome = run("ask", LAMP, "--home", shared_home)
    assert f"{REFUSAL} Nearest to the question [1] light.txt" in outcome.text


def test_an_llm_that_fails_in_mid_answer_leaves_its_text_its_sources_and_exit_code_2(
    run: Run, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("LECTERN_LLM_RETRIES", "0")
    with llm_servers.openai_server(answer="Three times.", failures=[llm_servers.CUT] * 2) as server:
        monkeypatch.setenv("LECTERN_LLM_BASE_URL", server.url)
        for_people = run("ask", LAMP, "--home", shared_home, "--llm", "openai:gpt-4o")
        for_programs = run("ask", LAMP, "--home", shared_home, "--llm", "openai:gpt-4o", "--json")
    assert for_people.code == for_programs.code == 2
    assert "[1] light.txt" in for_people.text
    assert "broke off in the middle" in for_people.text
    assert for_programs.json["answer"] == "Three"
    assert "broke off in the middle" in for_programs.json["error"]
    assert for_programs.json["sources"]


def test_a_reachable_ollama_is_used_when_no_llm_is_named(
    run: Run, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_servers.ollama_server(answer="Three times [1].") as server:
        monkeypatch.setenv("LECTERN_OLLAMA_URL", server.url)
        answer = run("ask", LAMP, "--home", shared_home, "--json").json
    assert (answer["llm"], answer["answer"].strip()) == ("ollama:llama3.2:3b", "Three times [1].")


def test_gold_questions_are_scored(run: Run, shared_home: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    gold = {"question": LAMP, "document": "light.txt", "pages": [0]}
    questions.write_text(json.dumps(gold) + "\n" + json.dumps({"question": "Who?", "document": None, "pages": []}))
    scores = run("eval", questions, "--home", shared_home, "--json").json
    assert {name for name in scores if name.startswith("recall@")} == {f"recall@{k}" for k in (1, 3, 5, 10, 20)}
    assert scores["recall@1"] == 1.0
    assert any(name.startswith("document_recall") for name in scores)
    questions.write_text("{not json\n")
    outcome = run("eval", questions, "--home", shared_home)
    assert (outcome.code, "Line 1 of" in outcome.text) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "x", "--collection", "nope"], "There is no collection 'nope'. There are: default."),
        (["documents", "-c", "nope"], "There is no collection 'nope'."),
        (["ask", "x", "--where", "colour=red"], "There is no field 'colour' to filter by. The fields are: document,"),
        (["search", "x", "--where", "type"], "--where 'type' is not FIELD=VALUE."),
        (["ask", "  ?! "], "The question is empty."),
        (["ask", "a" * 100_000], "The question has 100,000 characters; the limit is 8,000."),
        (["ask", "x", "--llm", "gpt"], "gpt"),
        (["ask", "x", "--llm", "openai:gpt-4o"], "openai:gpt-4o needs an API key. Set OPENAI_API_KEY, or give it"),
        (["remove", "nope.txt"], "There is no document 'nope.txt' in the collection 'default'."),
        (["eval", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_said_in_words_and_with_exit_code_2(
    run: Run, shared_home: Path, arguments: list[str], said: str
) -> None:
    for_people = run(*arguments, "--home", shared_home)
    assert (for_people.code, for_people.output) == (2, "")
    assert said in for_people.text
    for_programs = run(*arguments, "--home", shared_home, "--json")
    assert for_programs.code == 2
    assert set(for_programs.json["error"]) == {"reason", "remedy"}


# --- lists, removal ---


def test_documents_and_status_say_what_is_indexed_and_what_failed(run: Run, shared_home: Path) -> None:
    listed = run("documents", "--home", shared_home, "--json").json["documents"]
    assert {entry["document"]: entry["state"] for entry in listed} == {
        "bakery.txt": "indexed", "empty.txt": "failed", "light.txt": "indexed",
    }  # fmt: skip
    (failed,) = run("documents", "--failed", "--home", shared_home, "--json").json["documents"]
    assert (failed["document"], bool(failed["reason"]), bool(failed["remedy"])) == ("empty.txt", True, True)
    assert "light.txt" not in run("documents", "--failed", "--home", shared_home).text
    status = run("status", "--home", shared_home, "--json").json
    assert status["home"] == str(shared_home)
    assert (status["collections"][0]["documents"], status["collections"][0]["failed"]) == (2, 1)
    assert (status["runs"][0]["outcome"], status["runs"][0]["report"]["added"]) == ("failed files", 2)


def test_a_long_path_is_printed_whole(run: Run, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "annual_report_" * 9
    write(folder, **{name: LIGHTHOUSE})
    run("sync", folder, "--home", home)
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("documents", "--home", home).output
    assert "…" not in shown
    assert f"{name}.txt" in "".join(line.split("│")[1].strip() for line in shown.splitlines() if "│" in line)


def test_a_removed_document_stays_out_until_undone(run: Run, folder: Path, home: Path) -> None:
    write(folder, light=LIGHTHOUSE, bakery=BAKERY)
    run("sync", folder, "--home", home)
    assert run("remove", "light.txt", "--home", home, "--json").json == {"removed": ["light.txt"], "restored": []}
    assert run("remove", "light.txt", "--home", home).code == 2
    assert "left out, as you removed it: light.txt" in run("sync", folder, "--home", home).text
    assert run("remove", "light.txt", "--undo", "--home", home, "--json").json["restored"] == ["light.txt"]
    assert run("sync", folder, "--home", home, "--json").json["added"] == 1


def test_a_document_with_control_characters_is_removed_by_the_name_that_is_shown(
    run: Run, folder: Path, home: Path
) -> None:
    (folder / "\x1b[31mred\nlight.txt").write_text(LIGHTHOUSE)
    run("sync", folder, "--home", home)
    assert " [31mred light.txt" in run("documents", "--home", home).output
    assert run("remove", " [31mred light.txt", "--home", home).code == 0
    assert run("search", "lamp", "--home", home, "--json").json["hits"] == []


# --- homes and settings ---


@pytest.mark.embedded_only("an index that is not there is told by its file")
def test_nothing_indexed_yet_is_said_with_what_to_do(run: Run, home: Path) -> None:
    for command in ("status", "documents", "collections"):
        outcome = run(command, "--home", home)
        assert (outcome.code, f"There is no index in {home} yet. Make one: `lectern sync" in outcome.text) == (2, True)
    assert not home.exists(), "looking makes nothing"
    outcome = run("ask", LAMP, "--home", home)
    assert (outcome.code, "There is no collection 'default'." in outcome.text) == (2, True)


@pytest.mark.embedded_only("an index that is not there is told by its file")
def test_the_doctor_works_on_an_empty_home_and_names_the_gaps(run: Run, home: Path) -> None:
    outcome = run("doctor", "--home", home, "--json")
    assert outcome.code == 0
    findings = {finding["what"]: finding for finding in outcome.json["findings"]}
    assert "There is no index" in findings["index"]["found"]
    assert "Ollama" in findings
    assert {"disk", "embedder", "LLM", "OCR", "Python", "chromadb"} <= set(findings)
    assert run("doctor", "--home", home).code == 0


@pytest.mark.embedded_only("an index that is not there is told by its file")
def test_the_home_is_named_by_option_then_environment_then_env_file_then_toml(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def home_said(*arguments: str) -> str:
        return Path(run("status", *arguments).text.split("There is no index in ")[1].split(" yet")[0]).name

    (tmp_path / "lectern.toml").write_text(f'home = "{tmp_path}/from-toml"\n')
    assert home_said() == "from-toml"
    (tmp_path / ".env").write_text(f"LECTERN_HOME={tmp_path}/from-env-file\n")
    assert home_said() == "from-env-file"
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "from-environment"))
    assert home_said() == "from-environment"
    assert home_said("--home", "from-option") == "from-option"


@pytest.mark.embedded_only("reads or damages files of the index")
def test_an_index_of_a_newer_version_is_left_alone(run: Run, folder: Path, home: Path) -> None:
    run("sync", write(folder, light=LIGHTHOUSE), "--home", home)
    connection = sqlite3.connect(home / "catalogue.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for command in (["sync", folder], ["ask", LAMP], ["status"], ["documents"]):
        outcome = run(*command, "--home", home)
        assert outcome.code == 2
        assert "was made by a newer Lectern (schema 99" in outcome.text
    doctor = run("doctor", "--home", home, "--json")
    assert (doctor.code, "newer Lectern" in doctor.json["findings"][0]["found"]) == (2, True)


@pytest.mark.embedded_only("reads or damages files of the index")
@pytest.mark.parametrize("damage", ["not a database", "torn in the middle"])
def test_a_damaged_catalogue_is_named_and_not_touched(run: Run, folder: Path, home: Path, damage: str) -> None:
    run("sync", write(folder, light=LIGHTHOUSE), "--home", home)
    catalogue = home / "catalogue.sqlite"
    whole = catalogue.read_bytes()
    catalogue.write_bytes(
        b"garbage " * 600 if damage == "not a database" else whole[:4096] + b"Z" * (len(whole) - 4096)
    )
    damaged = catalogue.read_bytes()
    for command in (["sync", folder], ["ask", LAMP], ["status"], ["remove", "light.txt"]):
        outcome = run(*command, "--home", home)
        assert outcome.code == 2
        assert f"The catalogue {catalogue} is damaged" in outcome.text
    assert catalogue.read_bytes() == damaged


def test_a_home_that_is_a_file_is_said_to_be_unusable(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    outcome = run("sync", write(folder, light=LIGHTHOUSE), "--home", tmp_path / "taken")
    assert (outcome.code, "cannot be written" in outcome.text) == (2, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_said_to_be_so(run: Run, folder: Path, home: Path) -> None:
    run("sync", write(folder, light=LIGHTHOUSE), "--home", home)
    home.chmod(0o500)
    try:
        outcome = run("sync", folder, "--home", home)
        assert (outcome.code, "cannot be written" in outcome.text) == (2, True)
    finally:
        home.chmod(0o700)


# --- terminals ---


def test_names_and_texts_of_files_cannot_command_the_terminal(run: Run, folder: Path, home: Path) -> None:
    folder.joinpath("[red]:smile:[nope].txt").write_text("The lamp [bold]burns[/bold] at :100: watts. [/red]\n")
    folder.joinpath("\x1b[31mevil\n\x07name.txt").write_text("The lamp\x1b]0;owned\x07 is green\x9b31m here.\n")
    folder.joinpath("\u202efdp.exe.txt").write_text("The lamp \u202eis blue.\n")
    folder.joinpath("\x1b[2Jempty.txt").write_text("")
    for command in (
        ["sync", folder],
        ["documents"],
        ["search", "lamp"],
        ["ask", "lamp burns", "--explain"],
        ["status"],
    ):
        outcome = run(*command, "--home", home)
        assert outcome.code in (0, 1)
        assert {character for character in outcome.output if not character.isprintable()} <= {"\n"}
    shown = run("search", "lamp burns", "--home", home).text
    assert "[red]:smile:[nope].txt" in shown
    assert "The lamp [bold]burns[/bold] at :100: watts. [/red]" in shown


def test_an_answer_of_an_llm_cannot_command_the_terminal(
    run: Run, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with llm_servers.ollama_server(answer="Three \x1b[2J times [blink]now[/blink] :100: \\ [1].") as server:
        monkeypatch.setenv("LECTERN_OLLAMA_URL", server.url)
        outcome = run("ask", LAMP, "--home", shared_home)
    assert "\x1b" not in outcome.output
    assert "times [blink]now[/blink] :100: \\ [1]." in outcome.text


# --- processes ---


def test_a_reader_that_stops_reading_is_no_error(shared_home: Path) -> None:
    process = start_process("documents", "--home", shared_home, "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), complaints) == (0, "")


@pytest.fixture
def many_files(folder: Path) -> Path:
    for number in range(400):
        text = f"Chapter {number}. " + f"The keeper of lamp {number} wrote about the weather of the day. " * 8
        (folder / f"chapter{number:03}.txt").write_text(text)
    return folder


@pytest.fixture
def long_sync(many_files: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """A sync in a process group of its own that has stored its first files."""
    process = start_process("sync", many_files, "--home", home, start_new_session=True)
    try:
        deadline = time.monotonic() + 100
        while count_documents(home) < 3:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_an_interrupted_sync_ends_soon_keeps_what_was_done_and_goes_on_later(
    long_sync: subprocess.Popen[str], run: Run, many_files: Path, home: Path
) -> None:
    refused = run("sync", many_files, "--home", home)
    assert refused.code == 2
    assert f"is in use by `lectern sync {many_files}` (process {long_sync.pid}" in refused.text
    assert run("status", "--home", home, "--json").json["runs"][0]["outcome"] == "running"

    os.killpg(long_sync.pid, signal.SIGINT)
    _, complaints = long_sync.communicate(timeout=60)
    assert long_sync.returncode == 130, complaints
    assert "Stopped. What was done until now is kept" in " ".join(complaints.split())
    assert "Traceback" not in complaints

    assert run("status", "--home", home, "--json").json["runs"][0]["outcome"] == "stopped"
    kept = count_documents(home)
    assert 3 <= kept < 400
    for path in sorted(many_files.iterdir())[kept // 2 + 40 :]:
        path.unlink()
    left = len(list(many_files.iterdir()))
    assert run("sync", many_files, "--home", home).code == 0
    assert len(index_content(home)) == left


def test_a_sync_interrupted_while_it_starts_leaves_no_traceback(many_files: Path, home: Path) -> None:
    process = start_process("sync", many_files, "--home", home)
    while not (home / "owner.json").exists() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in complaints


def test_a_file_of_columns_is_extracted_with_an_llm_and_each_value_stands_in_its_document(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "boats"
    folder.mkdir()
    (folder / "heron.txt").write_text("The Heron goes out at dawn with Ines Falk at the helm, and comes home late.\n")
    (folder / "tern.txt").write_text("Of the Tern it is only known that Maud Berg took her through the strait.\n")
    (tmp_path / "boats.yaml").write_text("columns:\n  - name: Skipper\n    question: Who steers the boat?\n")
    home = ["--home", str(tmp_path / "home")]
    assert run("sync", folder, *home).code == 0
    replies = (llm_servers.Reply("Ines Falk at", "Ines Falk [1]"), llm_servers.Reply("Maud Berg took", "A queen [1]"))
    with llm_servers.openai_server(replies=replies) as server:
        monkeypatch.setenv("LECTERN_LLM", "openai:scripted")
        monkeypatch.setenv("LECTERN_LLM_BASE_URL", server.url)
        monkeypatch.setenv("LECTERN_RERANKER", "off")
        extracted = run("extract", "boats.yaml", "--output", "boats.csv", *home)
    assert extracted.code == 0, extracted.text
    csv = (tmp_path / "boats.csv").read_text("utf-8-sig")
    assert "heron.txt,Ines Falk" in csv
    assert "queen" not in csv, "what the document does not say is no value"
