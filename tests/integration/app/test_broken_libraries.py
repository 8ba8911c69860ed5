"""Libraries that are broken on purpose: what does not need them works, and what does says so in a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.service.doctor_libraries import run_trial
from tests.integration.engines import engine_settings

CHECKOUT = Path(__file__).resolve().parents[3]

NO_CUDNN = 'raise OSError("libcudnn.so.9: cannot open shared object file: No such file or directory")'
NO_TBB = 'raise ImportError("libtbb.so.12: cannot open shared object file: No such file or directory")'
CRASH = "import os\nos.abort()"

TORCH_LIBRARIES = ("torch", "transformers", "sentence_transformers")


class Machine:
    """A machine on which some libraries are broken, with an empty home and no converted models."""

    def __init__(self, folder: Path) -> None:
        self.documents = folder / "documents"
        self._home = folder / "home"
        self._libraries = folder / "libraries"
        self.documents.mkdir()

    def breaks(self, libraries: tuple[str, ...], program: str) -> None:
        """Put packages with this program in front of the real ones."""
        for library in libraries:
            (self._libraries / library).mkdir(parents=True)
            (self._libraries / library / "__init__.py").write_text(program)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Lectern's."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
        environment |= engine_settings() | {
            "PYTHONPATH": os.pathsep.join([str(self._libraries), str(CHECKOUT)]),
            "LECTERN_OLLAMA_URL": "http://127.0.0.1:9",
            "LECTERN_ENGINE": "openvino",
        }
        command = [sys.executable, "-m", "app.cli", *arguments, "--home", str(self._home)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def findings(self) -> tuple[int, dict[str, dict[str, object]]]:
        """The doctor's exit code, and what it says, by what it looked at; nothing is said beside that."""
        said = self.run("doctor", "--json")
        assert said.stderr == ""
        return said.returncode, {finding["what"]: finding for finding in json.loads(said.stdout)["findings"]}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_with_a_broken_torch_a_folder_is_read_and_asked(machine: Machine) -> None:
    machine.breaks(TORCH_LIBRARIES, NO_CUDNN)
    (machine.documents / "lamp.md").write_text("# Carrow Head\n\nThe lamp flashes three times every 20 seconds.\n")
    (machine.documents / "keeper.txt").write_text("Ann Hale became keeper of the lighthouse in 1920.\n")
    synced = machine.run("sync", str(machine.documents))
    assert (synced.returncode, "2 added" in synced.stdout, "failed" in synced.stdout) == (0, True, False), synced
    assert synced.stderr == "", "OpenVINO ran both models"
    asked = machine.run("ask", "How often does the lamp flash?")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "every 20 seconds" in asked.stdout
    code, findings = machine.findings()
    torch = findings["torch"]
    assert code == 0
    assert "libcudnn.so.9: cannot open shared object file" in str(torch["found"])
    assert (torch["blocks"], str(torch["remedy"]).startswith("Not needed here, as OpenVINO runs the models.")) == (
        False,
        True,
    )


def test_a_library_that_ends_the_process_ends_that_of_its_trial_only(machine: Machine) -> None:
    machine.breaks(("torch", "chromadb"), CRASH)
    code, findings = machine.findings()
    assert code != 0, "without Chroma nothing works"
    assert "it ends the process (SIGABRT)" in str(findings["torch"]["found"])
    assert findings["chromadb"]["blocks"] is True
    assert findings["openvino"]["remedy"] == ""


def test_where_neither_engine_can_be_loaded_one_error_names_both(machine: Machine) -> None:
    machine.breaks(TORCH_LIBRARIES, NO_CUDNN)
    machine.breaks(("openvino",), NO_TBB)
    (machine.documents / "lamp.txt").write_text("The lamp flashes three times every 20 seconds.\n")
    synced = machine.run("sync", str(machine.documents))
    assert synced.returncode != 0
    said = " ".join((synced.stdout + synced.stderr).split())
    assert "OpenVINO cannot run all-MiniLM-L6-v2" in said
    assert "libtbb.so.12" in said
    assert "The library torch cannot be loaded: libcudnn.so.9" in said
    assert "`lectern doctor` looks at both" in said
    _, findings = machine.findings()
    assert (findings["openvino"]["blocks"], findings["torch"]["blocks"]) == (True, True)


@pytest.mark.parametrize(
    ("program", "failure"),
    [
        ("pass", ""),
        ("raise OSError('libcudnn.so.9 is missing.')", "OSError: libcudnn.so.9 is missing"),
        ("import sys; sys.exit(3)", "it ends the process (exit code 3)"),
        ("import time; time.sleep(60)", "it takes longer than 5 seconds"),
    ],
)
def test_a_trial_says_in_a_line_why_it_failed(program: str, failure: str) -> None:
    assert run_trial(program, seconds=5) == failure


def test_a_folder_with_the_name_of_a_library_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise OSError('not the library')")
    monkeypatch.chdir(tmp_path)
    assert run_trial("import json") == ""
