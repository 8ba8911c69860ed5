"""Which memory is free, in a container, too, and which known model is recommended for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.errors import NotFoundError
from rag.models.llm import free_memory, known_models
from rag.models.llm.known_models import find_known, recommend

GB = 1_000_000_000


def container(folder: Path, *, limit: str, used: int, files: int) -> Path:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {files}\nactive_file 5\n")
    return folder


def test_linux_says_what_is_available(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  2000 kB\nMemFree:  10 kB\nMemAvailable:    1500 kB\n")
    assert free_memory._available(tmp_path / "meminfo") == 1500 * 1024
    assert free_memory._available(tmp_path / "nowhere") is None


def test_a_container_has_its_limit_less_what_it_uses_and_cannot_give_up(tmp_path: Path) -> None:
    assert free_memory._left_in_container(container(tmp_path, limit="4000", used=3000, files=500)) == 1500
    assert free_memory._left_in_container(container(tmp_path, limit="4000", used=4100, files=0)) == 0
    assert free_memory._left_in_container(container(tmp_path, limit="max", used=3000, files=0)) is None
    assert free_memory._left_in_container(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("free", "processors", "name"),
    [
        (64 * GB, 16, "qwen3-4b"),
        (64 * GB, 2, "qwen2.5-1.5b"),
        (5 * GB, 16, "qwen2.5-1.5b"),
        (3.5 * GB, 16, "qwen2.5-0.5b"),
        (GB, 1, "qwen2.5-0.5b"),
    ],
)
def test_the_best_model_that_fits_is_recommended(
    free: float, processors: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_models, "free_memory", lambda: round(free))
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert recommend().name == name


def test_every_known_model_can_be_kept_and_named() -> None:
    known = known_models.known_models()
    assert len({model.name for model in known}) == len(known)
    for model in known:
        assert model.name == model.name.lower().strip()
        assert "/" not in model.name
        assert model.repository.count("/") == 1
        assert model.file.endswith(".gguf")
        assert 0 < model.gigabytes < model.memory_gigabytes
        assert model.licence
        assert find_known(f" {model.name.upper()} ") is model
    with pytest.raises(NotFoundError, match="No model 'gpt-5' is known"):
        find_known("gpt-5")
