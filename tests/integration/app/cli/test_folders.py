"""The commands on registered folders and past runs, as people and programs meet them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from app.service.lock import own_index
from app.state.folders import FolderStore
from tests.fakes import HashEmbedder
from tests.integration.engines import engine_settings
from tests.integration.opening import state_place
from tests.integration.running import Run, run_command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path) -> Run:
    """Run a command in this process on the test's own home, with an embedder that loads nothing."""
    for name in os.environ.keys() - engine_settings().keys():
        if name.startswith("LECTERN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LECTERN_WORKERS", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.service.build_models.build_embedder", lambda settings: HashEmbedder())

    return lambda *arguments: run_command(*arguments, "--home", home)


def test_a_folder_is_registered_listed_paused_resumed_and_removed(run: Run, folder: Path) -> None:
    added = run("folders", "add", folder, "--schedule", "30 2 * * *", "--watch")
    assert added.code == 0
    assert f"Registered {folder} for the collection default." in added.text
    assert "it is synced every day at 2:30 and as files change" in added.text
    (listed,) = run("folders", "list", "--json").json["folders"]
    assert (listed["path"], listed["schedule"], listed["watch"], listed["state"]) == (
        str(folder), "30 2 * * *", True, "waiting",
    )  # fmt: skip
    assert listed["next_run"].endswith("+00:00")
    assert f"│ {folder} │ default" in run("folders", "list").text
    assert run("folders", "pause", folder, "--json").json["state"] == "paused"
    assert "paused" in run("folders", "list").text
    assert "is kept in step again" in run("folders", "resume", listed["id"]).text
    removed = run("folders", "remove", listed["id"])
    assert "What is indexed of it stays in the collection default" in removed.text
    assert run("folders", "list", "--json").json == {"folders": []}
    assert "No folder is registered" in run("folders", "list").text


@pytest.mark.embedded_only("an index that is not there is told by its file")
def test_looking_makes_nothing(run: Run, home: Path) -> None:
    assert run("folders", "list", "--json").json == {"folders": []}
    for command in (["remove", "1"], ["pause", "1"], ["resume", "1"], ["run"]):
        outcome = run("folders", *command)
        assert (outcome.code, "No folder is registered in" in outcome.text) == (2, True)
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--schedule", "nonsense"], "'nonsense' is not a valid cron expression: it has 1 fields, not 5."),
        (["--every", "soon"], "'soon' is not a valid interval. Write a number and a unit, for example 30m"),
        (["--every", "30m", "--schedule", "0 0 * * *"], "A folder has one schedule"),
    ],
)
def test_a_schedule_that_is_none_is_refused_with_an_example(
    run: Run, folder: Path, arguments: list[str], words: str
) -> None:
    outcome = run("folders", "add", folder, *arguments)
    assert outcome.code == 2
    assert words in outcome.text
    failed = run("folders", "add", folder, *arguments, "--json").json["error"]
    assert failed["reason"]
    assert failed["remedy"]


def test_a_folder_outside_what_the_settings_allow_is_refused(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_FOLDER_ROOTS", json.dumps([str(folder)]))
    outcome = run("folders", "add", tmp_path)
    assert outcome.code == 2
    assert f"lies outside the folders that may be indexed here. Choose a folder in {folder}" in outcome.text
    assert run("folders", "add", folder).code == 0


def test_a_run_here_syncs_and_is_written_into_book_and_record(run: Run, folder: Path, home: Path) -> None:
    (folder / "light.txt").write_text("The lamp flashes.\n")
    (folder / "empty.txt").write_text("")
    run("folders", "add", folder)
    outcome = run("folders", "run", folder)
    assert outcome.code == 1
    assert "1 added, 1 failed" in outcome.text
    (listed,) = run("folders", "list", "--json").json["folders"]
    assert (listed["last_outcome"], listed["failures"], listed["state"]) == ("failed files", 1, "retrying")
    assert listed["last_reason"].startswith("empty.txt: ")
    (folder / "empty.txt").unlink()
    again = run("folders", "run", "--json")
    assert (again.code, again.json["asked_for"], again.json["runs"][0]["removed"]) == (0, [], 1)
    (listed,) = run("folders", "list", "--json").json["folders"]
    assert (listed["last_outcome"], listed["failures"], listed["next_retry"]) == ("done", 0, "")
    shutil.rmtree(folder)
    gone = run("folders", "run")
    assert (gone.code, "does not exist" in gone.text) == (2, True)
    assert "does not exist" in run("folders", "list").text


def test_a_run_is_asked_of_the_process_that_has_the_index(run: Run, folder: Path, home: Path) -> None:
    run("folders", "add", folder)
    with own_index(home, "serve", wait_seconds=0):
        for command in (["pause", folder], ["resume", folder], ["list"]):
            assert run("folders", *command).code == 0
        outcome = run("folders", "run", folder)
        assert outcome.code == 0
        assert f"A sync of {folder} is asked for. The index is in use by `lectern serve`" in outcome.text
        assert run("folders", "run", "--json").json["asked_for"][0]["state"] == "due"
    folder_store = FolderStore(state_place(home))
    assert folder_store.list_folders()[0].due_reason == "asked for"
    folder_store.close()


def test_only_what_is_not_paused_is_run_without_a_name(run: Run, folder: Path) -> None:
    run("folders", "add", folder)
    run("folders", "pause", folder)
    outcome = run("folders", "run")
    assert (outcome.code, "There is no registered folder that is not paused" in outcome.text) == (2, True)
    assert run("folders", "run", folder).code == 0


def test_runs_tell_what_changed_what_failed_and_why_and_how_long(run: Run, folder: Path) -> None:
    for number in range(7):
        (folder / f"light{number}.txt").write_text(f"The lamp {number} flashes.\n")
    (folder / "empty.txt").write_text("")
    run("sync", folder)
    (folder / "light1.txt").rename(folder / "dark.txt")
    (folder / "light2.txt").unlink()
    (folder / "empty.txt").unlink()
    run("sync", folder)
    shutil.rmtree(folder)
    run("sync", folder)
    shown = run("runs").output
    newest, middle, oldest = shown.index(" failed,"), shown.index(" done,"), shown.index(" failed files,")
    assert newest < middle < oldest
    assert f"{folder} does not exist." in shown[:middle]
    assert "> light1.txt -> dark.txt" in shown[middle:oldest]
    assert "- light2.txt" in shown[middle:oldest]
    assert "7 added" in shown[oldest:]
    assert "+ light0.txt" in shown[oldest:]
    assert "and 2 more" in shown[oldest:]
    assert "failed empty.txt: " in shown[oldest:]
    listed = run("runs", "--json").json["runs"]
    assert [entry["outcome"] for entry in listed] == ["failed", "done", "failed files"]
    assert "does not exist" in listed[0]["reason"]
    assert listed[2]["report"]["seconds"] > 0
    assert [entry["id"] for entry in run("runs", "--limit", 1, "--json").json["runs"]] == [listed[0]["id"]]
    assert run("runs", "--collection", "another", "--json").json == {"runs": []}
    assert len(run("runs", "--folder", folder, "--json").json["runs"]) == 3


def test_names_of_folders_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    odd = tmp_path / "\x1b[31m[red]odd\n"
    odd.mkdir()
    for command in (["folders", "add", odd], ["folders", "list"], ["folders", "run"], ["runs"]):
        outcome = run(*command)
        assert outcome.code == 0
        assert {character for character in outcome.output if not character.isprintable()} <= {"\n"}
