"""Embeds text with OpenVINO: a sentence-transformers model converted once, then run without torch. Knows no documents.

Converted are BERT-like models whose tokens are averaged. For all else, and whenever something fails, the embedder it
is given as a fallback does the work.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.protocols import Embedder
from rag.text import well_formed
from rag.types import Vector, Vectors
from rag.vectors import normalise

if TYPE_CHECKING:
    from openvino import AsyncInferQueue, CompiledModel, Core, InferRequest, Model

log = logging.getLogger(__name__)

BATCH_SIZE = 8
"""Passages at once: larger batches were no faster on two cores."""

CONVERTER_VERSION = 1
"""Raised when the same weights would be converted differently: part of the cache's key."""

MODEL_FILE = "model.xml"

SLEEPING_TELEMETRY = "openvino_telemetry"


class UnsupportedModelError(Exception):
    """This model's layers cannot be converted here."""


class OpenVinoEmbedder:
    """The embedder of `rag.protocols.Embedder`; converts or loads its model at first use.

    In bf16 where the processor has it, else in float32. Its vectors have a mean cosine above 0.999 to those of the
    fallback, so both share one fingerprint and one index.
    """

    def __init__(self, folder: Path, *, cache: Path, fallback: Embedder) -> None:
        """`folder` holds the model, converted ones are kept under `cache`."""
        self._folder = folder
        self._cache = cache
        self._fallback = fallback
        self._loading = threading.Lock()
        self._queues = threading.local()

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
        compiled = self._loaded
        if compiled is None:
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

        queue = self._queue(compiled)
        queue.set_callback(collect)
        for start in range(0, len(texts), BATCH_SIZE):
            positions = by_length[start : start + BATCH_SIZE]
            ids, mask = _pad([encodings[position].ids for position in positions])
            queue.start_async({"input_ids": ids, "attention_mask": mask}, userdata=(positions, mask))
        queue.wait_all()
        return np.stack([vector for vector in vectors if vector is not None])

    def embed_question(self, text: str) -> Vector:
        """A vector of shape (dimension,). Raises ModelError."""
        if self._loaded is None:
            return self._fallback.embed_question(text)
        vector: Vector = self.embed_passages([text])[0]
        return vector

    def _queue(self, compiled: CompiledModel) -> AsyncInferQueue:
        """One for each thread: a queue's batches belong to one caller."""
        if not hasattr(self._queues, "own"):
            import openvino

            self._queues.own = openvino.AsyncInferQueue(compiled)
        return self._queues.own

    @property
    def _loaded(self) -> CompiledModel | None:
        with self._loading:
            return self._compiled

    @cached_property
    def _compiled(self) -> CompiledModel | None:
        """The model, None where it cannot be converted: the reason is logged once."""
        try:
            return self._load()
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            log.warning("OpenVINO cannot run %s (%s): torch does, more slowly.", self._folder.name, reason[:200])
            return None

    def _load(self) -> CompiledModel:
        # Set to None, an import of it fails, and OpenVINO falls back to its own stub that reports nothing.
        sys.modules[SLEEPING_TELEMETRY] = None  # type: ignore[assignment]
        import openvino

        _check_pooling(self._folder)
        core = openvino.Core()
        precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
        model = self._read_or_convert(core)
        # One stream a core, each working on a batch of its own: 12 % faster here than all cores on one batch.
        settings = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "THROUGHPUT"}
        return core.compile_model(model, "CPU", settings)

    def _read_or_convert(self, core: Core) -> Model:
        key = f"{self.fingerprint}-openvino{version('openvino')}-{CONVERTER_VERSION}"
        kept = self._cache / hashlib.sha256(key.encode()).hexdigest()[:16]
        if (kept / MODEL_FILE).is_file():
            try:
                return core.read_model(kept / MODEL_FILE)
            except RuntimeError:
                log.warning("The converted model in %s is damaged: it is made anew.", kept)
                shutil.rmtree(kept, ignore_errors=True)
        model = _convert(self._folder, self._fallback)
        _keep(model, kept)
        return model

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


def _convert(folder: Path, verified: Embedder) -> Model:
    """The transformer as an OpenVINO model; the one step that needs torch, done once for each model."""
    # The fallback checks the weights before they are converted.
    verified.embed_question("weights checked")
    import openvino
    import torch
    from transformers import AutoModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformer = AutoModel.from_pretrained(
        str(folder), attn_implementation="eager", dtype=torch.float32, local_files_only=True, trust_remote_code=False
    ).eval()

    class TokenVectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            output: torch.Tensor = self.transformer(
                input_ids=input_ids, attention_mask=attention_mask
            ).last_hidden_state
            return output

    example = torch.ones((2, 16), dtype=torch.long)
    with torch.no_grad(), warnings.catch_warnings():
        # Tracing warns that a later torch will trace differently; the versions are locked.
        warnings.simplefilter("ignore")
        return openvino.convert_model(
            TokenVectors(), example_input={"input_ids": example, "attention_mask": example.clone()}
        )


def _keep(model: Model, folder: Path) -> None:
    """Save a converted model; a folder that cannot be written, or another process that was first, is no failure."""
    import openvino

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix="converting-"))
    except OSError as error:
        log.warning("The converted model cannot be kept in %s (%s): it is made anew each time.", folder, error.strerror)
        return
    try:
        openvino.save_model(model, scratch / MODEL_FILE, compress_to_fp16=False)
        scratch.replace(folder)  # In one step, so that nobody reads half a model.
    except (OSError, RuntimeError) as error:
        log.info("The converted model was not kept: %s", error)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
