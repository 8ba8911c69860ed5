"""Names small models that chat, run on ordinary machines and may be used by anybody under their licences."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import NotFoundError
from rag.models.llm.free_memory import free_memory

DATA = Path(__file__).with_name("known_models.json")
RECOMMENDED = ("qwen3-4b", "qwen2.5-1.5b", "qwen2.5-0.5b")
"""The better first: the first whose memory is there is offered."""
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
    """Return the best that the free memory of this machine is enough for, the smallest of them where none is."""
    free = free_memory()
    models = [find_known(name) for name in RECOMMENDED]
    fitting = [model for model in models if free is None or model.memory_gigabytes * 1e9 + SPARE_BYTES <= free]
    return fitting[0] if fitting else models[-1]


def _data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return read
