"""Cuts text into a model's own tokens with the `tokenizers` library. Loads no model and no torch."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from rag.errors import ConfigurationError


class ModelTokenizer:
    """The tokenizer of `rag.protocols.Tokenizer`, read from the `tokenizer.json` of a model folder."""

    def __init__(self, folder: Path) -> None:
        file = folder / "tokenizer.json"
        if not file.is_file():
            raise ConfigurationError(
                f"There is no tokenizer.json in {folder}.",
                "Name a model folder with a fast tokenizer in the setting `embedder`.",
            )
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The character range (start, end) of each token of `text`, special tokens left out."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)
