"""Reads a file with unstructured, for comparison, without the spaCy model that it would download."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


def use_offline() -> None:
    """Stand in for spaCy, and report nothing to unstructured's maker.

    spaCy tells it titles from prose, which changes the kinds of its elements and none of their words.
    """
    os.environ |= {"DO_NOT_TRACK": "true", "SCARF_NO_ANALYTICS": "true", "UNSTRUCTURED_DISABLE_NOTICE": "1"}
    sys.modules.setdefault("spacy", ModuleType("spacy"))
    tokenize: Any = import_module("unstructured.nlp.tokenize")
    tokenize.sent_tokenize = lambda text: [text]
    tokenize.word_tokenize = str.split
    tokenize.pos_tag = lambda text: []


def read_with_unstructured(path: Path) -> str:
    """Return the text of every element of a file, a line each."""
    use_offline()
    from unstructured.partition.auto import partition

    return "\n".join(element.text for element in partition(str(path)))
