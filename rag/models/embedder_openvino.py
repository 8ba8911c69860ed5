"""Embeds text with OpenVINO: a sentence-transformers model converted once, then run without torch. Knows no documents.

Converted are BERT-like models whose tokens are averaged. For all else, and whenever something fails, the embedder it
is given as a fallback does the work.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.models.files import loading_with_torch
from rag.models.normalise import normalise
from rag.models.openvino_precision import PROBE_TEXTS, Precision
from rag.models.openvino_runtime import ConvertedModel, UnsupportedModelError
from rag.protocols import Embedder
from rag.text import well_formed
from rag.types import Vector, Vectors

if TYPE_CHECKING:
    import torch
    from openvino import InferRequest

BATCH_SIZE = 8
"""Passages at once: larger batches were no faster on two cores."""


class OpenVinoEmbedder:
    """The embedder of `rag.protocols.Embedder`; converts or loads its model at first use.

    Unless a precision is set, its vectors have a mean cosine above 0.999 to those of the fallback; both share one
    fingerprint and one index.
    """

    def __init__(self, folder: Path, *, cache: Path, fallback: Embedder, precision: Precision | None = None) -> None:
        """`folder` holds the model, converted ones are kept under `cache`; no `precision`: the fastest that is near."""
        self._folder = folder
        self._fallback = fallback
        self._converted = ConvertedModel(
            folder.name, cache=cache, identify=self._identify, load=self._to_convert, precision=precision
        )

    @property
    def fingerprint(self) -> str:
        """The fallback's: the vectors are the same."""
        return self._fallback.fingerprint

    @property
    def max_tokens(self) -> int:
        """The longest input in tokens, special tokens included."""
        return _read_length(self._folder)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), in input order. Raises ModelError."""
        queue = self._converted.queue()
        if queue is None:
            return self._fallback.embed_passages(texts)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        encodings = self._tokenizer.encode_batch([well_formed(text) for text in texts])
        by_length = sorted(range(len(texts)), key=lambda position: len(encodings[position].ids))
        vectors: list[NDArray[np.float32] | None] = [None] * len(texts)

        def collect(request: InferRequest, batch: tuple[Sequence[int], NDArray[np.int64]]) -> None:
            positions, mask = batch
            for position, vector in zip(positions, _average(request.get_output_tensor().data, mask), strict=True):
                vectors[position] = vector

        queue.set_callback(collect)
        for start in range(0, len(texts), BATCH_SIZE):
            positions = by_length[start : start + BATCH_SIZE]
            ids, mask = _pad([encodings[position].ids for position in positions])
            queue.start_async({"input_ids": ids, "attention_mask": mask}, userdata=(positions, mask))
        queue.wait_all()
        return np.stack([vector for vector in vectors if vector is not None])

    def embed_question(self, text: str) -> Vector:
        """A vector of shape (dimension,). Raises ModelError."""
        if self._converted.compiled is None:
            return self._fallback.embed_question(text)
        vector: Vector = self.embed_passages([text])[0]
        return vector

    def _identify(self) -> str:
        _check_pooling(self._folder)
        return self.fingerprint

    def _to_convert(self) -> tuple[torch.nn.Module, dict[str, torch.Tensor]]:
        # The fallback checks the weights before they are converted.
        self._fallback.embed_question("weights checked")
        return _open_transformer(self._folder), self._example()

    def _example(self) -> dict[str, torch.Tensor]:
        """Inputs of the kind that the network is for."""
        import torch

        ids, mask = _pad([encoding.ids for encoding in self._tokenizer.encode_batch(list(PROBE_TEXTS))])
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(self.max_tokens)
        tokenizer.no_padding()
        return tokenizer


def _pad(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and attention mask, both of shape (rows, longest)."""
    ids = np.zeros((len(rows), max(len(row) for row in rows)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for position, row in enumerate(rows):
        ids[position, : len(row)] = row
        mask[position, : len(row)] = 1
    return ids, mask


def _average(tokens: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Sentence vectors of length 1 from token vectors, shape (rows, tokens, dimension).

    Averaged here rather than in the graph: in bf16 a sum over 256 tokens loses digits.
    """
    weights = mask.astype(np.float32)
    sums = np.einsum("rtd,rt->rd", tokens.astype(np.float32), weights)
    return normalise(sums / np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1)))


def _read_length(folder: Path) -> int:
    return int(json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"])


def _check_pooling(folder: Path) -> None:
    """Raise UnsupportedModelError for a model whose sentence vector is not the mean of its tokens."""
    kinds = [module["type"].rsplit(".", 1)[-1] for module in json.loads((folder / "modules.json").read_text())]
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise UnsupportedModelError(f"its layers are {', '.join(kinds)}")
    if not pooling.get("pooling_mode_mean_tokens"):
        raise UnsupportedModelError("its pooling is not the mean")
    prompts = folder / "config_sentence_transformers.json"
    if prompts.is_file() and any((json.loads(prompts.read_text()).get("prompts") or {}).values()):
        raise UnsupportedModelError("it wants prompts before its texts")


def _open_transformer(folder: Path) -> torch.nn.Module:
    """The transformer, giving its token vectors."""
    with loading_with_torch():
        import torch
        from transformers import AutoModel
        from transformers.utils import logging as transformers_logging

        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformer = AutoModel.from_pretrained(
            str(folder),
            attn_implementation="eager",
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
        )

    class TokenVectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            output: torch.Tensor = self.transformer(
                input_ids=input_ids, attention_mask=attention_mask
            ).last_hidden_state
            return output

    return TokenVectors()
