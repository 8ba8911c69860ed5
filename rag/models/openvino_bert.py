"""Builds the OpenVINO graph of a BERT-like encoder from its config.json and its weights, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.models.files import read_json
from rag.models.openvino_runtime import UnsupportedModelError
from rag.models.packed_weights import read_packed

if TYPE_CHECKING:
    from openvino import Model, Node

Weights = Mapping[str, Any]
"""Arrays by the name of their layer, as transformers names them in a BertModel; word embeddings may be packed."""

WORD_EMBEDDINGS = "embeddings.word_embeddings.weight"

FIRST_LAYER = "embeddings.LayerNorm.weight"
"""In every file of such weights; what stands before its name there stands before all the encoder's."""

ROBERTA_LIKE = ("roberta", "xlm-roberta", "camembert")
"""The same layers as BERT's; positions are counted over the tokens that are not padding, from the padding's id on."""

ACTIVATIONS = {"gelu": "erf", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}
"""The names of transformers, and what OpenVINO calls the approximation."""

MASKED = 1e9
"""Taken off the attention that goes to padding: its share is then zero in float32 and in bf16."""

TOKEN_AXIS, SIZE_AXIS = 1, 2


@dataclass(frozen=True, slots=True)
class PackedTable:
    """A table in 4 bits, whose rows are unpacked when they are looked up: an eighth of its size in float32."""

    bits: NDArray[np.uint8]
    """Shape (rows, blocks, half a block): each byte holds a weight of a block's first half, and one of its second."""
    scales: NDArray[np.float16]
    """Shape (rows, blocks)."""
    zero: int
    """The four bits of a weight of zero."""

    def unpack(self) -> NDArray[np.float32]:
        """Return all of it, of shape (rows, columns)."""
        steps = np.concatenate([self.bits & 15, self.bits >> 4], axis=-1).astype(np.float32) - np.float32(self.zero)
        return (steps * self.scales.astype(np.float32)[:, :, None]).reshape(len(self.bits), -1)


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape of an encoder, from its config.json."""

    layers: int
    heads: int
    epsilon: float
    activation: str
    max_tokens: int
    padding_id: int | None
    """Where positions are counted as in RoBERTa; None where they are counted from zero."""


def read_config(file: Path) -> EncoderConfig:
    """Return the encoder that a config.json describes. Raises UnsupportedModelError for all but BERT-like ones."""
    config = read_json(file)
    kind = config.get("model_type")
    if kind not in ("bert", *ROBERTA_LIKE):
        raise UnsupportedModelError(f"its model_type is {kind}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise UnsupportedModelError("its positions are relative")
    if config.get("is_decoder"):
        raise UnsupportedModelError("it is a decoder")
    activation = config.get("hidden_act", "gelu")
    if activation not in ACTIVATIONS:
        raise UnsupportedModelError(f"its activation is {activation}")
    padding_id = int(config["pad_token_id"]) if kind in ROBERTA_LIKE else None
    return EncoderConfig(
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        activation=ACTIVATIONS[activation],
        max_tokens=int(config["max_position_embeddings"]) - (0 if padding_id is None else padding_id + 1),
        padding_id=padding_id,
    )


def read_weights(file: Path) -> dict[str, NDArray[Any]]:
    """Return the encoder's arrays in a safetensors file, heads left out. Raises UnsupportedModelError, OSError."""
    arrays = read_packed(file)
    prefix = next((name.removesuffix(FIRST_LAYER) for name in arrays if name.endswith(FIRST_LAYER)), None)
    if prefix is None:
        raise UnsupportedModelError(f"{file.name} has no layer {FIRST_LAYER}")
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def count_layers(weights: Weights) -> int:
    """Return how many layers there are weights of."""
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))


def build_encoder(config: EncoderConfig, weights: Weights, *, with_token_types: bool = False) -> Model:
    """Return a graph from `input_ids` and `attention_mask` to token vectors of shape (rows, tokens, size), in float32.

    All inputs are integers of shape (rows, tokens); `token_type_ids` is one where it is asked for, else all are 0.
    Matrix products have the names of their layers. Raises UnsupportedModelError where a layer is missing.
    """
    from openvino import Model
    from openvino import opset13 as opset

    graph = _Graph(config, weights)
    ids, mask = _input("input_ids"), _input("attention_mask")
    types = _input("token_type_ids") if with_token_types else None
    unseen = opset.multiply(opset.subtract(opset.convert(mask, "f32"), np.float32(1)), np.float32(MASKED))
    # (rows, heads, from token, to token): the same for all heads and all tokens that look.
    bias = opset.unsqueeze(unseen, np.array([1, 2]))
    tokens = graph.embed(ids, types)
    for layer in range(config.layers):
        tokens = graph.transform(tokens, bias, f"encoder.layer.{layer}")
    inputs = [ids, mask] if types is None else [ids, mask, types]
    return Model([opset.result(tokens)], inputs, "encoder")


def _input(name: str) -> Node:
    from openvino import Type
    from openvino import opset13 as opset

    node = opset.parameter([-1, -1], Type.i64, name=name)
    node.output(0).set_names({name})
    return node


