"""Asks an LLM for the value of one column in one document, in the words of the document."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from rag.extraction.columns import Column, ColumnKind
from rag.prompt import REFUSAL, build_prompt
from rag.protocols import LanguageModel
from rag.types import Source

ANSWER_TOKENS = 128
"""A value is short; a list of names may be longer."""

_FORMS = {
    ColumnKind.TEXT: "Answer with the value alone, word for word as the source writes it, and no sentence.",
    ColumnKind.NUMBER: "Answer with the number and its unit alone, as the source writes them, and no sentence.",
    ColumnKind.DATE: "Answer with the date alone, as the source writes it, and no sentence.",
    ColumnKind.YES_NO: "Answer with yes or no alone.",
    ColumnKind.LIST: "Answer with the items alone, as the source writes them, parted by semicolons.",
}
_MARKER = re.compile(r"\s*[\[【]\d{1,3}[\]】]")
_QUOTES = "\"'“”„«»*` "


@dataclass(frozen=True, slots=True)
class LlmAnswer:
    """The words of an LLM without markers, "" where it found nothing, and the sources that it was shown."""

    text: str
    cited: tuple[int, ...]
    sources: tuple[Source, ...]
    llm: str


def ask_llm(
    column: Column, sources: Sequence[Source], model: LanguageModel, *, stop: threading.Event | None = None
) -> LlmAnswer:
    """Return what the LLM says. Raises ModelError, QuestionError."""
    question = f"{column.question.strip()} {_FORMS[column.kind]}"
    prompt = build_prompt(question, sources, model, answer_tokens=ANSWER_TOKENS)
    text = ""
    for chunk in model.stream(prompt.messages, max_tokens=ANSWER_TOKENS, stop=stop):
        text = "" if chunk.retracts else text
        text += chunk.text
    cited = tuple(int(number) for number in re.findall(r"[\[【](\d{1,3})[\]】]", text))
    plain = _MARKER.sub("", text).strip(_QUOTES + "\n.")
    is_refusal = REFUSAL.rstrip(".").casefold() in plain.casefold()
    return LlmAnswer("" if is_refusal else plain, cited, prompt.used, model.name)
