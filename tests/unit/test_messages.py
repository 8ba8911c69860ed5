"""Messages and documentation name settings and files that exist."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
NAMED = re.compile(r"\b(?:[Ss]ettings?|[Ss]et|[Ll]eave|[Rr]aise|[Ll]ower) ((?:`[a-z_]+`(?:, | and | or )?)+)")
VARIABLE = re.compile(r"\bLECTERN_([A-Z_]+)")
NO_SETTINGS = frozenset({"name", "sync_folder", "test_cluster", "test_kills", "test_openapi"})
"""A name that stands for any, a variable of the container, and those of the tests."""
ROOMS = "app|benchmarks|data|docs|ingest|packaging|rag|tests|tools|training"
FILE = re.compile(rf"`((?:{ROOMS})/[\w./-]*)`")
MODULE = re.compile(r"python3? -m ((?:benchmarks|tools|training)(?:\.\w+)*)")


def test_every_setting_that_a_message_or_a_page_names_exists() -> None:
    named = {}
    for file in [*(path for room in ("app", "rag", "ingest") for path in (ROOT / room).rglob("*.py")), *PAGES]:
        text = file.read_text()
        for match in NAMED.finditer(text):
            named.update(dict.fromkeys(re.findall(r"`([a-z_]+)`", match[1]), file))
        named.update({match[1].casefold(): file for match in VARIABLE.finditer(text)})
    assert len(named) > 20
    wrong = {name: str(file) for name, file in named.items() if name not in NO_SETTINGS | Settings.model_fields.keys()}
    assert wrong == {}


def test_every_file_that_a_page_names_exists() -> None:
    named = {match[1] for page in PAGES for match in FILE.finditer(page.read_text())}
    assert len(named) > 50
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_program_that_a_page_names_exists() -> None:
    named = {match[1] for page in PAGES for match in MODULE.finditer(page.read_text())}
    places = {name: ROOT / name.replace(".", "/") for name in named}
    assert len(named) > 10
    assert [
        n for n, at in places.items() if not at.with_suffix(".py").exists() and not (at / "__main__.py").exists()
    ] == []
