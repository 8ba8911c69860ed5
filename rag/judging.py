"""Has a larger network read the first hits once more: what it makes of them decides whether a question is answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.language_gate import is_readable, language_of_hit
from rag.protocols import PassageReader
from rag.questions.constraints import asks_for_clause, find_constraints
from rag.retrieval import lower_contents
from rag.text import content_words
from rag.types import Hit, StageRank
from rag.words.language import guess_language

JUDGED = "judged"
"""The stage of hits that were read so; its score is a logit."""

MAX_JUDGED = 8
"""First hits that are read at most: 0.11 s on two cores with AMX, 0.27 s with AVX-512, 0.9 s with AVX2 alone."""
AT_ONCE, CLEAR = 4, 3.0
"""Hits that are read together, and the logit of one from which no more are: only the highest counts."""


def judge_hits(question: str, hits: Sequence[Hit], judge: PassageReader) -> tuple[Hit, ...]:
    """Return the hits, the first of them with the stage JUDGED: MAX_JUDGED, or fewer where one of these clearly
    answers; none with it where the judge does not know the language of one, or where the question is a number to it: of
    a clause, or an identifier and nothing else.
    """
    first = hits[:MAX_JUDGED]
    if not is_for_judge(question, [language_of_hit(hit) for hit in first]):
        return tuple(hits)
    scores: list[float] = []
    while len(scores) < len(first) and max(scores, default=0.0) < CLEAR:
        some = first[len(scores) : len(scores) + AT_ONCE]
        scores += lower_contents(judge.score(question, [hit.chunk.text_to_embed for hit in some]), some)
    first = first[: len(scores)]
    order = sorted(range(len(first)), key=lambda at: -scores[at])
    ranks = {at: rank for rank, at in enumerate(order)}
    judged = (
        replace(hit, stages={**hit.stages, JUDGED: StageRank(ranks[at], scores[at])}) for at, hit in enumerate(first)
    )
    return (*judged, *hits[len(first) :])


def is_for_judge(question: str, languages: Iterable[str]) -> bool:
    """Return whether the judge knows the languages of a question and its passages, and more of it than a number."""
    asked = guess_language(question)
    if asks_for_clause(question) or _is_identifier(question):
        return False
    return all(is_readable(asked, language) for language in languages)


def judged_logits(hits: Sequence[Hit]) -> list[float]:
    """Return the judge's logits of the hits that it read."""
    return [hit.stages[JUDGED].score for hit in hits if JUDGED in hit.stages]


def _is_identifier(question: str) -> bool:
    """Return whether a question has no words but identifiers."""
    identifiers = [one.written for one in find_constraints(question) if one.kind == "identifier"]
    return bool(identifiers) and not set(content_words(question)) - set(content_words(" ".join(identifiers)))
