"""Says in a sentence why a Ray cluster cannot be used."""

from __future__ import annotations

import re

from ingest.cluster.messages import Refusal
from rag.errors import first_line

_VERSIONS = re.compile(r"Ray: (\S+)\s+Python: (\S+).*?Ray: (\S+)\s+Python: (\S+)", re.DOTALL)
"""In Ray's message on a mismatch: first those of the cluster, then those of this process."""


def explain_refusal(address: str, error: Exception) -> Refusal:
    """Return reason and remedy for an error with which Ray refused to join a cluster."""
    found = _VERSIONS.search(str(error))
    if found and "mismatch" in str(error):
        return Refusal(
            f"The Ray cluster at {address} has Ray {found[1]} with Python {found[2]}, and this machine Ray {found[3]} "
            f"with Python {found[4]}.",
            "Install the same versions of both on all its machines.",
        )
    return Refusal(
        f"The Ray cluster at {address} cannot be joined: {first_line(error)}.",
        f"This machine has to be one of its nodes: `ray start --address={address} --num-cpus=0`. Else correct the "
        "setting `ray_address`.",
    )
