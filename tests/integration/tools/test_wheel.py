"""The wheel alone is Lectern: its program, its data files and weights, with no repository near."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from app import __version__
from tests.paths import CHECKOUT

SOURCES = ("rag", "ingest", "app", "pyproject.toml", "README.md", "LICENSE", "NOTICE")

QUESTION = "How often does the lamp of the Brennick lighthouse flash?"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources: building leaves folders behind."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(CHECKOUT / name, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_packages_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
        metadata = archive.read(f"lectern-{__version__}.dist-info/METADATA").decode()
    present = {
        file.relative_to(CHECKOUT).as_posix()
        for package in ("rag", "ingest", "app")
        for file in (CHECKOUT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert not present - packed
    assert f"lectern-{__version__}.dist-info/licenses/LICENSE" in packed
    assert f"lectern-{__version__}.dist-info/licenses/NOTICE" in packed
    assert "License-Expression: Apache-2.0" in metadata
    assert f"Version: {__version__}\n" in metadata


def test_the_wheel_in_an_empty_environment_answers_with_no_repository_near(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    install = [sys.executable, "-m", "pip", "--python", str(environment), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    # What is locked is seen from here; the link to the repository that lies there is not followed.
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    documents = tmp_path / "documents"
    documents.mkdir()
    for file in (CHECKOUT / "data" / "sample").glob("*.md"):
        shutil.copy(file, documents)
    shutil.copy(CHECKOUT / "data" / "sample" / "harbour-handbook-2024.pdf", documents)

    def run(*arguments: str) -> str:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [str(environment / "bin" / "lectern"), *arguments],
            cwd=tmp_path, env={**kept, "HOME": str(tmp_path), "LECTERN_HOME": str(tmp_path / "home")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run("--version") == f"lectern {__version__}\n"
    assert "2 added" in run("sync", str(documents))
    assert "harbour-handbook-2024.pdf" in run("ask", QUESTION)
    source = [str(environment / "bin" / "python"), "-c", "import app; print(app.__file__)"]
    shown = subprocess.run(
        source, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith(str(packages))
