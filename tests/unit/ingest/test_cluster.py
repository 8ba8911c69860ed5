"""What a Ray cluster's refusals mean is told in sentences."""

from __future__ import annotations

import pytest

from ingest.cluster.connection import RayCluster
from ingest.cluster.edition import Edition
from ingest.cluster.explaining import explain_refusal
from rag.errors import ConfigurationError

MISMATCH = """Version mismatch: The cluster was started with:
    Ray: 2.55.1
    Python: 3.12.3
This process on node 10.0.0.7:6379 was started with:
    Ray: 2.60.0
    Python: 3.11.7
"""


def test_other_versions_of_ray_and_python_are_named() -> None:
    refusal = explain_refusal("10.0.0.1:6379", RuntimeError(MISMATCH))
    assert "has Ray 2.55.1 with Python 3.12.3, and this machine Ray 2.60.0 with Python 3.11.7." in refusal.reason


def test_another_refusal_says_how_to_join() -> None:
    refusal = explain_refusal("10.0.0.1:6379", ConnectionError("no node here.\nTrace"))
    assert "cannot be joined: no node here." in refusal.reason
    assert "ray start --address=10.0.0.1:6379" in refusal.remedy


def test_editions_are_alike_whatever_their_version_is_called() -> None:
    edition = Edition("1.0", "abc", ("LibreOffice",))
    assert edition.differs_from(Edition("1.1", "abc", ("LibreOffice",))) == ""
    assert "has nothing to read with" in Edition("1.0", "abc", ()).differs_from(edition)
    assert "Lectern 1.0 (code abc), and this machine 1.0 (def)" in edition.differs_from(Edition("1.0", "def", ()))


@pytest.mark.parametrize("address", ["auto", "local", "ray://head:10001", "head", "head:port", "10.0.0.1:6379/x"])
def test_only_host_and_port_are_an_address(address: str) -> None:
    with pytest.raises(ConfigurationError, match="not HOST:PORT"):
        RayCluster(address)
