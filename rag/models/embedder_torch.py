"""Embeds text with a sentence-transformers model found on this machine, through torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError, loading_library
from rag.models.files import TORCH_REMEDY, check_model, hash_weights, loading_with_torch, refuse_pickles
from rag.models.normalise import normalise, readable
from rag.models.sentence_config import Prompts, read_prompts
from rag.protocols import MayGoOn, always
from rag.types import Vector, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS_AT_ONCE = 32
"""Less than half a second's work on two cores: so long others wait."""

BATCH_SIZE = 16
"""Passages at once; larger batches were no faster on two cores and pad more."""


class TorchEmbedder:
    """The embedder of `rag.protocols.Embedder`; loads its model at first use.

    `folder` holds a sentence-transformers model. On a processor with bf16 instructions the transformer runs in
    bf16: about three times as fast as float32, at a mean cosine above 0.999 to it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        expected_sha256: str = "",
        write_weights: Callable[[], None] | None = None,
    ) -> None:
        """Take the model in a folder; refuse other weights than those of `expected_sha256`, where it is given.

        `write_weights` puts weights that are kept elsewhere, with that SHA-256, into the folder before they are loaded.
        """
        self._folder = folder
        self._name = name
        self._expected_sha256 = expected_sha256
        self._write_weights = write_weights

    @cached_property
    def fingerprint(self) -> str:
        """Return the model's name, the start of its weights' SHA-256, its prompts; read without loading the model."""
        digest = self._expected_sha256 or hash_weights(self._folder)
        return f"{self._name}@{digest[:12]}{self._prompts.fingerprint}"

    @property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, special tokens included."""
        return int(self._model.max_seq_length or 512)

    def embed_passages(self, texts: Sequence[str], may_go_on: MayGoOn = always) -> Vectors:
        """Return vectors of shape (len(texts), dimension), in input order; (0, 0) once it may not go on.

        Raises ModelError.
        """
        by_length = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        made: dict[int, Vector] = {}
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            if not may_go_on():
                break
            positions = by_length[start : start + TEXTS_AT_ONCE]
            made.update(zip(positions, self._encode([texts[position] for position in positions]), strict=True))
        if not texts or len(made) < len(texts):
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([made[position] for position in range(len(texts))])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        try:
            vectors = self._model.encode_document(
                [readable(text) for text in texts], prompt=self._prompts.passage, batch_size=BATCH_SIZE
            )
        except RuntimeError as error:
            raise ModelError(
                f"The embedder {self._name} failed: {error}.", "Free some memory and sync again."
            ) from error
        return normalise(vectors)

    def embed_question(self, text: str) -> Vector:
        """Return a vector of shape (dimension,). Raises ModelError."""
        try:
            vector = self._model.encode_query(readable(text), prompt=self._prompts.question)
        except RuntimeError as error:
            raise ModelError(
                f"The embedder {self._name} failed: {error}.", "Free some memory and ask again."
            ) from error
        return normalise(vector)

    @cached_property
    def _prompts(self) -> Prompts:
        return read_prompts(self._folder)

    @cached_property
    def _model(self) -> SentenceTransformer:
        if self._write_weights:
            self._write_weights()
        elif self._expected_sha256:
            check_model(self._folder, self._expected_sha256)
        refuse_pickles(self._folder)
        with loading_with_torch():
            import torch

            with loading_library("sentence-transformers", remedy=TORCH_REMEDY):
                from sentence_transformers import SentenceTransformer
            return SentenceTransformer(
                str(self._folder),
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={
                    "dtype": torch.bfloat16 if _has_fast_bf16() else torch.float32,
                    "use_safetensors": True,
                },
            )


def _has_fast_bf16() -> bool:
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.backends.cpu.get_cpu_capability()
    return bool(capabilities.startswith("AVX512") and torch.cpu._is_avx512_bf16_supported())
