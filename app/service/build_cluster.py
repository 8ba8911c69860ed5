"""Builds what embeds on the nodes of a Ray cluster, here and there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial

from app.service.build_embedders import BUILTIN_EMBEDDER, BUILTIN_FINGERPRINT, open_embedder
from app.settings import Settings, read_settings
from ingest.cluster.connection import RayCluster
from ingest.cluster.embedder import RayEmbedder
from rag.models.e5_file import E5_NAME
from rag.models.e5_folder import E5_FINGERPRINT
from rag.protocols import Embedder
from rag.types import IndexInfo


class ClusterEmbedders:
    """Finds the embedder of an index as `find` does, and has its passages embedded in a cluster."""

    def __init__(self, cluster: RayCluster, settings: Settings, find: Callable[[IndexInfo], Embedder | None]) -> None:
        self._cluster = cluster
        self._settings = settings
        self._find = find
        self._found: dict[str, Embedder] = {}

    def find(self, index: IndexInfo) -> Embedder | None:
        """Return the embedder that an index was made with; one that the settings do not name embeds here."""
        embedder = self._find(index)
        if embedder is None:
            return None
        fingerprint = embedder.fingerprint
        if fingerprint not in self._found:
            name = self._name_of(fingerprint)
            opener = partial(open_on_node, name, self._settings.precision) if name is not None else None
            self._found[fingerprint] = RayEmbedder(self._cluster, embedder, opener) if opener else embedder
        return self._found[fingerprint]

    def count(self) -> int:
        """Return how many machines embed at once. Raises ConfigurationError."""
        return self._cluster.size.embedders

    def _name_of(self, fingerprint: str) -> str | None:
        """Return the name by which an embedder is opened; None where there is none."""
        built_in = {BUILTIN_FINGERPRINT: BUILTIN_EMBEDDER, E5_FINGERPRINT: E5_NAME}
        if fingerprint in built_in:
            return built_in[fingerprint]
        named = [self._settings.embedder, *self._settings.collection_embedders.values()]
        names = [name for name in named if open_embedder(self._settings, name).fingerprint == fingerprint]
        return names[0] if names else None


def open_on_node(name: str, precision: str) -> Embedder:
    """Open an embedder by its name on the node that this is run on, by the node's own settings of folders and engines.

    Raises ConfigurationError.
    """
    return open_embedder(read_settings(precision=None if precision == "auto" else precision), name)


def check_cluster(settings: Settings) -> str:
    """Join the cluster of the settings for a moment; returns what it has. Raises ConfigurationError."""
    with closing(RayCluster(settings.ray_address)) as cluster:
        size = cluster.size
    return f"{settings.ray_address} answers: {size.processors} processors to read with, {size.embedders} embedders"
