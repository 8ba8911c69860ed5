"""The faster precisions are near float32, and the one that is chosen is near enough."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from app.service.build_embedders import BUILTIN_SHA256, embedder_folder
from app.settings import Settings
from rag.models import openvino_precision
from rag.models.embedder_openvino import OpenVinoEmbedder
from rag.models.embedder_torch import TorchEmbedder
from rag.models.openvino_precision import PRECISIONS, PROBE_TEXTS, Precision
from rag.models.openvino_runtime import PRECISION_FILE

TEXTS = [text[start : start + 300] for text in PROBE_TEXTS for start in (0, 100)]


@pytest.fixture(scope="module")
def reference() -> TorchEmbedder:
    return TorchEmbedder(embedder_folder(Settings()), name="reference", expected_sha256=BUILTIN_SHA256)


def embed(reference: TorchEmbedder, cache: Path, precision: Precision | None) -> float:
    """Mean cosine to the reference."""
    embedder = OpenVinoEmbedder(embedder_folder(Settings()), cache=cache, fallback=reference, precision=precision)
    return float((embedder.embed_passages(TEXTS) * reference.embed_passages(TEXTS)).sum(axis=1).mean())


@pytest.mark.parametrize(("precision", "least"), [("f32", 0.9999), ("bf16", 0.999), ("int8", 0.998)])
def test_each_precision_is_near_the_reference(
    precision: Precision, least: float, reference: TorchEmbedder, tmp_path: Path
) -> None:
    assert embed(reference, tmp_path, precision) > least
    (kept,) = tmp_path.iterdir()
    assert (kept / PRECISION_FILE).read_text() == precision


def test_without_a_precision_one_is_chosen_that_changes_next_to_nothing(
    reference: TorchEmbedder, tmp_path: Path
) -> None:
    assert embed(reference, tmp_path, None) > 0.999
    (kept,) = tmp_path.iterdir()
    assert (kept / PRECISION_FILE).read_text() in PRECISIONS


def test_a_precision_that_changes_too_much_is_not_chosen(
    reference: TorchEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino_precision, "MIN_COSINE", 1.1)
    assert embed(reference, tmp_path, None) > 0.9999
    (kept,) = tmp_path.iterdir()
    assert (kept / PRECISION_FILE).read_text() == "f32"


def test_a_kept_model_without_its_precision_is_made_anew(
    reference: TorchEmbedder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embed(reference, tmp_path, "f32")
    (kept,) = tmp_path.iterdir()
    (kept / PRECISION_FILE).write_text("f64")
    with caplog.at_level(logging.WARNING):
        assert embed(reference, tmp_path, "f32") > 0.9999
    assert sum("damaged" in record.message for record in caplog.records) == 1
    np.testing.assert_equal((kept / PRECISION_FILE).read_text(), "f32")
