"""Cuts text into a model's own tokens with the `tokenizers` library. Loads no model and no torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tokenizers import Encoding, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from rag.errors import ConfigurationError

MAX_KNOWN_WORDS = 50_000
"""Words whose tokens are kept, about 12 MB: documents of one kind repeat most of theirs."""

_SPACED = re.compile(r"[^ \t\n\r]+")
_PLAIN = re.compile(r"[!-Z\\-~]+")
"""What the tokenizers of BERT part at every sign and nowhere else. Their special tokens stand in square brackets."""
_PART = re.compile(r"[0-9A-Za-z]+|[^0-9A-Za-z]")

Spans = Sequence[tuple[int, int]]


class ModelTokenizer:
    """The tokenizer of `rag.protocols.Tokenizer`, read from the `tokenizer.json` of a model folder.

    It holds only the folder's name until it is used, so that it travels cheaply to worker processes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the character range (start, end) of each token of `text`, special tokens left out."""
        words = _load_words(self._folder)
        return words.spans(text) if words else _spans(_load(self._folder), text)


class _Words:
    """Cuts text word by word and remembers the words: half the time of cutting it anew. For tokenizers of BERT, whose
    tokens never reach across a space.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, Spans] = {}

    def spans(self, text: str) -> list[tuple[int, int]]:
        known, found = self._known, []
        for match in _SPACED.finditer(text):
            tokens = known.get(match[0])
            if tokens is None:
                tokens = self._learn(match[0])
            at = match.start()
            found += [(at + start, at + end) for start, end in tokens]
        return found

    def _learn(self, word: str) -> Spans:
        # A sign parts a word for good, so that its parts can be looked up too.
        parts = list(_PART.finditer(word)) if _PLAIN.fullmatch(word) else []
        if len(parts) > 1:
            tokens = [
                (part.start() + start, part.start() + end)
                for part in parts
                for start, end in self._known.get(part[0]) or self._learn(part[0])
            ]
        else:
            tokens = _spans(self._tokenizer, word)
        if len(self._known) >= MAX_KNOWN_WORDS:
            self._known = {}
        self._known[word] = tokens
        return tokens


def _spans(tokenizer: Tokenizer, text: str) -> list[tuple[int, int]]:
    return list(tokenizer.encode(text, add_special_tokens=False).offsets)


@lru_cache(maxsize=2)
def _load_words(folder: Path) -> _Words | None:
    """Return what cuts text by words, None where the tokenizer works otherwise."""
    tokenizer = _load(folder)
    is_of_bert = (
        isinstance(tokenizer.normalizer, BertNormalizer)
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and isinstance(tokenizer.model, WordPiece)
        and all(re.fullmatch(r"\[\w+\]", token.content) for token in tokenizer.get_added_tokens_decoder().values())
    )
    return _Words(tokenizer) if is_of_bert else None


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


def pad_encodings(encodings: Sequence[Encoding]) -> dict[str, list[list[int]]]:
    """Return a network's inputs by name, rows of equal length."""
    length = max(len(one.ids) for one in encodings)
    names = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    return {
        name: [getattr(one, field) + [0] * (length - len(one.ids)) for one in encodings]
        for name, field in names.items()
    }
