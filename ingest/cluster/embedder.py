"""Embeds passages on the nodes of a Ray cluster."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait

import numpy as np

from ingest.cluster.connection import RayCluster
from rag.errors import ConfigurationError
from rag.protocols import Embedder, MayGoOn, always
from rag.types import Vector, Vectors

TEXTS_PER_TASK = 32
"""Texts that travel together: some 0.4 s of work on two cores, beside which a round trip is nothing."""

CHECK_SECONDS = 0.2


class RayEmbedder:
    """`rag.protocols.Embedder` whose passages are embedded in a cluster, and whose questions on this machine."""

    def __init__(self, cluster: RayCluster, embedder: Embedder, open_on_node: Callable[[], Embedder]) -> None:
        """`open_on_node`, which can be pickled, returns on a node the same embedder as `embedder` is."""
        self._cluster = cluster
        self._embedder = embedder
        self._opener = pickle.dumps(open_on_node, pickle.HIGHEST_PROTOCOL)

    @property
    def fingerprint(self) -> str:
        """Return that of the embedder on this machine, which those on nodes have too."""
        return self._embedder.fingerprint

    @property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, special tokens included."""
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        """Return vectors of shape (len(texts), dimension), in input order; (0, 0) once it may not go on.

        Raises ConfigurationError, ModelError.
        """
        by_length = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        parts = [by_length[start : start + TEXTS_PER_TASK] for start in range(0, len(texts), TEXTS_PER_TASK)]
        if not parts or not may_go_on():
            return np.zeros((0, 0), dtype=np.float32)
        running = [self._cluster.embed(self._opener, tuple(texts[position] for position in part)) for part in parts]
        try:
            while wait(running, CHECK_SECONDS).not_done:
                if not may_go_on():
                    return np.zeros((0, 0), dtype=np.float32)
            made = [self._open(future) for future in running]
        finally:
            for future in running:
                future.cancel()
        vectors = np.zeros((len(texts), made[0].shape[1]), dtype=np.float32)
        for part, of_part in zip(parts, made, strict=True):
            vectors[part] = of_part
        return vectors

    def embed_question(self, text: str) -> Vector:
        """Return a vector of shape (dimension,)."""
        return self._embedder.embed_question(text)

    def _open(self, future: Future[bytes]) -> Vectors:
        """Return the vectors of one task. Raises ConfigurationError where another model made them."""
        fingerprint, vectors = pickle.loads(future.result())
        if fingerprint != self.fingerprint:
            raise ConfigurationError(
                f"A node of the Ray cluster embeds with {fingerprint}, and this machine with {self.fingerprint}.",
                "Give all nodes the same model, and sync again.",
            )
        made: Vectors = vectors
        return made
