"""The converted embedder gives the vectors of the reference, needs no torch, and gives way where it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.service.build_embedders import BUILTIN_SHA256, embedder_folder
from app.settings import Settings
from rag.models.embedder_openvino import OpenVinoEmbedder
from rag.models.embedder_torch import TorchEmbedder
from rag.models.openvino_runtime import MODEL_FILE
from rag.protocols import Embedder
from tests.fakes import HashEmbedder

TEXTS = [
    "The lamp flashes three times every 20 seconds.",
    "Net revenues | 6,489 | 7,500 | 7,017",
    "bread",
    "Der Leuchtturm steht seit 1858 auf der Klippe. " * 60,
    "灯台は崖の上に立っている。",
    "",
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return embedder_folder(Settings(embedder=""))


@pytest.fixture(scope="module")
def reference(folder: Path) -> TorchEmbedder:
    return TorchEmbedder(folder, name="reference", expected_sha256=BUILTIN_SHA256)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def converted(folder: Path, reference: TorchEmbedder, cache: Path) -> OpenVinoEmbedder:
    return OpenVinoEmbedder(folder, cache=cache, fallback=reference)


def test_the_vectors_are_those_of_the_reference(converted: OpenVinoEmbedder, reference: TorchEmbedder) -> None:
    ours, theirs = converted.embed_passages(TEXTS), reference.embed_passages(TEXTS)
    assert ours.shape == theirs.shape
    cosines = (ours * theirs).sum(axis=1)
    assert float(np.mean(cosines[:-1])) > 0.999
    assert float(cosines.min()) > 0.99, "an empty text too, of which no word is left to average"
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-5)
    question = converted.embed_question(TEXTS[0])
    assert float(question @ ours[0]) > 0.999
    assert converted.fingerprint == reference.fingerprint


WITHOUT_TORCH = """
import sys
from pathlib import Path

sys.modules["torch"] = sys.modules["transformers"] = sys.modules["sentence_transformers"] = None

from app.service.build_models import build_embedder
from app.settings import Settings

embedder = build_embedder(Settings(model_cache=Path(sys.argv[1]), embedder="", engine="openvino"))
assert len(embedder.embed_question("a question")) == 384
assert sys.modules["openvino_telemetry"] is None
"""


def test_marks_that_only_stretch_or_voice_a_word_change_no_vector(
    converted: OpenVinoEmbedder, reference: TorchEmbedder
) -> None:
    for embedder in (converted, reference):
        plain, marked = embedder.embed_passages(["يفتح مكتب الميناء", "يُفتـــح مكـــتب الميـــناء"])
        np.testing.assert_array_equal(plain, marked)
        np.testing.assert_array_equal(embedder.embed_question("مكتب"), embedder.embed_question("مكـــتب"))


def test_the_first_start_and_later_ones_need_no_torch(tmp_path: Path) -> None:
    def kept() -> list[tuple[Path, int]]:
        return [(file, file.stat().st_mtime_ns) for file in tmp_path.rglob(MODEL_FILE)]

    for _ in range(2):
        before = kept()
        command = [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert before == kept() != []


def test_a_damaged_kept_model_is_made_anew(
    converted: OpenVinoEmbedder, folder: Path, reference: TorchEmbedder, cache: Path
) -> None:
    converted.embed_question("converted now")
    (kept,) = cache.iterdir()
    (kept / MODEL_FILE).write_text("<net")
    again = OpenVinoEmbedder(folder, cache=cache, fallback=reference)
    assert float(again.embed_question(TEXTS[0]) @ reference.embed_question(TEXTS[0])) > 0.999


def test_where_the_model_cannot_be_converted_the_fallback_works(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fallback = HashEmbedder()
    embedder = OpenVinoEmbedder(tmp_path, cache=tmp_path / "cache", fallback=fallback)
    np.testing.assert_array_equal(embedder.embed_passages(TEXTS), fallback.embed_passages(TEXTS))
    assert len([record for record in caplog.records if "torch does" in record.message]) == 1


def test_a_cache_that_cannot_be_written_costs_time_only(folder: Path, reference: TorchEmbedder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    embedder = OpenVinoEmbedder(folder, cache=tmp_path / "file", fallback=reference)
    assert float(embedder.embed_question(TEXTS[0]) @ reference.embed_question(TEXTS[0])) > 0.999


@pytest.mark.parametrize("engine", ["converted", "reference"])
def test_embedding_ends_where_it_may_not_go_on(engine: str, request: pytest.FixtureRequest) -> None:
    embedder: Embedder = request.getfixturevalue(engine)
    answers = iter([True, True, False])
    texts = [f"The lamp flashes {number} times." for number in range(100)]
    assert embedder.embed_passages(texts, lambda: next(answers)).shape == (0, 0)
    assert next(answers, None) is None, "it is not asked again"
    assert embedder.embed_passages(texts[:2]).shape == (2, 384)
