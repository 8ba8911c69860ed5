"""Embeds text with OpenVINO and without torch: a sentence-transformers model, converted at its first use.

Converted are BERT-like models whose tokens are averaged, or whose first token stands for the text. For all else, and
whenever OpenVINO fails, the embedder it is given as a fallback does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.normalizers import Lowercase
from tokenizers.normalizers import Sequence as NormalizerSequence

from rag.errors import LibraryError
from rag.models.files import check_model
from rag.models.normalise import normalise, readable
from rag.models.openvino_bert import Weights, build_encoder, read_config, read_weights
from rag.models.openvino_precision import PROBE_TEXTS, Precision
from rag.models.openvino_runtime import ConvertedModel, Inputs, no_engine
from rag.models.sentence_config import Pooling, Prompts, SentenceConfig, read_prompts, read_sentence_config
from rag.protocols import Embedder, MayGoOn, always
from rag.types import Vector, Vectors

if TYPE_CHECKING:
    from openvino import InferRequest, Model

BATCH_SIZE = 3
"""Passages at once on a core: larger ones are at most 4 % faster, and a question waits until those begun are done."""

WEIGHTS = "model.safetensors"


class OpenVinoEmbedder:
    """The embedder of `rag.protocols.Embedder`; converts or loads its model at first use.

    Unless a precision is set, its vectors have a mean cosine above 0.999 to those of the fallback; both share one
    fingerprint and one index.
    """

    def __init__(
        self,
        folder: Path,
        *,
        cache: Path,
        fallback: Embedder,
        name: str = "",
        expected_sha256: str = "",
        precision: Precision | None = None,
        load_weights: Callable[[], Weights] | None = None,
    ) -> None:
        """Take the model in `folder`; keep conversions under `cache`; choose the fastest near precision where none is
        given.

        `name` is for messages, the folder's unless it is given. Where `expected_sha256` is, other weights are refused.
        `load_weights` checks and reads weights that are elsewhere than in the folder.
        """
        self._folder = folder
        self._name = name or folder.name
        self._fallback = fallback
        self._expected_sha256 = expected_sha256
        self._load_weights = load_weights or self._read_weights
        self._converted = ConvertedModel(
            self._name, cache=cache, identify=self._identify, load=self._convert, precision=precision
        )

    @property
    def fingerprint(self) -> str:
        """Return the fallback's: the vectors are the same."""
        return self._fallback.fingerprint

    @property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, special tokens included."""
        return self._config.max_tokens

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        """Return vectors of shape (len(texts), dimension), in input order; (0, 0) once it may not go on.

        Raises ConfigurationError, ModelError.
        """
        if self._converted.compiled is None:
            return self._fall_back(lambda: self._fallback.embed_passages(texts, may_go_on))
        return self._embed([self._prompts.passage + readable(text) for text in texts], may_go_on)

    def embed_question(self, text: str) -> Vector:
        """Return a vector of shape (dimension,). Raises ConfigurationError, ModelError."""
        if self._converted.compiled is None:
            return self._fall_back(lambda: self._fallback.embed_question(text))
        vector: Vector = self._embed([self._prompts.question + readable(text)])[0]
        return vector

    def _fall_back(self, embed: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
        try:
            return embed()
        except LibraryError as error:
            raise no_engine(self._name, self._converted.failure, error) from error

    def _embed(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        """Run the model over texts with their prompts, the shortest first, a batch on each core."""
        queue = self._converted.queue()
        if queue is None or not texts:
            return np.zeros((0, 0), dtype=np.float32)
        pooling = self._config.pooling
        encodings = self._tokenizer.encode_batch(texts)
        by_length = sorted(range(len(texts)), key=lambda position: len(encodings[position].ids))
        vectors: list[NDArray[np.float32] | None] = [None] * len(texts)

        def collect(request: InferRequest, batch: tuple[Sequence[int], NDArray[np.int64]]) -> None:
            positions, mask = batch
            for position, vector in zip(positions, _pool(request.get_output_tensor().data, mask, pooling), strict=True):
                vectors[position] = vector

        queue.set_callback(collect)
        for start in range(0, len(texts), BATCH_SIZE):
            queue.get_idle_request_id()  # waits for one, so that the answer is not old when a batch begins
            if not may_go_on():
                break
            positions = by_length[start : start + BATCH_SIZE]
            ids, mask = _pad([encodings[position].ids for position in positions])
            queue.start_async({"input_ids": ids, "attention_mask": mask}, userdata=(positions, mask))
        queue.wait_all()
        made = [vector for vector in vectors if vector is not None]
        return np.stack(made) if len(made) == len(texts) else np.zeros((0, 0), dtype=np.float32)

    def _identify(self) -> str:
        return f"{self.fingerprint}-{self._config.pooling}"

    def _convert(self) -> tuple[Model, Inputs]:
        model = build_encoder(read_config(self._config.transformer / "config.json"), self._load_weights())
        ids, mask = _pad([encoding.ids for encoding in self._tokenizer.encode_batch(list(PROBE_TEXTS))])
        return model, {"input_ids": ids, "attention_mask": mask}

    def _read_weights(self) -> Weights:
        if self._expected_sha256:
            check_model(self._folder, self._expected_sha256)
        return read_weights(self._config.transformer / WEIGHTS)

    @cached_property
    def _config(self) -> SentenceConfig:
        return read_sentence_config(self._folder)

    @cached_property
    def _prompts(self) -> Prompts:
        return read_prompts(self._folder)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._config.transformer / "tokenizer.json"))
        if self._config.lower_case:
            others = [tokenizer.normalizer] if tokenizer.normalizer else []
            tokenizer.normalizer = NormalizerSequence([Lowercase(), *others])
        tokenizer.enable_truncation(self.max_tokens)
        tokenizer.no_padding()
        return tokenizer


def _pad(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return token ids and attention mask, both of shape (rows, longest)."""
    ids = np.zeros((len(rows), max(len(row) for row in rows)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for position, row in enumerate(rows):
        ids[position, : len(row)] = row
        mask[position, : len(row)] = 1
    return ids, mask


def _pool(tokens: NDArray[np.float32], mask: NDArray[np.int64], pooling: Pooling) -> NDArray[np.float32]:
    """Return sentence vectors of length 1 from token vectors, shape (rows, tokens, dimension).

    Averaged here rather than in the graph: in bf16 a sum over 256 tokens loses digits.
    """
    if pooling == "cls":
        return normalise(tokens[:, 0].astype(np.float32))
    weights = mask.astype(np.float32)
    sums = np.einsum("rtd,rt->rd", tokens.astype(np.float32), weights)
    return normalise(sums / np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1)))
