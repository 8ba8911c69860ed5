"""Cuts text into a model's own tokens with the `tokenizers` library. Loads no model and no torch."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from rag.errors import ConfigurationError


class ModelTokenizer:
    """The tokenizer of `rag.protocols.Tokenizer`, read from the `tokenizer.json` of a model folder.

    It holds only the folder's name until it is used, so that it travels cheaply to worker processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the character range (start, end) of each token of `text`, special tokens left out."""
        return list(_load(self._folder).encode(text, add_special_tokens=False).offsets)


@lru_cache(maxsize=2)
def _load(folder: Path) -> Tokenizer:
    file = folder / "tokenizer.json"
    if not file.is_file():
        raise ConfigurationError(
            f"There is no tokenizer.json in {folder}.",
            "Name a model folder with a fast tokenizer in the setting `embedder`.",
        )
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
