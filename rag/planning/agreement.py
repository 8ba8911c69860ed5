"""Says what reading with an LLM takes, and leaves it out where it is much and nobody agreed to it."""

from __future__ import annotations

from rag.planning.kept_replies import ReadingCost
from rag.types import Question

MOST_CALLS = 20
"""Calls of an LLM that an answer may take without being agreed to: minutes where it runs on the same machine."""


def offer_of(cost: ReadingCost, question: Question, *, most_calls: int) -> str:
    """Return in words what has to be agreed to first; "" where it is little, or was agreed to."""
    return "" if cost.calls <= most_calls or question.agreed else cost.shown


def notice_of(offer: str) -> str:
    """Return what people are told of a reading that was left out."""
    return (
        f"No LLM has read this: reading all of it takes at most {offer}. To have it read, agree with the button of the "
        "page, `--agree` of `lectern ask`, or `agreed` of the API; it can be stopped, and goes on where it was."
    )
