"""Weighs how sure it is that a marked sentence answers: by what was found, by its mark, by the words shared."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from rag.extractive import Extract
from rag.questions.constraints import find_constraints, names_constraint
from rag.quoting.answer_kind import asked_kind
from rag.quoting.asked_about import Embed
from rag.quoting.labels_asked import labels_another, lacks_role_label
from rag.quoting.own_words import named_beside, own_share
from rag.quoting.table_answer import without_generic, words_met
from rag.quoting.table_cells import split_cells
from rag.refusal import READ_THRESHOLD, logit
from rag.units import Unit

# From 348 answers to questions of squad_dev, half of them asked without the passages that answer them: AUROC 0.84, 0.84
# and 0.82 for each alone, 0.89 together.
FOUND, MARK, SHARE, INTERCEPT = 0.35, 0.10, 3.25, -3.24
MIN_SURE = -2.9
"""Below it, a sentence answers nothing. At -2.4, which left out 1 of 188 right ones there, 10 of 147 right ones of
other folders and of squad_dev were lost; at this 5, and of 38 wrong ones no more pass. Weights fitted anew to these,
with cosines or without, order sentences that they did not see no better: AUROC 0.74 for 0.76."""
MIN_SURE_OF_TIME = -1.5
"""The same where it is asked when something was, which dates of other things seem to answer: the right answers there
have more than -0.3, 5 of 11 wrong ones less than this."""
MIN_SURE_OF_ANOTHERS = 0.0
"""The same for a name behind a label that says nothing of what is asked: "Person seen: ..."."""
MIN_SURE_OF_FAR, MIN_SHARE_OF_FAR = -1.0, 0.6
"""The same where what was found hardly answers the question as a whole, unless the sentence holds so much of it."""

MAX_IDENTIFIER = 2
"""Words of a cell that is an identifier."""


def sureness(found: float, mark: float, share: float) -> float:
    """Return the logit that a sentence answers: `found` is how likely the passages do, `mark` the reader's score of its
    mark, `share` how much of the question's weight the sentence holds with what stands over it."""
    return FOUND * logit(found) + MARK * mark + SHARE * share + INTERCEPT


def _is_keyed_by_identifier(question: str, unit: Unit) -> bool:
    """Return whether the first cell of a row is what a question names to the letter: the error code E2."""
    key = split_cells(unit.text)[0]
    return len(key.split()) <= MAX_IDENTIFIER and any(
        one.kind == "identifier" and names_constraint(key, one) for one in find_constraints(question)
    )


def is_sure(
    question: str,
    found: float,
    extract: Extract,
    unit: Unit,
    weights: Mapping[str, float],
    named: Mapping[int, AbstractSet[str]],
    embed: Embed | None,
) -> bool:
    """Return whether a marked sentence likely answers; rows and labelled values, which say little beside their value,
    have to be so only where hardly anything was found, or where their label says that they answer something else.

    `named` is, by source, which names of the question its document has.
    """
    if unit.is_row and _is_keyed_by_identifier(question, unit):
        return True
    is_far = found < READ_THRESHOLD
    is_labelled = unit.is_row or ": " in unit.text
    is_anothers = is_labelled and labels_another(question, unit, embed)
    if is_anothers and lacks_role_label(question, unit):
        return False
    if not is_far and is_labelled and not is_anothers:
        return True
    focus = without_generic(weights)
    met = words_met(question, f"{unit.heading}\n{unit.text}") - unit.words
    share = own_share(unit, focus) + sum(focus.get(word, 0.0) for word in met)
    share = min(1.0, share + named_beside(unit, focus, named.get(unit.source.number, frozenset())))
    least = MIN_SURE_OF_TIME if asked_kind(question) == "time" else MIN_SURE
    if is_anothers:
        least = MIN_SURE_OF_ANOTHERS
    if is_far and share < MIN_SHARE_OF_FAR:
        least = MIN_SURE_OF_FAR
    return sureness(found, extract.score, share) >= least
