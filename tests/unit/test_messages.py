"""Messages and documentation name settings that exist."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import Settings

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\b(?:[Ss]ettings?|[Ss]et|[Ll]eave|[Rr]aise|[Ll]ower) ((?:`[a-z_]+`(?:, | and | or )?)+)")
VARIABLE = re.compile(r"\bLECTERN_([A-Z_]+)")
NO_SETTINGS = frozenset({"name", "sync_folder", "test_kills"})
"""A name that stands for any, a variable of the container, and one of the tests."""


def test_every_setting_that_a_message_or_a_page_names_exists() -> None:
    files = [path for room in ("app", "rag", "ingest") for path in (ROOT / room).rglob("*.py")]
    files += [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
    named = {}
    for file in files:
        text = file.read_text()
        for match in NAMED.finditer(text):
            named.update(dict.fromkeys(re.findall(r"`([a-z_]+)`", match[1]), file))
        named.update({match[1].casefold(): file for match in VARIABLE.finditer(text)})
    assert len(named) > 20
    wrong = {name: str(file) for name, file in named.items() if name not in NO_SETTINGS | Settings.model_fields.keys()}
    assert wrong == {}
