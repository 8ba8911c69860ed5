"""Reads the files that say how a sentence-transformers model turns token vectors into the vector of a text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from rag.models.files import read_json
from rag.models.openvino_bert import read_config
from rag.models.openvino_runtime import UnsupportedModelError

Pooling = Literal["mean", "cls"]

LAYERS = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
"""Vectors are brought to length 1 in either case."""

POOLINGS: dict[str, Pooling] = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
"""The keys of sentence-transformers before 5.2; since then `pooling_mode` names the pooling."""

PASSAGE_PROMPTS = ("document", "passage", "corpus")
"""The names under which models keep the prompt for passages; the first that is not empty is taken."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts that a model wants before its texts; empty where it wants none."""

    question: str = ""
    passage: str = ""

    @property
    def fingerprint(self) -> str:
        """Return a hash of the prompts, "" without any: vectors made with different prompts do not compare."""
        if not self.question and not self.passage:
            return ""
        return "+" + sha256(f"{self.question}\0{self.passage}".encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class SentenceConfig:
    """The way from a text through the transformer in the folder `transformer` to its vector."""

    transformer: Path
    pooling: Pooling
    max_tokens: int
    lower_case: bool


def read_prompts(folder: Path) -> Prompts:
    """Return the prompts for questions and for passages. Raises OSError, ConfigurationError."""
    file = folder / "config_sentence_transformers.json"
    prompts = read_json(file).get("prompts") if file.is_file() else None
    named: dict[str, str] = {name: text for name, text in (prompts or {}).items() if text}
    passage = next((named[name] for name in PASSAGE_PROMPTS if name in named), "")
    return Prompts(named.get("query", ""), passage)


def read_sentence_config(folder: Path) -> SentenceConfig:
    """Return the layers of a model, where they are a transformer and a pooling that are known here.

    Raises UnsupportedModelError for others, OSError, ConfigurationError.
    """
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    if kinds not in LAYERS:
        raise UnsupportedModelError(f"its layers are {', '.join(kinds)}")
    transformer, pooling = (folder / module["path"] for module in modules[:2])
    inputs = read_json(transformer / "sentence_bert_config.json")
    return SentenceConfig(
        transformer=transformer,
        pooling=_read_pooling(pooling / "config.json"),
        max_tokens=_read_length(transformer, inputs.get("max_seq_length")),
        lower_case=bool(inputs.get("do_lower_case")),
    )


def _read_pooling(file: Path) -> Pooling:
    config = read_json(file)
    modes = config.get("pooling_mode") or [key for key, used in config.items() if key.startswith("pooling_") and used]
    names = [modes] if isinstance(modes, str) else [POOLINGS.get(mode, mode) for mode in modes]
    if config.get("include_prompt") is False:
        raise UnsupportedModelError("its pooling leaves the prompt out")
    if names == ["mean"]:
        return "mean"
    if names == ["cls"]:
        return "cls"
    raise UnsupportedModelError(f"its pooling is {', '.join(names) or 'missing'}")


def _read_length(transformer: Path, stated: int | None) -> int:
    """Return the longest input in tokens: as stated, or what the tokenizer is for, and never more than there are
    positions."""
    length = stated or read_json(transformer / "tokenizer_config.json").get("model_max_length")
    positions = read_config(transformer / "config.json").max_tokens
    return min(int(length or positions), positions)
