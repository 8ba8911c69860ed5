"""The texts of the page cover what the service reports."""

from __future__ import annotations

import re
from pathlib import Path

import rag
from app.web import texts

MARKED = re.compile(r'\.mark\("([^"]+)"\)')


def test_each_stage_of_an_answer_has_words_on_the_page() -> None:
    sources = Path(rag.__file__).parent.rglob("*.py")
    stages = {stage for file in sources for stage in MARKED.findall(file.read_text(encoding="utf-8"))}
    assert stages - set(texts.ANSWER_STAGES) == set()
    assert "judge" in stages
