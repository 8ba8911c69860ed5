"""What adapters that run local models share: hashes of weights, and no look-ups on a hub. Knows no model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from rag.errors import ConfigurationError


def hash_files(files: Iterable[Path]) -> str:
    """SHA-256 over the contents of files, one after the other. Raises OSError."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def check_weights(file: Path, expected_sha256: str, *, remedy: str) -> None:
    """Raise ConfigurationError unless the file is there and has this SHA-256."""
    try:
        found = hash_files([file])
    except OSError as error:
        raise ConfigurationError(f"The weights {file} cannot be read: {error.strerror}.", remedy) from error
    if found != expected_sha256:
        raise ConfigurationError(
            f"The weights {file} have SHA-256 {found[:12]}…, not {expected_sha256[:12]}…: "
            "they are damaged or were replaced.",
            remedy,
        )


def stay_offline() -> None:
    """Keep the model libraries off the hub; to be called before they are imported, which reads it."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
