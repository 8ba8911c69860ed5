"""Starts a Ray cluster of several nodes on this machine, without dashboard and statistics."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.paths import CHECKOUT

NOT_INSTALLED = "Ray (lectern[scale]) is not installed"


@contextmanager
def ray_cluster(nodes: int) -> Iterator[Any]:
    """A cluster of a head without processors and some nodes of one; skips where Ray is not installed."""
    pytest.importorskip("ray", reason=NOT_INSTALLED)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Else they give way to everything else on the machine.
        environment.setenv("RAY_worker_niceness", "0")
        environment.setenv("PYTHONPATH", str(CHECKOUT), prepend=os.pathsep)
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        try:
            for _ in range(nodes):
                cluster.add_node(num_cpus=1)
            yield cluster
        finally:
            cluster.shutdown()
