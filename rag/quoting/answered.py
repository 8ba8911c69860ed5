"""Has the judge tell whether what an LLM's answer is proven by answers the question, and not something beside it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.protocols import PassageReader
from rag.quoting.answer_kind import asked_kind
from rag.quoting.asked_where import asks_where
from rag.quoting.excerpts import language_of_source
from rag.quoting.judged_quotes import tells_by_itself
from rag.types import Citation, Source

MIN_ANSWERED = -0.9
"""Logit of the best quote below which it is not sure that an answer answers. Of Qwen2.5-Coder-1.5B's supported answers
to the sample it marks 2 of 22, both beside the question; the others for a fact have -0.7 and more."""
MAX_QUOTES = 8


def may_not_answer(
    question: str, citations: Sequence[Citation], sources: Sequence[Source], judge: PassageReader
) -> bool:
    """Return whether none of the quotes that carry an answer seems to answer a question for a fact: who, when, where,
    how much. Of others, which a passage answers in many ways, the judge knows too little.
    """
    by_number = {source.number: source for source in sources}
    carrying = {one.quote: by_number[one.number] for one in citations if one.supported and one.number in by_number}
    languages = {language_of_source(source) for source in carrying.values()}
    if not carrying or not _asks_for_fact(question) or not tells_by_itself(question, languages):
        return False
    texts = [_below_heading(quote, source) for quote, source in carrying.items()]
    return max(judge.score(question, texts[:MAX_QUOTES])) < MIN_ANSWERED


def _asks_for_fact(question: str) -> bool:
    kind = asked_kind(question)
    return asks_where(question) or (kind is not None and kind != "cause")


def _below_heading(quote: str, source: Source) -> str:
    return "\n".join(filter(None, (source.section.rpartition(" > ")[2] or source.document.title, quote)))
