"""Scores passages with a cross-encoder of sentence-transformers that the user named."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigurationError, ModelError, loading_library
from rag.models.files import TORCH_REMEDY, downloads, loading_with_torch
from rag.text import well_formed

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH_SIZE = 16

MAX_TOKENS = 512
"""Question and passage together, also for models that could read more: chunks are shorter, and time is not."""

HEADLESS = ("Model", "ForMaskedLM", "ForPreTraining")
"""Endings of architectures without a score: loaded as cross-encoders they get a random one."""

NAME_ONE = "Name the folder of a sentence-transformers cross-encoder in the setting `reranker`, or leave it empty."


class NamedCrossEncoder:
    """The reranker of `rag.protocols.Reranker`, run by torch; loads its model at first use.

    Only safetensors weights are read, and no code that comes with a model is run. What is longer than MAX_TOKENS is
    cut.
    """

    def __init__(self, name: str, *, allow_downloads: bool = False) -> None:
        """Take a folder, or a model's name on the hub: looked up on this machine, and there if allowed."""
        self._name = name
        self._allow_downloads = allow_downloads
        self._loading = threading.Lock()

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one score for each passage, in input order: the model's logit. Raises ConfigurationError,
        ModelError."""
        if not passages:
            return []
        with self._loading:
            model = self._model
        asked = well_formed(question)
        try:
            scores = model.predict(
                [(asked, well_formed(passage)) for passage in passages],
                batch_size=BATCH_SIZE,
                show_progress_bar=False,
            )
        except (RuntimeError, IndexError) as error:
            raise ModelError(
                f"The reranker {self._name} failed: {error}.", "Free some memory, or name another in `reranker`."
            ) from error
        return [float(score) for score in scores]

    @cached_property
    def _model(self) -> CrossEncoder:
        folder = Path(self._name).expanduser()
        with loading_with_torch():
            import torch

            with loading_library("sentence-transformers", remedy=TORCH_REMEDY):
                from sentence_transformers import CrossEncoder
            try:
                with downloads(allowed=self._allow_downloads and not folder.is_dir()) as allowed:
                    model: CrossEncoder = CrossEncoder(
                        str(folder) if folder.is_dir() else self._name,
                        local_files_only=not allowed,
                        trust_remote_code=False,
                        model_kwargs={"use_safetensors": True},
                        activation_fn=torch.nn.Identity(),
                    )
            except Exception as error:  # Models fail to load in as many ways as there are models.
                raise self._refusal(error, is_folder=folder.is_dir()) from error
        self._check_head(model)
        if not model.max_seq_length or model.max_seq_length > MAX_TOKENS:
            model.max_seq_length = MAX_TOKENS
        return model

    def _check_head(self, model: CrossEncoder) -> None:
        architectures = (model.config.architectures if model.config else None) or [""]
        if architectures[0].endswith(HEADLESS):
            raise ConfigurationError(f"The model {self._name} is not a cross-encoder:  {architectures[0]}.", NAME_ONE)
        if model.num_labels != 1:
            raise ConfigurationError(
                f"The cross-encoder {self._name} gives {model.num_labels} scores, not one.", NAME_ONE
            )

    def _refusal(self, error: Exception, *, is_folder: bool) -> ConfigurationError:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        if is_folder or self._allow_downloads:
            return ConfigurationError(f"The reranker {self._name} could not be loaded: {why[:300]}", NAME_ONE)
        return ConfigurationError(
            f"The reranker {self._name} is neither a folder nor a model on this machine.",
            f"{NAME_ONE} To fetch a named model from its hub, set `allow_downloads` to true.",
        )
