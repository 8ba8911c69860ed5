"""Lays multilingual-e5-small out as a sentence-transformers model, for what reads such folders: tokenizers, torch.

Its tokenizer is XLM-R's: a SentencePiece unigram model, after the normalisation that SentencePiece calls nmt_nfkc.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from rag.errors import ConfigurationError
from rag.models.e5_file import E5_NAME, E5_REMEDY, E5_SHA256, E5File, read_e5_file
from rag.models.files import check_weights
from rag.models.openvino_bert import PackedTable, Weights
from rag.models.sentence_config import Prompts

LAYOUT_VERSION = 1
"""Raised when the same file would be laid out differently: part of the folder's name."""

E5_PROMPTS = Prompts(question="query: ", passage="passage: ")
E5_FINGERPRINT = f"{E5_NAME}@{E5_SHA256[:12]}{E5_PROMPTS.fingerprint}"
"""Known without the folder, so that an index is recognised before anything is laid out."""

FIRST, PADDING, LAST, UNKNOWN, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"

TORCH_WEIGHTS = "model.safetensors"


def lay_out_e5(file: Path, cache: Path) -> Path:
    """Return the model's folder below `cache`, made where it is not there yet: all but the weights, 9 MB.

    Raises ConfigurationError for a file that is not the expected one, or a folder that cannot be written.
    """
    folder = cache / f"{E5_NAME}-{E5_SHA256[:12]}-{LAYOUT_VERSION}"
    if folder.is_dir():
        return folder
    check_weights(file, E5_SHA256, remedy=E5_REMEDY)
    e5 = read_e5_file(file)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=cache, prefix="converting-"))
        _write_configs(e5, scratch)
        _build_tokenizer(e5).save(str(scratch / "tokenizer.json"), pretty=False)
        _put_in_place(scratch, folder)
    except OSError as error:
        raise ConfigurationError(
            f"The tokenizer of {E5_NAME} cannot be kept in {cache}: {error.strerror}.",
            "Make room or check its permissions, or name another folder in the setting `model_cache`.",
        ) from error
    return folder


def load_e5_weights(file: Path) -> Weights:
    """Return the weights of the package's file, those of the words in 4 bits. Raises ConfigurationError."""
    check_weights(file, E5_SHA256, remedy=E5_REMEDY)
    return read_e5_file(file).weights()


def write_torch_weights(file: Path, folder: Path) -> None:
    """Write the weights where torch looks for them, in float16, 235 MB; nothing where they are there already."""
    target = folder / TORCH_WEIGHTS
    if target.is_file():
        return
    weights = {
        name: np.ascontiguousarray((array.unpack() if isinstance(array, PackedTable) else array).astype(np.float16))
        for name, array in load_e5_weights(file).items()
    }
    scratch = folder / f"{TORCH_WEIGHTS}.new"
    save_file(weights, scratch)
    scratch.replace(target)


def _put_in_place(scratch: Path, folder: Path) -> None:
    """In one step; another process may have been first, and has laid out the same."""
    try:
        scratch.rename(folder)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
        if not folder.is_dir():
            raise


def _build_tokenizer(e5: E5File) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(e5.pieces, unk_id=e5.unknown_id, byte_fallback=False))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    ids = {piece: number for number, (piece, _) in enumerate(e5.pieces[:3])}
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{FIRST} $A {LAST}", special_tokens=[(name, ids[name]) for name in (FIRST, LAST)]
    )
    return tokenizer


def _write_configs(e5: E5File, folder: Path) -> None:
    shape = e5.shape
    kinds = ("Transformer", "Pooling", "Normalize")
    paths = ("", "1_Pooling", "2_Normalize")
    contents: dict[str, Any] = {
        "config.json": {
            "model_type": "bert",
            "architectures": ["BertModel"],
            "hidden_size": shape.size,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner_size,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.max_tokens,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu",
        },
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for number, (kind, path) in enumerate(zip(kinds, paths, strict=True))
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.max_tokens, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.size, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {"prompts": {"query": E5_PROMPTS.question, "passage": E5_PROMPTS.passage}},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.max_tokens,
            "bos_token": FIRST,
            "cls_token": FIRST,
            "eos_token": LAST,
            "sep_token": LAST,
            "pad_token": PADDING,
            "unk_token": UNKNOWN,
            "mask_token": MASK,
        },
    }
    for name, content in contents.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content, indent=1), encoding="utf-8")
