"""Opens the reader to be measured: the shipped one, or weights that are not shipped yet. Scores nothing."""

from __future__ import annotations

from pathlib import Path

from app.service.build_models import build_reader, reader_of
from app.settings import Settings
from rag.errors import ConfigurationError
from rag.models.files import hash_files
from rag.protocols import PassageReader


def open_reader(settings: Settings, weights: Path | None) -> PassageReader | None:
    """Return the product's reader, or one of `weights`; None where there are none. Raises ConfigurationError."""
    if weights is None:
        return build_reader(settings)
    try:
        sha256 = hash_files([weights])
    except OSError as error:
        raise ConfigurationError(
            f"The weights {weights} cannot be read: {error.strerror}.", "Check the path."
        ) from None
    return reader_of(settings, weights, sha256)
