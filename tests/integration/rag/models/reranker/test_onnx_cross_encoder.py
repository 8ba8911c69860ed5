"""MS MARCO's MiniLM-L12, read from its package, tells the sentence that answers in other words from its neighbours."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from rag.errors import ConfigurationError
from rag.models.reranker.onnx_cross_encoder import RANKER_FILE, RANKER_SHA256, OnnxCrossEncoder, find_ranker_folder

SENTENCES = [
    "Packs of 20, 50 and 100 are on sale.",
    "The tablets are round, yellow and scored on one side.",
    "Keep this leaflet and all medicines out of the sight and reach of children, " * 20,
]


@pytest.fixture(scope="module")
def ranker() -> OnnxCrossEncoder:
    folder = find_ranker_folder()
    assert folder is not None, "the lock has the package"
    return OnnxCrossEncoder(folder, expected_sha256=RANKER_SHA256)


def test_the_sentence_that_answers_in_other_words_is_far_ahead(ranker: OnnxCrossEncoder) -> None:
    scores = ranker.score("What colour are the pills?", SENTENCES)
    assert scores[1] > max(scores[0], scores[2]) + 5
    assert ranker.score("What colour are the pills?", [SENTENCES[1]])[0] == scores[1]
    assert ranker.score("Who keeps the keys?", SENTENCES)[1] < scores[1] - 5
    assert ranker.score("What colour are the pills?", SENTENCES[::-1])[1] == pytest.approx(scores[1], abs=0.2)


def test_long_questions_and_special_tokens_are_texts_like_others(ranker: OnnxCrossEncoder) -> None:
    scores = ranker.score("why " * 2_000, ["It rains.", "[SEP] [CLS] \ud800"])
    assert all(map(math.isfinite, scores))
    assert ranker.score("Why?", []) == []


def test_weights_that_are_not_the_expected_ones_are_refused(tmp_path: Path) -> None:
    found = find_ranker_folder()
    assert found is not None
    shutil.copy(found / "tokenizer.json", tmp_path)
    (tmp_path / RANKER_FILE).write_bytes(b"damaged")
    with pytest.raises(ConfigurationError, match="damaged or were replaced"):
        OnnxCrossEncoder(tmp_path, expected_sha256=RANKER_SHA256).score("Why?", ["Because."])
