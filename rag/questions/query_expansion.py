"""Has an LLM write further texts to look up for a question: other wordings, a made-up answer, a broader question."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass
from typing import Literal

from rag.errors import ModelError
from rag.protocols import LanguageModel
from rag.safety.prompt import neutralise
from rag.text import content_words
from rag.types import Message

log = logging.getLogger(__name__)

Method = Literal["off", "multi-query", "hyde", "step-back"]
"""multi-query: RAG-fusion (Rackauckas 2024). hyde: Gao, Ma, Lin and Callan, ACL 2023. step-back: Zheng et al., ICLR
2024."""

MAX_TEXTS = 3
MAX_TEXT = 1_000
"""Characters of one text."""
MAX_TOKENS = {"multi-query": 120, "hyde": 120, "step-back": 60}

_TASKS = {
    "multi-query": "Write three other wordings of the user's question for a search engine, each on a line of its own, "
    "with other words for the same. Keep names, numbers and years. Write nothing else.",
    "hyde": "Write a short passage, of two or three sentences, as it may stand in a document that answers the user's "
    "question. Make up what you do not know. Write nothing else.",
    "step-back": "Write one more general question, whose answer is needed to answer the user's question. Keep names "
    "and years. Write nothing else.",
}
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):])\s*")


@dataclass(frozen=True, slots=True)
class FurtherText:
    """A text that is looked up beside the question; a passage is like what is sought, so words in it prove nothing."""

    text: str
    is_passage: bool = False


def expand_query(
    question: str, method: Method, model: LanguageModel, *, stop: threading.Event | None = None
) -> tuple[FurtherText, ...]:
    """Return what the LLM writes, at most MAX_TEXTS texts; none where it fails or writes nothing of use."""
    if method == "off":
        return ()
    messages = [Message("system", _TASKS[method]), Message("user", neutralise(question).strip())]
    try:
        reply = "".join(piece.text for piece in model.stream(messages, max_tokens=MAX_TOKENS[method], stop=stop))
    except ModelError as error:
        log.info("A question could not be expanded: %s", error.reason)
        return ()
    if method == "hyde":
        written = [" ".join(reply.split())]
    else:
        written = [_LIST_MARK.sub("", line).strip("\"' ") for line in reply.splitlines()]
    useful = [text[:MAX_TEXT] for text in written if content_words(text) and text.casefold() != question.casefold()]
    count = 1 if method == "step-back" else MAX_TEXTS
    return tuple(FurtherText(text, is_passage=method == "hyde") for text in dict.fromkeys(useful))[:count]