class _Graph:
    """Adds an encoder's layers to a graph, with the weights that have their names."""

    def __init__(self, config: EncoderConfig, weights: Weights) -> None:
        from openvino import opset13

        self._opset = opset13
        self._config = config
        self._weights = weights

    def embed(self, ids: Node, types: Node | None) -> Node:
        """Return the vectors of words, positions and token types, summed and normalised."""
        opset = self._opset
        positions = self._array("embeddings.position_embeddings.weight")
        kinds = self._array("embeddings.token_type_embeddings.weight")
        total = self._look_up_words(ids)
        if types is None:
            positions = positions + kinds[0]
        else:
            total = opset.add(total, self._look_up(kinds, types))
        total = opset.add(total, self._look_up(positions, self._count(ids)))
        return self._normalise(total, "embeddings.LayerNorm")

    def transform(self, tokens: Node, bias: Node, layer: str) -> Node:
        """Return one layer of the encoder: attention and two linear layers, each summed with what went into it."""
        opset = self._opset
        attended = self._linear(self._attend(tokens, bias, layer), f"{layer}.attention.output.dense")
        tokens = self._normalise(opset.add(attended, tokens), f"{layer}.attention.output.LayerNorm")
        wide = opset.gelu(self._linear(tokens, f"{layer}.intermediate.dense"), self._config.activation)
        narrow = self._linear(wide, f"{layer}.output.dense")
        return self._normalise(opset.add(narrow, tokens), f"{layer}.output.LayerNorm")

    def _count(self, ids: Node) -> Node:
        """Return the positions of tokens."""
        opset, padding_id = self._opset, self._config.padding_id
        if padding_id is None:
            count = opset.gather(opset.shape_of(ids), np.int64(TOKEN_AXIS), np.int64(0))
            return opset.range(np.int64(0), count, np.int64(1), "i64")
        is_text = opset.convert(opset.not_equal(ids, np.int64(padding_id)), "i64")
        counted = opset.multiply(opset.cum_sum(is_text, np.int64(TOKEN_AXIS)), is_text)
        return opset.add(counted, np.int64(padding_id))

    def _attend(self, tokens: Node, bias: Node, layer: str) -> Node:
        """Return the sum of the values of all tokens, weighted by how well their keys fit a token's query."""
        opset = self._opset
        queries, keys, values = (
            self._split_heads(self._linear(tokens, f"{layer}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        attended = opset.scaled_dot_product_attention(queries, keys, values, bias)
        # Back to (rows, tokens, size): 0 keeps an axis, -1 takes the rest.
        return opset.reshape(opset.transpose(attended, np.array([0, 2, 1, 3])), np.array([0, 0, -1]), special_zero=True)

    def _split_heads(self, vectors: Node) -> Node:
        """Reshape (rows, tokens, size) to (rows, heads, tokens, size of a head)."""
        opset = self._opset
        split = opset.reshape(vectors, np.array([0, 0, self._config.heads, -1]), special_zero=True)
        return opset.transpose(split, np.array([0, 2, 1, 3]))

    def _linear(self, vectors: Node, name: str) -> Node:
        opset = self._opset
        weight = opset.constant(self._array(f"{name}.weight"))
        product = opset.matmul(vectors, weight, transpose_a=False, transpose_b=True, name=name)
        return opset.add(product, opset.constant(self._array(f"{name}.bias")))

    def _normalise(self, vectors: Node, name: str) -> Node:
        """Add a layer normalisation."""
        opset = self._opset
        scaled = opset.mvn(vectors, np.array([SIZE_AXIS]), True, self._config.epsilon, "inside_sqrt")
        weight, bias = (opset.constant(self._array(f"{name}.{part}")) for part in ("weight", "bias"))
        return opset.add(opset.multiply(scaled, weight), bias)

    def _look_up_words(self, ids: Node) -> Node:
        opset, table = self._opset, self._weights.get(WORD_EMBEDDINGS)
        if not isinstance(table, PackedTable):
            return self._look_up(self._array(WORD_EMBEDDINGS), ids)
        # (rows, tokens, blocks, half a block); arithmetic on whole numbers below 256, which bf16 holds exactly.
        pairs = opset.convert(self._look_up(table.bits, ids), "f32")
        high = opset.floor(opset.multiply(pairs, np.float32(1 / 16)))
        low = opset.subtract(pairs, opset.multiply(high, np.float32(16)))
        steps = opset.subtract(opset.concat([low, high], 3), np.float32(table.zero))
        scales = opset.unsqueeze(opset.convert(self._look_up(table.scales, ids), "f32"), np.int64(3))
        return opset.reshape(opset.multiply(steps, scales), np.array([0, 0, -1]), special_zero=True)

    def _look_up(self, table: NDArray[Any], rows: Node) -> Node:
        return self._opset.gather(self._opset.constant(table), rows, np.int64(0))

    def _array(self, name: str) -> NDArray[np.float32]:
        try:
            array: NDArray[np.float32] = self._weights[name].astype(np.float32, copy=False)
            return array
        except KeyError:
            raise UnsupportedModelError(f"it has no layer {name}") from None
