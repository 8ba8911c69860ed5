"""Models that load while a command opens the rest."""

from __future__ import annotations

import threading

import pytest

from app.service.build_models import Models
from rag.errors import ModelError
from rag.types import Vector
from tests.fakes import HashEmbedder, OverlapReader


class WaitingEmbedder(HashEmbedder):
    """Loads until it is told."""

    def __init__(self) -> None:
        self.may_go_on, self.is_loaded = threading.Event(), threading.Event()

    def embed_question(self, text: str) -> Vector:
        self.may_go_on.wait()
        self.is_loaded.set()
        return super().embed_question(text)


class BrokenEmbedder(HashEmbedder):
    def embed_question(self, text: str) -> Vector:
        raise ModelError("The embedder failed.", "Free some memory.")


def test_the_block_runs_while_models_load_and_ends_when_they_have() -> None:
    embedder, reader = WaitingEmbedder(), OverlapReader()
    with Models(embedder, reader, reader).loading():
        assert not embedder.is_loaded.is_set()
        embedder.may_go_on.set()
    assert embedder.is_loaded.is_set()


def test_an_interrupted_command_waits_for_no_model() -> None:
    embedder = WaitingEmbedder()
    with pytest.raises(KeyboardInterrupt), Models(embedder, None, None).loading():
        raise KeyboardInterrupt
    assert not embedder.is_loaded.is_set()
    embedder.may_go_on.set()


def test_a_model_that_fails_to_load_says_so_to_whoever_asks_it() -> None:
    models = Models(BrokenEmbedder(), None, None)
    with models.loading():
        pass
    with pytest.raises(ModelError):
        models.embedder.embed_question("lamp")
