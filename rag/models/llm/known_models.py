"""Names small models that chat, run on ordinary machines and may be used by anybody under their licences."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import NotFoundError
from rag.models.llm.free_memory import free_memory

DATA = Path(__file__).with_name("known_models.json")
RECOMMENDED = (("qwen3-4b", 8), ("qwen2.5-1.5b", 1), ("qwen2.5-0.5b", 1))
"""The better first, with the processors that it wants: the first is offered whose memory and processors are there.

A model of 1.5 billion parameters takes minutes for the passages of a question on two busy cores (`docs/llms.md`).
"""
SPARE_BYTES = 2_000_000_000
"""Bytes. What embedder, reader and index take beside an LLM."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model on the hub: its repository and files, about how large it is, and what it is good for."""

    name: str
    title: str
    repository: str
    file: str
    gigabytes: float
    memory_gigabytes: float
    """About what it takes while it answers, with 8,192 tokens of context."""
    licence: str
    good_for: str
    projector: str = ""
    """The file by which it sees images."""

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Return each file's name on the hub, and the one that it is kept by here."""
        kept = ((self.file, f"{self.name}.gguf"),)
        return (*kept, (self.projector, f"mmproj-{self.name}.gguf")) if self.projector else kept


@functools.cache
def known_models() -> tuple[KnownModel, ...]:
    """Return them, the smaller first."""
    return tuple(KnownModel(**entry) for entry in _data()["models"])


def known_as_of() -> str:
    """Return the date of the list, as YYYY-MM-DD."""
    return str(_data()["as_of"])


def find_known(name: str) -> KnownModel:
    """Return the model of this name. Raises NotFoundError."""
    for model in known_models():
        if model.name == name.strip().lower():
            return model
    names = ", ".join(model.name for model in known_models())
    raise NotFoundError(f"No model {name!r} is known.", f"Known: {names}.")


def recommend() -> KnownModel:
    """Return the best that this machine has the memory and processors for, the smallest of them where it has not."""
    free, processors = free_memory(), os.cpu_count() or 1
    for name, wanted in RECOMMENDED:
        model = find_known(name)
        if processors >= wanted and (free is None or model.memory_gigabytes * 1e9 + SPARE_BYTES <= free):
            return model
    return find_known(RECOMMENDED[-1][0])


def _data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return read
